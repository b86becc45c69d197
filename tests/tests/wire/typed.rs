//! What the calls in `tests/wire` are made of.

use std::pin::Pin;

pub(crate) use couplet_runtime::generated::v1::{Plan, Slot, from_json, to_json};
pub(crate) use couplet_runtime::{Context, Error, Secret};

/// A call: sends its request through a context, and gives its output as JSON.
pub(crate) type Call = for<'c> fn(&'c Context) -> Pin<Box<dyn Future<Output = Answer> + 'c>>;

/// The output as JSON, or the error.
pub(crate) type Answer = Result<String, Error>;

/// A value of the type that is needed, from JSON.
pub(crate) fn value<T: Slot>(json: &str) -> T {
    from_json(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

/// A value as JSON.
pub(crate) fn json(value: &dyn Slot) -> String {
    to_json(value)
}
