//! What the clients of one process share: the pool of connections, and the operator's decisions.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use rustls::pki_types::TrustAnchor;

use crate::{
    Error, ErrorKind, Secret,
    auth::Flights,
    auth::client_certificate::{self, Identity},
    clock::{Clock, SystemClock},
    crypto::random,
    expression::Moment,
    transport::{Hyper, Transport, Watched, Watcher},
};

const TIMEOUT: Duration = Duration::from_secs(60);
const MAX_RESPONSE: usize = 64 << 20;

/// A handle that clients are built with. Its clones share one pool of connections.
///
/// Connections go through the proxy that the environment names: `HTTPS_PROXY` or `ALL_PROXY`, unless `NO_PROXY`
/// names the host or it is this machine.
///
/// ```
/// use std::time::Duration;
/// use couplet_runtime::Context;
///
/// let context = Context::new().with_timeout(Duration::from_secs(10));
/// ```
#[derive(Clone)]
pub struct Context {
    transport: Arc<OnceLock<Arc<dyn Transport>>>,
    /// Whether the transport was given, and not made here.
    given: bool,
    roots: Arc<[TrustAnchor<'static>]>,
    pub(crate) timeout: Duration,
    pub(crate) max_response: usize,
    pub(crate) allow_private: bool,
    /// One renewal at a time for each connection.
    flights: Flights,
    pub(crate) clock: Arc<dyn Clock>,
    watcher: Option<Watcher>,
    pub(crate) moments: Moments,
    pub(crate) used: Used,
}

/// The states of redirects that were used, as long as they could be used again.
#[derive(Clone, Default)]
pub(crate) struct Used(Arc<Mutex<Vec<(Secret, i64)>>>);

/// Where requests have their instants and their random texts from: the clock and the operating system, or, for
/// exchanges that are written down, always the same.
#[derive(Clone, Default)]
pub(crate) struct Moments(Option<Arc<Fixed>>);

struct Fixed {
    now_ms: i64,
    uuid: String,
    nonce: String,
}

impl Context {
    /// A context of its own: a new pool, 60 seconds for a call, 64 MiB for an answer, and no way to private
    /// addresses that come from data.
    #[must_use]
    pub fn new() -> Self {
        Self {
            transport: Arc::default(),
            given: false,
            roots: Arc::default(),
            timeout: TIMEOUT,
            max_response: MAX_RESPONSE,
            allow_private: false,
            flights: Flights::default(),
            clock: Arc::new(SystemClock),
            watcher: None,
            moments: Moments::default(),
            used: Used::default(),
        }
    }

    /// How long a call may take in all, where its client does not say.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How large the body of an answer may be, in bytes.
    #[must_use]
    pub fn with_max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }

    /// Lets hosts that come from data, and names that resolve to them, be private addresses. Only whoever
    /// operates the program can know that this is safe.
    #[must_use]
    pub fn allow_private_addresses(mut self) -> Self {
        self.allow_private = true;
        self.renewed()
    }

    /// Trusts further roots beside those that browsers trust: the certificates in this PEM text, for providers that
    /// one hosts oneself.
    ///
    /// # Errors
    ///
    /// Where the text holds no certificate, or one that cannot be read.
    pub fn with_root_certificates(mut self, pem: &str) -> Result<Self, Error> {
        let added = client_certificate::roots(pem)?;
        self.roots = self.roots.iter().cloned().chain(added).collect();
        Ok(self.renewed())
    }

    /// Sends all requests through another transport.
    #[doc(hidden)]
    #[must_use]
    pub fn with_transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Arc::new(OnceLock::from(transport));
        self.given = true;
        self
    }

    /// Reads the time from another clock.
    #[doc(hidden)]
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Tells a tool of every answer as it comes, secrets and all.
    #[doc(hidden)]
    #[must_use]
    pub fn with_watcher(mut self, watcher: Watcher) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// What the clients of this context share of their tokens.
    #[doc(hidden)]
    #[must_use]
    pub fn flights(&self) -> &Flights {
        &self.flights
    }

    /// Gives every request the same instant, UUID and nonce, and a flow its state and verifier of that nonce.
    #[doc(hidden)]
    #[must_use]
    pub fn with_moment(mut self, now_ms: i64, uuid: &str, nonce: &str) -> Self {
        let fixed = Fixed { now_ms, uuid: uuid.to_owned(), nonce: nonce.to_owned() };
        self.moments = Moments(Some(Arc::new(fixed)));
        self
    }

    pub(crate) fn transport(&self) -> Result<Arc<dyn Transport>, Error> {
        self.shared().map(|inner| self.watched(inner))
    }

    /// A transport whose connections have a client certificate, with a pool of its own. One that was given to the
    /// context makes its own connections.
    pub(crate) fn transport_as(&self, identity: &Identity) -> Result<Arc<dyn Transport>, Error> {
        if self.given {
            return self.transport();
        }
        Ok(self.watched(Arc::new(self.connect(Some(identity))?)))
    }

    fn watched(&self, inner: Arc<dyn Transport>) -> Arc<dyn Transport> {
        match &self.watcher {
            Some(watcher) => Arc::new(Watched { inner, watcher: Arc::clone(watcher) }),
            None => inner,
        }
    }

    fn shared(&self) -> Result<Arc<dyn Transport>, Error> {
        if let Some(transport) = self.transport.get() {
            return Ok(Arc::clone(transport));
        }
        let transport = self.connect(None)?;
        Ok(Arc::clone(self.transport.get_or_init(|| Arc::new(transport))))
    }

    fn connect(&self, identity: Option<&Identity>) -> Result<Hyper, Error> {
        Hyper::new(self.allow_private, identity, &self.roots)
            .map_err(|error| Error::new(ErrorKind::Transport, "TLS could not be set up").with_source(error))
    }

    /// The same with a transport still to be made.
    fn renewed(mut self) -> Self {
        self.transport = Arc::default();
        self.given = false;
        self
    }
}

impl Moments {
    /// The moment of every request, where it is always the same.
    pub(crate) fn fixed(&self) -> Option<Moment> {
        let fixed = self.0.as_ref()?;
        Some(Moment::at(fixed.now_ms).with_texts(&fixed.uuid, &fixed.nonce))
    }

    /// A text of 256 bits that nobody can guess: a state, or a verifier of PKCE.
    pub(crate) fn unguessable(&self) -> Result<Secret, Error> {
        match &self.0 {
            Some(fixed) => Ok(Secret::new(format!("{0}{0}", fixed.nonce))),
            None => random::token(32),
        }
    }
}

impl Used {
    /// Whether a state was not used before. Those that are too old to be taken at all are forgotten.
    pub(crate) fn first_time(&self, state: &str, now: i64) -> bool {
        const LIFETIME: i64 = 15 * 60 * 1000;
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|(_, at)| now.saturating_sub(*at).abs() <= LIFETIME);
        let first = !used.iter().any(|(known, _)| known.expose_secret() == state);
        if first {
            used.push((Secret::new(state), now));
        }
        first
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("timeout", &self.timeout)
            .field("max_response", &self.max_response)
            .field("allow_private", &self.allow_private)
            .finish_non_exhaustive()
    }
}
