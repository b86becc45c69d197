//! What holds of every generated crate: those of all accepted cases and of all connectors.

use std::path::PathBuf;

use couplet_tests::{entries, golden, manifests};

use crate::{compiled, inert};

fn manifests() -> Vec<PathBuf> {
    let folders = entries("tests/cases/accept").into_iter().chain(entries("connectors"));
    folders.map(|folder| folder.join("manifest.yaml")).filter(|path| path.is_file()).collect()
}

#[test]
fn crates_have_nothing_that_runs_while_they_are_built() {
    let manifests = manifests();
    let failures: Vec<_> = manifests
        .iter()
        .filter_map(|path| {
            let files = compiled(&manifests::read(path))
                .unwrap_or_else(|found| panic!("{}: {found:?}", path.display()));
            one(&files).err().map(|why| format!("{}: {why}", path.display()))
        })
        .collect();
    golden::report(manifests.len(), &failures);
}

fn one(files: &inert::Files) -> Result<(), String> {
    let manifest: toml::Table =
        files["Cargo.toml"].parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    let package = &manifest["package"];
    for key in ["build", "autobins", "autoexamples", "autotests", "autobenches"] {
        if package.get(key).and_then(toml::Value::as_bool) != Some(false) {
            return Err(format!("`{key}` is not false"));
        }
    }
    for key in ["description", "license", "readme", "edition", "rust-version", "version", "name"] {
        if package.get(key).and_then(toml::Value::as_str).is_none_or(str::is_empty) {
            return Err(format!("`{key}` is missing"));
        }
    }
    if manifest["lib"].get("doctest").and_then(toml::Value::as_bool) != Some(false) {
        return Err("documentation is run as tests".to_owned());
    }
    let sections: Vec<_> = manifest.keys().map(String::as_str).collect();
    if sections != ["dependencies", "lib", "package"] {
        return Err(format!("the sections are {sections:?}"));
    }
    let dependencies: Vec<_> =
        manifest["dependencies"].as_table().into_iter().flatten().map(|(name, _)| name).collect();
    if dependencies != ["couplet-runtime", "serde"] {
        return Err(format!("the dependencies are {dependencies:?}"));
    }
    if !files["src/lib.rs"].contains("#![forbid(unsafe_code)]") {
        return Err("unsafe code is not forbidden".to_owned());
    }
    inert::sound_alone(files)
}
