//! Evaluates an expression over scopes that are written as JSON, for tests that compare its meaning with that of
//! other engines.

use bytes::Bytes;
use couplet_plan::{Expression, Input, Location, Scope};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{FieldValue, Scopes, Value, evaluate};
use crate::{Error, ErrorKind, inputs::Inputs, json, response::Received};

/// The value of an expression as JSON; `None` where it is absent. Each scope is a JSON object; that of
/// `response` has `status`, `headers` and `body` or `text`.
///
/// # Errors
///
/// The expression has no value, or a scope is not a JSON object.
pub fn evaluate_json(expression: &Expression<'_>, scopes: &[(Scope, &str)]) -> Result<Option<String>, Error> {
    let object = |wanted: Scope| match scopes.iter().find(|(scope, _)| *scope == wanted) {
        Some((_, text)) => match json::parse(text) {
            Ok(Value::Map(members)) => Ok(members),
            _ => Err(Error::input("a scope is not a JSON object")),
        },
        None => Ok(Vec::new()),
    };
    let (config, app) = (object(Scope::Config)?, object(Scope::App)?);
    let (credentials, input) = (object(Scope::Credentials)?, object(Scope::Input)?);
    let (config, app, credentials) = (fields(&config), fields(&app), fields(&credentials));
    let named: Vec<_> = input.iter().map(|(name, _)| Input::new(name, Location::Expression)).collect();
    let mut inputs = Inputs::new(&named);
    for (place, (_, value)) in input.iter().enumerate() {
        inputs.set_with(place, |out| value.write_json(out));
    }
    let received = received(object(Scope::Response)?)?;
    let cx = Scopes {
        config: &config,
        app: &app,
        credentials: &credentials,
        inputs: Some(&inputs),
        response: received.as_ref(),
    };
    match evaluate(expression, &cx).map_err(|failure| failure.into_error(ErrorKind::Input))? {
        Value::Absent => Ok(None),
        value => {
            let mut out = String::new();
            value.write_json(&mut out);
            Ok(Some(out))
        }
    }
}

fn fields<'v>(members: &'v [(std::borrow::Cow<'v, str>, Value<'v>)]) -> Vec<(&'v str, FieldValue)> {
    members.iter().map(|(name, value)| (&**name, FieldValue::Plain(value.clone().into_owned()))).collect()
}

fn received(members: Vec<(std::borrow::Cow<'_, str>, Value<'_>)>) -> Result<Option<Received>, Error> {
    if members.is_empty() {
        return Ok(None);
    }
    let mut received = Received { status: 200, headers: HeaderMap::new(), body: Bytes::new() };
    for (name, value) in members {
        match (&*name, value) {
            ("status", Value::Int(status)) => {
                received.status = u16::try_from(status).map_err(|_| Error::input("not a status"))?;
            }
            ("headers", Value::Map(headers)) => {
                for (name, value) in headers {
                    let wrong = || Error::input("not a header");
                    let text = value.into_text().map_err(|_| wrong())?;
                    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
                    let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| wrong())?;
                    received.headers.insert(name, value);
                }
            }
            ("text", Value::Text(text)) => received.body = Bytes::from(text.into_owned()),
            ("body", value) => {
                let mut text = String::new();
                value.write_json(&mut text);
                received.body = Bytes::from(text);
            }
            _ => return Err(Error::input("a response has status, headers, and body or text")),
        }
    }
    Ok(Some(received))
}
