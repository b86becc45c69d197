//! The models: a store with one record, a provider that rotates, and clocks that only move when told.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use crate::{
    Error, ErrorKind,
    auth::{
        connection::Connection,
        issuer::{Expiry, Issued, Issuer, Issuing, Outcome, Refusal},
    },
    clock::Clock,
    store::{Answer, Lease, Record, Revision, Store, StoreError},
};

pub(super) const ID: &str = "a";
const HOUR: Duration = Duration::from_secs(3600);
const START: i64 = 1_800_000_000_000;

/// What a task is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Nothing that another process could see.
    Local,
    Load,
    Save,
    Lease,
    Release,
    /// The provider gets the request.
    Send,
    /// Its answer arrives.
    Receive,
}

impl Op {
    /// Whether two steps of different processes may be swapped without any difference.
    pub(super) fn commutes(self, other: Self) -> bool {
        let thing = |op| match op {
            Self::Local => None,
            Self::Load | Self::Save => Some(0),
            Self::Lease | Self::Release => Some(1),
            Self::Send | Self::Receive => Some(2),
        };
        thing(self).is_none() || thing(self) != thing(other) || (self == Self::Load && other == Self::Load)
    }

    /// How many ways it can go: the first one is the good one, the others are faults.
    pub(super) fn variants(self, faults: Faults) -> usize {
        match (self, faults) {
            (Self::Send, Faults::Provider) => 5,
            (Self::Save, Faults::Store) => 3,
            _ => 1,
        }
    }
}

/// Who fails, where somebody may.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Faults {
    #[default]
    Provider,
    Store,
}

/// How a task ended.
#[derive(Debug)]
pub(super) enum End {
    Token { generation: u64 },
    Connected,
    Error { kind: ErrorKind, text: String },
}

#[derive(Clone, Default)]
pub(super) struct Provider {
    /// The refresh token that it takes.
    pub(super) expects: String,
    pub(super) revoked: bool,
    pub(super) successes: u32,
    pub(super) requests: u32,
    in_flight: BTreeMap<usize, Processed>,
    /// An answer was lost after the request was processed.
    pub(super) lost: bool,
    /// A person has connected anew: what was issued before is worth nothing.
    pub(super) renewed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Processed {
    Yes,
    No,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) provider: Provider,
    record: Option<(u64, Vec<u8>)>,
    last: u64,
    /// Who holds the lease.
    lease: Option<usize>,
    /// Leases are given to anyone, to see that the walk finds what comes of it.
    pub(super) generous: bool,
    elapsed: Duration,
    sleepers: BTreeMap<u64, (Duration, Waker)>,
    sleeps: u64,
    /// The task that runs, how its step goes, and what each task does next.
    pub(super) current: usize,
    pub(super) variant: usize,
    pub(super) next: Vec<Op>,
    pub(super) dead: Vec<bool>,
    pub(super) ends: Vec<Option<End>>,
    pub(super) killed_with_an_answer: bool,
}

#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<World>>);

impl Shared {
    /// A stored token that has expired.
    pub(super) fn expired() -> Self {
        Self::with_age(HOUR * 2)
    }

    /// A stored token that lasts for a while.
    pub(super) fn fresh() -> Self {
        Self::with_age(Duration::ZERO)
    }

    /// A stored token that is due and still lasts.
    pub(super) fn due() -> Self {
        Self::with_age(HOUR - Duration::from_secs(60))
    }

