//! The commands, one a file: its arguments, and what it does.

pub(crate) mod auth;
pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod dump;
pub(crate) mod explain;
pub(crate) mod import;
pub(crate) mod man;
pub(crate) mod mock;
pub(crate) mod new;
pub(crate) mod request;
pub(crate) mod schema;
pub(crate) mod test;

use std::future::Future;

use crate::failure::Failure;

/// Runs a call to its end.
pub(crate) fn block_on<T>(call: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::error(format!("the asynchronous runtime cannot start: {error}")))?;
    Ok(runtime.block_on(call))
}
