//! Connects to the npm package `oidc-provider`: an OAuth 2.0 and OpenID provider that others wrote, and certified.

mod code;
mod device;
mod discovery;
mod refresh;
mod service;

use couplet_peers::oidc::{Browser, Provider};
use couplet_runtime::generated::v1::{Builder, Client};

/// What connects a person's account with a client that has a secret.
fn person(provider: &Provider) -> Builder<'static> {
    provider
        .builder("person")
        .app("client_id", "web")
        .secret_app("client_secret", "web-secret")
        .app("redirect_uri", provider.said("callback"))
}

/// The whole way, without a mistake.
async fn connect(provider: &Provider, builder: Builder<'static>) -> Client<'static> {
    let authorization = builder.clone().authorization().await.expect("it begins");
    let callback = Browser::of("ada").allow(authorization.url(), provider.said("callback"));
    let completed = builder.complete(authorization.pending(), &callback).await.expect("it is completed");
    completed.client().expect("nothing is to be chosen")
}
