//! When a token is renewed, when it is not, and what callers get meanwhile: the rules of `token` one by one, with
//! clocks that are told.

use std::{
    collections::VecDeque,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    connection::Connection,
    flight::Flights,
    issuer::{Expiry, Issued, Issuer, Issuing, Outcome, Refusal},
    token::{Tokens, Why},
};
use crate::{
    Error, ErrorKind,
    clock::Clock,
    store::{Answer, Lease, MemoryStore, Record, Revision, Store},
};

const START: i64 = 1_800_000_000_000;
const HOUR: Duration = Duration::from_secs(3600);

/// Two clocks that stand still. Where nobody else does anything, who sleeps moves them.
#[derive(Default)]
struct Time {
    now: AtomicI64,
    elapsed: AtomicU64,
    sleepers_move_it: AtomicBool,
}

impl Time {
    fn pass(&self, seconds: u64) {
        self.elapsed.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.set_calendar(i64::try_from(seconds).unwrap_or(0));
    }

    /// Moves the calendar alone.
    fn set_calendar(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for Time {
    fn now(&self) -> i64 {
        START + self.now.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if !self.sleepers_move_it.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            self.pass(duration.as_secs());
        })
    }
}

/// A provider with answers for the next requests; then it issues.
struct Provider {
    time: Arc<Time>,
    requests: AtomicU64,
    life: Duration,
    answers: Mutex<VecDeque<Next>>,
    /// Answers wait for it where they are told to.
    gate: Notify,
}

enum Next {
    Refuse(Outcome),
    Silence,
    Wait,
    Slow,
    WithoutRefreshToken,
}

impl Issuer for Provider {
    fn refresh<'a>(&'a self, _: &'a Connection) -> Issuing<'a> {
        Box::pin(async move {
            let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
            let next = self.answers.lock().expect("it is not poisoned").pop_front();
            let issued =
                Issued::new(Expiry::In(self.life)).secret("access_token", format!("access {number}"));
            match next {
                Some(Next::Refuse(outcome)) => {
                    let error = Error::new(ErrorKind::Provider, format!("{outcome:?}"));
                    return Err(Refusal::new(outcome, error));
                }
                Some(Next::Silence) => std::future::pending().await,
                Some(Next::Wait) => self.gate.notified().await,
                Some(Next::Slow) => self.time.pass(5),
                Some(Next::WithoutRefreshToken) => return Ok(issued),
                None => {}
            }
            Ok(issued.secret("refresh_token", format!("refresh {number}")))
        })
    }
}

struct World {
    time: Arc<Time>,
    provider: Arc<Provider>,
    store: Arc<dyn Store>,
}

impl World {
    /// A store with a token that was obtained just now.
    fn new(life: Duration) -> Self {
        Self::with_store(life, Arc::new(MemoryStore::new()))
    }

    fn with_store(life: Duration, store: Arc<dyn Store>) -> Self {
        let time = Arc::new(Time::default());
        let provider = Provider {
            time: Arc::clone(&time),
            requests: AtomicU64::new(0),
            life,
            answers: Mutex::default(),
            gate: Notify::new(),
        };
        let world = Self { time, provider: Arc::new(provider), store };
        world.connect();
        world
    }

    fn connect(&self) {
        let mut connection = Connection::new("provider", "oauth");
        let issued = Issued::new(Expiry::In(self.provider.life)).secret("access_token", "access 0");
        connection.renew(issued.secret("refresh_token", "refresh 0"), self.time.now());
        now(connection.save(&*self.store, "a")).expect("the store works");
    }

    /// The tokens of another process.
    fn tokens(&self) -> Tokens<'static> {
        let (issuer, clock) = (Arc::clone(&self.provider), Arc::clone(&self.time));
        Tokens::new(Arc::clone(&self.store), "a", &Flights::default(), issuer, clock)
    }

    fn next(&self, answer: Next) {
        self.provider.answers.lock().expect("it is not poisoned").push_back(answer);
    }

    fn requests(&self) -> u64 {
        self.provider.requests.load(Ordering::SeqCst)
    }

    fn stored(&self) -> Connection {
        now(Connection::load(&*self.store, "a")).expect("the store works").expect("there is one")
    }
}

/// The outcome of what never waits.
#[track_caller]
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits"),
    }
}

/// The access token that a caller gets.
#[track_caller]
fn used(tokens: &Tokens<'_>, why: Why) -> Result<String, Error> {
    now(tokens.fresh(why))
        .map(|connection| connection.token_text("access_token").unwrap_or_default().to_owned())
}

#[track_caller]
fn proactive(tokens: &Tokens<'_>) -> String {
    used(tokens, Why::Proactive).expect("there is a token")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("there is a runtime")
}

#[test]
fn a_token_is_renewed_five_minutes_before_its_end() {
    let world = World::new(HOUR);
    let tokens = world.tokens();
    assert_eq!(proactive(&tokens), "access 0");
    world.time.pass(3299);
    assert_eq!(proactive(&tokens), "access 0");
    world.time.pass(1);
    assert_eq!(proactive(&tokens), "access 1");
    assert_eq!((world.requests(), world.stored().generation()), (1, 2));
}

