//! Builds the request that an action is: the Plan and the inputs in, the exact bytes out. Nothing is sent here.
//!
//! Order of a query: the connector's parameters, the action's, the inputs in the manifest's order, the key.

use bytes::Bytes;
use couplet_plan::{Action, Input, Location, Media, Method, NamedTemplate, PathPart};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Uri,
    header::{ACCEPT, CONTENT_TYPE, COOKIE},
    uri::PathAndQuery,
};

use crate::{
    Error, ErrorKind,
    auth::Prepared,
    base_url::{BaseUrl, is_dot_segment},
    body,
    client::Inner,
    expression::{Scopes, Value, evaluate, present},
    inputs::{Inputs, Raw},
    percent,
    state::Attempt,
    style,
};

/// The longest URL that is sent: many servers take no longer one.
const URL_LIMIT: usize = 8 * 1024;

/// The request of an action.
pub(crate) fn build(
    client: &Inner<'_>,
    action: &Action<'_>,
    inputs: &Inputs<'_>,
    attempt: &Attempt<'_, '_>,
) -> Result<Request<Bytes>, Error> {
    let cx = Scopes { inputs: Some(inputs), ..client.scopes(attempt) };
    let auth = client.auth_for(action)?;
    let server = client.server(action.server(), &cx)?;
    let server = server.as_ref();
    let target = target(server, action, inputs, &cx, client, auth)?;
    let mut headers = headers(client, action, inputs, &cx)?;
    let body = body::build(action.body(), action.method(), inputs, &cx, auth, client.method.body())?;
    if let Some(content_type) = body.content_type {
        headers.entry(CONTENT_TYPE).or_insert(content_type);
    }
    authenticate(&mut headers, auth);
    assemble(method(action.method()), server, target, headers, body.bytes)
}

/// Puts a request together; the URL is the server's, with this path and query.
pub(crate) fn assemble(
    method: http::Method,
    server: &BaseUrl,
    target: String,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Request<Bytes>, Error> {
    if server.authority.as_str().len() + target.len() + "https://".len() > URL_LIMIT {
        return Err(Error::input(format!("the URL is longer than {} KiB", URL_LIMIT / 1024)));
    }
    let target = PathAndQuery::from_maybe_shared(Bytes::from(target))
        .map_err(|_| Error::input("the path has a character that a URL cannot hold"))?;
    let mut uri = http::uri::Parts::default();
    uri.scheme = Some(server.scheme.clone());
    uri.authority = Some(server.authority.clone());
    uri.path_and_query = Some(target);
    let uri = Uri::from_parts(uri).map_err(|_| Error::input("the URL is not valid"))?;
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

/// Adds what an auth method says in headers.
pub(crate) fn authenticate(headers: &mut HeaderMap, auth: &Prepared) {
    match auth {
        Prepared::Header(name, value) => {
            headers.insert(name.clone(), value.clone());
        }
        Prepared::Cookie(value) => {
            headers.insert(COOKIE, value.clone());
        }
        _ => {}
    }
}

/// Checks a header that comes from data or from a template, and sets it.
pub(crate) fn set_header(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
    secret: bool,
) -> Result<(), Error> {
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::input(format!("`{name}` is not the name of a header")))?;
    if value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(Error::input(format!("the header `{name}` would have a control character")));
    }
    let mut value = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| Error::input(format!("the header `{name}` cannot have this value")))?;
    value.set_sensitive(secret);
    headers.insert(name, value);
    Ok(())
}

/// The HTTP library's word for a method.
pub(crate) fn method(method: Method) -> http::Method {
    match method {
        Method::Head => http::Method::HEAD,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
        _ => http::Method::GET,
    }
}

fn target(
    server: &BaseUrl,
    action: &Action<'_>,
    inputs: &Inputs<'_>,
    cx: &Scopes<'_>,
    client: &Inner<'_>,
    auth: &Prepared,
) -> Result<String, Error> {
    let mut target = String::with_capacity(128);
    target.push_str(&server.path);
    path(&mut target, action.path(), inputs, cx)?;
    if target.is_empty() {
        target.push('/');
    }
    let query = query(client, action, inputs, cx, auth)?;
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    Ok(target)
}

