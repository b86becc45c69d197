//! `exchanges.yaml`: what goes over the wire, written by hand from the provider's documentation.

use std::collections::BTreeMap;
use std::path::PathBuf;

use couplet_compiler::{Diagnostics, SourceFile, Sources, parse};
use serde_json::{Map, Value};

use crate::connections::{self, Connection};
use crate::{entries, repository};

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The action.
    pub action: String,
    /// The connection that it is made with, and that comes about as `connections` says.
    pub connection: Option<Connection>,
    /// The auth method; the connector's first where it is not said.
    pub auth: Option<String>,
    /// Config values, by their names.
    pub config: Map<String, Value>,
    /// App values, by their names.
    pub app: Map<String, Value>,
    /// Credentials, by their names.
    pub credentials: Map<String, Value>,
    /// When it is made, and by which chance.
    pub moment: Moment,
    /// Inputs, by their names.
    pub input: Map<String, Value>,
    /// The request as it stands on the wire.
    pub request: Wire,
    /// The answer.
    pub response: Answer,
    /// What the action returns, where it is not the answer's body.
    pub output: Option<Value>,
    /// `kind`, `code` and `message` of the error that the action returns.
    pub error: Option<Value>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Headers by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body; empty where there is none.
    pub body: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, their names in lower case. A list of values is as many headers.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: String,
}

/// What makes a request unlike the same one a second later: fixed, so that signatures are the same each time.
#[derive(Debug, Clone, Default)]
pub struct Moment {
    /// The instant, in RFC 3339.
    pub now: Option<String>,
    /// The value of `uuid`.
    pub uuid: Option<String>,
    /// The value of `nonce`. A flow's state and its PKCE verifier are the nonce twice.
    pub nonce: Option<String>,
}

/// The folders of connectors.
#[must_use]
pub fn connectors() -> Vec<PathBuf> {
    entries("connectors").into_iter().filter(|path| path.join("manifest.yaml").is_file()).collect()
}

/// The exchanges of a connector.
///
/// # Panics
///
/// The file is missing, or is not of its form.
#[must_use]
pub fn read(connector: &str) -> Vec<Exchange> {
    let tree = tree(connector);
    let connections = connections::of(&tree);
    let list = tree["exchanges"].as_array().unwrap_or_else(|| panic!("{connector} has no `exchanges`"));
    list.iter().map(|value| exchange(value, &connections)).collect()
}

/// The file of a connector.
pub(crate) fn tree(connector: &str) -> Value {
    let path = repository("connectors").join(connector).join("exchanges.yaml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut diagnostics = Diagnostics::default();
    let document = parse(&Sources::new(SourceFile::new("exchanges.yaml", text)), &mut diagnostics);
    let tree =
        document.unwrap_or_else(|_| panic!("{}: {:?}", path.display(), diagnostics.sorted())).to_json();
    checked(&tree, "the file", &["connections", "exchanges"]);
    tree
}

fn exchange(value: &Value, connections: &[Connection]) -> Exchange {
    const KEYS: [&str; 13] = [
        "action",
        "source",
        "connection",
        "auth",
        "config",
        "app",
        "credentials",
        "moment",
        "input",
        "request",
        "response",
        "output",
        "error",
    ];
    let members = sourced(value, "an exchange", &KEYS);
    let connection = value["connection"].as_str().map(|name| {
        let found = connections.iter().find(|connection| connection.name == name);
        for own in ["auth", "config", "app", "credentials", "moment"] {
            assert!(!members.contains_key(own), "`{own}` is the connection's to say: {value}");
        }
        found.unwrap_or_else(|| panic!("there is no connection `{name}`")).clone()
    });
    let of = |own: &str, shared: fn(&Connection) -> &Map<String, Value>| match &connection {
        Some(connection) => shared(connection).clone(),
        None => map(&value[own]),
    };
    Exchange {
        action: text(&value["action"]),
        auth: match &connection {
            Some(connection) => Some(connection.auth.clone()),
            None => value["auth"].as_str().map(str::to_owned),
        },
        config: of("config", |connection| &connection.config),
        app: of("app", |connection| &connection.app),
        credentials: of("credentials", |connection| &connection.credentials),
        moment: match &connection {
            Some(connection) => connection.moment.clone(),
            None => moment(&value["moment"]),
        },
        input: map(&value["input"]),
        request: wire(&value["request"]),
        response: answer(&value["response"]),
        output: members.get("output").cloned(),
        error: members.get("error").cloned(),
        connection,
    }
}

/// The members of a mapping that has no others than these.
pub(crate) fn checked<'v>(value: &'v Value, what: &str, keys: &[&str]) -> &'v Map<String, Value> {
    let members = value.as_object().unwrap_or_else(|| panic!("{what} is a mapping, not {value}"));
    let unknown: Vec<_> = members.keys().filter(|key| !keys.contains(&key.as_str())).collect();
    assert!(unknown.is_empty(), "{what} has no {unknown:?}: {value}");
    members
}

/// The same, of something that names the page that says so.
pub(crate) fn sourced<'v>(value: &'v Value, what: &str, keys: &[&str]) -> &'v Map<String, Value> {
    let members = checked(value, what, keys);
    assert!(
        value["source"].as_str().is_some_and(|url| url.starts_with("https://")),
        "no page says so: {value}"
    );
    members
}

pub(crate) fn map(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

pub(crate) fn moment(value: &Value) -> Moment {
    if value.is_null() {
        return Moment::default();
    }
    checked(value, "a moment", &["now", "uuid", "nonce"]);
    let one = |key: &str| value[key].as_str().map(str::to_owned);
    Moment { now: one("now"), uuid: one("uuid"), nonce: one("nonce") }
}

pub(crate) fn wire(value: &Value) -> Wire {
    checked(value, "a request", &["method", "url", "headers", "body"]);
    Wire {
        method: text(&value["method"]),
        url: text(&value["url"]),
        headers: headers(&value["headers"]).into_iter().collect(),
        body: body(&value["body"]),
    }
}

pub(crate) fn answer(value: &Value) -> Answer {
    checked(value, "an answer", &["status", "headers", "body"]);
    let status = value["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    Answer {
        status: status.unwrap_or_else(|| panic!("the answer has no status: {value}")),
        headers: headers(&value["headers"]),
        body: body(&value["body"]),
    }
}

fn headers(value: &Value) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        headers.extend(values.iter().map(|value| (name.to_ascii_lowercase(), text(value))));
    }
    headers
}

/// A text as it is; anything else as JSON.
fn body(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        tree => tree.to_string(),
    }
}

pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => panic!("a text is missing in an exchange"),
        other => other.to_string(),
    }
}
