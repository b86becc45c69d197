//! The providers' side of what the runtime signs, for mocks. Nothing here is for connectors.

use crate::{
    Error,
    crypto::{
        jwt::{self, Algorithm},
        random,
    },
};

/// The claims of a token, as JSON, where its signature was made by this algorithm with this key: PEM, or the bytes
/// of a shared secret.
///
/// # Errors
///
/// Where the token is not one, or is not signed so.
pub fn jwt(algorithm: &str, key: &[u8], token: &str) -> Result<String, Error> {
    jwt::verify(Algorithm::from_name(algorithm)?, key, token)
}

/// A token with these claims, such as an `id_token`.
///
/// # Errors
///
/// Where the key is not one of the algorithm.
pub fn sign_jwt(algorithm: &str, key: &[u8], claims: &str) -> Result<String, Error> {
    let algorithm = Algorithm::from_name(algorithm)?;
    let token = jwt::sign(algorithm, key, &jwt::header(algorithm, "{}")?, claims)?;
    Ok(token.expose_secret().to_owned())
}

/// The challenge that a PKCE verifier answers to by the method S256 (RFC 7636).
#[must_use]
pub fn pkce_challenge(verifier: &str) -> String {
    random::pkce_challenge(verifier)
}
