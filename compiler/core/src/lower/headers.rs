//! Names and values of headers.

use super::Cx;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Whether a text is the name of a header (RFC 9110, 5.1): a token.
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Checks the name of a header that a manifest sets.
pub(super) fn check_name(name: &str, span: Span, cx: &mut Cx<'_, '_>) -> bool {
    if !is_token(name) {
        let message =
            format!("`{}` is no name of a header: letters, digits and hyphens", name.escape_default());
        cx.report(Diagnostic::new(Code::BAD_HEADER_NAME, message, span));
        return false;
    }
    match reserved(name) {
        Some(instead) => {
            let message = format!("a manifest does not set the header `{name}`");
            cx.report(Diagnostic::new(Code::RESERVED_HEADER, message, span).help(instead));
            false
        }
        None => true,
    }
}

/// What to do instead of setting a header that HTTP itself, or another part of the manifest, sets.
pub(super) fn reserved(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    Some(match name.as_str() {
        "host" => "the host follows from `base_url`",
        "content-type" => "say the media type with `body` and its `content_type`",
        "cookie" => "declare an auth method of type `api_key` with `in: cookie`",
        "content-length" | "content-encoding" | "accept-encoding" | "transfer-encoding" | "connection"
        | "keep-alive" | "te" | "trailer" | "upgrade" | "http2-settings" | "expect" => {
            "HTTP sets it by itself"
        }
        _ if name.starts_with("proxy-") || name.starts_with(':') => "it belongs to the connection",
        _ => return None,
    })
}

/// Checks the literal parts of a header's value: no line may end in it.
pub(super) fn check_value(text: &str, span: Span, cx: &mut Cx<'_, '_>) -> bool {
    let wrong = text.chars().find(|c| c.is_control() && *c != '\t' || !c.is_ascii());
    match wrong {
        Some(c) => {
            let message = format!("a header's value cannot hold {}", c.escape_unicode());
            cx.report(
                Diagnostic::new(Code::BAD_HEADER_VALUE, message, span).help("write it on one line, in ASCII"),
            );
            false
        }
        None => true,
    }
}
