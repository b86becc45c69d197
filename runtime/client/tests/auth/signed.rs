//! Methods that sign each request: by expressions, by assertions, by AWS's scheme; and many callers at once.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use couplet_runtime::{
    Context, ErrorKind,
    generated::v1::{
        Algorithm, Assertion, AuthKind, AuthMethod, AwsSigV4, Body, BodyKind, Builder, Connector, Entry,
        Expression, Field, Filter, Flow, Key, Method, NamedTemplate, Scope, Server, Step, StepUrl, Token,
        TokenResponse,
    },
    transport::InMemory,
};

use crate::{
    plan::{BEARER, CLIENT_METHOD, CONNECTOR, CREATE, GET, RESPONSE, credential},
    provider::{Next, Provider},
};

type Ex = Expression<'static>;

const SECRET: Ex = credential(&[Key::Name("secret")]);
const PATH: Ex = Expression::reference(Scope::Request, &[Key::Name("path")]);
const METHOD: Ex = Expression::reference(Scope::Request, &[Key::Name("method")]);
const QUERY: Ex = Expression::reference(Scope::Request, &[Key::Name("query")]);
const NONCE: Ex = Expression::reference(Scope::Nonce, &[]);
const NOW: Ex = Expression::reference(Scope::Now, &[]);
const SEEN_NONCE: Ex = Expression::reference(Scope::Request, &[Key::Name("headers"), Key::Name("x-nonce")]);

const TEXT: Ex = Expression::concat(&[METHOD, PATH, QUERY, SEEN_NONCE]);
const MAC: Ex = Expression::filter(Filter::HmacSha256, &TEXT, &[SECRET]);

static JWT: Token<'static> = Token::new(Flow::Direct, &[], TokenResponse::NONE).with_assertion(
    Assertion::new(
        Algorithm::Hs256,
        SECRET,
        Expression::map(&[
            Entry::new("iss", credential(&[Key::Name("id")])),
            Entry::new("uri", Expression::concat(&[METHOD, Expression::text(" "), PATH])).optional(),
            Entry::new("jti", NONCE),
        ]),
        60,
    )
    .with_header(Expression::map(&[Entry::new("kid", Expression::text("k1"))])),
);

static PRIVATE_KEY_JWT: Token<'static> = Token::new(
    Flow::Direct,
    &[Step::new(
        Method::Post,
        StepUrl::Url(Server::new("token_url", Expression::text("https://login.example.com/token"))),
    )
    .with_body(Body::new(BodyKind::Form).with_value(Expression::map(&[
        Entry::new("grant_type", Expression::text("client_credentials")),
        Entry::new("client_assertion", credential(&[Key::Name("assertion")])),
    ])))],
    RESPONSE,
)
.with_assertion(Assertion::new(
    Algorithm::EdDsa,
    SECRET,
    Expression::map(&[Entry::new("sub", credential(&[Key::Name("id")]))]),
    300,
));

const ENCODED_ID: Ex = Expression::filter(Filter::FormEncode, &credential(&[Key::Name("id")]), &[]);
const ENCODED_SECRET: Ex = Expression::filter(Filter::FormEncode, &SECRET, &[]);
const PAIR: Ex = Expression::concat(&[ENCODED_ID, Expression::text(":"), ENCODED_SECRET]);
const BASIC: Ex =
    Expression::concat(&[Expression::text("Basic "), Expression::filter(Filter::Base64, &PAIR, &[])]);

static CLIENT_BASIC: Token<'static> = Token::new(
    Flow::Direct,
    &[Step::new(
        Method::Post,
        StepUrl::Url(Server::new("token_url", Expression::text("https://login.example.com/token"))),
    )
    .with_headers(&[NamedTemplate::new("authorization", BASIC)])],
    RESPONSE,
);

static AWS: AwsSigV4<'static> = AwsSigV4::new(
    credential(&[Key::Name("id")]),
    SECRET,
    Expression::text("us-east-1"),
    Expression::text("service"),
);

