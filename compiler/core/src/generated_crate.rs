//! A generated crate: texts by their paths.

use std::collections::BTreeMap;

/// The files of a generated crate.
///
/// Invariant: the paths are fixed words of the compiler, relative, with `/`; no text of a manifest stands in one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GeneratedCrate {
    files: BTreeMap<&'static str, String>,
}

impl GeneratedCrate {
    /// Adds a file.
    pub(crate) fn insert(&mut self, path: &'static str, text: String) {
        self.files.insert(path, text);
    }

    /// The files in the order of their paths: path, text.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (*path, text.as_str()))
    }

    /// The text of a file.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}
