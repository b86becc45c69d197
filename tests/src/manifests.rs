//! Manifests on disk, with what they include.

use std::path::Path;

use couplet_compiler::{
    Arena, Diagnostic, Diagnostics, SourceFile, Sources, includes, lower, parse, validate,
};

/// Reads a manifest and its includes. Diagnostics call the manifest by its file's name.
///
/// # Panics
///
/// The manifest cannot be read.
#[must_use]
pub fn read(path: &Path) -> Sources {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let manifest =
        SourceFile::from_bytes(name, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut sources = Sources::new(manifest.clone());
    for name in includes(&manifest) {
        for name in expand(folder, &name) {
            if let Ok(text) = std::fs::read_to_string(folder.join(&name)) {
                sources = sources.with_included(name.clone(), SourceFile::new(name, text));
            }
        }
    }
    sources
}

/// All that is said of a connector.
///
/// # Panics
///
/// It does not compile, and yet no error is said; or the reverse.
#[must_use]
pub fn diagnose(sources: &Sources) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    let lowered = parse(sources, &mut diagnostics)
        .and_then(|document| validate(&document, &mut diagnostics))
        .and_then(|manifest| lower(&manifest, &arena, &mut diagnostics));
    assert_eq!(lowered.is_err(), diagnostics.errors() > 0, "an outcome and its errors belong together");
    diagnostics.sorted()
}

/// The files that an entry of `include` means.
fn expand(folder: &Path, name: &str) -> Vec<String> {
    if !name.ends_with('/') {
        return vec![name.to_owned()];
    }
    let Ok(read) = std::fs::read_dir(folder.join(name)) else { return Vec::new() };
    let mut files: Vec<_> = read
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|file| file.ends_with(".yaml"))
        .map(|file| format!("{name}{file}"))
        .collect();
    files.sort();
    files
}
