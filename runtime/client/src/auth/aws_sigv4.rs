//! AWS Signature Version 4, in headers: a request and its instant in, the headers that sign it out.
//!
//! The steps and their names are AWS's: the canonical request, the string to sign, the signing key, the signature.
//! All of a request's headers are signed but those that change on the way.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::{AUTHORIZATION, HOST},
};
use zeroize::Zeroizing;

use super::sensitive;
use crate::{
    Error, Secret, Timestamp,
    crypto::digest::{hmac_sha256, sha256},
    expression::hex,
    percent,
};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TOKEN: &str = "x-amz-security-token";
/// What proxies and the client itself may still change, and the signature's own place.
const UNSIGNED: [&str; 7] =
    ["authorization", "connection", "expect", "te", "transfer-encoding", "user-agent", "x-amzn-trace-id"];

/// Whose signature it is.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'c> {
    pub(crate) access_key_id: &'c str,
    pub(crate) secret_access_key: &'c Secret,
    pub(crate) session_token: Option<&'c Secret>,
}

/// What the signature is good for.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) region: &'s str,
    pub(crate) service: &'s str,
    /// Whether `x-amz-content-sha256` is sent, as S3 wants.
    pub(crate) payload_hash: bool,
}

/// The parts of a request that are signed.
#[derive(Clone, Copy)]
pub(crate) struct Signable<'r> {
    pub(crate) method: &'r str,
    /// As the header `Host` will say it.
    pub(crate) host: &'r str,
    pub(crate) path: &'r str,
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: &'r [u8],
}

/// Signs a request as it will be sent, at an instant in seconds since 1970.
pub(crate) fn sign_request(
    request: &mut http::Request<Bytes>,
    credentials: Credentials<'_>,
    scope: Scope<'_>,
    instant: i64,
) -> Result<(), Error> {
    // An earlier signature may have been with a token.
    request.headers_mut().remove(TOKEN);
    let uri = request.uri();
    let signable = Signable {
        method: request.method().as_str(),
        host: &host(uri),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        headers: request.headers(),
        body: request.body(),
    };
    for (name, value) in sign(signable, credentials, scope, instant)? {
        request.headers_mut().insert(name, value);
    }
    Ok(())
}

/// The headers to add to a request.
pub(crate) fn sign(
    request: Signable<'_>,
    credentials: Credentials<'_>,
    scope: Scope<'_>,
    instant: i64,
) -> Result<Vec<(HeaderName, HeaderValue)>, Error> {
    if credentials.access_key_id.is_empty() || credentials.secret_access_key.expose_secret().is_empty() {
        return Err(Error::config("the AWS access key is empty"));
    }
    let at = stamp(instant)?;
    let encoding = Encoding::of(scope.service);
    let Canonical { text, names, mut added } =
        canonical(request, credentials.session_token, scope.payload_hash, encoding, &at)?;
    let signature = Signing { credentials, scope, at: &at }.signature(&text)?;
    let (id, scope) = (credentials.access_key_id, scope.text(&at)?);
    let header = format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
    added.push((AUTHORIZATION, sensitive(&header)?));
    Ok(added)
}

/// A canonical request, the names of the headers in it, and those of them that are still to be added.
struct Canonical {
    text: String,
    names: String,
    added: Vec<(HeaderName, HeaderValue)>,
}

fn canonical(
    request: Signable<'_>,
    token: Option<&Secret>,
    payload_hash: bool,
    encoding: Encoding,
    at: &str,
) -> Result<Canonical, Error> {
    let payload = hex(&sha256(request.body));
    let mut added = vec![(HeaderName::from_static("x-amz-date"), plain(at)?)];
    if let Some(token) = token {
        added.push((HeaderName::from_static(TOKEN), sensitive(token.expose_secret())?));
    }
    if payload_hash {
        added.push((HeaderName::from_static("x-amz-content-sha256"), plain(&payload)?));
    }
    let mut headers = request.headers.clone();
    headers.insert(HOST, plain(request.host)?);
    for (name, value) in &added {
        headers.insert(name, value.clone());
    }
    let headers = canonical_headers(&headers);
    let names = headers.keys().copied().collect::<Vec<_>>().join(";");
    let text = canonical_request(request, encoding, &headers, &names, &payload);
    Ok(Canonical { text, names, added })
}

