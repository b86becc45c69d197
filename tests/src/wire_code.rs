//! Exchanges as calls of a generated crate, in Rust: what a user of the crate would write.

use std::fmt::Write as _;

use couplet_compiler::connector::{Action, ActionInput, Connector, Output, Property, Type};
use serde_json::{Map, Value};

use crate::connections::Connection;
use crate::exchanges::Exchange;

/// The module of one connector.
#[must_use]
pub fn module(connector: &Connector<'_>, connections: &[Connection], exchanges: &[Exchange]) -> String {
    let mut text = "//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.\n\n\
         use super::*;\n\n"
        .to_owned();
    let _ = writeln!(text, "use {} as provider;\n", connector.package.crate_name.replace('-', "_"));
    let numbers = 0..exchanges.len();
    let calls: Vec<_> =
        numbers.map(|number| format!("    |context| Box::pin(exchange_{number}(context)),\n")).collect();
    let _ = writeln!(text, "pub(crate) const EXCHANGES: &[Call] = &[\n{}];", calls.concat());
    for connection in connections {
        let _ = write!(
            text,
            "\nasync fn {}(context: &Context) -> Result<provider::Client, Error> {{\n{}}}\n",
            function(connection),
            connected(connector, connection)
        );
    }
    for (number, exchange) in exchanges.iter().enumerate() {
        let _ = write!(
            text,
            "\n/// `{}`\nasync fn exchange_{number}(context: &Context) -> Answer {{\n{}}}\n",
            exchange.action,
            call(connector, exchange)
        );
    }
    text
}

/// The module of all of them.
#[must_use]
pub fn root(connectors: &[String]) -> String {
    let mut text = "//! Written by `BLESS=1 cargo test -p couplet-tests connectors`: every exchange, called through the generated crates.\n\n\
         use super::typed::*;\n\n"
        .to_owned();
    for name in connectors {
        let _ = writeln!(text, "mod {};", name.replace('-', "_"));
    }
    text.push_str("\npub(crate) const CONNECTORS: &[(&str, &Plan<'static>, &[Call])] = &[\n");
    for name in connectors {
        let module = name.replace('-', "_");
        let _ = writeln!(text, "    ({name:?}, &couplet_{module}::PLAN, {module}::EXCHANGES),");
    }
    text.push_str("];\n");
    text
}

fn call(connector: &Connector<'_>, exchange: &Exchange) -> String {
    let plans = connector.plan.actions();
    let place = plans.iter().position(|action| action.name() == exchange.action);
    let place = place.unwrap_or_else(|| panic!("there is no action `{}`", exchange.action));
    let (plan, action) = (plans[place], &connector.actions[place]);
    let name = |input: &ActionInput| plan.inputs()[usize::from(input.index)].name();
    for given in exchange.input.keys() {
        assert!(
            plan.inputs().iter().any(|input| input.name() == given),
            "`{}` has no `{given}`",
            exchange.action
        );
    }
    let required = |input: &ActionInput| {
        let value = exchange.input.get(name(input));
        let value = value.unwrap_or_else(|| panic!("`{}` needs `{}`", exchange.action, name(input)));
        expression(value, &input.ty)
    };
    let mut arguments: Vec<_> =
        action.arguments.iter().map(|input| argument(&required(input), &input.ty)).collect();
    if let Some((ty, inputs)) = &action.required {
        let fields: Vec<_> =
            inputs.iter().map(|input| format!("{}: {}", input.ident, required(input))).collect();
        arguments.push(format!("provider::actions::{ty} {{ {} }}", fields.join(", ")));
    }
    let mut text = client(connector, exchange);
    let _ = write!(text, "    let request = client.{}({})", action.method, arguments.join(", "));
    for input in &action.optional {
        if let Some(value) = exchange.input.get(name(input)) {
            let _ = write!(
                text,
                "\n        .{}({})",
                input.ident,
                argument(&expression(value, &input.ty), &input.ty)
            );
        }
    }
    text.push_str(";\n");
    text.push_str(&answer(action));
    text
}

/// The function that lets a connection come about.
fn function(connection: &Connection) -> String {
    format!("connection_{}", connection.name)
}

fn connected(connector: &Connector<'_>, connection: &Connection) -> String {
    let values =
        Values { config: &connection.config, app: &connection.app, credentials: &connection.credentials };
    let builder = builder(connector, Some(&connection.auth), &values);
    let mut text = format!("    let builder = || {{\n        {builder}.with_context(context)\n    }};\n");
    match &connection.authorize {
        Some((_, callback)) => {
            text.push_str("    let authorization = builder().authorization().await?;\n");
            let _ = writeln!(text, "    builder().complete(authorization.pending(), {callback:?}).await");
        }
        None => text.push_str("    builder().connect().await\n"),
    }
    text
}

