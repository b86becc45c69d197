//! Logins: one request or more whose answers hold a token or a cookie.

use serde_json::Value;

use super::super::address::Address;
use super::super::cx::Cx;
use super::super::entry::text_of;
use super::super::fields::{self, Host, Place};
use super::super::request::Carried;
use super::super::template::Template;
use super::super::urls::Urls;
use super::super::{actions, captures, expression, names};
use super::oauth2::lifetime;
use super::{Method, carry, further, signed};
use crate::yaml::{Map, Yaml};

/// Declares what the steps hand on, so that URLs and templates find it.
pub(super) fn prepare(cx: &mut Cx<'_>) {
    for (theirs, ours) in [
        ("accessToken", "captured.token"),
        ("credentials.token", "captured.token"),
        ("credentials._cookies", "captured.cookie"),
        ("refresh_token", "captured.refresh_token"),
        ("token", "credentials.assertion"),
        ("credentials.assertion", "credentials.assertion"),
    ] {
        cx.names.insert(theirs.to_owned(), ours.to_owned());
    }
    let mut texts = Vec::new();
    for (_, value) in cx.entry.keys() {
        collect(value, &mut texts);
    }
    for text in texts {
        for name in Template::read(&text).names() {
            if let Some((step, path)) = step_name(name)
                && cx.field(name).is_none()
            {
                let mut field = fields::undeclared(name, "additional_steps", Place::Captured);
                field.name = names::snake(path.rsplit('.').next().unwrap_or(path));
                field.step = Some(step);
                field.source = Some(captures::member("response.body", path));
                fields::add(field, cx);
            }
        }
    }
}

