//! Randomness of the operating system, in the forms in which requests carry it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::digest::sha256;
use crate::{Error, Secret, expression::hex};

/// A text that is used once: 128 bits in 32 lower-case hexadecimal digits.
pub(crate) fn nonce() -> Result<String, Error> {
    Ok(hex(&bytes::<16>()?))
}

/// A random UUID (RFC 9562, version 4) as text.
pub(crate) fn uuid() -> Result<String, Error> {
    let mut bytes = bytes::<16>()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    let mut text = String::with_capacity(36);
    for (place, digit) in digits.chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    Ok(text)
}

/// A text that nobody can guess: that many random bytes in base64url. A PKCE verifier takes 32 bytes, which are
/// the 43 characters that RFC 7636 asks for at least.
pub(crate) fn token(length: usize) -> Result<Secret, Error> {
    let mut bytes = zeroize::Zeroizing::new(vec![0; length]);
    fill(&mut bytes)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(&*bytes)))
}

/// The challenge of a PKCE verifier by the method S256 (RFC 7636, 4.2).
pub(crate) fn pkce_challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()))
}

fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    SystemRandom::new().fill(bytes).map_err(|_| Error::config("the operating system gives no random bytes"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ten_thousand_nonces_are_ten_thousand() {
        let nonces: BTreeSet<String> = (0..10_000).map(|_| nonce().unwrap()).collect();
        assert_eq!(nonces.len(), 10_000);
        let fits = |nonce: &String| {
            nonce.len() == 32 && nonce.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        assert!(nonces.iter().all(fits));
    }

    #[test]
    fn a_uuid_is_of_version_4() {
        for _ in 0..100 {
            let uuid = uuid().unwrap();
            assert!(uuid.parse::<crate::Uuid>().is_ok(), "{uuid}");
            assert_eq!(&uuid[14..15], "4");
            assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"));
        }
        assert_ne!(uuid().unwrap(), uuid().unwrap());
    }

    #[test]
    fn a_token_is_as_long_as_asked() {
        assert_eq!(token(32).unwrap().expose_secret().len(), 43);
        assert_eq!(token(16).unwrap().expose_secret().len(), 22);
        assert_ne!(token(32).unwrap().expose_secret(), token(32).unwrap().expose_secret());
    }

    #[test]
    fn the_challenge_of_rfc_7636() {
        let challenge = pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
