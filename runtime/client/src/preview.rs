//! A request as it would be sent, for tests and for people.

use std::fmt;

use bytes::Bytes;

use crate::redact::{MASK, Redactor};

/// The very request that would be sent. Its `Debug` and [`BuiltRequest::masked`] show no secret; its other
/// methods do.
pub struct BuiltRequest {
    request: http::Request<Bytes>,
    redactor: Redactor,
}

impl BuiltRequest {
    pub(crate) fn new(request: http::Request<Bytes>, redactor: Redactor) -> Self {
        Self { request, redactor }
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.request.method().as_str()
    }

    /// The whole URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.request.uri().to_string()
    }

    /// The headers, by their names in lower case. `host` and `content-length` are the transport's.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        self.request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
    }

    /// The body; empty where there is none.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        self.request.body()
    }

    /// The request as text, with `***` in the place of every secret.
    #[must_use]
    pub fn masked(&self) -> String {
        let mut out = format!("{} {}\n", self.method(), self.redactor.clean(&self.url()));
        for (name, value) in self.request.headers() {
            let text = String::from_utf8_lossy(value.as_bytes());
            let mut shown = self.redactor.clean(&text);
            if value.is_sensitive() && shown == text {
                shown = MASK.to_owned();
            }
            out.push_str(&format!("{name}: {shown}\n"));
        }
        match std::str::from_utf8(self.body()) {
            Ok("") => {}
            Ok(text) => out.push_str(&format!("\n{}\n", self.redactor.clean(text))),
            Err(_) => out.push_str(&format!("\n({} bytes)\n", self.body().len())),
        }
        out
    }
}

impl fmt::Debug for BuiltRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BuiltRequest").field(&self.masked()).finish()
    }
}