/// Appends the parts of a path; each value is a part of one segment.
pub(crate) fn path(
    out: &mut String,
    parts: &[PathPart<'_>],
    inputs: &Inputs<'_>,
    cx: &Scopes<'_>,
) -> Result<(), Error> {
    let start = out.len();
    let mut dynamic = false;
    for part in parts {
        let (name, text) = match part {
            PathPart::Literal(text) => {
                out.push_str(text);
                continue;
            }
            PathPart::Input(place) => {
                let place = usize::from(*place);
                let (_, input) =
                    inputs.iter().nth(place).ok_or_else(|| Error::input("a path without its input"))?;
                let raw = inputs.required(place)?;
                let value = raw.map_or(Ok(Value::Absent), Raw::value).map_err(unusable)?;
                (input.name(), style::simple(input.name(), input.style(), value, percent::component)?)
            }
            PathPart::Template(expression) => {
                let value = present(expression, cx).map_err(unusable)?;
                ("a template", style::simple("a template", style_of_template(), value, percent::component)?)
            }
            _ => return Err(Error::input("this path needs a later version of the runtime")),
        };
        let text = text.filter(|text| !text.is_empty());
        out.push_str(
            &text.ok_or_else(|| Error::input(format!("`{name}` is empty, but stands in the path")))?,
        );
        dynamic = true;
    }
    let path = out.get(start..).unwrap_or_default();
    if dynamic && path.split('/').any(is_dot_segment) {
        return Err(Error::input("a part of the path would be `.` or `..`"));
    }
    Ok(())
}

fn query(
    client: &Inner<'_>,
    action: &Action<'_>,
    inputs: &Inputs<'_>,
    cx: &Scopes<'_>,
    auth: &Prepared,
) -> Result<String, Error> {
    let mut pairs = client.query(cx)?;
    for template in action.query() {
        if let Some(value) = template_value(template, cx, ErrorKind::Input)? {
            pairs.styled(template.name(), style_of_template(), value)?;
        }
    }
    for (input, raw) in located(inputs, Location::Query) {
        if let Some(raw) = raw? {
            pairs.styled(input.wire(), input.style(), raw.value().map_err(unusable)?)?;
        }
    }
    if let Prepared::Query(name, value) = auth {
        pairs.push(name, value.expose_secret().as_bytes());
    }
    Ok(pairs.finish())
}

fn headers(
    client: &Inner<'_>,
    action: &Action<'_>,
    inputs: &Inputs<'_>,
    cx: &Scopes<'_>,
) -> Result<HeaderMap, Error> {
    let mut headers = client.headers(cx)?;
    if !headers.contains_key(ACCEPT) {
        headers.insert(ACCEPT, HeaderValue::from_static(accept(action)));
    }
    for template in action.headers() {
        if let Some(value) = template_value(template, cx, ErrorKind::Input)? {
            set_simple(&mut headers, template.name(), style_of_template(), value, false)?;
        }
    }
    for (input, raw) in located(inputs, Location::Header) {
        if let Some(raw) = raw? {
            let value = raw.value().map_err(unusable)?;
            set_simple(&mut headers, input.wire(), input.style(), value, input.is_secret())?;
        }
    }
    Ok(headers)
}

/// Sets a header whose value comes from a template or from an input.
pub(crate) fn set_simple(
    headers: &mut HeaderMap,
    name: &str,
    style: couplet_plan::Style,
    value: Value<'_>,
    secret: bool,
) -> Result<(), Error> {
    let as_it_is = |out: &mut String, text: &[u8]| out.push_str(&String::from_utf8_lossy(text));
    match style::simple(name, style, value, as_it_is)? {
        Some(text) => set_header(headers, name, &text, secret),
        None => Ok(()),
    }
}

/// What the action's answers are: JSON alone, or anything.
fn accept(action: &Action<'_>) -> &'static str {
    let other = |answer: &couplet_plan::Answer<'_>| matches!(answer.media(), Media::Text | Media::Binary);
    if action.answers().iter().any(other) { "*/*" } else { "application/json" }
}

/// A template's value; `None` where it is left out.
pub(crate) fn template_value<'v>(
    template: &NamedTemplate<'v>,
    cx: &Scopes<'v>,
    kind: ErrorKind,
) -> Result<Option<Value<'v>>, Error> {
    let expression = template.value();
    let value = if template.is_optional() { evaluate(&expression, cx) } else { present(&expression, cx) };
    match value {
        Ok(Value::Absent | Value::Null) if template.is_optional() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(failure) if failure.is_absent() && template.is_optional() => Ok(None),
        Err(failure) => Err(failure.into_error(kind)),
    }
}

/// How a template's value is written where it is no text.
pub(crate) fn style_of_template() -> couplet_plan::Style {
    couplet_plan::Style::FormExploded
}

/// The inputs of a place, with what was given for each.
pub(crate) fn located<'i, 'p: 'i>(
    inputs: &'i Inputs<'p>,
    location: Location,
) -> impl Iterator<Item = (&'p Input<'p>, Result<Option<Raw<'i>>, Error>)> {
    inputs
        .iter()
        .filter(move |(_, input)| input.location() == location)
        .map(|(place, input)| (input, inputs.required(place)))
}

pub(crate) fn unusable(failure: crate::expression::Failure) -> Error {
    failure.into_error(ErrorKind::Input)
}
