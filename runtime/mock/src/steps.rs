//! Which step of which method a request may be.

use couplet_plan::{
    AuthKind, Expression, Flow, Format, Key, Node, PathPart, Plan, Scope, Server, ServerKind, Step, StepUrl,
};

use crate::made_up::path_of;
use crate::played::Played;
use crate::route::{base_path, decode};

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Prepare,
    /// Its place, and whether it is the last, whose answer holds the token.
    Obtain(usize, bool),
    Refresh(usize, bool),
    Revoke,
    Device,
    Connect,
    Disconnect,
}

/// A step that a request may be.
pub(crate) struct Candidate<'p> {
    pub(crate) played: &'p Played,
    pub(crate) role: Role,
    pub(crate) step: Step<'static>,
    /// What stands in the path where templates do, decoded.
    pub(crate) path: Vec<(Expression<'static>, String)>,
}

impl Role {
    /// Whether such a step carries the method's credentials.
    pub(crate) fn is_signed(self, step: &Step<'static>) -> bool {
        matches!(self, Self::Connect | Self::Disconnect) && !step.is_bare()
    }
}

/// All steps that have this method and this path.
pub(crate) fn candidates<'p>(
    plan: &Plan<'static>,
    all: &'p [Played],
    method: &str,
    path: &str,
) -> Vec<Candidate<'p>> {
    let mut found = Vec::new();
    for played in all {
        for (role, step) in steps(played) {
            if step.method().as_str() != method {
                continue;
            }
            let pieces = pieces(plan, played, &step);
            if let Some(values) = fit(&pieces, path) {
                found.push(Candidate { played, role, step, path: values });
            }
        }
    }
    found
}

