//! A server whose metadata says where it is authorized (RFC 9728, OpenID Connect Discovery), and that registers whoever
//! asks (RFC 7591), as MCP servers do.

use couplet_peers::oidc::Provider;
use serde_json::json;

use crate::connect;

#[tokio::test]
async fn a_server_that_nobody_registered_with_is_connected() {
    let provider = Provider::start();
    let builder = provider.builder("found").app("redirect_uri", provider.said("callback"));
    let client = connect(&provider, builder).await;
    let registered = provider.asked("/reg");
    assert_eq!((registered.len(), registered[0]["status"].as_u64()), (1, Some(201)), "{registered:#?}");
    assert_eq!(registered[0]["answer"]["redirect_uris"], json!([provider.said("callback")]));
    let who = provider.call(&client, "whoami").await.expect("whoami");
    assert_eq!((&who["client"], &who["sub"]), (&registered[0]["answer"]["client_id"], &json!("ada")));
    client.connection().refresh().await.expect("it is renewed at the endpoint that was found");
    assert_eq!(provider.asked("/reg").len(), 1, "it is registered once");
    assert_eq!(provider.count("refresh_token"), 1);
}

#[tokio::test]
async fn metadata_of_another_issuer_stops_before_anything_is_registered() {
    let provider = Provider::start();
    provider.answer_next(
        "/.well-known/oauth-authorization-server",
        200,
        &json!({"issuer": "https://evil.example"}),
    );
    let builder = provider.builder("found").app("redirect_uri", provider.said("callback"));
    let error = builder.authorization().await.expect_err("it must not begin");
    assert!(error.to_string().contains("another issuer"), "{error}");
    assert!(provider.asked("/reg").is_empty());
}
