//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_resend as provider;

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
    |context| Box::pin(exchange_12(context)),
    |context| Box::pin(exchange_13(context)),
    |context| Box::pin(exchange_14(context)),
    |context| Box::pin(exchange_15(context)),
    |context| Box::pin(exchange_16(context)),
    |context| Box::pin(exchange_17(context)),
    |context| Box::pin(exchange_18(context)),
    |context| Box::pin(exchange_19(context)),
    |context| Box::pin(exchange_20(context)),
    |context| Box::pin(exchange_21(context)),
    |context| Box::pin(exchange_22(context)),
    |context| Box::pin(exchange_23(context)),
    |context| Box::pin(exchange_24(context)),
    |context| Box::pin(exchange_25(context)),
    |context| Box::pin(exchange_26(context)),
    |context| Box::pin(exchange_27(context)),
    |context| Box::pin(exchange_28(context)),
    |context| Box::pin(exchange_29(context)),
    |context| Box::pin(exchange_30(context)),
    |context| Box::pin(exchange_31(context)),
];

/// `send_email`
async fn exchange_0(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.send_email(provider::actions::SendEmail { from: "Acme <onboarding@resend.dev>".to_owned(), to: value("[\"delivered@resend.dev\"]"), subject: "hello world".to_owned() })
        .html("<p>it works!</p>");
    Ok(json(&request.send().await?))
}

/// `send_email`
async fn exchange_1(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.send_email(provider::actions::SendEmail { from: "onboarding@resend.dev".to_owned(), to: value("[\"delivered@resend.dev\",\"bounced@resend.dev\"]"), subject: "Größe & Preis".to_owned() })
        .idempotency_key("welcome-user/123456789")
        .reply_to(value("[\"answers@example.com\"]"))
        .text("Line one\nLine \"two\"")
        .template(value("{\"id\":\"welcome\",\"variables\":{\"COUNT\":123,\"CTA\":\"Sign up now\"}}"))
        .headers(value("{\"X-Entity-Ref-ID\":\"42\"}"))
        .scheduled_at("2024-08-05T11:52:01.858Z")
        .attachments(value("[{\"content\":\"aGVsbG8=\",\"filename\":\"hello.txt\"}]"))
        .tags(value("[{\"name\":\"category\",\"value\":\"confirm_email\"}]"));
    Ok(json(&request.send().await?))
}

/// `send_emails`
async fn exchange_2(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.send_emails(provider::actions::SendEmails { emails: value("[{\"from\":\"Acme <onboarding@resend.dev>\",\"to\":[\"foo@example.com\"],\"subject\":\"hello world\",\"html\":\"<h1>it works!</h1>\"},{\"from\":\"Acme <onboarding@resend.dev>\",\"to\":[\"bar@example.com\"],\"subject\":\"world hello\",\"html\":\"<p>it works!</p>\"}]") });
    Ok(json(&request.send().await?))
}

/// `list_emails`
async fn exchange_3(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_emails()
        .limit(value("10"))
        .after("49a3999c-0ce1-4ea6-ab68-afcd6dc2e794");
    Ok(json(&request.send().await?))
}

/// `get_email`
async fn exchange_4(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_email("4ef9a417-02e9-4d39-ad75-9611e0fcc33c");
    Ok(json(&request.send().await?))
}

/// `get_email`
async fn exchange_5(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_email("unknown");
    Ok(json(&request.send().await?))
}

/// `reschedule_email`
async fn exchange_6(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.reschedule_email("49a3999c-0ce1-4ea6-ab68-afcd6dc2e794", provider::actions::RescheduleEmail { scheduled_at: "2024-08-05T11:52:01.858Z".to_owned() });
    Ok(json(&request.send().await?))
}

/// `cancel_email`
async fn exchange_7(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.cancel_email("49a3999c-0ce1-4ea6-ab68-afcd6dc2e794");
    Ok(json(&request.send().await?))
}

/// `create_domain`
async fn exchange_8(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_domain(provider::actions::CreateDomain { name: "example.com".to_owned() })
        .region(value("\"us-east-1\""))
        .tls(value("\"enforced\""))
        .capabilities(value("{\"sending\":\"enabled\",\"receiving\":\"disabled\"}"));
    Ok(json(&request.send().await?))
}

/// `list_domains`
async fn exchange_9(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_domains();
    Ok(json(&request.send().await?))
}

/// `list_domains`
async fn exchange_10(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_domains();
    Ok(json(&request.send().await?))
}

