//! A provider in memory: it answers from a list, and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use couplet_runtime::{
    Context,
    generated::v1::{Builder, Connector},
    transport::{InMemory, Reason, TransportError},
};

/// What the provider does next.
pub(crate) enum Next {
    Answer(u16, &'static str, String),
    Header(u16, &'static str, &'static str, &'static str),
    Fail(Reason),
}

/// The provider's memory. Cloning it shares it.
#[derive(Clone, Default)]
pub(crate) struct Provider {
    next: Arc<Mutex<VecDeque<Next>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) authorization: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Provider {
    pub(crate) fn json(self, status: u16, body: &str) -> Self {
        self.then(Next::Answer(status, "application/json", body.to_owned()))
    }

    pub(crate) fn then(self, next: Next) -> Self {
        self.next.lock().unwrap().push_back(next);
        self
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    pub(crate) fn context(&self) -> Context {
        let provider = self.clone();
        Context::new().with_transport(Arc::new(InMemory::new(move |request| provider.answer(&request))))
    }

    pub(crate) fn builder(&self, connector: &Connector<'static>, method: usize) -> Builder<'static> {
        Builder::new(connector, method).with_context(&self.context())
    }

    fn answer(
        &self,
        request: &http::Request<bytes::Bytes>,
    ) -> Result<http::Response<bytes::Bytes>, TransportError> {
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        self.seen.lock().unwrap().push(Seen {
            line: format!("{} {}", request.method(), request.uri()),
            authorization: request.headers().get("authorization").map(text),
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value)))
                .collect(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        });
        match self.next.lock().unwrap().pop_front() {
            Some(Next::Answer(status, media, body)) => Ok(http::Response::builder()
                .status(status)
                .header("content-type", media)
                .body(bytes::Bytes::from(body))
                .unwrap()),
            Some(Next::Header(status, name, value, body)) => Ok(http::Response::builder()
                .status(status)
                .header("content-type", "application/json")
                .header(name, value)
                .body(bytes::Bytes::from(body))
                .unwrap()),
            Some(Next::Fail(reason)) => Err(TransportError::new(reason)),
            None => panic!("the provider was asked once too often: {:?}", self.seen().last()),
        }
    }
}
