//! Actions: functions that are one HTTP request each.

use crate::{Answer, Body, Expression, NamedTemplate};

/// An action: what it takes, the request that it is, and what it answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Action<'a> {
    name: &'a str,
    method: Method,
    path: &'a [PathPart<'a>],
    effect: Effect,
    server: u16,
    auth: Option<&'a [u16]>,
    inputs: &'a [Input<'a>],
    query: &'a [NamedTemplate<'a>],
    headers: &'a [NamedTemplate<'a>],
    body: Option<Body<'a>>,
    answers: &'a [Answer<'a>],
}

impl<'a> Action<'a> {
    /// An action that takes nothing, goes to the base URL with any auth method, and whose answer is ignored.
    #[must_use]
    pub const fn new(name: &'a str, method: Method, path: &'a [PathPart<'a>], effect: Effect) -> Self {
        Self {
            name,
            method,
            path,
            effect,
            server: 0,
            auth: None,
            inputs: &[],
            query: &[],
            headers: &[],
            body: None,
            answers: &[],
        }
    }

    /// Goes to another of the connector's servers, by its place in the list.
    #[must_use]
    pub const fn with_server(mut self, server: u16) -> Self {
        self.server = server;
        self
    }

    /// Works only with these of the connector's auth methods, by their places in the list; with none of them,
    /// the request is sent without credentials.
    #[must_use]
    pub const fn with_auth(mut self, methods: &'a [u16]) -> Self {
        self.auth = Some(methods);
        self
    }

    /// What it takes.
    #[must_use]
    pub const fn with_inputs(mut self, inputs: &'a [Input<'a>]) -> Self {
        self.inputs = inputs;
        self
    }

    /// Query parameters that are not inputs.
    #[must_use]
    pub const fn with_query(mut self, query: &'a [NamedTemplate<'a>]) -> Self {
        self.query = query;
        self
    }

    /// Headers that are not inputs.
    #[must_use]
    pub const fn with_headers(mut self, headers: &'a [NamedTemplate<'a>]) -> Self {
        self.headers = headers;
        self
    }

    /// What the request carries.
    #[must_use]
    pub const fn with_body(mut self, body: Body<'a>) -> Self {
        self.body = Some(body);
        self
    }

    /// What it answers: the first whose statuses hold the answer's status.
    #[must_use]
    pub const fn with_answers(mut self, answers: &'a [Answer<'a>]) -> Self {
        self.answers = answers;
        self
    }

    /// Its name in the manifest.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The path that is appended to the server's URL.
    #[must_use]
    pub const fn path(&self) -> &'a [PathPart<'a>] {
        self.path
    }

    /// What it does to the provider's data.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// The place of its server in the connector's list.
    #[must_use]
    pub const fn server(&self) -> u16 {
        self.server
    }

    /// The auth methods that it works with; `None` for all of the connector's.
    #[must_use]
    pub const fn auth(&self) -> Option<&'a [u16]> {
        self.auth
    }

    /// What it takes, in the manifest's order.
    #[must_use]
    pub const fn inputs(&self) -> &'a [Input<'a>] {
        self.inputs
    }

    /// Query parameters that are not inputs.
    #[must_use]
    pub const fn query(&self) -> &'a [NamedTemplate<'a>] {
        self.query
    }

    /// Headers that are not inputs.
    #[must_use]
    pub const fn headers(&self) -> &'a [NamedTemplate<'a>] {
        self.headers
    }

    /// What the request carries.
    #[must_use]
    pub const fn body(&self) -> Option<Body<'a>> {
        self.body
    }

    /// What it answers.
    #[must_use]
    pub const fn answers(&self) -> &'a [Answer<'a>] {
        self.answers
    }
}

/// An HTTP method (RFC 9110, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`.
    Get,
    /// `HEAD`.
    Head,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
}

impl Method {
    /// As it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What an action does to the provider's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// It changes nothing.
    Read,
    /// It adds something.
    Create,
    /// It changes something that is there.
    Update,
    /// It removes something.
    Delete,
    /// It sets something going.
    Run,
}

/// A part of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PathPart<'a> {
    /// Text that is sent as it stands.
    Literal(&'a str),
    /// An input, by its place in the list, percent-encoded as one segment or a part of one.
    Input(u16),
    /// A template, percent-encoded likewise.
    Template(Expression<'a>),
}

/// Something that an action takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input<'a> {
    name: &'a str,
    wire: &'a str,
    location: Location,
    style: Style,
    optional: bool,
    nullable: bool,
    secret: bool,
    bytes: bool,
    default: Option<&'a str>,
}

impl<'a> Input<'a> {
    /// A required input whose name on the wire is its own.
    #[must_use]
    pub const fn new(name: &'a str, location: Location) -> Self {
        Self {
            name,
            wire: name,
            location,
            style: Style::FormExploded,
            optional: false,
            nullable: false,
            secret: false,
            bytes: false,
            default: None,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn with_wire(mut self, wire: &'a str) -> Self {
        self.wire = wire;
        self
    }

    /// How a list or an object is written outside a body.
    #[must_use]
    pub const fn with_style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// It may be absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// It may be null.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// It is never shown.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The value is bytes, which JSON holds as a text in base64: expressions and binary bodies see the bytes.
    #[must_use]
    pub const fn bytes(mut self) -> Self {
        self.bytes = true;
        self
    }

    /// What is sent where none is given, as JSON.
    #[must_use]
    pub const fn with_default(mut self, json: &'a str) -> Self {
        self.default = Some(json);
        self
    }

    /// Its name in the manifest.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn wire(&self) -> &'a str {
        self.wire
    }

    /// Where it stands in the request.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// How a list or an object is written outside a body.
    #[must_use]
    pub const fn style(&self) -> Style {
        self.style
    }

    /// Whether it may be absent. An input with a default may be, too.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// Whether it may be null.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// Whether it is never shown.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether the value is bytes, which JSON holds as a text in base64.
    #[must_use]
    pub const fn is_bytes(&self) -> bool {
        self.bytes
    }

    /// What is sent where none is given, as JSON.
    #[must_use]
    pub const fn default(&self) -> Option<&'a str> {
        self.default
    }
}

/// Where an input stands in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Location {
    /// In the path.
    Path,
    /// A query parameter.
    Query,
    /// A header.
    Header,
    /// A member of the body.
    Body,
    /// Nowhere by itself: only expressions use it.
    Expression,
}

/// How a list or an object is written in a path, a query or a header (OpenAPI 3.1, "Style Values").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// `a=1&a=2`.
    FormExploded,
    /// `a=1,2`; in a path or a header `1,2` (OpenAPI's `simple`).
    Form,
    /// `a=1%202`.
    SpaceDelimited,
    /// `a=1|2`.
    PipeDelimited,
    /// `a[b]=1`.
    DeepObject,
    /// `a[]=1&a[]=2`.
    Brackets,
    /// JSON text.
    Json,
}
