//! Their verification → our actions and connection test.

use serde_json::Value;

use super::address;
use super::cx::Cx;
use super::expression;
use super::fields::Place;
use super::template::{Part, Template};
use crate::yaml::{Map, Yaml};

/// The actions, the name of the one that tests, and a server of its own.
pub(super) struct Actions {
    pub(super) actions: Map,
    pub(super) test: Option<String>,
    pub(super) servers: Map,
}

/// Makes the actions: what Nango verifies with, or else the root of the API.
pub(super) fn read(cx: &mut Cx<'_>) -> Actions {
    let mut made = Actions { actions: Map::spread(), test: None, servers: Map::new() };
    let entry = cx.entry;
    if let Some(url) = entry.text("proxy/verification/base_url_override") {
        let path = "proxy/verification/base_url_override";
        if let Some(address) = address::read(url, path, cx) {
            made.servers.set("verification", address.url);
        }
    }
    let method = entry.text("proxy/verification/method").unwrap_or("GET").to_ascii_lowercase();
    let endpoints: Vec<String> = entry.texts("proxy/verification/endpoints").map(str::to_owned).collect();
    for endpoint in &endpoints {
        let Some(mut action) = action(&method, endpoint, cx) else { continue };
        if !made.servers.is_empty() {
            action.set("server", "verification");
        }
        let count = made.actions.keys().count();
        let name = if count == 0 { "verify".to_owned() } else { format!("verify_{}", count + 1) };
        made.test.get_or_insert_with(|| name.clone());
        made.actions.set(name, action);
    }
    if made.actions.is_empty() {
        made.servers = Map::new();
        let mut action = Map::spread();
        action.set("summary", "What stands at the root of the API");
        action.set("get", "/");
        made.actions.set("get_root", action);
    }
    made
}

fn action(method: &str, endpoint: &str, cx: &mut Cx<'_>) -> Option<Map> {
    let path = "proxy/verification/endpoints";
    if !["get", "post", "put", "patch", "delete", "head"].contains(&method) {
        cx.defect("proxy/verification/method", format!("`{method}` is no method of HTTP"));
        return None;
    }
    let (route, query) = endpoint.split_once('?').map_or((endpoint, ""), |(route, query)| (route, query));
    let mut action = Map::spread();
    action.set("summary", "Whether the credentials are good");
    let mut inputs = Map::new();
    action.set(method, self::route(route, &mut inputs, path, cx)?);
    if method != "get" && method != "head" {
        action.set("effect", "read");
    }
    let mut parameters = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = decoded(key);
        // What every request carries is not said again.
        if cx.entry.members("proxy/query").any(|(name, _)| name == key) {
            continue;
        }
        parameters.set(key, expression::template(&decoded(value), path, cx)?);
    }
    action.set_filled("query", parameters);
    action.set_filled("headers", headers(cx));
    if let Some(data) = cx.entry.get("proxy/verification/data").cloned() {
        let mut body = Map::new();
        let form = cx.entry.text("proxy/verification/headers/content-type")
            == Some("application/x-www-form-urlencoded");
        body.set(if form { "form" } else { "json" }, tree(&data, "proxy/verification/data", cx)?);
        action.set("body", body);
    }
    Some(action)
}

/// The path of an action. A config value in it would have to be an input: such a path is left out.
fn route(route: &str, _inputs: &mut Map, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    let template = Template::read(route);
    let Some(text) = template.literal() else {
        cx.left(
            path,
            format!(
                "`{route}`: a path holds only what each call gives, so there is no test of the credentials"
            ),
        );
        return None;
    };
    let text = text.trim_end_matches('/');
    Some(if text.starts_with('/') { text.to_owned() } else { format!("/{text}") })
}

fn headers(cx: &mut Cx<'_>) -> Map {
    let mut map = Map::new();
    let entry = cx.entry;
    for (name, value) in entry.members("proxy/verification/headers") {
        let path = format!("proxy/verification/headers/{name}");
        let lower = name.to_ascii_lowercase();
        // What every request carries is not said again.
        let again = entry
            .members("proxy/headers")
            .any(|(other, theirs)| other.eq_ignore_ascii_case(name) && theirs == value);
        let Some(text) = value.as_str().filter(|_| lower != "content-type" && !again) else { continue };
        let template = Template::read(text);
        let plain = template
            .names()
            .iter()
            .all(|name| cx.field(name).is_some_and(|field| field.place == Place::Config && !field.secret));
        if !plain
            || template.any(&|part| matches!(part, Part::Call(..) | Part::Now { .. }))
            || lower == "authorization"
        {
            cx.left(
                &path,
                format!("the header `{name}` of the verification: the auth method sends the credentials"),
            );
            continue;
        }
        if let Some(text) = expression::template(text, &path, cx) {
            map.set(lower, text);
        }
    }
    map
}

/// A body with templates of ours.
pub(super) fn tree(value: &Value, path: &str, cx: &mut Cx<'_>) -> Option<Yaml> {
    Some(match value {
        Value::String(text) => Yaml::Text(expression::template(text, path, cx)?),
        Value::Array(items) => {
            let mut list = Vec::new();
            for item in items {
                list.push(tree(item, path, cx)?);
            }
            Yaml::List(list)
        }
        Value::Object(members) => {
            let mut map = Map::new();
            for (key, value) in members {
                map.set(key.clone(), tree(value, path, cx)?);
            }
            Yaml::Map(map)
        }
        other => Yaml::from(other),
    })
}

/// A part of a query with its escapes undone.
pub(super) fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        match (escape, bytes[at]) {
            (Some(byte), _) => {
                out.push(byte);
                at += 2;
            }
            (None, b'+') => out.push(b' '),
            (None, byte) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}
