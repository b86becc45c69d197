//! Why a JSON text is not of a type, and where.

use std::{borrow::Cow, fmt};

use crate::Error;

/// Why a JSON text is not of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    why: Cow<'static, str>,
    at: usize,
    /// No other type fits either.
    last: bool,
    /// From the inside out.
    path: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

impl Misfit {
    #[cold]
    pub(crate) fn new(why: impl Into<Cow<'static, str>>, at: usize) -> Self {
        Self(Box::new(Inner { why: why.into(), at, last: false, path: Vec::new() }))
    }

    /// It is of no use to try another type.
    pub(super) fn finally(mut self) -> Self {
        self.0.last = true;
        self
    }

    pub(super) fn is_final(&self) -> bool {
        self.0.last
    }

    #[cold]
    pub(crate) fn in_member(mut self, name: &str) -> Self {
        self.0.path.push(Step::Member(name.to_owned()));
        self
    }

    #[cold]
    pub(crate) fn in_element(mut self, place: usize) -> Self {
        self.0.path.push(Step::Element(place));
        self
    }

    /// The place, as `$.items[2].name`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::from("$");
        for step in self.0.path.iter().rev() {
            match step {
                Step::Element(place) => path.push_str(&format!("[{place}]")),
                Step::Member(name)
                    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
                {
                    path.push('.');
                    path.push_str(name);
                }
                Step::Member(name) => path.push_str(&format!("[{name:?}]")),
            }
        }
        path
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (at byte {})", self.path(), self.0.why, self.0.at)
    }
}

impl From<Misfit> for Error {
    fn from(misfit: Misfit) -> Self {
        Self::decode(misfit.to_string())
    }
}
