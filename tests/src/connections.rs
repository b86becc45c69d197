//! The `connections` of `exchanges.yaml`: how a connection comes about, is renewed and ends, request by request, written
//! by hand from the provider's documentation.
//!
//! It is obtained, renewed and given back in this order. A connection that an exchange names is the one that the exchange
//! is made with, as it is when it has come about.

use serde_json::{Map, Value};

use crate::exchanges::{self, Answer, Moment, Wire, answer, map, moment, sourced, text, wire};

/// A connection.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its name in the file.
    pub name: String,
    /// The auth method.
    pub auth: String,
    /// Config values, by their names.
    pub config: Map<String, Value>,
    /// App values, by their names.
    pub app: Map<String, Value>,
    /// Credentials, by their names.
    pub credentials: Map<String, Value>,
    /// When it comes about, and by which chance.
    pub moment: Moment,
    /// Where a person's browser is sent, and the redirect that comes back.
    pub authorize: Option<(String, String)>,
    /// The requests that obtain the token, in order.
    pub obtain: Vec<Round>,
    /// What is known then: the members of the token (`access_token`, `token_type`, `refresh_token`, `expires_at`).
    pub token: Map<String, Value>,
    /// What was captured: not secret, by its names.
    pub captured: Map<String, Value>,
    /// The requests that renew the token.
    pub refresh: Vec<Round>,
    /// What is known of the token then.
    pub refreshed: Map<String, Value>,
    /// The requests that give it back.
    pub revoke: Vec<Round>,
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Round {
    /// The request as it stands on the wire.
    pub request: Wire,
    /// The answer.
    pub response: Answer,
}

/// The connections of a connector.
///
/// # Panics
///
/// The file is missing, or is not of its form.
#[must_use]
pub fn read(connector: &str) -> Vec<Connection> {
    of(&exchanges::tree(connector))
}

pub(crate) fn of(tree: &Value) -> Vec<Connection> {
    tree["connections"].as_array().into_iter().flatten().map(connection).collect()
}

fn connection(value: &Value) -> Connection {
    const KEYS: [&str; 15] = [
        "name",
        "source",
        "auth",
        "config",
        "app",
        "credentials",
        "moment",
        "authorize",
        "callback",
        "obtain",
        "token",
        "captured",
        "refresh",
        "refreshed",
        "revoke",
    ];
    let members = sourced(value, "a connection", &KEYS);
    let authorize = members.get("authorize").map(|url| (text(url), text(&value["callback"])));
    Connection {
        name: text(&value["name"]),
        auth: text(&value["auth"]),
        config: map(&value["config"]),
        app: map(&value["app"]),
        credentials: map(&value["credentials"]),
        moment: moment(&value["moment"]),
        authorize,
        obtain: rounds(&value["obtain"]),
        token: map(&value["token"]),
        captured: map(&value["captured"]),
        refresh: rounds(&value["refresh"]),
        refreshed: map(&value["refreshed"]),
        revoke: rounds(&value["revoke"]),
    }
}

fn rounds(value: &Value) -> Vec<Round> {
    let round = |round: &Value| {
        exchanges::checked(round, "a request and its answer", &["request", "response"]);
        Round { request: wire(&round["request"]), response: answer(&round["response"]) }
    };
    value.as_array().into_iter().flatten().map(round).collect()
}
