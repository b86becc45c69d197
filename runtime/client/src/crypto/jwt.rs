//! JSON Web Tokens in their compact form (RFC 7515, RFC 7518, RFC 7519): signed, read without a check, and checked.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD},
};
use couplet_plan::Algorithm::{
    self, EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512,
};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{self, KeyPair as _, RsaEncoding, UnparsedPublicKey, VerificationAlgorithm},
};

use super::key::PrivateKey;
use crate::{Error, Secret, expression::Value, json};

/// Reads base64url also with the padding that some issuers leave on.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What kind of key an algorithm takes, for messages.
const fn key_of(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Hs256 | Hs384 | Hs512 => "a shared secret",
        Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512 => "an RSA key",
        Es256 => "an EC key on P-256",
        Es384 => "an EC key on P-384",
        EdDsa => "an Ed25519 key",
        _ => "another key",
    }
}

/// The header of a token: `alg`, `typ`, and the members of a further JSON object, which may say another `typ`.
pub(crate) fn header(algorithm: Algorithm, more: &str) -> Result<String, Error> {
    let Ok(Value::Map(members)) = json::parse(more) else {
        return Err(Error::config("the header of the JWT is not a JSON object"));
    };
    let other =
        |(name, value): &(_, Value<'_>)| name == "alg" && *value != Value::Text(algorithm.as_str().into());
    if members.iter().any(other) {
        return Err(Error::config("the header of the JWT says another `alg` than its algorithm"));
    }
    let mut out = format!(r#"{{"alg":"{}""#, algorithm.as_str());
    if !members.iter().any(|(name, _)| name == "typ") {
        out.push_str(r#","typ":"JWT""#);
    }
    for (name, value) in members.iter().filter(|(name, _)| name != "alg") {
        out.push(',');
        json::write_string(&mut out, name);
        out.push(':');
        value.write_json(&mut out);
    }
    out.push('}');
    Ok(out)
}

/// The token with this header and these claims, to the byte. The key is PEM, or the bytes of a shared secret.
pub(crate) fn sign(algorithm: Algorithm, key: &[u8], header: &str, claims: &str) -> Result<Secret, Error> {
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = signature(algorithm, key, token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(Secret::new(token))
}

/// The claims of a token as JSON, without a check of its signature: for what came over TLS from whom it concerns.
pub(crate) fn claims(token: &str) -> Result<String, Error> {
    let [_, claims, _] = parts(token)?;
    json_of(claims)
}

/// The claims of a token whose signature was made with this key by this algorithm.
pub(crate) fn verify(algorithm: Algorithm, key: &[u8], token: &str) -> Result<String, Error> {
    let [header, claims, signature] = parts(token)?;
    let header = json_of(header)?;
    let Ok(Value::Map(members)) = json::parse(&header) else {
        return Err(not_a_token("its header is no object"));
    };
    let said = members.into_iter().find(|(name, _)| name == "alg").map(|(_, value)| value);
    if said != Some(Value::Text(algorithm.as_str().into())) {
        return Err(not_a_token(&format!("its header does not say `{}`", algorithm.as_str())));
    }
    let signature = LENIENT.decode(signature).map_err(|_| not_a_token("its signature is not base64url"))?;
    let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed);
    if !is_signed(algorithm, key, signed.as_bytes(), &signature)? {
        return Err(not_a_token("its signature is not of this key"));
    }
    json_of(claims)
}

fn signature(algorithm: Algorithm, key: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
    if let Some(algorithm) = hmac_of(algorithm) {
        return Ok(hmac::sign(&shared(algorithm, key)?, data).as_ref().to_vec());
    }
    let random = SystemRandom::new();
    let failed = |_| Error::config("the JWT could not be signed with this key");
    match (algorithm, private(key)?) {
        (Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512, PrivateKey::Rsa(pair)) => {
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(rsa_encoding(algorithm), &random, data, &mut signature).map_err(failed)?;
            Ok(signature)
        }
        (Es256, PrivateKey::P256(pair)) | (Es384, PrivateKey::P384(pair)) => {
            Ok(pair.sign(&random, data).map_err(failed)?.as_ref().to_vec())
        }
        (EdDsa, PrivateKey::Ed25519(pair)) => Ok(pair.sign(data).as_ref().to_vec()),
        (_, other) => Err(misfit(algorithm, &other)),
    }
}

fn is_signed(algorithm: Algorithm, key: &[u8], data: &[u8], signature: &[u8]) -> Result<bool, Error> {
    if let Some(algorithm) = hmac_of(algorithm) {
        return Ok(hmac::verify(&shared(algorithm, key)?, data, signature).is_ok());
    }
    let check = |how: &'static dyn VerificationAlgorithm, public: &[u8]| {
        UnparsedPublicKey::new(how, public).verify(data, signature).is_ok()
    };
    Ok(match (algorithm, private(key)?) {
        (Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512, PrivateKey::Rsa(pair)) => {
            check(rsa_check(algorithm), pair.public().as_ref())
        }
        (Es256, PrivateKey::P256(pair)) => {
            check(&signature::ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref())
        }
        (Es384, PrivateKey::P384(pair)) => {
            check(&signature::ECDSA_P384_SHA384_FIXED, pair.public_key().as_ref())
        }
        (EdDsa, PrivateKey::Ed25519(pair)) => check(&signature::ED25519, pair.public_key().as_ref()),
        (_, other) => return Err(misfit(algorithm, &other)),
    })
}

fn hmac_of(algorithm: Algorithm) -> Option<hmac::Algorithm> {
    match algorithm {
        Hs256 => Some(hmac::HMAC_SHA256),
        Hs384 => Some(hmac::HMAC_SHA384),
        Hs512 => Some(hmac::HMAC_SHA512),
        _ => None,
    }
}

fn rsa_encoding(algorithm: Algorithm) -> &'static dyn RsaEncoding {
    match algorithm {
        Rs384 => &signature::RSA_PKCS1_SHA384,
        Rs512 => &signature::RSA_PKCS1_SHA512,
        Ps256 => &signature::RSA_PSS_SHA256,
        Ps384 => &signature::RSA_PSS_SHA384,
        Ps512 => &signature::RSA_PSS_SHA512,
        _ => &signature::RSA_PKCS1_SHA256,
    }
}

fn rsa_check(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
        Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
        _ => &signature::RSA_PKCS1_2048_8192_SHA256,
    }
}

