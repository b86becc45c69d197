//! `couplet mock`: a local server that behaves as the provider.

use crate::failure::Failure;

/// Plays the provider on this machine: routes, auth and typed sample answers.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// The port; a free one by default.
    #[arg(short, long, default_value_t = 0)]
    port: u16,
}

/// Serves until it is stopped.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let _ = (&args.connector, args.port);
    Err(Failure::error("later"))
}
