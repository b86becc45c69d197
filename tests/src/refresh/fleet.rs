//! Drives a provider and its workers, round by round.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use couplet_runtime::{
    store::Store,
    tokens::{Connection, Expiry, Issued},
};
use tokio::runtime::Runtime;

use super::{
    provider::{Counts, Event, Observer, Provider},
    worker::{ID, LIFE, START, Tally},
};

/// How long a round may take: far more than it does.
const PATIENCE: Duration = Duration::from_secs(120);

/// The workers, and what they share.
pub struct Fleet {
    provider: Provider,
    store: Arc<dyn Store>,
    runtime: Runtime,
    start: Box<dyn Fn() -> Command>,
    workers: Workers,
    tasks: usize,
    buried: Arc<dyn Fn(u32) + Send + Sync>,
    says: bool,
    /// How long the clocks have run, in milliseconds.
    elapsed: u64,
}

type Workers = Arc<Mutex<Vec<Option<Worker>>>>;

struct Worker {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

/// How the token of a round comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// By the clocks.
    InTime,
    /// The API rejects it before its time.
    Early,
}

/// What a round came to.
#[derive(Debug)]
pub struct Round {
    /// What the provider saw.
    pub counts: Counts,
    /// How the tasks of each worker fared; none where it was killed.
    pub tallies: Vec<Option<Tally>>,
}

impl Fleet {
    /// Workers that `start` starts, each with these many tasks, and a connection in their store, which works on that
    /// runtime.
    #[must_use]
    pub fn new(
        runtime: Runtime,
        store: Arc<dyn Store>,
        workers: usize,
        tasks: usize,
        says: bool,
        start: impl Fn() -> Command + 'static,
    ) -> Self {
        let mut fleet = Self {
            provider: Provider::start(),
            store,
            runtime,
            start: Box::new(start),
            workers: Arc::new(Mutex::new((0..workers).map(|_| None).collect())),
            tasks,
            buried: Arc::new(|_| {}),
            says,
            elapsed: 0,
        };
        fleet.connect();
        fleet.replace_dead();
        fleet
    }

    /// What is done when the process of that number has been killed, before anybody else goes on.
    #[must_use]
    pub fn with_burial(mut self, buried: impl Fn(u32) + Send + Sync + 'static) -> Self {
        self.buried = Arc::new(buried);
        self
    }

    /// How many workers there are, and how many tasks each has.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (lock(&self.workers).len(), self.tasks)
    }

    /// A person connects.
    ///
    /// # Panics
    ///
    /// The store fails.
    pub fn connect(&mut self) {
        let (refresh, access) = self.provider.connect();
        let mut connection = Connection::new("provider", "oauth");
        let issued =
            Issued::new(Expiry::In(LIFE)).secret("refresh_token", refresh).secret("access_token", access);
        connection.renew(issued, START + i64::try_from(self.elapsed).unwrap_or(i64::MAX));
        self.runtime.block_on(connection.save(&*self.store, ID)).expect("the store works");
    }

    /// Starts a worker for each that was killed.
    ///
    /// # Panics
    ///
    /// A worker does not start.
    pub fn replace_dead(&mut self) {
        let mut workers = lock(&self.workers);
        for (number, worker) in workers.iter_mut().enumerate().filter(|(_, worker)| worker.is_none()) {
            // The calendars are wrong by up to five minutes, to both sides.
            let skew = (i64::try_from(number).unwrap_or(0) * 97_000) % 600_000 - 300_000;
            let mut child = (self.start)()
                .args([number.to_string(), self.provider.address().to_string(), self.tasks.to_string()])
                .args([skew.to_string(), if self.says { "says" } else { "works" }.to_owned()])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("a worker starts");
            let output = BufReader::new(child.stdout.take().expect("its output is piped"));
            let (sender, lines) = channel();
            thread::spawn(move || {
                output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
            let input = child.stdin.take().expect("its input is piped");
            *worker = Some(Worker { child, input, lines });
        }
    }

    /// The token expires, and every task needs one. `victim` sees each event of the round, and names the worker that
    /// is killed there with SIGKILL.
    ///
    /// # Panics
    ///
    /// A worker does not answer.
    pub fn round(
        &mut self,
        expired: Expired,
        mut victim: impl FnMut(Event) -> Option<usize> + Send + 'static,
    ) -> Round {
        self.provider.expire();
        if expired == Expired::InTime {
            self.elapsed += u64::try_from(LIFE.as_millis()).unwrap_or(0);
        } else {
            // Not so soon that the token before could still be one of this moment.
            self.elapsed += 1;
        }
        let (workers, buried) = (Arc::clone(&self.workers), Arc::clone(&self.buried));
        let observer: Observer = Box::new(move |event| {
            let killed = victim(event)?;
            let worker = lock(&workers)[killed].take()?;
            buried(kill(worker));
            Some(killed)
        });
        self.provider.observe(Some(observer));
        let mut waiting = Vec::new();
        for (number, worker) in lock(&self.workers).iter_mut().enumerate() {
            let lines = worker.as_mut().map(|worker| {
                // One that is killed meanwhile cannot be told.
                let _ = writeln!(worker.input, "{}", self.elapsed);
                std::mem::replace(&mut worker.lines, channel().1)
            });
            waiting.push((number, lines));
        }
        let mut tallies = Vec::new();
        for (number, lines) in waiting {
            // The output of one that was killed ends.
            let line = lines.as_ref().map(|lines| lines.recv_timeout(PATIENCE));
            let tally = match line {
                Some(Ok(line)) => Some(Tally::from_line(&line).expect("a tally")),
                Some(Err(std::sync::mpsc::RecvTimeoutError::Timeout)) => {
                    panic!("worker {number} does not answer")
                }
                _ => None,
            };
            if let (Some(worker), Some(lines)) = (&mut lock(&self.workers)[number], lines) {
                worker.lines = lines;
            }
            tallies.push(tally);
        }
        self.provider.observe(None);
        Round { counts: self.provider.take_counts(), tallies }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for worker in lock(&self.workers).iter_mut().filter_map(Option::take) {
            kill(worker);
        }
    }
}

/// Kills a worker, and gives its number when it is dead.
fn kill(mut worker: Worker) -> u32 {
    let number = worker.child.id();
    worker.child.kill().and_then(|()| worker.child.wait()).expect("a child of ours can be killed");
    number
}

fn lock(workers: &Mutex<Vec<Option<Worker>>>) -> MutexGuard<'_, Vec<Option<Worker>>> {
    workers.lock().unwrap_or_else(PoisonError::into_inner)
}
