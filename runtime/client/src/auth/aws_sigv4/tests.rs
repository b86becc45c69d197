//! The suite that AWS publishes, and what botocore signs.

use serde_json::Value;

use super::*;

const SUITE: &str = include_str!("../../../tests-data/aws_sigv4_suite.json");
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
    let dashes =
        format!("{}-{}-{}T{}:{}:{}Z", &at[..4], &at[4..6], &at[6..8], &at[9..11], &at[11..13], &at[13..15]);
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
        let token = case["token"].as_str().filter(|_| !flag(case, "omit_session_token")).map(Secret::from);
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
        assert_eq!(signing.string_to_sign(&canonical).unwrap(), case["query"]["string_to_sign"], "{name}");
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
        serde_json::from_str(include_str!("../../../tests-data/aws_sigv4_botocore.json")).unwrap();
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
