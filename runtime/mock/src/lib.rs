//! Plays the Plan of an API connector as the provider.
//!
//! A [`Mock`] listens on this machine. It knows the connector's routes, checks the credentials and what it receives,
//! and answers with values of the declared types. Tests of a program that uses a generated crate talk to it in the
//! provider's place:
//!
//! ```
//! fn books_once(plan: couplet_mock::Plan<'static>) -> std::io::Result<()> {
//!     let mock = couplet_mock::Mock::start(plan)?;
//!     // Client::api_key(…).with_base_url(mock.url()).build()?, and what the program does with it
//!     assert_eq!(mock.requests().len(), 1);
//!     Ok(())
//! }
//! ```

mod auth;
mod check;
mod fault;
mod form;
mod received;
mod reply;
mod route;
mod sample;
mod schemas;
mod serve;

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use couplet_plan::Plan;
pub use fault::Fault;
pub use received::Request;

use auth::Accepted;
use schemas::Schemas;

/// A provider that is played on this machine. It stops when it is dropped.
pub struct Mock {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the threads of a mock share.
struct Shared {
    plan: Plan<'static>,
    schemas: Schemas,
    accepted: Vec<Accepted>,
    answers: BTreeMap<String, (u16, String)>,
    faults: BTreeMap<String, Fault>,
    requests: Mutex<Vec<Request>>,
    observer: Option<Observer>,
}

type Observer = Box<dyn Fn(&Request) + Send + Sync>;

/// How a mock behaves, before it is started.
pub struct Builder {
    plan: Plan<'static>,
    port: u16,
    credentials: BTreeMap<String, String>,
    answers: BTreeMap<String, (u16, String)>,
    faults: BTreeMap<String, Fault>,
    observer: Option<Observer>,
}

impl Mock {
    /// Starts a mock on a free port.
    ///
    /// # Errors
    ///
    /// No port can be had, or the Plan's schemas are not JSON.
    pub fn start(plan: Plan<'static>) -> io::Result<Self> {
        Self::builder(plan).start()
    }

    /// Says how a mock behaves.
    #[must_use]
    pub fn builder(plan: Plan<'static>) -> Builder {
        Builder {
            plan,
            port: 0,
            credentials: BTreeMap::new(),
            answers: BTreeMap::new(),
            faults: BTreeMap::new(),
            observer: None,
        }
    }

    /// The base URL to give to a client. Where a key stands in the path, so does its place.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, route::base_path(&self.shared.plan, 0))
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The credentials that it accepts: the auth method, the credential's name, and its value. They are made up, and
    /// open nothing elsewhere.
    #[must_use]
    pub fn credentials(&self) -> Vec<(&str, &str, &str)> {
        self.shared.accepted.iter().flat_map(Accepted::credentials).collect()
    }

    /// What it received, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Mock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mock").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Builder {
    /// Listens on this port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Accepts this value of a credential, in the place of the one that is made up.
    #[must_use]
    pub fn with_credential(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.credentials.insert(name.into(), value.into());
        self
    }

    /// Answers an action so, once its credentials and its inputs are right.
    #[must_use]
    pub fn with_answer(mut self, action: impl Into<String>, status: u16, body: impl Into<String>) -> Self {
        self.answers.insert(action.into(), (status, body.into()));
        self
    }

    /// Lets something go wrong with an action.
    #[must_use]
    pub fn with_fault(mut self, action: impl Into<String>, fault: Fault) -> Self {
        self.faults.insert(action.into(), fault);
        self
    }

    /// Calls a function for each request, when its answer is known.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Fn(&Request) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Starts the mock.
    ///
    /// # Errors
    ///
    /// The port cannot be had, or the Plan's schemas are not JSON.
    pub fn start(self) -> io::Result<Mock> {
        let schemas = Schemas::read(self.plan.schemas())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let listener = TcpListener::bind(("127.0.0.1", self.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let accepted = auth::accepted(&self.plan, &self.credentials, address).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            plan: self.plan,
            schemas,
            accepted,
            answers: self.answers,
            faults: self.faults,
            requests: Mutex::new(Vec::new()),
            observer: self.observer,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("couplet-mock".to_owned())
            .spawn(move || runtime.block_on(serve::serve(listener, served, stopped)))?;
        Ok(Mock { shared, address, stop: Some(stop), thread: Some(thread) })
    }
}
