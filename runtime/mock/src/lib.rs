//! Plays the Plan of an API connector as the provider.
//!
//! A [`Mock`] listens on this machine. It knows the connector's routes, checks the credentials and what it receives,
//! and answers with values of the declared types. Of each auth method it plays what comes before a request of the API,
//! too: it issues, renews and revokes tokens, and consents in a person's place. A request is read by the Plan's templates,
//! built again from what the mock accepts, and compared; an answer is made by following the Plan's expressions backwards.
//! A client that is given [`Mock::url`] as its base URL sends everything there, token requests included. Tests of a program that uses a generated crate talk to it in the
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

// What comes in, and what is answered.
mod check;
mod fault;
mod form;
mod literal;
mod received;
mod reply;
mod route;
mod sample;
mod schemas;
mod serve;

// Who sends it.
mod answer;
mod assertion;
mod authorize;
mod bound;
mod compare;
mod condition;
mod digest;
mod discovery;
mod draft;
mod examine;
mod exchange;
mod issued;
mod keys;
mod made_up;
mod oauth1;
mod played;
mod proof;
mod signed;
mod sigv4;
mod slots;
mod steps;
mod walk;
mod xml;

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

pub use couplet_plan::Plan;
pub use fault::Fault;
pub use received::Request;

use couplet_runtime::generated::v1;
use issued::Issued;
use played::{Given, Played};
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
    address: SocketAddr,
    played: Vec<Played>,
    config: Vec<(&'static str, String)>,
    issued: Mutex<Issued>,
    lifetime: Option<Duration>,
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
    given: Given,
    lifetime: Option<Duration>,
    answers: BTreeMap<String, (u16, String)>,
    faults: BTreeMap<String, Fault>,
    observer: Option<Observer>,
}

impl Shared {
    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
            given: Given::default(),
            lifetime: None,
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
        let of = |played: &'_ Played| -> Vec<(&'static str, &'static str)> {
            played.credentials.iter().map(|(name, _)| (played.method.name(), *name)).collect()
        };
        let values = self.shared.played.iter().flat_map(|played| &played.credentials);
        self.shared
            .played
            .iter()
            .flat_map(of)
            .zip(values)
            .map(|((method, name), (_, value))| (method, name, value.as_str()))
            .collect()
    }

    /// The app values that it accepts, likewise.
    #[must_use]
    pub fn app(&self) -> Vec<(&str, &str, &str)> {
        let mut all = Vec::new();
        for played in &self.shared.played {
            all.extend(played.app.iter().map(|(name, value)| (played.method.name(), *name, value.as_str())));
        }
        all
    }

    /// The config values that it takes a client to have: the name and the value.
    #[must_use]
    pub fn config(&self) -> Vec<(&str, &str)> {
        self.shared.config.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// Where a person's browser is sent to consent, for each auth method that asks for it: the method and the URL. The
    /// query is the client's.
    #[must_use]
    pub fn authorization_urls(&self) -> Vec<(&str, String)> {
        let url =
            |played: &Played, path: String| (played.method.name(), format!("http://{}{path}", self.address));
        let all = self.shared.played.iter();
        all.filter_map(|played| authorize::path(played).map(|path| url(played, path))).collect()
    }

    /// A builder of a client that this mock accepts, for one of the auth methods by its place in the list.
    #[doc(hidden)]
    #[must_use]
    pub fn client(&self, method: usize) -> v1::Builder<'static> {
        let empty = (Vec::new(), Vec::new());
        let (credentials, app) = self
            .shared
            .played
            .get(method)
            .map_or(empty, |played| (played.credentials.clone(), played.app.clone()));
        played::builder(&self.shared.plan, method, &credentials, &app, &self.shared.config, self.address)
    }

    /// Consents in a person's place: the URL to which the provider sends the browser back from this one.
    ///
    /// # Errors
    ///
    /// The mock does not take the request: why, in a sentence.
    pub fn consent(&self, url: &str) -> Result<String, String> {
        let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
        let target = behind.find('/').map_or("/", |slash| &behind[slash..]);
        // Some pages have the whole query behind a fragment, which their own program reads.
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.split('#').next().unwrap_or(path);
        let mut request = Request::new("GET", path, query);
        let reply = reply::reply(&self.shared, &request);
        request.status = reply.status;
        request.verdict.clone_from(&reply.verdict);
        if let Some(observer) = &self.shared.observer {
            observer(&request);
        }
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let location = reply.headers.into_iter().find(|(name, _)| name == "location");
        location.map(|(_, location)| location).ok_or(reply.verdict)
    }

    /// Lets all access tokens and sessions end now.
    pub fn expire_tokens(&self) {
        self.shared.issued().states.iter_mut().for_each(|state| state.ends_at = Some(0));
    }

    /// Revokes all that was issued, as a person does in the provider's settings.
    pub fn revoke_tokens(&self) {
        let mut issued = self.shared.issued();
        let families: Vec<usize> = issued.states.iter().map(|state| state.family).collect();
        issued.revoked.extend(families);
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
        self.given.credentials.insert(name.into(), value.into());
        self
    }

    /// Takes clients to have this config value, in the place of the one that is made up.
    #[must_use]
    pub fn with_config(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.given.config.insert(name.into(), value.into());
        self
    }

    /// Accepts this app value, in the place of the one that is made up.
    #[must_use]
    pub fn with_app(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.given.app.insert(name.into(), value.into());
        self
    }

    /// Takes this to have been captured by a client whose token was given with [`Builder::with_credential`].
    #[must_use]
    pub fn with_captured(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.given.captured.insert(name.into(), value.into());
        self
    }

    /// How long the tokens live that it issues; as the Plan says, or an hour, unless said.
    #[must_use]
    pub fn with_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
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
        let played = played::all(&self.plan, &self.given, address).map_err(io::Error::other)?;
        let states = played.iter().map(|played| played.seed(&self.given)).collect();
        let shared = Arc::new(Shared {
            plan: self.plan,
            schemas,
            address,
            config: played::config(&self.plan, &self.given),
            played,
            issued: Mutex::new(Issued::new(states)),
            lifetime: self.lifetime,
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