/// How a path is written in the canonical request.
#[derive(Clone, Copy)]
struct Encoding {
    /// Whether `.`, `..` and empty segments are taken out.
    normalize: bool,
    /// Whether what is encoded is encoded once more.
    double: bool,
}

impl Encoding {
    /// S3 takes a path for a name, as it stands; all others do not.
    fn of(service: &str) -> Self {
        let other = !matches!(service, "s3" | "s3-outposts" | "s3-object-lambda" | "s3express");
        Self { normalize: other, double: other }
    }
}

impl Scope<'_> {
    fn text(&self, at: &str) -> Result<String, Error> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        for (what, text) in [("region", self.region), ("service", self.service)] {
            if text.is_empty() || !text.bytes().all(plain) {
                return Err(Error::config(format!(
                    "the AWS {what} is empty or has a character that none has"
                )));
            }
        }
        Ok(format!("{}/{}/{}/aws4_request", day(at), self.region, self.service))
    }
}

struct Signing<'s> {
    credentials: Credentials<'s>,
    scope: Scope<'s>,
    at: &'s str,
}

impl Signing<'_> {
    fn string_to_sign(&self, canonical: &str) -> Result<String, Error> {
        let (at, scope) = (self.at, self.scope.text(self.at)?);
        Ok(format!("{ALGORITHM}\n{at}\n{scope}\n{}", hex(&sha256(canonical.as_bytes()))))
    }

    fn signature(&self, canonical: &str) -> Result<String, Error> {
        let secret = Zeroizing::new(format!("AWS4{}", self.credentials.secret_access_key.expose_secret()));
        let mut key = Zeroizing::new(secret.as_bytes().to_vec());
        for part in [day(self.at), self.scope.region, self.scope.service, "aws4_request"] {
            key = Zeroizing::new(hmac_sha256(&key, part.as_bytes()));
        }
        Ok(hex(&hmac_sha256(&key, self.string_to_sign(canonical)?.as_bytes())))
    }
}

fn canonical_request(
    request: Signable<'_>,
    encoding: Encoding,
    headers: &BTreeMap<&str, String>,
    names: &str,
    payload: &str,
) -> String {
    let path = canonical_path(request.path, encoding);
    let query = canonical_query(request.query);
    let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    format!("{}\n{path}\n{query}\n{headers}\n{names}\n{payload}", request.method)
}

fn canonical_path(path: &str, encoding: Encoding) -> String {
    let normalized = if encoding.normalize { normalize(path) } else { path.to_owned() };
    let mut out = String::with_capacity(normalized.len());
    for (index, segment) in normalized.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        if encoding.double {
            percent::component(&mut out, segment.as_bytes());
        } else {
            // An encoded slash stands for a slash, which a name in S3 may hold.
            let segment = percent::decode(segment);
            for (index, part) in segment.split(|byte| *byte == b'/').enumerate() {
                if index > 0 {
                    out.push('/');
                }
                percent::component(&mut out, part);
            }
        }
    }
    if !out.starts_with('/') {
        out.insert(0, '/');
    }
    out
}

/// RFC 3986, 5.2.4, and without empty segments.
fn normalize(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut out = format!("/{}", kept.join("/"));
    let directory = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    if directory && !out.ends_with('/') {
        out.push('/');
    }
    out
}

/// The parameters, each encoded in the one way, in the order of what that gives.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encoded_once(name), encoded_once(value))
        })
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encoded_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    percent::component(&mut out, &percent::decode(&text.replace('+', " ")));
    out
}

/// Names in lower case and in order; values without outer spaces, and with one space where there are several.
fn canonical_headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut canonical: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| !UNSIGNED.contains(&name.as_str())) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let text = text.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        canonical
            .entry(name.as_str())
            .and_modify(|all| {
                all.push(',');
                all.push_str(&text);
            })
            .or_insert(text);
    }
    canonical
}

