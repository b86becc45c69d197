//! The refresh protocol: how any number of tasks, processes and machines use one connection's token without losing
//! it. Every method whose token expires runs through here, whether a refresh token renews it or it is obtained
//! anew; a client without a store of its own has one in memory, and the same protocol.
//!
//! What is at stake: a provider that rotates refresh tokens takes each of them once. Whoever sends one twice, or
//! loses the answer that holds the next one, has lost the connection, and a person must connect again.
//!
//! # Words
//!
//! The *record* is what the store keeps of the connection. Its *generation* counts the tokens that were stored. A
//! *mark* in it (`pending`) says that a token request was begun, by whom and for which generation. The *lease* is the
//! store's: one holder at a time among all that share the store. The *gate* is this process's: one task at a time for
//! each connection of a store. The *copy* is the connection as this process last read or wrote it, with two moments
//! of its own monotonic clock: when it is *due* for renewal and when it *ends*.
//!
//! # The protocol
//!
//! 1. **While the copy is not due, it is used**, and neither the store nor the provider is asked. A token is due the
//!    method's margin before its end (five minutes unless the method says otherwise), or half of its life before,
//!    where that is less; and never within a second of being obtained, so that short lives make no storm. The end
//!    is counted from when the token was asked for. A copy that was read counts what the calendar says is left, and
//!    never more than the whole life, whatever the calendar says; from then on only the monotonic clock counts.
//! 2. **Through the gate.** A task that finds the copy due, or whose token the API has rejected, waits for the gate;
//!    but where the copy has not ended and was not rejected, a task that finds the gate taken uses it and goes on.
//!    Behind the gate it looks at the copy again: usually another task has done the work. If that task failed while
//!    this one waited, this one gets the same error and asks nobody.
//! 3. **Read.** The record is read. If its token is not due (and not the rejected one), another process has renewed
//!    it: it is used. If the record says that the connection is broken, that is the error, nobody is asked, and the copy is
//!    forgotten.
//! 4. **Lease.** Where another holds it, that one is renewing the token: a copy that has not ended is used; else
//!    wait a little, longer each time, and go back to 3.
//! 5. **Read again** under the lease, as in 3. A mark that is found now is of a holder that is gone, for its lease
//!    is free: its outcome is unknown, and that is remembered.
//! 6. **Mark**, by compare-and-swap on the revision that was read. Where that fails, back to 3.
//! 7. **Send**, if the lease still outlasts the time that the request may take; else give it back, back to 3. The
//!    lease is asked for with more than twice that time. Nothing is sent by anyone without lease and mark.
//! 8. **Store before use.** The new token is written by compare-and-swap, which also takes the mark away, and only
//!    then used. Where another write came between, the record is read: of another generation, a person has
//!    connected anew or the lease was lost, and what is stored counts; of the same one, the token is written over
//!    it. Where the store fails, it is tried again, and the token is kept, with the lease, for the next caller to
//!    store before anything else.
//! 9. **Release** the lease, open the gate.
//!
//! # When no token comes
//!
//! - **Not sent, or refused for now** (no connection, 429, 503): the mark that was found in 5 is put back, or none.
//! - **No whole answer**: the provider may or may not have replaced the token. The request is repeated once, at once,
//!   for providers give a grace to just that; then the mark stays, and says that an answer was lost.
//! - **`invalid_grant`**: the record is read before anyone gives up. Of another generation: raced, what is
//!   stored is used. Else the connection is broken, which is stored with its cause, and every later call says
//!   [`ErrorKind::ReconnectRequired`](crate::ErrorKind::ReconnectRequired) without asking the provider: *interrupted*
//!   if a mark was found in 5, *lost* if an answer was, *revoked* otherwise.
//! - **The old token is used** as long as it has not ended and was not rejected, whatever failed but a broken
//!   connection; the next try is no sooner than after ten seconds, and no caller waits for it. Where it has
//!   ended, callers get the error, and a new try is made no sooner than after one second.
//!
//! # What a 401 does
//!
//! The caller says which generation was rejected. Where the copy or the record has another one, that is used and
//! nothing is sent; else it goes through 2 to 9. The caller repeats its request once, with what it gets.
//!
//! # What is promised
//!
//! Of all that share a store at most one token request of a connection is in flight, and at most one succeeds for each
//! expiry. A process may end at any moment: the next one finds the token before or the one after, or, if the
//! process ended between the provider's answer and the write, an `invalid_grant` and the mark that explains
//! it. A caller that is dropped does not interrupt a request that was begun: see [`Tokens::detached`]. Two things are
//! outside of this: a process that is suspended between 7 and 8 for longer than its lease, in a store whose leases
//! expire; and clocks of machines that differ by more than a token's life.
//!
//! The schedules of two and three tasks over this code are run exhaustively in `interleavings`; `tests/refresh.rs` of
//! the package `couplet-tests` runs it in processes that are killed.

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::sync::{OwnedMutexGuard, oneshot};

use super::{
    connection::Connection,
    flight::{Flight, Flights, Gate, Held},
    issuer::Issuer,
};
use crate::{Error, ErrorKind, clock::Clock, store::Store};

/// How soon a failed renewal is tried again while the old token lasts, and when it does not.
const RETRY_LATER: Duration = Duration::from_secs(10);
const RETRY_SOON: Duration = Duration::from_secs(1);

