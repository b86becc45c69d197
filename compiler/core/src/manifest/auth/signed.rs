//! Signatures that specifications describe, and what TLS itself proves.

use super::{ClientOwner, CredentialOr, method};
use crate::manifest::object::{object, words};
use crate::manifest::{
    BaseUrl, CredentialField, Line, Members, Prose, Snake, Step, Template, Token, Tree, Wire,
};
use crate::source::Spanned;

method! {
    /// AWS Signature Version 4. It brings the credentials `access_key_id`, `secret_access_key` and `session_token`.
    "auth of type `aws_sigv4`"
    pub struct AwsSigV4 {
        /// The service's name in signatures: `ses`.
        service: "service" required Spanned<Template>,
        /// The region: `'{{ config.region }}'`.
        region: "region" required Spanned<Template>,
        /// Whether the body's hash is sent as `x-amz-content-sha256`, as S3 wants it.
        payload_hash: "payload_hash" optional bool,
    }
}

method! {
    /// OAuth 1.0 (RFC 5849).
    "auth of type `oauth1`"
    pub struct OAuth1 {
        /// How the signature is computed. `HMAC-SHA1` unless said; it and `PLAINTEXT` need a reason.
        signature_method: "signature_method" optional Spanned<SignatureMethod>,
        /// The realm of the header.
        realm: "realm" optional Spanned<Template>,
        /// Who supplies `consumer_key` and `consumer_secret`: the integrator's `app` where a person allows it, the connection's
        /// `credentials` otherwise.
        client: "client" optional Spanned<ClientOwner>,
        /// Where temporary credentials come from (RFC 5849, 2.1).
        request_token_url: "request_token_url" optional Spanned<BaseUrl>,
        /// Where a person allows it (RFC 5849, 2.2).
        authorization_url: "authorization_url" optional Spanned<BaseUrl>,
        /// Where the token comes from (RFC 5849, 2.3).
        token_url: "token_url" optional Spanned<BaseUrl>,
        /// Further parameters of the authorization URL.
        authorize: "authorize" optional OAuth1Authorize,
    }
}

object! {
    /// Further parameters of the authorization URL.
    "`authorize`"
    pub struct OAuth1Authorize {
        /// Query parameters: `{scope: read, expiration: never}`.
        query: "query" required Members<Wire, Spanned<Template>>,
    }
}

words! {
    /// How an OAuth 1.0 signature is computed (RFC 5849, 3.4).
    "signature method"
    pub enum SignatureMethod {
        /// HMAC with SHA-1. Say with `because` why.
        HmacSha1 = "HMAC-SHA1",
        /// HMAC with SHA-256.
        HmacSha256 = "HMAC-SHA256",
        /// The secrets as they are. Say with `because` why.
        Plaintext = "PLAINTEXT",
    }
}

method! {
    /// HTTP Digest (RFC 7616): a user name and a password that is not sent.
    "auth of type `digest`"
    pub struct Digest {
        /// The user name: a credential, or a template over `credentials`.
        username: "username" optional CredentialOr,
        /// The password: a credential, or a template over `credentials`.
        password: "password" optional CredentialOr,
    }
}

method! {
    /// A TLS client certificate alone. It brings the credentials `certificate` and `private_key`, in PEM.
    "auth of type `mtls`"
    pub struct MutualTls {}
}
