//! An auth method as a mock plays it: the credentials that it accepts, and a client's values to compare with.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use couplet_plan::{AuthKind, AuthMethod, Field, Node, Plan, Scope, Token};
use couplet_runtime::generated::v1;
use couplet_runtime::transport::{Exchange, Reason, Transport, TransportError};
use couplet_runtime::verify::{Known, Rebuilder};
use couplet_runtime::{Context, Error};

use crate::issued::{State, now};
use crate::proof::{Proof, proof};
use crate::{discovery, made_up};

/// A method, and what the mock accepts for it.
pub(crate) struct Played {
    pub(crate) place: usize,
    pub(crate) method: AuthMethod<'static>,
    pub(crate) rebuilder: Rebuilder<'static>,
    pub(crate) proof: Proof,
    pub(crate) credentials: Vec<(&'static str, String)>,
    pub(crate) app: Vec<(&'static str, String)>,
}

/// Values that are to be accepted in the place of those that are made up.
#[derive(Clone, Default)]
pub(crate) struct Given {
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) config: BTreeMap<String, String>,
    pub(crate) app: BTreeMap<String, String>,
    pub(crate) captured: BTreeMap<String, String>,
}

impl Played {
    /// The token of the method, where it has one.
    pub(crate) fn token(&self) -> Option<Token<'static>> {
        match self.method.kind() {
            AuthKind::Token(token) => Some(*token),
            _ => None,
        }
    }

    /// What is known of any request of the method.
    pub(crate) fn known(&self) -> Known<'static> {
        Known { credentials: vec![("token_type", self.token_type())], now_ms: now(), ..Known::default() }
    }

    /// The type of the tokens that it issues.
    pub(crate) fn token_type(&self) -> String {
        match self.token().and_then(|token| token.response().token_type()).map(|expression| expression.node())
        {
            Some(Node::Text(text)) => text.to_owned(),
            _ => "Bearer".to_owned(),
        }
    }

    /// The value of a credential.
    pub(crate) fn credential(&self, name: &str) -> Option<&str> {
        self.credentials.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// What it begins with: tokens that a person supplies, and what is said to have been captured.
    pub(crate) fn seed(&self, given: &Given) -> State {
        let mut state = State { method: self.place, ..State::default() };
        for name in ["access_token", "refresh_token", "token_secret", "token_type"] {
            let value =
                self.credential(name).map(str::to_owned).or_else(|| given.credentials.get(name).cloned());
            state.credentials.extend(value.map(|value| (name, value)));
        }
        state.lasting = state.credentials.iter().any(|(name, _)| *name == "refresh_token");
        if self.token().is_some_and(|token| token.discovery().is_some()) {
            state.captured = discovery::captured();
        }
        for name in captures(&self.method) {
            let value =
                given.captured.get(name).map(|text| serde_json::Value::from(text.as_str()).to_string());
            state.captured.extend(value.map(|value| (name, value)));
        }
        state
    }
}

/// All methods of a Plan.
pub(crate) fn all(plan: &Plan<'static>, given: &Given, address: SocketAddr) -> Result<Vec<Played>, Error> {
    let config = config(plan, given);
    let methods = plan.connector().auth();
    let played = |(place, method): (usize, &AuthMethod<'static>)| {
        played(plan, place, *method, given, &config, address)
    };
    methods.iter().enumerate().map(played).collect()
}

