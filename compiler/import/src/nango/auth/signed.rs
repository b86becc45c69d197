//! Methods that sign: assertions, OAuth 1.0, AWS, WSSE.

use serde_json::Value;

use super::super::cx::Cx;
use super::super::fields::{self, Place};
use super::super::request::Carried;
use super::super::template::{Part, Template};
use super::super::urls::Urls;
use super::super::{actions, expression};
use super::oauth2::lifetime;
use super::{Method, carry, further};
use crate::yaml::{Map, Yaml};

/// The assertion that an entry says how to make: `token` with `signature`, or `assertion`.
pub(super) fn assertion(cx: &mut Cx<'_>) -> Option<Option<Map>> {
    let (at, key) = match (cx.entry.get("assertion"), cx.entry.get("token/signing_key")) {
        (Some(_), _) => ("assertion", "key"),
        (None, Some(_)) => ("token", "signing_key"),
        (None, None) => return Some(None),
    };
    let entry = cx.entry;
    if let Some(kind) = entry.text("assertion/type").filter(|kind| *kind != "jwt") {
        cx.fail(format!("the assertion is of the type `{kind}`: only JWTs are signed here"));
        return None;
    }
    let Some(algorithm) = entry.text(&format!("{at}/header/alg")).map(str::to_owned) else {
        cx.fail("the assertion does not say by which algorithm it is signed");
        return None;
    };
    let mut map = Map::spread();
    map.set("algorithm", algorithm.as_str());
    let path = format!("{at}/{key}");
    let template = Template::read(entry.text(&path).unwrap_or_default());
    let mut signing = expression::expression(&template, &path, cx)?;
    // Keys of HMAC are hexadecimal there unless they are said to be text.
    if algorithm.starts_with("HS") && entry.text("signature/hmac_secret_encoding") != Some("utf8") {
        signing = format!("{signing} | hex_decode");
    }
    map.set("key", format!("{{{{ {signing} }}}}"));
    let mut header = Map::new();
    for (name, value) in entry.members(&format!("{at}/header")) {
        let text = value.as_str().unwrap_or_default();
        if name != "alg" && !(name == "typ" && text == "JWT") {
            header.set(name, actions::tree(value, &format!("{at}/header/{name}"), cx)?);
        }
    }
    map.set_filled("header", header);
    let mut claims = Map::new();
    for (name, value) in entry.members(&format!("{at}/payload")) {
        let path = format!("{at}/payload/{name}");
        if optional(value, cx) {
            cx.left(&path, format!("the claim `{name}`, which stands only where its value is given"));
            continue;
        }
        claims.set(name, actions::tree(value, &path, cx)?);
    }
    map.set_filled("claims", claims);
    let seconds = entry
        .get("assertion/lifetimeInSeconds")
        .and_then(Value::as_u64)
        .map(|seconds| Value::from(seconds * 1000));
    map.set_some("lifetime", lifetime(seconds.as_ref().or(entry.get("token/expires_in_ms"))));
    Some(Some(map))
}

/// Whether a claim hangs on a value that may be absent.
fn optional(value: &Value, cx: &Cx<'_>) -> bool {
    match value {
        Value::String(text) => {
            Template::read(text).names().iter().any(|name| cx.field(name).is_some_and(|field| field.optional))
        }
        Value::Array(items) => items.iter().any(|item| optional(item, cx)),
        _ => false,
    }
}

/// A JWT that is sent as it is.
pub(super) fn jwt(carried: &Carried, cx: &mut Cx<'_>) -> Option<Method> {
    let Some(assertion) = assertion(cx)? else {
        cx.fail("the entry does not say how its token is signed (`token`)");
        return None;
    };
    let mut map = Map::spread();
    map.set("type", "jwt");
    map.set_filled("credentials", further(&[], cx));
    map.set("assertion", assertion);
    let standard =
        |(name, value): &(String, String)| name == "authorization" && value == "Bearer ${accessToken}";
    let mut headers = carried.auth_headers.clone();
    headers.retain(|header| !standard(header));
    if !headers.is_empty() || !carried.auth_query.is_empty() {
        if !headers.iter().any(|(name, _)| name == "authorization") {
            headers.insert(0, ("authorization".to_owned(), "Bearer ${accessToken}".to_owned()));
        }
        carry(&headers, &carried.auth_query, &mut map, cx);
    }
    Some(Method { name: "jwt", map })
}

