//! What an expression may name, and what is known of it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

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
    Instant,
    Duration,
    List(Box<Ty>),
    /// An object of members that are not known.
    Object,
    /// A type of the manifest, by its place among the items.
    Item(usize),
}

impl Ty {
    /// Whether a value of it has no form as text.
    pub(in crate::lower) fn has_no_text(&self) -> bool {
        matches!(
            self,
            Self::Null | Self::Instant | Self::Duration | Self::List(_) | Self::Object | Self::Item(_)
        )
    }

    /// What in it has no form in JSON: how an instant is written is said by a filter.
    pub(super) fn not_json(&self) -> Option<&Self> {
        match self {
            Self::Instant | Self::Duration => Some(self),
            Self::List(element) => element.not_json(),
            _ => None,
        }
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
            Self::Instant => "an instant",
            Self::Duration => "a duration",
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
    /// Whether a browser shows what stands here.
    pub(super) shown: bool,
    /// Whether the values of a request may stand here.
    values: bool,
    /// The scopes whose members are not known.
    pub(super) open: Vec<&'static str>,
}

/// What every request has of its own: values that stand by themselves, as scopes do not.
const VALUES: [(&str, Ty); 3] = [("now", Ty::Instant), ("uuid", Ty::Text), ("nonce", Ty::Text)];

/// One scope.
#[derive(Debug, Clone)]
pub(in crate::lower) struct Root {
    pub(in crate::lower) name: &'static str,
    pub(in crate::lower) members: Rc<Vec<(String, Known)>>,
}

impl Root {
    pub(in crate::lower) fn new(name: &'static str, members: Vec<(String, Known)>) -> Self {
        Self { name, members: Rc::new(members) }
    }
}

impl Scope {
    pub(in crate::lower) fn new(roots: Vec<Root>) -> Self {
        Self { roots, ..Self::default() }
    }

    /// Adds a scope.
    pub(in crate::lower) fn add(&mut self, root: Root) {
        self.roots.push(root);
    }

    /// Adds a scope whose members are not known: texts, which may be absent.
    pub(in crate::lower) fn add_open(&mut self, name: &'static str) {
        self.open.push(name);
        self.roots.push(Root::new(name, Vec::new()));
    }

    /// Lets secrets stand here.
    pub(in crate::lower) fn with_secrets(mut self) -> Self {
        self.secrets = true;
        self
    }

    /// Lets no secret stand here after all: a browser shows it.
    pub(in crate::lower) fn shown(mut self) -> Self {
        self.secrets = false;
        self.shown = true;
        self
    }

    /// Lets `now`, `uuid` and `nonce` stand here.
    pub(in crate::lower) fn with_values(mut self) -> Self {
        self.values = true;
        self
    }

    /// The type of the value of that name.
    pub(super) fn value(&self, name: &str) -> Option<Ty> {
        VALUES.iter().find(|(known, _)| self.values && *known == name).map(|(_, ty)| ty.clone())
    }

    /// What a template may begin with here.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let values = VALUES.iter().filter(|_| self.values).map(|(name, _)| *name);
        self.roots.iter().map(|root| root.name).chain(values).collect()
    }

    pub(super) fn note(&self, root: &str, member: &str) {
        self.used.borrow_mut().insert(format!("{root}.{member}"));
    }

    /// Whether an expression named it.
    pub(in crate::lower) fn uses(&self, root: &str, member: &str) -> bool {
        self.used.borrow().contains(&format!("{root}.{member}"))
    }

    /// The members of a scope that expressions named.
    pub(in crate::lower) fn used_of(&self, root: &str) -> Vec<String> {
        let used = self.used.borrow();
        let members = used.iter().filter_map(|name| name.strip_prefix(root)?.strip_prefix('.'));
        members.map(str::to_owned).collect()
    }

    /// Whether an expression named a secret.
    pub(in crate::lower) fn uses_secret(&self) -> bool {
        self.roots.iter().any(|root| {
            let used = self.used_of(root.name);
            root.members.iter().any(|(name, known)| known.secret && used.contains(name))
        })
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
    ("request", "in the `headers` and the `query` of an auth method"),
    ("callback", "in `capture` of a method whose provider sends a person back"),
    ("oauth", "in the requests of an `oauth2` method"),
    ("now", "in auth templates, in steps, and in an action's `query`, `headers` and `body`"),
    ("uuid", "in auth templates, in steps, and in an action's `query`, `headers` and `body`"),
    ("nonce", "in auth templates, in steps, and in an action's `query`, `headers` and `body`"),
];
