//! Steps: single HTTP requests that obtain a token, renew it, give it back, or follow upon connecting.

use crate::{Body, Expression, Format, Method, NamedTemplate, PathPart, Server, StatusSet};

/// One HTTP request, what it must answer, and what is kept of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step<'a> {
    method: Method,
    url: StepUrl<'a>,
    query: &'a [NamedTemplate<'a>],
    headers: &'a [NamedTemplate<'a>],
    body: Option<Body<'a>>,
    status: StatusSet<'a>,
    condition: Option<Expression<'a>>,
    captures: &'a [Capture<'a>],
    choice: Option<Choice<'a>>,
    bare: bool,
}

/// Where a step goes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum StepUrl<'a> {
    /// A path behind one of the connector's servers, by its place in the list.
    Path(u16, &'a [PathPart<'a>]),
    /// A URL of its own. Its expression may begin with a capture of format
    /// [`Origin`](crate::Format::Origin) or [`Url`](crate::Format::Url).
    Url(Server<'a>),
}

impl<'a> Step<'a> {
    /// A request without a body that must be answered by 200 to 299.
    #[must_use]
    pub const fn new(method: Method, url: StepUrl<'a>) -> Self {
        Self {
            method,
            url,
            query: &[],
            headers: &[],
            body: None,
            status: StatusSet::SUCCESS,
            condition: None,
            captures: &[],
            choice: None,
            bare: false,
        }
    }

    /// Query parameters.
    #[must_use]
    pub const fn with_query(mut self, query: &'a [NamedTemplate<'a>]) -> Self {
        self.query = query;
        self
    }

    /// Headers.
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

    /// The statuses that are a success.
    #[must_use]
    pub const fn with_status(mut self, status: StatusSet<'a>) -> Self {
        self.status = status;
        self
    }

    /// What must be true of the answer, too. A value that is absent makes it false.
    #[must_use]
    pub const fn with_condition(mut self, condition: Expression<'a>) -> Self {
        self.condition = Some(condition);
        self
    }

    /// What is kept of the answer.
    #[must_use]
    pub const fn with_captures(mut self, captures: &'a [Capture<'a>]) -> Self {
        self.captures = captures;
        self
    }

    /// What whoever connects chooses from the answer.
    #[must_use]
    pub const fn with_choice(mut self, choice: Choice<'a>) -> Self {
        self.choice = Some(choice);
        self
    }

    /// Sent without credentials, where the steps around it are sent with them.
    #[must_use]
    pub const fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Where it goes.
    #[must_use]
    pub const fn url(&self) -> StepUrl<'a> {
        self.url
    }

    /// Query parameters.
    #[must_use]
    pub const fn query(&self) -> &'a [NamedTemplate<'a>] {
        self.query
    }

    /// Headers.
    #[must_use]
    pub const fn headers(&self) -> &'a [NamedTemplate<'a>] {
        self.headers
    }

    /// What the request carries.
    #[must_use]
    pub const fn body(&self) -> Option<Body<'a>> {
        self.body
    }

    /// The statuses that are a success.
    #[must_use]
    pub const fn status(&self) -> StatusSet<'a> {
        self.status
    }

    /// What must be true of the answer, too.
    #[must_use]
    pub const fn condition(&self) -> Option<Expression<'a>> {
        self.condition
    }

    /// What is kept of the answer, in the order in which it is evaluated.
    #[must_use]
    pub const fn captures(&self) -> &'a [Capture<'a>] {
        self.captures
    }

    /// What whoever connects chooses from the answer.
    #[must_use]
    pub const fn choice(&self) -> Option<Choice<'a>> {
        self.choice
    }

    /// Whether it is sent without credentials.
    #[must_use]
    pub const fn is_bare(&self) -> bool {
        self.bare
    }
}

/// A value that is kept: later templates see it as `captured.NAME`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capture<'a> {
    name: &'a str,
    value: Expression<'a>,
    format: Format<'a>,
    secret: bool,
    optional: bool,
}

impl<'a> Capture<'a> {
    /// A value that must be there and may be shown.
    #[must_use]
    pub const fn new(name: &'a str, value: Expression<'a>) -> Self {
        Self { name, value, format: Format::Text, secret: false, optional: false }
    }

    /// What the value must look like.
    #[must_use]
    pub const fn with_format(mut self, format: Format<'a>) -> Self {
        self.format = format;
        self
    }

    /// The value is never shown.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The value may be absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Where its value comes from.
    #[must_use]
    pub const fn value(&self) -> Expression<'a> {
        self.value
    }

    /// What the value must look like.
    #[must_use]
    pub const fn format(&self) -> Format<'a> {
        self.format
    }

    /// Whether the value is never shown.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether the value may be absent.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }
}

/// A choice among what a step answered, as one of several sites. Where there is just one, it is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice<'a> {
    name: &'a str,
    from: Expression<'a>,
    value: &'a str,
    label: &'a str,
    format: Format<'a>,
}

impl<'a> Choice<'a> {
    /// The capture's name, the list to choose from, and the members of each element that are its value and what a
    /// person reads.
    #[must_use]
    pub const fn new(name: &'a str, from: Expression<'a>, value: &'a str, label: &'a str) -> Self {
        Self { name, from, value, label, format: Format::Text }
    }

    /// What the value must look like.
    #[must_use]
    pub const fn with_format(mut self, format: Format<'a>) -> Self {
        self.format = format;
        self
    }

    /// The name under which the value is kept.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// The list to choose from.
    #[must_use]
    pub const fn from(&self) -> Expression<'a> {
        self.from
    }

    /// The member that is the value.
    #[must_use]
    pub const fn value(&self) -> &'a str {
        self.value
    }

    /// The member that a person reads.
    #[must_use]
    pub const fn label(&self) -> &'a str {
        self.label
    }

    /// What the value must look like.
    #[must_use]
    pub const fn format(&self) -> Format<'a> {
        self.format
    }
}
