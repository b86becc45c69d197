//! What the command line takes: one variant for each command, whose arguments stand in the command's own file.

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::{
    auth, build, call, check, completions, dump, explain, import, man, mock, new, request, schema, test,
};
use crate::failure::Failure;

/// Checks, compiles and runs API connector manifests.
#[derive(Debug, Parser)]
#[command(
    name = "couplet",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    /// When to use colours; `NO_COLOR` in the environment turns them off, too.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", display_order = 1000)]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    /// Where a person reads.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

impl Color {
    /// Makes it so for all that is printed from here on.
    pub(crate) fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

/// The commands, in the order in which an author meets them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(new::Args),
    Check(check::Args),
    Explain(explain::Args),
    Import(import::Args),
    Build(build::Args),
    Request(request::Args),
    Call(call::Args),
    Auth(auth::Args),
    Test(test::Args),
    Mock(mock::Args),
    Dump(dump::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// Does what is asked.
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::New(args) => new::run(&args),
            Self::Check(args) => check::run(&args),
            Self::Explain(args) => explain::run(&args),
            Self::Import(args) => import::run(&args),
            Self::Build(args) => build::run(&args),
            Self::Request(args) => request::run(&args),
            Self::Call(args) => call::run(&args),
            Self::Auth(args) => auth::run(&args),
            Self::Test(args) => test::run(&args),
            Self::Mock(args) => mock::run(&args),
            Self::Dump(args) => dump::run(&args),
            Self::Schema(args) => schema::run(&args),
            Self::Completions(args) => completions::run(&args),
            Self::Man(args) => man::run(&args),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definitions_are_sound() {
        super::Cli::command().debug_assert();
    }
}
