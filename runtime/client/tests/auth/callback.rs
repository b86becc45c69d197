//! The redirect: what is checked before anything of it is used.

use std::sync::Arc;

use couplet_runtime::{
    ErrorKind, Secret,
    connect::{Authorization, Completed},
    generated::v1::Builder,
    store::MemoryStore,
    transport::Reason,
};

use crate::{
    plan::{CODE_METHOD, CONNECTOR, GET, ISSUER_METHOD, SITES_METHOD},
    provider::{Next, Provider},
};

const TOKEN: &str =
    r#"{"access_token":"at-1","token_type":"Bearer","refresh_token":"rt-1","expires_in":3600}"#;
const REDIRECT: &str = "https://app.example/callback";

pub(crate) fn app(builder: Builder<'static>) -> Builder<'static> {
    builder.app("client_id", "id").secret_app("client_secret", "cs-canary").app("redirect_uri", REDIRECT)
}

async fn begin(provider: &Provider, method: usize) -> Authorization {
    app(provider.builder(&CONNECTOR, method)).authorization().await.unwrap()
}

/// What becomes of a redirect with this query, where `STATE` stands for the state.
async fn redirected(
    provider: &Provider,
    method: usize,
    query: &str,
) -> Result<Completed<'static>, couplet_runtime::Error> {
    let authorization = begin(provider, method).await;
    let callback = format!("{REDIRECT}?{}", query.replace("STATE", authorization.state()));
    app(provider.builder(&CONNECTOR, method)).complete(authorization.pending(), &callback).await
}

async fn refused(method: usize, query: &str) -> couplet_runtime::Error {
    let provider = Provider::default();
    let error = redirected(&provider, method, query).await.unwrap_err();
    assert!(provider.seen().is_empty(), "nothing may be sent");
    error
}

/// O-02: the URL has a challenge of S256, a state of 256 bits, and what the manifest asks for.
#[tokio::test]
async fn o_02_the_url_asks_for_what_it_must() {
    let provider = Provider::default();
    let first = begin(&provider, CODE_METHOD).await;
    let second = begin(&provider, CODE_METHOD).await;
    assert_ne!(first.state(), second.state());
    assert_eq!(first.state().len(), 43);
    let url = first.url();
    assert!(url.starts_with("https://login.example.com/authorize?response_type=code&client_id=id&"), "{url}");
    assert!(url.contains("redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"), "{url}");
    assert!(url.contains("&scope=read%20write&"), "{url}");
    assert!(url.contains(&format!("state={}", first.state())), "{url}");
    assert!(url.contains("code_challenge_method=S256"), "{url}");
    assert!(!url.contains("code_verifier"), "{url}");
    assert!(!url.contains("cs-canary"), "{url}");
    assert!(!format!("{first:?}").contains(first.state()));
}

/// O-01, O-12: the verifier fits the challenge, and the redirect URI is the same to the byte.
#[tokio::test]
async fn o_12_the_code_is_exchanged_and_the_token_used() {
    let provider = Provider::default().json(200, TOKEN).json(200, "[]");
    let completed = redirected(&provider, CODE_METHOD, "code=co%2Bde&state=STATE&realmId=42").await.unwrap();
    let client = completed.client().unwrap();
    client.call(&GET).json().await.unwrap();
    let seen = provider.seen();
    assert_eq!(seen[0].line, "POST https://login.example.com/oauth/token");
    assert!(seen[0].body.starts_with("grant_type=authorization_code&code=co%2Bde&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&code_verifier="));
    let verifier = seen[0].body.split("code_verifier=").nth(1).unwrap().split('&').next().unwrap();
    assert_eq!(verifier.len(), 43);
    assert_eq!(seen[1].line, "GET https://api.example.com/v1/items");
    assert_eq!(seen[1].authorization.as_deref(), Some("Bearer at-1"));
    let status = client.status().await.unwrap();
    assert_eq!(status.captured, [("realm".to_owned(), "42".to_owned())]);
    assert_eq!(status.scope.as_deref(), Some("read write"));
    assert!(status.expires_at.is_some() && status.has_refresh_token);
}

