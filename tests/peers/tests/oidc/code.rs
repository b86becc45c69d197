//! A person allows it in a browser: authorization code with PKCE (RFC 6749, 4.1; RFC 7636; RFC 9207).

use couplet_peers::http::parameter;
use couplet_peers::oidc::{Browser, Provider};
use couplet_runtime::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::{connect, person};

#[tokio::test]
async fn a_person_connects_and_the_token_is_sent_as_it_came() {
    let provider = Provider::start();
    let client = connect(&provider, person(&provider)).await;
    let who = provider.call(&client, "whoami").await.expect("whoami");
    assert_eq!(who, json!({"client": "web", "sub": "ada", "scope": "openid offline_access email"}));
    let user = provider.call(&client, "userinfo").await.expect("userinfo");
    assert_eq!(user, json!({"sub": "ada", "email": "ada@example.com"}));
    let token = provider.asked("/token");
    assert_eq!(token.len(), 1, "one code, one request: {token:#?}");
    let (kind, value) = (&token[0]["answer"]["token_type"], &token[0]["answer"]["access_token"]);
    let sent = format!("{} {}", kind.as_str().expect("a type"), value.as_str().expect("a token"));
    assert_eq!(provider.asked("/me")[0]["authorization"], sent);
    let status = client.connection().status().await.expect("a status");
    assert!(status.has_token && status.has_refresh_token && status.broken.is_none());
    assert_eq!(status.scope.as_deref(), Some("openid offline_access email"));
}

#[tokio::test]
async fn a_public_client_connects_without_a_secret() {
    let provider = Provider::start();
    let builder =
        provider.builder("native").app("client_id", "native").app("redirect_uri", provider.said("callback"));
    let client = connect(&provider, builder).await;
    let who = provider.call(&client, "whoami").await.expect("whoami");
    assert_eq!(who["client"], "native");
    let form = &provider.asked("/token")[0]["form"];
    assert_eq!((&form["client_id"], &form["client_secret"]), (&json!("native"), &Value::Null));
}

#[tokio::test]
async fn a_redirect_counts_once_and_only_for_who_began_it() {
    let provider = Provider::start();
    let builder = person(&provider);
    let authorization = builder.clone().authorization().await.expect("it begins");
    let callback = Browser::of("ada").allow(authorization.url(), provider.said("callback"));
    assert_eq!(parameter(&callback, "iss").as_deref(), Some(provider.said("issuer")), "{callback}");
    let code = parameter(&callback, "code").expect("a code");
    let state = authorization.state();
    let issuer = provider.said("issuer");
    for (wrong, words) in [
        (format!("?code={code}&state=other&iss={issuer}"), "`state`"),
        (format!("?code={code}&iss={issuer}"), "`state`"),
        (format!("?code={code}&state={state}&iss=https://evil.example"), "`iss`"),
        (format!("?code={code}&state={state}"), "`iss`"),
    ] {
        let error = builder.clone().complete(authorization.pending(), &wrong).await.expect_err(&wrong);
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
    assert_eq!(provider.count("authorization_code"), 0, "nothing of these was sent");
    builder.clone().complete(authorization.pending(), &callback).await.expect("the right one still counts");
    let error = builder.complete(authorization.pending(), &callback).await.expect_err("a second time");
    assert_eq!(provider.count("authorization_code"), 1, "{error}");
}

#[tokio::test]
async fn a_person_who_refuses_is_told_apart() {
    let provider = Provider::start();
    let builder = person(&provider);
    let authorization = builder.clone().authorization().await.expect("it begins");
    let callback = Browser::of("ada").refuse(authorization.url(), provider.said("callback"));
    let error = builder.complete(authorization.pending(), &callback).await.expect_err("refused");
    assert_eq!(error.code(), Some("access_denied"), "{error}");
    assert!(error.to_string().contains("not allowed the connection"), "{error}");
    assert_eq!(provider.count("authorization_code"), 0);
}

#[tokio::test]
async fn a_provider_that_needs_pkce_is_told() {
    let provider = Provider::start();
    let builder = provider
        .builder("without_pkce")
        .app("client_id", "web")
        .secret_app("client_secret", "web-secret")
        .app("redirect_uri", provider.said("callback"));
    let authorization = builder.clone().authorization().await.expect("it begins");
    let redirect = Browser::of("ada").allow(authorization.url(), provider.said("callback"));
    let error =
        builder.complete(authorization.pending(), &redirect).await.expect_err("the provider needs PKCE");
    assert!(error.to_string().contains("leave `pkce: false` out"), "{error}");
}

/// What is said where the provider does not take a code, and does not say why: the causes, and the mend.
fn names_cause_and_mend(error: &Error) {
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unauthorized, Some("invalid_grant")), "{error}");
    for words in ["expired", "used before", "redirect_uri", "code_verifier", "begin anew"] {
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn a_code_fits_no_other_verifier() {
    let provider = Provider::start();
    let builder = person(&provider);
    let one = builder.clone().authorization().await.expect("it begins");
    let other = builder.clone().authorization().await.expect("it begins");
    let redirect = Browser::of("ada").allow(one.url(), provider.said("callback"));
    let mixed = redirect.replace(one.state(), other.state());
    let error = builder.complete(other.pending(), &mixed).await.expect_err("another verifier");
    names_cause_and_mend(&error);
}

#[tokio::test]
async fn a_code_that_was_used_is_refused_and_ends_what_it_gave() {
    let provider = Provider::start();
    let begun = person(&provider).authorization().await.expect("it begins");
    let redirect = Browser::of("ada").allow(begun.url(), provider.said("callback"));
    let client = person(&provider)
        .complete(begun.pending(), &redirect)
        .await
        .expect("once")
        .client()
        .expect("a client");
    // Another process knows nothing of the first.
    let error = person(&provider).complete(begun.pending(), &redirect).await.expect_err("twice");
    names_cause_and_mend(&error);
    let error = provider.call(&client, "whoami").await.expect_err("the provider has revoked it all");
    assert_eq!(error.kind(), ErrorKind::ReconnectRequired, "{error}");
}

#[tokio::test]
async fn a_redirect_uri_that_changes_on_the_way_is_told() {
    let provider = Provider::start();
    let builder = person(&provider);
    let authorization = builder.clone().authorization().await.expect("it begins");
    let redirect = Browser::of("ada").allow(authorization.url(), provider.said("callback"));
    let other = builder.app("redirect_uri", format!("{}/", provider.said("callback")));
    let error = other.complete(authorization.pending(), &redirect).await.expect_err("another one");
    assert!(error.to_string().contains("equal to the byte"), "{error}");
    assert_eq!(provider.count("authorization_code"), 0, "the code was not spent on it");
}
