//! Signatures over requests: of the manifest's own making, AWS, OAuth 1.0 and HTTP Digest.

use super::*;

/// A request of an action as it was sent: its headers, and its target.
fn sent(mock: &Mock, action: &str) -> (String, Vec<(String, String)>, Vec<u8>) {
    let requests = mock.requests();
    let request = requests.iter().rfind(|request| request.action() == Some(action)).expect("a request");
    let names = [
        "host",
        "authorization",
        "content-type",
        "accept",
        "user-agent",
        "x-amz-date",
        "x-amz-content-sha256",
    ];
    let own = ["x-id", "x-date", "x-nonce", "x-signature"];
    let headers = names
        .iter()
        .chain(&own)
        .filter_map(|name| request.header(name).map(|value| ((*name).to_owned(), value.to_owned())))
        .collect();
    let query = if request.query().is_empty() { String::new() } else { format!("?{}", request.query()) };
    (format!("{}{query}", request.path()), headers, request.body().to_vec())
}

/// Sends a request anew, changed in every way that must show.
fn tampered(mock: &Mock) {
    let (target, headers, body) = sent(mock, "add_item");
    let mut other = body.clone();
    *other.last_mut().expect("a body") = b' ';
    let other = [other, b"}".to_vec()].concat();
    let (status, _) = send(mock, "POST", &target, &headers, &other);
    assert_eq!(status, 401, "{}", told(mock));
    let (target, headers, _) = sent(mock, "get_me");
    assert_eq!(send(mock, "GET", &format!("{target}?a=b"), &headers, b"").0, 401, "{}", told(mock));
}

const SIGNED: &str = "type: signature
credentials: {id: string, secret: {type: string, secret: true}}
headers:
  x-id: '{{ credentials.id }}'
  x-date: \"{{ now | date('%a, %d %b %Y %H:%M:%S -0000') }}\"
  x-nonce: '{{ nonce }}'
  x-signature: \"{{ (request.method ~ request.path ~ request.query ~ (now | unix) ~ nonce ~ (request.body | sha256 | hex)) | hmac_sha256(credentials.secret) | hex }}\"";

#[tokio::test]
async fn signatures_of_ones_own_making_pass() {
    let mock = passes(SIGNED).await;
    let (target, headers, body) = sent(&mock, "add_item");
    assert_eq!(send(&mock, "POST", &target, &headers, &body).0, 401);
    assert!(last(&mock).1.contains("was used before: the request is a replay"), "{}", told(&mock));
    tampered(&mock);
    assert!(last(&mock).1.contains("the header `x-signature` is not the signature"), "{}", told(&mock));
    let plan = plan(SIGNED);
    let of = Mock::builder(plan).with_credential("secret", "another").start().expect("a mock");
    refused(&of, &super::mock(plan), &plan, "the header `x-signature` is not the signature").await;
}

#[tokio::test]
async fn an_instant_that_is_not_shown_is_found() {
    for signature in [
        "{{ (request.path ~ (now | unix)) | hmac_sha1(credentials.secret) | base64 }}",
        "{{ (now | rfc3339) | hmac_sha512(credentials.secret) | base64url }}",
    ] {
        passes(&format!("type: signature\nbecause: It knows nothing else\ncredentials: {{secret: {{type: string, secret: true}}}}\nheaders:\n  x-signature: \"{signature}\"")).await;
    }
    passes("type: signature\nbecause: It takes no header\ncredentials: {id: string, secret: {type: string, secret: true}}\nquery:\n  timestamp: '{{ now | unix_ms }}'\n  signature: \"{{ (request.query ~ (request.body | hex)) | hmac_sha256(credentials.secret) | hex }}\"").await;
    passes("type: signature\ncredentials: {key: {type: string, secret: true}}\nheaders:\n  x-date: '{{ now | unix }}'\n  x-signature: \"{{ (request.path ~ (now | unix)) | ed25519(credentials.key) | base64 }}\"").await;
}

#[tokio::test]
async fn aws_signatures_are_checked() {
    for more in ["", "\npayload_hash: true"] {
        let method = format!("type: aws_sigv4\nservice: ses\nregion: eu-west-1{more}");
        tampered(&passes(&method).await);
        let plan = plan(&method);
        let of = Mock::builder(plan).with_credential("secret_access_key", "another").start().expect("a mock");
        refused(&of, &mock(plan), &plan, "the signature is not that of the request").await;
    }
}

#[tokio::test]
async fn oauth1_is_checked() {
    for method in ["HMAC-SHA256", "PLAINTEXT"] {
        let because =
            if method == "PLAINTEXT" { "\nbecause: The provider signs with nothing else" } else { "" };
        let text =
            format!("type: oauth1\nsignature_method: {method}\nrealm: '{{{{ config.account }}}}'{because}");
        let mock = passes(&text).await;
        let (target, headers, body) = sent(&mock, "add_item");
        assert_eq!(send(&mock, "POST", &target, &headers, &body).0, 401);
        assert!(last(&mock).1.contains("the nonce was used before"), "{}", told(&mock));
    }
    let dance = "type: oauth1\nbecause: The provider signs with nothing else\nrequest_token_url: https://auth.example.com/request\nauthorization_url: https://auth.example.com/authorize\ntoken_url: https://auth.example.com/access\nauthorize: {query: {scope: read}}";
    passes(dance).await;
    let plan = plan(dance);
    let of = Mock::builder(plan).with_app("consumer_secret", "another").start().expect("a mock");
    refused(&of, &mock(plan), &plan, "the signature is not that of the request").await;
}

#[tokio::test]
async fn digest_is_challenged() {
    let mock = passes("type: digest").await;
    let first = mock.requests().first().map(|request| (request.status(), request.verdict().to_owned()));
    assert_eq!(first, Some((401, "the answer to the challenge is missing".to_owned())));
    let (target, headers, body) = sent(&mock, "add_item");
    assert_eq!(send(&mock, "POST", &target, &headers, &body).0, 401);
    assert!(last(&mock).1.contains("the request is a replay"), "{}", told(&mock));
    let plan = plan("type: digest");
    let of = Mock::builder(plan).with_credential("password", "another").start().expect("a mock");
    refused(&of, &super::mock(plan), &plan, "the signature is not that of the request").await;
}
