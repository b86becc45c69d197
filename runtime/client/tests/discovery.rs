//! MCP servers tell by metadata where they are authorized (RFC 9728, RFC 8414), and register clients (RFC 7591): the
//! whole way from a server's URL to a call, and everything that must stop it (O-03, O-43).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use couplet_runtime::generated::v1::{self, *};
use couplet_runtime::transport::InMemory;
use couplet_runtime::{Context, Error, ErrorKind};

const fn captured(name: &'static [Key<'static>]) -> Expression<'static> {
    Expression::reference(Scope::Captured, name)
}

const CLIENT_ID: Expression<'static> = captured(&[Key::Name("client_id")]);
const REDIRECT: Expression<'static> = Expression::reference(Scope::App, &[Key::Name("redirect_uri")]);

const fn oauth(name: &'static [Key<'static>]) -> Expression<'static> {
    Expression::reference(Scope::OAuth, name)
}

static TOKEN: Token<'static> = Token::new(
    Flow::AuthorizationCode(
        Authorization::new(
            Server::new("", captured(&[Key::Name("authorization_endpoint")])),
            &[
                NamedTemplate::new("response_type", Expression::text("code")),
                NamedTemplate::new("client_id", CLIENT_ID),
                NamedTemplate::new("redirect_uri", REDIRECT),
                NamedTemplate::new("state", oauth(&[Key::Name("state")])),
                NamedTemplate::new("code_challenge", oauth(&[Key::Name("code_challenge")])),
            ],
        )
        .with_issuer(captured(&[Key::Name("issuer")])),
    ),
    &[Step::new(Method::Post, StepUrl::Url(Server::new("", captured(&[Key::Name("token_endpoint")]))))
        .with_body(Body::new(BodyKind::Form).with_value(Expression::map(&[
            Entry::new("code", oauth(&[Key::Name("code")])),
            Entry::new("code_verifier", oauth(&[Key::Name("code_verifier")])),
            Entry::new("client_id", CLIENT_ID),
        ])))],
    TokenResponse::new(Expression::reference(
        Scope::Response,
        &[Key::Name("body"), Key::Name("access_token")],
    ))
    .with_token_type(Expression::text("Bearer")),
)
.with_discovery(Expression::reference(Scope::Config, &[Key::Name("server")]))
.with_prepare(&[Step::new(
    Method::Post,
    StepUrl::Url(Server::new("", captured(&[Key::Name("registration_endpoint")]))),
)
.with_body(
    Body::new(BodyKind::Json)
        .with_value(Expression::map(&[Entry::new("redirect_uris", Expression::list(&[REDIRECT]))])),
)
.with_captures(&[Capture::new(
    "client_id",
    Expression::reference(Scope::Response, &[Key::Name("body"), Key::Name("client_id")]),
)])]);

static CONNECTOR: Connector<'static> = Connector::new(
    "mcp",
    "1.0.0",
    &[Server::new("", Expression::reference(Scope::Config, &[Key::Name("server")]))],
    &[AuthMethod::new("oauth", &[], AuthKind::Token(&TOKEN))
        .with_app(&[Field::new("redirect_uri")])
        .with_headers(&[NamedTemplate::new(
            "authorization",
            Expression::concat(&[
                Expression::text("Bearer "),
                Expression::reference(Scope::Credentials, &[Key::Name("access_token")]),
            ]),
        )])],
)
.with_config(&[Field::new("server").with_format(Format::Url(&[]))]);

static CALL: Action<'static> = Action::new("call", Method::Post, &[PathPart::Literal("")], Effect::Run)
    .with_answers(&[Answer::new(StatusSet::SUCCESS, Media::Json)]);

const RESOURCE: &str = "https://mcp.example.com/v1/mcp";

