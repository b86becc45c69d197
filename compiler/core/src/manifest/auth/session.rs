//! Sessions, signed assertions, and signatures of the provider's own making.

use super::method;
use crate::manifest::object::{object, words};
use crate::manifest::{
    CredentialField, Line, Members, Prose, Seconds, Snake, Step, Template, Token, Tree, When, Wire,
};
use crate::source::Spanned;

method! {
    /// A login that gives a token or a cookie.
    "auth of type `session`"
    pub struct Session {
        /// The requests that log in. What they capture is secret unless said otherwise.
        steps: "steps" required Vec<Step>,
        /// What is signed for these requests, which see it as `credentials.assertion`.
        assertion: "assertion" optional Assertion,
        /// Requests that renew the session. Unless said, it is begun anew.
        refresh: "refresh" optional Vec<Step>,
        /// How long the session lives: `90s`, `15m`, `1h`, `30d`.
        lifetime: "lifetime" optional Spanned<Seconds>,
        /// When it ends: a template over `captured` and `response` that gives an RFC 3339 text, or seconds or milliseconds since
        /// 1970.
        expires_at: "expires_at" optional Spanned<Template>,
        /// How long before its end it is renewed. `5m` unless said.
        refresh_before: "refresh_before" optional Spanned<Seconds>,
        /// Answers of the API that mean that the session has ended. 401 always does.
        expired: "expired" optional When,
    }
}

method! {
    /// A signed assertion (RFC 7519), sent as it is.
    "auth of type `jwt`"
    pub struct Jwt {
        /// What is signed.
        assertion: "assertion" required Assertion,
    }
}

method! {
    /// Headers and query parameters that are computed for each request.
    "auth of type `signature`"
    pub struct Signature {
    }
}

object! {
    /// A signed assertion (RFC 7519).
    "`assertion`"
    pub struct Assertion {
        /// How it is signed (RFC 7518, 3.1).
        algorithm: "algorithm" required Spanned<Algorithm>,
        /// The key: a template that gives a private key in PEM, or a text for HMAC.
        ///
        /// Example: `'{{ credentials.private_key }}'`
        key: "key" required Spanned<Template>,
        /// Further members of the header: `{kid: '{{ credentials.key_id }}'}`.
        header: "header" default Members<Wire, Tree>,
        /// The claims. `iat` and `exp` are added unless they stand here.
        claims: "claims" default Members<Wire, Tree>,
        /// How long it lives. `5m` unless said.
        lifetime: "lifetime" optional Spanned<Seconds>,
    }
}

words! {
    /// How an assertion is signed.
    "algorithm"
    pub enum Algorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        Rs256 = "RS256",
        /// RSASSA-PKCS1-v1_5 with SHA-384.
        Rs384 = "RS384",
        /// RSASSA-PKCS1-v1_5 with SHA-512.
        Rs512 = "RS512",
        /// RSASSA-PSS with SHA-256.
        Ps256 = "PS256",
        /// RSASSA-PSS with SHA-384.
        Ps384 = "PS384",
        /// RSASSA-PSS with SHA-512.
        Ps512 = "PS512",
        /// ECDSA with P-256 and SHA-256.
        Es256 = "ES256",
        /// ECDSA with P-384 and SHA-384.
        Es384 = "ES384",
        /// Ed25519.
        EdDsa = "EdDSA",
        /// HMAC with SHA-256.
        Hs256 = "HS256",
        /// HMAC with SHA-384.
        Hs384 = "HS384",
        /// HMAC with SHA-512.
        Hs512 = "HS512",
    }
}