/// All steps of a method.
pub(crate) fn steps(played: &Played) -> Vec<(Role, Step<'static>)> {
    let mut all = Vec::new();
    if let AuthKind::Token(token) = played.method.kind() {
        all.extend(token.prepare().iter().map(|step| (Role::Prepare, *step)));
        let last = |steps: &[Step<'static>], place: usize| place + 1 == steps.len();
        let obtain = token.obtain();
        all.extend(
            obtain.iter().enumerate().map(|(place, step)| (Role::Obtain(place, last(obtain, place)), *step)),
        );
        let refresh = token.refresh().unwrap_or_default();
        all.extend(
            refresh
                .iter()
                .enumerate()
                .map(|(place, step)| (Role::Refresh(place, last(refresh, place)), *step)),
        );
        all.extend(token.revoke().iter().map(|step| (Role::Revoke, *step)));
        if let Flow::DeviceCode(step) = token.flow() {
            all.push((Role::Device, step));
        }
    }
    all.extend(played.method.connect().iter().map(|step| (Role::Connect, *step)));
    all.extend(played.method.disconnect().iter().map(|step| (Role::Disconnect, *step)));
    all
}

/// A part of a path.
#[derive(Debug)]
pub(crate) enum Piece {
    Literal(String),
    Value(Expression<'static>),
}

fn pieces(plan: &Plan<'static>, played: &Played, step: &Step<'static>) -> Vec<Piece> {
    match step.url() {
        StepUrl::Path(server, parts) => {
            let server = usize::from(server);
            let mut pieces = match (server, plan.connector().servers().get(server)) {
                (1.., Some(server)) => path_pieces(played, server, true),
                _ => vec![Piece::Literal(base_path(plan, 0))],
            };
            pieces.extend(parts.iter().filter_map(|part| match part {
                PathPart::Literal(text) => Some(Piece::Literal((*text).to_owned())),
                PathPart::Template(expression) => Some(Piece::Value(*expression)),
                _ => None,
            }));
            pieces
        }
        StepUrl::Url(server) => path_pieces(played, &server, false),
        _ => Vec::new(),
    }
}

/// The path of an endpoint.
pub(crate) fn path_pieces(played: &Played, server: &Server<'static>, base: bool) -> Vec<Piece> {
    let url = match server.kind() {
        ServerKind::Url(url) => url,
        ServerKind::Table(field, rows) => {
            let path = [Key::Name(field)];
            let reference = Expression::reference(Scope::Config, &path);
            let value = played.rebuilder.json(&reference, &played.known(), None).ok().flatten();
            let is = |name: &str| value.as_deref().map(|json| json.trim_matches('"')) == Some(name);
            match rows.iter().find(|row| is(row.name())).or(rows.first()) {
                Some(row) => row.value(),
                None => return Vec::new(),
            }
        }
        _ => return Vec::new(),
    };
    let mut pieces = behind_host(played, &url);
    if let Some(Piece::Literal(last)) = pieces.last_mut()
        && base
    {
        last.truncate(last.trim_end_matches('/').len());
    }
    if !base && pieces.iter().all(|piece| matches!(piece, Piece::Literal(text) if text.is_empty())) {
        return vec![Piece::Literal("/".to_owned())];
    }
    pieces
}

fn behind_host(played: &Played, url: &Expression<'static>) -> Vec<Piece> {
    let parts: Vec<Expression<'static>> = match url.node() {
        Node::Concat(parts) => parts.to_vec(),
        _ => vec![*url],
    };
    let (mut pieces, mut seen, mut in_path) = (Vec::new(), String::new(), false);
    for (place, part) in parts.iter().enumerate() {
        match part.node() {
            Node::Text(text) if in_path => pieces.push(Piece::Literal(text.to_owned())),
            Node::Text(text) => {
                seen.push_str(text);
                if let Some((_, rest)) = seen.split_once("://")
                    && let Some(slash) = rest.find('/')
                {
                    pieces.push(Piece::Literal(rest[slash..].to_owned()));
                    in_path = true;
                }
            }
            _ if in_path => pieces.push(Piece::Value(*part)),
            _ if place == 0 => {
                let path = path_of_value(played, part);
                in_path = true;
                let more = parts.len() > 1;
                pieces.push(Piece::Literal(if more { path.trim_end_matches('/').to_owned() } else { path }));
            }
            _ => seen.push('x'),
        }
    }
    pieces
}

/// The path of a URL that is itself a value.
fn path_of_value(played: &Played, value: &Expression<'static>) -> String {
    if let Node::Reference(Scope::Captured, [Key::Name(name)]) = value.node() {
        return match format_of(played, name) {
            Some(Format::Origin(_)) => String::new(),
            _ => path_of(name),
        };
    }
    let json = played.rebuilder.json(value, &played.known(), None).ok().flatten();
    let url: String = json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.find('/').map_or(String::new(), |slash| rest[slash..].to_owned())
}

/// The format of a capture.
pub(crate) fn format_of(played: &Played, name: &str) -> Option<Format<'static>> {
    let token = played.token();
    let beside = token.iter().flat_map(|token| token.callback().iter().chain(token.captures()));
    let of_steps = steps(played);
    let captures = of_steps.iter().flat_map(|(_, step)| step.captures());
    let mut all = beside.chain(captures);
    all.find(|capture| capture.name() == name).map(couplet_plan::Capture::format)
}

/// What stands in a path where values do; nothing where it is another path.
pub(crate) fn fit(pieces: &[Piece], path: &str) -> Option<Vec<(Expression<'static>, String)>> {
    let mut rest = path;
    let mut values = Vec::new();
    for (place, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
            Piece::Value(expression) => {
                let segment = rest.find('/').unwrap_or(rest.len());
                let end = match pieces.get(place + 1) {
                    Some(Piece::Literal(text)) if !text.is_empty() && !text.starts_with('/') => {
                        rest[..segment].find(text.as_str()).unwrap_or(segment)
                    }
                    _ => segment,
                };
                values.push((*expression, decode(&rest[..end])?));
                rest = &rest[end..];
            }
        }
    }
    (rest.is_empty() || (rest == "/" && pieces.is_empty())).then_some(values)
}
