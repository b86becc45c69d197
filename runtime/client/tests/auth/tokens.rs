//! Tokens in calls: what an answer may say, when one is renewed, and what is never done.

use std::sync::Arc;

use couplet_runtime::{
    Error, ErrorKind,
    connect::Status,
    generated::v1::{Client, Method},
    store::MemoryStore,
    transport::Reason,
};

use crate::{
    callback::app,
    plan::{CLIENT_METHOD, CODE_METHOD, CONNECTOR, CREATE, GET, HOSTED},
    provider::{Next, Provider},
};

fn client(provider: &Provider) -> Client<'static> {
    let builder = provider.builder(&CONNECTOR, CLIENT_METHOD);
    builder.credential("client_id", "id").secret("client_secret", "cs-canary").build().unwrap()
}

/// What a call makes of this token answer; the API then answers `[]`.
async fn answered(next: Next) -> (Provider, Result<(), Error>) {
    let provider = Provider::default().then(next).json(200, "[]");
    let outcome = client(&provider).call(&GET).json().await.map(drop);
    (provider, outcome)
}

async fn token(body: &str) -> (Provider, Result<(), Error>) {
    answered(Next::Answer(200, "application/json", body.to_owned())).await
}

async fn misfit(body: &str) -> Error {
    let (provider, outcome) = token(body).await;
    assert_eq!(provider.seen().len(), 1, "the API must not be called after {body}");
    outcome.unwrap_err()
}

