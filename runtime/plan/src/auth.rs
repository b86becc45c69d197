//! How a request proves who sends it.

use crate::{AwsSigV4, Expression, Field, NamedTemplate, OAuth1, Step, Token};

/// A named way to authenticate. A connection uses one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AuthMethod<'a> {
    name: &'a str,
    fields: &'a [Field<'a>],
    app: &'a [Field<'a>],
    kind: AuthKind<'a>,
    headers: &'a [NamedTemplate<'a>],
    query: &'a [NamedTemplate<'a>],
    body: Option<Expression<'a>>,
    connect: &'a [Step<'a>],
    disconnect: &'a [Step<'a>],
    certificate: Option<(Expression<'a>, Expression<'a>)>,
}

/// What a method adds to a request. Templates see `credentials` and `config`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum AuthKind<'a> {
    /// Nothing: a public API.
    None,
    /// `Authorization: Basic …` (RFC 7617): the user name and the password.
    Basic(Expression<'a>, Expression<'a>),
    /// `Authorization: SCHEME TOKEN` (RFC 6750 where the scheme is `Bearer`): the scheme and the token.
    Bearer(&'a str, Expression<'a>),
    /// A key of the provider's own making: its place, its name there and its value. The name is a template only
    /// where it is a config field of format [`HeaderName`](crate::Format::HeaderName).
    ApiKey(KeyLocation, Expression<'a>, Expression<'a>),
    /// The method's headers and query parameters, over a token that is obtained and renewed.
    Token(&'a Token<'a>),
    /// The method's headers and query parameters, computed for each request from `request`.
    Signature,
    /// AWS Signature Version 4.
    AwsSigV4(&'a AwsSigV4<'a>),
    /// OAuth 1.0 (RFC 5849).
    OAuth1(&'a OAuth1<'a>),
    /// `Authorization: Digest …` (RFC 7616): the user name and the password.
    Digest(Expression<'a>, Expression<'a>),
    /// The TLS client certificate alone.
    Certificate,
}

/// Where an API key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyLocation {
    /// A request header.
    Header,
    /// A query parameter.
    Query,
    /// A cookie (RFC 6265).
    Cookie,
    /// In the URL's path, where `{name}` stands.
    Path,
    /// A member of the JSON or form body.
    Body,
}

impl<'a> AuthMethod<'a> {
    /// A method of some kind.
    #[must_use]
    pub const fn new(name: &'a str, fields: &'a [Field<'a>], kind: AuthKind<'a>) -> Self {
        Self {
            name,
            fields,
            app: &[],
            kind,
            headers: &[],
            query: &[],
            body: None,
            connect: &[],
            disconnect: &[],
            certificate: None,
        }
    }

    /// A method that needs no credentials.
    #[must_use]
    pub const fn none(name: &'a str) -> Self {
        Self::new(name, &[], AuthKind::None)
    }

    /// HTTP Basic.
    #[must_use]
    pub const fn basic(
        name: &'a str,
        fields: &'a [Field<'a>],
        user: Expression<'a>,
        password: Expression<'a>,
    ) -> Self {
        Self::new(name, fields, AuthKind::Basic(user, password))
    }

    /// A static token in the header `Authorization`.
    #[must_use]
    pub const fn bearer(
        name: &'a str,
        fields: &'a [Field<'a>],
        scheme: &'a str,
        token: Expression<'a>,
    ) -> Self {
        Self::new(name, fields, AuthKind::Bearer(scheme, token))
    }

    /// An API key.
    #[must_use]
    pub const fn api_key(
        name: &'a str,
        fields: &'a [Field<'a>],
        location: KeyLocation,
        key: Expression<'a>,
        value: Expression<'a>,
    ) -> Self {
        Self::new(name, fields, AuthKind::ApiKey(location, key, value))
    }

    /// What the integrator registered with the provider, for this method alone.
    #[must_use]
    pub const fn with_app(mut self, fields: &'a [Field<'a>]) -> Self {
        self.app = fields;
        self
    }

    /// Headers that each request carries: a token or a signature, or what stands beside the method's own.
    #[must_use]
    pub const fn with_headers(mut self, headers: &'a [NamedTemplate<'a>]) -> Self {
        self.headers = headers;
        self
    }

    /// Query parameters that each request carries, likewise.
    #[must_use]
    pub const fn with_query(mut self, query: &'a [NamedTemplate<'a>]) -> Self {
        self.query = query;
        self
    }

    /// What the body of each request carries: a mapping that is merged, member by member, with the action's own body. Its
    /// members come first.
    #[must_use]
    pub const fn with_body(mut self, body: Expression<'a>) -> Self {
        self.body = Some(body);
        self
    }

    /// Requests that follow once upon connecting.
    #[must_use]
    pub const fn with_connect(mut self, steps: &'a [Step<'a>]) -> Self {
        self.connect = steps;
        self
    }

    /// Requests that come before the credentials are forgotten.
    #[must_use]
    pub const fn with_disconnect(mut self, steps: &'a [Step<'a>]) -> Self {
        self.disconnect = steps;
        self
    }

    /// A TLS client certificate and its key, in PEM, with which all requests are sent.
    #[must_use]
    pub const fn with_certificate(mut self, certificate: Expression<'a>, key: Expression<'a>) -> Self {
        self.certificate = Some((certificate, key));
        self
    }

    /// Its name in the manifest.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// The credentials that it takes.
    #[must_use]
    pub const fn fields(&self) -> &'a [Field<'a>] {
        self.fields
    }

    /// What it adds to a request.
    #[must_use]
    pub const fn kind(&self) -> AuthKind<'a> {
        self.kind
    }

    /// What the integrator registered with the provider, for this method alone.
    #[must_use]
    pub const fn app(&self) -> &'a [Field<'a>] {
        self.app
    }

    /// Headers that each request carries, in the order in which they are computed.
    #[must_use]
    pub const fn headers(&self) -> &'a [NamedTemplate<'a>] {
        self.headers
    }

    /// Query parameters that each request carries.
    #[must_use]
    pub const fn query(&self) -> &'a [NamedTemplate<'a>] {
        self.query
    }

    /// What the body of each request carries beside the action's own.
    #[must_use]
    pub const fn body(&self) -> Option<Expression<'a>> {
        self.body
    }

    /// Requests that follow once upon connecting.
    #[must_use]
    pub const fn connect(&self) -> &'a [Step<'a>] {
        self.connect
    }

    /// Requests that come before the credentials are forgotten.
    #[must_use]
    pub const fn disconnect(&self) -> &'a [Step<'a>] {
        self.disconnect
    }

    /// A TLS client certificate and its key, in PEM.
    #[must_use]
    pub const fn certificate(&self) -> Option<(Expression<'a>, Expression<'a>)> {
        self.certificate
    }
}