/// O-04: a state that is missing, wrong, of another session, used, or too old.
#[tokio::test]
async fn o_04_a_state_counts_once_and_in_its_session() {
    assert_eq!(refused(CODE_METHOD, "code=c").await.kind(), ErrorKind::Input);
    assert_eq!(refused(CODE_METHOD, "code=c&state=").await.kind(), ErrorKind::Input);
    assert_eq!(refused(CODE_METHOD, "code=c&state=STATEx").await.kind(), ErrorKind::Input);

    let provider = Provider::default().json(200, TOKEN);
    let (one, other) = (begin(&provider, CODE_METHOD).await, begin(&provider, CODE_METHOD).await);
    let context = provider.context();
    let complete = |pending: Secret, state: String| {
        let builder = app(provider.builder(&CONNECTOR, CODE_METHOD)).with_context(&context);
        async move { builder.complete(&pending, &format!("code=c&state={state}")).await }
    };
    let error = complete(one.pending().clone(), other.state().to_owned()).await.unwrap_err();
    assert!(error.to_string().contains("not of this authorization"), "{error}");
    complete(one.pending().clone(), one.state().to_owned()).await.unwrap();
    let error = complete(one.pending().clone(), one.state().to_owned()).await.unwrap_err();
    assert!(error.to_string().contains("used before"), "{error}");
    assert_eq!(provider.seen().len(), 1);

    let text = other.pending().expose_secret();
    let start = text.find("\"created_at\":").unwrap() + "\"created_at\":".len();
    let digits = text[start..].chars().take_while(char::is_ascii_digit).count();
    let old: i64 = text[start..start + digits].parse::<i64>().unwrap() - 601_000;
    let old = format!("{}{old}{}", &text[..start], &text[start + digits..]);
    let error = complete(Secret::new(old), other.state().to_owned()).await.unwrap_err();
    assert!(error.to_string().contains("ten minutes"), "{error}");
}

/// O-04: a store knows a redirect again, whatever process has used it.
#[tokio::test]
async fn o_04_a_redirect_counts_once_for_a_store() {
    let provider = Provider::default().json(200, TOKEN);
    let store = Arc::new(MemoryStore::new());
    let authorization = begin(&provider, CODE_METHOD).await;
    let callback = format!("code=c&state={}", authorization.state());
    let builder = || app(provider.builder(&CONNECTOR, CODE_METHOD)).with_store(store.clone(), "a");
    builder().complete(authorization.pending(), &callback).await.unwrap();
    let error = builder().complete(authorization.pending(), &callback).await.unwrap_err();
    assert!(error.to_string().contains("used before"), "{error}");
    let status = builder().open().await.unwrap().status().await.unwrap();
    assert!(status.captured.is_empty(), "{:?}", status.captured);
}

/// A program hands on what it has: the whole URL, its path and query, or the query alone.
#[tokio::test]
async fn a_redirect_is_taken_as_it_came() {
    for before in ["", "?", "/callback?", "https://app.example/callback?"] {
        let provider = Provider::default().json(200, TOKEN);
        let authorization = begin(&provider, CODE_METHOD).await;
        let callback = format!("{before}code=a?b%26c&state={}#_=_", authorization.state());
        app(provider.builder(&CONNECTOR, CODE_METHOD))
            .complete(authorization.pending(), &callback)
            .await
            .unwrap();
        assert!(provider.seen()[0].body.contains("&code=a%3Fb%26c&"), "{}", provider.seen()[0].body);
    }
}

/// O-05 to O-08: RFC 9207's table, without any repair of what is compared.
#[tokio::test]
async fn o_05_the_issuer_is_compared_as_a_text() {
    let provider = Provider::default().json(200, TOKEN);
    redirected(&provider, ISSUER_METHOD, "code=c&state=STATE&iss=https%3A%2F%2Flogin.example.com")
        .await
        .unwrap();
    for iss in [
        "",
        "&iss=https://login.example.com/",
        "&iss=https://LOGIN.example.com",
        "&iss=https://login.example.com:443",
        "&iss=https://evil.example.com",
        "&iss=https%253A%252F%252Flogin.example.com",
    ] {
        let error = refused(ISSUER_METHOD, &format!("code=c&state=STATE{iss}")).await;
        assert!(error.to_string().contains("`iss`"), "{error}");
    }
}

/// O-09: an error of the wrong issuer is not acted upon, nor shown.
#[tokio::test]
async fn o_09_an_error_of_another_issuer_is_not_shown() {
    let query =
        "error=access_denied&error_description=go+to+evil.example&state=STATE&iss=https://evil.example";
    let error = refused(ISSUER_METHOD, query).await;
    assert!(!error.to_string().contains("evil.example"), "{error}");
    assert_eq!(error.code(), None);
}

