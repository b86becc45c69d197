//! The JSON Schema of manifests: the file that editors read is the one that the compiler derives; it describes every
//! key; and it accepts what the compiler's decoder accepts, and nothing else.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use couplet_compiler::diagnostic::Severity;
use couplet_compiler::{Diagnostic, Diagnostics, Document, SourceFile, Sources, parse, schema, validate};
use couplet_tests::{entries, golden, manifests, repository};
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use serde_json::{Map, Value, json};

const FILE: &str = "schemas/connector.schema.json";

/// Rules that are no matter of structure, and which the schema leaves to the compiler: what it rejects for these alone,
/// the schema may accept.
const SEMANTIC: [(&str, &str); 13] = [
    ("bad-license", "a list of licences is not the editor's business"),
    ("bad-media-type", "the grammar of parameters"),
    ("bad-name", "words that Rust or an operating system reserves, and names that are too long in bytes"),
    ("bad-pattern", "whether a pattern compiles, in our engine and within its limits"),
    ("bad-status", "a range whose first status is greater than its last"),
    ("bad-url", "the grammar of hosts and paths"),
    ("bad-version", "the grammar of pre-releases"),
    ("conflicting-keys", "reported with both places"),
    ("control-character", "said of the file's text"),
    ("hidden-character", "a list of characters that is beyond a pattern"),
    ("number-out-of-range", "numbers that no reader holds exactly"),
    ("too-large", "bytes, where the schema counts characters"),
    ("unsupported-keyword", "an unknown key, with advice"),
];

#[test]
fn the_file_is_the_one_that_the_compiler_derives() {
    let text = serde_json::to_string_pretty(&schema()).expect("a schema is JSON") + "\n";
    golden::report(1, &golden::check(&repository(FILE), &text).err().into_iter().collect::<Vec<_>>());
}

