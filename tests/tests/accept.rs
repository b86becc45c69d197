//! Accepted manifests: nothing is said against them but what they announce, and their crates are what is expected.
//!
//! A case is a folder under `tests/cases/accept` with a `manifest.yaml`, and the crate that is made of it. Lines
//! `# warns: CODE` at the manifest's top announce warnings, in their order. `golden.rs` compiles the crates.

use std::fs;
use std::path::Path;

use couplet_build::Foreign;
use couplet_compiler::diagnostic::to_text;
use couplet_compiler::{Diagnostics, compile};
use couplet_tests::manifests::{self, diagnose};
use couplet_tests::{entries, golden};

const FOLDER: &str = "tests/cases/accept";

#[test]
fn every_case_is_accepted() {
    let cases = entries(FOLDER);
    let failures: Vec<_> = cases.iter().filter_map(|case| accepted(case).err()).collect();
    golden::report(cases.len(), &failures);
}

#[test]
fn every_crate_is_as_expected() {
    let cases = entries(FOLDER);
    let failures: Vec<_> = cases.iter().filter_map(|case| as_expected(case).err()).collect();
    golden::report(cases.len(), &failures);
}

/// The crates of the connectors are kept beside their manifests; each is a member of the workspace, and compiled so.
#[test]
fn every_connectors_crate_is_fresh() {
    let connectors = entries("connectors");
    let failures: Vec<_> = connectors.iter().filter_map(|connector| as_expected(connector).err()).collect();
    golden::report(connectors.len(), &failures);
}

#[test]
fn every_crate_is_compiled() {
    let modules = include_str!("golden.rs");
    let cases = entries(FOLDER);
    let missing: Vec<_> = cases
        .iter()
        .map(|case| format!("../cases/accept/{}/crate/src/lib.rs", couplet_tests::stem(case)))
        .filter(|path| !modules.contains(path.as_str()))
        .map(|path| format!("tests/tests/golden.rs has no module for {path}"))
        .collect();
    golden::report(cases.len(), &missing);
    assert_eq!(modules.matches("/crate/src/lib.rs").count(), cases.len(), "a module without a case");
}

/// What is written is read again by the parsers of those who read it.
#[test]
fn every_file_is_what_its_name_says() {
    for case in entries(FOLDER) {
        let crate_ = compiled(&case);
        for (path, text) in crate_.files() {
            let shown = format!("{}: {path}", case.display());
            match path.rsplit_once('.') {
                Some((_, "rs")) => drop(syn::parse_file(text).unwrap_or_else(|why| panic!("{shown}: {why}"))),
                Some((_, "toml")) => {
                    drop(text.parse::<toml::Table>().unwrap_or_else(|why| panic!("{shown}: {why}")))
                }
                _ => assert!(!text.is_empty(), "{shown} is empty"),
            }
            assert!(text.ends_with('\n') && !text.contains('\r'), "{shown}: its lines do not end");
        }
    }
}

fn accepted(case: &Path) -> Result<(), String> {
    let path = case.join("manifest.yaml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let announced: Vec<_> = text.lines().map_while(|line| line.strip_prefix("# warns: ")).collect();
    let sources = manifests::read(&path);
    let found = diagnose(&sources);
    let codes: Vec<_> = found.iter().map(|diagnostic| diagnostic.code().as_str()).collect();
    if codes == announced {
        return Ok(());
    }
    Err(format!(
        "{}: announced {announced:?}, and said:\n{}",
        path.display(),
        to_text(&found, &sources, false)
    ))
}

fn compiled(case: &Path) -> couplet_compiler::GeneratedCrate {
    let sources = manifests::read(&case.join("manifest.yaml"));
    compile(&sources, &mut Diagnostics::default()).unwrap_or_else(|_| panic!("{} compiles", case.display()))
}

/// Compares a case's crate file by file, or writes it.
fn as_expected(case: &Path) -> Result<(), String> {
    let (crate_, folder) = (compiled(case), case.join("crate"));
    if golden::blessing() {
        return couplet_build::write(&crate_, &folder, Foreign::Refuse)
            .map(drop)
            .map_err(|error| error.to_string());
    }
    for (path, text) in crate_.files() {
        golden::check(&folder.join(path), text)?;
    }
    let extra = couplet_build::check(&crate_, &folder).map_err(|error| error.to_string())?.extra;
    if extra.is_empty() {
        return Ok(());
    }
    Err(format!("{}: {} does not belong there", folder.display(), extra.join(", ")))
}
