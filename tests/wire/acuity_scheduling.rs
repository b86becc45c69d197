//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_acuity_scheduling as provider;

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
    |context| Box::pin(exchange_32(context)),
    |context| Box::pin(exchange_33(context)),
    |context| Box::pin(exchange_34(context)),
    |context| Box::pin(exchange_35(context)),
    |context| Box::pin(exchange_36(context)),
    |context| Box::pin(exchange_37(context)),
    |context| Box::pin(exchange_38(context)),
    |context| Box::pin(exchange_39(context)),
    |context| Box::pin(exchange_40(context)),
    |context| Box::pin(exchange_41(context)),
    |context| Box::pin(exchange_42(context)),
    |context| Box::pin(exchange_43(context)),
    |context| Box::pin(exchange_44(context)),
    |context| Box::pin(exchange_45(context)),
];

async fn connection_person(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::oauth()
        .app_client_id("test-client-id")
        .app_client_secret("test-secret-not-real")
        .app_redirect_uri("https://app.example.com/oauth2").with_context(context)
    };
    let authorization = builder().authorization().await?;
    builder().complete(authorization.pending(), "https://app.example.com/oauth2?code=test-code&state=7d8f3e4a2b1c4d5e8f90a1b2c3d4e5f67d8f3e4a2b1c4d5e8f90a1b2c3d4e5f6").await
}

/// `get_me`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_person(context).await?;
    let request = client.get_me();
    Ok(json(&request.send().await?))
}

/// `get_me`
async fn exchange_1(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_me();
    Ok(json(&request.send().await?))
}

/// `get_me`
async fn exchange_2(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_me();
    Ok(json(&request.send().await?))
}

/// `get_service_metadata`
async fn exchange_3(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_service_metadata();
    Ok(json(&request.send().await?))
}

/// `list_webhooks`
async fn exchange_4(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_webhooks();
    Ok(json(&request.send().await?))
}

/// `create_webhook`
async fn exchange_5(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_webhook(provider::actions::CreateWebhook { event: value("\"appointment.scheduled\""), target: "https://127.0.0.1/test-create".to_owned() });
    Ok(json(&request.send().await?))
}

/// `delete_webhook`
async fn exchange_6(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_webhook(value("1"));
    request.send().await?;
    Ok("null".to_owned())
}

/// `list_appointments`
async fn exchange_7(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_appointments()
        .max(value("10"))
        .min_date(value("\"2013-07-01\""))
        .max_date(value("\"2013-07-31\""))
        .canceled(value("true"))
        .email("bob.mctest@example.com")
        .phone("+15550100")
        .direction(value("\"ASC\""));
    Ok(json(&request.send().await?))
}

/// `list_appointments`
async fn exchange_8(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_appointments();
    Ok(json(&request.send().await?))
}

/// `get_appointment`
async fn exchange_9(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_appointment(value("54321"))
        .past_form_answers(value("true"));
    Ok(json(&request.send().await?))
}

/// `get_appointment`
async fn exchange_10(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_appointment(value("1"));
    Ok(json(&request.send().await?))
}

/// `create_appointment`
async fn exchange_11(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_appointment(provider::actions::CreateAppointment { datetime: value("\"2016-02-03T14:00:00-0800\""), appointment_type_id: value("1"), first_name: "Bob".to_owned(), last_name: "McTest".to_owned() })
        .email("bob.mctest@example.com")
        .fields(value("[{\"id\":1,\"value\":\"Party time!\"}]"));
    Ok(json(&request.send().await?))
}

/// `create_appointment`
async fn exchange_12(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_appointment(provider::actions::CreateAppointment { datetime: value("\"2016-02-03T14:00:00-0800\""), appointment_type_id: value("1"), first_name: "Bob".to_owned(), last_name: "McTest".to_owned() })
        .admin(value("true"))
        .no_email(value("true"))
        .calendar_id(value("987654321"))
        .notes("My notes.")
        .addon_ids(value("[1,3]"))
        .labels(value("[{\"id\":3}]"));
    Ok(json(&request.send().await?))
}

/// `update_appointment`
async fn exchange_13(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.update_appointment(value("54321"))
        .admin(value("true"))
        .notes("Bring the form.")
        .labels(value("[]"));
    Ok(json(&request.send().await?))
}

/// `cancel_appointment`
async fn exchange_14(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.cancel_appointment(value("54321"))
        .admin(value("true"))
        .no_email(value("true"))
        .cancel_note("The studio is closed.")
        .no_show(value("false"));
    Ok(json(&request.send().await?))
}

/// `cancel_appointment`
async fn exchange_15(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.cancel_appointment(value("54321"))
        .cancel_note("Ill");
    Ok(json(&request.send().await?))
}

/// `reschedule_appointment`
async fn exchange_16(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.reschedule_appointment(value("54321"), provider::actions::RescheduleAppointment { datetime: value("\"2016-03-08T05:00:00-0800\"") })
        .calendar_id(value("27238"))
        .timezone("America/New_York");
    Ok(json(&request.send().await?))
}

/// `reschedule_appointment`
async fn exchange_17(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.reschedule_appointment(value("54321"), provider::actions::RescheduleAppointment { datetime: value("\"2016-03-08T05:00:00-0800\"") })
        .no_email(value("true"));
    Ok(json(&request.send().await?))
}

/// `list_appointment_payments`
async fn exchange_18(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_appointment_payments(value("54321"));
    Ok(json(&request.send().await?))
}

