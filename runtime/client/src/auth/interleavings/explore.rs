//! Walks all schedules of some tasks, depth first, each from the beginning.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use super::world::{End, Faults, ID, Op, Shared};
use crate::{
    Error, ErrorKind,
    auth::{
        connection::Connection,
        flight::Flights,
        token::{Tokens, Why},
    },
    clock::Clock,
    store::Store,
};

/// The longest schedule that can be the protocol's.
const LONGEST: usize = 2_000;
/// The longest pause that a schedule may choose to wait for.
const PAUSE: Duration = Duration::from_secs(1);

/// How often a task tries.
const TRIES: usize = 6;

/// The tasks of one process.
#[derive(Clone, Copy)]
pub(super) struct Process(&'static [Task]);

/// What a task is to do.
#[derive(Clone, Copy)]
pub(super) enum Task {
    /// It gets a token, and tries again after a while where that fails and a later try may not.
    Use(Why),
    /// It is a person who connects anew.
    Connect,
}

/// How often what is not a task's own step may happen.
#[derive(Clone, Copy, Default)]
pub(super) struct Limits {
    /// Time passes while somebody could run.
    pub(super) waits: u32,
    pub(super) kills: u32,
    pub(super) faults: u32,
    pub(super) of: Faults,
}

/// One thing that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// A task does its step, in one of the ways that it can go.
    Step {
        task: usize,
        process: usize,
        op: Op,
        variant: usize,
    },
    Wait,
    Kill {
        process: usize,
    },
}

impl Event {
    fn commutes(self, other: Self) -> bool {
        match (self, other) {
            (
                Self::Step { process: a, op, variant, .. },
                Self::Step { process: b, op: then, variant: other, .. },
            ) => {
                // Faults share one limit.
                a != b && op.commutes(then) && (variant == 0 || other == 0)
            }
            // One that dies is not seen before time passes, except by the provider.
            (Self::Kill { process }, step @ Self::Step { .. })
            | (step @ Self::Step { .. }, Self::Kill { process }) => {
                matches!(step, Self::Step { process: other, op, .. }
                    if other != process && !matches!(op, Op::Send | Op::Receive))
            }
            _ => false,
        }
    }
}

/// A point where a choice was made: what could happen, which one was chosen, and what need not be tried, for a
/// schedule with the same meaning has been run.
struct Node {
    events: Vec<Event>,
    chosen: usize,
    asleep: Vec<Event>,
}

struct Running {
    process: usize,
    future: Option<Pin<Box<dyn Future<Output = End> + Send>>>,
    awake: Arc<Awake>,
    waker: Waker,
}

struct Awake(AtomicBool);

