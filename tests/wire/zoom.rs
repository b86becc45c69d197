//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_zoom as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
];

async fn connection_account(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::server_to_server(provider::ServerToServer { client_id: "test-client-id".to_owned(), client_secret: Secret::from("test-secret-not-real".to_owned()), account_id: "test-account-id".to_owned() }).with_context(context)
    };
    builder().connect().await
}

/// `list_users`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_account(context).await?;
    let request = client.list_users()
        .status(value("\"active\""))
        .page_size(value("30"));
    Ok(json(&request.send().await?))
}

/// `get_user`
async fn exchange_1(context: &Context) -> Answer {
    let client = connection_account(context).await?;
    let request = client.get_user("jchill@example.com");
    Ok(json(&request.send().await?))
}

/// `list_meetings`
async fn exchange_2(context: &Context) -> Answer {
    let client = connection_account(context).await?;
    let request = client.list_meetings("KDcuGIm1QgePTO8WbOqwIQ")
        .r#type(value("\"upcoming\""))
        .next_page_token("b43YBRLJFg3V4vsSpxvGdKIGtNbxn9h9If2");
    Ok(json(&request.send().await?))
}

/// `create_meeting`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_account(context).await?;
    let request = client.create_meeting("me")
        .topic("My Meeting")
        .r#type(value("2"))
        .start_time("2022-03-25T07:32:55Z")
        .duration(value("60"))
        .timezone("America/Los_Angeles");
    Ok(json(&request.send().await?))
}
