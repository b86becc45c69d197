//! Where requests go.

use crate::Expression;

/// A base URL: requests append their path to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Server<'a> {
    name: &'a str,
    kind: ServerKind<'a>,
}

/// How a server's URL comes about.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ServerKind<'a> {
    /// A URL with expressions. Its scheme and the shape of its authority are literal, or the whole origin is a
    /// config field of format [`Origin`](crate::Format::Origin). A `{name}` that is left in its path is the place
    /// of an `api_key` whose location is the path.
    Url(Expression<'a>),
    /// One URL for each value of a config field with choices, by the field's name.
    Table(&'a str, &'a [NamedTemplate<'a>]),
}

impl<'a> Server<'a> {
    /// A server with one URL. The first server of a connector is its base URL and has the empty name.
    #[must_use]
    pub const fn new(name: &'a str, url: Expression<'a>) -> Self {
        Self { name, kind: ServerKind::Url(url) }
    }

    /// A server whose URL depends on the value of a config field.
    #[must_use]
    pub const fn table(name: &'a str, field: &'a str, urls: &'a [NamedTemplate<'a>]) -> Self {
        Self { name, kind: ServerKind::Table(field, urls) }
    }

    /// Its name; empty for the base URL.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// How its URL comes about.
    #[must_use]
    pub const fn kind(&self) -> ServerKind<'a> {
        self.kind
    }
}

/// A name and the template of its value: a header, a query parameter, a row of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NamedTemplate<'a> {
    name: &'a str,
    value: Expression<'a>,
    optional: bool,
}

impl<'a> NamedTemplate<'a> {
    /// A value that is always there.
    #[must_use]
    pub const fn new(name: &'a str, value: Expression<'a>) -> Self {
        Self { name, value, optional: false }
    }

    /// Leaves it out where its value is absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// The template.
    #[must_use]
    pub const fn value(&self) -> Expression<'a> {
        self.value
    }

    /// Whether an absent value leaves it out.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }
}
