//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_netsuite as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
];

/// `get_record`
async fn exchange_0(context: &Context) -> Answer {
    let client = provider::Client::token(provider::Config { account: "123456".to_owned() }, provider::Token { consumer_key: "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4".to_owned(), consumer_secret: Secret::from("d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5".to_owned()), token: "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc".to_owned(), token_secret: Secret::from("c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_record("employee", "40");
    Ok(json(&request.send().await?))
}

/// `list_records`
async fn exchange_1(context: &Context) -> Answer {
    let client = provider::Client::token(provider::Config { account: "123456-sb1".to_owned() }, provider::Token { consumer_key: "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4".to_owned(), consumer_secret: Secret::from("d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5".to_owned()), token: "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc".to_owned(), token_secret: Secret::from("c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_records("customer")
        .q("email START_WITH barbara")
        .limit(value("10"));
    Ok(json(&request.send().await?))
}

/// `create_record`
async fn exchange_2(context: &Context) -> Answer {
    let client = provider::Client::token(provider::Config { account: "123456".to_owned() }, provider::Token { consumer_key: "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4".to_owned(), consumer_secret: Secret::from("d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5".to_owned()), token: "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc".to_owned(), token_secret: Secret::from("c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_record("customer", provider::actions::CreateRecord { record: value("{\"companyname\":\"My Company\",\"entityid\":\"New Customer\",\"subsidiary\":{\"id\":\"1\"}}") });
    Ok(json(&request.send().await?))
}

/// `run_suiteql`
async fn exchange_3(context: &Context) -> Answer {
    let client = provider::Client::token(provider::Config { account: "123456".to_owned() }, provider::Token { consumer_key: "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4".to_owned(), consumer_secret: Secret::from("d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5".to_owned()), token: "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc".to_owned(), token_secret: Secret::from("c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.run_suiteql(provider::actions::RunSuiteql { q: "SELECT email, COUNT(*) as count FROM transaction GROUP BY email".to_owned() })
        .limit(value("3"))
        .offset(value("0"));
    Ok(json(&request.send().await?))
}
