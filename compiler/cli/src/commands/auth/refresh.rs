//! `couplet auth refresh`: renews a connection's token now.

use couplet_compiler::Arena;

use super::lasts;
use crate::commands::block_on;
use crate::connection::{Shelf, ValueArgs, WayArgs};
use crate::failure::Failure;
use crate::output::{self, FINE};
use crate::{load, locate};

/// Renews a connection's token now, by the protocol that all processes follow.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// The connection; the one that is called as the connector by default.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["auth", "credential", "credentials"])]
    connection: Option<String>,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    way: WayArgs,
}

/// Renews the token.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifest = locate::manifest(&args.connector)?;
    let arena = Arena::default();
    let compiled = load::connector(&manifest, &arena)?;
    let connector = compiled.plan.connector().name();
    let name = args.connection.as_deref().unwrap_or(connector);
    let stored = Shelf::open()?.take(&compiled, name, &args.values)?;
    let builder = args.way.apply(stored.builder, false)?.with_context(&args.way.context()?);
    let status = block_on(async {
        let client = builder.open().await?;
        client.refresh().await?;
        client.status().await
    })?;
    let status = status.map_err(|error| stored.told.failure(&error))?;
    let what = format!("{connector}: the token of `{name}` is renewed");
    output::line(&format!("{} ({})", output::styled(FINE, &what), lasts(&status)))
}
