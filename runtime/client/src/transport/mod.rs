//! How requests reach a server: one method, from a request to an answer with its whole body.
//!
//! A transport does not follow redirects, does not repeat what a server may have seen, does not look at statuses
//! and adds no header of its own but those of the protocol. All else is the client's business.

mod hyper;
mod memory;
mod proxy;
mod resolver;
mod watched;

use std::{error::Error as StdError, fmt, pin::Pin};

use bytes::Bytes;

pub(crate) use self::hyper::Hyper;
pub use self::memory::InMemory;
pub(crate) use self::watched::Watched;
pub use self::watched::Watcher;

/// Sends requests.
pub trait Transport: Send + Sync {
    /// Sends one request and reads the answer, of which at most `cap` bytes of body are taken.
    fn send(&self, request: http::Request<Bytes>, cap: usize) -> Exchange<'_>;
}

/// An exchange under way.
pub type Exchange<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send + 'a>>;

/// Why there is no answer.
#[derive(Debug)]
pub struct TransportError {
    reason: Reason,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The name of the host is not known, or not now.
    Resolve,
    /// No connection came about.
    Connect,
    /// No connection came about in time.
    ConnectTimeout,
    /// The host has only addresses that are not on the public Internet.
    PrivateAddress,
    /// The server could not prove who it is, or TLS failed otherwise.
    Tls,
    /// The server does not accept the client's certificate, or wants one where there is none.
    ClientCertificate,
    /// The connection broke before the answer was whole.
    Broken,
    /// What came is not HTTP.
    Protocol,
    /// The body is larger than the cap.
    TooLarge,
}

impl TransportError {
    /// An error without a cause of its own.
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        Self { reason, source: None }
    }

    /// Adds what caused it. Its text must not hold a URL or a header.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    pub(crate) fn into_source(self) -> Option<Box<dyn StdError + Send + Sync>> {
        self.source
    }
}

impl Reason {
    /// Whether no server has seen the request.
    #[must_use]
    pub fn is_unsent(self) -> bool {
        matches!(
            self,
            Self::Resolve
                | Self::Connect
                | Self::ConnectTimeout
                | Self::PrivateAddress
                | Self::Tls
                | Self::ClientCertificate
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "the name of the host could not be resolved",
            Self::Connect => "the connection failed",
            Self::ConnectTimeout => "the connection did not come about in time",
            Self::PrivateAddress => "the host has only private addresses, which are not allowed here",
            Self::Tls => "TLS failed",
            Self::ClientCertificate => {
                "the server does not accept the client's certificate, or wants one and there is none"
            }
            Self::Broken => "the connection broke before the answer was complete",
            Self::Protocol => "the answer is not valid HTTP",
            Self::TooLarge => "the answer is too large",
        })
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
