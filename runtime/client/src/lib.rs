//! Executes the Plan of an API connector: auth, HTTP, errors.
//!
//! Programs meet this crate through the crates that Couplet generates: they re-export [`Error`], [`Secret`] and
//! the value types, and their clients are built on what [`generated`] holds. A Plan that was compiled in memory
//! runs through the same code.
//!
//! What holds for every call:
//!
//! - A credential goes to the origin that it was given for, and nowhere else. Redirects are followed for GET and
//!   HEAD, within the origin, and from https never to http.
//! - A secret has no text form, and is taken out of whatever a provider says before an [`Error`] holds it.
//! - A call ends: after 3.1 seconds without a connection, after 60 seconds in all, or after 64 MiB of an answer,
//!   unless a [`Context`] says otherwise.
//! - Nothing is repeated that the provider may have seen, but what it has refused for a token that expired, and that
//!   once.
//! - A token is renewed by one at a time, and is stored before it is used; see [`connect`] and [`store`].

// What a call goes through, in order.
mod answer;
mod builder;
mod call;
mod client;
mod clock;
mod context;
mod error;
mod raw;
mod secret;

mod address;
mod auth;
mod base_url;
mod body;
mod capture;
mod cookies;
mod crypto;
mod errors;
mod exchange;
mod expression;
mod fields;
mod inputs;
mod json;
mod merged;
mod percent;
mod preview;
mod rebuild;
mod redact;
mod redirect;
mod refusal;
mod request;
mod response;
mod servers;
mod state;
mod step;
mod style;
mod xml;

// Typed values.
mod bridge;
mod decode;
mod macros;
mod value;

pub mod connect;
#[doc(hidden)]
pub mod generated;
#[doc(hidden)]
pub mod reading;
pub mod store;
#[doc(hidden)]
pub mod transport;
#[doc(hidden)]
pub mod verify;

/// The refresh protocol by itself, for tests that drive it.
#[doc(hidden)]
pub mod tokens {
    pub use crate::{
        auth::{
            Flights,
            connection::Connection,
            issuer::{Expiry, Issued, Issuer, Issuing, Outcome, Refusal},
            token::{Tokens, Why},
        },
        clock::{Clock, SystemClock},
    };
}

pub use context::Context;
pub use couplet_plan::Method;
pub use error::{Error, ErrorKind};
pub use raw::{Request, Response};
pub use secret::Secret;
pub use value::{Bytes, Date, Decimal, Json, Maybe, Timestamp, Uuid};
