//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_salesforce as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
    |context| Box::pin(exchange_4(context)),
];

async fn connection_person(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::oauth()
        .app_client_id("test-consumer-key")
        .app_client_secret("test-secret-not-real")
        .app_redirect_uri("https://www.example.com/code_callback").with_context(context)
    };
    let authorization = builder().authorization().await?;
    builder().complete(authorization.pending(), "https://www.example.com/code_callback?code=aPrx4sgoM2Nd1zWeFVlOWveD0HhYmiDiLmlLnXEBgX01tpVOQMWVSUuafFPHu3kCSjzk4CUTZg%3D%3D&state=7d8f3e4a2b1c4d5e8f90a1b2c3d4e5f67d8f3e4a2b1c4d5e8f90a1b2c3d4e5f6").await
}

/// `get_limits`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_person(context).await?;
    let request = client.get_limits();
    Ok(json(&request.send().await?))
}

/// `query`
async fn exchange_1(context: &Context) -> Answer {
    let client = connection_person(context).await?;
    let request = client.query(provider::actions::Query { q: "SELECT name from Account".to_owned() });
    Ok(json(&request.send().await?))
}

/// `query`
async fn exchange_2(context: &Context) -> Answer {
    let client = connection_person(context).await?;
    let request = client.query(provider::actions::Query { q: "SELECT nothing".to_owned() });
    Ok(json(&request.send().await?))
}

/// `get_record`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_person(context).await?;
    let request = client.get_record("Account", "001D000000INjVe")
        .fields(value("[\"AccountNumber\",\"BillingPostalCode\"]"));
    Ok(json(&request.send().await?))
}

/// `create_record`
async fn exchange_4(context: &Context) -> Answer {
    let client = connection_person(context).await?;
    let request = client.create_record("Account", provider::actions::CreateRecord { record: value("{\"Name\":\"Express Logistics and Transport\"}") });
    Ok(json(&request.send().await?))
}