#[test]
fn it_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn every_key_has_a_description_and_no_object_is_open() {
    let (mut keys, mut wrong) = (0, Vec::new());
    walk(&schema(), "#", &mut |at, schema| {
        for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            keys += 1;
            // `by` of a table of URLs, and the like, stand in mappings with keys of the author's own.
            let described =
                property.get("description").and_then(Value::as_str).is_some_and(|text| text.len() > 8);
            if !described {
                wrong.push(format!("{at}/properties/{key} has no description"));
            }
        }
        let object = schema.get("type") == Some(&json!("object"));
        let closed = schema.contains_key("additionalProperties") || schema.contains_key("oneOf");
        if object && !closed {
            wrong.push(format!("{at} takes any key"));
        }
    });
    assert!(keys > 100, "{keys} keys were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Visits each schema within a schema.
fn walk(schema: &Value, at: &str, visit: &mut impl FnMut(&str, &Map<String, Value>)) {
    let Some(members) = schema.as_object() else { return };
    visit(at, members);
    for (key, value) in members {
        let at = format!("{at}/{key}");
        match (key.as_str(), value) {
            ("properties" | "definitions" | "patternProperties", Value::Object(schemas)) => {
                schemas.iter().for_each(|(name, schema)| walk(schema, &format!("{at}/{name}"), visit));
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(schemas)) => {
                schemas
                    .iter()
                    .enumerate()
                    .for_each(|(place, schema)| walk(schema, &format!("{at}/{place}"), visit));
            }
            ("items" | "additionalProperties" | "propertyNames", schema) => walk(schema, &at, visit),
            _ => {}
        }
    }
}

#[test]
fn it_accepts_what_the_decoder_accepts_and_nothing_else() {
    let documents = documents();
    let pool = pool(&documents);
    let changes = prop::collection::vec((any::<u32>(), 0..9_u8, any::<u32>()), 1..4);
    let config = Config {
        cases: cases(),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..Config::default()
    };
    let accepted = std::cell::Cell::new(0);
    let outcome = TestRunner::new(config).run(&(0..documents.len(), changes), |(document, changes)| {
        let mut value = documents[document].clone();
        for (place, change, choice) in changes {
            mutate(&mut value, place as usize, change, choice as usize, &pool);
        }
        accepted.set(accepted.get() + usize::from(agree(&value)?));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let (accepted, tried) = (accepted.get(), cases());
    assert!(
        accepted * 50 > tried as usize,
        "{accepted} of {tried} were accepted: the mutations break too much"
    );
}

#[test]
fn both_judge_the_rejected_manifests_alike() {
    let mut failures = Vec::new();
    let cases = entries("tests/cases/reject");
    let manifests = cases.iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let mut checked = 0;
    for path in manifests {
        let sources = manifests::read(path);
        let Ok(document) = parse(&sources, &mut Diagnostics::default()) else { continue };
        checked += 1;
        failures.extend(judge(&sources, &document).err().map(|why| format!("{}: {why}", path.display())));
    }
    golden::report(checked, &failures);
}

/// The number of manifests that are tried; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000)
}

/// Whether both accept a manifest; an error where they disagree.
fn agree(manifest: &Value) -> Result<bool, TestCaseError> {
    let sources = Sources::new(SourceFile::new("manifest.yaml", manifest.to_string()));
    let Ok(document) = parse(&sources, &mut Diagnostics::default()) else { return Ok(false) };
    judge(&sources, &document).map_err(|why| TestCaseError::fail(format!("{why}, of\n{manifest}")))
}

fn judge(sources: &Sources, document: &Document) -> Result<bool, String> {
    static VALIDATOR: OnceLock<jsonschema::Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| jsonschema::validator_for(&schema()).expect("it is a schema"));
    let mut diagnostics = Diagnostics::default();
    let _ = validate(document, &mut diagnostics);
    let said: Vec<_> = diagnostics
        .sorted()
        .into_iter()
        .filter(|said| said.severity() == Severity::Error && said.code().as_str() != "schema-disagrees")
        .collect();
    let decoder = said.is_empty();
    let semantic = |said: &Diagnostic| SEMANTIC.iter().any(|(semantic, _)| *semantic == said.code().as_str());
    let excused = !decoder && said.iter().all(semantic);
    let errors: Vec<_> = validator
        .iter_errors(&document.to_json())
        .take(3)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if decoder == errors.is_empty() || (excused && errors.is_empty()) {
        return Ok(decoder);
    }
    let said = couplet_compiler::diagnostic::to_text(&said, sources, false);
    Err(format!("the schema says {errors:?}, the decoder says\n{said}"))
}

/// The accepted manifests, as JSON.
fn documents() -> Vec<Value> {
    let read = |case: &std::path::PathBuf| {
        let sources = manifests::read(&case.join("manifest.yaml"));
        parse(&Sources::new(sources.manifest().clone()), &mut Diagnostics::default()).ok()
    };
    // A manifest with includes is not read without them.
    let documents: Vec<_> =
        entries("tests/cases/accept").iter().filter_map(read).map(|document| document.to_json()).collect();
    assert!(documents.len() > 5, "{} accepted manifests were read", documents.len());
    documents
}

/// Keys and values to put where they may not belong.
struct Pool {
    keys: Vec<String>,
    values: Vec<Value>,
}

fn pool(documents: &[Value]) -> Pool {
    let mut keys = BTreeSet::new();
    let mut values = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("none"),
        json!("text"),
        json!("string"),
        json!("1.2.3"),
        json!("a\nb"),
        json!("404"),
        json!("4xx"),
        json!([]),
        json!({}),
        json!(["string"]),
        json!(["a", "b"]),
        json!([["string"]]),
        json!({"type": "string"}),
        json!([null]),
        json!({"type": ["string", "null"]}),
        json!({"status": 200}),
        json!({"get": "/x"}),
        json!("null"),
    ];
    walk(&schema(), "#", &mut |_, schema| {
        keys.extend(
            schema
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(key, _)| key.clone()),
        );
    });
    for document in documents {
        subtrees(document, &mut |value| {
            if value.to_string().len() < 200 {
                values.push(value.clone());
            }
        });
    }
    Pool { keys: keys.into_iter().collect(), values }
}

fn subtrees(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| subtrees(item, visit)),
        Value::Object(members) => members.values().for_each(|member| subtrees(member, visit)),
        _ => {}
    }
}

/// Changes one place.
fn mutate(document: &mut Value, place: usize, change: u8, choice: usize, pool: &Pool) {
    let mut count = 0;
    subtrees(document, &mut |_| count += 1);
    let mut left = place % count;
    let Some(at) = nth(document, &mut left) else { return };
    let value = || pool.values[choice % pool.values.len()].clone();
    let key = || pool.keys[choice % pool.keys.len()].clone();
    match (change, at) {
        (0 | 1, Value::Object(members)) if !members.is_empty() => {
            let old = members.keys().nth(choice % members.len()).cloned().unwrap_or_default();
            let moved = members.shift_remove(&old);
            if let (1, Some(moved)) = (change, moved) {
                members.insert(key(), moved);
            }
        }
        (2, Value::Object(members)) => {
            members.insert(key(), value());
        }
        (3, Value::Object(members)) if !members.is_empty() => {
            let old = members.keys().nth(choice % members.len()).cloned().unwrap_or_default();
            let moved = members.shift_remove(&old).unwrap_or_default();
            members.insert(format!("{old}x"), moved);
        }
        (4, Value::Array(items)) if !items.is_empty() => {
            items.remove(choice % items.len());
        }
        (5, Value::Array(items)) => items.push(value()),
        (6, at) => *at = json!([at.take()]),
        (_, at) => *at = value(),
    }
}

/// The value at a place, counted from the root.
fn nth<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, left)),
        _ => None,
    }
}