/// The authority, without the port that the scheme implies.
fn host(uri: &Uri) -> String {
    let port = uri
        .port_u16()
        .filter(|port| !matches!((uri.scheme_str(), port), (Some("https"), 443) | (Some("http"), 80)));
    let host = uri.host().unwrap_or_default();
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// `20150830T123600Z`.
fn stamp(instant: i64) -> Result<String, Error> {
    let text = Timestamp::from_unix_seconds(instant)
        .ok_or_else(|| Error::config("the clock is set to a year that cannot be"))?;
    Ok(text.as_str().replace(['-', ':'], ""))
}

fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or_default()
}

fn plain(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| Error::config("the host cannot stand in a header"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const SUITE: &str = include_str!("../../tests-data/aws_sigv4_suite.json");
    const DATE: &str = "20150830T123600Z";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// A request of the suite: an HTTP/1.1 message whose lines may end and be folded as they like.
    struct Message {
        method: String,
        path: String,
        query: String,
        host: String,
        headers: HeaderMap,
        body: String,
    }

    impl Message {
        fn read(text: &str) -> Self {
            let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
            let head = head.replace("\n ", " ");
            let mut lines = head.lines();
            let line = lines.next().unwrap().strip_suffix(" HTTP/1.1").unwrap();
            let (method, target) = line.split_once(' ').unwrap();
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let mut headers = HeaderMap::new();
            for line in lines {
                let (name, value) = line.split_once(':').unwrap();
                headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
            }
            Self {
                method: method.to_owned(),
                path: path.to_owned(),
                query: query.to_owned(),
                host: headers.remove(HOST).unwrap().to_str().unwrap().to_owned(),
                headers,
                body: body.to_owned(),
            }
        }

        fn signable(&self) -> Signable<'_> {
            Signable {
                method: &self.method,
                host: &self.host,
                path: &self.path,
                query: &self.query,
                headers: &self.headers,
                body: self.body.as_bytes(),
            }
        }
    }

    fn text<'c>(case: &'c Value, member: &str, or: &'c str) -> &'c str {
        case[member].as_str().unwrap_or(or)
    }

    fn flag(case: &Value, member: &str) -> bool {
        case[member].as_bool().unwrap_or(false)
    }

    fn encoding(case: &Value) -> Encoding {
        Encoding { normalize: flag(case, "normalize"), double: flag(case, "double_encode") }
    }

    fn scope(case: &Value) -> Scope<'_> {
        Scope {
            region: text(case, "region", "us-east-1"),
            service: text(case, "service", "service"),
            payload_hash: flag(case, "sign_body"),
        }
    }

    fn instant(at: &str) -> i64 {
        let dashes = format!(
            "{}-{}-{}T{}:{}:{}Z",
            &at[..4],
            &at[4..6],
            &at[6..8],
            &at[9..11],
            &at[11..13],
            &at[13..15]
        );
        dashes.parse::<Timestamp>().unwrap().unix_seconds().unwrap()
    }

    fn cases() -> Vec<Value> {
        let suite: Value = serde_json::from_str(SUITE).unwrap();
        suite["cases"].as_array().unwrap().clone()
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "the figure is the result")]
    fn the_suite_of_aws_by_headers() {
        let mut seen = 0;
        for case in &cases() {
            let name = text(case, "name", "");
            let message = Message::read(text(case, "request", ""));
            let secret = Secret::from(text(case, "secret", SECRET));
            let token =
                case["token"].as_str().filter(|_| !flag(case, "omit_session_token")).map(Secret::from);
            let credentials = Credentials {
                access_key_id: "AKIDEXAMPLE",
                secret_access_key: &secret,
                session_token: token.as_ref(),
            };
            let at = text(case, "timestamp", DATE);
            let payload_hash = scope(case).payload_hash;
            let canonical =
                canonical(message.signable(), token.as_ref(), payload_hash, encoding(case), at).unwrap().text;
            let signing = Signing { credentials, scope: scope(case), at };
            let expected = |member| case["header"][member].as_str();
            if let Some(expected) = expected("canonical_request") {
                assert_eq!(canonical, expected, "{name}");
                seen += 1;
            }
            if let Some(expected) = expected("string_to_sign") {
                assert_eq!(signing.string_to_sign(&canonical).unwrap(), expected, "{name}");
                seen += 1;
            }
            if let Some(expected) = expected("signature") {
                assert_eq!(signing.signature(&canonical).unwrap(), expected, "{name}");
                seen += 1;
            }
        }
        // 40 directories; what two of them lack is written in the suite's notes.
        assert_eq!(seen, 40 + 39 + 39);
        println!(
            "counted: AWS's suite for Signature Version 4, signed by headers: {seen} of {seen} values of 40 cases"
        );
    }

    /// The suite signs every request in its query too. The client never does, but canonical requests, strings to
    /// sign and signatures are made of the same steps.
    #[test]
    #[expect(clippy::print_stdout, reason = "the figure is the result")]
    fn the_suite_of_aws_by_the_query() {
        let mut seen = 0;
        for case in cases().iter().filter(|case| case["query"].is_object()) {
            let name = text(case, "name", "");
            let mut message = Message::read(text(case, "request", ""));
            let token = case["token"].as_str().filter(|_| !flag(case, "omit_session_token"));
            message.headers.insert(HOST, plain(&message.host).unwrap());
            let headers = message.headers.clone();
            let headers = canonical_headers(&headers);
            let names = headers.keys().copied().collect::<Vec<_>>().join(";");
            let mut added = vec![
                ("X-Amz-Algorithm", ALGORITHM.to_owned()),
                ("X-Amz-Credential", format!("AKIDEXAMPLE/{}", scope(case).text(DATE).unwrap())),
                ("X-Amz-Date", DATE.to_owned()),
                ("X-Amz-Expires", "3600".to_owned()),
                ("X-Amz-SignedHeaders", names.clone()),
            ];
            added.extend(token.map(|token| ("X-Amz-Security-Token", token.to_owned())));
            for (name, value) in added {
                message.query.push_str(&format!("&{name}="));
                percent::component(&mut message.query, value.as_bytes());
            }
            let payload = hex(&sha256(message.body.as_bytes()));
            let canonical = canonical_request(message.signable(), encoding(case), &headers, &names, &payload);
            let secret = Secret::from(SECRET);
            let credentials =
                Credentials { access_key_id: "AKIDEXAMPLE", secret_access_key: &secret, session_token: None };
            let signing = Signing { credentials, scope: scope(case), at: DATE };
            assert_eq!(canonical, case["query"]["canonical_request"], "{name}");
            assert_eq!(
                signing.string_to_sign(&canonical).unwrap(),
                case["query"]["string_to_sign"],
                "{name}"
            );
            assert_eq!(signing.signature(&canonical).unwrap(), case["query"]["signature"], "{name}");
            seen += 1;
        }
        assert_eq!(seen, 38);
        println!("counted: AWS's suite for Signature Version 4, signed by query: {seen} of {seen} cases");
    }

    fn request(uri: &str) -> http::Request<Bytes> {
        http::Request::post(uri).header("user-agent", "x").body(Bytes::from_static(b"{}")).unwrap()
    }

    fn signed(service: &str, uri: &str, token: Option<&str>) -> Result<http::Request<Bytes>, String> {
        let (secret, token) = (Secret::from(SECRET), token.map(Secret::from));
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE",
            secret_access_key: &secret,
            session_token: token.as_ref(),
        };
        let scope = Scope { region: "eu-west-1", service, payload_hash: service == "s3" };
        let mut request = request(uri);
        sign_request(&mut request, credentials, scope, 1_440_938_160).map_err(|error| error.to_string())?;
        Ok(request)
    }

    #[test]
    fn a_request_gets_the_headers_that_sign_it() {
        let request = signed("s3", "https://b.s3.amazonaws.com:443/a", Some("token")).unwrap();
        let headers = request.headers();
        assert_eq!(headers["x-amz-date"], DATE);
        assert_eq!(headers["x-amz-security-token"], "token");
        assert_eq!(headers["x-amz-content-sha256"], hex(&sha256(b"{}")));
        assert!(headers["x-amz-security-token"].is_sensitive() && headers["authorization"].is_sensitive());
        let authorization = headers["authorization"].to_str().unwrap();
        assert!(authorization.starts_with(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/s3/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature="
        ));
        assert!(!headers.contains_key(HOST));
        // Signing anew takes nothing over from the first signature.
        let mut again = request.clone();
        let secret = Secret::from(SECRET);
        let credentials =
            Credentials { access_key_id: "AKIDEXAMPLE", secret_access_key: &secret, session_token: None };
        let scope = Scope { region: "eu-west-1", service: "s3", payload_hash: true };
        sign_request(&mut again, credentials, scope, 1_440_938_161).unwrap();
        assert_ne!(again.headers()["authorization"], headers["authorization"]);
        assert_eq!(again.headers().get_all("x-amz-date").iter().count(), 1);
        assert!(!again.headers().contains_key(TOKEN));
    }

    #[test]
    fn s3_takes_a_path_as_a_name() {
        let path = |service, path| canonical_path(path, Encoding::of(service));
        assert_eq!(path("s3", "/b/../a//@%2fx%20y"), "/b/../a//%40/x%20y");
        assert_eq!(path("ses", "/b/../a//@%2fx%20y"), "/a/%40%252fx%2520y");
        assert_eq!(path("s3", ""), "/");
        assert_eq!(path("ses", ""), "/");
    }

    #[test]
    fn a_port_is_signed_where_it_is_sent() {
        let of = |uri: &'static str| host(&Uri::from_static(uri));
        assert_eq!(of("https://a.example:443/"), "a.example");
        assert_eq!(of("https://a.example:8443/"), "a.example:8443");
        assert_eq!(of("http://127.0.0.1:9000/"), "127.0.0.1:9000");
        assert_eq!(of("http://[::1]:9000/"), "[::1]:9000");
    }

    #[test]
    fn what_cannot_be_signed_is_refused() {
        let secret = Secret::from("");
        let credentials = Credentials { access_key_id: "A", secret_access_key: &secret, session_token: None };
        let scope = Scope { region: "a", service: "b", payload_hash: false };
        let error = sign_request(&mut request("https://a.example/"), credentials, scope, 0).unwrap_err();
        assert_eq!(error.to_string(), "the AWS access key is empty");
        assert!(signed("", "https://a.example/", None).unwrap_err().contains("the AWS service is empty"));
        assert!(signed("a/b", "https://a.example/", None).unwrap_err().contains("the AWS service"));
        assert!(signed("a", "https://a.example/", Some("a\nb")).unwrap_err().contains("control character"));
    }

    /// Sorted and repeated parameters, empty and binary bodies, and characters of all kinds.
    #[test]
    #[expect(clippy::print_stdout, reason = "the figure is the result")]
    fn botocore_signs_alike() {
        let suite: Value =
            serde_json::from_str(include_str!("../../tests-data/aws_sigv4_botocore.json")).unwrap();
        let cases = suite["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 32);
        println!("counted: requests that botocore signs alike: {0} of {0}", cases.len());
        for case in cases {
            let body = crate::expression::base64_decode(text(case, "body", "")).unwrap();
            let mut builder =
                http::Request::builder().method(text(case, "method", "")).uri(text(case, "url", ""));
            for (name, value) in case["headers"].as_object().unwrap() {
                builder = builder.header(name, value.as_str().unwrap());
            }
            let mut request = builder.body(Bytes::from(body)).unwrap();
            let (secret, token) = (Secret::from(SECRET), case["token"].as_str().map(Secret::from));
            let credentials = Credentials {
                access_key_id: "AKIDEXAMPLE",
                secret_access_key: &secret,
                session_token: token.as_ref(),
            };
            let service = text(case, "service", "");
            let scope = Scope { region: "eu-west-1", service, payload_hash: service == "s3" };
            sign_request(&mut request, credentials, scope, instant(DATE)).unwrap();
            assert_eq!(request.headers()["authorization"], case["authorization"].as_str().unwrap(), "{case}");
        }
    }
}
