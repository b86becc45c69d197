//! Whether what a request says is what its action takes.

use couplet_plan::{Action, BodyKind, Input, Location, Style};
use serde_json::{Map, Value};

use crate::Shared;
use crate::form::{is_form, query_values};
use crate::received::Request;
use crate::route::Taken;

/// What is wrong with a request, in a sentence; nothing where it is right.
pub(crate) fn wrong(shared: &Shared, taken: &Taken, request: &Request) -> Option<String> {
    let query = query_values(&request.query);
    taken
        .action
        .inputs()
        .iter()
        .enumerate()
        .find_map(|(place, input)| outside_body(shared, taken, request, &query, place, input))
        .or_else(|| unknown_query(taken.action, shared, &query))
        .or_else(|| body(shared, taken.action, request))
}

fn outside_body(
    shared: &Shared,
    taken: &Taken,
    request: &Request,
    query: &[(String, String)],
    place: usize,
    input: &Input<'_>,
) -> Option<String> {
    let texts: Vec<String> = match input.location() {
        Location::Path => taken
            .inputs
            .iter()
            .filter(|(known, _)| usize::from(*known) == place)
            .map(|(_, text)| text.clone())
            .collect(),
        Location::Query => {
            let nested = format!("{}[", input.wire());
            query
                .iter()
                .filter(|(name, _)| name == input.wire() || name.starts_with(&nested))
                .map(|(_, value)| value.clone())
                .collect()
        }
        Location::Header => {
            request.header(&input.wire().to_ascii_lowercase()).map(str::to_owned).into_iter().collect()
        }
        _ => return None,
    };
    if texts.is_empty() {
        let needed = !input.is_optional() && !input.is_nullable();
        return needed.then(|| format!("`{}` is missing", input.wire()));
    }
    let schema = shared.schemas.input(taken.action.name(), input.name())?;
    if !is_plain(schema, shared) || !matches!(input.style(), Style::FormExploded | Style::Form) {
        return None;
    }
    texts
        .iter()
        .find_map(|text| shared.schemas.wrong(schema, &typed(text, schema, shared)))
        .map(|why| format!("`{}`: {why}", input.wire()))
}

fn resolve<'s>(schema: &'s Value, shared: &'s Shared) -> &'s Value {
    match schema.get("$ref").and_then(Value::as_str).and_then(|reference| shared.schemas.named(reference)) {
        Some(named) => named,
        None => schema,
    }
}

fn word(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(word)) => word,
        Some(Value::Array(words)) => words.first().and_then(Value::as_str).unwrap_or_default(),
        _ => "",
    }
}

fn is_plain(schema: &Value, shared: &Shared) -> bool {
    matches!(word(resolve(schema, shared)), "string" | "integer" | "number" | "boolean")
}

/// A text as the value that it stands for.
fn typed(text: &str, schema: &Value, shared: &Shared) -> Value {
    match word(resolve(schema, shared)) {
        "integer" | "number" | "boolean" => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

/// A query parameter that neither the action nor the connector names is likely a mistake.
fn unknown_query(action: Action<'_>, shared: &Shared, query: &[(String, String)]) -> Option<String> {
    let connector = shared.plan.connector();
    let key = connector.auth().iter().filter_map(|method| match method.kind() {
        couplet_plan::AuthKind::ApiKey(couplet_plan::KeyLocation::Query, name, _) => match name.node() {
            couplet_plan::Node::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    });
    let of_auth: Vec<&str> = crate::signed::query_names(shared).collect();
    let known: Vec<&str> = action
        .inputs()
        .iter()
        .filter(|input| input.location() == Location::Query)
        .map(Input::wire)
        .chain(action.query().iter().map(couplet_plan::NamedTemplate::name))
        .chain(connector.query().iter().map(couplet_plan::NamedTemplate::name))
        .chain(key)
        .chain(of_auth)
        .collect();
    let bare = |name: &str| name.split('[').next().unwrap_or(name).to_owned();
    query
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()) && !known.contains(&bare(name).as_str()))
        .map(|(name, _)| format!("there is no query parameter `{name}`"))
}

fn body(shared: &Shared, action: Action<'_>, request: &Request) -> Option<String> {
    let Some(body) = action.body() else {
        return (!request.body.is_empty() && !is_of_auth(shared, request))
            .then(|| "the action takes no body".to_owned());
    };
    if body.value().is_some() || body.kind() == BodyKind::Text || body.kind() == BodyKind::Binary {
        return (body.kind() == BodyKind::Json && serde_json::from_slice::<Value>(&request.body).is_err())
            .then(|| "the body is not JSON".to_owned());
    }
    let media = request.header("content-type").unwrap_or_default();
    match body.kind() {
        BodyKind::Form => {
            (!is_form(request)).then(|| format!("the body is a form, and `content-type` says `{media}`"))
        }
        _ if !media.contains("json") => Some(format!("the body is JSON, and `content-type` says `{media}`")),
        _ => match serde_json::from_slice::<Value>(&request.body) {
            Ok(Value::Object(members)) => object(shared, action, &members),
            Ok(_) => Some("the body is an object".to_owned()),
            Err(error) => Some(format!("the body is not JSON: {error}")),
        },
    }
}

/// The name of a key that stands in bodies.
fn key_in_body(shared: &Shared) -> Option<&'static str> {
    shared.plan.connector().auth().iter().find_map(|method| match method.kind() {
        couplet_plan::AuthKind::ApiKey(couplet_plan::KeyLocation::Body, name, _) => match name.node() {
            couplet_plan::Node::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    })
}

/// Whether a body holds nothing but credentials.
fn is_of_auth(shared: &Shared, request: &Request) -> bool {
    let of_auth = crate::signed::body_names(shared);
    let known = |name: &String| key_in_body(shared) == Some(name.as_str()) || of_auth.contains(name);
    serde_json::from_slice::<Map<String, Value>>(&request.body).is_ok_and(|members| members.keys().all(known))
}

fn object(shared: &Shared, action: Action<'_>, members: &Map<String, Value>) -> Option<String> {
    let inputs = || action.inputs().iter().filter(|input| input.location() == Location::Body);
    let key = key_in_body(shared);
    let of_auth = crate::signed::body_names(shared);
    let known = |name: &String| {
        inputs().any(|input| input.wire() == *name) || key == Some(name.as_str()) || of_auth.contains(name)
    };
    if let Some(name) = members.keys().find(|name| !known(name)) {
        return Some(format!("the body has no member `{name}`"));
    }
    inputs().find_map(|input| match members.get(input.wire()) {
        None if input.is_optional() => None,
        None => Some(format!("the member `{}` of the body is missing", input.wire())),
        Some(Value::Null) if input.is_nullable() => None,
        Some(value) => {
            let schema = shared.schemas.input(action.name(), input.name())?;
            shared
                .schemas
                .wrong(schema, value)
                .map(|why| format!("the member `{}` of the body: {why}", input.wire()))
        }
    })
}