fn shared(algorithm: hmac::Algorithm, key: &[u8]) -> Result<hmac::Key, Error> {
    if key.is_empty() {
        return Err(Error::config("the secret that signs the JWT is empty"));
    }
    Ok(hmac::Key::new(algorithm, key))
}

fn private(key: &[u8]) -> Result<PrivateKey, Error> {
    let text =
        std::str::from_utf8(key).map_err(|_| Error::config("the private key is not PEM, but bytes"))?;
    PrivateKey::parse(text)
}

fn misfit(algorithm: Algorithm, key: &PrivateKey) -> Error {
    Error::config(format!("{} needs {}, and this is {}", algorithm.as_str(), key_of(algorithm), key.kind()))
}

fn parts(token: &str) -> Result<[&str; 3], Error> {
    let mut parts = token.splitn(4, '.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(signature), None) => Ok([header, claims, signature]),
        (.., Some(_)) => Err(not_a_token("it has more than three parts, as encrypted ones have")),
        _ => Err(not_a_token("it has not three parts")),
    }
}

fn json_of(part: &str) -> Result<String, Error> {
    let bytes = LENIENT.decode(part).map_err(|_| not_a_token("a part is not base64url"))?;
    let text = String::from_utf8(bytes).map_err(|_| not_a_token("a part is not UTF-8"))?;
    json::validate(&text).map_err(|invalid| not_a_token(&format!("a part is not JSON: {invalid}")))?;
    Ok(text)
}

