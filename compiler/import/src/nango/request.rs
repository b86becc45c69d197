//! What each request of theirs carries: `proxy.headers`, `proxy.query` and `proxy.body`.

use serde_json::Value;

use super::cx::Cx;
use super::entry::text_of;
use super::expression;
use super::fields::Place;
use super::template::Template;
use crate::yaml::Map;

/// Headers and parameters: those that say who sends a request, and all others.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Theirs, by name in small letters; templates of theirs, as they need the auth method's own words.
    pub(super) auth_headers: Vec<(String, String)>,
    pub(super) auth_query: Vec<(String, String)>,
    pub(super) auth_body: Vec<(String, Value)>,
    /// Ours, which need config alone.
    pub(super) headers: Map,
    pub(super) query: Map,
}

/// Sorts what an entry's requests carry.
pub(super) fn read(cx: &mut Cx<'_>) -> Carried {
    let mut carried = Carried::default();
    let entry = cx.entry;
    for (name, value) in entry.members("proxy/headers") {
        let path = format!("proxy/headers/{name}");
        let name = name.to_ascii_lowercase();
        let Some(value) = text(name.as_str(), value, &path, cx) else { continue };
        if name == "content-type" {
            // It follows from the body that a request has.
            continue;
        }
        if is_reserved(&name) {
            cx.left(&path, format!("the header `{name}`: HTTP sets it by itself"));
            continue;
        }
        if is_auth(&name, &value, cx) {
            carried.auth_headers.push((name, value));
        } else if let Some(value) = expression::template(&value, &path, cx) {
            carried.headers.set(name, value);
        }
    }
    for (name, value) in entry.members("proxy/query") {
        let path = format!("proxy/query/{name}");
        let Some(value) = text(name, value, &path, cx) else { continue };
        if is_auth("", &value, cx) {
            carried.auth_query.push((name.to_owned(), value));
        } else if let Some(value) = expression::template(&value, &path, cx) {
            carried.query.set(name, value);
        }
    }
    for (name, value) in entry.members("proxy/body") {
        carried.auth_body.push((name.to_owned(), value.clone()));
    }
    carried
}

/// Whether HTTP sets a header by itself.
fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "host"
            | "content-length"
            | "content-encoding"
            | "accept-encoding"
            | "transfer-encoding"
            | "connection"
            | "te"
            | "expect"
    )
}

fn text(name: &str, value: &Value, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    let text = text_of(value);
    if text.is_none() {
        cx.defect(path, format!("`{name}` is no text"));
    }
    text.map(|text| text.trim().to_owned())
}

/// Whether a value can only be made by the auth method: it holds a credential, or is made anew for each request.
fn is_auth(name: &str, value: &str, cx: &Cx<'_>) -> bool {
    let template = Template::read(value);
    name == "authorization"
        || name == "cookie"
        || template
            .any(&|part| !matches!(part, super::template::Part::Literal(_) | super::template::Part::Name(_)))
        || template.names().iter().any(|name| match cx.field(name) {
            Some(field) => field.secret || matches!(field.place, Place::Credentials | Place::App),
            None => !name.starts_with("connectionConfig."),
        })
}
