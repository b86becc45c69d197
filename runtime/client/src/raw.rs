//! Requests that a connector does not describe, with its credentials, base URL, errors and limits.

use std::fmt;

use bytes::Bytes;
use couplet_plan::Method;
use http::{
    HeaderMap, HeaderValue, Request as HttpRequest,
    header::{ACCEPT, CONTENT_TYPE},
};

use crate::{
    Error,
    auth::{self, Prepared},
    base_url::is_dot_segment,
    client::{Client, Inner},
    errors,
    expression::Scopes,
    json, percent,
    preview::BuiltRequest,
    redact::Redactor,
    request::{assemble, authenticate, method, set_header},
    response::{Received, unexpected},
    state::Attempt,
};

/// A request of a client that lives as long as the program, as generated crates have it.
pub type Request = RawRequest<'static>;

/// A request under construction. Mistakes in it are reported when it is sent.
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest<'p> {
    client: Client<'p>,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Result<HeaderMap, Error>,
    body: Result<Bytes, Error>,
}

/// An answer to a [`Request`].
#[derive(Clone)]
pub struct Response {
    received: Received,
    redactor: Redactor,
}

impl<'p> RawRequest<'p> {
    pub(crate) fn new(client: Client<'p>, method: Method, path: &str) -> Self {
        Self {
            client,
            method,
            path: path.to_owned(),
            query: Vec::new(),
            headers: Ok(HeaderMap::new()),
            body: Ok(Bytes::new()),
        }
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets a header, other than those that carry the credentials.
    pub fn header(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.headers = self.headers.and_then(|mut headers| {
            set_header(&mut headers, name, &value.to_string(), false).map(|()| headers)
        });
        self
    }

    /// Sends a value as JSON.
    pub fn json(mut self, value: &(impl serde::Serialize + ?Sized)) -> Self {
        self.body = serde_json::to_vec(value)
            .map(Bytes::from)
            .map_err(|error| Error::input(format!("the body has no form in JSON: {error}")));
        self.content_type("application/json")
    }

    /// Sends JSON text.
    pub fn json_text(mut self, text: &str) -> Self {
        self.body = json::validate(text)
            .map(|()| Bytes::from(text.to_owned()))
            .map_err(|invalid| Error::input(format!("the body is not JSON: {invalid}")));
        self.content_type("application/json")
    }

    /// Sends bytes of a media type.
    pub fn body(mut self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = Ok(bytes.into());
        self.content_type(content_type)
    }

    /// Sends the request. An answer that the connector's rules, or its status, call an error is one.
    ///
    /// # Errors
    ///
    /// The request cannot be sent as it is, the connection failed, or the provider reports an error.
    pub async fn send(self) -> Result<Response, Error> {
        let Self { client, method, path, query, headers, body } = self;
        let (headers, body) = (headers?, body?);
        let build = |attempt: &Attempt<'_, 'p>| {
            let parts = Parts { method, path: &path, query: &query, headers: &headers, body: &body };
            parts.build(&client.0, attempt)
        };
        let received = client.0.exchange(&client.0.auth, build, |_| true).await?;
        let state = client.0.latest();
        let cx = Scopes { response: Some(&received), ..client.0.lasting(&state) };
        let redactor = || client.0.redactor();
        if let Some(error) = errors::by_rules(client.0.connector.errors(), &received, &cx, &redactor) {
            return Err(error);
        }
        match received.status {
            400.. => Err(errors::by_status(&received, &redactor())),
            200..=299 | 304 => Ok(Response { received, redactor: redactor() }),
            _ => Err(unexpected(&received)),
        }
    }

    /// The very request that would be sent.
    ///
    /// # Errors
    ///
    /// The request cannot be sent as it is.
    pub fn build_request(self) -> Result<BuiltRequest, Error> {
        let Self { client, method, path, query, headers, body } = self;
        let (headers, body) = (headers?, body?);
        let parts = Parts { method, path: &path, query: &query, headers: &headers, body: &body };
        let state = client.0.shown_state();
        let attempt = client.0.attempt(&state);
        let mut request = parts.build(&client.0, &attempt)?;
        auth::sign(&client.0, &client.0.auth, &attempt, &mut request)?;
        Ok(BuiltRequest::new(request, client.0.redactor()))
    }

    fn content_type(self, text: &str) -> Self {
        self.header(CONTENT_TYPE.as_str(), text)
    }
}

/// A request as its caller wrote it.
struct Parts<'r> {
    method: Method,
    path: &'r str,
    query: &'r [(String, String)],
    headers: &'r HeaderMap,
    body: &'r Bytes,
}

impl Parts<'_> {
    fn build<'p>(&self, inner: &Inner<'p>, attempt: &Attempt<'_, 'p>) -> Result<HttpRequest<Bytes>, Error> {
        let cx = inner.scopes(attempt);
        let base = inner.server(0, &cx)?;
        let mut target = base.path.clone();
        checked_path(&mut target, self.path)?;
        let mut query = inner.query(&cx)?;
        for (name, value) in self.query {
            query.push(name, value.as_bytes());
        }
        match &inner.auth {
            Prepared::Query(name, value) => query.push(name, value.expose_secret().as_bytes()),
            Prepared::Body(..) => {
                return Err(Error::config(
                    "the key stands in the body, which such a request must spell out itself",
                ));
            }
            _ => {}
        }
        let query = query.finish();
        if !query.is_empty() {
            target.push('?');
            target.push_str(&query);
        }
        let mut headers = inner.headers(&cx)?;
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        for (name, value) in self.headers {
            if matches!(name.as_str(), "host" | "content-length" | "transfer-encoding" | "connection") {
                return Err(Error::input(format!("the header `{name}` is not the caller's to set")));
            }
            headers.insert(name.clone(), value.clone());
        }
        authenticate(&mut headers, &inner.auth);
        assemble(method(self.method), &base, target, headers, self.body.clone())
    }
}

/// Appends a path that a person wrote. It stays below the base URL.
fn checked_path(out: &mut String, text: &str) -> Result<(), Error> {
    let wrong = |why: &str| Err(Error::input(format!("the path {why}")));
    if !text.starts_with('/') || text.starts_with("//") {
        return wrong("must start with one `/`");
    }
    if text.contains(['?', '#', '\\']) || text.chars().any(char::is_control) {
        return wrong(
            "has a query, a fragment, a backslash or a control character; use `query` for parameters",
        );
    }
    if text.split('/').any(is_dot_segment) {
        return wrong("has a `.` or `..` segment");
    }
    percent::path(out, text);
    Ok(())
}

impl Response {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.received.status
    }

    /// A header's value, where it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.received.header(name)
    }

    /// The headers, by their names in lower case.
    #[must_use]
    pub fn headers(&self) -> Vec<(&str, &str)> {
        let names = self.received.headers.iter();
        names
            .map(|(name, value)| (name.as_str(), std::str::from_utf8(value.as_bytes()).unwrap_or("")))
            .collect()
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.received.body
    }

    /// The body, decoded from JSON.
    ///
    /// # Errors
    ///
    /// The body is not of this type.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.received.body)
            .map_err(|error| self.received.misfit(&self.redactor.clean(&error.to_string())))
    }

    /// The body as text.
    ///
    /// # Errors
    ///
    /// The body is not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        self.received.text().map_err(|failure| self.received.misfit(&failure))
    }
}

impl fmt::Debug for RawRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.received.status)
            .field("bytes", &self.received.body.len())
            .finish_non_exhaustive()
    }
}
