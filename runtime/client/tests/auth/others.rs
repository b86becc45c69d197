//! The flows and methods beside OAuth 2.0 in a browser: devices, OAuth 1.0, HTTP Digest, and what follows upon
//! connecting with credentials alone.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use couplet_runtime::{ErrorKind, tokens::Clock};

use crate::{
    callback::app,
    plan::{BASIC_METHOD, CONNECTOR, DEVICE_METHOD, DIGEST_METHOD, GET, OAUTH1_METHOD},
    provider::{Next, Provider},
};

/// A clock that passes the time by itself.
#[derive(Default)]
struct Skipping(AtomicU64);

impl Clock for Skipping {
    fn now(&self) -> i64 {
        1_700_000_000_000 + i64::try_from(self.0.load(Ordering::SeqCst)).unwrap()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let millis = u64::try_from(duration.as_millis()).unwrap();
        Box::pin(async move {
            self.0.fetch_add(millis, Ordering::SeqCst);
            tokio::task::yield_now().await;
        })
    }
}

const DEVICE: &str = r#"{"device_code":"dc-canary","user_code":"WDJB-MJHT","verification_uri":"https://login.example.com/device",
    "verification_uri_complete":"https://login.example.com/device?user_code=WDJB-MJHT","expires_in":60,"interval":5}"#;

