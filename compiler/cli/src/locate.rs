//! CONNECTOR → the path of its manifest.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::nearest;
use crate::output;

/// The file that is a connector's manifest, in a folder of its own.
pub(crate) const MANIFEST: &str = "manifest.yaml";
/// The folder whose folders are known by their names.
pub(crate) const CONNECTORS: &str = "connectors";

/// The manifest that a CONNECTOR means: a path to a manifest or to its folder, or a name under `./connectors`.
pub(crate) fn manifest(connector: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(connector);
    if path.is_file() {
        return Ok(path.to_owned());
    }
    let within = path.join(MANIFEST);
    if path.is_dir() && within.is_file() {
        return Ok(within);
    }
    let named = Path::new(CONNECTORS).join(connector).join(MANIFEST);
    if is_name(connector) && named.is_file() {
        return Ok(named);
    }
    if path.is_dir() {
        let message = format!("the folder `{}` has no `{MANIFEST}`", output::path(path));
        return Err(Failure::usage(message)
            .help("a CONNECTOR is the path of a manifest or of its folder, or a name under ./connectors"));
    }
    Err(unknown(connector))
}

/// Whether a text can only be a name, and no path.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['/', '\\']) && text != "." && text != ".."
}

fn unknown(connector: &str) -> Failure {
    let known = known();
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    if !is_name(connector) || connector.ends_with(".yaml") || connector.ends_with(".yml") {
        let message = format!("there is no manifest `{connector}`");
        return Failure::usage(message).help("give the path of a manifest, or of the folder that holds it");
    }
    let message = format!("there is no connector `{connector}`");
    if known.is_empty() {
        return Failure::usage(message)
            .help("there is no folder ./connectors here; give the path of a manifest or of its folder")
            .help(format!("`couplet new {connector}` writes a manifest to start from"));
    }
    Failure::usage(message).help(nearest::offer("connectors under ./connectors", connector, known))
}

/// The names under `./connectors`, sorted.
fn known() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(CONNECTORS)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join(MANIFEST).is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
