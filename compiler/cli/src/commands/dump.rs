//! `couplet dump`: what the compiler made of a manifest, stage by stage, for debugging.

use clap::ValueEnum;
use couplet_compiler::{Arena, Diagnostics};

use crate::failure::Failure;
use crate::{load, locate, output};

/// Prints what the compiler made of a manifest, for debugging.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// The stage whose result is printed.
    #[arg(long, value_name = "STAGE")]
    stage: Stage,
}

/// What the line of the compiler makes, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// The YAML, its includes merged, as JSON.
    Document,
    /// The manifest as it was decoded, with places.
    Manifest,
    /// The connector: names resolved, nothing left to decide.
    Connector,
    /// What the runtime executes.
    Plan,
    /// Every file of the generated crate.
    Crate,
}

/// Prints the result of the stage.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let path = locate::manifest(&args.connector)?;
    let sources = load::read(&path)?;
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    let text = text(args.stage, &sources, &arena, &mut diagnostics);
    match text {
        Some(text) => output::line(&text),
        None => {
            load::show(&sources, &diagnostics);
            let found = output::count(diagnostics.errors(), "error");
            Err(Failure::error(format!("`{}` does not compile: {found}", output::path(&path))))
        }
    }
}

fn text(
    stage: Stage,
    sources: &couplet_compiler::Sources,
    arena: &Arena,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let document = couplet_compiler::parse(sources, diagnostics).ok()?;
    if stage == Stage::Document {
        return Some(format!("{:#}", document.to_json()));
    }
    let manifest = couplet_compiler::validate(&document, diagnostics).ok()?;
    if stage == Stage::Manifest {
        return Some(format!("{manifest:#?}"));
    }
    let connector = couplet_compiler::lower(&manifest, arena, diagnostics).ok()?;
    Some(match stage {
        Stage::Plan => format!("{:#?}", connector.plan),
        Stage::Crate => files(&couplet_compiler::emit(&connector)),
        _ => format!("{connector:#?}"),
    })
}

fn files(files: &couplet_compiler::GeneratedCrate) -> String {
    let mut text = String::new();
    for (path, content) in files.files() {
        text.push_str(&format!("──── {path} ────\n{content}\n"));
    }
    text
}