fn pending(code: &str) -> String {
    format!(r#"{{"error":"{code}"}}"#)
}

#[tokio::test]
async fn a_device_waits_as_often_as_it_may() {
    let provider = Provider::default()
        .json(200, DEVICE)
        .json(400, &pending("authorization_pending"))
        .json(400, &pending("slow_down"))
        .json(200, &pending("authorization_pending"))
        .json(200, r#"{"access_token":"at-1","token_type":"bearer"}"#)
        .json(200, "[]");
    let clock = Arc::new(Skipping::default());
    let context = provider.context().with_clock(clock.clone());
    let builder = provider.builder(&CONNECTOR, DEVICE_METHOD).with_context(&context).app("client_id", "id");
    let device = builder.device().await.unwrap();
    assert_eq!(
        (device.user_code(), device.verification_uri()),
        ("WDJB-MJHT", "https://login.example.com/device")
    );
    assert!(device.verification_uri_complete().unwrap().ends_with("user_code=WDJB-MJHT"));
    assert!(!format!("{device:?}").contains("canary"));
    let client = device.wait().await.unwrap().client().unwrap();
    assert_eq!(clock.elapsed(), Duration::from_secs(5 + 5 + 10 + 10));
    client.call(&GET).json().await.unwrap();
    let seen = provider.seen();
    assert!(seen[1].body.ends_with("&device_code=dc-canary&client_id=id"), "{}", seen[1].body);
    assert_eq!(seen[5].authorization.as_deref(), Some("bearer at-1"));
}

#[tokio::test]
async fn a_device_gives_up() {
    for (answers, kind, code) in [
        (vec![pending("access_denied")], ErrorKind::Forbidden, "access_denied"),
        (vec![pending("expired_token")], ErrorKind::Unauthorized, "expired_token"),
        (vec![pending("authorization_pending"); 11], ErrorKind::Unauthorized, "expired_token"),
    ] {
        let mut provider = Provider::default().json(200, DEVICE);
        for answer in &answers {
            provider = provider.json(400, answer);
        }
        let context = provider.context().with_clock(Arc::new(Skipping::default()));
        let builder =
            provider.builder(&CONNECTOR, DEVICE_METHOD).with_context(&context).app("client_id", "id");
        let error = builder.device().await.unwrap().wait().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some(code)));
        assert_eq!(provider.seen().len(), answers.len() + 1);
    }
    let evil = DEVICE.replace("https://login.example.com/device\"", "javascript:alert(1)\"");
    let provider = Provider::default().json(200, &evil);
    let builder = provider.builder(&CONNECTOR, DEVICE_METHOD).app("client_id", "id");
    assert_eq!(builder.device().await.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn oauth_1_has_three_legs() {
    let form = |body: &str| Next::Answer(200, "application/x-www-form-urlencoded", body.to_owned());
    let provider = Provider::default()
        .then(form("oauth_token=tmp&oauth_token_secret=tmp-canary&oauth_callback_confirmed=true"))
        .then(form("oauth_token=at&oauth_token_secret=ats-canary"))
        .json(200, "[]");
    let builder = || app(provider.builder(&CONNECTOR, OAUTH1_METHOD));
    let authorization = builder().authorization().await.unwrap();
    assert_eq!(authorization.url(), "https://login.example.com/authorize?oauth_token=tmp&expiration=never");
    assert_eq!(authorization.state(), "tmp");
    let wrong = builder().complete(authorization.pending(), "oauth_token=other&oauth_verifier=v").await;
    assert_eq!(wrong.unwrap_err().kind(), ErrorKind::Input);
    let denied = builder().complete(authorization.pending(), "?denied=tmp").await;
    assert_eq!(denied.unwrap_err().kind(), ErrorKind::Forbidden);
    let callback = "https://app.example/callback?oauth_token=tmp&oauth_verifier=v%2B1";
    let client = builder().complete(authorization.pending(), callback).await.unwrap().client().unwrap();
    client.call(&GET).json().await.unwrap();
    let seen: Vec<_> =
        provider.seen().into_iter().map(|seen| (seen.line, seen.authorization.unwrap())).collect();
    assert_eq!(seen[0].0, "POST https://login.example.com/request");
    assert!(seen[0].1.contains("oauth_callback=\"https%3A%2F%2Fapp.example%2Fcallback\""), "{}", seen[0].1);
    assert_eq!(seen[1].0, "POST https://login.example.com/access");
    assert!(seen[1].1.contains("oauth_token=\"tmp\"") && seen[1].1.contains("oauth_verifier=\"v%2B1\""));
    assert!(
        seen[2].1.contains("oauth_token=\"at\"")
            && seen[2].1.contains("oauth_signature_method=\"HMAC-SHA1\"")
    );
}

#[tokio::test]
async fn oauth_1_without_a_confirmed_callback_is_refused() {
    let body = "oauth_token=tmp&oauth_token_secret=s".to_owned();
    let provider = Provider::default().then(Next::Answer(200, "text/plain", body));
    let error = app(provider.builder(&CONNECTOR, OAUTH1_METHOD)).authorization().await.unwrap_err();
    assert!(error.to_string().contains("confirm"), "{error}");
}

#[tokio::test]
async fn digest_answers_a_challenge_and_counts() {
    let challenge = r#"Digest realm="api", nonce="n1", qop="auth", algorithm=SHA-256"#;
    let fresh = r#"Digest realm="api", nonce="n2", qop="auth", algorithm=SHA-256, stale=true"#;
    let provider = Provider::default()
        .then(Next::Header(401, "www-authenticate", challenge, ""))
        .json(200, "[]")
        .json(200, "[]")
        .then(Next::Header(401, "www-authenticate", fresh, ""))
        .then(Next::Header(401, "www-authenticate", fresh, ""));
    let builder = provider.builder(&CONNECTOR, DIGEST_METHOD);
    let client = builder.credential("username", "ada").secret("password", "pw-canary").build().unwrap();
    client.call(&GET).json().await.unwrap();
    client.call(&GET).json().await.unwrap();
    let error = client.call(&GET).json().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let sent: Vec<_> =
        provider.seen().into_iter().map(|seen| seen.authorization.unwrap_or_default()).collect();
    assert_eq!(sent[0], "");
    for (place, nonce, count) in
        [(1, "n1", "00000001"), (2, "n1", "00000002"), (3, "n1", "00000003"), (4, "n2", "00000001")]
    {
        let header = &sent[place];
        assert!(
            header.contains(&format!("nonce=\"{nonce}\"")) && header.contains(&format!("nc={count}")),
            "{header}"
        );
        assert!(header.contains("uri=\"/v1/items\""), "{header}");
    }
    assert_eq!(sent.len(), 5);
}

#[tokio::test]
async fn what_follows_upon_connecting_is_sent_with_the_credentials() {
    let provider = Provider::default().json(200, r#"[{"id":"s1","name":"Only"}]"#);
    let builder = provider.builder(&CONNECTOR, BASIC_METHOD);
    let builder = builder.credential("username", "ada").secret("password", "pw");
    let client = builder.connect().await.unwrap().client().unwrap();
    assert_eq!(client.status().await.unwrap().captured, [("site".to_owned(), "s1".to_owned())]);
    assert_eq!(provider.seen()[0].authorization.as_deref(), Some("Basic YWRhOnB3"));
    let provider = Provider::default().json(401, "{}");
    let builder = provider.builder(&CONNECTOR, BASIC_METHOD);
    let error = builder.credential("username", "ada").secret("password", "pw").connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

/// The futures can run on any thread of a server.
#[tokio::test]
async fn flows_are_send() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let provider = Provider::default();
    let builder = || app(provider.builder(&CONNECTOR, OAUTH1_METHOD));
    drop(send(builder().authorization()));
    drop(send(builder().complete(&"".into(), "")));
    drop(send(builder().connect()));
    drop(send(builder().device()));
    drop(send(builder().open()));
    let client = builder().build().unwrap();
    drop(send(client.disconnect()));
    drop(send(client.refresh()));
    drop(send(client.call(&GET).json()));
    assert!(provider.seen().is_empty());
}
