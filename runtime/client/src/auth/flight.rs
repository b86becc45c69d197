//! What the tasks of one process share of a connection: the copy, the gate, and what the last renewal left.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, RwLock, Weak},
    time::Duration,
};

use super::{
    connection::{Connection, Pending},
    issuer::Issued,
};
use crate::{
    Error,
    store::{Lease, Revision, Store},
};

/// The flights of a process, by store and connection.
#[derive(Clone, Default)]
pub struct Flights(Arc<Mutex<Known>>);

/// By the address of the store, and the id.
type Known = BTreeMap<(usize, String), Weak<Flight>>;

/// One connection of one store, as the tasks of this process share it.
pub(crate) struct Flight {
    /// Kept so that no other store gets its address as long as this is found by it.
    _store: Arc<dyn Store>,
    held: RwLock<Option<Held>>,
    pub(super) gate: Arc<tokio::sync::Mutex<Gate>>,
}

/// The copy, and two moments of the monotonic clock; absent where they never come.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) connection: Arc<Connection>,
    pub(super) due: Option<Duration>,
    pub(super) ends: Option<Duration>,
}

/// What only one task at a time sees.
#[derive(Default)]
pub(crate) struct Gate {
    /// The last renewal, if it failed.
    pub(super) failed: Option<Failed>,
    /// A token that the store did not take yet.
    pub(super) unsaved: Option<Unsaved>,
    /// The last mark of this process whose outcome is known, and what is to be read in its place should it still
    /// stand in the record.
    pub(super) settled: Option<(String, Option<Pending>)>,
}

pub(super) struct Failed {
    pub(super) at: Duration,
    pub(super) error: Error,
}

/// A token that was issued and is to be stored.
pub(super) struct Unsaved {
    pub(super) issued: Issued,
    /// When it was asked for, by the calendar and by the monotonic clock.
    pub(super) now: i64,
    pub(super) elapsed: Duration,
    /// The record that it is to be written over.
    pub(super) revision: Revision,
    pub(super) connection: Connection,
    /// Held until it is stored, so that nobody else sends the token that was replaced.
    pub(super) lease: Option<Lease>,
}

impl Flights {
    pub(super) fn of(&self, store: &Arc<dyn Store>, id: &str) -> Arc<Flight> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (Arc::as_ptr(store).cast::<()>() as usize, id.to_owned());
        if let Some(flight) = flights.get(&key).and_then(Weak::upgrade) {
            return flight;
        }
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flight =
            Arc::new(Flight { _store: Arc::clone(store), held: RwLock::default(), gate: Arc::default() });
        flights.insert(key, Arc::downgrade(&flight));
        flight
    }
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flights").finish_non_exhaustive()
    }
}

impl Flight {
    pub(super) fn held(&self) -> Option<Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn hold(&self, held: Option<Held>) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
    }
}