    fn with_age(age: Duration) -> Self {
        let mut connection = Connection::new("model", "oauth");
        connection.renew(issued("refresh", 0), START - i64::try_from(age.as_millis()).unwrap_or(0));
        let provider = Provider { expects: "refresh 0".to_owned(), ..Provider::default() };
        let record = Some((1, connection.to_bytes().to_vec()));
        Self(Arc::new(Mutex::new(World { provider, record, last: 1, ..World::default() })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn connection(&self) -> Connection {
        let world = self.lock();
        Connection::from_bytes(&world.record.as_ref().expect("there is a record").1).expect("it can be read")
    }

    /// A person connects anew.
    pub(super) async fn connect(&self) {
        let issued = self
            .step(Op::Send, |world| {
                world.provider.renewed = true;
                world.provider.revoked = false;
                world.provider.expects = "person 0".to_owned();
                issued("person", 0)
            })
            .await;
        let mut connection = Connection::new("model", "oauth");
        connection.renew(issued, self.now());
        connection.save(self, ID).await.expect("the store works");
    }

    /// One step: the task says what it is about to do, and does it when it is run again.
    async fn step<T>(&self, op: Op, act: impl FnOnce(&mut World) -> T) -> T {
        let mut act = Some(act);
        let mut announced = false;
        poll_fn(move |cx| {
            let mut world = self.lock();
            let current = world.current;
            if !std::mem::replace(&mut announced, true) {
                world.next[current] = op;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            world.next[current] = Op::Local;
            Poll::Ready(act.take().expect("a step is done once")(&mut world))
        })
        .await
    }
}

impl World {
    /// When the next sleeper wakes.
    pub(super) fn alarm(&self) -> Option<Duration> {
        let next = self.sleepers.values().map(|(time, _)| *time).min()?;
        Some(next.saturating_sub(self.elapsed))
    }

    /// Lets time pass until the next sleeper wakes, and the leases of dead processes end.
    pub(super) fn pass(&mut self) {
        let Some(alarm) = self.alarm() else { return };
        self.elapsed += alarm;
        if self.lease.is_some_and(|task| self.dead[task]) {
            self.lease = None;
        }
        for (time, waker) in self.sleepers.values() {
            if *time <= self.elapsed {
                waker.wake_by_ref();
            }
        }
    }

    pub(super) fn kill(&mut self, task: usize) {
        self.dead[task] = true;
        // The provider has the request, or the process the answer, and the store has not.
        if self.provider.in_flight.remove(&task) == Some(Processed::Yes) {
            self.killed_with_an_answer = true;
        }
    }

    fn save(&mut self, expected: Option<Revision>, bytes: &[u8]) -> Option<Revision> {
        if self.record.as_ref().map(|(revision, _)| Revision::new(*revision)) != expected {
            return None;
        }
        self.last += 1;
        self.record = Some((self.last, bytes.to_vec()));
        // Whoever writes holds no answer any longer that the store lacks.
        let current = self.current;
        self.provider.in_flight.remove(&current);
        Some(Revision::new(self.last))
    }

    fn process(&mut self, refresh_token: &str) -> Result<Issued, Outcome> {
        self.provider.requests += 1;
        let provider = &mut self.provider;
        if provider.revoked || provider.expects != refresh_token {
            // What was issued before a person connected anew does not count as used twice.
            provider.revoked |= !provider.renewed || refresh_token.starts_with("person");
            return Err(Outcome::Rejected);
        }
        provider.successes += 1;
        let family = if provider.renewed { "person" } else { "refresh" };
        let number = provider.successes;
        provider.expects = format!("{family} {number}");
        Ok(issued(family, number))
    }
}

fn issued(family: &str, number: u32) -> Issued {
    Issued::new(Expiry::In(HOUR))
        .secret("access_token", format!("access {family} {number}"))
        .secret("refresh_token", format!("{family} {number}"))
}

impl Store for Shared {
    fn load<'a>(&'a self, _: &'a str) -> Answer<'a, Option<Record>> {
        Box::pin(self.step(Op::Load, |world| {
            let record = world.record.as_ref();
            Ok(record.map(|(revision, bytes)| Record::new(Revision::new(*revision), bytes.clone())))
        }))
    }

    fn save<'a>(
        &'a self,
        _: &'a str,
        expected: Option<Revision>,
        bytes: &'a [u8],
    ) -> Answer<'a, Option<Revision>> {
        Box::pin(self.step(Op::Save, move |world| match world.variant {
            0 => Ok(world.save(expected, bytes)),
            // The write fails, or takes place and its confirmation fails.
            1 => Err(StoreError::new("the disk is full")),
            _ => {
                world.save(expected, bytes);
                Err(StoreError::new("the connection broke"))
            }
        }))
    }

    fn delete<'a>(&'a self, _: &'a str, _: Revision) -> Answer<'a, bool> {
        Box::pin(async { Err(StoreError::new("nothing is deleted here")) })
    }

    fn lease<'a>(&'a self, id: &'a str, _: Duration) -> Answer<'a, Option<Lease>> {
        Box::pin(self.step(Op::Lease, move |world| {
            if world.lease.is_some() && !world.generous {
                return Ok(None);
            }
            world.lease = Some(world.current);
            Ok(Some(Lease::new(id, world.current.to_string())))
        }))
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        Box::pin(self.step(Op::Release, move |world| {
            if world.lease.is_some_and(|task| task.to_string() == lease.owner()) {
                world.lease = None;
            }
            Ok(())
        }))
    }
}

impl Issuer for Shared {
    fn refresh<'a>(&'a self, connection: &'a Connection) -> Issuing<'a> {
        Box::pin(async move {
            let token = connection.token_text("refresh_token").unwrap_or_default();
            let answer = self
                .step(Op::Send, |world| {
                    let answer = match world.variant {
                        0 => world.process(token),
                        1 => Err(Outcome::Unsent),
                        2 => Err(Outcome::Unavailable),
                        // The answer is lost: the provider has processed the request, or it has not.
                        3 => {
                            world.provider.lost |= world.process(token).is_ok();
                            Err(Outcome::Unknown)
                        }
                        _ => Err(Outcome::Unknown),
                    };
                    let processed = if answer.is_ok() { Processed::Yes } else { Processed::No };
                    let current = world.current;
                    let others = world.provider.in_flight.values().count();
                    assert_eq!(others, 0, "two token requests at once");
                    world.provider.in_flight.insert(current, processed);
                    answer
                })
                .await;
            self.step(Op::Receive, |world| {
                // An answer that was good stays in flight until it is stored.
                if answer.is_err() {
                    let current = world.current;
                    world.provider.in_flight.remove(&current);
                }
            })
            .await;
            answer.map_err(|outcome| {
                Refusal::new(outcome, Error::new(ErrorKind::Provider, format!("the model says {outcome:?}")))
            })
        })
    }
}

impl Clock for Shared {
    fn now(&self) -> i64 {
        START + i64::try_from(self.lock().elapsed.as_millis()).unwrap_or(0)
    }

    fn elapsed(&self) -> Duration {
        self.lock().elapsed
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let (number, until) = {
            let mut world = self.lock();
            world.sleeps += 1;
            (world.sleeps, world.elapsed + duration)
        };
        let mut sleep = Sleep { world: self, number };
        Box::pin(poll_fn(move |cx| {
            let Sleep { world, number } = &mut sleep;
            let mut world = world.lock();
            if world.elapsed >= until {
                return Poll::Ready(());
            }
            world.sleepers.insert(*number, (until, cx.waker().clone()));
            Poll::Pending
        }))
    }
}

struct Sleep<'w> {
    world: &'w Shared,
    number: u64,
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.world.lock().sleepers.remove(&self.number);
    }
}
