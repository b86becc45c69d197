//! What a mock received.

use std::fmt;

use bytes::Bytes;

/// A request and how it was answered. Its `Debug` shows no header's value, no query and no body, where credentials
/// stand.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) action: Option<String>,
    pub(crate) status: u16,
    pub(crate) verdict: String,
}

impl Request {
    /// A request without headers and body, that is not answered yet.
    pub(crate) fn new(method: &str, path: &str, query: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
            action: None,
            status: 0,
            verdict: String::new(),
        }
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query, as it was sent, without its question mark.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// A header's value; names are in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The action that it was taken for.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.action.as_deref()
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What the mock thought of it, in a sentence.
    #[must_use]
    pub fn verdict(&self) -> &str {
        &self.verdict
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("action", &self.action)
            .field("status", &self.status)
            .field("verdict", &self.verdict)
            .finish_non_exhaustive()
    }
}
