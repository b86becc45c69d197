//! Signatures over requests that specifications describe: AWS Signature Version 4 and OAuth 1.0.

use crate::{Expression, NamedTemplate, Server};

/// AWS Signature Version 4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AwsSigV4<'a> {
    access_key_id: Expression<'a>,
    secret_access_key: Expression<'a>,
    session_token: Option<Expression<'a>>,
    region: Expression<'a>,
    service: Expression<'a>,
    payload_hash: bool,
}

impl<'a> AwsSigV4<'a> {
    /// The key's id, the key, the region and the service.
    #[must_use]
    pub const fn new(
        access_key_id: Expression<'a>,
        secret_access_key: Expression<'a>,
        region: Expression<'a>,
        service: Expression<'a>,
    ) -> Self {
        Self { access_key_id, secret_access_key, session_token: None, region, service, payload_hash: false }
    }

    /// The token of temporary credentials; it may be absent.
    #[must_use]
    pub const fn with_session_token(mut self, token: Expression<'a>) -> Self {
        self.session_token = Some(token);
        self
    }

    /// Sends the body's hash as `x-amz-content-sha256`, and signs the path as it is: what S3 wants.
    #[must_use]
    pub const fn with_payload_hash(mut self) -> Self {
        self.payload_hash = true;
        self
    }

    /// The key's id.
    #[must_use]
    pub const fn access_key_id(&self) -> Expression<'a> {
        self.access_key_id
    }

    /// The key.
    #[must_use]
    pub const fn secret_access_key(&self) -> Expression<'a> {
        self.secret_access_key
    }

    /// The token of temporary credentials.
    #[must_use]
    pub const fn session_token(&self) -> Option<Expression<'a>> {
        self.session_token
    }

    /// The region.
    #[must_use]
    pub const fn region(&self) -> Expression<'a> {
        self.region
    }

    /// The service.
    #[must_use]
    pub const fn service(&self) -> Expression<'a> {
        self.service
    }

    /// Whether the body's hash is sent.
    #[must_use]
    pub const fn payload_hash(&self) -> bool {
        self.payload_hash
    }
}

/// OAuth 1.0 (RFC 5849).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OAuth1<'a> {
    method: SignatureMethod,
    consumer_key: Expression<'a>,
    consumer_secret: Expression<'a>,
    token: Option<Expression<'a>>,
    token_secret: Option<Expression<'a>>,
    realm: Option<Expression<'a>>,
    dance: Option<OAuth1Dance<'a>>,
}

/// How an OAuth 1.0 signature is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureMethod {
    /// `HMAC-SHA1`.
    HmacSha1,
    /// `HMAC-SHA256`.
    HmacSha256,
    /// `PLAINTEXT`.
    Plaintext,
}

impl<'a> OAuth1<'a> {
    /// Signs with the consumer's key and secret.
    #[must_use]
    pub const fn new(
        method: SignatureMethod,
        consumer_key: Expression<'a>,
        consumer_secret: Expression<'a>,
    ) -> Self {
        Self {
            method,
            consumer_key,
            consumer_secret,
            token: None,
            token_secret: None,
            realm: None,
            dance: None,
        }
    }

    /// The token and its secret.
    #[must_use]
    pub const fn with_token(mut self, token: Expression<'a>, secret: Expression<'a>) -> Self {
        self.token = Some(token);
        self.token_secret = Some(secret);
        self
    }

    /// The realm of the header.
    #[must_use]
    pub const fn with_realm(mut self, realm: Expression<'a>) -> Self {
        self.realm = Some(realm);
        self
    }

    /// The token comes from a person who allows it (RFC 5849, 2).
    #[must_use]
    pub const fn with_dance(mut self, dance: OAuth1Dance<'a>) -> Self {
        self.dance = Some(dance);
        self
    }

    /// How the signature is computed.
    #[must_use]
    pub const fn method(&self) -> SignatureMethod {
        self.method
    }

    /// The consumer's key.
    #[must_use]
    pub const fn consumer_key(&self) -> Expression<'a> {
        self.consumer_key
    }

    /// The consumer's secret.
    #[must_use]
    pub const fn consumer_secret(&self) -> Expression<'a> {
        self.consumer_secret
    }

    /// The token.
    #[must_use]
    pub const fn token(&self) -> Option<Expression<'a>> {
        self.token
    }

    /// The token's secret.
    #[must_use]
    pub const fn token_secret(&self) -> Option<Expression<'a>> {
        self.token_secret
    }

    /// The realm of the header.
    #[must_use]
    pub const fn realm(&self) -> Option<Expression<'a>> {
        self.realm
    }

    /// How a person allows it.
    #[must_use]
    pub const fn dance(&self) -> Option<OAuth1Dance<'a>> {
        self.dance
    }
}

/// The three legs of OAuth 1.0 (RFC 5849, 2). The token is then `credentials.access_token`, and its secret
/// `credentials.token_secret`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OAuth1Dance<'a> {
    request_token_url: Server<'a>,
    authorization_url: Server<'a>,
    token_url: Server<'a>,
    query: &'a [NamedTemplate<'a>],
    callback: Expression<'a>,
}

impl<'a> OAuth1Dance<'a> {
    /// The three endpoints, further parameters of the second, and the redirect URI.
    #[must_use]
    pub const fn new(
        request_token_url: Server<'a>,
        authorization_url: Server<'a>,
        token_url: Server<'a>,
        query: &'a [NamedTemplate<'a>],
        callback: Expression<'a>,
    ) -> Self {
        Self { request_token_url, authorization_url, token_url, query, callback }
    }

    /// Where temporary credentials come from.
    #[must_use]
    pub const fn request_token_url(&self) -> Server<'a> {
        self.request_token_url
    }

    /// Where a person allows it.
    #[must_use]
    pub const fn authorization_url(&self) -> Server<'a> {
        self.authorization_url
    }

    /// Where the token comes from.
    #[must_use]
    pub const fn token_url(&self) -> Server<'a> {
        self.token_url
    }

    /// Further parameters of the authorization URL.
    #[must_use]
    pub const fn query(&self) -> &'a [NamedTemplate<'a>] {
        self.query
    }

    /// The redirect URI.
    #[must_use]
    pub const fn callback(&self) -> Expression<'a> {
        self.callback
    }
}
