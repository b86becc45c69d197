//! Their `auth_mode` → our auth method.

mod stated;

use super::cx::Cx;
use super::fields::Place;
use super::request::Carried;
use crate::yaml::{Map, Yaml};

/// The auth method: its name, and what it is.
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) map: Map,
}

/// Makes the auth method; where that cannot be, the reason is taken down.
pub(super) fn read(carried: &mut Carried, cx: &mut Cx<'_>) -> Option<Method> {
    let mode = cx.entry.text("auth_mode").unwrap_or_default().to_owned();
    match mode.as_str() {
        "NONE" => Some(stated::none()),
        "API_KEY" => stated::api_key(carried, cx),
        "BASIC" => stated::basic(carried, cx),
        "" => {
            cx.fail("the entry does not say how to authenticate (`auth_mode`)");
            None
        }
        _ => {
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

/// The credential of that name as the method's own key declares it: a secret is said by the key already.
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
