//! Accepted manifests: nothing is said against them but what they announce.
//!
//! A case is a folder under `tests/cases/accept` with a `manifest.yaml`. Lines `# warns: CODE` at its top announce
//! warnings, in their order.

use std::fs;
use std::path::Path;

use couplet_compiler::diagnostic::to_text;
use couplet_tests::manifests::{self, diagnose};
use couplet_tests::{entries, golden};

const FOLDER: &str = "tests/cases/accept";

#[test]
fn every_case_is_accepted() {
    let cases = entries(FOLDER);
    let failures: Vec<_> = cases.iter().filter_map(|case| accepted(case).err()).collect();
    golden::report(cases.len(), &failures);
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