impl Wake for Awake {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Process {
    pub(super) const fn of(tasks: &'static [Task]) -> Self {
        Self(tasks)
    }
}

/// Runs all schedules, and gives their number.
pub(super) fn explore(
    start: impl Fn() -> Shared,
    processes: &[Process],
    limits: Limits,
    check: impl Fn(&Shared),
) -> u64 {
    let mut nodes: Vec<Node> = Vec::new();
    let mut schedules = 0;
    loop {
        let world = start();
        if run(&world, processes, limits, &mut nodes) {
            check(&world);
            schedules += 1;
        }
        if !advance(&mut nodes) {
            return schedules;
        }
    }
}

/// Goes to the next choice that was not made yet; false where there is none.
fn advance(nodes: &mut Vec<Node>) -> bool {
    while let Some(node) = nodes.last_mut() {
        node.asleep.push(node.events[node.chosen]);
        if let Some(next) = next_choice(&node.events, &node.asleep) {
            node.chosen = next;
            return true;
        }
        nodes.pop();
    }
    false
}

fn next_choice(events: &[Event], asleep: &[Event]) -> Option<usize> {
    events.iter().position(|event| !asleep.contains(event))
}

/// Runs one schedule: the choices of the nodes, then the first one each time. False where it turns out to be one
/// that has been run in another order.
fn run(world: &Shared, processes: &[Process], mut limits: Limits, nodes: &mut Vec<Node>) -> bool {
    let mut tasks = tasks(world, processes);
    for depth in 0..LONGEST {
        let events = possible(world, &tasks, limits);
        if events.is_empty() {
            assert!(tasks.iter().all(|task| task.future.is_none()), "nobody can go on");
            return true;
        }
        if depth == nodes.len() {
            let asleep = match nodes.last() {
                None => Vec::new(),
                Some(Node { events, chosen, asleep }) => {
                    let done = events[*chosen];
                    asleep.iter().copied().filter(|event| event.commutes(done)).collect()
                }
            };
            let Some(chosen) = next_choice(&events, &asleep) else {
                return false;
            };
            nodes.push(Node { events: events.clone(), chosen, asleep });
        }
        let node = &nodes[depth];
        assert_eq!(node.events, events, "a schedule does not repeat itself");
        happen(world, &mut tasks, events[node.chosen], &mut limits);
    }
    panic!("a schedule does not end");
}

fn tasks(world: &Shared, processes: &[Process]) -> Vec<Running> {
    let mut tasks = Vec::new();
    for (process, Process(kinds)) in processes.iter().enumerate() {
        let store: Arc<dyn Store> = Arc::new(world.clone());
        let flights = Flights::default();
        let tokens = Tokens::new(store, ID, &flights, Arc::new(world.clone()), Arc::new(world.clone()));
        for task in *kinds {
            let awake = Arc::new(Awake(AtomicBool::new(true)));
            let (tokens, world) = (tokens.clone(), world.clone());
            let future = Box::pin(async move { work(*task, &tokens, &world).await });
            tasks.push(Running { process, future: Some(future), waker: Arc::clone(&awake).into(), awake });
        }
    }
    let mut state = world.lock();
    state.next = vec![Op::Local; tasks.len()];
    state.dead = vec![false; tasks.len()];
    state.ends = tasks.iter().map(|_| None).collect();
    drop(state);
    tasks
}

async fn work(task: Task, tokens: &Tokens<'_>, world: &Shared) -> End {
    let Task::Use(why) = task else {
        world.connect().await;
        return End::Connected;
    };
    for _ in 1..TRIES {
        match tokens.fresh(why).await {
            Err(error) if error.kind() != ErrorKind::ReconnectRequired => world.sleep(PAUSE * 2).await,
            done => return end(done, world),
        }
    }
    end(tokens.fresh(why).await, world)
}

fn end(result: Result<Arc<Connection>, Error>, world: &Shared) -> End {
    match result {
        Ok(connection) => {
            let stored = world.connection();
            // Whatever is used is stored: no other process may have to renew it again.
            assert!(stored.generation() >= connection.generation(), "a token is used before it is stored");
            End::Token { generation: connection.generation() }
        }
        Err(error) => End::Error { kind: error.kind(), text: error.to_string() },
    }
}

fn possible(world: &Shared, tasks: &[Running], limits: Limits) -> Vec<Event> {
    let world = world.lock();
    let mut events = Vec::new();
    for (number, task) in tasks.iter().enumerate() {
        if task.future.is_some() && task.awake.0.load(Ordering::Relaxed) {
            let op = world.next[number];
            let variants = if limits.faults > 0 { op.variants(limits.of) } else { 1 };
            events.extend((0..variants).map(|variant| Event::Step {
                task: number,
                process: task.process,
                op,
                variant,
            }));
        }
    }
    let alive = tasks.iter().any(|task| task.future.is_some());
    let short = world.alarm().is_some_and(|pause| pause <= PAUSE);
    if (events.is_empty() && alive && world.alarm().is_some())
        || (short && limits.waits > 0 && !events.is_empty())
    {
        events.push(Event::Wait);
    }
    if limits.kills > 0 {
        let mut processes: Vec<_> =
            tasks.iter().filter(|task| task.future.is_some()).map(|task| task.process).collect();
        processes.dedup();
        events.extend(processes.into_iter().map(|process| Event::Kill { process }));
    }
    events
}

fn happen(world: &Shared, tasks: &mut [Running], event: Event, limits: &mut Limits) {
    match event {
        Event::Step { task, variant, .. } => {
            let mut state = world.lock();
            state.current = task;
            state.variant = variant;
            drop(state);
            limits.faults -= u32::from(variant > 0);
            step(world, &mut tasks[task], task);
        }
        Event::Wait => {
            limits.waits = limits.waits.saturating_sub(1);
            world.lock().pass();
        }
        Event::Kill { process } => {
            limits.kills -= 1;
            for (number, task) in tasks.iter_mut().enumerate() {
                if task.process == process && task.future.is_some() {
                    world.lock().kill(number);
                    task.future = None;
                }
            }
        }
    }
}

fn step(world: &Shared, task: &mut Running, number: usize) {
    task.awake.0.store(false, Ordering::Relaxed);
    let mut cx = Context::from_waker(&task.waker);
    let Some(future) = &mut task.future else { return };
    if let Poll::Ready(end) = future.as_mut().poll(&mut cx) {
        task.future = None;
        world.lock().ends[number] = Some(end);
    }
}
