//! `couplet mock`: a local server that behaves as the provider, until it is stopped.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use couplet_compiler::{Arena, Connector};
use couplet_mock::{Mock, Request};
use couplet_runtime::generated::v1::{Action, AuthKind, AuthMethod, KeyLocation, PathPart, Plan};

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
    /// Writes all that it accepts to a file for `couplet call`.
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
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
    if let Some(path) = &args.credentials {
        write(path, &mock)?;
    }
    output::print(&introduction(args, &connector, &mock))?;
    output::dim("each request is told here; Ctrl-C ends it");
    mock.wait();
    Ok(())
}

/// Where it is, what it accepts, what it answers, and how to call it.
fn introduction(args: &Args, connector: &Connector<'_>, mock: &Mock) -> String {
    let plan = &connector.plan;
    let url = mock.url();
    let mut text = format!("{} is played at {url}\n", output::safe(&connector.package.title));
    text.push_str(&accepted(plan, mock));
    text.push_str("\nIt answers:\n");
    let routes: Vec<_> = plan.actions().iter().map(|action| (action, route(action))).collect();
    let width = routes.iter().map(|(_, route)| route.chars().count()).max().unwrap_or(0);
    for (action, route) in &routes {
        text.push_str(&format!("  {:6} {route:width$}  {}\n", action.method().as_str(), action.name()));
    }
    let action = plan.test().and_then(|test| plan.action(test.name())).or(plan.actions().first().copied());
    if let Some(action) = action {
        text.push_str(&format!("\nTry:\n  {}\n\n", trial(args, plan, mock, &action)));
    }
    text
}

/// The values that the mock accepts, and where a person consents.
fn accepted(plan: &Plan<'_>, mock: &Mock) -> String {
    let id = plan.connector().name();
    let line = |group: &str, name: &str, value: &str| {
        if value.contains('\n') {
            return format!(
                "  {group}: {} is a key or a certificate: `--credentials FILE` writes it\n",
                variable(id, name)
            );
        }
        format!("  {group}: {}={value}\n", variable(id, name))
    };
    let mut text = String::new();
    let credentials = mock.credentials();
    if !credentials.is_empty() {
        text.push_str("\nIt accepts these credentials, which are made up:\n");
        text.extend(credentials.iter().map(|(method, name, value)| line(method, name, value)));
    }
    let (app, config) = (mock.app(), mock.config());
    if !app.is_empty() || !config.is_empty() {
        text.push_str("\nIt takes its clients to have these values:\n");
        text.extend(app.iter().map(|(method, name, value)| line(method, name, value)));
        text.extend(config.iter().map(|(name, value)| line("config", name, value)));
    }
    for (method, url) in mock.authorization_urls() {
        text.push_str(&format!("\nA person consents to `{method}` at {url}, and always does.\n"));
    }
    text
}

/// A command that calls an action of the mock.
fn trial(args: &Args, plan: &Plan<'_>, mock: &Mock, action: &Action<'_>) -> String {
    let (name, url, id) = (&args.connector, mock.url(), plan.connector().name());
    let (credentials, app) = (mock.credentials(), mock.app());
    let first = plan.connector().auth().first().map(AuthMethod::name);
    let person = mock.authorization_urls().iter().any(|(method, _)| Some(*method) == first);
    let file = args.credentials.as_ref().map(|path| output::path(path));
    // Of several methods the first is tried.
    let method = first.filter(|_| plan.connector().auth().len() > 1);
    let method = method.map(|method| format!(" --auth {method}")).unwrap_or_default();
    let of_first = credentials.iter().chain(&app).filter(|(method, ..)| Some(*method) == first).copied();
    let values: Vec<(&str, &str)> =
        of_first.map(|(_, name, value)| (name, value)).chain(mock.config()).collect();
    let long = values.iter().any(|(_, value)| value.contains('\n'));
    let (sets, flag) = match file {
        Some(file) => (String::new(), format!(" --credentials {}", quoted(&file))),
        None if long => (String::new(), " --credentials FILE".to_owned()),
        None => {
            let sets =
                values.iter().map(|(field, value)| format!("{}={} ", variable(id, field), quoted(value)));
            (sets.collect(), String::new())
        }
    };
    if person {
        return format!(
            "{sets}couplet auth login {name}{method}{flag} --base-url {url}\n  couplet call {name} {} --connection {id} --base-url {url}",
            action.name()
        );
    }
    format!("{sets}couplet call {name} {}{method}{flag} --base-url {url}", action.name())
}

/// Writes all that a mock accepts, where only this user can read it. Of several methods that share a name the first counts.
fn write(path: &Path, mock: &Mock) -> Result<(), Failure> {
    let mut members = serde_json::Map::new();
    let config = mock.config().into_iter();
    let values = mock.credentials().into_iter().chain(mock.app()).map(|(_, name, value)| (name, value));
    for (name, value) in values.chain(config) {
        members.entry(name).or_insert_with(|| value.into());
    }
    let text = format!("{:#}\n", serde_json::Value::Object(members));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::file("write the credentials file", path, &error))
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
