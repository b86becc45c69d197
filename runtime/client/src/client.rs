//! A client: a connector, the credentials of one account, and a way to send.
//!
//! One loop makes every call: build, authenticate, send, follow what may be followed, classify, decode.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use couplet_plan::{Action, AuthMethod, Connector, Method};
use http::{HeaderMap, Request, Uri};
use tokio::{runtime::Handle, time};

use crate::{
    Error, ErrorKind,
    auth::Prepared,
    base_url::BaseUrl,
    call::Call,
    expression::{Fields, Scopes},
    raw::RawRequest,
    redact::Redactor,
    redirect,
    response::Received,
    transport::{Reason, Transport, TransportError},
};

/// Calls a provider's actions. Cloning it is cheap, and its clones share everything.
pub struct Client<'p>(pub(crate) Arc<Inner<'p>>);

pub(crate) struct Inner<'p> {
    pub(crate) connector: Connector<'p>,
    pub(crate) method: AuthMethod<'p>,
    pub(crate) method_place: usize,
    pub(crate) config: Fields<'p>,
    pub(crate) app: Fields<'p>,
    pub(crate) credentials: Fields<'p>,
    pub(crate) servers: Vec<BaseUrl>,
    /// Headers of every request.
    pub(crate) headers: HeaderMap,
    /// Query parameters of every request, encoded.
    pub(crate) query: String,
    pub(crate) auth: Prepared,
    pub(crate) redactor: Redactor,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) timeout: Duration,
    pub(crate) max_response: usize,
}

impl<'p> Client<'p> {
    /// A call of an action; nothing is sent before it is awaited.
    pub fn call(&self, action: &Action<'p>) -> Call<'p> {
        Call::new(self.clone(), *action)
    }

    /// A request that the connector does not describe, with the same credentials. The path is appended to the
    /// base URL.
    pub fn request(&self, method: Method, path: &str) -> RawRequest<'p> {
        RawRequest::new(self.clone(), method, path)
    }

    /// A text without the client's secrets, whatever their encoding.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        self.0.redactor.clean(text)
    }
}

impl Clone for Client<'_> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("connector", &self.0.connector.name())
            .field("auth", &self.0.method.name())
            .finish_non_exhaustive()
    }
}

impl Inner<'_> {
    /// The scopes that a client has by itself.
    pub(crate) fn scopes(&self) -> Scopes<'_> {
        Scopes { config: &self.config, app: &self.app, credentials: &self.credentials, ..Scopes::default() }
    }

    pub(crate) fn server(&self, place: u16) -> Result<&BaseUrl, Error> {
        self.servers
            .get(usize::from(place))
            .ok_or_else(|| Error::config("the action names a server that the connector does not have"))
    }

    /// What authenticates an action: the client's method, nothing, or an error where the method does not do.
    pub(crate) fn auth_for(&self, action: &Action<'_>) -> Result<&Prepared, Error> {
        match action.auth() {
            Some([]) => Ok(&Prepared::Nothing),
            Some(methods) if !methods.iter().any(|method| usize::from(*method) == self.method_place) => {
                let names: Vec<_> = methods
                    .iter()
                    .filter_map(|method| self.connector.auth().get(usize::from(*method)))
                    .map(AuthMethod::name)
                    .collect();
                Err(Error::config(format!(
                    "this action needs the auth method {}, and the client has `{}`",
                    names.join(" or "),
                    self.method.name()
                )))
            }
            _ => Ok(&self.auth),
        }
    }

    /// Sends a request and follows redirects that stay within the origin. `build` makes the request anew for
    /// each step.
    pub(crate) async fn exchange(
        &self,
        build: impl Fn() -> Result<Request<Bytes>, Error>,
        follow: impl Fn(u16) -> bool,
    ) -> Result<Received, Error> {
        let request = build()?;
        if Handle::try_current().is_err() {
            return Err(Error::config("a call needs a Tokio runtime around it"));
        }
        let sending = async {
            let mut request = request;
            for _ in 0..=redirect::LIMIT {
                let method = request.method().clone();
                let origin = request.uri().clone();
                let response = self.transport.send(request, self.max_response).await;
                let (head, body) = response.map_err(|error| self.failed(error, &origin))?.into_parts();
                let received = Received { status: head.status.as_u16(), headers: head.headers, body };
                if !redirect::is_redirect(&method, &received) || !follow(received.status) {
                    return Ok(received);
                }
                request = build()?;
                *request.uri_mut() = redirect::target(&origin, &received)?;
            }
            Err(Error::new(ErrorKind::Provider, "the provider redirects without an end"))
        };
        match time::timeout(self.timeout, sending).await {
            Ok(received) => received,
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                format!("no complete answer within {} s", self.timeout.as_secs_f32()),
            )),
        }
    }

    fn failed(&self, error: TransportError, to: &Uri) -> Error {
        let reason = error.reason();
        let kind = match reason {
            Reason::ConnectTimeout => ErrorKind::Timeout,
            Reason::TooLarge => ErrorKind::Limit,
            Reason::PrivateAddress => ErrorKind::Config,
            Reason::ClientCertificate => ErrorKind::Unauthorized,
            _ => ErrorKind::Transport,
        };
        let mut detail = match reason {
            Reason::TooLarge => format!("the answer is larger than {} bytes", self.max_response),
            _ => format!("{}: {reason}", to.host().unwrap_or_default()),
        };
        let source = error.into_source().map(|source| self.redactor.clean(&source.to_string()));
        if let Some(cause) = &source {
            detail = format!("{detail} ({cause})");
        }
        let error = Error::new(kind, detail);
        let error = if reason == Reason::Tls { error.permanent() } else { error };
        if reason.is_unsent() { error.unsent() } else { error }
    }
}
