//! Methods whose credentials are sent as they are: none, keys, static tokens, user names with passwords.

use super::super::cx::Cx;
use super::super::expression;
use super::super::fields::{self, Place};
use super::super::request::Carried;
use super::super::template::{Part, Template};
use super::{Method, carry, further, own};
use crate::yaml::Map;

pub(super) fn none() -> Method {
    let mut map = Map::new();
    map.set("type", "none");
    Method { name: "public", map }
}

pub(super) fn api_key(carried: &mut Carried, cx: &mut Cx<'_>) -> Option<Method> {
    match cx.field_mut("credentials.apiKey") {
        Some(key) => {
            "key".clone_into(&mut key.name);
            key.secret = true;
            key.default = None;
        }
        None => {
            let mut key = fields::undeclared("credentials.apiKey", "auth_mode", Place::Credentials);
            "key".clone_into(&mut key.name);
            key.title = Some("API key".to_owned());
            key.secret = true;
            cx.fields.push(key);
        }
    }
    let Carried { auth_headers, auth_query, auth_body, .. } = carried;
    match (auth_headers.as_slice(), auth_query.as_slice(), auth_body.as_slice()) {
        ([], [], []) => in_path(cx),
        ([(name, value)], [], []) if name == "authorization" => authorization(value, cx),
        ([(name, value)], [], []) => keyed("header", name, value, cx),
        ([], [(name, value)], []) => keyed("query", name, value, cx),
        ([], [], [(name, value)]) => keyed("body", name, value, cx),
        (headers, query, []) => Some(signed(headers, query, cx)),
        _ => {
            cx.fail("credentials stand in the body and elsewhere at once");
            None
        }
    }
}

/// `Authorization`: a scheme and a token, a user and a password, or whatever else.
fn authorization(value: &str, cx: &mut Cx<'_>) -> Option<Method> {
    let template = Template::read(value);
    match template.parts.as_slice() {
        [Part::Literal(scheme), Part::Name(name)] if is_key(name) && is_scheme(scheme) => {
            let scheme = scheme.trim_end();
            let mut map = Map::spread();
            map.set("type", "bearer");
            if scheme != "Bearer" {
                map.set("scheme", scheme);
            }
            "token".clone_into(&mut cx.field_mut("credentials.apiKey")?.name);
            expression::reference(name, "proxy/headers/authorization", cx)?;
            map.set_some("token", own("token", cx));
            map.set_filled("credentials", further(&["token"], cx));
            Some(Method { name: "token", map })
        }
        [Part::Literal(scheme), Part::Call(function, arguments)]
            if scheme.trim_end().eq_ignore_ascii_case("basic") && function == "base64" =>
        {
            let (user, password) = halves(arguments.first()?)?;
            composed_basic(&user, &password, cx)
        }
        _ => keyed("header", "authorization", value, cx),
    }
}

fn is_key(name: &str) -> bool {
    matches!(name, "apiKey" | "credentials.apiKey")
}

