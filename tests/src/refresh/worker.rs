//! One process of many: it is told of each round on its standard input, and tells on its standard output how its
//! tasks fared.

use std::{
    io::{BufRead, Write},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use couplet_runtime::{
    Error, ErrorKind,
    store::{Answer, Lease, Record, Revision, Store, StoreError},
    tokens::{Clock, Connection, Expiry, Flights, Issued, Issuer, Issuing, Outcome, Refusal, Tokens, Why},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
};

/// The id of the connection that all share.
pub const ID: &str = "shared";
/// How long an access token lives.
pub const LIFE: Duration = Duration::from_secs(3600);
/// When the calendar of the tests begins, in milliseconds since 1970.
pub const START: i64 = 1_800_000_000_000;

/// How a worker's tasks fared in one round.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tasks whose request the API has accepted.
    pub accepted: usize,
    /// Those of them whose request it had rejected once.
    pub rejected_once: usize,
    /// Tasks that were told to connect again.
    pub reconnect: usize,
    /// What the last of them was told.
    pub told: String,
    /// What any other task was told.
    pub other: String,
}

impl Tally {
    /// As one line.
    #[must_use]
    pub fn to_line(&self) -> String {
        let Self { accepted, rejected_once, reconnect, told, other } = self;
        format!("{accepted}\t{rejected_once}\t{reconnect}\t{told}\t{other}")
    }

    /// From such a line.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        Some(Self {
            accepted: parts.next()?.parse().ok()?,
            rejected_once: parts.next()?.parse().ok()?,
            reconnect: parts.next()?.parse().ok()?,
            told: parts.next()?.to_owned(),
            other: parts.next()?.to_owned(),
        })
    }
}

/// The provider as a worker sees it.
#[derive(Clone)]
struct Remote {
    address: SocketAddr,
    worker: usize,
    /// So that no more connections are opened at once than a listener queues.
    few: Arc<Semaphore>,
}

/// The clocks of a worker: they stand still until they are told.
struct Told {
    elapsed: AtomicU64,
    /// How wrong its calendar is.
    skew: i64,
}

/// Runs a worker with the arguments of its command line, from the second on: its number, the provider's address, how
/// many tasks it has, by how many milliseconds its calendar is wrong, and whether it says where it stands.
///
/// # Panics
///
/// The arguments are not these.
pub async fn run(store: Arc<dyn Store>, arguments: &[String]) {
    let [worker, address, tasks, skew, says] = arguments else { panic!("five arguments") };
    let remote = Remote {
        address: address.parse().expect("an address"),
        worker: worker.parse().expect("a number"),
        few: Arc::new(Semaphore::new(8)),
    };
    let store: Arc<dyn Store> = match says.as_str() {
        "says" => Arc::new(Saying { store, remote: remote.clone() }),
        _ => store,
    };
    let clock = Arc::new(Told { elapsed: AtomicU64::new(0), skew: skew.parse().expect("a number") });
    let issuer = Arc::new(remote.clone());
    let tokens =
        Tokens::new(store, ID, &Flights::default(), issuer, Arc::clone(&clock) as Arc<dyn Clock>).detached();
    let tasks: usize = tasks.parse().expect("a number");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        clock.elapsed.store(line.parse().expect("a time"), Ordering::SeqCst);
        let running: Vec<_> =
            (0..tasks).map(|_| tokio::spawn(task(tokens.clone(), remote.clone()))).collect();
        let mut tally = Tally::default();
        for running in running {
            match running.await.expect("a task ends") {
                Ok(rejected) => {
                    tally.accepted += 1;
                    tally.rejected_once += usize::from(rejected);
                }
                Err(error) if error.kind() == ErrorKind::ReconnectRequired => {
                    tally.reconnect += 1;
                    tally.told = error.to_string();
                }
                Err(error) => tally.other = error.to_string(),
            }
        }
        let mut output = std::io::stdout().lock();
        let _ = writeln!(output, "{}", tally.to_line()).and_then(|()| output.flush());
    }
}