/// `get_domain`
async fn exchange_11(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_domain("d91cd9bd-1176-453e-8fc1-35364d380206");
    Ok(json(&request.send().await?))
}

/// `update_domain`
async fn exchange_12(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.update_domain("d91cd9bd-1176-453e-8fc1-35364d380206")
        .open_tracking(value("false"))
        .click_tracking(value("true"));
    Ok(json(&request.send().await?))
}

/// `verify_domain`
async fn exchange_13(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.verify_domain("d91cd9bd-1176-453e-8fc1-35364d380206");
    Ok(json(&request.send().await?))
}

/// `delete_domain`
async fn exchange_14(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_domain("d91cd9bd-1176-453e-8fc1-35364d380206");
    Ok(json(&request.send().await?))
}

/// `create_api_key`
async fn exchange_15(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_api_key(provider::actions::CreateApiKey { name: "Production".to_owned() })
        .permission(value("\"sending_access\""))
        .domain_id("d91cd9bd-1176-453e-8fc1-35364d380206");
    Ok(json(&request.send().await?))
}

/// `list_api_keys`
async fn exchange_16(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_api_keys()
        .limit(value("2"))
        .before("dacf4072-4119-4d88-932f-6202748ac7c8");
    Ok(json(&request.send().await?))
}

/// `delete_api_key`
async fn exchange_17(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_api_key("dacf4072-4119-4d88-932f-6202748ac7c8");
    Ok(json(&request.send().await?))
}

/// `create_webhook`
async fn exchange_18(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_webhook(provider::actions::CreateWebhook { endpoint: "https://webhook.example.com/handler".to_owned(), events: value("[\"email.sent\",\"email.delivered\",\"email.bounced\"]") });
    Ok(json(&request.send().await?))
}

/// `list_webhooks`
async fn exchange_19(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_webhooks();
    Ok(json(&request.send().await?))
}

/// `get_webhook`
async fn exchange_20(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_webhook(value("\"479e3145-dd38-476b-932c-529ceb705947\""));
    Ok(json(&request.send().await?))
}

/// `update_webhook`
async fn exchange_21(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.update_webhook(value("\"479e3145-dd38-476b-932c-529ceb705947\""))
        .endpoint("https://webhook.example.com/new-handler")
        .status(value("\"disabled\""));
    Ok(json(&request.send().await?))
}

/// `delete_webhook`
async fn exchange_22(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_webhook(value("\"479e3145-dd38-476b-932c-529ceb705947\""));
    Ok(json(&request.send().await?))
}

/// `create_contact`
async fn exchange_23(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_contact(provider::actions::CreateContact { email: "steve.wozniak@example.com".to_owned() })
        .first_name("Steve")
        .last_name("Wozniak")
        .unsubscribed(value("false"))
        .properties(value("{\"company\":\"Acme\",\"seats\":3}"))
        .topics(value("[{\"id\":\"78261eea-8f8b-4381-83c6-79fa7120f1cf\",\"subscription\":\"opt_in\"}]"));
    Ok(json(&request.send().await?))
}

/// `list_contacts`
async fn exchange_24(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_contacts()
        .segment_id("78261eea-8f8b-4381-83c6-79fa7120f1cf")
        .limit(value("100"));
    Ok(json(&request.send().await?))
}

/// `get_contact`
async fn exchange_25(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_contact("steve.wozniak@example.com");
    Ok(json(&request.send().await?))
}

/// `update_contact`
async fn exchange_26(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.update_contact("e169aa45-1ecf-4183-9955-b1499d5701d3")
        .unsubscribed(value("true"));
    Ok(json(&request.send().await?))
}

/// `delete_contact`
async fn exchange_27(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_contact("520784e2-887d-4c25-b53c-4ad46ad38100");
    Ok(json(&request.send().await?))
}

/// `create_segment`
async fn exchange_28(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_segment(provider::actions::CreateSegment { name: "Active Users".to_owned() });
    Ok(json(&request.send().await?))
}

/// `list_segments`
async fn exchange_29(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_segments();
    Ok(json(&request.send().await?))
}

/// `get_segment`
async fn exchange_30(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_segment("78261eea-8f8b-4381-83c6-79fa7120f1cf");
    Ok(json(&request.send().await?))
}

/// `delete_segment`
async fn exchange_31(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { token: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_segment("78261eea-8f8b-4381-83c6-79fa7120f1cf");
    Ok(json(&request.send().await?))
}
