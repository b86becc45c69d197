//! Records in memory: for tests, and for clients whose credentials come from elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{Answer, Lease, Record, Revision, Store};

/// Keeps records as long as it lives, for the tasks of one process.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    leased: Arc<Mutex<BTreeSet<String>>>,
}

#[derive(Default)]
struct State {
    records: BTreeMap<String, Record>,
    /// The last revision that was given, of whatever id.
    last: u64,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn save_now(&self, id: &str, expected: Option<Revision>, bytes: &[u8]) -> Option<Revision> {
        let mut state = lock(&self.state);
        if state.records.get(id).map(Record::revision) != expected {
            return None;
        }
        state.last += 1;
        let revision = Revision::new(state.last);
        state.records.insert(id.to_owned(), Record::new(revision, bytes.to_vec()));
        Some(revision)
    }

    fn lease_now(&self, id: &str) -> Option<Lease> {
        if !lock(&self.leased).insert(id.to_owned()) {
            return None;
        }
        let hold = Hold { leased: Arc::clone(&self.leased), id: id.to_owned() };
        Some(Lease::new(id, "").with_hold(hold))
    }
}

impl Store for MemoryStore {
    fn load<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Record>> {
        Box::pin(async move { Ok(lock(&self.state).records.get(id).cloned()) })
    }

    fn save<'a>(
        &'a self,
        id: &'a str,
        expected: Option<Revision>,
        bytes: &'a [u8],
    ) -> Answer<'a, Option<Revision>> {
        Box::pin(async move { Ok(self.save_now(id, expected, bytes)) })
    }

    fn delete<'a>(&'a self, id: &'a str, expected: Revision) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut state = lock(&self.state);
            let found = state.records.get(id).is_some_and(|record| record.revision() == expected);
            if found {
                state.records.remove(id);
            }
            Ok(found)
        })
    }

    fn lease<'a>(&'a self, id: &'a str, _: Duration) -> Answer<'a, Option<Lease>> {
        Box::pin(async move { Ok(self.lease_now(id)) })
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        drop(lease);
        Box::pin(async { Ok(()) })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// Frees a lease when it is dropped.
struct Hold {
    leased: Arc<Mutex<BTreeSet<String>>>,
    id: String,
}

impl Drop for Hold {
    fn drop(&mut self) {
        lock(&self.leased).remove(&self.id);
    }
}

/// What these locks guard is whole at any time, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract;

    #[test]
    fn the_store_keeps_its_promises() {
        contract::check(&MemoryStore::new());
    }

    #[test]
    fn neither_the_store_nor_a_record_shows_what_it_holds() {
        let store = MemoryStore::new();
        store.save_now("a", None, b"hunter2");
        let record = lock(&store.state).records["a"].clone();
        assert!(!format!("{store:?} {record:?}").contains("hunter2"));
    }
}
