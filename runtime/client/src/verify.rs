//! The providers' side of what the runtime signs, for mocks. Nothing here is for connectors.
//!
//! A request is signed anew with what its own header says, and must get the same header: what was changed after it
//! was signed, or was left out of the signature, shows.

use bytes::Bytes;
use couplet_plan::Algorithm;
use http::{
    HeaderMap, HeaderValue, Request,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};

pub use crate::rebuild::{Answer, Known, Rebuilder};
use crate::{
    Error, ErrorKind, Secret, Timestamp,
    auth::{
        aws_sigv4,
        challenge::{self, Challenge},
        digest::{Attempt, DigestChallenge},
        oauth1::{self, SignatureMethod},
    },
    crypto::{jwt, random},
    percent,
};

/// The claims of a token, as JSON, where its signature was made by this algorithm with this key: PEM, or the bytes
/// of a shared secret.
///
/// # Errors
///
/// Where the token is not one, or is not signed so.
pub fn jwt(algorithm: Algorithm, key: &[u8], token: &str) -> Result<String, Error> {
    jwt::verify(algorithm, key, token)
}

/// A token with these claims, such as an `id_token`.
///
/// # Errors
///
/// Where the key is not one of the algorithm.
pub fn sign_jwt(algorithm: Algorithm, key: &[u8], claims: &str) -> Result<String, Error> {
    let token = jwt::sign(algorithm, key, &jwt::header(algorithm, "{}")?, claims)?;
    Ok(token.expose_secret().to_owned())
}

/// The challenge that a PKCE verifier answers to by the method S256 (RFC 7636).
#[must_use]
pub fn pkce_challenge(verifier: &str) -> String {
    random::pkce_challenge(verifier)
}

/// Whether a request is signed with AWS Signature Version 4 by whoever has this secret.
///
/// # Errors
///
/// Where it is not, or its header cannot be read.
pub fn aws_sigv4(request: &Request<Bytes>, secret_access_key: &str) -> Result<(), Error> {
    let header = authorization(request)?;
    let part = |name: &str| {
        let (_, rest) = header.split_once(name).ok_or_else(|| unreadable(name))?;
        Ok::<_, Error>(rest.split([',', ' ']).next().unwrap_or_default())
    };
    let credential: Vec<&str> = part("Credential=")?.split('/').collect();
    let [access_key_id, _, region, service, _] = credential[..] else {
        return Err(unreadable("Credential="));
    };
    let signed: Vec<&str> = part("SignedHeaders=")?.split(';').collect();
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let date = text("x-amz-date").and_then(instant).ok_or_else(|| unreadable("x-amz-date"))?;
    let token = text("x-amz-security-token").map(Secret::from);
    let secret = Secret::from(secret_access_key);
    let credentials =
        aws_sigv4::Credentials { access_key_id, secret_access_key: &secret, session_token: token.as_ref() };
    let payload_hash = text("x-amz-content-sha256").is_some();
    let mut again = request.clone();
    again.headers_mut().clear();
    for (name, value) in request.headers().iter().filter(|(name, _)| signed.contains(&name.as_str())) {
        again.headers_mut().append(name, value.clone());
    }
    aws_sigv4::sign_request(
        &mut again,
        credentials,
        aws_sigv4::Scope { region, service, payload_hash },
        date,
    )?;
    same(&header, again.headers().get(AUTHORIZATION))
}

