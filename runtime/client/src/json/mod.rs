//! JSON as the Plan's engine needs it: text in, the text of a part or a [`Value`](crate::expression::Value) out.
//! Typed decoding lives in `decode`; here nothing is known of types, and numbers keep their text.

mod scan;
mod write;

pub(crate) use self::{
    scan::{find, has_duplicates, parse, validate},
    write::{write_float, write_string},
};

/// Why a text is not JSON, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub(crate) at: usize,
    pub(crate) why: &'static str,
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}", self.why, self.at)
    }
}
