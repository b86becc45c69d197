//! What a provider, or the way to it, may do: answer with all that it was told, break off, or send elsewhere.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use couplet_runtime::transport::{InMemory, Reason, TransportError};

/// What happens to each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Situation {
    /// An error of this status, whose JSON repeats everything.
    Json(u16),
    /// An error of this status, whose plain text repeats everything.
    Text(u16),
    /// A success whose body repeats everything and is no JSON.
    NotJson,
    /// A success of another shape, which repeats everything.
    OtherShape,
    /// The first request gets this status, and what follows is an error of RFC 6749 that repeats everything.
    Expired(u16),
    /// A page of HTML.
    Html,
    /// To another origin, with everything in its URL.
    Redirect,
    /// No answer, for this reason.
    Broken(Reason),
}

pub(crate) const ALL: &[Situation] = &[
    Situation::Json(400),
    Situation::Json(401),
    Situation::Json(403),
    Situation::Json(404),
    Situation::Json(429),
    Situation::Json(500),
    Situation::Text(401),
    Situation::Text(502),
    Situation::NotJson,
    Situation::OtherShape,
    Situation::Expired(401),
    Situation::Html,
    Situation::Redirect,
    Situation::Broken(Reason::Resolve),
    Situation::Broken(Reason::Connect),
    Situation::Broken(Reason::Tls),
    Situation::Broken(Reason::Broken),
    Situation::Broken(Reason::Protocol),
    Situation::Broken(Reason::TooLarge),
];

/// The other origin.
pub(crate) const ELSEWHERE: &str = "elsewhere.example";

/// Everything that went over the wire, and where it went.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    /// The hosts that requests went to.
    pub(crate) fn hosts(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A provider in a situation. `everything` is what it repeats beside the request.
pub(crate) fn provider(situation: Situation, everything: Arc<str>) -> (InMemory, Seen) {
    let seen = Seen::default();
    let hosts = seen.clone();
    let transport = InMemory::new(move |request| {
        let mut hosts = hosts.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.push(request.uri().host().unwrap_or_default().to_owned());
        let asked = echo(&request, &everything);
        answer(situation, hosts.len(), &asked)
    });
    (transport, seen)
}

/// The request as a text, and everything else that is to be repeated.
fn echo(request: &http::Request<Bytes>, everything: &str) -> String {
    let headers: String = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let body = String::from_utf8_lossy(request.body());
    format!("{} {}\n{headers}\n{body}\n{everything}", request.method(), request.uri())
}

fn answer(situation: Situation, number: usize, asked: &str) -> Result<http::Response<Bytes>, TransportError> {
    let said = |status: u16, media: &str, body: String| {
        let id: String = asked.chars().filter(|c| c.is_ascii_graphic()).take(2_000).collect();
        let response =
            http::Response::builder().status(status).header("content-type", media).header("x-request-id", id);
        Ok(response.body(Bytes::from(body)).expect("an answer"))
    };
    match situation {
        Situation::Json(status) => said(status, "application/json", error(asked)),
        Situation::Text(status) => said(status, "text/plain", asked.to_owned()),
        Situation::NotJson => said(200, "application/json", format!("{{{asked}")),
        Situation::OtherShape => {
            said(200, "application/json", serde_json::json!([asked, { "x": asked }]).to_string())
        }
        Situation::Expired(status) if number == 1 => said(status, "application/json", error(asked)),
        Situation::Expired(_) => said(400, "application/json", refusal(asked)),
        Situation::Html => said(503, "text/html", format!("<html>{asked}</html>")),
        Situation::Redirect => {
            let query: String = asked.chars().filter(char::is_ascii_alphanumeric).take(500).collect();
            let place = format!("https://{ELSEWHERE}/?{query}");
            let response = http::Response::builder().status(302).header("location", place);
            Ok(response.body(Bytes::new()).expect("an answer"))
        }
        Situation::Broken(reason) => Err(TransportError::new(reason)),
    }
}

/// An error as any provider may write it: every member that a rule could read repeats everything.
fn error(asked: &str) -> String {
    let names = [
        "message",
        "error",
        "error_description",
        "detail",
        "title",
        "code",
        "name",
        "type",
        "reason",
        "errorCode",
        "error_code",
        "description",
        "msg",
        "status_code",
    ];
    let mut members: serde_json::Map<String, serde_json::Value> =
        names.iter().map(|name| ((*name).to_owned(), asked.into())).collect();
    members.insert(
        "errors".to_owned(),
        serde_json::json!([{ "message": asked, "code": asked, "title": asked }]),
    );
    serde_json::Value::Object(members).to_string()
}

fn refusal(asked: &str) -> String {
    serde_json::json!({ "error": "invalid_grant", "error_description": asked }).to_string()
}
