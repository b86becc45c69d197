//! `couplet auth login`: connects an account, by whatever its auth method asks of a person.

use std::io;

use couplet_compiler::{Arena, Connector as Compiled};
use couplet_runtime::Error;
use couplet_runtime::connect::{Completed, Status};
use couplet_runtime::generated::v1::{AuthMethod, Builder};

use super::callback::Loopback;
use super::{browser, finish, guide, lasts};
use crate::commands::block_on;
use crate::connection::{Consent, Shelf, Supplied, Told, Use, ValueArgs, WayArgs, check_name};
use crate::credentials::{self, Given, Group};
use crate::failure::Failure;
use crate::output::{self, FINE};
use crate::{load, locate};

/// Connects an account, and stores the connection for `--connection NAME`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// What the connection is called; the connector's name by default.
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// A scope to ask for, in the place of the connector's own.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// The answer to a choice that comes after the login, as of one among several sites.
    #[arg(long, value_name = "NAME=VALUE")]
    choose: Vec<String>,
    /// Prints the URL, and opens no browser.
    #[arg(long)]
    no_browser: bool,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    way: WayArgs,
}

/// Connects the account.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifest = locate::manifest(&args.connector)?;
    let arena = Arena::default();
    let compiled = load::connector(&manifest, &arena)?;
    let connector = compiled.plan.connector();
    let name = args.connection.as_deref().unwrap_or(connector.name());
    check_name(name)?;
    let choices = finish::choices(&args.choose)?;
    let chosen = args.values.choose(&compiled, None)?;
    let method = chosen.method();
    guide::show(&compiled, &method);
    let shelf = Shelf::make()?;
    let before = before(&shelf, connector.name(), &method, name)?;
    // The guide is shown already.
    let mut supplied = chosen.supply_with(&args.values, &args.way, Use::default(), &before, &[])?;
    supplied.told.connection = Some(name.to_owned());
    let store = shelf.store().ok_or_else(|| Failure::error("there is no store for connections"))?;
    let mut builder = args.way.apply(supplied.builder(), false)?.with_context(&args.way.context()?);
    if !args.scope.is_empty() {
        builder = builder.with_scopes(&args.scope);
    }
    let plain = builder.clone();
    let builder = builder.with_store(store, name);
    let status = block_on(async {
        finish::try_first(&compiled, &method, &plain, &supplied.told).await?;
        let completed = consent(args, &method, builder, &supplied).await?;
        let client = finish::chosen(completed, &choices, &supplied.told).await?;
        client.status().await.map(|status| (client, status)).map_err(|error| supplied.told.failure(&error))
    })?;
    let (client, status) = status?;
    shelf.keep_app(name, supplied.app())?;
    tell(&compiled, name, &status)?;
    block_on(finish::try_after(&compiled, &method, &client, &supplied.told))?
}

/// What a connection of this name had before, so that nobody is asked again for what does not change.
fn before(
    shelf: &Shelf,
    connector: &str,
    method: &AuthMethod<'_>,
    name: &str,
) -> Result<Vec<(Group, Given)>, Failure> {
    let Some(status) = shelf.status(name)? else { return Ok(Vec::new()) };
    if status.connector != connector {
        let other = &status.connector;
        return Err(Failure::usage(format!("there is a connection `{name}` already, of `{other}`"))
            .help("choose another name with `--connection NAME`")
            .help(format!("or forget that one: `couplet auth logout {other} --connection {name}`")));
    }
    if status.method != method.name() {
        return Ok(Vec::new());
    }
    let config = status.config.iter().map(|(name, value)| {
        let origin = "the connection before".to_owned();
        (Group::Config, Given { name: name.clone(), value: value.as_str().into(), origin })
    });
    Ok(config.chain(shelf.app(name)?.into_iter().map(|value| (Group::App, value))).collect())
}

/// Gets what the method asks for.
async fn consent<'p>(
    args: &Args,
    method: &AuthMethod<'_>,
    builder: Builder<'p>,
    supplied: &Supplied<'p>,
) -> Result<Completed<'p>, Failure> {
    match Consent::of(method) {
        Consent::None => builder.connect().await.map_err(|error| supplied.told.failure(&error)),
        Consent::Device => device(args, builder, &supplied.told).await,
        Consent::Browser => in_browser(args, builder, supplied).await,
    }
}

