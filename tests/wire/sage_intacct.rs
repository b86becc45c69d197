//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_sage_intacct as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
];

async fn connection_company(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::login(provider::Login { company_id: "testcompany".to_owned(), user_id: "testuser".to_owned(), user_password: Secret::from("P@ssW0rd!123".to_owned()) })
        .app_sender_id("testsenderid")
        .app_sender_password("pass123!").with_context(context)
    };
    builder().connect().await
}

/// `list_vendors`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.list_vendors()
        .query("NAME like 'Vendor%' AND TOTALDUE < 10")
        .pagesize(value("2"));
    Ok(json(&request.send().await?))
}

/// `list_customers`
async fn exchange_1(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.list_customers();
    Ok(json(&request.send().await?))
}

/// `get_vendor`
async fn exchange_2(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.get_vendor(provider::actions::GetVendor { id: "V9999".to_owned() });
    Ok(json(&request.send().await?))
}
