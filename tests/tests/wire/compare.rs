//! Requests and answers against what `exchanges.yaml` says of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use couplet_runtime::transport::InMemory;
use couplet_runtime::{Context, Error};
use couplet_tests::exchanges::{Exchange, Wire};
use serde_json::Value;

/// A provider that gives the exchange's answer and keeps what it was asked.
pub(crate) struct Provider {
    pub(crate) context: Context,
    asked: Arc<Mutex<Vec<Wire>>>,
}

impl Provider {
    pub(crate) fn of(exchange: &Exchange) -> Self {
        let asked: Arc<Mutex<Vec<Wire>>> = Arc::default();
        let (keep, (status, headers, body)) = (Arc::clone(&asked), exchange.response.clone());
        let transport = InMemory::new(move |request| {
            let (head, sent) = request.into_parts();
            let headers_sent = head.headers.iter().map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            });
            keep.lock().expect("nothing panicked").push(Wire {
                method: head.method.to_string(),
                url: head.uri.to_string(),
                headers: headers_sent.collect(),
                body: String::from_utf8_lossy(&sent).into_owned(),
            });
            let mut response = http::Response::builder().status(status);
            for (name, value) in &headers {
                response = response.header(name, value);
            }
            Ok(response.body(bytes::Bytes::from(body.clone())).expect("an answer"))
        });
        Self { context: Context::new().with_transport(Arc::new(transport)), asked }
    }

    /// The one request.
    pub(crate) fn asked(&self) -> Result<Wire, String> {
        let asked = self.asked.lock().expect("nothing panicked");
        match asked.as_slice() {
            [one] => Ok(one.clone()),
            other => Err(format!("{} requests were sent", other.len())),
        }
    }
}

/// Compares a request byte for byte. Headers that the exchange does not list are the client's own affair, unless they
/// carry credentials.
pub(crate) fn request(sent: &Wire, exchange: &Exchange) -> Result<(), String> {
    let expected = &exchange.request;
    for (what, is, should) in [
        ("method", &sent.method, &expected.method),
        ("URL", &sent.url, &expected.url),
        ("body", &sent.body, &expected.body),
    ] {
        if is != should {
            return Err(format!("the {what} is\n  {is}\nand should be\n  {should}"));
        }
    }
    for (name, should) in &expected.headers {
        let is = sent.headers.get(name);
        if is != Some(should) {
            return Err(format!("the header `{name}` is {is:?} and should be {should:?}"));
        }
    }
    let unlisted = sent.headers.iter().filter(|(name, _)| !expected.headers.contains_key(*name));
    let secrets: Vec<&str> = exchange.credentials.values().filter_map(Value::as_str).collect();
    for (name, value) in unlisted {
        let carries = ["authorization", "cookie", "proxy-authorization"].contains(&name.as_str())
            || secrets.iter().any(|secret| value.contains(secret));
        if carries {
            return Err(format!("the header `{name}` carries a credential, and is not listed"));
        }
    }
    Ok(())
}

/// Compares what a call gave.
pub(crate) fn outcome(got: Result<String, Error>, exchange: &Exchange) -> Result<(), String> {
    match (got, &exchange.error) {
        (Err(error), Some(expected)) => {
            let facts: BTreeMap<&str, Option<&str>> =
                [("kind", Some(error.kind().as_str())), ("code", error.code()), ("message", error.message())]
                    .into();
            let wrong = facts
                .iter()
                .find(|(name, is)| expected.get(**name).is_some_and(|should| should.as_str() != **is));
            match wrong {
                Some((name, is)) => Err(format!("the error's {name} is {is:?}: {error}")),
                None => Ok(()),
            }
        }
        (Err(error), None) => Err(format!("it fails: {error}")),
        (Ok(json), Some(_)) => Err(format!("it is no error, and gives {json}")),
        (Ok(json), None) => output(&json, exchange),
    }
}

fn output(json: &str, exchange: &Exchange) -> Result<(), String> {
    let is: Value = serde_json::from_str(json).map_err(|error| format!("the output is not JSON: {error}"))?;
    let body = || serde_json::from_str(&exchange.response.2).unwrap_or(Value::Null);
    let should = exchange.output.clone().unwrap_or_else(body);
    if is == should { Ok(()) } else { Err(format!("the output is\n  {is}\nand should be\n  {should}")) }
}