/// O-10: the codes of RFC 6749, 4.1.2.1, and one that nobody knows; no control character gets through.
#[tokio::test]
async fn o_10_errors_are_typed() {
    for (code, kind) in [
        ("access_denied", ErrorKind::Forbidden),
        ("invalid_request", ErrorKind::Invalid),
        ("unauthorized_client", ErrorKind::Unauthorized),
        ("unsupported_response_type", ErrorKind::Invalid),
        ("invalid_scope", ErrorKind::Invalid),
        ("server_error", ErrorKind::Unavailable),
        ("temporarily_unavailable", ErrorKind::Unavailable),
        ("something_else", ErrorKind::Provider),
    ] {
        let error =
            refused(CODE_METHOD, &format!("error={code}&error_description=a%1B%5B31mb&state=STATE")).await;
        assert_eq!((error.kind(), error.code()), (kind, Some(code)));
        assert_eq!(error.message(), Some("a [31mb"));
    }
}

/// O-11: nothing that the protocol names stands twice.
#[tokio::test]
async fn o_11_duplicates_are_refused() {
    for query in
        ["code=a&code=b&state=STATE", "code=a&state=STATE&state=STATE", "code=a&state=STATE&iss=a&iss=a"]
    {
        let error = refused(CODE_METHOD, query).await;
        assert!(error.to_string().contains("twice"), "{error}");
    }
}

/// O-15: a code whose request may have arrived is not sent again.
#[tokio::test]
async fn o_15_a_code_is_sent_once() {
    let provider = Provider::default().then(Next::Fail(Reason::Broken));
    let error = redirected(&provider, CODE_METHOD, "code=c&state=STATE").await.unwrap_err();
    assert!(error.to_string().contains("begin anew"), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(provider.seen().len(), 1);
}

/// The two mistakes that are made most name their cause and their mend.
#[tokio::test]
async fn common_mistakes_name_the_mend() {
    let answer = r#"{"error":"invalid_grant","error_description":"redirect_uri does not match"}"#;
    let provider = Provider::default().json(400, answer);
    let error = redirected(&provider, CODE_METHOD, "code=c&state=STATE").await.unwrap_err();
    assert!(error.to_string().contains("register the app's `redirect_uri`"), "{error}");
    let answer = r#"{"error":"invalid_grant","error_description":"Missing code_verifier"}"#;
    let provider = Provider::default().json(400, answer);
    let error = redirected(&provider, CODE_METHOD, "code=c&state=STATE").await.unwrap_err();
    assert!(error.to_string().contains("PKCE"), "{error}");
    assert_eq!(error.code(), Some("invalid_grant"));
    let error = refused(CODE_METHOD, "error=redirect_uri_mismatch&state=STATE").await;
    assert!(error.to_string().contains("equal to the byte"), "{error}");
}

/// A choice is a person's where there are several, and goes on in another process.
#[tokio::test]
async fn a_person_chooses_among_several() {
    let sites = r#"[{"id": 7, "name": "North"}, {"id": 8, "name": "South"}]"#;
    let provider =
        Provider::default().json(200, TOKEN).json(200, sites).json(200, "[]").json(200, "{}").json(200, "{}");
    let completed = redirected(&provider, SITES_METHOD, "code=c&state=STATE").await.unwrap();
    let Completed::Choose(choose) = completed else { panic!("{completed:?}") };
    assert_eq!(choose.name(), "site");
    let labels: Vec<_> = choose.options().iter().map(|option| option.label.as_str()).collect();
    assert_eq!(labels, ["North", "South"]);
    let builder = || app(provider.builder(&CONNECTOR, SITES_METHOD));
    assert!(builder().choose(choose.pending(), "9").await.is_err());
    let client = builder().choose(choose.pending(), "8").await.unwrap().client().unwrap();
    client.call(&GET).json().await.unwrap();
    assert_eq!(client.status().await.unwrap().captured, [("site".to_owned(), "8".to_owned())]);
    assert_eq!(provider.seen()[1].authorization.as_deref(), Some("Bearer at-1"));
    client.disconnect().await.unwrap();
    assert_eq!(
        provider.lines()[3..],
        ["POST https://api.example.com/v1/logout", "POST https://login.example.com/oauth/revoke"]
    );
    assert_eq!(client.call(&GET).json().await.unwrap_err().kind(), ErrorKind::ReconnectRequired);
}
