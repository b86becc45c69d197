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
    let mut root = Cli::command();
    root.build();
    let Some(folder) = &args.out else { return output::bytes(&page(root)?) };
    fs::create_dir_all(folder).map_err(|error| Failure::file("make the folder", folder, &error))?;
    let mut pages = vec![("couplet.1".to_owned(), root.clone())];
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = format!("couplet-{}", command.get_name());
        pages.push((format!("{name}.1"), command.clone().name(&name).display_name(&name)));
    }
    for (name, command) in pages {
        let path = folder.join(name);
        fs::write(&path, page(command)?).map_err(|error| Failure::file("write", &path, &error))?;
    }
    output::note(&format!("wrote the manual pages to {}", output::path(folder)));
    Ok(())
}

fn page(command: clap::Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::error(format!("the manual page cannot be made: {error}")))?;
    Ok(page)
}
