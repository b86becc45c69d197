//! The first way: the Plan in memory.

use couplet_compiler::connector::plan::{Action, AuthMethod, Field};
use couplet_runtime::Error;
use couplet_runtime::generated::v1::{Builder, Call, Client};
use couplet_tests::exchanges::{Exchange, Wire};
use serde_json::Value;

use crate::compare::{self, Provider};
use crate::{Connectors, each};

#[test]
fn the_plan_in_memory_sends_and_takes_what_the_provider_documents() {
    let connectors = Connectors::load();
    each(&connectors, |connector, exchange, runtime| {
        let provider = Provider::of(exchange);
        let plan = connector.plan;
        let (place, method) = method(plan.connector().auth(), exchange)?;
        let client =
            client(Builder::new(&plan.connector(), place), method.fields(), exchange, &plan.connector())
                .with_context(&provider.context)
                .build()
                .map_err(|error| error.to_string())?;
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
        compare::request(&provider.asked()?, exchange)?;
        compare::outcome(answer, exchange)
    });
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
    mut builder: Builder<'p>,
    credentials: &[Field<'_>],
    exchange: &Exchange,
    connector: &couplet_compiler::connector::plan::Connector<'_>,
) -> Builder<'p> {
    let secret = |fields: &[Field<'_>], name: &str| {
        fields.iter().any(|field| field.name() == name && field.is_secret())
    };
    for (name, value) in &exchange.credentials {
        builder = match secret(credentials, name) {
            true => builder.secret(name, plain(value)),
            false => builder.credential(name, plain(value)),
        };
    }
    for (name, value) in &exchange.config {
        builder = match secret(connector.config(), name) {
            true => builder.secret_config(name, plain(value)),
            false => builder.config(name, plain(value)),
        };
    }
    for (name, value) in &exchange.app {
        builder = match secret(connector.app(), name) {
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
