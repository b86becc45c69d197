//! A provider that rotates refresh tokens, takes each of them once, and revokes all of them when one comes twice
//! (RFC 9700, 4.14.2). Its API takes the latest access token, until it expires.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

/// A provider that runs, on this machine.
#[derive(Clone)]
pub struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What a worker told the provider, by itself or by a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which worker it was.
    pub worker: usize,
    /// Whether the provider has issued a token to it just now, of which it has no answer yet.
    pub issued: bool,
}

/// Sees each event before the provider answers, and tells which workers it has killed.
pub type Observer = Box<dyn FnMut(Event) -> Option<usize> + Send>;

/// What the provider has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Token requests that it has answered with a token.
    pub refreshes: u32,
    /// The most token requests that it had at once.
    pub most_at_once: usize,
    /// Token requests that it has refused.
    pub invalid_grants: u32,
    /// Requests of the API that it has answered with 401.
    pub rejected: u32,
    /// Requests of the API that it has answered with 200.
    pub accepted: u32,
    /// Who got the last token.
    pub issued_to: Option<usize>,
}

#[derive(Default)]
struct State {
    family: u32,
    number: u32,
    revoked: bool,
    expired: bool,
    at_once: BTreeSet<usize>,
    counts: Counts,
    observer: Option<Observer>,
}

impl Provider {
    /// Starts a provider.
    ///
    /// # Panics
    ///
    /// There is no free port.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let provider = Self { address, state: Arc::default() };
        let answering = provider.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let provider = answering.clone();
                thread::spawn(move || provider.answer(stream));
            }
        });
        provider
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A person connects: what was issued before is worth nothing. Gives the refresh token and the access token.
    #[must_use]
    pub fn connect(&self) -> (String, String) {
        let mut state = self.lock();
        state.family += 1;
        state.number = 0;
        state.revoked = false;
        state.expired = false;
        (state.refresh_token(), state.access_token())
    }

    /// The access token expires.
    pub fn expire(&self) {
        self.lock().expired = true;
    }

    /// What it has seen since it was last asked.
    #[must_use]
    pub fn take_counts(&self) -> Counts {
        std::mem::take(&mut self.lock().counts)
    }

    /// Who sees the events from now on.
    pub fn observe(&self, observer: Option<Observer>) {
        self.lock().observer = observer;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request a connection: `POST /token`, `GET /api`, and `GET /at`, with which a worker says that it has come
    /// to a point where it may be killed.
    fn answer(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let (mut length, mut worker, mut token) = (0, 0, String::new());
        let mut first = String::new();
        reader.read_line(&mut first).ok()?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name {
                "content-length" => length = value.parse().ok()?,
                "x-worker" => worker = value.parse().ok()?,
                "authorization" => token = value.strip_prefix("Bearer ")?.to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, body) = match first.split(' ').nth(1)? {
            "/token" => self.lock().token(worker, &String::from_utf8_lossy(&body)),
            "/api" => self.lock().api(worker, &token),
            _ => {
                self.lock().tell(worker, false);
                (204, String::new())
            }
        };
        let head =
            format!("HTTP/1.1 {status} \r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        (&stream).write_all((head + &body).as_bytes()).ok()
    }
}

impl State {
    fn refresh_token(&self) -> String {
        format!("refresh-{}-{}", self.family, self.number)
    }

    fn access_token(&self) -> String {
        format!("access-{}-{}", self.family, self.number)
    }

    /// Tells the observer, and forgets whom it has killed.
    fn tell(&mut self, worker: usize, issued: bool) {
        let killed = self.observer.as_mut().and_then(|observer| observer(Event { worker, issued }));
        if let Some(killed) = killed {
            self.at_once.remove(&killed);
        }
    }

    fn token(&mut self, worker: usize, refresh_token: &str) -> (u16, String) {
        self.at_once.insert(worker);
        self.counts.most_at_once = self.counts.most_at_once.max(self.at_once.len());
        self.tell(worker, false);
        let of_an_older_family = !refresh_token.starts_with(&format!("refresh-{}-", self.family));
        let answer = if !self.revoked && refresh_token == self.refresh_token() {
            self.number += 1;
            self.expired = false;
            self.counts.refreshes += 1;
            self.counts.issued_to = Some(worker);
            self.tell(worker, true);
            (200, format!("{} {}", self.refresh_token(), self.access_token()))
        } else {
            self.counts.invalid_grants += 1;
            self.revoked |= !of_an_older_family;
            (400, "invalid_grant".to_owned())
        };
        self.at_once.remove(&worker);
        answer
    }

    fn api(&mut self, worker: usize, token: &str) -> (u16, String) {
        self.tell(worker, false);
        if !self.revoked && !self.expired && token == self.access_token() {
            self.counts.accepted += 1;
            return (200, String::new());
        }
        self.counts.rejected += 1;
        (401, String::new())
    }
}
