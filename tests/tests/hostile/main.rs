//! Hostile manifests: each is rejected with a diagnostic, or compiles to a crate in which the text does nothing.
//!
//! `payloads.json` × `slots.yaml` puts every text in every place of `base.yaml`; `rows.json` is the list of attacks.

use std::collections::BTreeMap;

use couplet_compiler::diagnostic::{Severity, to_github, to_json, to_text};
use couplet_compiler::{Diagnostic, Diagnostics, SourceFile, Sources, compile, parse};

mod crates;
mod disk;
mod generate;
mod inert;
mod mutate;
mod places;
mod rows;

/// What came of a file.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It holds no text that a manifest may be.
    Unreadable,
    /// Codes of the errors, and the texts that they underline.
    Rejected(Vec<(String, String)>),
    /// The files of the crate.
    Compiled(inert::Files),
}

/// What comes of a file, with what holds of every outcome.
pub(crate) fn outcome(file: &Result<SourceFile, String>) -> Outcome {
    let sources = match file {
        Ok(file) => Sources::new(file.clone()),
        Err(_) => return Outcome::Unreadable,
    };
    match compiled(&sources) {
        Ok(files) => Outcome::Compiled(files),
        Err(found) => {
            let errors = found.iter().filter(|found| found.severity() == Severity::Error);
            let seen = |found: &Diagnostic| {
                (found.code().as_str().to_owned(), sources.text(found.span()).chars().take(40).collect())
            };
            Outcome::Rejected(errors.map(seen).collect())
        }
    }
}

/// Compiles a manifest. What is said of a rejected one is inert, too: no character of it moves a terminal, and no
/// line of it is a command.
pub(crate) fn compiled(sources: &Sources) -> Result<inert::Files, Vec<Diagnostic>> {
    let mut diagnostics = Diagnostics::default();
    let result = compile(sources, &mut diagnostics);
    let found = diagnostics.sorted();
    let text = to_text(&found, sources, false);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "a control character in:\n{text:?}");
    let commands = ["cargo:", "::", "##["];
    assert!(
        !text.lines().any(|line| commands.iter().any(|word| line.starts_with(word))),
        "a command in:\n{text}"
    );
    for line in to_github(&found, sources).lines() {
        assert!(line.starts_with("::error file=") || line.starts_with("::warning file="), "a line `{line}`");
    }
    assert_eq!(to_json(&found, sources).as_array().map(Vec::len), Some(found.len()));
    match result {
        Ok(generated) => {
            let files = generated.files().map(|(path, text)| (path.to_owned(), text.to_owned()));
            Ok(files.collect::<BTreeMap<_, _>>())
        }
        Err(_) => {
            assert!(
                found.iter().any(|found| found.severity() == Severity::Error),
                "rejected without a reason"
            );
            Err(found)
        }
    }
}

/// The document of a manifest that parses.
pub(crate) fn document(sources: &Sources) -> Option<couplet_compiler::Document> {
    parse(sources, &mut Diagnostics::default()).ok()
}