/// One request of the API, repeated once where the token is rejected. Gives whether it was.
async fn task(tokens: Tokens<'static>, remote: Remote) -> Result<bool, Error> {
    let connection = tokens.fresh(Why::Proactive).await?;
    if remote.call(&connection).await == 200 {
        return Ok(false);
    }
    let connection = tokens.fresh(Why::Rejected { generation: connection.generation() }).await?;
    match remote.call(&connection).await {
        200 => Ok(true),
        status => Err(StoreError::new(format!("the API says {status} to a token that is new")).into()),
    }
}

impl Remote {
    async fn call(&self, connection: &Connection) -> u16 {
        let token = connection.token_text("access_token").unwrap_or_default();
        self.send(&format!("GET /api HTTP/1.1\r\nauthorization: Bearer {token}\r\n"), "")
            .await
            .map_or(0, |answer| answer.0)
    }

    async fn send(&self, head: &str, body: &str) -> std::io::Result<(u16, String)> {
        let _one = self.few.acquire().await;
        let mut stream = TcpStream::connect(self.address).await?;
        let request =
            format!("{head}x-worker: {}\r\ncontent-length: {}\r\n\r\n{body}", self.worker, body.len());
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let (_, body) = answer.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
        Ok((status.ok_or(std::io::ErrorKind::InvalidData)?, body.to_owned()))
    }

    async fn say(&self) {
        let _ = self.send("GET /at HTTP/1.1\r\n", "").await;
    }
}

impl Issuer for Remote {
    fn refresh<'a>(&'a self, connection: &'a Connection) -> Issuing<'a> {
        Box::pin(async move {
            let token = connection.token_text("refresh_token").unwrap_or_default();
            let refusal = |outcome, detail: String| Refusal::new(outcome, StoreError::new(detail).into());
            match self.send("POST /token HTTP/1.1\r\n", token).await {
                Ok((200, body)) => {
                    let (refresh, access) = body.split_once(' ').expect("two tokens");
                    Ok(Issued::new(Expiry::In(LIFE))
                        .secret("refresh_token", refresh)
                        .secret("access_token", access))
                }
                Ok((_, body)) => Err(refusal(Outcome::Rejected, body)),
                Err(error) => Err(refusal(Outcome::Unknown, error.to_string())),
            }
        })
    }
}

impl Clock for Told {
    fn now(&self) -> i64 {
        let elapsed = i64::try_from(self.elapsed.load(Ordering::SeqCst)).unwrap_or(i64::MAX);
        START + self.skew + elapsed
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed.load(Ordering::SeqCst))
    }

    /// Pauses are real: what they wait for happens in other processes.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A store that says where it stands before and after each operation.
struct Saying {
    store: Arc<dyn Store>,
    remote: Remote,
}

impl Saying {
    async fn around<T>(&self, operation: Answer<'_, T>) -> Result<T, StoreError> {
        self.remote.say().await;
        let done = operation.await;
        self.remote.say().await;
        done
    }
}

impl Store for Saying {
    fn load<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Record>> {
        Box::pin(self.around(self.store.load(id)))
    }

    fn save<'a>(
        &'a self,
        id: &'a str,
        expected: Option<Revision>,
        bytes: &'a [u8],
    ) -> Answer<'a, Option<Revision>> {
        Box::pin(self.around(self.store.save(id, expected, bytes)))
    }

    fn delete<'a>(&'a self, id: &'a str, expected: Revision) -> Answer<'a, bool> {
        Box::pin(self.around(self.store.delete(id, expected)))
    }

    fn lease<'a>(&'a self, id: &'a str, ttl: Duration) -> Answer<'a, Option<Lease>> {
        Box::pin(self.around(self.store.lease(id, ttl)))
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        Box::pin(self.around(self.store.release(lease)))
    }
}
