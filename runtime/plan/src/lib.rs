//! What a connector is, as data.
//!
//! A [`Plan`] says where an API lives, how to authenticate, what its actions are and what its answers mean.
//! The compiler lowers a manifest to it, and either hands it to the runtime at once or prints it into a crate
//! as statics. The runtime executes it; nothing here does anything, but for reading texts that both must read alike.
//!
//! Every type is `Copy`, borrows what it holds, keeps its fields private and is built by `const` functions, so
//! that it stands in a `static` as well as in an arena.
//!
//! Invariant: a constructor or a setter that was released keeps its signature and its meaning. What a later
//! version adds is a further setter, with a default that means what was meant before. A crate that was
//! generated yesterday compiles, and behaves, with every later runtime of the same major version.
#![no_std]

mod action;
mod assertion;
mod auth;
mod authorization;
mod body;
mod connector;
mod errors;
mod expression;
mod field;
mod output;
mod server;
mod signature;
mod step;
mod time;
mod token;

pub use action::{Action, Effect, Input, Location, Method, PathPart, Style};
pub use assertion::{Algorithm, Assertion};
pub use auth::{AuthKind, AuthMethod, KeyLocation};
pub use authorization::Authorization;
pub use body::{Body, BodyKind, Nesting, is_xml_name};
pub use connector::{Connector, Plan};
pub use errors::{ErrorKind, ErrorRule};
pub use expression::{BinaryOperator, Entry, Expression, Filter, Key, Node, Scope, UnaryOperator};
pub use field::{Field, Format};
pub use output::{Answer, Media, StatusSet};
pub use server::{NamedTemplate, Server, ServerKind};
pub use signature::{AwsSigV4, OAuth1, OAuth1Dance, SignatureMethod};
pub use step::{Capture, Choice, Step, StepUrl};
pub use time::{DateFormat, DatePart, Directive, duration_millis};
pub use token::{Flow, Token, TokenResponse};