/// The tokens of one connection.
pub struct Tokens<'p>(Arc<Inner<'p>>);

pub(super) struct Inner<'p> {
    pub(super) store: Arc<dyn Store>,
    pub(super) id: String,
    pub(super) flight: Arc<Flight>,
    pub(super) issuer: Arc<dyn Issuer + 'p>,
    pub(super) clock: Arc<dyn Clock>,
    detach: Option<fn(Work<'p>)>,
}

type Work<'p> = Pin<Box<dyn Future<Output = ()> + Send + 'p>>;

/// Why a caller asks for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is about to send a request.
    Proactive,
    /// The API has rejected the token of this generation.
    Rejected {
        /// [`Connection::generation`] of the rejected token.
        generation: u64,
    },
}

impl<'p> Tokens<'p> {
    /// The tokens of a connection in a store. Whatever shares `flights` shares one gate for it.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        id: &str,
        flights: &Flights,
        issuer: Arc<dyn Issuer + 'p>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let flight = flights.of(&store, id);
        Self(Arc::new(Inner { store, id: id.to_owned(), flight, issuer, clock, detach: None }))
    }

    /// The connection with a token that can be used now: one that is not due or, where the API has rejected one,
    /// another than that.
    ///
    /// # Errors
    ///
    /// There is none, and none could be obtained. [`ErrorKind::ReconnectRequired`] means that none can be, until a
    /// person connects again.
    pub async fn fresh(&self, why: Why) -> Result<Arc<Connection>, Error> {
        let inner = &*self.0;
        if let Some(connection) = inner.usable(why) {
            return Ok(connection);
        }
        let since = inner.clock.elapsed();
        let gate = Arc::clone(&inner.flight.gate);
        let gate = match gate.try_lock_owned() {
            Ok(gate) => gate,
            Err(_) => match inner.lasting(why) {
                Some(connection) => return Ok(connection),
                None => Arc::clone(&inner.flight.gate).lock_owned().await,
            },
        };
        match inner.settled(&gate, why, since) {
            Some(settled) => settled,
            None => self.renew(gate, why).await,
        }
    }

    /// Forgets the copy, so that the next call reads the record: for whoever has just written it.
    pub fn forget(&self) {
        self.0.flight.hold(None);
    }

    async fn renew(&self, mut gate: OwnedMutexGuard<Gate>, why: Why) -> Result<Arc<Connection>, Error> {
        let Some(detach) = self.0.detach else {
            return self.0.renew(&mut gate, why).await;
        };
        // After a failure nobody waits for the next try while the old token lasts.
        let old = self.0.lasting(why).filter(|_| gate.failed.is_some());
        let (sender, receiver) = oneshot::channel();
        let inner = Arc::clone(&self.0);
        detach(Box::pin(async move {
            // Where nobody waits any longer, the outcome is in the copy and in the store.
            let _ = sender.send(inner.renew(&mut gate, why).await);
        }));
        match old {
            Some(old) => Ok(old),
            None => receiver.await.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Canceled, "the runtime ended while a token was renewed").unsent())
            }),
        }
    }
}

impl Tokens<'static> {
    /// Renews tokens in tasks of their own, on the Tokio runtime that the caller runs on. A caller that gives up (a
    /// deadline, a dropped future) then never interrupts a request that the provider may have answered.
    #[must_use]
    pub fn detached(self) -> Self {
        let spawn: fn(Work<'static>) = |work| drop(tokio::spawn(work));
        let Inner { store, id, flight, issuer, clock, .. } = &*self.0;
        Self(Arc::new(Inner {
            store: Arc::clone(store),
            id: id.clone(),
            flight: Arc::clone(flight),
            issuer: Arc::clone(issuer),
            clock: Arc::clone(clock),
            detach: Some(spawn),
        }))
    }
}

impl Clone for Tokens<'_> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl std::fmt::Debug for Tokens<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("id", &self.0.id).finish_non_exhaustive()
    }
}

impl Inner<'_> {
    /// The copy, if it is not due and not rejected.
    pub(super) fn usable(&self, why: Why) -> Option<Arc<Connection>> {
        self.copy(why, |held| held.due)
    }

    /// The copy, if it has not ended and is not rejected.
    pub(super) fn lasting(&self, why: Why) -> Option<Arc<Connection>> {
        self.copy(why, |held| held.ends)
    }

    fn copy(&self, why: Why, moment: impl Fn(&Held) -> Option<Duration>) -> Option<Arc<Connection>> {
        let held = self.flight.held()?;
        let rejected = why == Why::Rejected { generation: held.connection.generation };
        let passed = moment(&held).is_some_and(|moment| moment <= self.clock.elapsed());
        (!rejected && !passed).then_some(held.connection)
    }

    /// What a task that has come through the gate need not do any more. `since` is when it began to wait.
    fn settled(&self, gate: &Gate, why: Why, since: Duration) -> Option<Result<Arc<Connection>, Error>> {
        if let Some(connection) = self.usable(why) {
            return Some(Ok(connection));
        }
        let failed = gate.failed.as_ref()?;
        let lasting = self.lasting(why);
        let pause = if lasting.is_some() { RETRY_LATER } else { RETRY_SOON };
        let too_soon = failed.at >= since || self.clock.elapsed() < failed.at.saturating_add(pause);
        too_soon.then(|| lasting.map_or_else(|| Err(failed.error.copy()), Ok))
    }
}