#[test]
fn a_token_that_lives_shorter_than_the_margin_makes_no_storm() {
    let world = World::new(Duration::from_secs(60));
    let tokens = world.tokens();
    for second in 0..600 {
        proactive(&tokens);
        assert_eq!(world.requests(), second / 30, "after {second} s");
        world.time.pass(1);
    }
    let world = World::new(Duration::ZERO);
    let tokens = world.tokens();
    for _ in 0..10 {
        for _ in 0..100 {
            proactive(&tokens);
        }
        world.time.pass(1);
    }
    assert_eq!(world.requests(), 9);
}

#[test]
fn a_token_that_ends_before_it_arrives_is_used_and_makes_no_storm() {
    let world = World::new(Duration::from_secs(2));
    let tokens = world.tokens();
    world.time.pass(2);
    for request in 1..=3 {
        world.next(Next::Slow);
        for _ in 0..10 {
            assert_eq!((proactive(&tokens), world.requests()), (format!("access {request}"), request));
        }
        world.time.pass(1);
    }
}

#[test]
fn a_calendar_that_jumps_changes_nothing_for_a_token_in_use() {
    let world = World::new(HOUR);
    let tokens = world.tokens();
    proactive(&tokens);
    for jump in [-3600, 7200, -86_400, 300] {
        world.time.set_calendar(jump);
        assert_eq!(proactive(&tokens), "access 0");
    }
    world.time.pass(3300);
    assert_eq!(proactive(&tokens), "access 1");
}

#[test]
fn a_calendar_that_stands_before_the_token_counts_its_whole_life_and_no_more() {
    let world = World::new(HOUR);
    world.time.set_calendar(-86_400);
    let tokens = world.tokens();
    assert_eq!(proactive(&tokens), "access 0");
    world.time.pass(3300);
    assert_eq!(proactive(&tokens), "access 1");
    // Behind by five minutes: the API says so, and is believed.
    world.time.pass(3000);
    world.time.set_calendar(-300);
    let late = world.tokens();
    assert_eq!(proactive(&late), "access 1");
    assert_eq!(used(&late, Why::Rejected { generation: 2 }).expect("there is a token"), "access 2");
}

#[test]
fn a_hundred_tasks_send_one_request_and_share_its_failure() {
    let world = World::new(HOUR);
    let tokens = world.tokens();
    world.time.pass(4000);
    runtime().block_on(async {
        for outcome in [Some(Outcome::Unavailable), None] {
            world.next(outcome.map_or(Next::Wait, Next::Refuse));
            let tasks: Vec<_> = (0..100)
                .map(|_| {
                    let tokens = tokens.clone();
                    tokio::spawn(async move { tokens.fresh(Why::Proactive).await.map(drop) })
                })
                .collect();
            tokio::task::yield_now().await;
            world.provider.gate.notify_one();
            for task in tasks {
                assert_eq!(task.await.expect("it ends").is_err(), outcome.is_some());
            }
            world.time.pass(1);
        }
    });
    assert_eq!(world.requests(), 2);
}

#[test]
fn while_the_old_token_lasts_it_is_used_and_the_next_try_is_not_soon() {
    let world = World::new(HOUR);
    let tokens = world.tokens();
    proactive(&tokens);
    world.time.pass(3400);
    for outcome in [Outcome::Unsent, Outcome::Unavailable, Outcome::Failed] {
        world.next(Next::Refuse(outcome));
        let before = world.requests();
        for _ in 0..10 {
            assert_eq!(proactive(&tokens), "access 0");
            world.time.pass(1);
        }
        assert_eq!(world.requests(), before + 1);
        assert!(world.stored().pending.is_none());
    }
    assert_eq!(proactive(&tokens), "access 4");
}

