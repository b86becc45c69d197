//! `couplet man`: manual pages, of the command and of each of its commands.

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output;

/// Prints the manual page, or writes those of all commands to a folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder: `couplet.1` and `couplet-COMMAND.1` are written there.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints or writes the pages.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let command = Cli::command().disable_help_subcommand(true);
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        Man::new(command)
            .render(&mut page)
            .map_err(|error| Failure::error(format!("the manual page cannot be made: {error}")))?;
        return output::bytes(&page);
    };
    fs::create_dir_all(folder).map_err(|error| Failure::file("make the folder", folder, &error))?;
    clap_mangen::generate_to(command, folder)
        .map_err(|error| Failure::file("write the manual pages to", folder, &error))?;
    output::note(&format!("wrote the manual pages to {}", output::path(folder)));
    Ok(())
}
