//! A file of credentials: a mapping from names to values, in YAML or JSON.
//!
//! Invariant: no message about the file shows any of its text but names of fields.

use std::fs;
use std::path::{Path, PathBuf};

use couplet_compiler::{Diagnostics, SourceFile, Sources};
use couplet_runtime::Secret;
use serde_json::Value;

use super::Given;
use crate::failure::Failure;
use crate::{nearest, output};

/// What a file of credentials says.
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    values: Vec<(String, Secret)>,
}

impl File {
    /// Reads a file, and warns where others can read it, too.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let shown = output::path(path);
        let bytes =
            fs::read(path).map_err(|error| Failure::file("read the credentials file", path, &error))?;
        warn_if_open(path, &shown);
        let source = SourceFile::from_bytes(shown.clone(), bytes)
            .map_err(|why| Failure::error(format!("cannot read the credentials file `{shown}`: {why}")))?;
        let sources = Sources::new(source);
        let mut diagnostics = Diagnostics::default();
        let Ok(document) = couplet_compiler::parse(&sources, &mut diagnostics) else {
            // The diagnostics' own text would show the file's.
            let found = diagnostics.sorted();
            let place = found
                .first()
                .map(|first| (sources.manifest().line_column(first.span().start).0, first.code()));
            let (line, code) = place.map_or((1, "yaml-syntax"), |(line, code)| (line, code.as_str()));
            return Err(Failure::error(format!(
                "the credentials file `{shown}` cannot be read: {code} in line {line}"
            ))
            .help("write one `name: value` a line, with quotes around values that YAML could take otherwise")
            .help(format!("`couplet explain {code}` says more")));
        };
        let Value::Object(members) = document.to_json() else { return Err(Self::not_a_value(&shown, "it")) };
        let mut values = Vec::with_capacity(members.len());
        for (name, value) in members {
            let text = match value {
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) => {
                    let node = document.pointer(&format!("/{}", name.replace('~', "~0").replace('/', "~1")));
                    node.map(|node| sources.text(node.span()).to_owned()).unwrap_or_default()
                }
                _ => return Err(Self::not_a_value(&shown, &format!("`{name}`"))),
            };
            values.push((name, Secret::from(text)));
        }
        Ok(Self { path: path.to_owned(), values })
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<Given> {
        self.values.iter().find(|(known, _)| known == name).map(|(name, value)| Given {
            name: name.clone(),
            value: value.clone(),
            origin: format!("the file {}", output::path(&self.path)),
        })
    }

    /// The names that it has values for.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }

    /// Refuses names that the connector does not know.
    pub(crate) fn check_names(&self, connector: &str, known: &[&str]) -> Result<(), Failure> {
        match self.names().find(|name| !known.contains(name)) {
            Some(name) => {
                let path = output::path(&self.path);
                let message =
                    format!("the credentials file `{path}` has `{name}`, which `{connector}` does not know");
                Err(Failure::usage(message).help(nearest::offer("names", name, known.iter().copied())))
            }
            None => Ok(()),
        }
    }

    fn not_a_value(path: &str, what: &str) -> Failure {
        Failure::error(format!("the credentials file `{path}` cannot be used: {what} is not one value"))
            .help("write one `name: value` a line, each value a text, a number or a boolean")
    }
}

#[cfg(unix)]
fn warn_if_open(path: &Path, shown: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let open = fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o044 != 0);
    if open {
        output::warning(&format!("other users can read the credentials file `{shown}`: `chmod 600 {shown}`"));
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path, _: &str) {}
