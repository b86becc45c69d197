//! A connection: what is known of one account at one provider. It is what a store's record holds.
//!
//! Invariant: nothing here has a text form, but for names, times and the reason why a connection is broken.

mod json;
mod stored;

use std::fmt;

use crate::{
    Error, ErrorKind, Secret,
    auth::issuer::{Expiry, Issued},
    expression::{FieldValue, Value},
};

/// Values by their name, each secret or not.
pub(crate) type Kept = Vec<(String, FieldValue)>;

/// One account's config, credentials, what steps captured, and its token.
#[derive(Clone)]
pub struct Connection {
    pub(crate) connector: String,
    pub(crate) method: String,
    pub(crate) config: Kept,
    pub(crate) credentials: Kept,
    pub(crate) captured: Kept,
    /// Counts the tokens that were stored, from 1; 0 before the first.
    pub(crate) generation: u64,
    pub(crate) token: Option<Token>,
    pub(crate) pending: Option<Pending>,
    pub(crate) broken: Option<Broken>,
    /// Members that a later version wrote, as JSON.
    rest: Vec<(String, Secret)>,
}

/// What a provider issued: `access_token`, `token_type` exactly as it was returned, `refresh_token`, `scope`. Times
/// are milliseconds since 1970, by the clock of whoever obtained it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) values: Kept,
    pub(crate) obtained_at: i64,
    /// Absent where nobody knows.
    pub(crate) expires_at: Option<i64>,
    rest: Vec<(String, Secret)>,
}

/// A token request that was begun and of which no outcome is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) since: i64,
    /// Who began it: a process, and a client in it.
    pub(crate) by: String,
    /// The generation that it was to renew.
    pub(crate) generation: u64,
    /// Whether its process saw the answer fail to come, and went on.
    pub(crate) lost: bool,
}

/// Why a person must connect again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) cause: Cause,
    pub(crate) since: i64,
    /// What the provider said, without secrets.
    pub(crate) message: String,
}

/// What broke a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The provider does not take the grant any longer.
    Revoked,
    /// A process ended between the provider's answer and the storing of the new token.
    Interrupted,
    /// The answer of a token request never came, and the provider has replaced the token nevertheless.
    Lost,
    /// The provider does not take the credentials, and there is no grant beside them.
    Refused,
    /// A cause that a later version knows.
    Other(String),
}

impl Connection {
    /// A connection without a token.
    #[must_use]
    pub fn new(connector: &str, method: &str) -> Self {
        Self {
            connector: connector.to_owned(),
            method: method.to_owned(),
            config: Vec::new(),
            credentials: Vec::new(),
            captured: Vec::new(),
            generation: 0,
            token: None,
            pending: None,
            broken: None,
            rest: Vec::new(),
        }
    }

    /// Reads what [`Connection::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// The bytes are not a connection, or one of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        json::read(bytes).map_err(|why| {
            Error::new(ErrorKind::Store, format!("the stored connection cannot be read: {why}"))
        })
    }

    /// The connection as a store keeps it.
    #[must_use]
    pub fn to_bytes(&self) -> zeroize::Zeroizing<Vec<u8>> {
        json::write(self)
    }

    /// The connector's name.
    #[must_use]
    pub fn connector(&self) -> &str {
        &self.connector
    }

    /// The auth method's name.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Which token it is: counted from 1, and 0 before the first.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// When the token expires, in milliseconds since 1970, where that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.token.as_ref().and_then(|token| token.expires_at)
    }

    /// Whether there is a token, be it expired.
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Why a person must connect again, where that is so.
    #[must_use]
    pub fn broken(&self) -> Option<Error> {
        self.broken.as_ref().map(Broken::to_error)
    }

    /// A text of the token, such as `access_token`.
    #[must_use]
    pub fn token_text(&self, name: &str) -> Option<&str> {
        text(&self.token.as_ref()?.values, name)
    }

    /// A credential's text.
    #[must_use]
    pub fn credential_text(&self, name: &str) -> Option<&str> {
        text(&self.credentials, name)
    }

    /// Adds a credential.
    #[must_use]
    pub fn with_credential(mut self, name: &str, secret: impl Into<Secret>) -> Self {
        set(&mut self.credentials, name, FieldValue::Secret(secret.into()));
        self
    }

    /// Takes what a provider issued at that time as the next token. What the answer does not name stays as it
    /// was, the refresh token above all (RFC 6749, 6).
    pub fn renew(&mut self, issued: Issued, now: i64) {
        let old = self.token.take().filter(|_| !issued.anew);
        let (mut values, rest) = old.map_or_else(Default::default, |old| (old.values, old.rest));
        for (name, value) in issued.values {
            set(&mut values, &name, value);
        }
        for (name, value) in issued.captured {
            set(&mut self.captured, &name, value);
        }
        let expires_at = match issued.expiry {
            Expiry::Unknown => None,
            Expiry::In(lifetime) => {
                Some(now.saturating_add(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX)))
            }
            Expiry::At(time) => Some(time),
        };
        self.token = Some(Token { values, obtained_at: now, expires_at, rest });
        self.generation = self.generation.saturating_add(1);
        self.pending = None;
        self.broken = None;
    }

    /// Whether the provider may replace what renews the token, so that a lost answer is a lost connection.
    pub(crate) fn rotates(&self) -> bool {
        self.token_text("refresh_token").is_some()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("connector", &self.connector)
            .field("method", &self.method)
            .field("generation", &self.generation)
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

impl Broken {
    /// What callers get: what happened, and what to do.
    pub(crate) fn to_error(&self) -> Error {
        let what = match &self.cause {
            Cause::Revoked => {
                "the provider no longer accepts this connection: its grant has expired or was revoked"
            }
            Cause::Interrupted => {
                "the connection is lost: a process ended between the provider's answer and the storing of the new \
                 token, and the provider does not accept the old one any more"
            }
            Cause::Lost => {
                "the connection is lost: the answer to a token request never arrived, and the provider does not \
                 accept the old token any more"
            }
            Cause::Refused => "the provider does not accept the credentials of this connection any longer",
            Cause::Other(_) => "the connection is broken",
        };
        let error = Error::new(ErrorKind::ReconnectRequired, format!("{what}; connect again"));
        error.with_message(Some(self.message.clone()).filter(|message| !message.is_empty())).unsent()
    }
}

fn text<'k>(kept: &'k [(String, FieldValue)], name: &str) -> Option<&'k str> {
    match &kept.iter().find(|(known, _)| known == name)?.1 {
        FieldValue::Secret(secret) => Some(secret.expose_secret()),
        FieldValue::Plain(Value::Text(text)) => Some(text),
        FieldValue::Plain(_) => None,
    }
}

fn set(kept: &mut Kept, name: &str, value: FieldValue) {
    match kept.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value,
        None => kept.push((name.to_owned(), value)),
    }
}