/// A person allows it in a browser, which then comes back to this machine, or to an address that they paste.
async fn in_browser<'p>(
    args: &Args,
    builder: Builder<'p>,
    supplied: &Supplied<'p>,
) -> Result<Completed<'p>, Failure> {
    let told = &supplied.told;
    let redirect_uri = supplied.app().iter().find(|value| value.name == "redirect_uri");
    let redirect_uri = redirect_uri.map(|value| value.value.expose_secret()).unwrap_or_default();
    let loopback = Loopback::bind(redirect_uri).await?;
    let builder = match &loopback {
        Some(loopback) => builder.app("redirect_uri", loopback.redirect_uri()),
        None => builder,
    };
    let began = builder.clone().authorization().await;
    let authorization = began.map_err(|error| told.failure(&error))?;
    if args.no_browser || loopback.is_none() || !browser::open(authorization.url()) {
        output::note("allow it here, in a browser on this machine:");
        output::line(&output::safe(authorization.url()))?;
    } else {
        output::note("your browser opens, where you allow it; if it does not, go here:");
        output::dim(authorization.url());
    }
    let Some(loopback) = loopback else {
        let pasted = pasted(redirect_uri)?;
        let completed = builder.complete(authorization.pending(), pasted.trim()).await;
        return completed.map_err(|error| refused(told, &error, redirect_uri));
    };
    let sent = loopback.redirect_uri().to_owned();
    output::dim(&format!("waiting for the redirect to {sent}"));
    let callback = loopback.wait().await?;
    let completed = builder.complete(authorization.pending(), callback.query()).await;
    let page = match &completed {
        Ok(_) => "Done. You can close this window and go back to the terminal.",
        Err(_) => "The account is not connected; the terminal says why. You can close this window.",
    };
    callback.answer(page).await;
    completed.map_err(|error| refused(told, &error, &sent))
}

/// The address to which the browser was sent.
fn pasted(redirect_uri: &str) -> Result<String, Failure> {
    output::note(&format!("then your browser goes to {redirect_uri}"));
    let text = credentials::line("paste the address that it shows there: ");
    let text = text.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Failure::error("no address was pasted; nothing was stored"),
        _ => Failure::error(format!("the address could not be read: {error}")),
    })?;
    if text.contains('?') {
        return Ok(text);
    }
    Err(Failure::usage(
        "what was pasted is not the address of the redirect: it has no `?` and nothing behind it",
    )
    .help("copy the whole address from the browser's address bar, at the end"))
}

/// The redirect was refused, or what it brought.
fn refused(told: &Told, error: &Error, redirect_uri: &str) -> Failure {
    let failure = told.failure(error);
    let about_redirect = error.to_string().contains("redirect URI");
    failure.help_if(about_redirect.then(|| {
        format!(
            "this login used {redirect_uri}: register that, or say the one that is: `--app redirect_uri=URI`"
        )
    }))
}

/// A person allows it on another device.
async fn device<'p>(args: &Args, builder: Builder<'p>, told: &Told) -> Result<Completed<'p>, Failure> {
    let device = builder.device().await.map_err(|error| told.failure(&error))?;
    let minutes = device.expires_in().as_secs().div_ceil(60);
    output::note(&format!("enter this code on that page, within {minutes} minutes:"));
    output::line(&output::safe(device.user_code()))?;
    output::line(&output::safe(device.verification_uri()))?;
    if let Some(url) = device.verification_uri_complete().filter(|_| !args.no_browser) {
        browser::open(url);
    }
    device.wait().await.map_err(|error| told.failure(&error))
}

fn tell(compiled: &Compiled<'_>, name: &str, status: &Status) -> Result<(), Failure> {
    let connector = compiled.plan.connector().name();
    let what = format!("{connector}: connected as `{name}`");
    let scope = status.scope.as_ref().map(|scope| format!(", with the scope {scope}")).unwrap_or_default();
    let how = format!("({}{scope}; {})", status.method, lasts(status));
    output::line(&format!("{} {}", output::styled(FINE, &what), output::safe(&how)))?;
    if let Some(action) = compiled.plan.actions().first() {
        let action = compiled.plan.test().map_or(action.name(), |_| action.name());
        output::dim(&format!("`couplet call {connector} {action} --connection {name}` uses it"));
    }
    Ok(())
}