/// Whether a request is signed with OAuth 1.0 by whoever has these secrets.
///
/// # Errors
///
/// Where it is not, or its header cannot be read.
pub fn oauth1(
    request: &Request<Bytes>,
    consumer_secret: &str,
    token_secret: Option<&str>,
) -> Result<(), Error> {
    let header = authorization(request)?;
    let read = one(&header, "OAuth")?;
    let decoded: Vec<(&str, String)> = read
        .parameters()
        .map(|(name, value)| (name, String::from_utf8_lossy(&percent::decode(value)).into_owned()))
        .collect();
    let find = |name: &str| decoded.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let need = |name: &str| find(name).ok_or_else(|| unreadable(name));
    let own = |name: &str| {
        let name = name.strip_prefix("oauth_").unwrap_or("realm");
        matches!(
            name,
            "realm" | "consumer_key" | "token" | "signature_method" | "timestamp" | "nonce" | "signature"
        )
    };
    let extra: Vec<(&str, &str)> =
        decoded.iter().filter(|(name, _)| !own(name)).map(|(name, value)| (*name, value.as_str())).collect();
    let (consumer_secret, token_secret) = (Secret::from(consumer_secret), token_secret.map(Secret::from));
    let credentials = oauth1::Credentials {
        consumer_key: need("oauth_consumer_key")?,
        consumer_secret: &consumer_secret,
        token: find("oauth_token").zip(token_secret.as_ref()),
    };
    let options = oauth1::Options {
        method: SignatureMethod::from_name(need("oauth_signature_method")?)?,
        realm: read.get("realm"),
        extra: &extra,
    };
    let timestamp = need("oauth_timestamp")?.parse().map_err(|_| unreadable("oauth_timestamp"))?;
    let mut again = request.clone();
    let once = oauth1::Once { nonce: need("oauth_nonce")?, timestamp };
    oauth1::sign_request(&mut again, credentials, options, once)?;
    same(&header, again.headers().get(AUTHORIZATION))
}

/// How many times a request says that the nonce of this challenge was used, where it answers the challenge by HTTP
/// Digest with this password.
///
/// # Errors
///
/// Where it does not, or its header cannot be read.
pub fn digest(request: &Request<Bytes>, challenge: &str, user: &str, password: &str) -> Result<u32, Error> {
    let header = authorization(request)?;
    let read = one(&header, "Digest")?;
    let count = match read.get("nc") {
        Some(count) => u32::from_str_radix(count, 16).map_err(|_| unreadable("nc"))?,
        None => 1,
    };
    let attempt = Attempt {
        method: request.method().as_str(),
        target: request.uri().path_and_query().map_or("/", |target| target.as_str()),
        cnonce: read.get("cnonce").unwrap_or_default(),
        count,
    };
    let challenge = HeaderValue::from_str(challenge).map_err(|_| unreadable("the challenge"))?;
    let challenge = DigestChallenge::choose(&HeaderMap::from_iter([(WWW_AUTHENTICATE, challenge)]))?;
    let expected = challenge.authorization(&user.into(), &password.into(), attempt)?;
    same(&header, Some(&expected)).map(|()| count)
}

fn authorization(request: &Request<Bytes>) -> Result<String, Error> {
    let value = request.headers().get(AUTHORIZATION).ok_or_else(|| unreadable("the header Authorization"))?;
    Ok(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn one<'h>(header: &'h str, scheme: &str) -> Result<Challenge<'h>, Error> {
    challenge::parse(header).into_iter().find(|read| read.is(scheme)).ok_or_else(|| unreadable(scheme))
}

/// Seconds since 1970 of `20150830T123600Z`.
fn instant(text: &str) -> Option<i64> {
    let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..8)?);
    let (hour, minute, second) = (text.get(9..11)?, text.get(11..13)?, text.get(13..15)?);
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    text.parse::<Timestamp>().ok()?.unix_seconds()
}

fn same(header: &str, expected: Option<&HeaderValue>) -> Result<(), Error> {
    if expected.is_some_and(|expected| expected.as_bytes() == header.as_bytes()) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Unauthorized, "the signature is not that of the request and the secret"))
}