#[test]
fn nobody_waits_for_the_next_try_while_the_old_token_lasts() {
    let world = World::new(HOUR);
    let tokens = world.tokens().detached();
    runtime().block_on(async {
        tokens.fresh(Why::Proactive).await.expect("there is a token");
        world.time.pass(3400);
        world.next(Next::Refuse(Outcome::Unavailable));
        tokens.fresh(Why::Proactive).await.expect("the old one lasts");
        world.time.pass(10);
        world.next(Next::Wait);
        let old = tokens.fresh(Why::Proactive).await.expect("the old one lasts");
        assert_eq!(old.token_text("access_token"), Some("access 0"));
        tokio::task::yield_now().await;
        assert_eq!(world.requests(), 2);
        world.provider.gate.notify_one();
        while tokens.fresh(Why::Proactive).await.expect("there is a token").generation() == 1 {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(world.requests(), 2);
}

#[test]
fn once_it_has_ended_callers_get_the_error_and_the_provider_is_asked_once_a_second() {
    let world = World::new(HOUR);
    let tokens = world.tokens();
    world.time.pass(3600);
    for second in 1..=3 {
        world.next(Next::Refuse(Outcome::Unavailable));
        for _ in 0..10 {
            let error = used(&tokens, Why::Proactive).expect_err("there is none");
            assert_eq!((error.kind(), world.requests()), (ErrorKind::Provider, second));
        }
        world.time.pass(1);
    }
    assert_eq!(proactive(&tokens), "access 4");
}

#[test]
fn a_revoked_connection_is_said_and_stored_and_the_provider_is_left_alone() {
    let world = World::new(HOUR);
    let tokens = world.tokens();
    world.time.pass(3600);
    world.next(Next::Refuse(Outcome::Rejected));
    for why in [Why::Proactive, Why::Rejected { generation: 1 }] {
        for tokens in [&tokens, &world.tokens()] {
            let error = used(tokens, why).expect_err("it is revoked");
            assert_eq!(error.kind(), ErrorKind::ReconnectRequired);
            assert_eq!(
                error.to_string(),
                "the provider no longer accepts this connection: its grant has expired or was revoked; \
                 connect again: Rejected"
            );
            world.time.pass(60);
        }
    }
    assert_eq!(world.requests(), 1);
    assert_eq!(world.stored().token_text("refresh_token"), Some("refresh 0"), "nothing is wiped");
    world.connect();
    assert_eq!(proactive(&tokens), "access 0");
}

#[test]
fn no_answer_in_time_is_repeated_once_and_what_comes_of_it_is_named() {
    let world = World::new(HOUR);
    world.time.sleepers_move_it.store(true, Ordering::SeqCst);
    let tokens = world.tokens();
    world.time.pass(3600);
    world.next(Next::Silence);
    assert_eq!(proactive(&tokens), "access 2");

    world.time.pass(3600);
    world.next(Next::Silence);
    world.next(Next::Silence);
    let error = used(&tokens, Why::Proactive).expect_err("there is no answer");
    assert_eq!((error.kind(), world.requests()), (ErrorKind::Timeout, 4));
    assert!(world.stored().pending.is_some_and(|pending| pending.lost));
    world.time.pass(1);
    world.next(Next::Refuse(Outcome::Rejected));
    let error = used(&world.tokens(), Why::Proactive).expect_err("it is lost");
    assert!(error.to_string().contains("the answer to a token request never arrived"), "{error}");
}

#[test]
fn what_an_answer_does_not_name_stays() {
    let world = World::new(HOUR);
    world.time.pass(3600);
    world.next(Next::WithoutRefreshToken);
    proactive(&world.tokens());
    let stored = world.stored();
    assert_eq!(stored.token_text("access_token"), Some("access 1"));
    assert_eq!(stored.token_text("refresh_token"), Some("refresh 0"));
}

#[test]
fn a_caller_that_gives_up_does_not_interrupt_a_request() {
    let world = World::new(HOUR);
    let tokens = world.tokens().detached();
    world.time.pass(3600);
    world.next(Next::Wait);
    runtime().block_on(async {
        let mut call = Box::pin(tokens.fresh(Why::Proactive));
        let first = std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await;
        assert!(first.is_pending());
        while world.requests() == 0 {
            tokio::task::yield_now().await;
        }
        drop(call);
        world.provider.gate.notify_one();
        let renewed = tokens.fresh(Why::Proactive).await.expect("there is a token");
        assert_eq!(renewed.token_text("access_token"), Some("access 1"));
    });
    assert_eq!((world.requests(), world.stored().generation()), (1, 2));
    assert!(world.stored().pending.is_none());
}

/// A store whose first write of a mark takes most of a lease.
struct Slow {
    store: MemoryStore,
    time: Mutex<Option<Arc<Time>>>,
}

impl Store for Slow {
    fn load<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Record>> {
        self.store.load(id)
    }

    fn save<'a>(
        &'a self,
        id: &'a str,
        expected: Option<Revision>,
        bytes: &'a [u8],
    ) -> Answer<'a, Option<Revision>> {
        if let Some(time) = self.time.lock().expect("it is not poisoned").take() {
            time.pass(40);
        }
        self.store.save(id, expected, bytes)
    }

    fn delete<'a>(&'a self, id: &'a str, expected: Revision) -> Answer<'a, bool> {
        self.store.delete(id, expected)
    }

    fn lease<'a>(&'a self, id: &'a str, ttl: Duration) -> Answer<'a, Option<Lease>> {
        self.store.lease(id, ttl)
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        self.store.release(lease)
    }
}

#[test]
fn nothing_is_sent_when_too_little_of_the_lease_is_left() {
    let slow = Arc::new(Slow { store: MemoryStore::new(), time: Mutex::default() });
    let world = World::with_store(HOUR, Arc::clone(&slow) as Arc<dyn Store>);
    let tokens = world.tokens();
    world.time.pass(3600);
    *slow.time.lock().expect("it is not poisoned") = Some(Arc::clone(&world.time));
    assert_eq!(proactive(&tokens), "access 1");
    // The first lease was given back unused: a token counts from when it was asked for, under the second one.
    assert_eq!(world.stored().expires_at(), Some(START + 3_640_000 + 3_600_000));
    assert_eq!(world.requests(), 1);
}
