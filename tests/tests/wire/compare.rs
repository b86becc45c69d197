//! Requests and answers against what `exchanges.yaml` says of them.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use couplet_runtime::tokens::Clock;
use couplet_runtime::transport::InMemory;
use couplet_runtime::{Context, Error, Timestamp};
use couplet_tests::connections::{Connection, Round};
use couplet_tests::exchanges::{Answer, Exchange, Moment, Wire};
use serde_json::{Map, Value};

/// A provider that gives the answers that were written for it, in order, and keeps what it was asked.
pub(crate) struct Provider {
    pub(crate) context: Context,
    asked: Arc<Mutex<Vec<Wire>>>,
}

impl Provider {
    /// One that lets a connection come about, where the exchange has one, and then gives the exchange's answer.
    pub(crate) fn of(exchange: &Exchange) -> Self {
        let obtain = exchange.connection.iter().flat_map(|connection| &connection.obtain);
        let answers = obtain.map(|round| &round.response).chain([&exchange.response]);
        Self::playing(answers.cloned().collect(), &exchange.moment)
    }

    /// One that plays a connection from its beginning to its end.
    pub(crate) fn of_connection(connection: &Connection) -> Self {
        let rounds = connection.obtain.iter().chain(&connection.refresh).chain(&connection.revoke);
        Self::playing(rounds.map(|round| round.response.clone()).collect(), &connection.moment)
    }

    fn playing(answers: Vec<Answer>, moment: &Moment) -> Self {
        let asked: Arc<Mutex<Vec<Wire>>> = Arc::default();
        let (keep, count) = (Arc::clone(&asked), AtomicUsize::new(0));
        let transport = InMemory::new(move |request| {
            let (head, sent) = request.into_parts();
            let headers_sent = head.headers.iter().map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            });
            // Whoever asks more often gets the last answer, and is found out when requests are counted.
            let answer = &answers[count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)];
            keep.lock().expect("nothing panicked").push(Wire {
                method: head.method.to_string(),
                url: head.uri.to_string(),
                headers: headers_sent.collect(),
                body: String::from_utf8_lossy(&sent).into_owned(),
            });
            let mut response = http::Response::builder().status(answer.status);
            for (name, value) in &answer.headers {
                response = response.header(name, value);
            }
            Ok(response.body(bytes::Bytes::from(answer.body.clone())).expect("an answer"))
        });
        Self { context: at(Context::new(), moment).with_transport(Arc::new(transport)), asked }
    }

    /// What was asked since this was called last.
    pub(crate) fn asked(&self) -> Vec<Wire> {
        std::mem::take(&mut *self.asked.lock().expect("nothing panicked"))
    }

    /// The one request of an exchange, behind those of its connection.
    pub(crate) fn asked_once(&self, exchange: &Exchange) -> Result<Wire, String> {
        let mut asked = self.asked();
        let before = exchange.connection.as_ref().map_or(&[][..], |connection| &connection.obtain[..]);
        if asked.len() != before.len() + 1 {
            return Err(format!("{} requests were sent, and not {}", asked.len(), before.len() + 1));
        }
        let last = asked.split_off(before.len()).remove(0);
        rounds(&asked, before, &secrets(&exchange.app, &exchange.credentials))?;
        Ok(last)
    }
}

/// A context whose time stands still, and in which chance is no chance.
pub(crate) fn at(context: Context, moment: &Moment) -> Context {
    let Some(now) = &moment.now else { return context };
    let now = millis(now);
    let uuid = moment.uuid.as_deref().unwrap_or("00000000-0000-4000-8000-000000000000");
    let nonce = moment.nonce.as_deref().unwrap_or("00000000000000000000000000000000");
    context.with_moment(now, uuid, nonce).with_clock(Arc::new(Still(now)))
}

/// Milliseconds since 1970 of an instant in RFC 3339.
pub(crate) fn millis(text: &str) -> i64 {
    let instant = text.parse::<Timestamp>().unwrap_or_else(|error| panic!("{text}: {error}"));
    instant.unix_seconds().map_or_else(|| panic!("{text} has no offset"), |seconds| seconds * 1000)
}

struct Still(i64);

impl Clock for Still {
    fn now(&self) -> i64 {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// The values that only the headers and bodies which an exchange lists may carry.
pub(crate) fn secrets<'v>(app: &'v Map<String, Value>, credentials: &'v Map<String, Value>) -> Vec<&'v str> {
    let shown = ["redirect_uri", "region", "username", "user"];
    let all = app.iter().chain(credentials).filter(|(name, _)| !shown.contains(&name.as_str()));
    all.filter_map(|(_, value)| value.as_str()).collect()
}

/// Compares requests with those that were written by hand, in their order.
pub(crate) fn rounds(sent: &[Wire], expected: &[Round], secrets: &[&str]) -> Result<(), String> {
    if sent.len() != expected.len() {
        let urls: Vec<_> = sent.iter().map(|wire| format!("{} {}", wire.method, wire.url)).collect();
        return Err(format!("{} requests were sent and not {}: {urls:?}", sent.len(), expected.len()));
    }
    for (place, (sent, round)) in sent.iter().zip(expected).enumerate() {
        wire(sent, &round.request, secrets).map_err(|why| format!("request {place}: {why}"))?;
    }
    Ok(())
}

/// Compares a request byte for byte.
pub(crate) fn request(sent: &Wire, exchange: &Exchange) -> Result<(), String> {
    wire(sent, &exchange.request, &secrets(&exchange.app, &exchange.credentials))
}

/// Headers that are not listed are the client's own affair, unless they carry credentials.
fn wire(sent: &Wire, expected: &Wire, secrets: &[&str]) -> Result<(), String> {
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
            return Err(format!("the header `{name}` is\n  {is:?}\nand should be\n  {should:?}"));
        }
    }
    let unlisted = sent.headers.iter().filter(|(name, _)| !expected.headers.contains_key(*name));
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
    let body = || serde_json::from_str(&exchange.response.body).unwrap_or(Value::Null);
    let should = exchange.output.clone().unwrap_or_else(body);
    if is == should { Ok(()) } else { Err(format!("the output is\n  {is}\nand should be\n  {should}")) }
}
