//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_aws_ses as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
];

/// `send_email`
async fn exchange_0(context: &Context) -> Answer {
    let client = provider::Client::access_key(provider::Config { region: "us-east-1".to_owned() }, provider::AccessKey { access_key_id: "AKIDEXAMPLE".to_owned(), secret_access_key: Secret::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()), session_token: None })
        .with_context(context)
        .build()?;
    let request = client.send_email(provider::actions::SendEmail { content: value("{\"Simple\":{\"Subject\":{\"Data\":\"Größe & Preis\",\"Charset\":\"UTF-8\"},\"Body\":{\"Text\":{\"Data\":\"Hello\",\"Charset\":\"UTF-8\"}}}}") })
        .from_email_address("sender@example.com")
        .destination(value("{\"ToAddresses\":[\"recipient@example.com\"]}"));
    Ok(json(&request.send().await?))
}

/// `get_account`
async fn exchange_1(context: &Context) -> Answer {
    let client = provider::Client::access_key(provider::Config { region: "eu-central-1".to_owned() }, provider::AccessKey { access_key_id: "AKIDEXAMPLE".to_owned(), secret_access_key: Secret::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()), session_token: None })
        .with_context(context)
        .build()?;
    let request = client.get_account();
    Ok(json(&request.send().await?))
}

/// `list_identities`
async fn exchange_2(context: &Context) -> Answer {
    let client = provider::Client::access_key(provider::Config { region: "us-east-1".to_owned() }, provider::AccessKey { access_key_id: "AKIDEXAMPLE".to_owned(), secret_access_key: Secret::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()), session_token: None })
        .with_context(context)
        .build()?;
    let request = client.list_identities()
        .next_token("a+b/c=")
        .page_size(value("10"));
    Ok(json(&request.send().await?))
}

/// `get_identity`
async fn exchange_3(context: &Context) -> Answer {
    let client = provider::Client::access_key(provider::Config { region: "us-east-1".to_owned() }, provider::AccessKey { access_key_id: "AKIDEXAMPLE".to_owned(), secret_access_key: Secret::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()), session_token: Some(Secret::from("test-session-token".to_owned())) })
        .with_context(context)
        .build()?;
    let request = client.get_identity("sender@example.com");
    Ok(json(&request.send().await?))
}
