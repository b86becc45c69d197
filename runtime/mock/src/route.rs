//! Which action a request is.

use couplet_plan::{Action, Expression, Node, PathPart, Plan, ServerKind};

/// A route that a request took.
pub(crate) struct Taken {
    pub(crate) action: Action<'static>,
    /// The inputs that stand in the path: their place and their text, decoded.
    pub(crate) inputs: Vec<(u16, String)>,
    /// What stood in the place of a key in the path.
    pub(crate) key: Option<String>,
}

/// The path of a server's URL. What comes from data is `x`; a key's place stays.
pub(crate) fn base_path(plan: &Plan<'_>, server: usize) -> String {
    let url = plan.connector().servers().get(server).map(|server| match server.kind() {
        ServerKind::Table(_, rows) => rows.first().map_or_else(String::new, |row| literal(&row.value())),
        ServerKind::Url(url) => literal(&url),
        _ => String::new(),
    });
    let url = url.unwrap_or_default();
    let behind = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let path = behind.find('/').map_or("", |slash| &behind[slash..]);
    path.trim_end_matches('/').to_owned()
}

fn literal(expression: &Expression<'_>) -> String {
    match expression.node() {
        Node::Text(text) => text.to_owned(),
        Node::Concat(parts) => parts.iter().map(literal).collect(),
        _ => "x".to_owned(),
    }
}

/// The actions of a method and a path, those that are meant rather first: with the most literal text, and an action rather
/// than the connection test, which may be a request of its own to the same place.
pub(crate) fn find(plan: &Plan<'static>, method: &str, path: &str) -> Vec<Taken> {
    let candidates = plan.actions().iter().copied().chain(plan.test());
    let mut found: Vec<Taken> = candidates
        .filter(|action| action.method().as_str() == method)
        .filter_map(|action| take(plan, action, path))
        .collect();
    found.sort_by_key(|taken| std::cmp::Reverse(literal_length(taken.action)));
    found
}

/// The methods that some action has at a path.
pub(crate) fn methods(plan: &Plan<'static>, path: &str) -> Vec<&'static str> {
    let mut methods: Vec<_> = plan
        .actions()
        .iter()
        .copied()
        .filter(|action| take(plan, *action, path).is_some())
        .map(|action| action.method().as_str())
        .collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

fn literal_length(action: Action<'_>) -> usize {
    action.path().iter().map(|part| if let PathPart::Literal(text) = part { text.len() } else { 0 }).sum()
}

fn take(plan: &Plan<'static>, action: Action<'static>, path: &str) -> Option<Taken> {
    let base = base_path(plan, usize::from(action.server()));
    let mut key = None;
    let mut rest = path;
    for (place, part) in pieces(&base).into_iter().enumerate() {
        match part {
            Piece::Literal(text) => rest = rest.strip_prefix(text)?,
            Piece::Key => {
                let next = pieces(&base).into_iter().nth(place + 1);
                let end = end_of_variable(
                    rest,
                    if let Some(Piece::Literal(text)) = next { Some(text) } else { None },
                );
                key = Some(decode(&rest[..end])?);
                rest = &rest[end..];
            }
        }
    }
    let mut inputs = Vec::new();
    let parts = action.path();
    for (place, part) in parts.iter().enumerate() {
        match part {
            PathPart::Literal(text) => rest = rest.strip_prefix(text)?,
            PathPart::Input(input) => {
                let next = parts.get(place + 1);
                let end = end_of_variable(
                    rest,
                    if let Some(PathPart::Literal(text)) = next { Some(text) } else { None },
                );
                if end == 0 {
                    return None;
                }
                inputs.push((*input, decode(&rest[..end])?));
                rest = &rest[end..];
            }
            _ => {
                let end = end_of_variable(rest, None);
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty().then_some(Taken { action, inputs, key })
}

enum Piece<'b> {
    Literal(&'b str),
    Key,
}

fn pieces(base: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = base;
    while let Some(open) = rest.find('{') {
        pieces.push(Piece::Literal(&rest[..open]));
        pieces.push(Piece::Key);
        rest = rest[open..].find('}').map_or("", |close| &rest[open + close + 1..]);
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// Where a variable part of a segment ends: before what follows it, or with the segment.
fn end_of_variable(rest: &str, next: Option<&str>) -> usize {
    let segment = rest.find('/').unwrap_or(rest.len());
    match next {
        Some(text) if !text.starts_with('/') && !text.is_empty() => {
            rest[..segment].find(text).unwrap_or(segment)
        }
        _ => segment,
    }
}

/// Decodes percent-encoding; none where what comes out is no text.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            let digits = tail.get(..2)?;
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(digits[0])? * 16 + digit(digits[1])?;
            bytes.push(u8::try_from(value).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
