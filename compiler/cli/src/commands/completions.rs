//! `couplet completions`: what a shell must know to complete the command.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output;

/// Prints completions for a shell.
///
/// `couplet completions bash > ~/.local/share/bash-completion/completions/couplet`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell.
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "couplet", &mut script);
    output::bytes(&script)
}
