//! One exchange with a provider: the request is made, signed, sent and, where that is allowed, sent on. An expired
//! token is renewed once, and the request is then sent once more.

use bytes::Bytes;
use http::{Request, Uri};
use tokio::{runtime::Handle, time};

use crate::{
    Error, ErrorKind,
    auth::{self, Prepared},
    client::{Core, Inner},
    redirect,
    response::Received,
    state::{Attempt, State},
    transport::{Reason, TransportError},
};

impl<'p> Inner<'p> {
    /// Sends a request and follows redirects that stay within the origin. `build` makes the request anew each time
    /// that it is sent, and it is then signed anew.
    pub(crate) async fn exchange(
        &self,
        auth: &Prepared,
        build: impl Fn(&Attempt<'_, 'p>) -> Result<Request<Bytes>, Error>,
        follow: impl Fn(u16) -> bool,
    ) -> Result<Received, Error> {
        // A mistake in an input shows before anything else does.
        let state = self.known_state(auth);
        let first = match &state {
            Some(state) => {
                let attempt = self.attempt(state);
                Some(build(&attempt).map(|request| (request, attempt.moment))?)
            }
            None => None,
        };
        needs_runtime()?;
        let sending = async {
            let mut state = match state {
                Some(state) => state,
                None => self.session.state(self).await?,
            };
            let received = self.send(&state, auth, first, &build, &follow).await?;
            match self.session.after(self, auth, &state, &received).await? {
                Some(renewed) => {
                    state = renewed;
                    self.send(&state, auth, None, &build, &follow).await
                }
                None => Ok(received),
            }
        };
        match time::timeout(self.timeout, sending).await {
            Ok(received) => received,
            Err(_) => Err(self.too_late()),
        }
    }

    async fn send(
        &self,
        state: &State<'p>,
        auth: &Prepared,
        mut first: Option<(Request<Bytes>, crate::expression::Moment)>,
        build: &impl Fn(&Attempt<'_, 'p>) -> Result<Request<Bytes>, Error>,
        follow: &impl Fn(u16) -> bool,
    ) -> Result<Received, Error> {
        let mut target: Option<Uri> = None;
        for _ in 0..=redirect::LIMIT {
            let (mut request, attempt) = match first.take() {
                Some((request, moment)) => (request, Attempt { state, moment }),
                None => {
                    let attempt = self.attempt(state);
                    (build(&attempt)?, attempt)
                }
            };
            if let Some(target) = target.take() {
                *request.uri_mut() = target;
            }
            auth::sign(self, auth, &attempt, &mut request)?;
            let (method, from) = (request.method().clone(), request.uri().clone());
            let received = self.send_once(request, self.max_response).await?;
            if !redirect::is_redirect(&method, &received) || !follow(received.status) {
                return Ok(received);
            }
            target = Some(redirect::target(&from, &received)?);
        }
        Err(Error::new(ErrorKind::Provider, "the provider redirects without an end"))
    }
}

impl Core<'_> {
    /// Sends one request, and looks neither at its status nor where it redirects.
    pub(crate) async fn send_once(&self, request: Request<Bytes>, cap: usize) -> Result<Received, Error> {
        let to = request.uri().clone();
        let response = self.transport.send(request, cap).await;
        let (head, body) = response.map_err(|error| self.failed(error, &to, cap))?.into_parts();
        Ok(Received { status: head.status.as_u16(), headers: head.headers, body })
    }

    pub(crate) fn too_late(&self) -> Error {
        let seconds = self.timeout.as_secs_f32();
        Error::new(ErrorKind::Timeout, format!("no complete answer within {seconds} s"))
    }

    fn failed(&self, error: TransportError, to: &Uri, cap: usize) -> Error {
        let reason = error.reason();
        let kind = match reason {
            Reason::ConnectTimeout => ErrorKind::Timeout,
            Reason::TooLarge => ErrorKind::Limit,
            Reason::PrivateAddress => ErrorKind::Config,
            Reason::ClientCertificate => ErrorKind::Unauthorized,
            _ => ErrorKind::Transport,
        };
        let mut detail = match reason {
            Reason::TooLarge => format!("the answer is larger than {cap} bytes"),
            _ => format!("{}: {reason}", to.host().unwrap_or_default()),
        };
        let source = error.into_source().map(|source| self.redactor().clean(&source.to_string()));
        if let Some(cause) = &source {
            detail = format!("{detail} ({cause})");
        }
        let error = Error::new(kind, detail);
        let error = if reason == Reason::Tls { error.permanent() } else { error };
        if reason.is_unsent() { error.unsent() } else { error }
    }
}

/// Sending needs Tokio's timers and sockets.
pub(crate) fn needs_runtime() -> Result<(), Error> {
    match Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::config("a call needs a Tokio runtime around it")),
    }
}