/// Declares what an assertion is signed with: a credential here, as assertions are signed anew.
pub(super) fn assertion_fields(cx: &mut Cx<'_>) {
    if cx.entry.get("assertion").is_some() {
        cx.fields.retain(|field| field.from != "credentials.assertion");
    }
    let entry = cx.entry;
    for (name, spec) in entry.members("assertion_option") {
        let path = format!("assertion_option/{name}");
        let mut field = fields::undeclared(&format!("assertionOption.{name}"), &path, Place::Credentials);
        let get =
            |key: &str| spec.get(key).and_then(text_of).map(fields::one_line).filter(|text| !text.is_empty());
        field.title = get("title").or(field.title);
        field.description = get("description");
        field.secret = true;
        fields::add(field, cx);
        cx.assumed(&path, format!("`{name}` is kept with the connection: assertions are signed anew"));
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

/// `step2.a.b` is the member `a.b` of what the second step answers.
fn step_name(name: &str) -> Option<(usize, &str)> {
    let (number, path) = name.strip_prefix("step")?.split_once('.')?;
    number.parse().ok().map(|number| (number, path))
}

pub(super) fn read(urls: &Urls, carried: &Carried, cx: &mut Cx<'_>) -> Option<Method> {
    let Some(first) = urls.token.as_ref() else {
        cx.fail("the entry does not say where to log in (`token_url`)");
        return None;
    };
    let root = Value::Object(cx.entry.keys().map(|(key, value)| (key.to_owned(), value.clone())).collect());
    let more = cx.entry.get("additional_steps").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut steps = vec![step(&root, "", first, urls, cx)?];
    for (at, value) in more.iter().enumerate() {
        let Some(Some(address)) = urls.steps.get(at) else {
            cx.fail(format!("step {} of the login does not say where it goes", at + 2));
            return None;
        };
        steps.push(step(value, &format!("additional_steps/{at}/"), address, urls, cx)?);
    }
    let last = steps.len();
    for (at, step) in steps.iter_mut().enumerate() {
        step.set_filled("capture", handed_on(at + 1, at + 1 == last, cx));
    }
    let assertion = signed::assertion(cx)?;
    let mut map = Map::spread();
    map.set("type", "session");
    map.set_filled("credentials", further(&[], cx));
    map.set_some("assertion", assertion);
    map.set("steps", steps.into_iter().map(Yaml::Map).collect::<Vec<_>>());
    expiry(&mut map, cx);
    if let Some(step) = refresh(urls, cx)? {
        map.set("refresh", vec![Yaml::Map(step)]);
    }
    map.set_some("lifetime", lifetime(cx.entry.get("token_expires_in_ms")));
    if let Some(seconds) = cx.entry.get("token_expiration_buffer").and_then(Value::as_u64) {
        map.set("refresh_before", format!("{seconds}s"));
    }
    requests(carried, &mut map, cx);
    Some(Method { name: "login", map })
}

/// One request of a login.
fn step(value: &Value, at: &str, address: &Address, urls: &Urls, cx: &mut Cx<'_>) -> Option<Map> {
    let get = value.get("token_request_method").and_then(Value::as_str) == Some("GET");
    let mut map = Map::spread();
    map.set(if get { "get" } else { "post" }, url(address, urls));
    let mut query = Map::new();
    for (name, value) in &address.query {
        query.set(name.clone(), value.clone());
    }
    map.set_filled("query", query);
    let mut headers = Map::new();
    for (name, value) in value.get("token_headers").and_then(Value::as_object).into_iter().flatten() {
        let lower = name.to_ascii_lowercase();
        let Some(text) = text_of(value).filter(|_| lower != "content-type") else { continue };
        headers.set(lower, expression::template(&text, &format!("{at}token_headers/{name}"), cx)?);
    }
    map.set_filled("headers", headers);
    // The form is that of the first step, and JSON where that says none.
    let form = cx.entry.text("body_format").unwrap_or("json").to_owned();
    let form = if at.is_empty() || form == "form" { form } else { "json".to_owned() };
    if !get {
        let params =
            value.get("token_params").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let params = if form == "xml" { xml(&params) } else { params };
        let mut body = Map::new();
        body.set(form.clone(), actions::tree(&params, &format!("{at}token_params"), cx)?);
        map.set("body", body);
    }
    if !matches!(form.as_str(), "form" | "json" | "xml") {
        cx.fail(format!("`body_format: {form}` is no form of a login's body"));
        return None;
    }
    Some(map)
}

/// Attributes are `@name` here, and `$name` there.
fn xml(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                // The declaration stands before each document by itself.
                .filter(|(key, _)| *key != "?xml")
                .map(|(key, value)| {
                    let key = key.strip_prefix('$').map_or_else(|| key.clone(), |name| format!("@{name}"));
                    (key, xml(value))
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(xml).collect()),
        other => other.clone(),
    }
}

/// Where a step goes: a path behind the base URL where that fits, and else the whole URL, or a table of such.
fn url(address: &Address, urls: &Urls) -> Yaml {
    let behind = |url: &Yaml, base: Option<&Yaml>| match (url, base) {
        (Yaml::Text(url), Some(Yaml::Text(base))) => {
            url.strip_prefix(base.as_str()).filter(|path| path.starts_with('/')).map(str::to_owned)
        }
        _ => None,
    };
    let base = urls.base.as_ref().map(|base| &base.url);
    let path = match (&address.url, base) {
        (Yaml::Map(rows), Some(Yaml::Map(bases))) if rows.get("by") == bases.get("by") => {
            let mut paths = rows
                .clone()
                .into_members()
                .filter(|(key, _)| key != "by")
                .map(|(key, url)| behind(&url, bases.get(&key)));
            let first = paths.next().flatten();
            first.filter(|first| paths.all(|path| path.as_ref() == Some(first)))
        }
        (url, base) => behind(url, base),
    };
    path.map_or_else(|| address.url.clone(), Yaml::Text)
}

/// What a step captures for those behind it; the last captures the token.
fn handed_on(number: usize, last: bool, cx: &mut Cx<'_>) -> Map {
    let entry = cx.entry;
    let xml = entry.text("body_format") == Some("xml");
    let body = if xml { "response.xml" } else { "response.body" };
    let mut map = Map::spread();
    for field in cx.fields.iter().filter(|field| field.place == Place::Captured) {
        let Some(source) = &field.source else { continue };
        let here = match field.step {
            Some(step) => step == number,
            // What the answer tells is in the answer of the last step, or in that of the first.
            None => source.starts_with("response.") && last,
        };
        if !here {
            continue;
        }
        map.set(
            field.name.clone(),
            match (&field.host, field.step) {
                (Host::No, Some(_)) => Yaml::Text(format!("{{{{ {source} }}}}")),
                _ => captures::capture(field, source, cx),
            },
        );
    }
    if !last {
        return map;
    }
    if entry.get("token_response/token").and_then(Value::as_str) == Some("") {
        map.set("token", "{{ response.text }}");
    } else if let Some(path) = entry.text("token_response/token") {
        map.set("token", format!("{{{{ {} }}}}", captures::member(body, path)));
    } else if signed_by_hand(cx) {
        map.set("token", "{{ response.body.access_token }}");
    }
    if let Some(path) = entry.text("token_response/refresh_token") {
        map.set("refresh_token", format!("{{{{ {} }}}}", captures::member(body, path)));
    }
    if let Some(path) = entry.text("token_response/token_expiration") {
        let mut capture = Map::new();
        capture.set("value", format!("{{{{ {} }}}}", captures::member(body, path)));
        capture.set("secret", false);
        map.set("expires", capture);
    }
    if entry.texts("token_response_headers").any(|name| name.eq_ignore_ascii_case("set-cookie")) {
        map.set("cookie", "{{ response.cookie }}");
    }
    map
}

fn signed_by_hand(cx: &Cx<'_>) -> bool {
    cx.entry.get("token_response").is_none()
}

/// When the token expires, by what the answer says.
fn expiry(map: &mut Map, cx: &mut Cx<'_>) {
    if cx.entry.text("token_response/token_expiration").is_none() {
        return;
    }
    match cx.entry.text("token_response/token_expiration_strategy").unwrap_or("expireIn") {
        "expireIn" => map.set("expires_at", "{{ now + ((captured.expires ~ 's') | duration) }}"),
        "expireAt" => map.set("expires_at", "{{ captured.expires }}"),
        other => {
            let message = format!("`{other}` is no strategy of expiry");
            cx.defect("token_response/token_expiration_strategy", message);
        }
    }
}

/// How a login is renewed without its credentials.
fn refresh(urls: &Urls, cx: &mut Cx<'_>) -> Option<Option<Map>> {
    let Some(params) = cx.entry.get("refresh_token_params").cloned() else { return Some(None) };
    if cx.entry.text("token_response/refresh_token").is_none() {
        let message = "no answer is said to hold a refresh token, so that one logs in again";
        cx.defect("refresh_token_params", message);
        return Some(None);
    }
    let address = urls.refresh.as_ref().or(urls.token.as_ref())?;
    let mut value = serde_json::Map::new();
    value.insert("token_params".to_owned(), params);
    let headers = if cx.entry.get("refresh_token_headers").is_some() {
        "refresh_token_headers"
    } else {
        "token_headers"
    };
    if let Some(headers) = cx.entry.get(headers) {
        value.insert("token_headers".to_owned(), headers.clone());
    }
    let mut step = step(&Value::Object(value), "", address, urls, cx)?;
    step.set_filled("capture", handed_on(1, true, cx));
    Some(Some(step))
}

/// What each request of the API carries.
fn requests(carried: &Carried, map: &mut Map, cx: &mut Cx<'_>) {
    let says = carried.auth_headers.iter().any(|(_, value)| value.contains("${accessToken}"));
    let mut headers = carried.auth_headers.clone();
    if !says && !headers.iter().any(|(name, _)| name == "authorization") {
        headers.insert(0, ("authorization".to_owned(), "Bearer ${accessToken}".to_owned()));
    }
    carry(&headers, &carried.auth_query, map, cx);
}

/// A login whose requests Nango makes in code: BILL.
pub(super) fn bill(urls: &Urls, cx: &mut Cx<'_>) -> Option<Method> {
    for (name, title, secret) in [
        ("username", "User name", false),
        ("password", "Password", true),
        ("organizationId", "Organization ID", false),
        ("devKey", "Developer key", true),
    ] {
        let from = format!("credentials.{name}");
        if cx.field(&from).is_none() {
            let mut field = fields::undeclared(&from, "auth_mode", Place::Credentials);
            field.title = Some(title.to_owned());
            field.secret = secret;
            fields::add(field, cx);
        }
    }
    let address = urls.token.as_ref()?;
    let mut json = Map::new();
    for name in ["username", "password", "organizationId", "devKey"] {
        json.set(
            name,
            format!("{{{{ {} }}}}", expression::reference(&format!("credentials.{name}"), "auth_mode", cx)?),
        );
    }
    let mut body = Map::new();
    body.set("json", json);
    let mut capture = Map::new();
    capture.set("token", "{{ response.body.sessionId }}");
    let mut step = Map::spread();
    step.set("post", url(address, urls));
    step.set("body", body);
    step.set("capture", capture);
    let mut map = Map::spread();
    map.set("type", "session");
    map.set_filled("credentials", further(&[], cx));
    map.set("steps", vec![Yaml::Map(step)]);
    map.set("lifetime", "35m");
    let mut headers = Map::new();
    headers.set("sessionId", "{{ captured.token }}");
    headers.set("devKey", "{{ credentials.dev_key }}");
    map.set("headers", headers);
    cx.assumed("auth_mode", "requests carry `sessionId` and `devKey`, as the provider's documentation says: Nango's data does not");
    Some(Method { name: "login", map })
}
