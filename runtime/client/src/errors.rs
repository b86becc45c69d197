//! What answers mean that are errors: the connector's rules first, then what HTTP itself says.

use couplet_plan::{ErrorRule, Expression};

use crate::{
    Error, ErrorKind,
    auth::challenge,
    expression::{Scopes, Value, evaluate},
    redact::Redactor,
    response::Received,
};

/// How much of a body that no rule explains is shown.
const EXCERPT: usize = 256;
/// How much of such a body is looked at.
const SEARCHED: usize = 64 * 1024;
/// How much of a provider's own message is kept.
const MESSAGE: usize = 4096;

/// The error that the connector's rules see in an answer.
pub(crate) fn by_rules(
    rules: &[ErrorRule<'_>],
    received: &Received,
    cx: &Scopes<'_>,
    redactor: &dyn Fn() -> Redactor,
) -> Option<Error> {
    let rule = rules.iter().find(|rule| matches(rule, received.status, cx))?;
    let redactor = &redactor();
    let text = |expression: Option<Expression<'_>>| {
        let value = evaluate(&expression?, cx).ok()?;
        let text = match value {
            Value::Absent | Value::Null => return None,
            value @ (Value::List(_) | Value::Map(_)) => {
                let mut json = String::new();
                value.write_json(&mut json);
                json
            }
            value => value.into_text().ok()?.into_owned(),
        };
        Some(shorten(&redactor.clean(&text), MESSAGE))
    };
    let kind = ErrorKind::from(rule.kind());
    let error = answered(kind, received, redactor).with_code(text(rule.code()));
    Some(error.with_message(text(rule.message()).or_else(|| excerpt(received, redactor))))
}

/// The error that a status of 400 or more is by itself.
pub(crate) fn by_status(received: &Received, redactor: &Redactor) -> Error {
    answered(kind_of(received.status), received, redactor).with_message(excerpt(received, redactor))
}

/// What a status means where nothing else says so (RFC 9110, section 15).
pub(crate) fn kind_of(status: u16) -> ErrorKind {
    match status {
        400 | 422 => ErrorKind::Invalid,
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        410 => ErrorKind::Gone,
        413 => ErrorKind::TooLarge,
        429 => ErrorKind::RateLimited,
        500 | 502..=504 => ErrorKind::Unavailable,
        _ => ErrorKind::Provider,
    }
}

/// Whether a rule speaks of an answer.
pub(crate) fn matches(rule: &ErrorRule<'_>, status: u16, cx: &Scopes<'_>) -> bool {
    let status_fits = match rule.status() {
        Some(set) => set.contains(status),
        None => status >= 400 || rule.condition().is_some(),
    };
    status_fits
        && rule
            .condition()
            .is_none_or(|condition| evaluate(&condition, cx).is_ok_and(|value| value.is_true()))
}

fn answered(kind: ErrorKind, received: &Received, redactor: &Redactor) -> Error {
    let sentence = match kind {
        ErrorKind::Invalid => "the provider does not accept the request",
        ErrorKind::Unauthorized => "the provider does not accept the credentials",
        ErrorKind::Forbidden if lacks_scope(received) => return missing_scope(received, redactor),
        ErrorKind::Forbidden => "the credentials do not allow this",
        ErrorKind::NotFound => "the provider has no such thing",
        ErrorKind::Conflict => "the request conflicts with the present state",
        ErrorKind::Gone => "what was asked for is gone",
        ErrorKind::TooLarge => "the provider finds the request too large",
        ErrorKind::RateLimited => "the provider got too many requests",
        ErrorKind::QuotaExceeded => "the quota is used up",
        ErrorKind::CursorExpired => "the place in the listing has expired",
        ErrorKind::Unavailable => "the provider is not available",
        _ => "the provider reports an error",
    };
    let id = received.request_id().map(|id| shorten(&redactor.clean(id), EXCERPT));
    Error::new(kind, sentence).with_status(received.status).with_request_id(id)
}

/// RFC 6750, 3.1: no new token of the same scopes can help.
fn lacks_scope(received: &Received) -> bool {
    challenges(received).is_some_and(|text| {
        challenge::parse(text).iter().any(|challenge| challenge.get("error") == Some("insufficient_scope"))
    })
}

fn missing_scope(received: &Received, redactor: &Redactor) -> Error {
    let text = challenges(received).unwrap_or_default();
    let scope = challenge::parse(text).iter().find_map(|challenge| challenge.get("scope").map(str::to_owned));
    let scope = scope.map(|scope| shorten(&redactor.clean(&scope), EXCERPT));
    let detail = match scope {
        Some(scope) => format!("the token lacks a scope; connect again with `{scope}`"),
        None => "the token lacks a scope; connect again with more of them".to_owned(),
    };
    let id = received.request_id().map(|id| shorten(&redactor.clean(id), EXCERPT));
    Error::new(ErrorKind::Forbidden, detail).with_status(received.status).with_request_id(id)
}

fn challenges(received: &Received) -> Option<&str> {
    received.header(http::header::WWW_AUTHENTICATE.as_str())
}

/// The start of a body that people can read. Pages of HTML are not shown.
fn excerpt(received: &Received, redactor: &Redactor) -> Option<String> {
    let media = received.media_type().unwrap_or_default();
    if !(media.ends_with("json") || media == "text/plain" || media.is_empty()) {
        return None;
    }
    // A large body is not searched whole for what it might repeat.
    let start = &received.body[..received.body.len().min(SEARCHED)];
    let text = String::from_utf8_lossy(start);
    let text = text.trim();
    (!text.is_empty()).then(|| shorten(&redactor.clean(text), EXCERPT))
}

/// The start of a text, on one line and without control characters.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    let mut out: String = text.chars().take(limit).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(limit).is_some() {
        out.push('…');
    }
    out
}
