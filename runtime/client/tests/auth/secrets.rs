//! What nobody may see, wherever it stands; and what a caller that gives up must not lose.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::Poll,
};

use bytes::Bytes;
use couplet_runtime::{
    Context,
    connect::{Completed, Status},
    generated::v1::Builder,
    store::{MemoryStore, Store as _},
    transport::{Exchange, Transport},
};

use crate::{
    callback::app,
    plan::{CLIENT_METHOD, CODE_METHOD, CONNECTOR, DEVICE_METHOD, GET, HOSTED, SITES_METHOD},
    provider::Provider,
};

const TOKEN: &str =
    r#"{"access_token":"at-canary","token_type":"Bearer","refresh_token":"rt-canary","expires_in":3600}"#;

fn clean(shown: &str) {
    assert!(!shown.contains("canary"), "{shown}");
}

/// K-11, K-12: no text form of anything in a flow holds a secret.
#[tokio::test]
async fn k_11_nothing_of_a_flow_shows_its_secrets() {
    let sites = r#"[{"id": 7, "name": "North"}, {"id": 8, "name": "South"}]"#;
    let provider = Provider::default().json(200, TOKEN).json(200, sites).json(500, r#"{"at":"at-canary"}"#);
    let store = Arc::new(MemoryStore::new());
    let builder = || app(provider.builder(&CONNECTOR, SITES_METHOD)).with_store(store.clone(), "a");
    clean(&format!("{:?}", builder()));
    let authorization = builder().authorization().await.unwrap();
    clean(&format!("{authorization:?} {:?}", authorization.pending()));
    let callback = format!("code=code-canary&state={}", authorization.state());
    let completed = builder().complete(authorization.pending(), &callback).await.unwrap();
    clean(&format!("{completed:?}"));
    let Completed::Choose(choose) = completed else { panic!("{completed:?}") };
    clean(&format!("{:?}", choose.pending()));
    let client = choose.choose("7").await.unwrap().client().unwrap();
    clean(&format!("{client:?} {:?}", client.call(&GET)));
    let status = client.status().await.unwrap();
    clean(&format!("{status:?} {:?} {:?}", status.captured, status.config));
    let record = store.load("a").await.unwrap().unwrap();
    clean(&format!("{record:?} {store:?}"));
    assert!(String::from_utf8_lossy(record.bytes()).contains("rt-canary"), "the store alone has them");
    let error = client.call(&GET).json().await.unwrap_err();
    clean(&format!("{error} {error:?}"));
    assert_eq!(client.redact("rt-canary cs-canary code-canary"), "*** *** code-canary");
}

/// K-17: neither the code nor the verifier is shown by an error that repeats them.
#[tokio::test]
async fn k_17_the_code_and_the_verifier_are_not_shown() {
    let seen = Arc::new(Mutex::new(String::new()));
    let echo = Arc::clone(&seen);
    let transport = couplet_runtime::transport::InMemory::new(move |request: http::Request<Bytes>| {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        echo.lock().unwrap().push_str(&body);
        let answer =
            format!(r#"{{"error":"invalid_grant","error_description":"got {}"}}"#, body.replace('&', " "));
        Ok(http::Response::builder().status(400).body(Bytes::from(answer)).unwrap())
    });
    let context = Context::new().with_transport(Arc::new(transport));
    let builder = || app(Builder::new(&CONNECTOR, CODE_METHOD)).with_context(&context);
    let authorization = builder().authorization().await.unwrap();
    let callback = format!("code=code-canary&state={}", authorization.state());
    let error = builder().complete(authorization.pending(), &callback).await.unwrap_err();
    let sent = seen.lock().unwrap().clone();
    let verifier = sent.split("code_verifier=").nth(1).unwrap().split('&').next().unwrap();
    let shown = format!("{error} {error:?}");
    clean(&shown);
    assert!(!shown.contains(verifier) && shown.contains("got"), "{shown}");
}

/// What a refused login or a device code repeats is not shown, either.
#[tokio::test]
async fn flows_that_fail_show_nothing() {
    let provider = Provider::default().json(403, r#"{"message":"pw-canary cHctY2FuYXJ5 is wrong"}"#);
    let builder = provider.builder(&HOSTED, 0).credential("username", "ada").secret("password", "pw-canary");
    let error = builder.connect().await.unwrap_err();
    clean(&format!("{error} {error:?}"));
    assert!(!error.to_string().contains("cHctY2FuYXJ5"), "{error}");
    let device = r#"{"device_code":"dc-canary","user_code":"A","verification_uri":"https://a.example"}"#;
    let provider = Provider::default()
        .json(200, device)
        .json(400, r#"{"error":"invalid_grant","error_description":"dc-canary"}"#);
    let builder = provider.builder(&CONNECTOR, DEVICE_METHOD).app("client_id", "id");
    let error = builder.device().await.unwrap().poll().await.unwrap_err();
    clean(&format!("{error} {error:?}"));
}

/// Answers token requests when it is told to.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<Gated>>);

#[derive(Default)]
struct Gated {
    asked: usize,
    open: bool,
    wakers: Vec<std::task::Waker>,
}

impl Gate {
    fn open(&self) {
        let mut gated = self.0.lock().unwrap();
        gated.open = true;
        gated.wakers.drain(..).for_each(std::task::Waker::wake);
    }
}

impl Transport for Gate {
    fn send(&self, request: http::Request<Bytes>, _: usize) -> Exchange<'_> {
        if request.uri().host() != Some("login.example.com") {
            return Box::pin(async { Ok(http::Response::new(Bytes::from_static(b"[]"))) });
        }
        self.0.lock().unwrap().asked += 1;
        let gate = self.clone();
        Box::pin(std::future::poll_fn(move |cx| {
            let mut gated = gate.0.lock().unwrap();
            if gated.open {
                return Poll::Ready(Ok(http::Response::new(Bytes::from_static(TOKEN.as_bytes()))));
            }
            gated.wakers.push(cx.waker().clone());
            Poll::Pending
        }))
    }
}

/// A caller that gives up while a token is renewed does not lose it.
#[tokio::test]
async fn a_dropped_call_does_not_lose_a_token() {
    let gate = Gate::default();
    let context = Context::new().with_transport(Arc::new(gate.clone()));
    let store = Arc::new(MemoryStore::new());
    let builder =
        Builder::new(&CONNECTOR, CLIENT_METHOD).with_context(&context).with_store(store.clone(), "a");
    let builder = builder.credential("client_id", "id").secret("client_secret", "cs").detached();
    let client = builder.build().unwrap();
    let mut call: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(client.call(&GET).json());
    while gate.0.lock().unwrap().asked == 0 {
        let mut once = std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready()));
        assert!(!Pin::new(&mut once).await);
        tokio::task::yield_now().await;
    }
    drop(call);
    gate.open();
    client.call(&GET).json().await.unwrap();
    assert_eq!(gate.0.lock().unwrap().asked, 1);
    assert!(Status::load(&*store, "a").await.unwrap().unwrap().has_token);
}