fn played(
    plan: &Plan<'static>,
    place: usize,
    method: AuthMethod<'static>,
    given: &Given,
    config: &[(&'static str, String)],
    address: SocketAddr,
) -> Result<Played, Error> {
    let connector = plan.connector();
    let credentials: Vec<_> = method
        .fields()
        .iter()
        .filter(|field| {
            // A user name or a password that may be absent is sent as an empty one, unless the API wants it.
            let basic = matches!(method.kind(), AuthKind::Basic(..)) && field.default().is_none();
            !field.is_optional() || basic || given.credentials.contains_key(field.name())
        })
        .map(|field| {
            let value = given.credentials.get(field.name()).cloned();
            (field.name(), value.unwrap_or_else(|| made_up::of_method(&method, Scope::Credentials, field)))
        })
        .collect();
    let app: Vec<_> = made_up::app_fields(&connector, &method)
        .iter()
        .filter(|field| is_needed(field) || given.app.contains_key(field.name()))
        .map(|field| {
            (
                field.name(),
                given
                    .app
                    .get(field.name())
                    .cloned()
                    .unwrap_or_else(|| made_up::of_method(&method, Scope::App, field)),
            )
        })
        .collect();
    let builder = builder(plan, place, &credentials, &app, config, address)
        .with_context(&Context::new().with_transport(Arc::new(Nowhere)));
    let rebuilder = Rebuilder::new(&builder)?;
    let proof = proof(&method, &builder, &rebuilder, &credentials)?;
    Ok(Played { place, method, rebuilder, proof, credentials, app })
}

/// A client's builder with all that a mock accepts for a method.
pub(crate) fn builder(
    plan: &Plan<'static>,
    place: usize,
    credentials: &[(&'static str, String)],
    app: &[(&'static str, String)],
    config: &[(&'static str, String)],
    address: SocketAddr,
) -> v1::Builder<'static> {
    let connector = plan.connector();
    let url = format!("http://{address}{}", crate::route::base_path(plan, 0));
    let mut builder = v1::Builder::new(&connector, place).with_base_url(url);
    let method = connector.auth().get(place).copied();
    let secret = |fields: &[Field<'_>], name: &str| {
        fields.iter().any(|field| field.name() == name && field.is_secret())
    };
    let fields = method.map(|method| method.fields()).unwrap_or_default();
    for (name, value) in credentials {
        builder = match secret(fields, name) {
            true => builder.secret(name, value.as_str()),
            false => builder.credential(name, value),
        };
    }
    let fields = method.map(|method| made_up::app_fields(&connector, &method)).unwrap_or_default();
    for (name, value) in app {
        builder = match secret(&fields, name) {
            true => builder.secret_app(name, value.as_str()),
            false => builder.app(name, value),
        };
    }
    for (name, value) in config {
        builder = match secret(connector.config(), name) {
            true => builder.secret_config(name, value.as_str()),
            false => builder.config(name, value),
        };
    }
    builder
}

/// The config of a client that sets nothing but what it must.
pub(crate) fn config(plan: &Plan<'static>, given: &Given) -> Vec<(&'static str, String)> {
    let connector = plan.connector();
    let fields =
        connector.config().iter().filter(|field| is_needed(field) || given.config.contains_key(field.name()));
    fields
        .map(|field| {
            (field.name(), given.config.get(field.name()).cloned().unwrap_or_else(|| made_up::value(field)))
        })
        .collect()
}

fn is_needed(field: &Field<'_>) -> bool {
    !field.is_optional() && field.default().is_none()
}

/// The names of everything that a method captures.
pub(crate) fn captures(method: &AuthMethod<'static>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    let mut steps: Vec<_> = method.connect().to_vec();
    if let AuthKind::Token(token) = method.kind() {
        steps.extend(token.prepare().iter().chain(token.obtain()).chain(token.refresh().unwrap_or_default()));
        names.extend(token.callback().iter().chain(token.captures()).map(couplet_plan::Capture::name));
    }
    for step in steps {
        names.extend(step.captures().iter().map(couplet_plan::Capture::name));
        names.extend(step.choice().map(|choice| choice.name()));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// A transport that sends nothing.
struct Nowhere;

impl Transport for Nowhere {
    fn send(&self, _: http::Request<bytes::Bytes>, _: usize) -> Exchange<'_> {
        Box::pin(async { Err(TransportError::new(Reason::Connect)) })
    }
}
