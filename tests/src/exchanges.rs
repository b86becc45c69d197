//! `exchanges.yaml`: what goes over the wire, written by hand from the provider's documentation.

use std::collections::BTreeMap;
use std::path::PathBuf;

use couplet_compiler::{Diagnostics, SourceFile, Sources, parse};
use serde_json::{Map, Value};

use crate::{entries, repository};

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The action.
    pub action: String,
    /// The auth method; the connector's first where it is not said.
    pub auth: Option<String>,
    /// Config values, by their names.
    pub config: Map<String, Value>,
    /// App values, by their names.
    pub app: Map<String, Value>,
    /// Credentials, by their names.
    pub credentials: Map<String, Value>,
    /// Inputs, by their names.
    pub input: Map<String, Value>,
    /// The request as it stands on the wire.
    pub request: Wire,
    /// The status, the headers and the body of the answer.
    pub response: (u16, BTreeMap<String, String>, String),
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
    let path = repository("connectors").join(connector).join("exchanges.yaml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut diagnostics = Diagnostics::default();
    let document = parse(&Sources::new(SourceFile::new("exchanges.yaml", text)), &mut diagnostics);
    let tree =
        document.unwrap_or_else(|_| panic!("{}: {:?}", path.display(), diagnostics.sorted())).to_json();
    let list =
        tree["exchanges"].as_array().unwrap_or_else(|| panic!("{} has no `exchanges`", path.display()));
    list.iter().map(exchange).collect()
}

fn exchange(value: &Value) -> Exchange {
    const KEYS: [&str; 11] = [
        "action",
        "source",
        "auth",
        "config",
        "app",
        "credentials",
        "input",
        "request",
        "response",
        "output",
        "error",
    ];
    let members = value.as_object().unwrap_or_else(|| panic!("an exchange is a mapping, not {value}"));
    let unknown: Vec<_> = members.keys().filter(|key| !KEYS.contains(&key.as_str())).collect();
    assert!(unknown.is_empty(), "an exchange has no {unknown:?}: {value}");
    assert!(
        value["source"].as_str().is_some_and(|url| url.starts_with("https://")),
        "no page says so: {value}"
    );
    let map = |key: &str| value[key].as_object().cloned().unwrap_or_default();
    let (request, response) = (&value["request"], &value["response"]);
    let status = response["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    Exchange {
        action: text(&value["action"]),
        auth: value["auth"].as_str().map(str::to_owned),
        config: map("config"),
        app: map("app"),
        credentials: map("credentials"),
        input: map("input"),
        request: Wire {
            method: text(&request["method"]),
            url: text(&request["url"]),
            headers: headers(&request["headers"]),
            body: body(&request["body"]),
        },
        response: (
            status.unwrap_or_else(|| panic!("the answer has no status: {value}")),
            headers(&response["headers"]),
            body(&response["body"]),
        ),
        output: members.get("output").cloned(),
        error: members.get("error").cloned(),
    }
}

fn headers(value: &Value) -> BTreeMap<String, String> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.to_ascii_lowercase(), text(value))).collect()
}

/// A text as it is; anything else as JSON.
fn body(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        tree => tree.to_string(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => panic!("a text is missing in an exchange"),
        other => other.to_string(),
    }
}
