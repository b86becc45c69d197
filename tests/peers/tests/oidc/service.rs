//! A client that acts for itself (RFC 6749, 4.4), in each way to say who it is.

use couplet_peers::oidc::Provider;
use couplet_runtime::ErrorKind;
use couplet_runtime::generated::v1::Builder;
use serde_json::{Value, json};

/// Connects, and calls; gives the token request.
async fn connected(provider: &Provider, builder: Builder<'static>, client: &str) -> Value {
    let connected = builder.connect().await.expect("it connects").client().expect("a client");
    let who = provider.call(&connected, "whoami").await.expect("whoami");
    assert_eq!((&who["client"], &who["sub"]), (&json!(client), &Value::Null), "{who}");
    let asked = provider.asked("/token");
    assert_eq!(asked.len(), 1, "one token serves both: {asked:#?}");
    asked[0].clone()
}

#[tokio::test]
async fn basic_carries_an_id_and_a_secret_of_any_characters() {
    let provider = Provider::start();
    let id = "svc 1:a+b%c";
    let builder = provider
        .builder("service_basic")
        .credential("client_id", id)
        .secret("client_secret", "p@ss w0rd:+/%&=?\"~");
    let asked = connected(&provider, builder, id).await;
    assert_eq!(asked["form"]["client_secret"], Value::Null);
    assert_eq!(asked["form"]["scope"], "read write");
}

#[tokio::test]
async fn a_body_carries_a_secret_of_any_characters() {
    let provider = Provider::start();
    let builder = provider
        .builder("service_post")
        .credential("client_id", "service-post")
        .secret("client_secret", "+%&= secret");
    let asked = connected(&provider, builder, "service-post").await;
    assert_eq!(asked["authorization"], "");
}

#[tokio::test]
async fn assertions_are_signed_with_rsa_and_with_ecdsa() {
    for name in ["rs256", "es256"] {
        let provider = Provider::start();
        let builder = provider
            .builder(&format!("service_{name}"))
            .credential("client_id", format!("service-{name}"))
            .secret("private_key", provider.said(name));
        let asked = connected(&provider, builder, &format!("service-{name}")).await;
        assert_eq!(asked["form"]["client_secret"], Value::Null);
    }
}

#[tokio::test]
async fn an_assertion_is_good_for_one_request() {
    let provider = Provider::start();
    let builder = provider
        .builder("service_es256")
        .credential("client_id", "service-es256")
        .secret("private_key", provider.said("es256"));
    let client = builder.connect().await.expect("it connects").client().expect("a client");
    client.connection().refresh().await.expect("the provider refuses a `jti` that it knows");
    let asked = provider.asked("/token");
    assert_eq!(asked.len(), 2, "{asked:#?}");
    assert_ne!(asked[0]["form"]["client_assertion"], asked[1]["form"]["client_assertion"]);
}

#[tokio::test]
async fn a_wrong_secret_and_a_wrong_key_are_refused_without_being_shown() {
    let provider = Provider::start();
    let secret = provider
        .builder("service_post")
        .credential("client_id", "service-post")
        .secret("client_secret", "canary-of-a-secret");
    let key = provider
        .builder("service_es256")
        .credential("client_id", "service-rs256")
        .secret("private_key", provider.said("es256"));
    for builder in [secret, key] {
        let error = builder.connect().await.expect_err("the provider refuses");
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Unauthorized, Some("invalid_client")),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_from_one_that_refuses() {
    let provider = Provider::start();
    let builder = provider
        .builder("service_post")
        .credential("client_id", "service-post")
        .secret("client_secret", "+%&= secret");
    provider.answer_next("/token", 503, &json!({"error": "temporarily_unavailable"}));
    let error = builder.clone().connect().await.expect_err("it is down");
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    builder.connect().await.expect("it is up again");
}

#[tokio::test]
async fn a_token_that_the_provider_drops_is_obtained_anew_once() {
    let provider = Provider::start();
    let builder = provider
        .builder("service_post")
        .credential("client_id", "service-post")
        .secret("client_secret", "+%&= secret");
    let client = builder.connect().await.expect("it connects").client().expect("a client");
    provider.drop_tokens();
    provider.call(&client, "whoami").await.expect("whoami");
    assert_eq!((provider.count("client_credentials"), provider.asked("/api/whoami").len()), (2, 2));
}
