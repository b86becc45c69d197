//! A transport that tells someone of every answer, for tools that show exchanges.

use std::sync::Arc;

use bytes::Bytes;

use super::{Exchange, Transport};

/// Is told of each answer as it came. What it sees may hold secrets.
pub type Watcher = Arc<dyn Fn(&http::Response<Bytes>) + Send + Sync>;

/// Another transport, watched.
pub(crate) struct Watched {
    pub(crate) inner: Arc<dyn Transport>,
    pub(crate) watcher: Watcher,
}

impl Transport for Watched {
    fn send(&self, request: http::Request<Bytes>, cap: usize) -> Exchange<'_> {
        Box::pin(async move {
            let answer = self.inner.send(request, cap).await?;
            (self.watcher)(&answer);
            Ok(answer)
        })
    }
}
