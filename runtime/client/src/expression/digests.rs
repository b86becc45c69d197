//! Filters that digest, sign, and read what is signed.

use std::borrow::Cow;

use couplet_plan::Filter;

use super::{Failure, Value, filters::owned};
use crate::{
    Error,
    crypto::{digest, jwt, key},
    json,
};

/// What such a filter makes of a value; nothing where the filter is none of them.
pub(super) fn apply<'v>(
    filter: Filter,
    value: &Value<'v>,
    arguments: &[Value<'v>],
) -> Option<Result<Value<'v>, Failure>> {
    Some(match filter {
        Filter::Sha1 => plain(value, digest::sha1),
        Filter::Sha256 => plain(value, digest::sha256),
        Filter::Sha512 => plain(value, digest::sha512),
        Filter::Md5 => data(value).and_then(|data| digest::md5(&data).map_err(failure).map(bytes)),
        Filter::HmacSha1 => keyed(value, arguments, digest::hmac_sha1),
        Filter::HmacSha256 => keyed(value, arguments, digest::hmac_sha256),
        Filter::HmacSha512 => keyed(value, arguments, digest::hmac_sha512),
        Filter::Ed25519 => ed25519(value, arguments),
        Filter::Fingerprint => text(value).and_then(|key| key::fingerprint(&key).map(owned).map_err(failure)),
        Filter::Claims => text(value).and_then(|token| claims(&token)),
        _ => return None,
    })
}

fn plain<'v>(value: &Value<'v>, digest: fn(&[u8]) -> Vec<u8>) -> Result<Value<'v>, Failure> {
    data(value).map(|data| bytes(digest(&data)))
}

fn keyed<'v>(
    value: &Value<'v>,
    arguments: &[Value<'v>],
    digest: fn(&[u8], &[u8]) -> Vec<u8>,
) -> Result<Value<'v>, Failure> {
    Ok(bytes(digest(&data(given(arguments)?)?, &data(value)?)))
}

fn ed25519<'v>(value: &Value<'v>, arguments: &[Value<'v>]) -> Result<Value<'v>, Failure> {
    let key = text(given(arguments)?)?;
    key::ed25519_sign(&key, &data(value)?).map(bytes).map_err(failure)
}

fn claims<'v>(token: &str) -> Result<Value<'v>, Failure> {
    let claims = jwt::claims(token).map_err(failure)?;
    json::parse(&claims)
        .map(Value::into_owned)
        .map_err(|invalid| Failure::new(format!("the claims are not valid JSON: {invalid}")))
}

fn given<'a, 'v>(arguments: &'a [Value<'v>]) -> Result<&'a Value<'v>, Failure> {
    arguments.first().ok_or_else(|| Failure::new("the key is missing"))
}

fn data<'v>(value: &Value<'v>) -> Result<Cow<'v, [u8]>, Failure> {
    value.clone().into_bytes()
}

fn text<'v>(value: &Value<'v>) -> Result<Cow<'v, str>, Failure> {
    value.clone().into_text()
}

fn failure(error: Error) -> Failure {
    Failure::new(error.to_string())
}

fn bytes<'v>(bytes: Vec<u8>) -> Value<'v> {
    Value::Bytes(Cow::Owned(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{filters, hex};

    fn of(filter: Filter, value: Value<'_>, arguments: Vec<Value<'_>>) -> Result<String, String> {
        match filters::apply(filter, value, arguments) {
            Ok(Value::Bytes(bytes)) => Ok(hex(&bytes)),
            Ok(other) => {
                let mut json = String::new();
                other.write_json(&mut json);
                Ok(json)
            }
            Err(failure) => Err(failure.to_string()),
        }
    }

    fn text(text: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(text))
    }

    fn repeated<'v>(byte: u8, times: usize) -> Value<'v> {
        bytes(vec![byte; times])
    }

    /// RFC 4231, test cases 1, 2, 3 and 6: keys and data that are texts, and such that are bytes alone.
    #[test]
    fn authentication_codes_are_those_of_rfc_4231() {
        let long = "Test Using Larger Than Block-Size Key - Hash Key First";
        for (key, data, sha256, sha512) in [
            (
                repeated(0x0b, 20),
                text("Hi There"),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            ),
            (
                text("Jefe"),
                text("what do ya want for nothing?"),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
            (
                repeated(0xaa, 20),
                repeated(0xdd, 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
                "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
            ),
            (
                repeated(0xaa, 131),
                text(long),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
            ),
        ] {
            assert_eq!(of(Filter::HmacSha256, data.clone(), vec![key.clone()]).as_deref(), Ok(sha256));
            assert_eq!(of(Filter::HmacSha512, data, vec![key]).as_deref(), Ok(sha512));
        }
        let code = of(Filter::HmacSha1, text("what do ya want for nothing?"), vec![text("Jefe")]);
        assert_eq!(code.as_deref(), Ok("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
        assert_eq!(of(Filter::HmacSha1, text("x"), vec![]), Err("the key is missing".to_owned()));
        assert_eq!(
            of(Filter::HmacSha256, text("x"), vec![Value::Null]),
            Err("null has no form as text".to_owned())
        );
    }

    #[test]
    fn digests_are_those_of_fips_180() {
        for (filter, digest) in [
            (Filter::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (Filter::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Filter::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ] {
            assert_eq!(of(filter, text("abc"), vec![]).as_deref(), Ok(digest));
            assert_eq!(of(filter, bytes(b"abc".to_vec()), vec![]).as_deref(), Ok(digest));
        }
        assert!(of(Filter::Sha256, Value::List(vec![]), vec![]).is_err());
        #[cfg(feature = "md5")]
        assert_eq!(of(Filter::Md5, text("abc"), vec![]).as_deref(), Ok("900150983cd24fb0d6963f7d28e17f72"));
        #[cfg(not(feature = "md5"))]
        assert!(of(Filter::Md5, text("abc"), vec![]).is_err_and(|why| why.contains("feature `md5`")));
    }

    #[test]
    fn claims_are_read_without_a_signature() {
        let token = "eyJhbGciOiJub25lIn0.eyJ0aWQiOiJhLWIiLCJuIjpbMSwyXX0.";
        assert_eq!(of(Filter::Claims, text(token), vec![]).as_deref(), Ok(r#"{"tid":"a-b","n":[1,2]}"#));
        for wrong in ["", "a", "a.b", "a.!.c", "a.AAAA.c"] {
            let why = of(Filter::Claims, text(wrong), vec![]).expect_err(wrong);
            assert!(wrong.is_empty() || !why.contains("AAAA"), "{why}");
        }
    }

    /// RFC 8032, 7.1, the first test.
    #[test]
    fn ed25519_signs_as_rfc_8032_says() {
        let key = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
            d25bf5f0595bbe24655141438e7a100b";
        assert_eq!(of(Filter::Ed25519, text(""), vec![text(key)]).as_deref(), Ok(signature));
        let fingerprint = of(Filter::Fingerprint, text(key), vec![]);
        assert_eq!(fingerprint.as_deref(), Ok("\"SHA256:BuP9j9opu2CrWVV95h7bCuzbIxE0vjDnW0Vfjht5L6k=\""));
        for (filter, value, arguments) in [
            (Filter::Ed25519, text(""), vec![text("hunter2")]),
            (Filter::Fingerprint, text("hunter2"), vec![]),
        ] {
            assert!(of(filter, value, arguments).is_err_and(|why| !why.contains("hunter2")));
        }
    }
}
