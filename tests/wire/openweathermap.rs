//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_openweathermap as provider;

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
];

/// `get_current_weather`
async fn exchange_0(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_current_weather(provider::actions::GetCurrentWeather { lat: value("44.34"), lon: value("10.99") });
    Ok(json(&request.send().await?))
}

/// `get_current_weather`
async fn exchange_1(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_current_weather(provider::actions::GetCurrentWeather { lat: value("44.34"), lon: value("10.99") })
        .units(value("\"metric\""))
        .lang("zh_cn");
    Ok(json(&request.send().await?))
}

/// `get_forecast`
async fn exchange_2(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_forecast(provider::actions::GetForecast { lat: value("44.34"), lon: value("10.99") })
        .cnt(value("2"))
        .units(value("\"standard\""));
    Ok(json(&request.send().await?))
}

/// `get_forecast`
async fn exchange_3(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_forecast(provider::actions::GetForecast { lat: value("44.34"), lon: value("10.99") });
    Ok(json(&request.send().await?))
}

/// `get_air_pollution`
async fn exchange_4(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_air_pollution(provider::actions::GetAirPollution { lat: value("50"), lon: value("50") });
    Ok(json(&request.send().await?))
}

/// `get_air_pollution_forecast`
async fn exchange_5(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_air_pollution_forecast(provider::actions::GetAirPollutionForecast { lat: value("50.5"), lon: value("-50") });
    Ok(json(&request.send().await?))
}

/// `get_air_pollution_history`
async fn exchange_6(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_air_pollution_history(provider::actions::GetAirPollutionHistory { lat: value("50"), lon: value("50"), start: value("1606223802"), end: value("1606482999") });
    Ok(json(&request.send().await?))
}

/// `find_places`
async fn exchange_7(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.find_places(provider::actions::FindPlaces { q: "London,OH,US".to_owned() })
        .limit(value("5"));
    Ok(json(&request.send().await?))
}

/// `get_postal_area`
async fn exchange_8(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_postal_area(provider::actions::GetPostalArea { zip: "90210,US".to_owned() });
    Ok(json(&request.send().await?))
}

/// `get_postal_area`
async fn exchange_9(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_postal_area(provider::actions::GetPostalArea { zip: "00000,GB".to_owned() });
    Ok(json(&request.send().await?))
}

/// `find_names`
async fn exchange_10(context: &Context) -> Answer {
    let client = provider::Client::api_key(provider::ApiKey { key: Secret::from("test-key-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.find_names(provider::actions::FindNames { lat: value("51.5098"), lon: value("-0.118") })
        .limit(value("5"));
    Ok(json(&request.send().await?))
}
