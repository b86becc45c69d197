//! A person allows it on another device (RFC 8628).

use std::time::Duration;

use couplet_peers::oidc::{Browser, Provider};
use couplet_runtime::generated::v1::Builder;
use serde_json::json;

fn television(provider: &Provider) -> Builder<'static> {
    provider.builder("television").app("client_id", "television")
}

#[tokio::test]
async fn a_code_that_a_person_enters_connects_the_device() {
    let provider = Provider::start();
    let mut device = television(&provider).device().await.expect("a code");
    assert!(device.verification_uri().starts_with(provider.said("issuer")));
    assert!(device.verification_uri_complete().is_some_and(|url| url.contains(device.user_code())));
    let interval = device.interval();
    assert!(device.poll().await.expect("it is pending").is_none());
    assert_eq!(device.interval(), interval, "pending is no reason to ask less often");
    // The package never says `slow_down`.
    provider.answer_next("/token", 400, &json!({"error": "slow_down"}));
    assert!(device.poll().await.expect("it is pending").is_none());
    assert_eq!(device.interval(), interval + Duration::from_secs(5), "RFC 8628, 3.5");
    Browser::of("ada").enter(device.verification_uri(), device.user_code());
    let completed = device.poll().await.expect("it is allowed").expect("it is decided");
    let client = completed.client().expect("a client");
    let who = provider.call(&client, "whoami").await.expect("whoami");
    assert_eq!((&who["client"], &who["sub"]), (&json!("television"), &json!("ada")));
    let answers = provider.asked("/token");
    let codes: Vec<_> = answers.iter().map(|entry| entry["answer"]["error"].clone()).collect();
    assert_eq!(codes[..2], [json!("authorization_pending"), json!("slow_down")]);
    client.connection().refresh().await.expect("a device's token is renewed, too");
}

#[tokio::test]
async fn a_person_who_refuses_ends_the_wait() {
    let provider = Provider::start();
    let mut device = television(&provider).device().await.expect("a code");
    Browser::of("ada").refuse_code(device.verification_uri(), device.user_code());
    let error = device.poll().await.expect_err("refused");
    assert_eq!(error.code(), Some("access_denied"), "{error}");
}
