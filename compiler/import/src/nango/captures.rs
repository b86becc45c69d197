//! What the provider tells while a connection is made: their `token_response_metadata` and `redirect_uri_metadata`.

use super::cx::Cx;
use super::fields::{self, Field, Host, Place};
use super::names;
use crate::yaml::{Map, Yaml};

/// Declares what is captured, so that templates find it there.
pub(super) fn read(cx: &mut Cx<'_>) {
    let entry = cx.entry;
    for key in ["token_response_metadata", "refresh_token_response_metadata"] {
        for path in entry.texts(key) {
            add(key, path, &member("response.body", path), cx);
        }
    }
    for name in entry.texts("redirect_uri_metadata") {
        add("redirect_uri_metadata", name, &member("callback", name), cx);
    }
}

fn add(key: &str, name: &str, source: &str, cx: &mut Cx<'_>) {
    let from = format!("connectionConfig.{name}");
    let mut field = match cx.field(&from) {
        Some(field) if field.place == Place::Captured => return,
        Some(field) => field.clone(),
        None => fields::undeclared(&from, key, Place::Captured),
    };
    cx.fields.retain(|field| field.from != from);
    if !field.automated && field.path != key {
        cx.assumed(key, format!("`{name}` is what the provider tells, and not asked for"));
    }
    field.place = Place::Captured;
    field.name = names::snake(name);
    field.source = Some(source.to_owned());
    field.optional = false;
    fields::add(field, cx);
}

/// A member of a member of a value: `response.body.team["team-id"]`.
pub(super) fn member(root: &str, path: &str) -> String {
    let mut text = root.to_owned();
    for key in path.split('.').filter(|key| !key.is_empty()) {
        let word = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match (word, key.parse::<u32>()) {
            (true, _) => text.push_str(&format!(".{key}")),
            (false, Ok(index)) => text.push_str(&format!("[{index}]")),
            (false, Err(_)) => text.push_str(&format!("[\"{key}\"]")),
        }
    }
    text
}

/// The captures of the token request.
pub(super) fn yaml(cx: &Cx<'_>) -> Map {
    let mut map = Map::spread();
    for field in cx.fields.iter().filter(|field| field.place == Place::Captured) {
        let Some(source) = &field.source else { continue };
        map.set(field.name.clone(), capture(field, source, cx));
    }
    map
}

/// One capture. What makes a host is an origin, confined to the domain where the token comes from.
pub(super) fn capture(field: &Field, source: &str, cx: &Cx<'_>) -> Yaml {
    let mut map = Map::new();
    match &field.host {
        Host::Origin { before, after, within } => {
            map.set("value", format!("{before}{{{{ {source} }}}}{after}"));
            map.set("secret", false);
            map.set("format", "origin");
            let within =
                if within.is_empty() { own_domain(cx).into_iter().collect() } else { within.clone() };
            match within.as_slice() {
                [] => map.set("self_hosted", true),
                hosts => {
                    map.set("within", hosts.iter().map(|host| Yaml::from(host.as_str())).collect::<Vec<_>>())
                }
            }
        }
        Host::Url => {
            map.set("value", format!("{{{{ {source} }}}}"));
            map.set("secret", false);
            map.set("format", "url");
            match own_domain(cx) {
                Some(domain) => map.set("within", vec![Yaml::from(domain)]),
                None => map.set("self_hosted", true),
            }
        }
        _ => {
            map.set("value", format!("{{{{ {source} }}}}"));
            map.set("secret", false);
            map.set("optional", true);
        }
    }
    Yaml::Map(map)
}

/// The domain of the token URL, where one is written out.
pub(super) fn own_domain(cx: &Cx<'_>) -> Option<String> {
    let alternatives = super::template::alternatives(cx.entry.text("token_url")?);
    let host = alternatives.into_iter().find_map(|url| {
        let host = url.strip_prefix("https://")?.split(['/', '?', '#', ':']).next()?;
        (!host.contains('$')).then_some(host)
    })?;
    let labels: Vec<&str> = host.split('.').collect();
    let count = match labels.as_slice() {
        [.., _, second, top]
            if top.len() == 2 && matches!(*second, "co" | "com" | "org" | "net" | "gov" | "ac") =>
        {
            3
        }
        _ => 2,
    };
    let domain = labels.get(labels.len().checked_sub(count)?..)?.join(".");
    Some(format!("*.{domain}"))
}
