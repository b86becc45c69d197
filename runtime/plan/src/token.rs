//! Tokens: how one is obtained, renewed and given back.

use crate::{Assertion, Authorization, Capture, ErrorRule, Expression, Step};

/// How long before its end a token is renewed unless a Plan says otherwise, in seconds.
const REFRESH_BEFORE: u32 = 300;

/// A token that requests obtain and that expires: OAuth 2.0 (RFC 6749), a session, or a signed assertion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token<'a> {
    flow: Flow<'a>,
    obtain: &'a [Step<'a>],
    prepare: &'a [Step<'a>],
    discovery: Option<Expression<'a>>,
    refresh: Option<&'a [Step<'a>]>,
    revoke: &'a [Step<'a>],
    response: TokenResponse<'a>,
    callback: &'a [Capture<'a>],
    captures: &'a [Capture<'a>],
    assertion: Option<Assertion<'a>>,
    scopes: &'a [&'a str],
    scope_separator: &'a str,
    lifetime: Option<u32>,
    refresh_before: u32,
    expired: &'a [ErrorRule<'a>],
}

/// What must happen before a token can be asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Flow<'a> {
    /// Nothing: the credentials suffice.
    Direct,
    /// A person allows it in a browser (RFC 6749, 4.1).
    AuthorizationCode(Authorization<'a>),
    /// A person allows it on another device (RFC 8628): the request that begins it.
    DeviceCode(Step<'a>),
}

impl<'a> Token<'a> {
    /// A token that these requests obtain, in order. Without any, only its assertion is signed.
    #[must_use]
    pub const fn new(flow: Flow<'a>, obtain: &'a [Step<'a>], response: TokenResponse<'a>) -> Self {
        Self {
            flow,
            obtain,
            prepare: &[],
            discovery: None,
            refresh: None,
            revoke: &[],
            response,
            callback: &[],
            captures: &[],
            assertion: None,
            scopes: &[],
            scope_separator: " ",
            lifetime: None,
            refresh_before: REFRESH_BEFORE,
            expired: &[],
        }
    }

    /// Requests that come once, before anything else: discovery and registration.
    #[must_use]
    pub const fn with_prepare(mut self, steps: &'a [Step<'a>]) -> Self {
        self.prepare = steps;
        self
    }

    /// The URL of a protected resource whose metadata tells the endpoints (RFC 9728, RFC 8414), before anything else.
    /// They are then `captured.issuer`, `captured.authorization_endpoint`, `captured.token_endpoint`,
    /// `captured.registration_endpoint` and `captured.revocation_endpoint`.
    #[must_use]
    pub const fn with_discovery(mut self, resource: Expression<'a>) -> Self {
        self.discovery = Some(resource);
        self
    }

    /// Requests that renew it. Without, it is obtained anew where the flow needs no person.
    #[must_use]
    pub const fn with_refresh(mut self, steps: &'a [Step<'a>]) -> Self {
        self.refresh = Some(steps);
        self
    }

    /// Requests that give it back (RFC 7009).
    #[must_use]
    pub const fn with_revoke(mut self, steps: &'a [Step<'a>]) -> Self {
        self.revoke = steps;
        self
    }

    /// What is kept of the redirect (`callback`), before the token is asked for.
    #[must_use]
    pub const fn with_callback(mut self, captures: &'a [Capture<'a>]) -> Self {
        self.callback = captures;
        self
    }

    /// What else is kept, over the last answer, the redirect (`callback`) and what the steps captured.
    #[must_use]
    pub const fn with_captures(mut self, captures: &'a [Capture<'a>]) -> Self {
        self.captures = captures;
        self
    }

    /// What is signed: `credentials.assertion`.
    #[must_use]
    pub const fn with_assertion(mut self, assertion: Assertion<'a>) -> Self {
        self.assertion = Some(assertion);
        self
    }

    /// The scopes that are asked for unless a caller names others, and what stands between them.
    #[must_use]
    pub const fn with_scopes(mut self, scopes: &'a [&'a str], separator: &'a str) -> Self {
        self.scopes = scopes;
        self.scope_separator = separator;
        self
    }

    /// How long it lives where the answer does not say, in seconds.
    #[must_use]
    pub const fn with_lifetime(mut self, seconds: u32) -> Self {
        self.lifetime = Some(seconds);
        self
    }

    /// How long before its end it is renewed, in seconds; 300 unless said.
    #[must_use]
    pub const fn with_refresh_before(mut self, seconds: u32) -> Self {
        self.refresh_before = seconds;
        self
    }

    /// Answers of the API that mean that it has expired, beside 401.
    #[must_use]
    pub const fn with_expired(mut self, rules: &'a [ErrorRule<'a>]) -> Self {
        self.expired = rules;
        self
    }

    /// What must happen before it can be asked for.
    #[must_use]
    pub const fn flow(&self) -> Flow<'a> {
        self.flow
    }

    /// The requests that obtain it.
    #[must_use]
    pub const fn obtain(&self) -> &'a [Step<'a>] {
        self.obtain
    }

    /// The requests that come once, before anything else.
    #[must_use]
    pub const fn prepare(&self) -> &'a [Step<'a>] {
        self.prepare
    }

    /// The URL of a protected resource whose metadata tells the endpoints.
    #[must_use]
    pub const fn discovery(&self) -> Option<Expression<'a>> {
        self.discovery
    }

    /// The requests that renew it.
    #[must_use]
    pub const fn refresh(&self) -> Option<&'a [Step<'a>]> {
        self.refresh
    }

    /// The requests that give it back.
    #[must_use]
    pub const fn revoke(&self) -> &'a [Step<'a>] {
        self.revoke
    }

    /// Where the token stands in the last answer.
    #[must_use]
    pub const fn response(&self) -> TokenResponse<'a> {
        self.response
    }

    /// What is kept of the redirect, before the token is asked for.
    #[must_use]
    pub const fn callback(&self) -> &'a [Capture<'a>] {
        self.callback
    }

    /// What else is kept.
    #[must_use]
    pub const fn captures(&self) -> &'a [Capture<'a>] {
        self.captures
    }

    /// What is signed.
    #[must_use]
    pub const fn assertion(&self) -> Option<Assertion<'a>> {
        self.assertion
    }

    /// The scopes that are asked for unless a caller names others.
    #[must_use]
    pub const fn scopes(&self) -> &'a [&'a str] {
        self.scopes
    }

    /// What stands between scopes.
    #[must_use]
    pub const fn scope_separator(&self) -> &'a str {
        self.scope_separator
    }

    /// How long it lives where the answer does not say, in seconds.
    #[must_use]
    pub const fn lifetime(&self) -> Option<u32> {
        self.lifetime
    }

    /// How long before its end it is renewed, in seconds.
    #[must_use]
    pub const fn refresh_before(&self) -> u32 {
        self.refresh_before
    }

    /// Answers of the API that mean that it has expired, beside 401.
    #[must_use]
    pub const fn expired(&self) -> &'a [ErrorRule<'a>] {
        self.expired
    }
}

