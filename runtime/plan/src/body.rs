//! What a request carries.

use crate::Expression;

/// A request body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Body<'a> {
    kind: BodyKind,
    value: Option<Expression<'a>>,
    nesting: Nesting,
    content_type: Option<&'a str>,
}

impl<'a> Body<'a> {
    /// The action's body inputs as one object, under their names on the wire.
    #[must_use]
    pub const fn new(kind: BodyKind) -> Self {
        Self { kind, value: None, nesting: Nesting::Brackets, content_type: None }
    }

    /// A value of its own: for JSON, forms and XML a tree with expressions, for text and binary one expression.
    #[must_use]
    pub const fn with_value(mut self, value: Expression<'a>) -> Self {
        self.value = Some(value);
        self
    }

    /// How a form writes what lies inside other values.
    #[must_use]
    pub const fn with_nesting(mut self, nesting: Nesting) -> Self {
        self.nesting = nesting;
        self
    }

    /// The media type, where it is not the kind's own.
    #[must_use]
    pub const fn with_content_type(mut self, content_type: &'a str) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// How it is written.
    #[must_use]
    pub const fn kind(&self) -> BodyKind {
        self.kind
    }

    /// Its value, where that is not the body inputs as one object.
    #[must_use]
    pub const fn value(&self) -> Option<Expression<'a>> {
        self.value
    }

    /// How a form writes what lies inside other values.
    #[must_use]
    pub const fn nesting(&self) -> Nesting {
        self.nesting
    }

    /// The media type, where it is not the kind's own.
    #[must_use]
    pub const fn content_type(&self) -> Option<&'a str> {
        self.content_type
    }
}

/// How a request body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `text/plain; charset=utf-8`.
    Text,
    /// `application/octet-stream`.
    Binary,
    /// `application/xml`: an object of one member, the root element. A member `@name` is an attribute, `$` is the text
    /// beside attributes, a list repeats its element.
    Xml,
}

/// Whether a text can be the name of an XML element or attribute (XML 1.0, 2.3): letters, digits and `_ - . :`. The
/// compiler asks it of the names in a manifest, and the runtime of those in data.
#[must_use]
pub fn is_xml_name(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_alphabetic())
        && text.chars().all(|c| matches!(c, '_' | '-' | '.' | ':') || c.is_alphanumeric())
}

/// How a form writes what lies inside other values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nesting {
    /// `a[b][0]=c`.
    Brackets,
    /// `a.b.0=c`.
    Dots,
    /// `a[b]=c` for objects and `a[]=c` for lists.
    EmptyBrackets,
    /// `a=c&a=d` for lists of plain values; nothing else nests.
    Repeat,
}
