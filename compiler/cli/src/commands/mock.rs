//! `couplet mock`: a local server that behaves as the provider, until it is stopped.

use couplet_compiler::{Arena, Connector};
use couplet_mock::{Mock, Request};
use couplet_runtime::generated::v1::{Action, AuthKind, KeyLocation, PathPart, Plan};

use crate::credentials::variable;
use crate::failure::Failure;
use crate::output::{self, FINE, FOUND};
use crate::{load, locate};

/// Plays the provider on this machine: its routes, its auth, and typed sample answers.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// The port; a free one by default.
    #[arg(short, long, default_value_t = 0, hide_default_value = true)]
    port: u16,
}

/// Serves until it is stopped.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifest = locate::manifest(&args.connector)?;
    // The mock serves as long as the process lives, and so does the Plan.
    let arena: &'static Arena = Box::leak(Box::default());
    let connector = load::connector(&manifest, arena)?;
    let plan = connector.plan;
    let mock =
        Mock::builder(plan).with_port(args.port).with_observer(move |request| tell(&plan, request)).start();
    let mock = mock.map_err(|error| {
        let failure = Failure::error(format!("the mock cannot listen on port {}: {error}", args.port));
        let taken = error.kind() == std::io::ErrorKind::AddrInUse;
        failure.help_if(
            taken.then_some("another program has the port: choose another one, or leave out `--port`"),
        )
    })?;
    output::print(&introduction(&args.connector, &connector, &mock))?;
    output::dim("each request is told here; Ctrl-C ends it");
    mock.wait();
    Ok(())
}

/// Where it is, what it accepts, what it answers, and how to call it.
fn introduction(name: &str, connector: &Connector<'_>, mock: &Mock) -> String {
    let plan = &connector.plan;
    let id = plan.connector().name();
    let url = mock.url();
    let mut text = format!("{} is played at {url}\n", output::safe(&connector.package.title));
    let credentials = mock.credentials();
    if !credentials.is_empty() {
        text.push_str("\nIt accepts these credentials, which are made up:\n");
        for (method, field, value) in &credentials {
            text.push_str(&format!("  {method}: {}={value}\n", variable(id, field)));
        }
    }
    text.push_str("\nIt answers:\n");
    let routes: Vec<_> = plan.actions().iter().map(|action| (action, route(action))).collect();
    let width = routes.iter().map(|(_, route)| route.chars().count()).max().unwrap_or(0);
    for (action, route) in &routes {
        text.push_str(&format!("  {:6} {route:width$}  {}\n", action.method().as_str(), action.name()));
    }
    let first = credentials.first().map(|(method, ..)| *method);
    let sets = credentials.iter().filter(|(method, ..)| Some(*method) == first);
    let sets: String =
        sets.map(|(_, field, value)| format!("{}={} ", variable(id, field), quoted(value))).collect();
    let action = plan.test().and_then(|test| plan.action(test.name())).or(plan.actions().first().copied());
    if let Some(action) = action {
        text.push_str(&format!("\nTry:\n  {sets}couplet call {name} {} --base-url {url}\n\n", action.name()));
    }
    text
}

/// A value as a shell takes it.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// An action's path, with its inputs by name.
fn route(action: &Action<'_>) -> String {
    let part = |part: &PathPart<'_>| match part {
        PathPart::Literal(text) => (*text).to_owned(),
        PathPart::Input(place) => {
            let input = action.inputs().get(usize::from(*place));
            format!("{{{}}}", input.map_or("?", |input| input.name()))
        }
        _ => "{…}".to_owned(),
    };
    action.path().iter().map(part).collect()
}

/// One line for a request. A path that may hold a key is not shown.
fn tell(plan: &Plan<'_>, request: &Request) {
    let keyed = plan
        .connector()
        .auth()
        .iter()
        .any(|method| matches!(method.kind(), AuthKind::ApiKey(KeyLocation::Path, ..)));
    let path = match request.action().and_then(|name| plan.action(name)) {
        Some(action) if keyed => route(&action),
        None if keyed => "(a path that may hold a key)".to_owned(),
        _ => request.path().to_owned(),
    };
    let style = if request.status() < 400 { FINE } else { FOUND };
    let status = output::styled(style, &request.status().to_string());
    let line = format!("{} {path}", request.method());
    output::say(&format!("{status} {}: {}\n", output::safe(&line), output::safe(request.verdict())));
}
