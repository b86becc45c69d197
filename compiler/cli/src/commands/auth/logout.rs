//! `couplet auth logout`: gives a connection back to the provider, and forgets it.

use couplet_compiler::Arena;

use crate::commands::block_on;
use crate::connection::{Shelf, ValueArgs, WayArgs};
use crate::failure::Failure;
use crate::output::{self, FINE};
use crate::{load, locate};

/// Gives a connection back to the provider, and forgets it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// The connection; the one that is called as the connector by default.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["auth", "credential", "credentials"])]
    connection: Option<String>,
    /// Forgets it even if the provider cannot be told.
    #[arg(long)]
    forget: bool,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    way: WayArgs,
}

/// Gives it back, and forgets it.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifest = locate::manifest(&args.connector)?;
    let arena = Arena::default();
    let compiled = load::connector(&manifest, &arena)?;
    let connector = compiled.plan.connector().name();
    let name = args.connection.as_deref().unwrap_or(connector);
    let shelf = Shelf::open()?;
    shelf.find(connector, name)?;
    let given_back = shelf.take(&compiled, name, &args.values).and_then(|stored| {
        let builder = args.way.apply(stored.builder, false)?.with_context(&args.way.context()?);
        let ended = block_on(async { builder.open().await?.disconnect().await })?;
        ended.map_err(|error| stored.told.failure(&error))
    });
    if let Err(failure) = given_back {
        if !args.forget {
            return Err(failure.help("`--forget` forgets the connection all the same"));
        }
        output::warning(&format!("the provider was not told: {}", failure.message()));
    }
    shelf.remove(name)?;
    output::line(&output::styled(FINE, &format!("{connector}: the connection `{name}` is forgotten")))
}