/// Where the parts of a token stand in an answer: templates over `response` and `captured`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenResponse<'a> {
    access_token: Option<Expression<'a>>,
    token_type: Option<Expression<'a>>,
    refresh_token: Option<Expression<'a>>,
    scope: Option<Expression<'a>>,
    expires_in: Option<Expression<'a>>,
    expires_unit: u32,
    expires_at: Option<Expression<'a>>,
}

impl<'a> TokenResponse<'a> {
    /// An answer of which only captures are kept, as a session's.
    pub const NONE: TokenResponse<'static> = TokenResponse {
        access_token: None,
        token_type: None,
        refresh_token: None,
        scope: None,
        expires_in: None,
        expires_unit: 1000,
        expires_at: None,
    };

    /// An answer that holds an access token.
    #[must_use]
    pub const fn new(access_token: Expression<'a>) -> Self {
        Self { access_token: Some(access_token), ..Self::NONE }
    }

    /// The type of the token, kept and sent as it is.
    #[must_use]
    pub const fn with_token_type(mut self, value: Expression<'a>) -> Self {
        self.token_type = Some(value);
        self
    }

    /// The token that renews it. Where the answer has none, the one before is kept.
    #[must_use]
    pub const fn with_refresh_token(mut self, value: Expression<'a>) -> Self {
        self.refresh_token = Some(value);
        self
    }

    /// The scopes that were granted. Where the answer has none, they are those that were asked for.
    #[must_use]
    pub const fn with_scope(mut self, value: Expression<'a>) -> Self {
        self.scope = Some(value);
        self
    }

    /// How long the token lives, and how many milliseconds its unit has.
    #[must_use]
    pub const fn with_expires_in(mut self, value: Expression<'a>, unit: u32) -> Self {
        self.expires_in = Some(value);
        self.expires_unit = unit;
        self
    }

    /// When the token ends: an instant, an RFC 3339 text, or seconds or milliseconds since 1970.
    #[must_use]
    pub const fn with_expires_at(mut self, value: Expression<'a>) -> Self {
        self.expires_at = Some(value);
        self
    }

    /// The access token.
    #[must_use]
    pub const fn access_token(&self) -> Option<Expression<'a>> {
        self.access_token
    }

    /// Its type.
    #[must_use]
    pub const fn token_type(&self) -> Option<Expression<'a>> {
        self.token_type
    }

    /// The token that renews it.
    #[must_use]
    pub const fn refresh_token(&self) -> Option<Expression<'a>> {
        self.refresh_token
    }

    /// The scopes that were granted.
    #[must_use]
    pub const fn scope(&self) -> Option<Expression<'a>> {
        self.scope
    }

    /// How long it lives, in units of [`TokenResponse::expires_unit`].
    #[must_use]
    pub const fn expires_in(&self) -> Option<Expression<'a>> {
        self.expires_in
    }

    /// How many milliseconds the unit of [`TokenResponse::expires_in`] has.
    #[must_use]
    pub const fn expires_unit(&self) -> u32 {
        self.expires_unit
    }

    /// When it ends.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Expression<'a>> {
        self.expires_at
    }
}
