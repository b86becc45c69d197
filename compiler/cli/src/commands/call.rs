//! `couplet call`: calls an action of a connector, straight from its manifest.

use std::fs;
use std::path::PathBuf;

use couplet_compiler::{Arena, Connector};
use couplet_runtime::generated::v1::{Action, Media, RawAnswer};

use super::block_on;
use crate::connection::{ConnectionArgs, Use};
use crate::failure::Failure;
use crate::inputs::{InputArgs, Schemas};
use crate::{json_text, load, locate, nearest, output};

/// Calls an action and prints what it answers, as JSON.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// The action; without one, the connector's actions are listed.
    action: Option<String>,
    /// Prints what the action takes and answers, and sends nothing.
    #[arg(long, requires = "action")]
    describe: bool,
    /// Prints the request and sends nothing; secrets are masked.
    #[arg(long)]
    dry_run: bool,
    /// Shows the exchange on stderr; secrets are masked.
    #[arg(short, long)]
    verbose: bool,
    /// Writes the answer's body to a file as it came; `-` for stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Calls the action.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifest = locate::manifest(&args.connector)?;
    let arena = Arena::default();
    let connector = load::connector(&manifest, &arena)?;
    let Some(name) = &args.action else { return list(&connector) };
    let Some(action) = connector.plan.action(name) else {
        let names: Vec<_> = connector.plan.actions().iter().map(Action::name).collect();
        let message = format!("`{}` has no action `{name}`", connector.plan.connector().name());
        return Err(Failure::usage(message)
            .help(nearest::offer("actions", name, names))
            .help(format!("`couplet call {}` lists them", args.connector)));
    };
    let schemas = Schemas::parse(connector.plan.schemas())?;
    if args.describe {
        return describe(&connector, &action, &schemas);
    }
    let inputs = args.inputs.read(&action, &schemas)?;
    let how = Use { dry: args.dry_run, verbose: args.verbose };
    let connection = args.connection.connect(&connector, Some(&action), how)?;
    let mut call = connection.client.call(&action);
    inputs.apply(&mut call).map_err(|error| connection.failure(&error))?;
    let request = call.build_request().map_err(|error| connection.failure(&error))?;
    if args.dry_run {
        return output::line(&output::safe(&request.masked()));
    }
    connection.show_request(&request);
    let answer = block_on(call.json())?;
    connection.show_answers();
    answer.map_err(|error| connection.failure(&error)).and_then(|answer| print(args, &action, &answer))
}

fn print(args: &Args, action: &Action<'_>, answer: &RawAnswer) -> Result<(), Failure> {
    if let Some(path) = &args.output {
        if path.as_os_str() == "-" {
            return output::bytes(&answer.body);
        }
        fs::write(path, &answer.body).map_err(|error| Failure::file("write", path, &error))?;
        let bytes = output::count(answer.body.len(), "byte");
        output::note(&format!("wrote {bytes} to {}", output::path(path)));
        return Ok(());
    }
    let media = answer.index.and_then(|index| action.answers().get(index)).map(|described| described.media());
    match media {
        None | Some(Media::None) if answer.json.trim() == "null" => {
            output::note(&format!("`{}` is done (status {})", action.name(), answer.status));
            Ok(())
        }
        Some(Media::Binary) if output::is_terminal() => {
            Err(Failure::error("the answer is bytes, which a terminal cannot show")
                .help("`--output FILE` writes them to a file"))
        }
        Some(Media::Binary) => output::bytes(&answer.body),
        _ => output::line(&json_text::pretty(&answer.json)),
    }
}

fn describe(connector: &Connector<'_>, action: &Action<'_>, schemas: &Schemas) -> Result<(), Failure> {
    let place = connector.plan.actions().iter().position(|known| known.name() == action.name());
    let rust = place.and_then(|place| connector.actions.get(place));
    let mut text = rust.map(|rust| format!("{}\n", rust.docs.as_str().trim())).unwrap_or_default();
    let width = action.inputs().iter().map(|input| input.name().len()).max().unwrap_or(0);
    text.push_str(if action.inputs().is_empty() { "\nIt takes no input.\n" } else { "\nInputs:\n" });
    for input in action.inputs() {
        let (takes, about) = schemas.describe_input(action.name(), input.name());
        let state = match (input.default(), input.is_optional()) {
            (Some(default), _) => format!(", {default} by default"),
            (None, true) => ", optional".to_owned(),
            (None, false) => String::new(),
        };
        let about = about.map(|about| format!(": {about}")).unwrap_or_default();
        text.push_str(&format!("  {:width$}  {takes}{state}{about}\n", input.name()));
    }
    for (number, answer) in schemas.outputs(action.name()).iter().enumerate() {
        let lead = if number == 0 { "\nIt answers " } else { "or " };
        text.push_str(&format!("{lead}{answer}\n"));
    }
    output::line(&output::safe(&text))
}

fn list(connector: &Connector<'_>) -> Result<(), Failure> {
    let width = connector.plan.actions().iter().map(|action| action.name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (action, rust) in connector.plan.actions().iter().zip(&connector.actions) {
        let summary = rust.docs.as_str().lines().next().unwrap_or_default();
        text.push_str(&format!("{:width$}  {}\n", action.name(), output::safe(summary)));
    }
    if text.is_empty() {
        output::note(
            "the connector has no actions yet; `couplet request` sends a request that none describes",
        );
    }
    output::print(&text)
}
