//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_trello as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
];

async fn connection_person(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::oauth()
        .app_consumer_key("test-consumer-key")
        .app_consumer_secret("test-consumer-secret")
        .app_redirect_uri("https://app.example.com/callback").with_context(context)
    };
    let authorization = builder().authorization().await?;
    builder().complete(authorization.pending(), "https://app.example.com/callback?oauth_token=test-request-token&oauth_verifier=test-verifier").await
}

/// `get_me`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_person(context).await?;
    let request = client.get_me();
    Ok(json(&request.send().await?))
}

/// `list_my_boards`
async fn exchange_1(context: &Context) -> Answer {
    let client = provider::Client::token(provider::Token { key: Secret::from("test-token-not-real".to_owned()), api_key: Secret::from("test-api-key".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_my_boards()
        .filter(value("\"open\""))
        .fields("id,name,desc,closed,url");
    Ok(json(&request.send().await?))
}

/// `get_card`
async fn exchange_2(context: &Context) -> Answer {
    let client = provider::Client::token(provider::Token { key: Secret::from("test-token-not-real".to_owned()), api_key: Secret::from("test-api-key".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_card("5abbe4b7ddc1b351ef961414");
    Ok(json(&request.send().await?))
}

/// `create_card`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_person(context).await?;
    let request = client.create_card(provider::actions::CreateCard { id_list: "5abbe4b7ddc1b351ef961415".to_owned() })
        .name("Größe & Preis")
        .pos(value("\"top\""));
    Ok(json(&request.send().await?))
}
