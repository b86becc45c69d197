//! Whoever obtains tokens: the seam between the refresh protocol and the requests that a connector describes.

use std::{pin::Pin, time::Duration};

use super::connection::{Connection, Kept};
use crate::{
    Error, Secret,
    expression::{FieldValue, Value},
};

/// Sends the requests that renew a connection's token, or obtain one where it has none. It decides nothing about
/// when, and stores nothing.
pub trait Issuer: Send + Sync {
    /// Sends the requests once. The connection is as it stands in the store. Nothing is repeated that the provider
    /// may have seen.
    fn refresh<'a>(&'a self, connection: &'a Connection) -> Issuing<'a>;

    /// How long before its end a token is renewed.
    fn margin(&self) -> Duration {
        Duration::from_secs(300)
    }

    /// How long [`Issuer::refresh`] may take in all. After it, the outcome counts as unknown.
    fn timeout(&self) -> Duration {
        Duration::from_secs(30)
    }
}

/// Token requests under way.
pub type Issuing<'a> = Pin<Box<dyn Future<Output = Result<Issued, Refusal>> + Send + 'a>>;

/// What a provider issued.
#[derive(Clone)]
pub struct Issued {
    pub(crate) values: Kept,
    pub(crate) captured: Kept,
    pub(crate) expiry: Expiry,
    pub(crate) anew: bool,
}

/// When a token expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The provider does not say.
    Unknown,
    /// After that time, counted from when it was asked for.
    In(Duration),
    /// At that time: milliseconds since 1970.
    At(i64),
}

impl Issued {
    /// Nothing yet.
    #[must_use]
    pub fn new(expiry: Expiry) -> Self {
        Self { values: Kept::new(), captured: Kept::new(), expiry, anew: false }
    }

    /// A value of the token that is never shown.
    #[must_use]
    pub fn secret(mut self, name: &str, text: impl Into<Secret>) -> Self {
        self.values.push((name.to_owned(), FieldValue::Secret(text.into())));
        self
    }

    /// A value of the token that may be shown.
    #[must_use]
    pub fn plain(mut self, name: &str, text: &str) -> Self {
        self.values.push((name.to_owned(), FieldValue::Plain(Value::Text(text.to_owned().into()))));
        self
    }

    /// Nothing of the token before it counts any longer: it was obtained anew and not renewed.
    #[must_use]
    pub fn anew(mut self) -> Self {
        self.anew = true;
        self
    }
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("expiry", &self.expiry).finish_non_exhaustive()
    }
}

/// Why there is no token.
#[derive(Debug)]
pub struct Refusal {
    pub(crate) outcome: Outcome,
    pub(crate) error: Error,
}

/// What is known of a token request that brought none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider does not take the grant, or the credentials: `invalid_grant`. Only a person can mend that.
    Rejected,
    /// The provider has not seen the request.
    Unsent,
    /// The provider has answered that it does not process the request now: 429, 503.
    Unavailable,
    /// The provider, or this program, refuses the request for a reason that says nothing of the grant:
    /// `invalid_client`, a step's condition.
    Failed,
    /// The request was sent, and no whole answer came, or none that can be understood; also 502 and 504, with which
    /// a gateway says that it has no answer.
    Unknown,
}

impl Refusal {
    /// A refusal, with the error that callers get.
    #[must_use]
    pub fn new(outcome: Outcome, error: Error) -> Self {
        Self { outcome, error }
    }
}