pub(super) fn oauth1(urls: &Urls, carried: &Carried, cx: &mut Cx<'_>) -> Option<Method> {
    let method = cx.entry.text("signature_method").unwrap_or("HMAC-SHA1").to_owned();
    let mut map = Map::spread();
    map.set("type", "oauth1");
    if method != "HMAC-SHA1" {
        map.set("signature_method", method.as_str());
    }
    if method == "HMAC-SHA1" || method == "PLAINTEXT" {
        map.set("because", "The provider offers no other signature, by Nango's data");
    }
    for (key, address) in [
        ("request_token_url", &urls.request),
        ("authorization_url", &urls.authorization),
        ("token_url", &urls.token),
    ] {
        match address {
            Some(address) => map.set(key, address.url.clone()),
            None => cx.fail(format!("the entry does not say `{}`", key.replace("request_token", "request"))),
        }
    }
    let mut query = Map::new();
    let entry = cx.entry;
    for (name, value) in entry.members("authorization_params") {
        if let Some(text) = super::super::entry::text_of(value) {
            query.set(name, expression::template(&text, &format!("authorization_params/{name}"), cx)?);
        }
    }
    if !query.is_empty() {
        let mut authorize = Map::new();
        authorize.set("query", query);
        map.set("authorize", authorize);
    }
    if !carried.auth_headers.is_empty() {
        cx.left("proxy/headers", "headers that hold credentials beside the signature");
    }
    Some(Method { name: "oauth", map })
}

/// NetSuite's token-based authentication.
pub(super) fn tba(cx: &mut Cx<'_>) -> Option<Method> {
    let mut map = Map::spread();
    map.set("type", "oauth1");
    map.set("signature_method", "HMAC-SHA256");
    if let Some(field) = cx.field_mut("connectionConfig.accountId") {
        field.used = true;
        map.set("realm", format!("{{{{ config.{} | replace('-', '_') | upper }}}}", field.name));
    }
    map.set("client", "credentials");
    // What the method brings has names of its own.
    for (theirs, ours) in [
        ("oauth_client_id", "consumer_key"),
        ("oauth_client_secret", "consumer_secret"),
        ("token_id", "token"),
        ("token_secret", "token_secret"),
    ] {
        let declared = ["credentials", "connectionConfig"].map(|scope| format!("{scope}.{theirs}"));
        match declared.iter().find(|from| cx.field(from).is_some()).cloned() {
            Some(from) => {
                let field = cx.field_mut(&from)?;
                ours.clone_into(&mut field.name);
                field.place = Place::Credentials;
                field.secret = true;
                field.used = true;
            }
            None => {
                let mut field =
                    fields::undeclared(&format!("credentials.{theirs}"), "auth_mode", Place::Credentials);
                ours.clone_into(&mut field.name);
                field.title = Some(super::super::names::title(ours));
                field.secret = true;
                fields::add(field, cx);
            }
        }
    }
    map.set_filled("credentials", further(&[], cx));
    Some(Method { name: "token", map })
}

/// AWS Signature Version 4 by what a function of theirs is given.
pub(super) fn aws(value: &str, cx: &mut Cx<'_>) -> Option<Method> {
    let template = Template::read(value);
    let [Part::Call(_, arguments)] = template.parts.as_slice() else {
        cx.fail("the signature of AWS stands within another text");
        return None;
    };
    let name = |at: usize| match arguments.get(at).map(|argument| argument.parts.as_slice()) {
        Some([Part::Name(name)]) => Some(name.clone()),
        _ => None,
    };
    for (at, ours, secret) in [(0, "access_key_id", false), (1, "secret_access_key", true)] {
        let field = name(at).and_then(|name| cx.field_mut(&name));
        let Some(field) = field else {
            cx.fail("the keys of AWS are no credentials");
            return None;
        };
        ours.clone_into(&mut field.name);
        field.secret = secret;
        field.used = true;
    }
    let mut map = Map::spread();
    map.set("type", "aws_sigv4");
    for (at, key) in [(3, "service"), (2, "region")] {
        let Some(argument) = arguments.get(at) else { continue };
        map.set(key, expression::of(argument, "proxy/headers/authorization", cx)?);
    }
    map.set_filled("credentials", further(&[], cx));
    Some(Method { name: "aws", map })
}

