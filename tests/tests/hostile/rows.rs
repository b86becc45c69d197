//! The list of hostile inputs, row by row: `tests/cases/hostile/rows.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use couplet_compiler::SourceFile;
use couplet_tests::{golden, repository};
use serde_json::Value;

use crate::{Outcome, inert, mutate, outcome};

/// The groups of the list, and which rows of each are about manifests.
const GROUPS: [(&str, RangeInclusive<usize>); 12] = [
    ("Y", 1..=41),
    ("S", 1..=26),
    ("N", 1..=28),
    ("D", 1..=30),
    ("L", 1..=24),
    ("C", 1..=15),
    ("F", 1..=16),
    ("T", 1..=12),
    ("U", 1..=29),
    ("O", 39..=43),
    ("B", 1..=20),
    ("X", 1..=23),
];

#[test]
fn every_row_of_the_list_is_here() {
    let rows = rows();
    let here: BTreeSet<_> = rows.iter().map(|row| row["id"].as_str().unwrap_or_default()).collect();
    let missing: Vec<_> = GROUPS
        .into_iter()
        .flat_map(|(group, numbers)| numbers.map(move |number| format!("{group}-{number:02}")))
        .filter(|id| !here.contains(id.as_str()))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "rows without a test or a reason");
}

#[test]
fn rows_that_are_held_elsewhere_say_where() {
    let known: BTreeSet<_> = mutate::payloads().into_iter().map(|payload| payload.id).collect();
    for row in rows() {
        let ways = ["text", "swap", "edit", "generate", "payloads", "held", "later"];
        let said: Vec<_> = ways.iter().filter(|way| !row[**way].is_null()).collect();
        assert_eq!(said.len(), 1, "{row} is done in one way");
        for id in row["payloads"].as_array().into_iter().flatten() {
            assert!(
                known.contains(id.as_str().unwrap_or_default()),
                "{row} names a payload that is not there"
            );
        }
        if let Some(path) = row["held"].as_str().filter(|held| held.starts_with("tests/")) {
            assert!(repository(path).exists(), "{row} names a test that is not there");
        }
    }
}

#[test]
fn every_row_comes_out_as_it_says() {
    // Reading what nests deeply back takes more of a stack than a test has.
    let run = std::thread::Builder::new().stack_size(64 << 20).spawn(all_rows).expect("a thread");
    if let Err(panic) = run.join() {
        std::panic::resume_unwind(panic);
    }
}

fn all_rows() {
    let base =
        std::fs::read_to_string(repository("tests/cases/hostile/base.yaml")).expect("the base is there");
    let twin = match outcome(&SourceFile::from_bytes("base.yaml", base.clone().into_bytes())) {
        Outcome::Compiled(files) => files,
        rejected => panic!("the base manifest must compile: {rejected:?}"),
    };
    let rows: Vec<_> = rows().into_iter().filter(|row| !row["expect"].is_null()).collect();
    let failures: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            one(row, &base, &twin).err().map(|why| format!("{}: {why}", shortened(&row.to_string())))
        })
        .collect();
    golden::report(rows.len(), &failures);
}

fn rows() -> Vec<Value> {
    let text =
        std::fs::read_to_string(repository("tests/cases/hostile/rows.json")).expect("rows.json is there");
    serde_json::from_str(&text).expect("rows.json is a list")
}

fn one(row: &Value, base: &str, twin: &inert::Files) -> Result<(), String> {
    let outcome = outcome(&source(row, base));
    let expected: Vec<&str> = match &row["expect"] {
        Value::String(code) => vec![code],
        codes => codes.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    };
    match outcome {
        Outcome::Unreadable if expected.contains(&"unreadable") => Ok(()),
        Outcome::Compiled(files) if expected.contains(&"accept") => inert::sound(&files, twin),
        Outcome::Rejected(found) if !found.is_empty() => {
            let wrong: BTreeMap<_, _> = found
                .iter()
                .filter(|(code, _)| !expected.contains(&code.as_str()) && !expected.contains(&"reject"))
                .cloned()
                .collect();
            if wrong.is_empty() { Ok(()) } else { Err(format!("it is rejected, but by {wrong:?}")) }
        }
        Outcome::Compiled(_) => Err("it is accepted".to_owned()),
        other => Err(shortened(&format!("{other:?}"))),
    }
}

fn source(row: &Value, base: &str) -> Result<SourceFile, String> {
    let file = |text: String| Ok(SourceFile::new("manifest.yaml", text));
    if let Some(text) = row["text"].as_str() {
        return file(text.to_owned());
    }
    if let Some(name) = row["generate"].as_str() {
        return SourceFile::from_bytes("manifest.yaml", crate::generate::bytes(name, base));
    }
    if let [Value::String(from), Value::String(to)] = row["swap"].as_array().map_or(&[][..], Vec::as_slice) {
        assert_eq!(base.matches(from.as_str()).count(), 1, "`{from}` stands in the base manifest once");
        return file(base.replace(from.as_str(), to));
    }
    let mut tree = mutate::base();
    for (pointer, value) in row["edit"].as_object().into_iter().flatten() {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        match tree.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} is not in the base manifest")) {
            Value::Object(members) => {
                members.insert(name.to_owned(), value.clone());
            }
            other => other[name.parse::<usize>().expect("an index")] = value.clone(),
        }
    }
    Ok(mutate::manifest(&tree).manifest().clone())
}

fn shortened(text: &str) -> String {
    text.chars().take(400).collect()
}
