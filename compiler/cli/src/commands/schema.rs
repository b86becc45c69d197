//! `couplet schema`: the JSON Schema of manifests, for editors.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::output;

/// Prints the JSON Schema of manifests, with which editors complete and explain them.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Writes it to a file instead.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Prints or writes the schema.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let text = format!("{:#}\n", couplet_compiler::schema());
    let Some(path) = &args.out else { return output::print(&text) };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| Failure::file("make the folder", folder, &error))?;
    }
    fs::write(path, text).map_err(|error| Failure::file("write", path, &error))?;
    output::note(&format!("wrote {}", output::path(path)));
    Ok(())
}
