//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_quickbooks as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
];

async fn connection_company(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::oauth()
        .environment(value("\"sandbox\""))
        .app_client_id("test-client-id")
        .app_client_secret("test-secret-not-real")
        .app_redirect_uri("https://www.mydemoapp.com/oauth-redirect").with_context(context)
    };
    let authorization = builder().authorization().await?;
    builder().complete(authorization.pending(), "https://www.mydemoapp.com/oauth-redirect?code=4/P7q7W91a-oMsCeLvIaQm6bTrgtp7&state=7d8f3e4a2b1c4d5e8f90a1b2c3d4e5f67d8f3e4a2b1c4d5e8f90a1b2c3d4e5f6&realmId=1231434565226279").await
}

/// `get_company_info`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.get_company_info();
    Ok(json(&request.send().await?))
}

/// `query_customers`
async fn exchange_1(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.query_customers(provider::actions::QueryCustomers { query: "select * from Customer Where Metadata.LastUpdatedTime > '2015-03-01'".to_owned() });
    Ok(json(&request.send().await?))
}

/// `get_customer`
async fn exchange_2(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.get_customer("2");
    Ok(json(&request.send().await?))
}

/// `create_customer`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.create_customer(provider::actions::CreateCustomer { display_name: "King's Groceries".to_owned() })
        .company_name("King Groceries")
        .primary_email_addr(value("{\"Address\":\"jdrew@example.com\"}"));
    Ok(json(&request.send().await?))
}
