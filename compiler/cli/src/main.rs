//! The command `couplet`: checks, compiles and runs API connector manifests.
//!
//! Arguments come in; results go to stdout, progress and diagnostics to stderr. The exit code is 0 where all is
//! fine, 1 where something was found or went wrong, 2 where the command was not understood.
//!
//! Invariant: no secret is taken from an argument, and none is printed.

mod cli;
mod commands;
mod connection;
mod credentials;
mod discover;
mod failure;
mod inputs;
mod json_text;
mod load;
mod locate;
mod nearest;
mod output;
mod parallel;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    cli.color.apply();
    match cli.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
