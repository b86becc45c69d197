//! Where connections are kept: small records by id, each with a revision, and leases.
//!
//! A store knows nothing of tokens. It promises four things, and the refresh protocol (`auth::token`) needs no
//! more of it:
//!
//! - a record is read whole, as some `save` wrote it;
//! - a `save` or a `delete` takes place only if the record is still at the revision that the caller saw, and
//!   once it is confirmed it outlives the process;
//! - a revision is never used twice for one id, not even after a `delete`;
//! - of all processes that share the store, at most one holds the lease of an id at a time.
//!
//! Invariant: what a record holds has no text form, and is overwritten in memory when it is dropped.

#[cfg(test)]
mod contract;
mod disk;
mod file;
mod key;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod sealed;

use std::{any::Any, error::Error as StdError, fmt, pin::Pin, time::Duration};

use zeroize::Zeroizing;

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresStore;
pub use self::{file::FileStore, key::StoreKey, memory::MemoryStore};
use crate::{Error, ErrorKind};

/// Keeps records. A store may be shared by any number of clients; whether it may be shared by processes, or by
/// machines, is each store's own promise.
pub trait Store: Send + Sync {
    /// The record of an id; `None` where there is none.
    fn load<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Record>>;

    /// Writes a record if its revision is still `expected`, where `None` means that there is none yet. Gives
    /// the new revision, or `None` where another one was found: then nothing was written.
    fn save<'a>(
        &'a self,
        id: &'a str,
        expected: Option<Revision>,
        bytes: &'a [u8],
    ) -> Answer<'a, Option<Revision>>;

    /// Removes a record if its revision is still `expected`. Gives whether it did.
    fn delete<'a>(&'a self, id: &'a str, expected: Revision) -> Answer<'a, bool>;

    /// Tries to get the lease of an id, and gives `None` where another holds it: it does not wait.
    ///
    /// A lease ends when it is released, or when its holder's process ends. A store that cannot see processes
    /// end lets it end after `ttl`, by one clock for all.
    fn lease<'a>(&'a self, id: &'a str, ttl: Duration) -> Answer<'a, Option<Lease>>;

    /// Gives a lease back. One that has ended already is no error.
    fn release(&self, lease: Lease) -> Answer<'_, ()>;
}

/// What a store answers, in time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Which version of a record it is. Only equality means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision(u64);

impl Revision {
    /// A revision by its number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A record as it was read.
#[derive(Clone)]
pub struct Record {
    revision: Revision,
    bytes: Zeroizing<Vec<u8>>,
}

impl Record {
    /// A record of these bytes.
    #[must_use]
    pub fn new(revision: Revision, bytes: Vec<u8>) -> Self {
        Self { revision, bytes: Zeroizing::new(bytes) }
    }

    /// Which version it is.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// What was saved. It holds secrets.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// The right to change a record's tokens, held by one at a time. Dropping it without releasing it is what the end
/// of a process does: the store frees it as soon as it can tell.
pub struct Lease {
    id: String,
    owner: String,
    hold: Option<Box<dyn Any + Send + Sync>>,
}

impl Lease {
    /// The lease of an id. `owner` tells the holders of a store apart.
    #[must_use]
    pub fn new(id: impl Into<String>, owner: impl Into<String>) -> Self {
        Self { id: id.into(), owner: owner.into(), hold: None }
    }

    /// Adds what frees the lease when it is dropped.
    #[must_use]
    pub fn with_hold(mut self, hold: impl Any + Send + Sync) -> Self {
        self.hold = Some(Box::new(hold));
        self
    }

    /// The id of the record.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who holds it.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("id", &self.id).field("owner", &self.owner).finish_non_exhaustive()
    }
}

/// Why a store could not do what it was asked for.
#[derive(Debug)]
pub struct StoreError {
    detail: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl StoreError {
    /// An error with a sentence that starts in lower case and has no full stop: the place, the reason and the
    /// mend. It holds no secret.
    #[must_use]
    pub fn new(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), source: None }
    }

    /// Adds what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let known = Error::new(ErrorKind::Store, error.detail).unsent();
        match error.source {
            Some(source) => known.with_source(source),
            None => known,
        }
    }
}
