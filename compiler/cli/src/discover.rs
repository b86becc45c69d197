//! PATHs → the manifests that they mean, sorted, each once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::locate::{self, CONNECTORS, MANIFEST};
use crate::output;

/// Folders below which no manifest is looked for.
const PASSED_OVER: &[&str] = &["target", "node_modules", "crate"];

/// The manifests of some paths: files, folders of one connector or of many, and names under `./connectors`.
/// Without a path, those of `./connectors`, or else of the present folder.
pub(crate) fn manifests(paths: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    if paths.is_empty() {
        let folder = if Path::new(CONNECTORS).is_dir() { CONNECTORS } else { "." };
        found = in_folder(Path::new(folder))?;
        if found.is_empty() {
            return Err(Failure::usage("there is no manifest in ./connectors, nor here")
                .help("name a manifest, a folder or a connector")
                .help("`couplet new NAME` writes a manifest to start from"));
        }
    }
    for text in paths {
        let path = Path::new(text);
        let is_connector = path.join(MANIFEST).is_file();
        let is_named = locate::is_name(text) && Path::new(CONNECTORS).join(text).join(MANIFEST).is_file();
        if path.is_dir() && !is_connector && !is_named {
            let within = in_folder(path)?;
            if within.is_empty() {
                let message = format!("there is no manifest in the folder `{}`", output::path(path));
                return Err(Failure::usage(message).help(
                    "a manifest is a file `manifest.yaml`, or another YAML file that says `couplet: 1`",
                ));
            }
            found.extend(within);
        } else {
            found.push(locate::manifest(text)?);
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The manifests in a folder: its own, or else those of the folders below it and YAML files that say `couplet:`.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let named = |name: &str| if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) };
    if folder.join(MANIFEST).is_file() {
        return Ok(vec![named(MANIFEST)]);
    }
    let entries = fs::read_dir(folder).map_err(|error| Failure::file("read the folder", folder, &error))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Failure::file("read the folder", folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !name.starts_with('.') && !PASSED_OVER.contains(&name.as_str()) {
            found.extend(in_folder(&named(&name))?);
        } else if kind.is_file() && is_yaml(&name) && says_couplet(&entry.path()) {
            found.push(named(&name));
        }
    }
    Ok(found)
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

fn says_couplet(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| {
        bytes.split(|byte| *byte == b'\n').any(|line| {
            line.strip_prefix(b"couplet").is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b':'))
        })
    })
}