/// It never shows the token.
fn not_a_token(why: &str) -> Error {
    Error::decode(format!("not a valid JWT: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, A.1.1: the claims of its first three examples.
    const JOE: &str = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
    const JOE_ENCODED: &str =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const RSA: &[u8] = include_bytes!("../../tests-data/keys/rsa_pkcs8.pem");
    const P256: &[u8] = include_bytes!("../../tests-data/keys/p256_pkcs8.pem");
    const P384: &[u8] = include_bytes!("../../tests-data/keys/p384_pkcs8.pem");
    const ED25519: &[u8] = include_bytes!("../../tests-data/keys/ed25519_pkcs8.pem");

    fn token(header: &str, signature: &str) -> String {
        format!("{header}.{JOE_ENCODED}.{signature}")
    }

    #[test]
    fn hs256_of_rfc_7515_a_1_and_rfc_7519_3_1() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let key = LENIENT.decode(key).unwrap();
        let header = "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}";
        let expected =
            token("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(sign(Hs256, &key, header, JOE).unwrap().expose_secret(), expected);
        assert_eq!(verify(Hs256, &key, &expected).unwrap(), JOE);
        assert_eq!(claims(&expected).unwrap(), JOE);
    }

    #[test]
    fn rs256_of_rfc_7515_a_2() {
        let expected = token(
            "eyJhbGciOiJSUzI1NiJ9",
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9\
             uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eS\
             N9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLI\
             hWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        );
        assert_eq!(sign(Rs256, RSA, r#"{"alg":"RS256"}"#, JOE).unwrap().expose_secret(), expected);
        assert_eq!(verify(Rs256, RSA, &expected).unwrap(), JOE);
    }

    #[test]
    fn es256_of_rfc_7515_a_3() {
        let example = token(
            "eyJhbGciOiJFUzI1NiJ9",
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        );
        assert_eq!(verify(Es256, P256, &example).unwrap(), JOE);
    }

    #[test]
    fn eddsa_of_rfc_8037_a_4() {
        let signed = sign(EdDsa, ED25519, r#"{"alg":"EdDSA"}"#, "Example of Ed25519 signing").unwrap();
        assert_eq!(
            signed.expose_secret(),
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
             hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    const ALL: [Algorithm; 12] =
        [Hs256, Hs384, Hs512, Rs256, Rs384, Rs512, Ps256, Ps384, Ps512, Es256, Es384, EdDsa];

    #[test]
    fn every_algorithm_checks_what_it_signs_and_nothing_else() {
        for algorithm in ALL {
            let key = match algorithm {
                Hs256 | Hs384 | Hs512 => b"secret",
                Es256 => P256,
                Es384 => P384,
                EdDsa => ED25519,
                _ => RSA,
            };
            let name = algorithm.as_str();
            let header = header(algorithm, r#"{"kid":"1"}"#).unwrap();
            let token = sign(algorithm, key, &header, r#"{"sub":"a"}"#).unwrap();
            let token = token.expose_secret();
            assert_eq!(verify(algorithm, key, token).unwrap(), r#"{"sub":"a"}"#, "{name}");
            for other in ALL.into_iter().filter(|other| *other != algorithm) {
                assert!(verify(other, key, token).is_err(), "{name} as {}", other.as_str());
            }
            let forged = token.replacen("eyJzdWIiOiJhIn0", "eyJzdWIiOiJiIn0", 1);
            assert_ne!(forged, token);
            let error = verify(algorithm, key, &forged).unwrap_err().to_string();
            assert!(error.contains("its signature is not of this key"), "{name}: {error}");
        }
    }

    #[test]
    fn a_header_has_alg_and_typ_first() {
        let composed = |more| header(Es256, more).map_err(|error| error.to_string());
        assert_eq!(composed("{}").unwrap(), r#"{"alg":"ES256","typ":"JWT"}"#);
        assert_eq!(
            composed(r#"{"kid":"a\"b","x":[1,null]}"#).unwrap(),
            r#"{"alg":"ES256","typ":"JWT","kid":"a\"b","x":[1,null]}"#
        );
        assert_eq!(composed(r#"{"typ":"at+jwt"}"#).unwrap(), r#"{"alg":"ES256","typ":"at+jwt"}"#);
        assert_eq!(composed(r#"{"alg":"ES256"}"#).unwrap(), r#"{"alg":"ES256","typ":"JWT"}"#);
        assert!(composed(r#"{"alg":"none"}"#).unwrap_err().contains("another `alg`"));
        assert!(composed("[]").unwrap_err().contains("not a JSON object"));
    }

    #[test]
    fn a_key_of_another_kind_is_named() {
        let error = |algorithm, key| sign(algorithm, key, "{}", "{}").unwrap_err().to_string();
        assert_eq!(error(Rs256, P256), "RS256 needs an RSA key, and this is an EC key on P-256");
        assert_eq!(error(Es256, P384), "ES256 needs an EC key on P-256, and this is an EC key on P-384");
        assert_eq!(error(EdDsa, RSA), "EdDSA needs an Ed25519 key, and this is an RSA key");
        assert_eq!(error(Hs256, b""), "the secret that signs the JWT is empty");
        assert_eq!(error(Ps256, b"\xff"), "the private key is not PEM, but bytes");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let payload = |text: &str| format!("e30.{}.", URL_SAFE_NO_PAD.encode(text));
        for (token, why) in [
            ("", "has not three parts"),
            ("e30.e30", "has not three parts"),
            ("a.b.c.d.e", "more than three parts"),
            ("e30.!.x", "not base64url"),
            ("e30.gICA.x", "not UTF-8"),
            (&payload("{"), "not JSON"),
        ] {
            let error = claims(token).unwrap_err().to_string();
            assert!(error.starts_with("not a valid JWT") && error.contains(why), "{error}");
        }
        assert_eq!(claims("e30.e30=.").unwrap(), "{}");
        assert_eq!(claims(&payload(r#"{"tid":"ü"}"#)).unwrap(), r#"{"tid":"ü"}"#);
    }
}
