//! OAuth 2.0: authorization code, client credentials, and the servers of the Model Context Protocol.

use super::super::address::Address;
use super::super::cx::Cx;
use super::super::entry::text_of;
use super::super::fields::{self, Place};
use super::super::request::Carried;
use super::super::urls::Urls;
use super::super::{captures, expression};
use super::{Method, carry, further, signed};
use crate::yaml::{Map, Yaml};

/// Whose tokens they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Code,
    ClientCredentials,
    Mcp,
}

/// The names that templates have for what an app and its tokens are.
pub(super) fn prepare(flow: Flow, cx: &mut Cx<'_>) {
    let client = if flow == Flow::ClientCredentials { "credentials" } else { "app" };
    for (theirs, ours) in [
        ("accessToken", "credentials.access_token".to_owned()),
        ("credentials.token", "credentials.access_token".to_owned()),
        ("refresh_token", "credentials.refresh_token".to_owned()),
        ("clientId", format!("{client}.client_id")),
        ("clientSecret", format!("{client}.client_secret")),
        ("credentials.assertion", "credentials.assertion".to_owned()),
    ] {
        cx.names.insert(theirs.to_owned(), ours);
    }
    for (theirs, ours) in [("client_certificate", "certificate"), ("client_private_key", "private_key")] {
        if let Some(field) = cx.field_mut(&format!("credentials.{theirs}")) {
            ours.clone_into(&mut field.name);
            field.used = true;
        }
    }
}

pub(super) fn read(flow: Flow, urls: &Urls, carried: &Carried, cx: &mut Cx<'_>) -> Option<Method> {
    let mut map = Map::spread();
    map.set("type", "oauth2");
    map.set(
        "grant",
        if flow == Flow::ClientCredentials { "client_credentials" } else { "authorization_code" },
    );
    let token_url = urls.token.as_ref();
    if token_url.is_none() {
        cx.fail("the entry does not say where tokens come from (`token_url`)");
    }
    if flow != Flow::ClientCredentials && urls.authorization.is_none() {
        cx.fail("the entry does not say where users consent (`authorization_url`)");
    }
    let authentication = authentication(flow, cx)?;
    map.set_some("client_auth", authentication);
    if authentication == Some("private_key_jwt") {
        match signed::assertion(cx)? {
            Some(assertion) => map.set("assertion", assertion),
            None => cx.fail(
                "the client proves itself with a signed assertion, and the entry does not say how to make it",
            ),
        }
    }
    if flow == Flow::Mcp {
        registration(urls, &mut map, cx);
    }
    if flow != Flow::ClientCredentials {
        map.set_some("authorization_url", urls.authorization.as_ref().map(|address| address.url.clone()));
    }
    map.set_some("token_url", token_url.map(|address| address.url.clone()));
    map.set_some("refresh_url", urls.refresh.as_ref().map(|address| address.url.clone()));
    if flow != Flow::ClientCredentials && cx.entry.flag("disable_pkce") {
        map.set("pkce", false);
        map.set("because", "The authorization server does not take a code challenge, by Nango's data");
    }
    scopes(&mut map, cx);
    if flow != Flow::ClientCredentials {
        map.set_filled("authorize", authorize(urls.authorization.as_ref(), cx)?);
    }
    let mut token = token(urls, cx)?;
    if flow == Flow::ClientCredentials && authentication == Some("basic") && is_encoded(cx) {
        raw_basic(&mut map, &mut token, cx);
    }
    map.set_filled("token", token);
    map.set_filled("refresh", refresh(flow, urls, cx)?);
    answer(&mut map, cx);
    map.set_filled("capture", captures::yaml(cx));
    if cx.entry.flag("require_client_certificate") {
        map.set("client_certificate", true);
    }
    tokens(carried, &mut map, cx);
    let own: &[&str] =
        if cx.entry.flag("require_client_certificate") { &["certificate", "private_key"] } else { &[] };
    map.set_filled("credentials", further(own, cx));
    Some(Method { name: "oauth", map })
}