fn unreadable(what: &str) -> Error {
    Error::new(
        ErrorKind::Unauthorized,
        format!("the request is not signed: `{what}` is missing or cannot be read"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request<Bytes> {
        Request::post("https://api.example.com/a/b%20c?x=2&x=1")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("user-agent", "couplet")
            .body(Bytes::from_static(b"form=1"))
            .unwrap()
    }

    /// Every change to a signed request that a signature covers.
    fn changed(request: &Request<Bytes>) -> Vec<Request<Bytes>> {
        let change = |how: fn(&mut Request<Bytes>)| {
            let mut request = request.clone();
            how(&mut request);
            request
        };
        vec![
            change(|request| *request.method_mut() = http::Method::PUT),
            change(|request| *request.uri_mut() = "https://api.example.com/a/b%20c?x=2&x=3".parse().unwrap()),
            change(|request| *request.uri_mut() = "https://api.example.com/a/b?x=2&x=1".parse().unwrap()),
            change(|request| {
                let header =
                    request.headers()["authorization"].to_str().unwrap().replace("ignature=", "ignature=0");
                request.headers_mut().insert(AUTHORIZATION, header.parse().unwrap());
            }),
            change(|request| {
                request.headers_mut().remove(AUTHORIZATION);
            }),
        ]
    }

    #[test]
    fn a_signature_of_aws_holds_until_the_request_is_changed() {
        let secret = Secret::from("secret");
        for token in [None, Some(Secret::from("token"))] {
            let credentials = aws_sigv4::Credentials {
                access_key_id: "AKID",
                secret_access_key: &secret,
                session_token: token.as_ref(),
            };
            for service in ["s3", "ses"] {
                let scope = aws_sigv4::Scope { region: "eu-west-1", service, payload_hash: service == "s3" };
                let mut signed = request();
                aws_sigv4::sign_request(&mut signed, credentials, scope, 1_440_938_160).unwrap();
                aws_sigv4(&signed, "secret").unwrap();
                assert!(aws_sigv4(&signed, "other").is_err());
                for changed in changed(&signed) {
                    assert!(aws_sigv4(&changed, "secret").is_err(), "{changed:?}");
                }
                *signed.body_mut() = Bytes::from_static(b"form=2");
                assert!(aws_sigv4(&signed, "secret").is_err());
            }
        }
    }

    #[test]
    fn a_signature_of_oauth1_holds_until_the_request_is_changed() {
        let (consumer, token) = (Secret::from("consumer"), Secret::from("token"));
        let credentials = oauth1::Credentials {
            consumer_key: "key",
            consumer_secret: &consumer,
            token: Some(("t", &token)),
        };
        let extra = [("oauth_version", "1.0"), ("oauth_callback", "https://a.example/?b=c")];
        for method in [SignatureMethod::HmacSha1, SignatureMethod::HmacSha256] {
            let options = oauth1::Options { method, realm: Some("a \"realm\""), extra: &extra };
            let mut signed = request();
            oauth1::sign_request(
                &mut signed,
                credentials,
                options,
                oauth1::Once { nonce: "n", timestamp: 1 },
            )
            .unwrap();
            oauth1(&signed, "consumer", Some("token")).unwrap();
            assert!(oauth1(&signed, "consumer", Some("other")).is_err());
            assert!(oauth1(&signed, "consumer", None).is_err());
            for changed in changed(&signed) {
                assert!(oauth1(&changed, "consumer", Some("token")).is_err(), "{changed:?}");
            }
            *signed.body_mut() = Bytes::from_static(b"form=2");
            assert!(oauth1(&signed, "consumer", Some("token")).is_err());
        }
    }

    #[test]
    fn an_answer_to_a_digest_challenge_holds_for_its_request() {
        let challenge = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256, opaque=\"o\"";
        let headers = HeaderMap::from_iter([(WWW_AUTHENTICATE, challenge.parse().unwrap())]);
        let attempt = Attempt { method: "POST", target: "/a/b%20c?x=2&x=1", cnonce: "c", count: 17 };
        let answer = DigestChallenge::choose(&headers).unwrap();
        let mut signed = request();
        let header = answer.authorization(&"user".into(), &"password".into(), attempt).unwrap();
        signed.headers_mut().insert(AUTHORIZATION, header);
        assert_eq!(digest(&signed, challenge, "user", "password").unwrap(), 17);
        assert!(digest(&signed, challenge, "user", "other").is_err());
        assert!(digest(&signed, &challenge.replace("\"n\"", "\"m\""), "user", "password").is_err());
        for changed in changed(&signed).iter().take(3) {
            assert!(digest(changed, challenge, "user", "password").is_err(), "{changed:?}");
        }
    }
}
