//! Their `auth_mode` → our auth method.

mod oauth2;
mod session;
mod signed;
mod stated;

use super::cx::Cx;
use super::fields::Place;
use super::request::Carried;
use super::urls::Urls;
use crate::yaml::{Map, Yaml};
use oauth2::Flow;

/// The auth method: its name, and what it is.
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) map: Map,
}

/// The modes that are known, and what they are here.
fn flow(mode: &str) -> Option<Flow> {
    match mode {
        "OAUTH2" => Some(Flow::Code),
        "OAUTH2_CC" => Some(Flow::ClientCredentials),
        "MCP_OAUTH2" => Some(Flow::Mcp),
        _ => None,
    }
}

/// Declares what templates may name because of the auth mode.
pub(super) fn prepare(cx: &mut Cx<'_>) {
    super::captures::read(cx);
    session::assertion_fields(cx);
    for (theirs, ours) in [
        ("method", "request.method"),
        ("host", "request.host"),
        ("path", "request.path"),
        ("params", "request.query"),
        ("endpoint", "request.path"),
        ("bodyCanonicalParams", "request.body"),
    ] {
        cx.names.insert(theirs.to_owned(), ours.to_owned());
    }
    let mode = cx.entry.text("auth_mode").unwrap_or_default();
    match (mode, flow(mode)) {
        (_, Some(flow)) => oauth2::prepare(flow, cx),
        ("MCP_OAUTH2_GENERIC" | "CUSTOM" | "APP", _) => oauth2::prepare(Flow::Code, cx),
        ("TWO_STEP" | "BILL", _) => session::prepare(cx),
        ("JWT", _) => {
            cx.names.insert("accessToken".to_owned(), "credentials.assertion".to_owned());
        }
        _ => {}
    }
}

/// Makes the auth method; where that cannot be, the reason is taken down.
pub(super) fn read(urls: &Urls, carried: &mut Carried, cx: &mut Cx<'_>) -> Option<Method> {
    let mut method = make(urls, carried, cx)?;
    let found: Vec<_> =
        cx.fields.iter().filter(|field| field.found && field.place == Place::Credentials).collect();
    if !found.is_empty() {
        let mut all = match method.map.remove("credentials") {
            Some(Yaml::Map(map)) => map,
            _ => Map::spread(),
        };
        found.into_iter().for_each(|field| all.set(field.name.clone(), field.yaml()));
        method.map.set("credentials", all);
    }
    Some(method)
}

fn make(urls: &Urls, carried: &mut Carried, cx: &mut Cx<'_>) -> Option<Method> {
    let mode = cx.entry.text("auth_mode").unwrap_or_default().to_owned();
    let signature = carried.auth_headers.iter().find(|(_, value)| value.contains("awsSigV4(")).cloned();
    match (mode.as_str(), signature) {
        ("API_KEY" | "BASIC", Some((_, value))) => signed::aws(&value, cx),
        ("NONE", _) => Some(stated::none()),
        ("API_KEY", _) => stated::api_key(carried, cx),
        ("BASIC", _) => stated::basic(carried, cx),
        ("OAUTH2" | "OAUTH2_CC" | "MCP_OAUTH2", _) => oauth2::read(flow(&mode)?, urls, carried, cx),
        ("MCP_OAUTH2_GENERIC", _) => oauth2::generic(cx),
        ("CUSTOM" | "APP", _) => signed::app(urls, carried, cx),
        ("TWO_STEP", _) => session::read(urls, carried, cx),
        ("BILL", _) => session::bill(urls, cx),
        ("JWT", _) => signed::jwt(carried, cx),
        ("SIGNATURE", _) => signed::wsse(carried, cx),
        ("OAUTH1", _) => signed::oauth1(urls, carried, cx),
        ("TBA", _) => signed::tba(cx),
        ("AWS_SIGV4", _) => signed::aws_role(cx),
        ("INSTALL_PLUGIN", _) => {
            cx.fail(
                "a plugin that is installed at the provider makes the connection; no request from here does",
            );
            None
        }
        ("", _) => {
            cx.fail("the entry does not say how to authenticate (`auth_mode`)");
            None
        }
        (mode, _) => {
            cx.fail(format!("`auth_mode: {mode}` is not known here"));
            None
        }
    }
}

/// The credentials that a method declares beside its own.
fn further(own: &[&str], cx: &Cx<'_>) -> Map {
    let mut map = Map::spread();
    for field in cx.fields.iter().filter(|field| field.place == Place::Credentials) {
        if !own.contains(&field.name.as_str()) {
            map.set(field.name.clone(), field.yaml());
        }
    }
    map
}

/// The credential of that name as the method's own key declares it.
fn own(name: &str, cx: &Cx<'_>) -> Option<Yaml> {
    let field = cx.fields.iter().find(|field| field.place == Place::Credentials && field.name == name)?;
    Some(match field.yaml() {
        Yaml::Map(map) => Yaml::Map(map),
        _ => Yaml::Map(Map::new()),
    })
}

/// What each request carries, made by the method.
fn carry(headers: &[(String, String)], query: &[(String, String)], method: &mut Map, cx: &mut Cx<'_>) {
    for (key, list) in [("headers", headers), ("query", query)] {
        let mut map = Map::new();
        for (name, value) in list {
            let path = format!("proxy/{key}/{name}");
            if let Some(value) = super::expression::template(value, &path, cx) {
                map.set(name.clone(), value);
            }
        }
        method.set_filled(key, map);
    }
}