/// How the client says who it is.
fn authentication(flow: Flow, cx: &mut Cx<'_>) -> Option<Option<&'static str>> {
    let registered = cx.entry.text("client_registration");
    if flow == Flow::Mcp && matches!(registered, Some("dynamic" | "cimd")) {
        return Some(Some("none"));
    }
    let header = cx.entry.text("authorization_method") == Some("header");
    Some(match cx.entry.text("token_request_auth_method") {
        Some("basic") => Some("basic"),
        // Its parameters have other names: see `token`.
        Some("custom") => None,
        Some("private_key_jwt") => Some("private_key_jwt"),
        None if header => Some("basic"),
        None => None,
        Some(other) => {
            let other = other.to_owned();
            cx.fail(format!("`token_request_auth_method: {other}` is not known here"));
            return None;
        }
    })
}

/// Whether the client's id or secret holds, by its pattern, characters that a form encodes.
fn is_encoded(cx: &Cx<'_>) -> bool {
    ["credentials.client_id", "credentials.client_secret"].iter().any(|from| {
        let pattern = cx.field(from).and_then(|field| field.pattern.as_deref());
        pattern.is_some_and(|pattern| pattern.contains(['@', ':', '/', '+', '=', '%', '&']))
    })
}

/// HTTP Basic with the id and the secret as they are. RFC 6749, 2.3.1 has them encoded as a form, and Nango does not.
fn raw_basic(map: &mut Map, token: &mut Map, cx: &mut Cx<'_>) {
    if cx.field("credentials.client_secret").is_none() {
        let mut field = fields::undeclared("credentials.client_secret", "auth_mode", Place::Credentials);
        field.secret = true;
        fields::add(field, cx);
    }
    map.set("client_auth", "none");
    let mut headers = match token.remove("headers") {
        Some(Yaml::Map(map)) => map,
        _ => Map::new(),
    };
    headers.set(
        "authorization",
        "Basic {{ (credentials.client_id ~ ':' ~ credentials.client_secret) | base64 }}",
    );
    token.set("omit", vec![Yaml::from("client_id")]);
    token.set("headers", headers);
    cx.assumed(
        "token_request_auth_method",
        "the client's id and secret are sent as they are: RFC 6749 has them encoded, and Nango does not",
    );
}

fn registration(urls: &Urls, map: &mut Map, cx: &mut Cx<'_>) {
    match cx.entry.text("client_registration") {
        Some("dynamic") => {
            map.set("registration", "dynamic");
            map.set_some("registration_url", urls.registration.as_ref().map(|address| address.url.clone()));
        }
        Some("cimd") => map.set("description", "The client's id is the URL of its own metadata document."),
        Some("static") | None => {}
        Some(other) => {
            cx.defect("client_registration", format!("`{other}` is no way to register that is known"))
        }
    }
}

fn scopes(map: &mut Map, cx: &mut Cx<'_>) {
    let mut scopes = Map::spread();
    for scope in cx.entry.texts("default_scopes") {
        scopes.set(scope, "Asked for unless said otherwise");
    }
    map.set_filled("scopes", scopes);
    let raw = cx.entry.texts("authorization_url_skip_encode").any(|part| part == "scopes");
    match cx.entry.get("scope_separator").and_then(serde_json::Value::as_str) {
        // A bare `+` in a query is a space.
        Some("+") if raw => {}
        Some(separator) if separator != " " && !separator.is_empty() => map.set("scope_separator", separator),
        _ => {}
    }
}

/// What the authorization request has beside, instead of or without the usual.
fn authorize(url: Option<&Address>, cx: &mut Cx<'_>) -> Option<Map> {
    let mut map = Map::spread();
    let mut query = Map::new();
    for (name, value) in url.map(|url| url.query.as_slice()).unwrap_or_default() {
        query.set(name.clone(), value.clone());
    }
    let entry = cx.entry;
    for (name, value) in entry.members("authorization_params") {
        let path = format!("authorization_params/{name}");
        let Some(text) = text_of(value) else {
            cx.defect(&path, format!("`{name}` is no text"));
            continue;
        };
        if name != "response_type" || text != "code" {
            query.set(name, expression::template(&text, &path, cx)?);
        }
    }
    map.set_filled("query", query);
    let mut rename = Map::new();
    let mut omit: Vec<Yaml> = Vec::new();
    for (from, to) in entry.members("authorization_url_replacements") {
        let path = format!("authorization_url_replacements/{from}");
        let word = |text: &str| text.trim_matches(['&', '?']).trim_end_matches('=').to_owned();
        let (old, new) = (word(from), word(to.as_str().unwrap_or_default()));
        match (old.split_once('='), is_word(&old), new.is_empty() || is_word(&new)) {
            (None, true, _)
                if matches!(old.as_str(), "state" | "code_challenge" | "code_challenge_method") =>
            {
                cx.fail(format!("the provider calls `{old}` otherwise (`{new}`): what ties an answer to who asked for it keeps its name here"));
            }
            (None, true, true) if new.is_empty() => omit.push(old.into()),
            (None, true, true) => rename.set(old, new),
            (Some((old, _)), _, true) if new.is_empty() => omit.push(old.into()),
            _ => {
                cx.left(&path, format!("`{from}` is replaced in the URL's text, and is no parameter's name"))
            }
        }
    }
    map.set_filled("rename", rename);
    if !omit.is_empty() {
        map.set("omit", omit);
    }
    let fragment = url.and_then(|url| url.fragment.as_deref()).or(entry.text("authorization_url_fragment"));
    map.set_some("fragment", fragment);
    map.set_some("code", entry.text("authorization_code_param_in_callback"));
    Some(map)
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// What the token request has beside the usual.
fn token(urls: &Urls, cx: &mut Cx<'_>) -> Option<Map> {
    let mut map = Map::spread();
    let params = params("token_params", &["authorization_code", "client_credentials"], cx)?;
    map.set_filled("params", params);
    if cx.entry.text("token_request_auth_method") == Some("custom") {
        let mut rename = Map::new();
        rename.set("client_id", "username");
        rename.set("client_secret", "password");
        map.set("rename", rename);
        if cx.entry.get("token_params/grant_type").is_none() {
            map.set("omit", vec![Yaml::from("grant_type")]);
        }
    } else if cx.entry.text("auth_mode") == Some("OAUTH2_CC")
        && cx.entry.get("token_params/grant_type").is_none()
    {
        // Nango sends no more than the entry says.
        map.set("omit", vec![Yaml::from("grant_type")]);
    }
    dress("token_headers", urls.token.as_ref(), &mut map, cx)?;
    Some(map)
}

/// What the refresh request has beside the usual.
fn refresh(flow: Flow, urls: &Urls, cx: &mut Cx<'_>) -> Option<Map> {
    if flow == Flow::ClientCredentials {
        return Some(Map::new());
    }
    let mut map = Map::spread();
    let entry = cx.entry;
    let key = if entry.get("refresh_params").is_some() { "refresh_params" } else { "token_params" };
    if key == "token_params" && entry.get("token_params/grant_type").is_some() {
        let message = "without `refresh_params` Nango refreshes with those of the token request, its `grant_type` among them; here it is `refresh_token`";
        cx.defect("token_params", message);
    }
    if entry.get("refresh_token_params").is_some() {
        cx.defect(
            "refresh_token_params",
            "`refresh_token_params` is for logins; an OAuth 2.0 refresh takes `refresh_params`",
        );
    }
    map.set_filled("params", params(key, &["authorization_code", "refresh_token"], cx)?);
    let url = urls.refresh.as_ref().or(urls.token.as_ref());
    let headers =
        if entry.get("refresh_token_headers").is_some() { "refresh_token_headers" } else { "token_headers" };
    dress(headers, url, &mut map, cx)?;
    Some(map)
}

/// The parameters of a request to the token endpoint, without the usual `grant_type`.
fn params(key: &str, usual: &[&str], cx: &mut Cx<'_>) -> Option<Map> {
    let mut map = Map::new();
    let entry = cx.entry;
    for (name, value) in entry.members(key) {
        let path = format!("{key}/{name}");
        let Some(text) = text_of(value) else {
            cx.defect(&path, format!("`{name}` is no text"));
            continue;
        };
        if name == "grant_type" && usual.contains(&text.as_str()) {
            continue;
        }
        map.set(name, expression::template(&text, &path, cx)?);
    }
    Some(map)
}

/// The form, the headers and the query of a request to the token endpoint.
fn dress(headers: &str, url: Option<&Address>, map: &mut Map, cx: &mut Cx<'_>) -> Option<()> {
    let entry = cx.entry;
    match entry.text("body_format") {
        Some(form @ ("json" | "query" | "xml")) => map.set("as", form),
        Some("form") | None => {}
        Some(other) => cx.defect("body_format", format!("`{other}` is no form of a body")),
    }
    if entry.text("token_request_method") == Some("GET") {
        map.set("method", "get");
    }
    let mut sent = Map::new();
    for (name, value) in entry.members(headers) {
        let lower = name.to_ascii_lowercase();
        let Some(text) = text_of(value).filter(|_| lower != "content-type") else { continue };
        sent.set(lower, expression::template(&text, &format!("{headers}/{name}"), cx)?);
    }
    map.set_filled("headers", sent);
    let mut query = Map::new();
    for (name, value) in url.map(|url| url.query.as_slice()).unwrap_or_default() {
        query.set(name.clone(), value.clone());
    }
    map.set_filled("query", query);
    Some(())
}

/// Where the token stands in the answer, and how long it lives.
fn answer(map: &mut Map, cx: &mut Cx<'_>) {
    let entry = cx.entry;
    let mut response = Map::new();
    if let Some(path) = entry.text("alternate_access_token_response_path") {
        let other = captures::member("response.body", &format!("{path}.access_token"));
        response.set("access_token", format!("{{{{ response.body.access_token | default({other}) }}}}"));
    }
    for (ours, theirs) in
        [("access_token", "token_response/token"), ("refresh_token", "token_response/refresh_token")]
    {
        if let Some(path) = entry.text(theirs) {
            response.set(ours, format!("{{{{ {} }}}}", captures::member("response.body", path)));
        }
    }
    map.set_filled("response", response);
    map.set_some("expires_unit", entry.text("expires_in_unit"));
    map.set_some("lifetime", lifetime(entry.get("token_expires_in_ms")));
    if let Some(seconds) = entry.get("token_expiration_buffer").and_then(serde_json::Value::as_u64) {
        map.set("refresh_before", format!("{seconds}s"));
    }
}

/// Milliseconds as a duration of ours.
pub(super) fn lifetime(value: Option<&serde_json::Value>) -> Option<String> {
    let seconds = value?.as_u64()? / 1000;
    Some(match seconds {
        0 => return None,
        _ if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        _ if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    })
}

/// What each request of the API carries, where that is not the token alone.
fn tokens(carried: &Carried, map: &mut Map, cx: &mut Cx<'_>) {
    let mut headers = carried.auth_headers.clone();
    headers.retain(|(name, value)| name != "authorization" || !is_standard(value));
    if headers.is_empty() && carried.auth_query.is_empty() {
        return;
    }
    carry(&headers, &carried.auth_query, map, cx);
    if headers.iter().any(|(name, _)| name == "authorization") {
        return;
    }
    let mut all = Map::new();
    all.set("authorization", "{{ credentials.token_type }} {{ credentials.access_token }}");
    if let Some(Yaml::Map(others)) = map.remove("headers") {
        for (name, value) in others.into_members() {
            all.set(name, value);
        }
    }
    map.set("headers", all);
}

fn is_standard(value: &str) -> bool {
    matches!(value, "Bearer ${accessToken}" | "Bearer ${credentials.access_token}" | "Bearer ${apiKey}")
}

/// Any server of the Model Context Protocol: its URL is given, and all else is discovered.
pub(super) fn generic(cx: &mut Cx<'_>) -> Option<Method> {
    let name = super::super::template::Template::read(cx.entry.text("proxy/base_url")?)
        .names()
        .first()
        .map(|name| (*name).to_owned());
    let Some(name) = name else {
        cx.fail("the entry does not say which field holds the server's URL");
        return None;
    };
    let server = expression::reference(&name, "proxy/base_url", cx)?;
    let mut map = Map::spread();
    map.set("type", "oauth2");
    map.set("grant", "authorization_code");
    map.set("client_auth", "none");
    map.set("discovery", format!("{{{{ {server} }}}}"));
    map.set("registration", "dynamic");
    Some(Method { name: "oauth", map })
}
