//! What a connection is, without its secrets.

use std::fmt;

use crate::{
    Error, Timestamp,
    auth::connection::{Connection, Kept},
    client::Client,
    expression::FieldValue,
    store::Store,
};

/// What there is to know of a connection that anyone may see.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The connector's name.
    pub connector: String,
    /// The auth method's name.
    pub method: String,
    /// The config values that are not secret, by their names.
    pub config: Vec<(String, String)>,
    /// What was captured and is not secret, by its names.
    pub captured: Vec<(String, String)>,
    /// The scopes that were granted, where the provider says.
    pub scope: Option<String>,
    /// Whether there is a token, be it expired.
    pub has_token: bool,
    /// Whether something renews the token that came with it.
    pub has_refresh_token: bool,
    /// When the token expires, where the provider says.
    pub expires_at: Option<Timestamp>,
    /// Why a person must connect again, where that is so.
    pub broken: Option<String>,
}

impl Status {
    /// The status of a connection in a store; `None` where there is none of that id.
    ///
    /// # Errors
    ///
    /// The store fails, or what it has is not a connection.
    pub async fn load(store: &dyn Store, id: &str) -> Result<Option<Self>, Error> {
        let Some(record) = store.load(id).await? else { return Ok(None) };
        Connection::from_bytes(record.bytes()).map(|connection| Some(Self::of(&connection)))
    }

    pub(super) fn of(connection: &Connection) -> Self {
        let expires_at = connection.expires_at();
        Self {
            connector: connection.connector().to_owned(),
            method: connection.method().to_owned(),
            config: shown(&connection.config),
            captured: shown(&connection.captured),
            scope: connection.token_text("scope").map(str::to_owned),
            has_token: connection.has_token(),
            has_refresh_token: connection.token_text("refresh_token").is_some(),
            expires_at: expires_at.and_then(|at| Timestamp::from_unix_seconds(at.div_euclid(1000))),
            broken: connection.broken().map(|error| error.to_string()),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Status")
            .field("connector", &self.connector)
            .field("method", &self.method)
            .field("expires_at", &self.expires_at)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl Client<'_> {
    /// What there is to know of the client's connection, without its secrets.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn status(&self) -> Result<Status, Error> {
        let stored = match &self.0.stored {
            Some((store, id)) => Status::load(&**store, id).await?,
            None => None,
        };
        Ok(stored.unwrap_or_else(|| Status::of(&self.0.connection())))
    }
}

fn shown(kept: &Kept) -> Vec<(String, String)> {
    let plain = kept.iter().filter_map(|(name, value)| match value {
        FieldValue::Plain(value) => Some((name.clone(), value.clone().into_text().ok()?.into_owned())),
        FieldValue::Secret(_) => None,
    });
    plain.collect()
}
