//! Paths of actions: `/users/{id}/posts`.

use super::Cx;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};

/// A part of a path, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    /// An input's name, and where it stands.
    Input(String, Span),
}

/// Reads a path.
pub(super) fn parse(path: &Spanned<crate::manifest::Line>, cx: &mut Cx<'_, '_>) -> Option<Vec<Part>> {
    let text: &str = &path.value;
    match read(text, path.span) {
        Ok(parts) => Some(parts),
        Err((why, start, end)) => {
            let exact = path.span.end - path.span.start == text.len();
            let quoted = path.span.end - path.span.start == text.len() + 2;
            let span = match (exact, quoted) {
                (true, _) => path.span.part(start, end),
                (_, true) => path.span.part(start + 1, end + 1),
                _ => path.span,
            };
            let message = format!("this is no path: {why}");
            cx.report(Diagnostic::new(Code::BAD_PATH, message, span).help(
                "write it as `/users/{id}/posts`; query parameters are inputs, or stand under `query`",
            ));
            None
        }
    }
}

/// Whether a path has no `.` and `..`, and each `%` in it stands before two digits.
pub(super) fn segments_fit(path: &str) -> bool {
    !path.starts_with('/') || segments(path.trim_end_matches('/')).is_ok()
}

type Wrong = (&'static str, usize, usize);

fn read(text: &str, span: Span) -> Result<Vec<Part>, Wrong> {
    if !text.starts_with('/') {
        return Err(("it begins with `/`", 0, text.len().min(1)));
    }
    let quoted = usize::from(span.end - span.start == text.len() + 2);
    let exact = span.end - span.start == text.len() + 2 * quoted;
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let width = c.len_utf8();
        match c {
            '{' => {
                if text[at..].starts_with("{{") {
                    return Err(("an input stands in single braces, as `{id}`", at, at + 2));
                }
                let Some(close) = text[at..].find('}').map(|close| at + close) else {
                    return Err(("the `{` is not closed", at, text.len()));
                };
                let name = &text[at + 1..close];
                let fits = !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.$@:".contains(&byte));
                if !fits {
                    return Err(("an input's name stands between the braces", at, close + 1));
                }
                if matches!(parts.last(), Some(Part::Input(..))) && literal.is_empty() {
                    return Err(("two inputs cannot be told apart without a text in between", at, close + 1));
                }
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                let place = if exact { span.part(quoted + at, quoted + close + 1) } else { span };
                parts.push(Part::Input(name.to_owned(), place));
                at = close + 1;
                continue;
            }
            '}' => return Err(("the `}` closes nothing", at, at + 1)),
            '?' => return Err(("a query is not a part of it", at, text.len())),
            '#' => return Err(("a fragment is not a part of it", at, text.len())),
            c if c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/%".contains(c) => literal.push(c),
            _ => return Err(("this character must be percent-encoded", at, at + width)),
        }
        at += width;
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    segments(text)?;
    Ok(parts)
}

fn segments(text: &str) -> Result<(), Wrong> {
    let mut at = 1;
    let all: Vec<&str> = text.get(1..).unwrap_or_default().split('/').collect();
    for (place, segment) in all.iter().enumerate() {
        let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
        if decoded == "." || decoded == ".." {
            return Err(("a segment is not `.` or `..`", at, at + segment.len()));
        }
        if segment.is_empty() && place + 1 < all.len() {
            return Err(("a segment is empty", at - 1, at + 1));
        }
        let bytes = segment.as_bytes();
        let escapes = segment.match_indices('%').all(|(at, _)| {
            bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        });
        if !escapes {
            return Err(("a `%` stands before two hexadecimal digits", at, at + segment.len()));
        }
        at += segment.len() + 1;
    }
    Ok(())
}
