//! `couplet auth status`: what is stored, without its secrets.

use clap::ValueEnum;
use couplet_compiler::Arena;
use couplet_runtime::connect::Status;
use serde_json::{Map, Value, json};

use super::{lasts, seconds_left};
use crate::connection::Shelf;
use crate::failure::Failure;
use crate::output::{self, FINE, FOUND};
use crate::{load, locate};

/// Shows the connections that are stored, without their secrets.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A connector, as a path or a name; all of them without one.
    connector: Option<String>,
    /// One connection, by its name.
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// How it is printed.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Shows them.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let connector = args.connector.as_deref().map(name_of).transpose()?;
    let shelf = Shelf::open()?;
    let mut all = Vec::new();
    match (&args.connection, &connector) {
        (Some(name), Some(connector)) => all.push((name.clone(), shelf.find(connector, name)?)),
        (Some(name), None) => {
            let status = shelf.status(name)?;
            let status = status.ok_or_else(|| {
                let known = shelf.names().unwrap_or_default();
                Failure::usage(format!("there is no connection `{name}`")).help(crate::nearest::offer(
                    "connections",
                    name,
                    known.iter().map(String::as_str).collect::<Vec<_>>(),
                ))
            })?;
            all.push((name.clone(), status));
        }
        (None, Some(connector)) => all = shelf.of_connector(connector)?,
        (None, None) => {
            for name in shelf.names()? {
                match shelf.status(&name) {
                    Ok(status) => all.extend(status.map(|status| (name, status))),
                    Err(failure) => output::warning(failure.message()),
                }
            }
        }
    }
    match args.format {
        Format::Json => output::line(&format!("{:#}", Value::Array(all.iter().map(to_json).collect()))),
        Format::Text if all.is_empty() => {
            let what = connector.map_or("nothing".to_owned(), |name| format!("no account of `{name}`"));
            output::note(&format!(
                "{what} is connected yet: `couplet auth login CONNECTOR` connects an account"
            ));
            Ok(())
        }
        Format::Text => all.iter().try_for_each(|(name, status)| output::print(&to_text(name, status))),
    }
}

/// The name of a connector that a manifest describes, or that is only a name.
fn name_of(connector: &str) -> Result<String, Failure> {
    match locate::manifest(connector) {
        Ok(manifest) => {
            let arena = Arena::default();
            load::connector(&manifest, &arena).map(|compiled| compiled.plan.connector().name().to_owned())
        }
        Err(_) if locate::is_name(connector) => Ok(connector.to_owned()),
        Err(failure) => Err(failure),
    }
}

fn to_text(name: &str, status: &Status) -> String {
    let style = if status.broken.is_some() { FOUND } else { FINE };
    let mut lines = vec![format!("{} {} ({})", output::styled(style, name), status.connector, status.method)];
    let listed = |what: &str, values: &[(String, String)]| {
        let values: Vec<_> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!values.is_empty()).then(|| format!("  {what}: {}", values.join(", ")))
    };
    lines.extend(listed("config", &status.config));
    lines.extend(listed("captured", &status.captured));
    lines.extend(status.scope.as_ref().map(|scope| format!("  scope: {scope}")));
    if status.has_token {
        let renewed = if status.has_refresh_token { ", and is renewed by a refresh token" } else { "" };
        lines.push(format!("  token: {}{renewed}", lasts(status)));
    }
    if let Some(broken) = &status.broken {
        lines.push(format!("  broken: {broken}"));
    }
    let style_apart = lines.remove(0);
    lines.iter().fold(format!("{style_apart}\n"), |text, line| format!("{text}{}\n", output::safe(line)))
}

fn to_json((name, status): &(String, Status)) -> Value {
    let object = |values: &[(String, String)]| {
        let values = values.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        values.collect::<Map<_, _>>()
    };
    json!({
        "connection": name,
        "connector": status.connector,
        "method": status.method,
        "config": object(&status.config),
        "captured": object(&status.captured),
        "scope": status.scope,
        "has_token": status.has_token,
        "has_refresh_token": status.has_refresh_token,
        "expires_at": status.expires_at.as_ref().map(ToString::to_string),
        "expires_in": seconds_left(status),
        "broken": status.broken,
    })
}