/// The documents of a provider that does all that it should, by their URLs.
fn provider() -> BTreeMap<&'static str, String> {
    let metadata = r#"{"issuer":"https://auth.example.com/tenant","authorization_endpoint":"https://auth.example.com/a",
        "token_endpoint":"https://auth.example.com/t","registration_endpoint":"https://auth.example.com/r",
        "code_challenge_methods_supported":["plain","S256"],"authorization_response_iss_parameter_supported":true}"#;
    BTreeMap::from([
        (
            "https://mcp.example.com/.well-known/oauth-protected-resource/v1/mcp",
            format!(
                r#"{{"resource":"{RESOURCE}","authorization_servers":["https://auth.example.com/tenant"]}}"#
            ),
        ),
        ("https://auth.example.com/.well-known/oauth-authorization-server/tenant", metadata.to_owned()),
        ("https://auth.example.com/r", r#"{"client_id":"registered"}"#.to_owned()),
        ("https://auth.example.com/t", r#"{"access_token":"at"}"#.to_owned()),
        (RESOURCE, "{}".to_owned()),
    ])
}

type Seen = Arc<Mutex<Vec<String>>>;

fn builder(documents: BTreeMap<&'static str, String>) -> (v1::Builder<'static>, Seen) {
    let seen: Seen = Arc::default();
    let keep = Arc::clone(&seen);
    let transport = InMemory::new(move |request| {
        let url = request.uri().to_string();
        let proof =
            request.headers().get("authorization").map(|value| value.to_str().unwrap_or_default().to_owned());
        let body = String::from_utf8_lossy(request.body()).into_owned();
        keep.lock().unwrap().push(format!("{} {url} {} {body}", request.method(), proof.unwrap_or_default()));
        let found = documents.get(url.as_str());
        let status = if found.is_some() { 200 } else { 404 };
        let answer = http::Response::builder().status(status).header("content-type", "application/json");
        Ok(answer.body(Bytes::from(found.cloned().unwrap_or_default())).unwrap())
    });
    let context = Context::new().with_transport(Arc::new(transport));
    let builder = v1::Builder::new(&CONNECTOR, 0)
        .config("server", RESOURCE)
        .app("redirect_uri", "http://127.0.0.1/cb")
        .with_context(&context);
    (builder, seen)
}

async fn failure(change: impl FnOnce(&mut BTreeMap<&'static str, String>)) -> Error {
    let mut documents = provider();
    change(&mut documents);
    builder(documents).0.authorization().await.expect_err("it must not begin")
}

#[tokio::test]
async fn from_the_url_of_a_server_to_a_call() {
    let (builder, seen) = builder(provider());
    let authorization = builder.clone().authorization().await.expect("it begins");
    assert!(
        authorization
            .url()
            .starts_with("https://auth.example.com/a?response_type=code&client_id=registered&")
    );
    let state = authorization.state().to_owned();
    let wrong = format!("?code=c&state={state}&iss=https://evil.example");
    let error = builder.clone().complete(authorization.pending(), &wrong).await.expect_err("another issuer");
    assert!(error.to_string().contains("`iss`"), "{error}");
    let missing = format!("?code=c&state={state}");
    builder.clone().complete(authorization.pending(), &missing).await.expect_err("it is said to be sent");
    let right = format!("?code=c&state={state}&iss=https%3A%2F%2Fauth.example.com%2Ftenant");
    let client = builder
        .complete(authorization.pending(), &right)
        .await
        .expect("connected")
        .client()
        .expect("a client");
    client.call(&CALL).done().await.expect("the call");
    let seen = seen.lock().unwrap();
    let count = |start: &str| seen.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(count("POST https://auth.example.com/r"), 1, "registered once: {seen:#?}");
    assert_eq!(count("POST https://auth.example.com/t"), 1, "one code, one request");
    assert!(
        seen.last().is_some_and(|line| line.starts_with(&format!("POST {RESOURCE} Bearer at"))),
        "{seen:#?}"
    );
    assert!(
        seen.iter().filter(|line| line.contains("well-known")).all(|line| line.ends_with("  ")),
        "{seen:#?}"
    );
}

#[tokio::test]
async fn a_server_without_metadata_of_its_own_is_its_own_issuer() {
    let mut documents = provider();
    documents.remove("https://mcp.example.com/.well-known/oauth-protected-resource/v1/mcp");
    let metadata =
        documents.remove("https://auth.example.com/.well-known/oauth-authorization-server/tenant").unwrap();
    let metadata = metadata.replace("https://auth.example.com/tenant", "https://mcp.example.com");
    documents.insert("https://mcp.example.com/.well-known/openid-configuration", metadata);
    let authorization = builder(documents).0.authorization().await.expect("it begins");
    assert!(authorization.url().starts_with("https://auth.example.com/a?"));
}

#[tokio::test]
async fn metadata_speaks_for_nobody_else() {
    const AT: &str = "https://mcp.example.com/.well-known/oauth-protected-resource/v1/mcp";
    const OF: &str = "https://auth.example.com/.well-known/oauth-authorization-server/tenant";
    let change = |place: &'static str, from: &'static str, to: &'static str| {
        move |documents: &mut BTreeMap<&'static str, String>| {
            let text = documents.get_mut(place).expect("a document");
            assert!(text.contains(from), "{text}");
            *text = text.replace(from, to);
        }
    };
    for (error, words) in [
        (failure(change(AT, RESOURCE, "https://other.example.com")).await, "of another resource"),
        (failure(change(OF, "auth.example.com/tenant", "auth.example.com/other")).await, "of another issuer"),
        (
            failure(change(OF, "auth.example.com/tenant", "auth.example.com/tenant/")).await,
            "of another issuer",
        ),
        (
            failure(change(OF, "https://auth.example.com/t\"", "http://auth.example.com/t\"")).await,
            "token_endpoint",
        ),
        (
            failure(change(OF, "https://auth.example.com/t\"", "https://169.254.169.254/t\"")).await,
            "token_endpoint",
        ),
        (
            failure(change(OF, "https://auth.example.com/a\"", "https://u:p@auth.example.com/a\"")).await,
            "authorization_endpoint",
        ),
        (failure(change(OF, "\"S256\"", "\"none\"")).await, "PKCE"),
        (failure(change(OF, "code_challenge_methods_supported", "other")).await, "PKCE"),
        (failure(change(AT, "https://auth.example.com/tenant", "https://10.0.0.1")).await, "private"),
        (failure(|documents| drop(documents.remove(OF))).await, "no metadata"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}
