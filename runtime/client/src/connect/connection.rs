//! The connection behind a client, as programs see it.

use std::fmt;

use super::Status;
use crate::{Error, client::Client};

/// The connection behind a client: its status, its renewal, and its end.
pub struct Connection<'c, 'p>(&'c Client<'p>);

impl<'p> Client<'p> {
    /// The connection behind the client.
    #[must_use]
    pub fn connection(&self) -> Connection<'_, 'p> {
        Connection(self)
    }
}

impl Connection<'_, '_> {
    /// What anyone may know of it.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn status(&self) -> Result<Status, Error> {
        self.0.status().await
    }

    /// Renews the token now, whatever it would last.
    ///
    /// # Errors
    ///
    /// The method has no token that is renewed, or the provider gives none.
    pub async fn refresh(&self) -> Result<(), Error> {
        self.0.refresh().await
    }

    /// Gives the connection back to the provider, and forgets it. Should the provider not take it back, then the
    /// connection stays as it is, and the error says why.
    ///
    /// # Errors
    ///
    /// A request fails, or the store does.
    pub async fn disconnect(&self) -> Result<(), Error> {
        self.0.disconnect().await
    }

    /// Removes the connection from the store, without a word to the provider.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn forget(&self) -> Result<(), Error> {
        self.0.forget().await
    }
}

impl fmt::Debug for Connection<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(self.0).finish()
    }
}
