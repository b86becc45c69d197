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

/// A text as Markdown that shows it as code, whatever it holds.
pub(crate) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() || is_hidden(c) { ' ' } else { c }).collect();
    if text.trim().is_empty() {
        return "An empty text.".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
