//! A transport without a network: a function from request to answer, for tests and mocks.

use std::{fmt, future};

use bytes::Bytes;

use super::{Exchange, Reason, Transport, TransportError};

type Answer = dyn Fn(http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> + Send + Sync;

/// Answers each request by calling a function.
pub struct InMemory(Box<Answer>);

impl InMemory {
    /// A transport that answers with what `answer` returns.
    #[must_use]
    pub fn new(
        answer: impl Fn(http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Box::new(answer))
    }
}

impl Transport for InMemory {
    fn send(&self, request: http::Request<Bytes>, cap: usize) -> Exchange<'_> {
        let answer = (self.0)(request).and_then(|response| {
            let fits = response.body().len() <= cap;
            fits.then_some(response).ok_or(TransportError::new(Reason::TooLarge))
        });
        Box::pin(future::ready(answer))
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InMemory")
    }
}
