//! Queries, forms and cookies.

use crate::received::Request;
use crate::route::decode;

/// The names and values of a query, or of a form.
pub(crate) fn query_values(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?))
        })
        .collect()
}

/// A text as a query has it.
pub(crate) fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A cookie's value.
pub(crate) fn cookie(header: &str, name: &str) -> Option<String> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

/// A member of a JSON or form body, as a text.
pub(crate) fn body_member(request: &Request, name: &str) -> Option<String> {
    let text = std::str::from_utf8(&request.body).ok()?;
    if is_form(request) {
        return query_values(text).into_iter().find(|(known, _)| known == name).map(|(_, value)| value);
    }
    match serde_json::from_str::<serde_json::Value>(text).ok()?.get(name)? {
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Whether a request carries a form.
pub(crate) fn is_form(request: &Request) -> bool {
    request.header("content-type").is_some_and(|media| media.starts_with("application/x-www-form-urlencoded"))
}
