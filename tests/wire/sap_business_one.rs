//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_sap_business_one as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
];

async fn connection_company(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::login(provider::Config { server: "https://databaseserver.example.com:50000".to_owned(), company: "US506".to_owned() }, provider::Login { username: "manager".to_owned(), password: Secret::from("1234".to_owned()) }).with_context(context)
    };
    builder().connect().await
}

/// `list_business_partners`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.list_business_partners()
        .filter("startswith(CardCode, 'c')")
        .select("CardCode,CardName")
        .orderby("CardCode")
        .top(value("2"));
    Ok(json(&request.send().await?))
}

/// `get_business_partner`
async fn exchange_1(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.get_business_partner("c1");
    Ok(json(&request.send().await?))
}

/// `create_business_partner`
async fn exchange_2(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.create_business_partner(provider::actions::CreateBusinessPartner { card_code: "c1".to_owned() })
        .card_name("customer c1")
        .card_type(value("\"cCustomer\""));
    Ok(json(&request.send().await?))
}

/// `get_order`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_company(context).await?;
    let request = client.get_order(value("22"));
    Ok(json(&request.send().await?))
}