/// AWS with keys that Nango fetches by assuming a role: here whoever connects gives them.
pub(super) fn aws_role(cx: &mut Cx<'_>) -> Option<Method> {
    let mut map = Map::spread();
    map.set("type", "aws_sigv4");
    for key in ["service", "region"] {
        let from = format!("connectionConfig.{key}");
        if cx.field(&from).is_none() {
            fields::add(fields::undeclared(&from, "auth_mode", Place::Config), cx);
        }
        map.set(key, format!("{{{{ {} }}}}", expression::reference(&from, "auth_mode", cx)?));
    }
    cx.left(
        "auth_mode",
        "Nango gets the keys by assuming a role with keys of its own; here whoever connects gives keys",
    );
    cx.fields.retain(|field| !matches!(field.place, Place::Credentials | Place::App));
    Some(Method { name: "aws", map })
}

/// WS-Security's user name token.
pub(super) fn wsse(carried: &Carried, cx: &mut Cx<'_>) -> Option<Method> {
    match cx.entry.text("signature/protocol") {
        Some("WSSE") => {}
        other => {
            let other = other.unwrap_or("nothing").to_owned();
            cx.fail(format!("the signature is by `{other}`, which is not known here"));
            return None;
        }
    }
    for (name, title) in [("username", "User name"), ("password", "Password")] {
        let from = format!("credentials.{name}");
        if cx.field(&from).is_none() {
            let mut field = fields::undeclared(&from, "auth_mode", Place::Credentials);
            field.title = Some(title.to_owned());
            fields::add(field, cx);
        }
    }
    cx.field_mut("credentials.password")?.secret = true;
    let user = expression::reference("credentials.username", "auth_mode", cx)?;
    let password = expression::reference("credentials.password", "auth_mode", cx)?;
    let created = expression::MOMENT;
    let token = format!(
        "UsernameToken Username=\"{{{{ {user} }}}}\", PasswordDigest=\"{{{{ (nonce ~ {created} ~ {password}) | sha1 | hex | base64 }}}}\", Nonce=\"{{{{ nonce }}}}\", Created=\"{{{{ {created} }}}}\""
    );
    let mut headers = Map::new();
    for (name, value) in &carried.auth_headers {
        match value.as_str() {
            "${accessToken}" => headers.set(name.clone(), token.clone()),
            _ => cx.left(&format!("proxy/headers/{name}"), format!("the header `{name}`")),
        }
    }
    if headers.is_empty() {
        headers.set("x-wsse", token);
    }
    let mut map = Map::spread();
    map.set("type", "signature");
    map.set_filled("credentials", further(&[], cx));
    map.set("headers", headers);
    map.set("because", "WSSE is computed over SHA-1");
    Some(Method { name: "wsse", map })
}

/// An app that is installed: a JWT of the app is exchanged for a token of the installation.
pub(super) fn app(urls: &Urls, carried: &Carried, cx: &mut Cx<'_>) -> Option<Method> {
    let Some(address) = urls.token.as_ref() else {
        cx.fail("the entry does not say where tokens come from (`token_url`)");
        return None;
    };
    let Yaml::Text(url) = &address.url else {
        cx.fail("a choice decides where tokens come from");
        return None;
    };
    for (name, title, secret) in [("app_id", "App ID", false), ("private_key", "Private key", true)] {
        let mut field = fields::undeclared(&format!("app.{name}"), "auth_mode", Place::App);
        field.title = Some(title.to_owned());
        field.secret = secret;
        fields::add(field, cx);
    }
    let mut claims = Map::new();
    claims.set("iss", "{{ app.app_id }}");
    let mut assertion = Map::spread();
    assertion.set("algorithm", "RS256");
    assertion.set("key", "{{ app.private_key }}");
    assertion.set("claims", claims);
    assertion.set("lifetime", "10m");
    let mut headers = Map::new();
    headers.set("authorization", "Bearer {{ credentials.assertion }}");
    headers.set("accept", "application/vnd.github.v3+json");
    let mut body = Map::new();
    body.set("json", Map::new());
    let mut token = Map::spread();
    token.set("post", url.as_str());
    token.set("headers", headers);
    token.set("body", body);
    let mut response = Map::new();
    response.set("access_token", "{{ response.body.token }}");
    response.set("token_type", "Bearer");
    response.set("expires_at", "{{ response.body.expires_at }}");
    let mut map = Map::spread();
    map.set("type", "oauth2");
    map.set("grant", "custom");
    map.set("client", "app");
    map.set("assertion", assertion);
    map.set("token", token);
    map.set("response", response);
    if carried.auth_headers.iter().any(|(name, _)| name != "authorization") {
        cx.left("proxy/headers", "headers that hold credentials beside the token");
    }
    Some(Method { name: "app", map })
}
