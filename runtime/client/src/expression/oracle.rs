//! Evaluates an expression over scopes that are written as JSON, for tests that compare its meaning with that of
//! other engines.

use std::borrow::Cow;

use bytes::Bytes;
use couplet_plan::{Expression, Input, Location, Scope};
use http::{HeaderMap, HeaderName, HeaderValue, Request, method::InvalidMethod, uri::InvalidUri};

use super::{FieldValue, Moment, RequestView, Scopes, Value, evaluate};
use crate::{Error, ErrorKind, inputs::Inputs, json, response::Received};

/// The value of an expression as JSON; `None` where it is absent. Each scope is a JSON object; that of
/// `response` has `status`, `headers` and `body` or `text`, that of `request` has `method`, `url`, `headers` and
/// `body`, a text. `now` is a number of milliseconds since 1970, and `uuid` and `nonce` are texts.
///
/// # Errors
///
/// The expression has no value, or a scope is not what it should be.
pub fn evaluate_json(expression: &Expression<'_>, scopes: &[(Scope, &str)]) -> Result<Option<String>, Error> {
    let scopes = Given(scopes);
    let (config, app) = (scopes.object(Scope::Config)?, scopes.object(Scope::App)?);
    let (credentials, input) = (scopes.object(Scope::Credentials)?, scopes.object(Scope::Input)?);
    let (captured, callback) = (scopes.object(Scope::Captured)?, scopes.object(Scope::Callback)?);
    let oauth = scopes.object(Scope::OAuth)?;
    let (config, app, credentials) = (fields(&config), fields(&app), fields(&credentials));
    let (captured, callback, oauth) = (fields(&captured), fields(&callback), fields(&oauth));
    let named: Vec<_> = input.iter().map(|(name, _)| Input::new(name, Location::Expression)).collect();
    let mut inputs = Inputs::new(&named);
    for (place, (_, value)) in input.iter().enumerate() {
        inputs.set_with(place, |out| value.write_json(out));
    }
    let received = received(scopes.object(Scope::Response)?)?;
    let request = request(scopes.object(Scope::Request)?)?;
    let request = request.as_ref().map(RequestView::new);
    let moment = scopes.moment()?;
    let cx = Scopes {
        config: &config,
        app: &app,
        credentials: &credentials,
        inputs: Some(&inputs),
        response: received.as_ref(),
        captured: &captured,
        callback: &callback,
        oauth: &oauth,
        request: request.as_ref(),
        moment: moment.as_ref(),
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

type Object<'v> = Vec<(Cow<'v, str>, Value<'v>)>;

/// The scopes that are given, as JSON.
struct Given<'g>(&'g [(Scope, &'g str)]);

impl<'g> Given<'g> {
    fn value(&self, wanted: Scope) -> Result<Option<Value<'g>>, Error> {
        let Some((_, text)) = self.0.iter().find(|(scope, _)| *scope == wanted) else { return Ok(None) };
        json::parse(text).map(Some).map_err(|_| Error::input("a scope is not JSON"))
    }

    fn object(&self, wanted: Scope) -> Result<Object<'g>, Error> {
        match self.value(wanted)? {
            Some(Value::Map(members)) => Ok(members),
            Some(_) => Err(Error::input("a scope is not a JSON object")),
            None => Ok(Vec::new()),
        }
    }

    fn text(&self, wanted: Scope) -> Result<String, Error> {
        match self.value(wanted)? {
            Some(Value::Text(text)) => Ok(text.into_owned()),
            Some(_) => Err(Error::input("the value is not a text")),
            None => Ok(String::new()),
        }
    }

    fn moment(&self) -> Result<Option<Moment>, Error> {
        let now = match self.value(Scope::Now)? {
            Some(Value::Int(now)) => now,
            Some(_) => return Err(Error::input("`now` is not a number of milliseconds")),
            None => return Ok(None),
        };
        Ok(Some(Moment::at(now).with_texts(&self.text(Scope::Uuid)?, &self.text(Scope::Nonce)?)))
    }
}

fn fields<'v>(members: &'v [(Cow<'v, str>, Value<'v>)]) -> Vec<(&'v str, FieldValue)> {
    members.iter().map(|(name, value)| (&**name, FieldValue::Plain(value.clone().into_owned()))).collect()
}

fn received(members: Object<'_>) -> Result<Option<Received>, Error> {
    if members.is_empty() {
        return Ok(None);
    }
    let mut received = Received { status: 200, headers: HeaderMap::new(), body: Bytes::new() };
    for (name, value) in members {
        match (&*name, value) {
            ("status", Value::Int(status)) => {
                received.status = u16::try_from(status).map_err(|_| Error::input("not a status"))?;
            }
            ("headers", Value::Map(given)) => received.headers = headers(given)?,
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

fn request(members: Object<'_>) -> Result<Option<Request<Bytes>>, Error> {
    if members.is_empty() {
        return Ok(None);
    }
    let wrong = |_: http::Error| Error::input("not a request");
    let mut request = Request::new(Bytes::new());
    for (name, value) in members {
        match (&*name, value) {
            ("method", Value::Text(method)) => {
                *request.method_mut() = method.parse().map_err(|error: InvalidMethod| wrong(error.into()))?;
            }
            ("url", Value::Text(url)) => {
                *request.uri_mut() = url.parse().map_err(|error: InvalidUri| wrong(error.into()))?;
            }
            ("headers", Value::Map(given)) => *request.headers_mut() = headers(given)?,
            ("body", Value::Text(text)) => *request.body_mut() = Bytes::from(text.into_owned()),
            _ => return Err(Error::input("a request has method, url, headers and body")),
        }
    }
    Ok(Some(request))
}

/// Headers; a list is several of one name.
fn headers(given: Object<'_>) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let wrong = || Error::input("not a header");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let values = match value {
            Value::List(values) => values,
            one => vec![one],
        };
        for value in values {
            let text = value.into_text().map_err(|_| wrong())?;
            headers.append(&name, HeaderValue::from_bytes(text.as_bytes()).map_err(|_| wrong())?);
        }
    }
    Ok(headers)
}