fn is_scheme(text: &str) -> bool {
    text.strip_suffix(' ').is_some_and(|scheme| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// What stands before and behind the first colon.
fn halves(template: &Template) -> Option<(Template, Template)> {
    for (at, part) in template.parts.iter().enumerate() {
        if let Part::Literal(text) = part
            && let Some((before, after)) = text.split_once(':')
        {
            let piece = |text: &str| (!text.is_empty()).then(|| Part::Literal(text.to_owned()));
            let user = template.parts[..at].iter().cloned().chain(piece(before)).collect();
            let password = piece(after).into_iter().chain(template.parts[at + 1..].iter().cloned()).collect();
            return Some((Template { parts: user }, Template { parts: password }));
        }
    }
    None
}

fn composed_basic(user: &Template, password: &Template, cx: &mut Cx<'_>) -> Option<Method> {
    let mut map = Map::spread();
    map.set("type", "basic");
    let path = "proxy/headers/authorization";
    map.set("username", expression::of(user, path, cx)?);
    if password.literal() != Some("") {
        map.set("password", expression::of(password, path, cx)?);
    }
    map.set_filled("credentials", further(&[], cx));
    Some(Method { name: "api_key", map })
}

/// A key in one place.
fn keyed(place: &str, name: &str, value: &str, cx: &mut Cx<'_>) -> Option<Method> {
    let section = match place {
        "header" => "headers",
        other => other,
    };
    let template = expression::template(value, &format!("proxy/{section}/{name}"), cx)?;
    let mut map = Map::spread();
    map.set("type", "api_key");
    map.set("in", place);
    map.set("name", name);
    if cx.field("credentials.apiKey").is_some_and(|field| field.used) {
        map.set_some("key", own("key", cx));
    }
    if template != "{{ credentials.key }}" {
        map.set("value", template);
    }
    let unused =
        if cx.field("credentials.apiKey").is_some_and(|field| field.used) { &["key"][..] } else { &[] };
    map.set_filled("credentials", further(unused, cx));
    if place == "query" {
        map.set("because", "Nango's data puts the key there");
    }
    Some(Method { name: "api_key", map })
}

/// A key in the path of the base URL, or nowhere.
fn in_path(cx: &mut Cx<'_>) -> Option<Method> {
    if cx
        .entry
        .text("proxy/base_url")
        .is_some_and(|url| Template::read(url).names().iter().any(|name| is_key(name)))
    {
        let mut map = Map::spread();
        map.set("type", "api_key");
        map.set("in", "path");
        map.set("name", "key");
        map.set_some("key", own("key", cx));
        map.set("because", "Nango's data puts the key there");
        return Some(Method { name: "api_key", map });
    }
    cx.fail("there is a key, and the entry does not say where requests carry it");
    None
}

/// Credentials in several places: each is written out.
fn signed(headers: &[(String, String)], query: &[(String, String)], cx: &mut Cx<'_>) -> Method {
    let mut map = Map::spread();
    map.set("type", "signature");
    let mut sent = Map::new();
    carry(headers, query, &mut sent, cx);
    map.set_filled("credentials", further(&[], cx));
    for key in ["headers", "query"] {
        map.set_some(key, sent.remove(key));
    }
    Method { name: "api_key", map }
}

pub(super) fn basic(carried: &mut Carried, cx: &mut Cx<'_>) -> Option<Method> {
    for (name, title) in [("username", "User name"), ("password", "Password")] {
        let from = format!("credentials.{name}");
        if cx.field(&from).is_none() {
            let mut field = fields::undeclared(&from, "auth_mode", Place::Credentials);
            field.title = Some(title.to_owned());
            fields::add(field, cx);
        }
    }
    let password = cx.field_mut("credentials.password")?;
    password.secret = true;
    // An empty default is what stands where none is given.
    password.optional |= password.default.take().is_some();
    let custom = carried.auth_headers.iter().position(|(name, _)| name == "authorization");
    let others = carried.auth_headers.len() - usize::from(custom.is_some());
    if let (Some(custom), 0, true) = (custom, others, carried.auth_query.is_empty()) {
        let (_, value) = carried.auth_headers[custom].clone();
        return authorization(&value, cx);
    }
    if !carried.auth_headers.is_empty() || !carried.auth_query.is_empty() {
        let mut headers = carried.auth_headers.clone();
        if custom.is_none() {
            let basic = "Basic ${base64(${credentials.username}:${credentials.password})}";
            headers.insert(0, ("authorization".to_owned(), basic.to_owned()));
        }
        return Some(signed(&headers, &carried.auth_query, cx));
    }
    let mut map = Map::spread();
    map.set("type", "basic");
    for name in ["username", "password"] {
        let from = format!("credentials.{name}");
        let constant = cx.field(&from).and_then(|field| constant(field, cx));
        match constant {
            // An empty password is what stands where none is said.
            Some(text) if text.is_empty() && name == "password" => {}
            Some(text) => map.set(name, text),
            None => map.set_some(name, own(name, cx)),
        }
        cx.field_mut(&from)?.used = true;
    }
    map.set_filled("credentials", further(&["username", "password"], cx));
    Some(Method { name: "basic", map })
}

/// The value of a field that no form shows.
fn constant(field: &fields::Field, cx: &Cx<'_>) -> Option<String> {
    let hidden = cx.entry.flag(&format!("{}/hidden", field.path));
    let default = cx.entry.get(&format!("{}/default_value", field.path))?.as_str()?;
    hidden.then(|| default.to_owned())
}