const FIELDS: &[Field<'static>] = &[Field::new("id"), Field::new("secret").secret()];

static SIGNED: Connector<'static> = Connector::new(
    "signed",
    "1.0.0",
    &[Server::new("", Expression::text("https://api.example.com"))],
    &[
        AuthMethod::new("signature", FIELDS, AuthKind::Signature)
            .with_headers(&[
                NamedTemplate::new("x-nonce", NONCE),
                NamedTemplate::new("x-time", Expression::filter(Filter::Unix, &NOW, &[])),
                NamedTemplate::new("x-signature", Expression::filter(Filter::Hex, &MAC, &[])),
            ])
            .with_query(&[NamedTemplate::new("key", credential(&[Key::Name("id")]))]),
        AuthMethod::new("jwt", FIELDS, AuthKind::Token(&JWT)).with_headers(&[NamedTemplate::new(
            "authorization",
            Expression::concat(&[Expression::text("Bearer "), credential(&[Key::Name("assertion")])]),
        )]),
        AuthMethod::new("aws", FIELDS, AuthKind::AwsSigV4(&AWS)),
        AuthMethod::new("client", FIELDS, AuthKind::Token(&PRIVATE_KEY_JWT)).with_headers(BEARER),
        AuthMethod::new("mtls", FIELDS, AuthKind::Certificate)
            .with_certificate(credential(&[Key::Name("id")]), SECRET),
        AuthMethod::new("basic", FIELDS, AuthKind::Token(&CLIENT_BASIC)).with_headers(BEARER),
    ],
)
.with_query(&[NamedTemplate::new("v", Expression::text("1"))]);

fn signed(provider: &Provider, method: usize, secret: &str) -> Builder<'static> {
    let context = provider.context().with_moment(1_440_938_160_000, "", "0123456789abcdef0123456789abcdef");
    let builder = provider.builder(&SIGNED, method).with_context(&context);
    builder.credential("id", "AKIDEXAMPLE").secret("secret", secret)
}

