//! Connections in a store: opened, written, and brought together with what a caller gives.

use std::sync::Arc;

use couplet_plan::{AuthMethod, Field};

use super::pending::{About, equal};
use crate::{
    Error, ErrorKind, Secret,
    auth::connection::{Connection, Kept},
    builder::Builder,
    client::{Client, Core},
    clock::{Clock as _, SystemClock},
    crypto::digest::sha256,
    expression::{FieldValue, hex},
    fields::Supplied,
    store::{Record, Store},
};

/// Under this name a connection keeps the digest of the state of which it came. No manifest has such a name.
const REDIRECT: &str = "redirect.state";
/// How often a record is read anew that others write at the same time.
const TRIES: usize = 8;

impl<'p> Builder<'p> {
    /// A client of a connection that the store has. What the caller does not give, as credentials and config values,
    /// comes from there, and so does the auth method.
    ///
    /// # Errors
    ///
    /// There is no store, or it has no such connection; or it cannot be used.
    pub async fn open(self) -> Result<Client<'p>, Error> {
        let (store, id) = self.stored_at()?;
        let Some(record) = store.load(&id).await? else { return Err(no_connection(&id)) };
        let connection = Connection::from_bytes(record.bytes())?;
        let place = method_of(&self, &connection, &id)?;
        let mut builder = self;
        builder.method = place;
        builder.with_connection(&connection).build()
    }

    /// The builder, with what a connection has and the caller did not give.
    pub(super) fn with_connection(mut self, connection: &Connection) -> Self {
        if self.explicit.is_none() {
            self.explicit = Some(self.credentials.iter().map(|(name, _)| name.clone()).collect());
        }
        let method = self.connector.auth().get(self.method);
        let fields = method.map(AuthMethod::fields).unwrap_or_default();
        let explicit = self.explicit.clone().unwrap_or_default();
        self.credentials.retain(|(name, _)| explicit.contains(name));
        merge(&mut self.credentials, fields, &connection.credentials);
        merge(&mut self.config, self.connector.config(), &connection.config);
        self.ready = Some(Arc::new(connection.clone()));
        self
    }

    /// Writes a connection over whatever stands in the store, and gives its client.
    pub(super) async fn keep(self, mut connection: Connection) -> Result<Client<'p>, Error> {
        if let Some((store, id)) = self.store.clone() {
            save(&*store, &id, &mut connection).await?;
        }
        let client = self.with_connection(&connection).build()?;
        client.0.forget();
        Ok(client)
    }

    /// Takes a redirect's state, which counts once: in this process, and for what the store has. Gives what the
    /// connection that comes of it keeps, to know it again.
    pub(super) async fn once(&self, core: &Core<'_>, state: &str) -> Result<(String, FieldValue), Error> {
        let digest = Secret::new(hex(&sha256(state.as_bytes())));
        let mut first = core.used.first_time(state, core.clock.now());
        if let Some((store, id)) = &self.store
            && let Some(record) = store.load(id).await?
            && let Ok(before) = Connection::from_bytes(record.bytes())
        {
            let known = before.captured.iter().find(|(name, _)| name == REDIRECT);
            first &= !matches!(known, Some((_, FieldValue::Secret(known))) if equal(known.expose_secret(), digest.expose_secret()));
        }
        if first {
            return Ok((REDIRECT.to_owned(), FieldValue::Secret(digest)));
        }
        Err(Error::input("this redirect has been used before; begin anew"))
    }

    /// What a pending value of this builder must be of.
    pub(super) fn about(&self) -> Result<About<'p>, Error> {
        let method = self.connector.auth().get(self.method);
        let method = method.ok_or_else(|| Error::config("the connector has no such auth method"))?;
        let clock = self.context.as_ref().map(|context| Arc::clone(&context.clock));
        let now = clock.map_or_else(|| SystemClock.now(), |clock| clock.now());
        Ok(About { connector: self.connector.name(), method: method.name(), now })
    }

    fn stored_at(&self) -> Result<(Arc<dyn Store>, String), Error> {
        self.store
            .clone()
            .ok_or_else(|| Error::config("the client has no store; give it one with `with_store`"))
    }
}

/// The place of a connection's method in the connector's list.
fn method_of(builder: &Builder<'_>, connection: &Connection, id: &str) -> Result<usize, Error> {
    let connector = builder.connector;
    if connection.connector() != connector.name() {
        let (stored, wanted) = (connection.connector(), connector.name());
        return Err(Error::config(format!(
            "the connection `{id}` is one of `{stored}`, and not of `{wanted}`"
        )));
    }
    connector.auth().iter().position(|method| method.name() == connection.method()).ok_or_else(|| {
        let method = connection.method();
        Error::config(format!(
            "the connection `{id}` uses the auth method `{method}`, which the connector no longer has; connect again"
        ))
    })
}

/// Adds what is stored to what was given, where the connector still has a field of that name.
fn merge(given: &mut Vec<(String, Supplied)>, fields: &[Field<'_>], stored: &Kept) {
    for (name, value) in stored {
        if !fields.iter().any(|field| field.name() == name) || given.iter().any(|(known, _)| known == name) {
            continue;
        }
        let value = match value {
            FieldValue::Secret(secret) => Supplied::Secret(secret.clone()),
            FieldValue::Plain(value) => match value.clone().into_text() {
                Ok(text) => Supplied::Plain(text.into_owned()),
                Err(_) => continue,
            },
        };
        given.push((name.clone(), value));
    }
}

/// Writes a connection over the one before. Its generation goes on, so that nobody takes its token for the old one.
async fn save(store: &dyn Store, id: &str, connection: &mut Connection) -> Result<(), Error> {
    for _ in 0..TRIES {
        let before = store.load(id).await?;
        let generation = before.as_ref().and_then(|record| Connection::from_bytes(record.bytes()).ok());
        let generation = generation.map_or(0, |before| before.generation());
        connection.generation = connection.generation.max(generation.saturating_add(1));
        let revision = before.as_ref().map(Record::revision);
        if store.save(id, revision, &connection.to_bytes()).await?.is_some() {
            return Ok(());
        }
    }
    let detail = format!("the connection `{id}` is being written by others all the time");
    Err(Error::new(ErrorKind::Store, detail))
}

pub(super) fn no_connection(id: &str) -> Error {
    let detail = format!("there is no connection `{id}`; connect first");
    Error::new(ErrorKind::ReconnectRequired, detail).unsent()
}
