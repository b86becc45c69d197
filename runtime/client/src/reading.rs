//! What reads the texts of others, by itself: for `tests/fuzz`, and for no program.

use crate::{
    auth::challenge,
    connect::redirected,
    crypto::jwt,
    expression::{Value, read_date, time},
    xml,
};

/// Reads a header `WWW-Authenticate`, and counts its challenges and their parameters.
#[must_use]
pub fn challenges(header: &str) -> usize {
    challenge::parse(header).iter().map(|challenge| 1 + challenge.parameters().count()).sum()
}

/// Reads a redirect, and counts its parameters.
#[must_use]
pub fn redirect(callback: &str) -> Option<usize> {
    redirected(callback, &["code", "state", "iss", "error"]).ok().map(|pairs| pairs.len())
}

/// Reads XML, and writes the same.
#[must_use]
pub fn xml(text: &str) -> Option<String> {
    xml::read(text).ok().and_then(|tree| xml::write(&tree).ok())
}

/// Reads the claims of a token.
#[must_use]
pub fn claims(token: &str) -> Option<String> {
    jwt::claims(token).ok()
}

/// Reads an instant by a format, or as RFC 3339 writes it, and says it as RFC 3339 does.
#[must_use]
pub fn instant(format: Option<&str>, text: &str) -> Option<String> {
    let read = format.map_or_else(|| time::parse_rfc3339(text), |format| read_date(format, text));
    match read {
        Ok(Value::Instant(millis)) => Some(time::rfc3339(millis)),
        _ => None,
    }
}
