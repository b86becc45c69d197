//! How a request proves who sends it.

use crate::{Expression, Field};

/// A named way to authenticate. A connection uses one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AuthMethod<'a> {
    name: &'a str,
    fields: &'a [Field<'a>],
    kind: AuthKind<'a>,
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
    /// A method that needs no credentials.
    #[must_use]
    pub const fn none(name: &'a str) -> Self {
        Self { name, fields: &[], kind: AuthKind::None }
    }

    /// HTTP Basic.
    #[must_use]
    pub const fn basic(
        name: &'a str,
        fields: &'a [Field<'a>],
        user: Expression<'a>,
        password: Expression<'a>,
    ) -> Self {
        Self { name, fields, kind: AuthKind::Basic(user, password) }
    }

    /// A static token in the header `Authorization`.
    #[must_use]
    pub const fn bearer(
        name: &'a str,
        fields: &'a [Field<'a>],
        scheme: &'a str,
        token: Expression<'a>,
    ) -> Self {
        Self { name, fields, kind: AuthKind::Bearer(scheme, token) }
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
        Self { name, fields, kind: AuthKind::ApiKey(location, key, value) }
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
}
