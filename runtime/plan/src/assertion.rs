//! Signed assertions.

use crate::Expression;

/// A signed assertion: a JSON Web Token (RFC 7519).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assertion<'a> {
    algorithm: Algorithm,
    key: Expression<'a>,
    header: Option<Expression<'a>>,
    claims: Expression<'a>,
    lifetime: u32,
}

impl<'a> Assertion<'a> {
    /// The algorithm, the key (PEM; a text for HMAC), all claims as a mapping, and how long it lives in seconds.
    #[must_use]
    pub const fn new(
        algorithm: Algorithm,
        key: Expression<'a>,
        claims: Expression<'a>,
        lifetime: u32,
    ) -> Self {
        Self { algorithm, key, header: None, claims, lifetime }
    }

    /// Further members of the header, as a mapping; `alg` and `typ` are there.
    #[must_use]
    pub const fn with_header(mut self, header: Expression<'a>) -> Self {
        self.header = Some(header);
        self
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> Expression<'a> {
        self.key
    }

    /// Further members of the header.
    #[must_use]
    pub const fn header(&self) -> Option<Expression<'a>> {
        self.header
    }

    /// All claims.
    #[must_use]
    pub const fn claims(&self) -> Expression<'a> {
        self.claims
    }

    /// How long it lives, in seconds.
    #[must_use]
    pub const fn lifetime(&self) -> u32 {
        self.lifetime
    }
}

/// An algorithm of JSON Web Signature (RFC 7518, 3.1; RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl Algorithm {
    /// Its name in a header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }
}
