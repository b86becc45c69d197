//! The first way: the Plan in memory.

use couplet_compiler::connector::plan::{Action, AuthMethod, Connector, Field, Plan};
use couplet_runtime::Error;
use couplet_runtime::generated::v1::{Builder, Call, Client};
use couplet_tests::exchanges::{Exchange, Wire};
use serde_json::{Map, Value};

use crate::compare::{self, Provider};
use crate::{Connectors, connections, each};

#[test]
fn the_plan_in_memory_sends_and_takes_what_the_provider_documents() {
    let connectors = Connectors::load();
    each(&connectors, |connector, exchange, runtime| {
        let provider = Provider::of(exchange);
        let plan = connector.plan;
        let client = runtime.block_on(connected(&plan, exchange, &provider))?;
        let action = plan.action(&exchange.action).ok_or("there is no such action")?;
        let call = call(&client, &action, exchange).map_err(|error| error.to_string())?;
        let built = call.build_request().map_err(|error| error.to_string())?;
        let built = Wire {
            method: built.method().to_owned(),
            url: built.url(),
            headers: built.headers().into_iter().collect(),
            body: String::from_utf8_lossy(built.body()).into_owned(),
        };
        compare::request(&built, exchange)?;
        let answer = runtime.block_on(call.json()).map(|answer| answer.json);
        let asked = provider.asked_once(exchange).map_err(|why| match &answer {
            Err(error) => format!("{why} ({error})"),
            Ok(_) => why,
        })?;
        compare::request(&asked, exchange)?;
        compare::outcome(answer, exchange)
    });
}

/// The client of an exchange: built at once, or of the connection that it names.
async fn connected<'p>(
    plan: &Plan<'p>,
    exchange: &Exchange,
    provider: &Provider,
) -> Result<Client<'p>, String> {
    let connector = plan.connector();
    let (place, method) = method(connector.auth(), exchange)?;
    let builder = || {
        let builder = client(Builder::new(&connector, place), &method, exchange, &connector);
        builder.with_context(&provider.context)
    };
    match &exchange.connection {
        Some(connection) => connections::connected(builder, connection).await,
        None => builder().build().map_err(|error| error.to_string()),
    }
}

pub(crate) fn method<'p>(
    methods: &'p [AuthMethod<'p>],
    exchange: &Exchange,
) -> Result<(usize, AuthMethod<'p>), String> {
    let place =
        exchange.auth.as_ref().map_or(Some(0), |auth| methods.iter().position(|one| one.name() == auth));
    let place = place.ok_or_else(|| format!("there is no auth method {:?}", exchange.auth))?;
    Ok((place, methods[place]))
}

pub(crate) fn client<'p>(
    builder: Builder<'p>,
    method: &AuthMethod<'_>,
    exchange: &Exchange,
    connector: &Connector<'_>,
) -> Builder<'p> {
    supplied(builder, method, connector, [&exchange.credentials, &exchange.config, &exchange.app])
}

/// A builder with credentials, config and app values.
pub(crate) fn supplied<'p>(
    mut builder: Builder<'p>,
    method: &AuthMethod<'_>,
    connector: &Connector<'_>,
    [credentials, config, app]: [&Map<String, Value>; 3],
) -> Builder<'p> {
    let secret = |fields: &[Field<'_>], name: &str| {
        fields.iter().any(|field| field.name() == name && field.is_secret())
    };
    for (name, value) in credentials {
        builder = match secret(method.fields(), name) {
            true => builder.secret(name, plain(value)),
            false => builder.credential(name, plain(value)),
        };
    }
    for (name, value) in config {
        builder = match secret(connector.config(), name) {
            true => builder.secret_config(name, plain(value)),
            false => builder.config(name, plain(value)),
        };
    }
    for (name, value) in app {
        builder = match secret(connector.app(), name) || secret(method.app(), name) {
            true => builder.secret_app(name, plain(value)),
            false => builder.app(name, plain(value)),
        };
    }
    builder
}

pub(crate) fn call<'p>(
    client: &Client<'p>,
    action: &Action<'p>,
    exchange: &Exchange,
) -> Result<Call<'p>, Error> {
    let mut call = client.call(action);
    for (name, value) in &exchange.input {
        let bytes = action.inputs().iter().any(|input| input.name() == name && input.is_bytes());
        if bytes {
            call.set_bytes(name, plain(value).into_bytes())?;
        } else {
            call.set_json(name, &value.to_string())?;
        }
    }
    Ok(call)
}

pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
