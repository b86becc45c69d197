//! Steps 3 to 9 of the refresh protocol (see `token`), for the task that is behind the gate.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use super::{
    connection::{Broken, Cause, Connection, Pending},
    flight::{Failed, Gate, Held, Unsaved},
    issuer::{Issued, Outcome, Refusal},
    token::{Inner, Why},
};
use crate::{
    Error, ErrorKind,
    store::{Lease, Revision},
};

/// How much longer a lease lasts than two requests may take, and how much of that must be left at each.
const SLACK: Duration = Duration::from_secs(10);
/// How long a token is used at least, whatever its life.
const LIFE: Duration = Duration::from_secs(1);
/// The pauses of whoever waits for the lease of another.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How often a token is offered to a store that fails before a caller is told.
const SAVES: u32 = 3;

/// A record as it was read, not broken.
struct Found {
    revision: Revision,
    connection: Connection,
}

/// A token request that was marked.
struct Marked {
    revision: Revision,
    connection: Connection,
    mark: String,
    /// The mark that stood there before.
    earlier: Option<Pending>,
}

impl Inner<'_> {
    /// Gives a usable connection, or the one that still lasts where no better one could be had.
    pub(super) async fn renew(&self, gate: &mut Gate, why: Why) -> Result<Arc<Connection>, Error> {
        let error = match self.attempt(gate, why).await {
            Ok(connection) => {
                gate.failed = None;
                return Ok(connection);
            }
            Err(error) => error,
        };
        if error.kind() == ErrorKind::ReconnectRequired {
            gate.failed = None;
            return Err(error);
        }
        gate.failed = Some(Failed { at: self.clock.elapsed(), error: error.copy() });
        self.lasting(why).ok_or(error)
    }

    async fn attempt(&self, gate: &mut Gate, why: Why) -> Result<Arc<Connection>, Error> {
        if let Some(unsaved) = gate.unsaved.take() {
            self.keep(gate, unsaved).await?;
        }
        let patience = self.clock.elapsed().saturating_add(self.ttl().saturating_mul(2));
        let mut pause = FIRST_PAUSE;
        loop {
            self.read().await?;
            if let Some(connection) = self.usable(why) {
                return Ok(connection);
            }
            let asked = self.clock.elapsed();
            match self.store.lease(&self.id, self.ttl()).await? {
                Some(lease) => {
                    let mut lease = Some(lease);
                    let outcome = self.leased(gate, why, &mut lease, asked).await;
                    if let Some(lease) = lease {
                        // A lease that could not be given back ends by itself.
                        let _ = self.store.release(lease).await;
                    }
                    if let Some(connection) = outcome? {
                        return Ok(connection);
                    }
                }
                None => {
                    if let Some(connection) = self.lasting(why) {
                        return Ok(connection);
                    }
                    self.clock.sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                }
            }
            if self.clock.elapsed() >= patience {
                let detail =
                    format!("another process has been renewing the token of `{}` for too long", self.id);
                return Err(Error::new(ErrorKind::Unavailable, detail).unsent());
            }
        }
    }

    /// Under the lease; `None` where all is to be looked at again.
    async fn leased(
        &self,
        gate: &mut Gate,
        why: Why,
        lease: &mut Option<Lease>,
        asked: Duration,
    ) -> Result<Option<Arc<Connection>>, Error> {
        let found = self.read().await?;
        if let Some(connection) = self.usable(why) {
            return Ok(Some(connection));
        }
        let Some(marked) = self.mark(gate, found).await? else {
            return Ok(None);
        };
        let need = self.issuer.timeout().saturating_add(SLACK / 2);
        let enough = || self.clock.elapsed().saturating_sub(asked).saturating_add(need) <= self.ttl();
        if !enough() {
            self.unmark(gate, marked, false).await;
            return Ok(None);
        }
        let mut lost = false;
        loop {
            let (now, elapsed) = (self.clock.now(), self.clock.elapsed());
            match self.ask(&marked.connection).await {
                Ok(issued) => {
                    let Marked { revision, connection, .. } = marked;
                    let lease = lease.take();
                    return self
                        .keep(gate, Unsaved { issued, now, elapsed, revision, connection, lease })
                        .await;
                }
                Err(refusal) if refusal.outcome == Outcome::Unknown && !lost && enough() => lost = true,
                Err(refusal) if refusal.outcome == Outcome::Rejected => {
                    return self.rejected(marked, lost, &refusal.error, why).await;
                }
                Err(refusal) => {
                    lost |= refusal.outcome == Outcome::Unknown;
                    self.unmark(gate, marked, lost).await;
                    return Err(refusal.error);
                }
            }
        }
    }

    /// Reads the record and makes it the copy.
    async fn read(&self) -> Result<Found, Error> {
        let found = self.load().await?;
        if let Some(broken) = found.connection.broken() {
            self.flight.hold(None);
            return Err(broken);
        }
        self.adopt(found.connection.clone(), None);
        Ok(found)
    }

    async fn load(&self) -> Result<Found, Error> {
        let Some(record) = self.store.load(&self.id).await? else {
            let detail = format!("there is no connection `{}` any more; connect first", self.id);
            return Err(Error::new(ErrorKind::ReconnectRequired, detail).unsent());
        };
        let connection = Connection::from_bytes(record.bytes())?;
        Ok(Found { revision: record.revision(), connection })
    }

    /// Says in the record that a request is about to be sent; `None` where the record has changed.
    async fn mark(&self, gate: &mut Gate, found: Found) -> Result<Option<Marked>, Error> {
        let Found { revision, mut connection } = found;
        let earlier = match (connection.pending.take(), &gate.settled) {
            (Some(found), Some((settled, instead))) if found.by == *settled => instead.clone(),
            (found, _) => found,
        };
        let mark = mark_of_its_own();
        connection.pending = Some(Pending {
            since: earlier.as_ref().map_or_else(|| self.clock.now(), |mark| mark.since),
            by: mark.clone(),
            generation: connection.generation,
            lost: earlier.as_ref().is_some_and(|mark| mark.lost),
        });
        let saved = self.store.save(&self.id, Some(revision), &connection.to_bytes()).await;
        if saved.is_err() {
            // It may stand there all the same, and nothing was sent.
            gate.settled = Some((mark.clone(), earlier.clone()));
        }
        Ok(saved?.map(|revision| Marked { revision, connection, mark, earlier }))
    }

    /// Puts back the mark that was found, or keeps ours where an answer was lost. Should the store fail, then our
    /// mark stays as it was, which this process knows how to read.
    async fn unmark(&self, gate: &mut Gate, marked: Marked, lost: bool) {
        let Marked { revision, mut connection, mark, earlier } = marked;
        let ours = connection.pending.take().map(|pending| Pending { lost: true, ..pending });
        connection.pending = if lost { ours } else { earlier };
        gate.settled = Some((mark, connection.pending.clone()));
        let _ = self.store.save(&self.id, Some(revision), &connection.to_bytes()).await;
    }

    /// Sends the request, for as long as it may take.
    async fn ask(&self, connection: &Connection) -> Result<Issued, Refusal> {
        let mut request = self.issuer.refresh(connection);
        let mut deadline = self.clock.sleep(self.issuer.timeout());
        poll_fn(|cx| {
            if let Poll::Ready(answer) = request.as_mut().poll(cx) {
                return Poll::Ready(answer);
            }
            deadline.as_mut().poll(cx).map(|()| {
                let seconds = self.issuer.timeout().as_secs_f32();
                let detail = format!("no complete answer to the token request within {seconds} s");
                Err(Refusal::new(Outcome::Unknown, Error::new(ErrorKind::Timeout, detail)))
            })
        })
        .await
    }

    /// Stores a token that was issued, and makes it the copy, which is used once even where its life is over already;
    /// `None` where the record has gone on without it: then what is stored counts.
    async fn keep(&self, gate: &mut Gate, mut unsaved: Unsaved) -> Result<Option<Arc<Connection>>, Error> {
        let mut saves = 0;
        let outcome = loop {
            let mut next = unsaved.connection.clone();
            next.renew(unsaved.issued.clone(), unsaved.now);
            let failed = match self.store.save(&self.id, Some(unsaved.revision), &next.to_bytes()).await {
                Ok(Some(_)) => {
                    break Ok(Some(self.adopt(next, Some(unsaved.elapsed))));
                }
                Ok(None) => match self.load().await {
                    Ok(found) if found.connection.generation != unsaved.connection.generation => {
                        break Ok(None);
                    }
                    Ok(found) => {
                        unsaved.revision = found.revision;
                        unsaved.connection = found.connection;
                        continue;
                    }
                    Err(error) if error.kind() == ErrorKind::ReconnectRequired => break Err(error),
                    Err(error) => error,
                },
                Err(error) => error.into(),
            };
            saves += 1;
            if saves == SAVES {
                gate.unsaved = Some(unsaved);
                return Err(failed);
            }
            self.clock.sleep(FIRST_PAUSE).await;
        };
        if let Some(lease) = unsaved.lease {
            let _ = self.store.release(lease).await;
        }
        outcome
    }

    /// The provider does not take the grant: was it raced, or is it the end?
    async fn rejected(
        &self,
        marked: Marked,
        lost: bool,
        error: &Error,
        why: Why,
    ) -> Result<Option<Arc<Connection>>, Error> {
        loop {
            let Found { revision, mut connection } = self.load().await?;
            if let Some(broken) = connection.broken() {
                return Err(broken);
            }
            let ours = connection.pending.as_ref().is_some_and(|pending| pending.by == marked.mark);
            if connection.generation != marked.connection.generation || !ours {
                self.adopt(connection, None);
                return Ok(self.usable(why));
            }
            let cause = match &marked.earlier {
                _ if !connection.rotates() => Cause::Refused,
                Some(earlier) if !earlier.lost => Cause::Interrupted,
                Some(_) => Cause::Lost,
                None if lost => Cause::Lost,
                None => Cause::Revoked,
            };
            let broken = Broken { cause, since: self.clock.now(), message: error.to_string() };
            let told = broken.to_error();
            connection.pending = None;
            connection.broken = Some(broken);
            if self.store.save(&self.id, Some(revision), &connection.to_bytes()).await?.is_some() {
                self.flight.hold(None);
                return Err(told);
            }
        }
    }

    /// Makes a connection the copy. `asked` is when its token was asked for, where this process did.
    fn adopt(&self, connection: Connection, asked: Option<Duration>) -> Arc<Connection> {
        let connection = Arc::new(connection);
        self.flight.hold(self.held(&connection, asked));
        connection
    }

    fn held(&self, connection: &Arc<Connection>, asked: Option<Duration>) -> Option<Held> {
        let token = connection.token.as_ref()?;
        let shared = Arc::clone(connection);
        let known = self.flight.held().filter(|held| {
            held.connection.generation == connection.generation
                && held.connection.token.as_ref().map(|token| token.obtained_at) == Some(token.obtained_at)
        });
        if let Some(held) = known {
            return Some(Held { connection: shared, ..held });
        }
        let elapsed = self.clock.elapsed();
        // How long ago it was asked for. A calendar that stands before that knows nothing.
        let age = match asked {
            Some(asked) => elapsed.saturating_sub(asked),
            None => between(token.obtained_at, self.clock.now()),
        };
        let moments = token.expires_at.map(|expires_at| {
            let life = between(token.obtained_at, expires_at);
            let margin = self.issuer.margin().min(life / 2);
            // From now on, where this process has waited for it.
            let least = if asked.is_some() { LIFE } else { LIFE.saturating_sub(age) };
            let due = life.saturating_sub(margin).saturating_sub(age).max(least);
            let ends = life.saturating_sub(age).max(least);
            (elapsed.saturating_add(due), elapsed.saturating_add(ends))
        });
        let (due, ends) = moments.unzip();
        Some(Held { connection: shared, due, ends })
    }

    fn ttl(&self) -> Duration {
        self.issuer.timeout().saturating_mul(2).saturating_add(SLACK)
    }
}

/// The time from one moment of the calendar to a later one; none where it is not later.
fn between(from: i64, to: i64) -> Duration {
    Duration::from_millis(u64::try_from(to.saturating_sub(from)).unwrap_or(0))
}

/// The name of a mark: the process for people, and what makes it the only one of its name.
fn mark_of_its_own() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static RANDOM: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    let random = RANDOM.get_or_init(|| std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0));
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{random:016x}-{count}", std::process::id())
}
