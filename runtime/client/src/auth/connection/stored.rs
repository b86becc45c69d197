//! A connection in a store, for whoever connects, shows and disconnects. Tokens are renewed by `auth::token` alone.

use super::Connection;
use crate::{Error, store::Store};

impl Connection {
    /// The connection of an id, if there is one.
    ///
    /// # Errors
    ///
    /// The store fails, or what it holds cannot be read.
    pub async fn load(store: &dyn Store, id: &str) -> Result<Option<Self>, Error> {
        store.load(id).await?.map(|record| Self::from_bytes(record.bytes())).transpose()
    }

    /// Stores a connection that a person has just made, in the place of any other. Its generation goes on from that
    /// of the other, so that whoever still uses the old token sees that there is a new one.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn save(&mut self, store: &dyn Store, id: &str) -> Result<(), Error> {
        let own = self.generation;
        loop {
            // One that cannot be read is replaced like any other.
            let (revision, before) = match store.load(id).await? {
                None => (None, 0),
                Some(record) => {
                    let known = Self::from_bytes(record.bytes());
                    (Some(record.revision()), known.map_or(0, |known| known.generation))
                }
            };
            self.generation = before.saturating_add(own.max(u64::from(before > 0)));
            if store.save(id, revision, &self.to_bytes()).await?.is_some() {
                return Ok(());
            }
        }
    }

    /// Removes a connection. Gives whether there was one.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn delete(store: &dyn Store, id: &str) -> Result<bool, Error> {
        loop {
            match store.load(id).await? {
                None => return Ok(false),
                Some(record) if store.delete(id, record.revision()).await? => return Ok(true),
                Some(_) => {}
            }
        }
    }
}
