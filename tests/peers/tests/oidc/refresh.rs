//! Tokens that are renewed, rotate, and are given back, at a provider that revokes all of them when one is used twice.

use std::sync::Arc;

use couplet_peers::http::{form, send};
use couplet_peers::oidc::Provider;
use couplet_runtime::ErrorKind;
use couplet_runtime::generated::v1::Client;
use couplet_runtime::store::MemoryStore;
use serde_json::json;

use crate::{connect, person};

/// Clients of one connection in one store that know nothing of each other otherwise.
async fn clients(provider: &Provider, count: usize) -> Vec<Client<'static>> {
    let store = Arc::new(MemoryStore::new());
    connect(provider, person(provider).with_store(store.clone(), "ada")).await;
    let client = |_| person(provider).with_store(store.clone(), "ada").build().expect("a client");
    (0..count).map(client).collect()
}

/// The refresh token that the provider gave out last.
fn refresh_token(provider: &Provider) -> String {
    let asked = provider.asked("/token");
    let last = asked.iter().rev().find_map(|entry| entry["answer"]["refresh_token"].as_str());
    last.expect("there is one").to_owned()
}

#[tokio::test]
async fn every_refresh_rotates_and_none_is_used_twice() {
    let provider = Provider::start();
    let client = connect(&provider, person(&provider)).await;
    for _ in 0..3 {
        client.connection().refresh().await.expect("it is renewed");
        provider.call(&client, "whoami").await.expect("the new token is used");
    }
    let asked = provider.asked("/token");
    assert_eq!(asked.len(), 4);
    for pair in asked.windows(2) {
        let (given, sent) = (&pair[0]["answer"]["refresh_token"], &pair[1]["form"]["refresh_token"]);
        assert_eq!(given, sent, "the one that came last");
        assert_ne!(given, &pair[1]["answer"]["refresh_token"], "it rotates");
    }
}

#[tokio::test]
async fn two_clients_of_one_store_refresh_once() {
    let provider = Provider::start();
    let two = clients(&provider, 2).await;
    provider.drop_tokens();
    let (one, other) = tokio::join!(provider.call(&two[0], "whoami"), provider.call(&two[1], "whoami"));
    one.expect("the first");
    other.expect("the second");
    assert_eq!(provider.count("refresh_token"), 1);
    provider.drop_tokens();
    for client in &two {
        provider.call(client, "whoami").await.expect("nobody has lost the connection");
    }
    assert_eq!(provider.count("refresh_token"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_clients_of_one_store_refresh_once() {
    let provider = Arc::new(Provider::start());
    let clients = clients(&provider, 32).await;
    for round in 1..=2 {
        provider.drop_tokens();
        let calls: Vec<_> = clients
            .iter()
            .map(|client| {
                let (provider, client) = (Arc::clone(&provider), client.clone());
                tokio::spawn(async move { provider.call(&client, "whoami").await.map(drop) })
            })
            .collect();
        for call in calls {
            call.await.expect("it ends").expect("nobody loses the connection");
        }
        assert_eq!(provider.count("refresh_token"), round, "one for each time that the token was dropped");
    }
}

#[tokio::test]
async fn a_refresh_token_that_someone_else_used_ends_the_connection_and_says_so() {
    let provider = Provider::start();
    let client = connect(&provider, person(&provider)).await;
    let stolen = refresh_token(&provider);
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", stolen.as_str()),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
    ];
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let url = format!("{}/token", provider.said("issuer"));
    let thief = send("POST", &url, &headers, &form(&pairs));
    assert_eq!(thief.status, 200, "{thief:?}");
    let error = client.connection().refresh().await.expect_err("the family is revoked");
    assert_eq!(error.kind(), ErrorKind::ReconnectRequired, "{error}");
    let asked = provider.count("refresh_token");
    let error = provider.call(&client, "whoami").await.expect_err("it stays so");
    assert_eq!(error.kind(), ErrorKind::ReconnectRequired, "{error}");
    assert_eq!(provider.count("refresh_token"), asked, "and nobody asks again");
    assert!(client.connection().status().await.expect("a status").broken.is_some());
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_rotation_is_named() {
    let provider = Provider::start();
    let client = connect(&provider, person(&provider)).await;
    provider.lose_next("/token");
    let error =
        client.connection().refresh().await.expect_err("the provider has rotated, and nobody knows to what");
    assert_eq!(error.kind(), ErrorKind::ReconnectRequired, "{error}");
    assert!(error.to_string().contains("lost"), "{error}");
}

#[tokio::test]
async fn a_provider_that_is_down_does_not_end_a_connection() {
    let provider = Provider::start();
    let two = clients(&provider, 2).await;
    let client = &two[0];
    let down = || provider.answer_next("/token", 500, &json!({}));
    down();
    client.connection().refresh().await.expect("it is down for one request alone");
    down();
    down();
    let error = client.connection().refresh().await.expect_err("it is down");
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    provider.call(client, "whoami").await.expect("the token still lasts");
    // The first one would wait a little before it asks again.
    two[1].connection().refresh().await.expect("it is up again");
    provider.call(client, "whoami").await.expect("and the first one goes on");
}

#[tokio::test]
async fn disconnecting_revokes_what_the_provider_has_given() {
    let provider = Provider::start();
    let store = Arc::new(MemoryStore::new());
    let builder = person(&provider).with_store(store, "ada");
    let client = connect(&provider, builder.clone()).await;
    let given = refresh_token(&provider);
    client.connection().disconnect().await.expect("it is given back");
    let asked = provider.asked("/token/revocation");
    assert_eq!((asked.len(), asked[0]["status"].as_u64()), (1, Some(200)), "{asked:#?}");
    assert_eq!(asked[0]["form"]["token"], given.as_str());
    for client in [client, builder.build().expect("a client")] {
        let error = provider.call(&client, "whoami").await.expect_err("there is no connection");
        assert_eq!(error.kind(), ErrorKind::ReconnectRequired, "{error}");
    }
    assert_eq!(provider.asked("/api/whoami").len(), 0, "nothing was sent without a token");
}