/// O-16: the type is kept and sent exactly as it was returned.
#[tokio::test]
async fn o_16_the_type_is_sent_as_it_was_returned() {
    for kind in ["Bearer", "bearer", "BEARER", "Zoho-oauthtoken"] {
        let (provider, outcome) = token(&format!(r#"{{"access_token":"at","token_type":"{kind}"}}"#)).await;
        outcome.unwrap();
        assert_eq!(provider.seen()[1].authorization, Some(format!("{kind} at")));
    }
}

/// O-17: a type that is missing, or that means something else, is an error with its mend.
#[tokio::test]
async fn o_17_a_type_that_does_not_do_names_the_mend() {
    for body in [
        r#"{"access_token":"at"}"#,
        r#"{"access_token":"at","token_type":""}"#,
        r#"{"access_token":"at","token_type":"mac"}"#,
        r#"{"access_token":"at","token_type":"N_A"}"#,
    ] {
        let error = misfit(body).await;
        assert!(error.to_string().contains("response: {token_type: Bearer}"), "{error}");
    }
}

/// O-18: lifetimes as providers write them.
#[tokio::test]
async fn o_18_lifetimes_are_numbers_or_texts_of_numbers() {
    for lifetime in ["3600", "\"3600\"", "3600.5", "0", "-1", "null", "1e30", "\" 60 \""] {
        let (_, outcome) =
            token(&format!(r#"{{"access_token":"at","token_type":"Bearer","expires_in":{lifetime}}}"#)).await;
        outcome.unwrap_or_else(|error| panic!("{lifetime}: {error}"));
    }
    for lifetime in ["\"abc\"", "true", "{}", "[3600]", "\"\\u0661\"", "\"inf\""] {
        let body = format!(r#"{{"access_token":"at","token_type":"Bearer","expires_in":{lifetime}}}"#);
        let error = misfit(&body).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{lifetime}: {error}");
    }
}

/// O-19: errors with 200, forms, HTML, nothing, too much, and too deep.
#[tokio::test]
async fn o_19_odd_answers_are_typed() {
    let error = misfit(r#"{"error":"invalid_client","error_description":"no such client"}"#).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unauthorized, Some("invalid_client")));

    let form = "access_token=at%2B1&token_type=bearer&scope=repo";
    for media in ["application/x-www-form-urlencoded", "text/plain", "text/html"] {
        let (provider, outcome) = answered(Next::Answer(200, media, form.to_owned())).await;
        outcome.unwrap();
        assert_eq!(provider.seen()[1].authorization.as_deref(), Some("bearer at+1"));
    }
    let (_, outcome) = answered(Next::Answer(200, "text/html", "<html>Sign in</html>".to_owned())).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(misfit("").await.kind(), ErrorKind::Decode);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(misfit(&deep).await.kind(), ErrorKind::Decode);
    let large = format!(r#"{{"access_token":"at","token_type":"Bearer","x":"{}"}}"#, "x".repeat(2 << 20));
    assert_eq!(misfit(&large).await.kind(), ErrorKind::Limit);
}

/// O-20: nobody can tell which of two equal members counts.
#[tokio::test]
async fn o_20_a_member_twice_is_refused() {
    let error = misfit(r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#).await;
    assert!(error.to_string().contains("twice"), "{error}");
}

/// O-21: a token is of the characters that RFC 6750 allows in a header, and not empty.
#[tokio::test]
async fn o_21_a_token_has_no_odd_characters() {
    for wrong in ["a\\r\\nx-evil: 1", "a b", "a\\u00e9", "", "a\\u0000"] {
        let error = misfit(&format!(r#"{{"access_token":"{wrong}","token_type":"Bearer"}}"#)).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{wrong}: {error}");
    }
}

/// O-38: the client proves itself in one way, and asks for no refresh token.
#[tokio::test]
async fn o_38_client_credentials_are_sent_once() {
    let (provider, outcome) = token(r#"{"access_token":"at","token_type":"Bearer"}"#).await;
    outcome.unwrap();
    let first = &provider.seen()[0];
    assert_eq!(first.body, "grant_type=client_credentials&client_id=id&client_secret=cs-canary");
    assert_eq!(first.authorization, None);
}

/// O-34, O-35: one renewal and one replay, for any method, and then the error.
#[tokio::test]
async fn o_34_a_rejected_token_is_renewed_once() {
    let provider = Provider::default()
        .json(200, r#"{"access_token":"at-1","token_type":"Bearer"}"#)
        .json(401, "{}")
        .json(200, r#"{"access_token":"at-2","token_type":"Bearer"}"#)
        .json(201, "{}");
    client(&provider).call(&CREATE).json().await.unwrap();
    let sent: Vec<_> = provider.seen().into_iter().filter_map(|seen| seen.authorization).collect();
    assert_eq!(sent, ["Bearer at-1", "Bearer at-2"]);

    let provider = Provider::default()
        .json(200, r#"{"access_token":"at-1","token_type":"Bearer"}"#)
        .json(401, "{}")
        .json(200, r#"{"access_token":"at-2","token_type":"Bearer"}"#)
        .json(401, "{}");
    let error = client(&provider).call(&GET).json().await.unwrap_err();
    assert_eq!((error.kind(), provider.seen().len()), (ErrorKind::Unauthorized, 4));
}

/// An answer that the manifest calls expired is one; another 403 is not.
#[tokio::test]
async fn what_the_manifest_calls_expired_is_renewed() {
    let provider = Provider::default()
        .json(200, r#"{"access_token":"at-1","token_type":"Bearer"}"#)
        .json(403, r#"{"code":"token_expired"}"#)
        .json(200, r#"{"access_token":"at-2","token_type":"Bearer"}"#)
        .json(403, r#"{"code":"other"}"#);
    let error = client(&provider).call(&GET).json().await.unwrap_err();
    assert_eq!((error.kind(), provider.seen().len()), (ErrorKind::Forbidden, 4));
}

/// O-36: a scope that is missing is not mended by a new token.
#[tokio::test]
async fn o_36_a_missing_scope_is_named() {
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"items:write\"";
    let provider = Provider::default()
        .json(200, r#"{"access_token":"at-1","token_type":"Bearer"}"#)
        .then(Next::Header(403, "www-authenticate", challenge, "{}"));
    let error = client(&provider).call(&GET).json().await.unwrap_err();
    assert_eq!((error.kind(), provider.seen().len()), (ErrorKind::Forbidden, 2));
    assert!(error.to_string().contains("items:write"), "{error}");
}

/// O-22, O-23: a refresh token that is not replaced is kept, and so are the scopes.
#[tokio::test]
async fn o_23_what_a_renewal_does_not_name_is_kept() {
    let provider = Provider::default()
        .json(200, r#"{"access_token":"at-2","token_type":"Bearer"}"#)
        .json(200, r#"{"access_token":"at-3","token_type":"Bearer","refresh_token":"rt-2","scope":"read"}"#)
        .json(200, r#"{"access_token":"at-4","token_type":"Bearer"}"#);
    let store = Arc::new(MemoryStore::new());
    let builder = app(provider.builder(&CONNECTOR, CODE_METHOD)).with_store(store.clone(), "a");
    let client = builder
        .token("access_token", "at-1")
        .token("token_type", "Bearer")
        .token("refresh_token", "rt-1")
        .token("scope", "read write")
        .build()
        .unwrap();
    for (sent, scope) in [("rt-1", "read write"), ("rt-1", "read"), ("rt-2", "read")] {
        client.refresh().await.unwrap();
        let last = provider.seen().pop().unwrap();
        assert!(last.body.contains(&format!("refresh_token={sent}&")), "{}", last.body);
        let status = Status::load(&*store, "a").await.unwrap().unwrap();
        assert_eq!(status.scope.as_deref(), Some(scope));
    }
}

/// O-29: what the provider does not take any longer is said, kept, and not asked again.
#[tokio::test]
async fn o_29_a_revoked_grant_asks_for_a_person() {
    let provider = Provider::default().json(401, "{}").json(400, r#"{"error":"invalid_grant"}"#);
    let store = Arc::new(MemoryStore::new());
    let client = app(provider.builder(&CONNECTOR, CODE_METHOD))
        .with_store(store.clone(), "a")
        .token("access_token", "at-1")
        .token("token_type", "Bearer")
        .token("refresh_token", "rt-1")
        .build()
        .unwrap();
    for _ in 0..2 {
        let error = client.call(&GET).json().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReconnectRequired, "{error}");
    }
    assert_eq!(provider.seen().len(), 2);
    assert!(Status::load(&*store, "a").await.unwrap().unwrap().broken.is_some());
}

/// A token that nothing renews is not given up for one 401.
#[tokio::test]
async fn a_token_without_a_refresh_token_stays_what_it_is() {
    let provider = Provider::default().json(401, "{}").json(200, "[]");
    let client = app(provider.builder(&CONNECTOR, CODE_METHOD))
        .token("access_token", "at-1")
        .token("token_type", "Bearer")
        .build()
        .unwrap();
    assert_eq!(client.call(&GET).json().await.unwrap_err().kind(), ErrorKind::Unauthorized);
    client.call(&GET).json().await.unwrap();
    assert!(client.refresh().await.unwrap_err().to_string().contains("connect again"));
}

/// K-09: a redirect of a token endpoint is never followed, whatever it says.
#[tokio::test]
async fn k_09_a_token_request_is_not_redirected() {
    for status in [301, 302, 303, 307, 308] {
        let location = "https://login.example.com/elsewhere";
        let (provider, outcome) = answered(Next::Header(status, "location", location, "")).await;
        let error = outcome.unwrap_err();
        assert_eq!(provider.seen().len(), 1);
        assert!(error.to_string().contains("never followed"), "{error}");
    }
}

/// K-16, K-17: what an error repeats of secrets is not shown.
#[tokio::test]
async fn k_17_an_error_that_repeats_secrets_is_cleaned() {
    let body = r#"{"error":"invalid_client","error_description":"client cs-canary, Y3MtY2FuYXJ5"}"#;
    let (_, outcome) = answered(Next::Answer(400, "application/json", body.to_owned())).await;
    let error = outcome.unwrap_err();
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains("cs-canary") && !shown.contains("Y3MtY2FuYXJ5"), "{shown}");
    }
    let provider = Provider::default()
        .json(200, r#"{"access_token":"at-canary","token_type":"Bearer"}"#)
        .json(500, r#"{"seen":"Bearer at-canary"}"#);
    let client = client(&provider);
    let error = client.call(&GET).json().await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("at-canary"), "{error}");
    assert_eq!(client.redact("at-canary"), "***");
}

/// A request that is only shown has a mask in the place of the token.
#[tokio::test]
async fn a_shown_request_has_no_token() {
    let provider = Provider::default()
        .json(200, r#"{"access_token":"at-canary","token_type":"Bearer"}"#)
        .json(200, "[]");
    let client = client(&provider);
    let shown = client.call(&GET).build_request().unwrap().masked();
    assert!(shown.contains("authorization: ***\n"), "{shown}");
    client.call(&GET).json().await.unwrap();
    let shown = client.request(Method::Get, "/items").build_request().unwrap().masked();
    assert!(shown.contains("authorization: Bearer ***"), "{shown}");
    assert!(!shown.contains("at-canary"), "{shown}");
}

/// A host that a login tells is confined, and requests go there and nowhere else.
#[tokio::test]
async fn a_host_from_a_login_is_confined() {
    let login = |host: &str| format!(r#"{{"ok":true,"token":"st-canary","host":"{host}"}}"#);
    let session = |provider: &Provider| {
        let builder = provider.builder(&HOSTED, 0);
        builder.credential("username", "ada").secret("password", "pw-canary").build().unwrap()
    };
    let provider = Provider::default().json(200, &login("https://eu7.example.com")).json(200, "[]");
    let client = session(&provider);
    client.call(&GET).json().await.unwrap();
    let last = provider.seen().pop().unwrap();
    assert_eq!(last.line, "GET https://eu7.example.com/api/items");
    assert!(last.headers.contains(&("x-session".to_owned(), "st-canary".to_owned())));
    assert!(!client.call(&GET).build_request().unwrap().masked().contains("st-canary"));

    for host in [
        "https://evil.example",
        "http://eu7.example.com",
        "https://eu7.example.com.evil.example",
        "https://eu7.example.com/path",
        "https://x@eu7.example.com",
        "https://169.254.169.254",
    ] {
        let provider = Provider::default().json(200, &login(host));
        let error = session(&provider).call(&GET).json().await.unwrap_err();
        assert_eq!((error.kind(), provider.seen().len()), (ErrorKind::Decode, 1), "{host}: {error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

/// A login that is refused with 200 is an error, and a session that ends is begun anew.
#[tokio::test]
async fn a_session_is_begun_anew() {
    let login = |token: &str| format!(r#"{{"ok":true,"token":"{token}","host":"https://a.example.com"}}"#);
    let provider = Provider::default()
        .json(200, r#"{"ok":false,"message":"wrong password pw-canary"}"#)
        .json(200, &login("one"))
        .json(401, "{}")
        .json(200, &login("two"))
        .json(200, "[]");
    let builder =
        || provider.builder(&HOSTED, 0).credential("username", "ada").secret("password", "pw-canary");
    let error = builder().build().unwrap().call(&GET).json().await.unwrap_err();
    assert!(error.to_string().contains("wrong password ***"), "{error}");
    builder().build().unwrap().call(&GET).json().await.unwrap();
    assert!(provider.seen()[4].headers.contains(&("x-session".to_owned(), "two".to_owned())));
}

/// O-30: what the provider has not seen is said so, and nothing is sent twice that it may have seen.
#[tokio::test]
async fn o_30_failures_of_the_token_endpoint_are_typed() {
    let (_, outcome) = answered(Next::Fail(Reason::Connect)).await;
    assert!(outcome.unwrap_err().is_unsent());
    let (provider, outcome) = answered(Next::Answer(429, "application/json", "{}".to_owned())).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(provider.seen().len(), 1);
    let (provider, outcome) = answered(Next::Answer(503, "text/html", "<p>".to_owned())).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(provider.seen().len(), 1);
}

/// O-44: a connection of another connector, or of another method, is not used.
#[tokio::test]
async fn o_44_a_connection_of_another_method_is_not_used() {
    let provider = Provider::default().json(200, r#"{"access_token":"at-1","token_type":"Bearer"}"#);
    let store = Arc::new(MemoryStore::new());
    let client = provider.builder(&CONNECTOR, CLIENT_METHOD).with_store(store.clone(), "a");
    client.credential("client_id", "id").secret("client_secret", "cs").connect().await.unwrap();
    let other =
        app(provider.builder(&CONNECTOR, CODE_METHOD)).with_store(store.clone(), "a").build().unwrap();
    let error = other.call(&GET).json().await.unwrap_err();
    assert_eq!((error.kind(), provider.seen().len()), (ErrorKind::Config, 1), "{error}");
    let hosted = provider.builder(&HOSTED, 0).with_store(store, "a");
    assert_eq!(hosted.open().await.unwrap_err().kind(), ErrorKind::Config);
}

/// What a store keeps is opened again, without credentials.
#[tokio::test]
async fn a_stored_connection_is_opened_again() {
    let provider = Provider::default()
        .json(200, r#"{"access_token":"at-1","token_type":"Bearer","expires_in":3600}"#)
        .json(200, "[]");
    let store = Arc::new(MemoryStore::new());
    let builder = || provider.builder(&CONNECTOR, CLIENT_METHOD).with_store(store.clone(), "acme");
    assert_eq!(builder().open().await.unwrap_err().kind(), ErrorKind::ReconnectRequired);
    let given = builder().credential("client_id", "id").secret("client_secret", "cs");
    given.connect().await.unwrap().client().unwrap();
    let client = builder().open().await.unwrap();
    client.call(&GET).json().await.unwrap();
    assert_eq!(provider.seen()[1].authorization.as_deref(), Some("Bearer at-1"));
    client.disconnect().await.unwrap();
    assert!(Status::load(&*store, "acme").await.unwrap().is_none());
}
