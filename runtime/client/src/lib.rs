//! Executes the Plan of an API connector: auth, HTTP, errors.

// What a call goes through, in order.
mod answer;
mod builder;
mod call;
mod client;
mod context;
mod error;
mod raw;
mod secret;

mod address;
mod auth;
mod base_url;
mod body;
mod errors;
mod expression;
mod fields;
mod inputs;
mod json;
mod percent;
mod preview;
mod redact;
mod redirect;
mod request;
mod response;
mod style;

#[doc(hidden)]
pub mod generated;
#[doc(hidden)]
pub mod transport;

pub use context::Context;
pub use couplet_plan::Method;
pub use error::{Error, ErrorKind};
pub use raw::{Request, Response};
pub use secret::Secret;
