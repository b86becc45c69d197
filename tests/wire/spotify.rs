//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_spotify as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
    |context| Box::pin(exchange_4(context)),
];

async fn connection_listener(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::user()
        .app_client_id("test-client-id")
        .app_redirect_uri("http://127.0.0.1:8888/callback").with_context(context)
    };
    let authorization = builder().authorization().await?;
    builder().complete(authorization.pending(), "http://127.0.0.1:8888/callback?code=NApCCg..BkWtQ&state=7d8f3e4a2b1c4d5e8f90a1b2c3d4e5f67d8f3e4a2b1c4d5e8f90a1b2c3d4e5f6").await
}

async fn connection_application(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::app()
        .app_client_id("test-client-id")
        .app_client_secret("test-secret-not-real").with_context(context)
    };
    builder().connect().await
}

/// `get_me`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_listener(context).await?;
    let request = client.get_me();
    Ok(json(&request.send().await?))
}

/// `list_my_playlists`
async fn exchange_1(context: &Context) -> Answer {
    let client = connection_listener(context).await?;
    let request = client.list_my_playlists()
        .limit(value("10"))
        .offset(value("5"));
    Ok(json(&request.send().await?))
}

/// `get_artist`
async fn exchange_2(context: &Context) -> Answer {
    let client = connection_application(context).await?;
    let request = client.get_artist("0TnOYISbd1XYRBk9myaseg");
    Ok(json(&request.send().await?))
}

/// `get_artist`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_application(context).await?;
    let request = client.get_artist("none");
    Ok(json(&request.send().await?))
}

/// `search_artists`
async fn exchange_4(context: &Context) -> Answer {
    let client = connection_application(context).await?;
    let request = client.search_artists(provider::actions::SearchArtists { q: "remaster artist:Miles Davis".to_owned() })
        .market("ES")
        .limit(value("1"));
    Ok(json(&request.send().await?))
}
