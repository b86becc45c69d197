//! Evaluates the Plan's checked expressions: a tree and its scopes in, a [`Value`] out.
//!
//! The meaning is minijinja's with strict undefined values: whatever is absent is a failure that names the
//! expression, unless `default` stands behind it. Stricter than minijinja: null, a list or an object has no form
//! as a part of a text, and booleans are written as JSON writes them.

mod date_format;
mod digests;
mod evaluate;
mod filters;
mod moment;
mod operators;
mod oracle;
mod references;
mod request_view;
mod scopes;
pub(crate) mod time;
mod value;

use std::fmt;

#[cfg(feature = "regex")]
pub(crate) use self::filters::matches;
pub use self::oracle::evaluate_json;
pub(crate) use self::{
    date_format::read as read_date,
    evaluate::{evaluate, present},
    filters::{base64, base64_decode, hex},
    moment::Moment,
    references::{TOKEN_PARTS, is_fixed, refers},
    request_view::RequestView,
    scopes::{FieldValue, Fields, Scopes, part, walk},
    value::{Value, place},
};
use crate::{Error, ErrorKind};

/// How long a text may become by evaluation.
pub(crate) const TEXT_LIMIT: usize = 64 * 1024;

/// Why an expression has no value. It names the expression and never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    absent: bool,
    why: String,
}

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self { absent: false, why: why.into() }
    }

    pub(crate) fn absent(expression: impl fmt::Display) -> Self {
        Self { absent: true, why: format!("`{expression}` is absent") }
    }

    /// Whether the reason is that a value is absent.
    pub(crate) fn is_absent(&self) -> bool {
        self.absent
    }

    /// The error that this is at some place of a call.
    pub(crate) fn into_error(self, kind: ErrorKind) -> Error {
        Error::new(kind, self.why)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}
