//! What an expression may name, and what is known of it.

use std::cell::RefCell;
use std::collections::BTreeSet;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::lower) struct Known {
    pub(in crate::lower) ty: Ty,
    /// It may be absent.
    pub(in crate::lower) absent: bool,
    /// It may be null.
    pub(in crate::lower) null: bool,
    pub(in crate::lower) secret: bool,
}

impl Known {
    pub(in crate::lower) fn present(ty: Ty) -> Self {
        Self { ty, absent: false, null: false, secret: false }
    }

    /// Whether there may be no value: it is absent or null.
    pub(in crate::lower) fn missing(&self) -> bool {
        self.absent || self.null
    }
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::lower) enum Ty {
    /// Nothing is known: what a provider answers.
    Any,
    Null,
    Bool,
    Int,
    Number,
    Text,
    Bytes,
    List(Box<Ty>),
    /// An object of members that are not known.
    Object,
    /// A type of the manifest, by its place among the items.
    Item(usize),
}

impl Ty {
    /// Whether a value of it has no form as text.
    pub(in crate::lower) fn has_no_text(&self) -> bool {
        matches!(self, Self::Null | Self::List(_) | Self::Object | Self::Item(_))
    }

    /// What a message calls it.
    pub(in crate::lower) fn words(&self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Null => "nothing",
            Self::Bool => "a boolean",
            Self::Int => "a whole number",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Bytes => "bytes",
            Self::List(_) => "a list",
            Self::Object | Self::Item(_) => "an object",
        }
    }
}

/// The scopes at a place of the manifest.
#[derive(Debug, Default)]
pub(in crate::lower) struct Scope {
    pub(super) roots: Vec<Root>,
    /// The names that expressions used, as `config.region`.
    used: RefCell<BTreeSet<String>>,
    /// Whether a secret may stand here.
    pub(super) secrets: bool,
}

/// One scope.
#[derive(Debug, Clone)]
pub(in crate::lower) struct Root {
    pub(in crate::lower) name: &'static str,
    pub(in crate::lower) members: Vec<(String, Known)>,
}

impl Scope {
    pub(in crate::lower) fn new(roots: Vec<Root>) -> Self {
        Self { roots, ..Self::default() }
    }

    /// Lets secrets stand here.
    pub(in crate::lower) fn with_secrets(mut self) -> Self {
        self.secrets = true;
        self
    }

    pub(super) fn note(&self, root: &str, member: &str) {
        self.used.borrow_mut().insert(format!("{root}.{member}"));
    }

    /// Whether an expression named it.
    pub(in crate::lower) fn uses(&self, root: &str, member: &str) -> bool {
        self.used.borrow().contains(&format!("{root}.{member}"))
    }
}

/// The scopes of the whole language, and where each is seen.
pub(super) const EVERYWHERE: [(&str, &str); 12] = [
    ("config", "everywhere"),
    ("app", "in auth templates"),
    ("credentials", "in auth templates"),
    ("input", "in an action's `query`, `headers` and `body`"),
    ("response", "in error rules, in `from` of an answer, and in what a step expects and captures"),
    ("captured", "behind the step that captures it"),
    ("request", "in the templates of a `signature`"),
    ("callback", "in `capture` of a method whose provider sends a person back"),
    ("oauth", "in the requests of an `oauth2` method"),
    ("now", "in auth templates and in steps"),
    ("uuid", "in auth templates and in steps"),
    ("nonce", "in auth templates and in steps"),
];
