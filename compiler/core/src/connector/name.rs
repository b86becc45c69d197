//! Names and documentation that are proven fit for Rust source.

use std::fmt;

/// A Rust identifier: ASCII, not reserved (or written raw), and without a rival in its scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(String);

impl Ident {
    /// Invariant: the caller, `lower::names`, has proven the text.
    pub(crate) fn proven(text: String) -> Self {
        Self(text)
    }

    /// As it is written in Rust, with `r#` where it must be raw.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Documentation in Markdown that is inert: no code block runs, no HTML, no link but https and mailto, no
/// character that hides or turns text. Lines end with `\n`; the empty text documents nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Docs(String);

impl Docs {
    /// Invariant: the caller, `lower::docs`, has made the text inert.
    pub(crate) fn inert(text: String) -> Self {
        Self(text)
    }

    /// The Markdown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
