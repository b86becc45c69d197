//! Rejected manifests: what is wrong is said with the right code at the right place, as expected, and edits that a
//! machine may apply mend it.
//!
//! A case is a file, or a folder with a `manifest.yaml`, under `tests/cases/reject`. Its first lines say what is
//! expected: `# expect: CODE at "the text that is underlined"`, of a text of several lines its first. Where all that
//! is expected are warnings, the manifest must compile.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use couplet_compiler::diagnostic::{Severity, codes, to_text};
use couplet_compiler::{Diagnostic, SourceFile, Sources};
use couplet_tests::manifests::{self, diagnose};
use couplet_tests::{entries, golden};

const FOLDER: &str = "tests/cases/reject";

/// Codes that no file of a reasonable size can show, and where they are shown instead.
const ELSEWHERE: [(&str, &str); 1] = [(
    "schema-disagrees",
    "it is reported where decoder and schema disagree, which a property test rules out",
)];

/// What a case expects: a code and the first line of the text that is underlined.
type Expected = (String, String);

#[test]
fn every_case_is_rejected_as_it_says() {
    let cases = cases();
    let failures: Vec<_> = cases
        .iter()
        .filter_map(|path| case(path).err().map(|why| format!("{}: {why}", path.display())))
        .collect();
    golden::report(cases.len(), &failures);
}

#[test]
fn every_code_has_a_case() {
    let shown: BTreeSet<_> = cases().iter().flat_map(|path| expected(path)).map(|(code, _)| code).collect();
    let missing: Vec<_> = codes()
        .map(|code| code.as_str())
        .filter(|code| !shown.contains(*code) && ELSEWHERE.iter().all(|(elsewhere, _)| elsewhere != code))
        .collect();
    assert!(missing.is_empty(), "no case under {FOLDER} expects: {}", missing.join(", "));
}

#[test]
fn every_expected_code_exists() {
    let known: BTreeSet<_> = codes().map(|code| code.as_str().to_owned()).collect();
    for path in cases() {
        let expected = expected(&path);
        assert!(!expected.is_empty(), "{} does not begin with `# expect: CODE at \"text\"`", path.display());
        for (code, _) in expected {
            assert!(known.contains(&code), "{} expects `{code}`, which is no code", path.display());
        }
    }
}

/// The manifests of the cases.
fn cases() -> Vec<PathBuf> {
    entries(FOLDER)
        .into_iter()
        .filter_map(|path| match path.extension() {
            Some(extension) if extension == "yaml" => Some(path),
            None => Some(path.join("manifest.yaml")),
            Some(_) => None,
        })
        .collect()
}

fn case(path: &Path) -> Result<(), String> {
    let sources = manifests::read(path);
    let found = diagnose(&sources);
    let expected = expected(path);
    let outcome: Vec<Expected> = found.iter().map(|diagnostic| seen(diagnostic, &sources)).collect();
    let errors =
        found.iter().zip(&outcome).filter(|(diagnostic, _)| diagnostic.severity() == Severity::Error);
    let unexpected: Vec<_> = errors.map(|(_, seen)| seen).filter(|seen| !expected.contains(seen)).collect();
    let missing: Vec<_> = expected.iter().filter(|expected| !outcome.contains(expected)).collect();
    if !unexpected.is_empty() || !missing.is_empty() {
        return Err(format!("missing {missing:?}, unexpected {unexpected:?}"));
    }
    golden::check(&beside(path), &to_text(&found, &sources, false))?;
    mended(&found, &sources)
}

fn seen(diagnostic: &Diagnostic, sources: &Sources) -> Expected {
    let text = sources.text(diagnostic.span());
    (diagnostic.code().as_str().to_owned(), text.lines().next().unwrap_or_default().to_owned())
}

/// What the first lines of a case expect.
fn expected(path: &Path) -> Vec<Expected> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().map_while(|line| line.strip_prefix("# expect: "));
    lines
        .map(|line| {
            let (code, text) = line.split_once(" at ").unwrap_or((line, ""));
            let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
            (code.to_owned(), text.to_owned())
        })
        .collect()
}

/// The file of the expected text.
fn beside(path: &Path) -> PathBuf {
    match path.file_name() {
        Some(name) if name == "manifest.yaml" => path.with_file_name("expected.txt"),
        _ => path.with_extension("txt"),
    }
}

/// Applies all edits that a machine may apply. Where each error has one, the manifest must compile then; and no
/// diagnostic comes back that was mended.
fn mended(found: &[Diagnostic], sources: &Sources) -> Result<(), String> {
    let mut edits: Vec<_> =
        found.iter().filter_map(|found| found.suggestion().map(|edit| (found, edit))).collect();
    if edits.is_empty() {
        return Ok(());
    }
    edits.sort_by_key(|(_, edit)| std::cmp::Reverse((edit.span.file, edit.span.start)));
    let mut texts: Vec<String> = sources.files().map(|file| file.text().to_owned()).collect();
    let mut before = None;
    for (_, edit) in &edits {
        if before.is_some_and(|(file, start)| file == edit.span.file && start < edit.span.end) {
            continue;
        }
        before = Some((edit.span.file, edit.span.start));
        texts[edit.span.file.index()].replace_range(edit.span.start..edit.span.end, &edit.replacement);
    }
    let paths: Vec<_> = sources.files().map(|file| file.path().to_owned()).collect();
    let mut files = paths.iter().zip(texts);
    let (path, text) = files.next().ok_or("a connector has a manifest")?;
    let mut mended = Sources::new(SourceFile::new(path, text));
    for (path, text) in files {
        mended = mended.with_included(path.clone(), SourceFile::new(path, text));
    }
    let after = diagnose(&mended);
    let all = found.iter().all(|found| found.severity() == Severity::Warning || found.suggestion().is_some());
    let left: Vec<_> = after
        .iter()
        .filter(|after| {
            (all && after.severity() == Severity::Error)
                || edits
                    .iter()
                    .any(|(found, _)| found.code() == after.code() && found.message() == after.message())
        })
        .collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(format!("the suggested edits do not mend it:\n{}", to_text(&after, &mended, false)))
}
