//! What every store promises, as a test that each of them runs.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::{Answer, Revision, Store, StoreError};

const TTL: Duration = Duration::from_secs(60);

/// Checks a store that is empty.
pub(super) fn check(store: &dyn Store) {
    records_change_only_at_the_revision_that_was_seen(store);
    revisions_are_not_used_again(store);
    a_lease_has_one_holder(store);
}

fn records_change_only_at_the_revision_that_was_seen(store: &dyn Store) {
    assert!(now(store.load("a")).is_none());
    assert_eq!(now(store.save("a", Some(Revision::new(1)), b"x")), None);
    let first = now(store.save("a", None, b"one")).expect("there is no record yet");
    assert_eq!(now(store.save("a", None, b"x")), None);
    let second = now(store.save("a", Some(first), b"two")).expect("the revision is right");
    assert_eq!(now(store.save("a", Some(first), b"x")), None);
    let record = now(store.load("a")).expect("there is a record");
    assert_eq!((record.revision(), record.bytes()), (second, b"two".as_slice()));
    assert!(now(store.load("A")).is_none());
}

fn revisions_are_not_used_again(store: &dyn Store) {
    let first = now(store.save("b", None, b"")).expect("there is no record yet");
    assert!(!now(store.delete("b", Revision::new(first.number().wrapping_add(1)))));
    assert!(now(store.delete("b", first)));
    assert!(!now(store.delete("b", first)));
    assert!(now(store.load("b")).is_none());
    let again = now(store.save("b", None, b"again")).expect("there is no record any more");
    assert_ne!(again, first);
    assert_eq!(now(store.save("b", Some(first), b"x")), None);
}

fn a_lease_has_one_holder(store: &dyn Store) {
    let lease = now(store.lease("c", TTL)).expect("it is free");
    assert!(now(store.lease("c", TTL)).is_none());
    let other = now(store.lease("d", TTL)).expect("another id has its own lease");
    now(store.release(other));
    now(store.release(lease));
    let lease = now(store.lease("c", TTL)).expect("it was released");
    drop(lease);
}

/// The answer of a store that never waits.
#[track_caller]
pub(super) fn now<T>(answer: Answer<'_, T>) -> T {
    ready(answer).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
pub(super) fn ready<T>(answer: Answer<'_, T>) -> Result<T, StoreError> {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the store waits"),
    }
}
