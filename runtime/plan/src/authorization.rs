//! What a person is asked in a browser.

use crate::{Expression, NamedTemplate, Server};

/// The request that a person's browser makes (RFC 6749, 4.1.1), and what comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Authorization<'a> {
    url: Server<'a>,
    query: &'a [NamedTemplate<'a>],
    fragment: Option<&'a str>,
    code: &'a str,
    pkce: bool,
    issuer: Option<Expression<'a>>,
}

impl<'a> Authorization<'a> {
    /// An authorization endpoint and the whole query that it is given, with PKCE (RFC 7636, S256).
    #[must_use]
    pub const fn new(url: Server<'a>, query: &'a [NamedTemplate<'a>]) -> Self {
        Self { url, query, fragment: None, code: "code", pkce: true, issuer: None }
    }

    /// A fragment that stands before the query, as some single-page applications want it.
    #[must_use]
    pub const fn with_fragment(mut self, fragment: &'a str) -> Self {
        self.fragment = Some(fragment);
        self
    }

    /// The redirect's parameter that holds the code.
    #[must_use]
    pub const fn with_code(mut self, name: &'a str) -> Self {
        self.code = name;
        self
    }

    /// Without PKCE: the provider does not know it.
    #[must_use]
    pub const fn without_pkce(mut self) -> Self {
        self.pkce = false;
        self
    }

    /// What the redirect's `iss` must be (RFC 9207).
    #[must_use]
    pub const fn with_issuer(mut self, issuer: Expression<'a>) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// The authorization endpoint.
    #[must_use]
    pub const fn url(&self) -> Server<'a> {
        self.url
    }

    /// The whole query.
    #[must_use]
    pub const fn query(&self) -> &'a [NamedTemplate<'a>] {
        self.query
    }

    /// A fragment that stands before the query.
    #[must_use]
    pub const fn fragment(&self) -> Option<&'a str> {
        self.fragment
    }

    /// The redirect's parameter that holds the code.
    #[must_use]
    pub const fn code(&self) -> &'a str {
        self.code
    }

    /// Whether PKCE is used.
    #[must_use]
    pub const fn pkce(&self) -> bool {
        self.pkce
    }

    /// What the redirect's `iss` must be.
    #[must_use]
    pub const fn issuer(&self) -> Option<Expression<'a>> {
        self.issuer
    }
}
