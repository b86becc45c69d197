//! What the tests that cross packages share: manifests on disk, and expected outputs beside them.
//!
//! Paths are those of the repository; nothing here depends on where the tests run.

use std::path::{Path, PathBuf};

pub mod connections;
pub mod exchanges;
pub mod golden;
pub mod manifests;
pub mod refresh;
pub mod wire_code;

/// A file or a folder of the repository.
#[must_use]
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The entries of a folder of the repository, in the order of their names.
///
/// # Panics
///
/// The folder is not there.
#[must_use]
pub fn entries(folder: &str) -> Vec<PathBuf> {
    let read = std::fs::read_dir(repository(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut entries: Vec<_> = read.filter_map(Result::ok).map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

/// A file's name without what stands behind its last dot.
#[must_use]
pub fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A file's or a folder's name.
#[must_use]
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
