//! Executes the Plan of an API connector: auth, HTTP, errors.

mod error;
mod secret;

pub use error::{Error, ErrorKind};
pub use secret::Secret;
