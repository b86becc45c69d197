//! Credentials: those that the mock accepts, and whether a request carries them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use couplet_plan::{Action, AuthKind, AuthMethod, Expression, Field, Format, KeyLocation, Method, Plan};
use couplet_runtime::generated::v1;

use crate::form::{cookie, query_values};
use crate::received::Request;

/// An auth method with the credentials that it accepts, and what a request with them carries.
pub(crate) struct Accepted {
    method: AuthMethod<'static>,
    credentials: Vec<(&'static str, String)>,
    proof: Proof,
}

enum Proof {
    Nothing,
    Header(String, String),
    Query(String, String),
    Cookie(String, String),
    Path(String),
    Body(String, String),
}

impl Accepted {
    /// The method's name, and each credential's name and value.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.credentials.iter().map(|(name, value)| (self.method.name(), *name, value.as_str()))
    }
}

/// What the mock accepts for each auth method.
pub(crate) fn accepted(
    plan: &Plan<'static>,
    given: &BTreeMap<String, String>,
    address: SocketAddr,
) -> Result<Vec<Accepted>, couplet_runtime::Error> {
    let connector = plan.connector();
    let config = config_json(plan);
    let mut all = Vec::new();
    for (place, method) in connector.auth().iter().enumerate() {
        // Flows and signatures are another matter.
        if !is_static(method) {
            continue;
        }
        let credentials: Vec<(&'static str, String)> = method
            .fields()
            .iter()
            .filter(|field| !field.is_optional() || given.contains_key(field.name()))
            .map(|field| (field.name(), given.get(field.name()).cloned().unwrap_or_else(|| made_up(field))))
            .collect();
        let url = format!("http://{address}{}", crate::route::base_path(plan, 0));
        let mut builder = v1::Builder::new(&connector, place).with_base_url(url);
        for (name, value) in &credentials {
            let secret = method.fields().iter().any(|field| field.name() == *name && field.is_secret());
            builder =
                if secret { builder.secret(name, value.as_str()) } else { builder.credential(name, value) };
        }
        for field in
            connector.config().iter().filter(|field| !field.is_optional() && field.default().is_none())
        {
            builder = builder.config(field.name(), config_value(field));
        }
        for field in connector.app().iter().filter(|field| !field.is_optional() && field.default().is_none())
        {
            builder = builder.app(field.name(), made_up(field));
        }
        let proof = proof(method, &builder, &credentials, &config)?;
        all.push(Accepted { method: *method, credentials, proof });
    }
    Ok(all)
}

/// Whether the credentials are sent as they are.
fn is_static(method: &AuthMethod<'_>) -> bool {
    matches!(
        method.kind(),
        AuthKind::None | AuthKind::Basic(..) | AuthKind::Bearer(..) | AuthKind::ApiKey(..)
    )
}

/// A value of a field, made up so that everybody sees it: it opens nothing anywhere.
fn made_up(field: &Field<'_>) -> String {
    if let Some(choice) = field.choices().first() {
        return (*choice).to_owned();
    }
    if let Some(default) = field.default() {
        return default.trim_matches('"').to_owned();
    }
    match field.format() {
        Format::Integer | Format::Number => "12345".to_owned(),
        Format::Boolean => "true".to_owned(),
        _ => match field.pattern() {
            Some(pattern) => crate::sample::matching(pattern),
            None => format!("mock-{}", field.name().replace('_', "-")),
        },
    }
}

fn config_value(field: &Field<'_>) -> String {
    match field.format() {
        Format::HostLabel => "mock".to_owned(),
        Format::HeaderName => "x-mock-key".to_owned(),
        Format::Origin(hosts) => {
            let host = hosts.first().map_or("mock.example.com", |host| host);
            format!("https://{}", host.replace("*.", "mock."))
        }
        _ => made_up(field),
    }
}

/// The config of a client that sets nothing but what it must, as JSON.
fn config_json(plan: &Plan<'_>) -> String {
    let fields =
        plan.connector().config().iter().filter(|field| !field.is_optional() || field.default().is_some());
    let values = fields.map(|field| {
        let default = field.default().and_then(|json| serde_json::from_str(json).ok());
        (field.name().to_owned(), default.unwrap_or_else(|| config_value(field).into()))
    });
    serde_json::Value::Object(values.collect()).to_string()
}

/// What a request with these credentials carries, as the runtime builds it.
fn proof(
    method: &AuthMethod<'static>,
    builder: &v1::Builder<'static>,
    credentials: &[(&'static str, String)],
    config: &str,
) -> Result<Proof, couplet_runtime::Error> {
    let values =
        |name: &str| credentials.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let client = builder.clone().build()?;
    Ok(match method.kind() {
        AuthKind::Basic(..) | AuthKind::Bearer(..) => {
            let request = client.request(Method::Get, "/").build_request()?;
            let sent = request.headers().into_iter().find(|(name, _)| name == "authorization");
            Proof::Header("authorization".to_owned(), sent.map(|(_, value)| value).unwrap_or_default())
        }
        AuthKind::ApiKey(location, name, value) => {
            let value = text_of(&value, credentials, config)?.or_else(|| values("key")).unwrap_or_default();
            let name = text_of(&name, credentials, config)?.unwrap_or_default();
            match location {
                KeyLocation::Header => Proof::Header(name.to_ascii_lowercase(), value),
                KeyLocation::Query => Proof::Query(name, value),
                KeyLocation::Cookie => Proof::Cookie(name, value),
                KeyLocation::Path => Proof::Path(value),
                KeyLocation::Body => Proof::Body(name, value),
                _ => Proof::Nothing,
            }
        }
        _ => Proof::Nothing,
    })
}

/// The value of a template over the credentials and the config.
fn text_of(
    expression: &Expression<'_>,
    credentials: &[(&'static str, String)],
    config: &str,
) -> Result<Option<String>, couplet_runtime::Error> {
    let members: serde_json::Map<String, serde_json::Value> =
        credentials.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    let credentials = serde_json::Value::Object(members).to_string();
    let scopes =
        [(couplet_plan::Scope::Credentials, credentials.as_str()), (couplet_plan::Scope::Config, config)];
    let json = v1::evaluate_json(expression, &scopes)?;
    Ok(json.and_then(|json| match serde_json::from_str(&json) {
        Ok(serde_json::Value::String(text)) => Some(text),
        Ok(other) => Some(other.to_string()),
        Err(_) => None,
    }))
}

/// Why a request's credentials are not accepted; nothing where they are.
pub(crate) fn wrong(
    accepted: &[Accepted],
    action: Action<'_>,
    request: &Request,
    key_in_path: Option<&str>,
) -> Option<String> {
    let usable = |place: usize| {
        action.auth().is_none_or(|places| places.iter().any(|known| usize::from(*known) == place))
    };
    if action.auth().is_some_and(<[u16]>::is_empty) {
        return None;
    }
    let mut reasons = Vec::new();
    for (_, one) in accepted.iter().enumerate().filter(|(place, _)| usable(*place)) {
        match carries(&one.proof, request, key_in_path) {
            Ok(()) => return None,
            Err(reason) => reasons.push(reason),
        }
    }
    reasons.into_iter().next().or(Some("no auth method of the connector does for this action".to_owned()))
}

fn carries(proof: &Proof, request: &Request, key_in_path: Option<&str>) -> Result<(), String> {
    let (found, wanted, place) = match proof {
        Proof::Nothing => return Ok(()),
        Proof::Header(name, value) => {
            (request.header(name).map(str::to_owned), value, format!("the header `{name}`"))
        }
        Proof::Query(name, value) => {
            let found = query_values(&request.query)
                .into_iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value);
            (found, value, format!("the query parameter `{name}`"))
        }
        Proof::Cookie(name, value) => {
            let found = request.header("cookie").and_then(|cookies| cookie(cookies, name));
            (found, value, format!("the cookie `{name}`"))
        }
        Proof::Path(value) => (key_in_path.map(str::to_owned), value, "the key in the path".to_owned()),
        Proof::Body(name, value) => {
            let found = crate::form::body_member(request, name);
            (found, value, format!("the member `{name}` of the body"))
        }
    };
    match found {
        None => Err(format!("{place} is missing")),
        Some(found) if found == *wanted => Ok(()),
        Some(_) => Err(format!("{place} is not of the credentials that this mock accepts")),
    }
}