fn client(connector: &Connector<'_>, exchange: &Exchange) -> String {
    if let Some(connection) = &exchange.connection {
        return format!("    let client = {}(context).await?;\n", function(connection));
    }
    let values = Values { config: &exchange.config, app: &exchange.app, credentials: &exchange.credentials };
    let builder = builder(connector, exchange.auth.as_deref(), &values);
    format!("    let client = {builder}\n        .with_context(context)\n        .build()?;\n")
}

/// What a client is built of.
struct Values<'v> {
    config: &'v Map<String, Value>,
    app: &'v Map<String, Value>,
    credentials: &'v Map<String, Value>,
}

fn builder(connector: &Connector<'_>, auth: Option<&str>, values: &Values<'_>) -> String {
    let methods = connector.plan.connector().auth();
    let place = auth.map_or(Some(0), |auth| methods.iter().position(|method| method.name() == auth));
    let auth = &connector.auth[place.unwrap_or_else(|| panic!("there is no auth method {auth:?}"))];
    let mut arguments = Vec::new();
    let required: Vec<_> = connector.config.iter().filter(|property| property.required).collect();
    if !required.is_empty() {
        let fields: Vec<_> = required.into_iter().map(|property| field(property, values.config)).collect();
        arguments.push(format!("provider::Config {{ {} }}", fields.join(", ")));
    }
    if !auth.properties.is_empty() {
        let fields: Vec<_> =
            auth.properties.iter().map(|property| field(property, values.credentials)).collect();
        arguments.push(format!("provider::{} {{ {} }}", auth.credentials, fields.join(", ")));
    }
    let mut text = format!("provider::Client::{}({})", auth.constructor, arguments.join(", "));
    for property in connector.config.iter().filter(|property| !property.required) {
        if let Some(value) = values.config.get(&property.name) {
            let value = argument(&expression(value, &property.ty), &property.ty);
            let _ = write!(text, "\n        .{}({value})", property.ident);
        }
    }
    for (name, value) in values.app {
        let _ = write!(text, "\n        .app_{name}({:?})", plain(value));
    }
    text
}

/// A field of a struct of config values or credentials.
fn field(property: &Property, values: &Map<String, Value>) -> String {
    let value = match (values.get(&property.name), property.required) {
        (Some(value), true) => expression(value, &property.ty),
        (Some(value), false) => format!("Some({})", expression(value, &property.ty)),
        (None, false) => "None".to_owned(),
        (None, true) => panic!("`{}` is missing", property.name),
    };
    format!("{}: {value}", property.ident)
}

/// A value of a type that is known where it goes.
fn expression(value: &Value, ty: &Type) -> String {
    match ty {
        Type::Secret => format!("Secret::from({:?}.to_owned())", plain(value)),
        Type::Bytes => format!("couplet_runtime::Bytes::from({:?}.as_bytes())", plain(value)),
        Type::String => format!("{:?}.to_owned()", plain(value)),
        _ => format!("value({:?})", value.to_string()),
    }
}

/// The same, where whatever becomes a text is taken.
fn argument(expression: &str, ty: &Type) -> String {
    match ty {
        Type::String => expression.strip_suffix(".to_owned()").unwrap_or(expression).to_owned(),
        _ => expression.to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What is sent back: the output as JSON.
fn answer(action: &Action) -> String {
    match &action.output {
        Output::None => "    request.send().await?;\n    Ok(\"null\".to_owned())\n".to_owned(),
        Output::One(_) => "    Ok(json(&request.send().await?))\n".to_owned(),
        Output::Many(name, variants) => {
            let arms = variants.iter().fold(String::new(), |mut text, variant| {
                let _ = match &variant.ty {
                    Some(_) => writeln!(
                        text,
                        "        provider::actions::{name}::{}(value) => json(&value),",
                        variant.ident
                    ),
                    None => writeln!(
                        text,
                        "        provider::actions::{name}::{} => \"null\".to_owned(),",
                        variant.ident
                    ),
                };
                text
            });
            format!(
                "    Ok(match request.send().await? {{\n{arms}        other => panic!(\"{{other:?}} is not described\"),\n    }})\n"
            )
        }
    }
}
