//! Connects accounts: what a person must allow, what a provider then issues, and what is kept of it. Plain functions
//! for programs that host the redirect themselves; none of them needs a web framework.
//!
//! A method of one of these kinds becomes a connection so:
//!
//! - A person allows it in a browser: `authorization` gives the URL to send the person to, and a secret to keep
//!   with the person's session; `complete` takes that and the URL to which the provider sent the person back.
//! - A person allows it on another device: `device` gives the code to show, and then waits.
//! - Nobody needs to: `connect`.
//!
//! Each of them ends in a [`Completed`]: a client, or a choice that a person has to make first. With a
//! [`Store`](crate::store::Store), the connection is kept under an id of the program's choice, and any process that has
//! the store can open it again. What a connection is can be seen without its secrets:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! use couplet_runtime::{connect::Status, store::MemoryStore};
//!
//! let store = MemoryStore::new();
//! assert_eq!(Status::load(&store, "acme").await?, None);
//! # Ok::<(), couplet_runtime::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What holds for all of them:
//!
//! - A redirect counts once, for ten minutes, and only for the session that it was begun in: its `state` is compared,
//!   then its `iss` where the provider's is known (RFC 9207), and only then is anything of it used.
//! - Requests that carry a code, a password or a refresh token are not redirected, and a code is never sent twice.
//! - What a provider issues is checked before it is kept: a host stays within the manifest's patterns, a token is of
//!   the characters that a header can hold.

mod authorization;
mod callback;
mod connection;
mod dance;
mod device;
mod disconnect;
mod finish;
mod pending;
mod record;
mod status;

use std::fmt;

pub(crate) use self::callback::pairs as redirected;
pub use self::{authorization::Authorization, connection::Connection, device::Device, status::Status};
use crate::{Error, ErrorKind, Secret, builder::Builder, client::Client};

/// What became of connecting.
pub enum Completed<'p> {
    /// The account is connected, and stored where the client has a store.
    Connected(Client<'p>),
    /// A person chooses first.
    Choose(Choose<'p>),
}

/// A choice that a person has to make before an account is connected, as one of several sites.
pub struct Choose<'p>(Box<Choosing<'p>>);

struct Choosing<'p> {
    builder: Builder<'p>,
    name: String,
    options: Vec<Choice>,
    pending: Secret,
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// What stands for it.
    pub value: String,
    /// What a person reads.
    pub label: String,
}

impl<'p> Completed<'p> {
    /// The client, where nothing is to be chosen.
    ///
    /// # Errors
    ///
    /// A person has to choose first.
    pub fn client(self) -> Result<Client<'p>, Error> {
        match self {
            Self::Connected(client) => Ok(client),
            Self::Choose(choose) => Err(Error::new(
                ErrorKind::Config,
                format!("`{}` has to be chosen before the account is connected", choose.name()),
            )),
        }
    }
}

impl<'p> Choose<'p> {
    /// What the choice is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What there is to choose from.
    #[must_use]
    pub fn options(&self) -> &[Choice] {
        &self.0.options
    }

    /// What [`Builder::choose`] needs, for a program that asks its user between two requests. It holds the account's
    /// new token.
    #[must_use]
    pub fn pending(&self) -> &Secret {
        &self.0.pending
    }

    /// Goes on with one of the options, by its value.
    ///
    /// # Errors
    ///
    /// There is no such option, or what follows fails.
    pub async fn choose(self, value: &str) -> Result<Completed<'p>, Error> {
        let Choosing { builder, pending, .. } = *self.0;
        builder.choose(&pending, value).await
    }
}

impl fmt::Debug for Completed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected(client) => f.debug_tuple("Connected").field(client).finish(),
            Self::Choose(choose) => choose.fmt(f),
        }
    }
}

impl fmt::Debug for Choose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choose")
            .field("name", &self.0.name)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}