/// `list_available_dates`
async fn exchange_19(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_available_dates(provider::actions::ListAvailableDates { month: "2016-02".to_owned(), appointment_type_id: value("1") })
        .calendar_id(value("27238"))
        .timezone("America/New_York");
    Ok(json(&request.send().await?))
}

/// `list_available_times`
async fn exchange_20(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_available_times(provider::actions::ListAvailableTimes { date: value("\"2016-02-04\""), appointment_type_id: value("1") })
        .ignore_appointment_ids(value("[54321,54322]"));
    Ok(json(&request.send().await?))
}

/// `list_available_classes`
async fn exchange_21(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_available_classes()
        .appointment_type_id(value("2"))
        .min_date(value("\"2016-02-01\""))
        .include_unavailable(value("true"));
    Ok(json(&request.send().await?))
}

/// `check_time`
async fn exchange_22(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.check_time(provider::actions::CheckTime { datetime: value("\"2017-11-15T16:00:00-0800\""), appointment_type_id: value("1") })
        .calendar_id(value("1"));
    Ok(json(&request.send().await?))
}

/// `check_times`
async fn exchange_23(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.check_times(provider::actions::CheckTimes { times: value("[{\"datetime\":\"2017-11-15T16:00:00-0800\",\"appointmentTypeID\":1,\"calendarID\":1},{\"datetime\":\"2017-11-16T16:00:00-0800\",\"appointmentTypeID\":1,\"calendarID\":1}]") });
    Ok(json(&request.send().await?))
}

/// `list_appointment_types`
async fn exchange_24(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_appointment_types()
        .include_deleted(value("true"));
    Ok(json(&request.send().await?))
}

/// `list_appointment_addons`
async fn exchange_25(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_appointment_addons();
    Ok(json(&request.send().await?))
}

/// `list_calendars`
async fn exchange_26(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_calendars();
    Ok(json(&request.send().await?))
}

/// `list_labels`
async fn exchange_27(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_labels();
    Ok(json(&request.send().await?))
}

/// `list_blocks`
async fn exchange_28(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_blocks()
        .max(value("20"))
        .min_date(value("\"2016-02-01\""))
        .calendar_id(value("27238"));
    Ok(json(&request.send().await?))
}

/// `get_block`
async fn exchange_29(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_block(value("9"));
    Ok(json(&request.send().await?))
}

/// `create_block`
async fn exchange_30(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_block(provider::actions::CreateBlock { start: value("\"2016-02-03T12:00:00-0800\""), end: value("\"2016-02-03T13:00:00-0800\""), calendar_id: value("27238") })
        .notes("Lunch");
    Ok(json(&request.send().await?))
}

/// `delete_block`
async fn exchange_31(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_block(value("9"));
    request.send().await?;
    Ok("null".to_owned())
}

/// `list_clients`
async fn exchange_32(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_clients()
        .search("Bob Mc");
    Ok(json(&request.send().await?))
}

/// `create_client`
async fn exchange_33(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_client(provider::actions::CreateClient { first_name: "Bob".to_owned(), last_name: "McTest".to_owned() })
        .phone("(123) 555-0101")
        .email("bob.mctest@example.com")
        .notes("Likes mornings");
    Ok(json(&request.send().await?))
}

/// `update_client`
async fn exchange_34(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.update_client(provider::actions::UpdateClient { first_name: "Bob".to_owned(), last_name: "McTest".to_owned() })
        .phone("(123) 555-0101")
        .new_first_name("Robert")
        .new_notes("Likes mornings");
    Ok(json(&request.send().await?))
}

/// `delete_client`
async fn exchange_35(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_client(provider::actions::DeleteClient { first_name: "Bob".to_owned(), last_name: "McTest".to_owned() });
    request.send().await?;
    Ok("null".to_owned())
}

/// `list_forms`
async fn exchange_36(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_forms();
    Ok(json(&request.send().await?))
}

/// `list_products`
async fn exchange_37(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_products()
        .deleted(value("true"));
    Ok(json(&request.send().await?))
}

/// `list_orders`
async fn exchange_38(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_orders()
        .max(value("1"));
    Ok(json(&request.send().await?))
}

/// `get_order`
async fn exchange_39(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_order(value("77"));
    Ok(json(&request.send().await?))
}

/// `get_order`
async fn exchange_40(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_order(value("78"));
    Ok(json(&request.send().await?))
}

/// `list_certificates`
async fn exchange_41(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.list_certificates()
        .appointment_type_id(value("1"))
        .email("bob.mctest@example.com");
    Ok(json(&request.send().await?))
}

/// `check_certificate`
async fn exchange_42(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.check_certificate(provider::actions::CheckCertificate { certificate: "FOOBAR".to_owned(), appointment_type_id: value("1") })
        .email("bob.mctest@example.com");
    Ok(json(&request.send().await?))
}

/// `check_certificate`
async fn exchange_43(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.check_certificate(provider::actions::CheckCertificate { certificate: "TEST123".to_owned(), appointment_type_id: value("1") });
    Ok(json(&request.send().await?))
}

/// `create_certificate`
async fn exchange_44(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.create_certificate()
        .product_id(value("1"))
        .certificate("FOOBAR")
        .email("bob.mctest@example.com");
    Ok(json(&request.send().await?))
}

/// `delete_certificate`
async fn exchange_45(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { username: "12345".to_owned(), password: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.delete_certificate(value("5"));
    request.send().await?;
    Ok("null".to_owned())
}
