//! The one error of all connectors.
//!
//! What comes in are failures of every stage of a call; what goes out is an [`Error`] that says what kind it is,
//! what the provider said and whether trying again can help.
//!
//! Invariant: nothing here holds a secret, nor a URL with its query. Whoever builds an error from a provider's
//! text passes that text through [`crate::redact`] first.

use std::{error::Error as StdError, fmt};

/// Why a call did not give what was asked for.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    detail: String,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    action: Option<String>,
    request_id: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    unsent: bool,
    permanent: bool,
}

/// What an [`Error`] means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request says something that the provider does not accept.
    Invalid,
    /// The credentials are missing, wrong or expired.
    Unauthorized,
    /// The credentials do not allow this.
    Forbidden,
    /// What the request names is not there.
    NotFound,
    /// The request collides with the present state.
    Conflict,
    /// What the request names was there once.
    Gone,
    /// The request is too large.
    TooLarge,
    /// Too many requests in a short time.
    RateLimited,
    /// What the account may use is used up.
    QuotaExceeded,
    /// The place in a listing is no longer known.
    CursorExpired,
    /// The provider cannot answer now.
    Unavailable,
    /// An error of the provider that none of the others describes.
    Provider,
    /// An input that cannot be sent as it is. Nothing was sent.
    Input,
    /// A credential or a config value that cannot be used. Nothing was sent.
    Config,
    /// The connection could not be made, or broke.
    Transport,
    /// The answer did not come in time.
    Timeout,
    /// The call was given up before it ended.
    Canceled,
    /// The answer is not what the connector describes.
    Decode,
    /// A limit of this client was reached: a size, or a number.
    Limit,
    /// The connection to the account must be made anew by a person.
    ReconnectRequired,
    /// The store of connections could not be read or written. The provider was not asked.
    Store,
}

impl ErrorKind {
    /// The kind's name in manifests and in logs.
    ///
    /// ```
    /// assert_eq!(couplet_runtime::ErrorKind::RateLimited.as_str(), "rate_limited");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Gone => "gone",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::QuotaExceeded => "quota_exceeded",
            Self::CursorExpired => "cursor_expired",
            Self::Unavailable => "unavailable",
            Self::Provider => "provider",
            Self::Input => "input",
            Self::Config => "config",
            Self::Transport => "transport",
            Self::Timeout => "timeout",
            Self::Canceled => "canceled",
            Self::Decode => "decode",
            Self::Limit => "limit",
            Self::ReconnectRequired => "reconnect_required",
            Self::Store => "store",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<couplet_plan::ErrorKind> for ErrorKind {
    fn from(kind: couplet_plan::ErrorKind) -> Self {
        use couplet_plan::ErrorKind as Plan;
        match kind {
            Plan::Invalid => Self::Invalid,
            Plan::Unauthorized => Self::Unauthorized,
            Plan::Forbidden => Self::Forbidden,
            Plan::NotFound => Self::NotFound,
            Plan::Conflict => Self::Conflict,
            Plan::Gone => Self::Gone,
            Plan::TooLarge => Self::TooLarge,
            Plan::RateLimited => Self::RateLimited,
            Plan::QuotaExceeded => Self::QuotaExceeded,
            Plan::CursorExpired => Self::CursorExpired,
            Plan::Unavailable => Self::Unavailable,
            _ => Self::Provider,
        }
    }
}

impl Error {
    /// What the error means for the caller.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own code for the error.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The provider's message, without any secret that it may repeat.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The name of the action that was called.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.0.action.as_deref()
    }

    /// The provider's name for the request (`x-request-id`), for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the same request may succeed later without a change: the provider was busy or down, or the
    /// connection failed. It does not say that a repeat is safe: where [`Error::is_unsent`] is false, the
    /// provider may have acted already.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let may_pass = matches!(
            self.0.kind,
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Transport | ErrorKind::Timeout
        );
        !self.0.permanent && (may_pass || matches!(self.0.status, Some(408 | 425)))
    }

    /// Whether it is certain that the provider has not seen the request.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        self.0.unsent || matches!(self.0.kind, ErrorKind::Input | ErrorKind::Config)
    }

    /// Whether the answer did not come in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the provider does not take the credentials, or does not allow this with them.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::ReconnectRequired)
    }

    /// Whether what the request names is not there, or no longer.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.0.kind, ErrorKind::NotFound | ErrorKind::Gone)
    }

    /// An error with our own sentence, which starts in lower case and has no full stop.
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            detail: detail.into(),
            status: None,
            code: None,
            message: None,
            action: None,
            request_id: None,
            source: None,
            unsent: false,
            permanent: false,
        }))
    }

    pub(crate) fn input(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, detail)
    }

    pub(crate) fn config(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, detail)
    }

    pub(crate) fn decode(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, detail)
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>) -> Self {
        self.0.code = code;
        self
    }

    pub(crate) fn with_message(mut self, message: Option<String>) -> Self {
        self.0.message = message;
        self
    }

    pub(crate) fn with_action(mut self, action: &str) -> Self {
        self.0.action.get_or_insert_with(|| action.to_owned());
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error for another caller. What caused it is told as text.
    pub(crate) fn copy(&self) -> Self {
        let inner = &*self.0;
        Self(Box::new(Inner {
            kind: inner.kind,
            detail: inner.detail.clone(),
            status: inner.status,
            code: inner.code.clone(),
            message: inner.message.clone(),
            action: inner.action.clone(),
            request_id: inner.request_id.clone(),
            source: inner.source.as_ref().map(|source| source.to_string().into()),
            unsent: inner.unsent,
            permanent: inner.permanent,
        }))
    }

    pub(crate) fn unsent(mut self) -> Self {
        self.0.unsent = true;
        self
    }

    /// Trying again cannot help.
    pub(crate) fn permanent(mut self) -> Self {
        self.0.permanent = true;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(action) = &inner.action {
            write!(f, "{action}: ")?;
        }
        f.write_str(&inner.detail)?;
        match (inner.status, &inner.code) {
            (Some(status), Some(code)) => write!(f, " (status {status}, code {code})")?,
            (Some(status), None) => write!(f, " (status {status})")?,
            (None, Some(code)) => write!(f, " (code {code})")?,
            (None, None) => {}
        }
        if let Some(message) = &inner.message {
            write!(f, ": {message}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("detail", &inner.detail)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("action", &inner.action)
            .field("request_id", &inner.request_id)
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
