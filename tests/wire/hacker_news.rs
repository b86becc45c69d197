//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_hacker_news as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
    |context| Box::pin(exchange_4(context)),
    |context| Box::pin(exchange_5(context)),
    |context| Box::pin(exchange_6(context)),
    |context| Box::pin(exchange_7(context)),
    |context| Box::pin(exchange_8(context)),
    |context| Box::pin(exchange_9(context)),
    |context| Box::pin(exchange_10(context)),
    |context| Box::pin(exchange_11(context)),
];

/// `get_item`
async fn exchange_0(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.get_item(value("8863"));
    Ok(json(&request.send().await?))
}

/// `get_item`
async fn exchange_1(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.get_item(value("126809"));
    Ok(json(&request.send().await?))
}

/// `get_user`
async fn exchange_2(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.get_user("jl");
    Ok(json(&request.send().await?))
}

/// `get_max_item_id`
async fn exchange_3(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.get_max_item_id();
    Ok(json(&request.send().await?))
}

/// `get_max_item_id`
async fn exchange_4(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.get_max_item_id();
    Ok(json(&request.send().await?))
}

/// `list_top_stories`
async fn exchange_5(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.list_top_stories();
    Ok(json(&request.send().await?))
}

/// `list_new_stories`
async fn exchange_6(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.list_new_stories();
    Ok(json(&request.send().await?))
}

/// `list_best_stories`
async fn exchange_7(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.list_best_stories();
    Ok(json(&request.send().await?))
}

/// `list_ask_stories`
async fn exchange_8(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.list_ask_stories();
    Ok(json(&request.send().await?))
}

/// `list_show_stories`
async fn exchange_9(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.list_show_stories();
    Ok(json(&request.send().await?))
}

/// `list_job_stories`
async fn exchange_10(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.list_job_stories();
    Ok(json(&request.send().await?))
}

/// `get_updates`
async fn exchange_11(context: &Context) -> Answer {
    let client = provider::Client::public()
        .with_context(context)
        .build()?;
    let request = client.get_updates();
    Ok(json(&request.send().await?))
}