fn claims(jwt: &str) -> String {
    let part = jwt.split('.').nth(1).unwrap();
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Each header sees those before it; a redirect is signed anew, for where it goes.
#[tokio::test]
async fn a_signature_is_of_the_request_as_it_is_sent() {
    let provider = Provider::default().then(Next::Header(307, "location", "/other?w=2", "")).json(200, "[]");
    signed(&provider, 0, "s").build().unwrap().call(&GET).json().await.unwrap();
    let seen = provider.seen();
    assert_eq!(seen[0].line, "GET https://api.example.com/items?v=1&key=AKIDEXAMPLE");
    assert_eq!(seen[1].line, "GET https://api.example.com/other?w=2&key=AKIDEXAMPLE");
    let header = |place: usize, name: &str| {
        seen[place].headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap()
    };
    assert_eq!(header(0, "x-time"), "1440938160");
    assert_eq!(header(0, "x-nonce"), "0123456789abcdef0123456789abcdef");
    // HMAC-SHA256 with the key `s` over `GET/itemsv=10123…` and `GET/otherw=20123…`, by Python's hmac.
    assert_eq!(header(0, "x-signature"), FIRST);
    assert_eq!(header(1, "x-signature"), SECOND);
}

const FIRST: &str = "95e5e6187acdabb81b838159b2df8eb7eb8112f3f3c3ace116fc8aec6a4b6d3c";
const SECOND: &str = "381be173a35c31450b7decd4ae0ff8feaa0f375334b6cad8e75e12ef0a33f725";

/// An assertion is of its request, and no two are alike.
#[tokio::test]
async fn an_assertion_is_signed_for_each_request() {
    let provider = Provider::default().json(200, "[]").json(201, "{}").json(401, "{}");
    let client = signed(&provider, 1, "secret-canary").build().unwrap();
    client.call(&GET).json().await.unwrap();
    client.call(&CREATE).json().await.unwrap();
    let sent: Vec<_> = provider.seen().into_iter().map(|seen| seen.authorization.unwrap()).collect();
    let nonce = "0123456789abcdef0123456789abcdef";
    assert_eq!(
        claims(&sent[0]),
        format!(
            r#"{{"iss":"AKIDEXAMPLE","uri":"GET /items","jti":"{nonce}","iat":1440938160,"exp":1440938220}}"#
        )
    );
    assert!(claims(&sent[1]).contains("POST /items"));
    let error = client.call(&GET).json().await.unwrap_err();
    assert_eq!((error.kind(), provider.seen().len()), (ErrorKind::Unauthorized, 3));
    assert_eq!(client.redact(&sent[1]), "Bearer ***");
}

#[tokio::test]
async fn an_assertion_proves_the_client_to_the_token_endpoint() {
    let key = include_str!("../../tests-data/keys/ed25519_pkcs8.pem");
    let provider =
        Provider::default().json(200, r#"{"access_token":"at","token_type":"Bearer"}"#).json(200, "[]");
    signed(&provider, 3, key).build().unwrap().call(&GET).json().await.unwrap();
    let seen = provider.seen();
    let assertion = seen[0].body.split("client_assertion=").nth(1).unwrap();
    assert_eq!(claims(assertion), r#"{"sub":"AKIDEXAMPLE","iat":1440938160,"exp":1440938460}"#);
    assert_eq!(seen[1].authorization.as_deref(), Some("Bearer at"));
}

/// The request of AWS's own suite, `get-vanilla-query`, but for its parameters.
#[tokio::test]
async fn aws_requests_are_signed_with_their_query() {
    let provider = Provider::default().json(200, "[]");
    let client = signed(&provider, 2, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").build().unwrap();
    client.call(&GET).json().await.unwrap();
    let shown = client.call(&GET).build_request().unwrap().masked();
    assert!(!shown.contains("Signature="), "{shown}");
    let seen = &provider.seen()[0];
    let header = seen.authorization.clone().unwrap();
    assert!(
        header
            .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ")
    );
    assert!(seen.headers.contains(&("x-amz-date".to_owned(), "20150830T123600Z".to_owned())));
}

/// O-37: the name and the secret are encoded as forms are, and then as HTTP Basic has it (RFC 6749, 2.3.1).
#[tokio::test]
async fn o_37_a_client_proves_itself_by_basic() {
    for (id, secret, sent) in [
        ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"),
        ("a:b", "c%+d é", "Basic YSUzQWI6YyUyNSUyQmQrJUMzJUE5"),
    ] {
        let provider =
            Provider::default().json(200, r#"{"access_token":"at","token_type":"Bearer"}"#).json(200, "[]");
        let builder = provider.builder(&SIGNED, 5).credential("id", id).secret("secret", secret);
        builder.build().unwrap().call(&GET).json().await.unwrap();
        assert_eq!(provider.seen()[0].authorization.as_deref(), Some(sent));
    }
}

#[tokio::test]
async fn a_certificate_must_be_one() {
    let error = signed(&Provider::default(), 4, "x").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

/// A provider that counts what it is asked, and answers by who asks.
fn counting() -> (Context, Arc<AtomicUsize>, Arc<Mutex<Vec<String>>>) {
    let (tokens, wrong) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (counted, noted) = (Arc::clone(&tokens), Arc::clone(&wrong));
    let transport = InMemory::new(move |request: http::Request<Bytes>| {
        let answer = |body: String| Ok(http::Response::new(Bytes::from(body)));
        if request.uri().host() == Some("login.example.com") {
            counted.fetch_add(1, Ordering::SeqCst);
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let id = body.split("client_id=").nth(1).unwrap().split('&').next().unwrap();
            return answer(format!(
                r#"{{"access_token":"at-{id}","token_type":"Bearer","expires_in":3600}}"#
            ));
        }
        let sent = request.headers()["authorization"].to_str().unwrap().to_owned();
        noted.lock().unwrap().push(sent);
        answer("[]".to_owned())
    });
    (Context::new().with_transport(Arc::new(transport)), tokens, wrong)
}

/// O-25: many tasks without a token ask for one once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o_25_a_hundred_tasks_ask_once() {
    let (context, tokens, _) = counting();
    let builder = Builder::new(&CONNECTOR, CLIENT_METHOD).with_context(&context).detached();
    let client = builder.credential("client_id", "a").secret("client_secret", "s").build().unwrap();
    let tasks: Vec<_> = (0..100).map(|_| tokio::spawn(client.call(&GET).json())).collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(tokens.load(Ordering::SeqCst), 1);
}

/// K-25, O-44: two accounts in one process never use each other's token.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn k_25_accounts_do_not_mix() {
    let (context, tokens, sent) = counting();
    let client = |id: &str| {
        let builder = Builder::new(&CONNECTOR, CLIENT_METHOD).with_context(&context).detached();
        builder.credential("client_id", id).secret("client_secret", "s").build().unwrap()
    };
    let (one, two) = (client("one"), client("two"));
    let run = |client: couplet_runtime::generated::v1::Client<'static>| async move {
        for _ in 0..5000 {
            client.call(&GET).json().await.unwrap();
        }
    };
    let (first, second) = (tokio::spawn(run(one)), tokio::spawn(run(two)));
    first.await.unwrap();
    second.await.unwrap();
    let sent = sent.lock().unwrap();
    let of = |id: &str| sent.iter().filter(|sent| **sent == format!("Bearer at-{id}")).count();
    assert_eq!((of("one"), of("two"), tokens.load(Ordering::SeqCst)), (5000, 5000, 2));
}
