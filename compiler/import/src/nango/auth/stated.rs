//! Methods whose credentials are sent as they are: none, keys, static tokens, user names with passwords.

use super::super::actions;
use super::super::cx::Cx;
use super::super::expression;
use super::super::fields::{self, Place};
use super::super::request::Carried;
use super::super::template::{Part, Template};
use super::{Method, carry, further, own};
use crate::yaml::{Map, Yaml};

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
    // The key itself makes the method; whatever else a request carries stands beside it.
    let names_key = |value: &str| Template::read(value).names().iter().any(|name| is_key(name));
    let holds = |(_, value): &(String, String)| names_key(value) && !is_computed(value);
    let (headers, query, body) = (&mut carried.auth_headers, &mut carried.auth_query, &mut carried.auth_body);
    let mut method = if let Some(at) = headers.iter().position(holds) {
        let (name, value) = headers.remove(at);
        if name == "authorization" { authorization(&value, cx)? } else { keyed("header", &name, &value, cx)? }
    } else if let Some(at) = query.iter().position(holds) {
        let (name, value) = query.remove(at);
        keyed("query", &name, &value, cx)?
    } else if let Some(at) = body.iter().position(|(_, value)| value.as_str().is_some_and(names_key)) {
        let (name, value) = body.remove(at);
        keyed("body", &name, value.as_str().unwrap_or_default(), cx)?
    } else if let Some(at) =
        headers.iter().position(|(name, value)| name == "authorization" && value.contains("base64("))
    {
        let (_, value) = headers.remove(at);
        authorization(&value, cx)?
    } else if headers.is_empty() && query.is_empty() && body.is_empty() {
        in_path(cx)?
    } else {
        signature()
    };
    beside(carried, &mut method.map, cx);
    Some(method)
}

/// What requests carry beside the method's own.
fn beside(carried: &Carried, map: &mut Map, cx: &mut Cx<'_>) {
    carry(&carried.auth_headers, &carried.auth_query, map, cx);
    let weak = carried.auth_headers.iter().any(|(_, value)| value.contains("Sha1") || value.contains("md5"));
    if weak && map.get("because").is_none() {
        map.set("because", "The provider takes no better digest, by Nango's data");
    }
    if !carried.auth_query.is_empty() && map.get("because").is_none() {
        map.set("because", "Nango's data puts credentials into the query");
    }
    let mut body = Map::new();
    for (name, value) in &carried.auth_body {
        if let Some(value) = actions::tree(value, &format!("proxy/body/{name}"), cx) {
            body.set(name.clone(), value);
        }
    }
    map.set_filled("body", body);
    let known: Vec<String> = match map.get("credentials") {
        Some(Yaml::Map(map)) => map.keys().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let mut own: Vec<&str> = vec!["key", "token"];
    own.extend(known.iter().map(String::as_str));
    if map.get("username").is_some() {
        own.extend(["username", "password"]);
    }
    let more = further(&own, cx);
    if !more.is_empty() {
        let mut all = match map.remove("credentials") {
            Some(Yaml::Map(map)) => map,
            _ => Map::spread(),
        };
        more.into_members().for_each(|(name, field)| all.set(name, field));
        map.set("credentials", all);
    }
}

/// Credentials in places of which none is the key's alone: each is written out.
fn signature() -> Method {
    let mut map = Map::spread();
    map.set("type", "signature");
    Method { name: "api_key", map }
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

/// Whether a value is made of the request that it stands in, or anew for each.
fn is_computed(value: &str) -> bool {
    Template::read(value).any(&|part| match part {
        Part::Name(name) => {
            matches!(
                name.as_str(),
                "method" | "host" | "path" | "params" | "endpoint" | "bodyCanonicalParams" | "random"
            )
        }
        Part::Call(function, _) => function != "base64",
        Part::Now { .. } => true,
        Part::Literal(_) => false,
    })
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
    if let Some(at) = carried.auth_headers.iter().position(|(name, _)| name == "authorization") {
        for from in ["credentials.username", "credentials.password"] {
            // What no form asks for is a constant.
            if let Some(text) = cx.field(from).and_then(|field| constant(field, cx)) {
                cx.fields.retain(|field| field.from != from);
                cx.names.insert(from.to_owned(), expression::quoted(&text));
            }
        }
        let (name, value) = carried.auth_headers.remove(at);
        let mut method =
            if is_computed(&value) || carried.auth_headers.iter().any(|(_, value)| is_computed(value)) {
                carried.auth_headers.insert(0, (name, value));
                signature()
            } else {
                authorization(&value, cx)?
            };
        beside(carried, &mut method.map, cx);
        return Some(method);
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
    beside(carried, &mut map, cx);
    Some(Method { name: "basic", map })
}

/// The value of a field that no form shows.
fn constant(field: &fields::Field, cx: &Cx<'_>) -> Option<String> {
    let hidden = cx.entry.flag(&format!("{}/hidden", field.path));
    let default = cx.entry.get(&format!("{}/default_value", field.path))?.as_str()?;
    hidden.then(|| default.to_owned())
}
