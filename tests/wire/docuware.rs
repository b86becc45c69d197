//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_docuware as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
];

async fn connection_user(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::login(provider::Config { organization: "your-system".to_owned() }, provider::Login { username: "integration".to_owned(), password: Secret::from("test-password-not-real".to_owned()) }).with_context(context)
    };
    builder().connect().await
}

/// `list_organizations`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_user(context).await?;
    let request = client.list_organizations();
    Ok(json(&request.send().await?))
}

/// `list_file_cabinets`
async fn exchange_1(context: &Context) -> Answer {
    let client = connection_user(context).await?;
    let request = client.list_file_cabinets()
        .org_id("1");
    Ok(json(&request.send().await?))
}

/// `list_documents`
async fn exchange_2(context: &Context) -> Answer {
    let client = connection_user(context).await?;
    let request = client.list_documents("fc1")
        .count(value("2"))
        .start(value("0"));
    Ok(json(&request.send().await?))
}

/// `get_document`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_user(context).await?;
    let request = client.get_document("fc1", value("999"));
    Ok(json(&request.send().await?))
}
