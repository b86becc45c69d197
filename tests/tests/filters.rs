//! The filters are documented: `couplet explain unknown-filter` shows each with an example, and every example holds.

use couplet_compiler::diagnostic::{explain, to_text};
use couplet_compiler::{Arena, Diagnostics, SourceFile, Sources, lower, parse, validate};
use couplet_runtime::generated::v1::{Node, Scope, evaluate_json};
use couplet_tests::manifests::diagnose;
use serde_json::{Value, json};

const MANIFEST: &str = "\
couplet: 1
name: example
version: 0.1.0
title: Example
description: An API for examples.
links: {docs: https://docs.example.com}
categories: [testing]
auth: {public: {type: none}}
api: {base_url: https://api.example.com}
actions:
  show:
    summary: Show a value
    post: /
    input: {note: {type: string, optional: true}, key: string, token: string}
    body: {json: {value: 'EXPRESSION', key: '{{ input.key }}', note: '{{ input.note }}', token: '{{ input.token }}'}}
";

/// 2024-02-29T12:00:00Z.
const NOW: &str = "1709208000000";

/// The key of RFC 8032's first test.
const KEY: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";

fn manifest(expression: &str) -> Sources {
    let text = MANIFEST.replace("EXPRESSION", &format!("{{{{ {} }}}}", expression.replace('\'', "''")));
    Sources::new(SourceFile::new("manifest.yaml", text))
}

/// The expression's value; the outer error is what the compiler says against it.
fn outcome(expression: &str) -> Result<Result<Option<String>, String>, String> {
    let sources = manifest(expression);
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    let manifest =
        parse(&sources, &mut diagnostics).and_then(|document| validate(&document, &mut diagnostics));
    let connector = manifest.and_then(|manifest| lower(&manifest, &arena, &mut diagnostics));
    let Ok(connector) = connector else { return Err(to_text(&diagnostics.sorted(), &sources, false)) };
    let body = connector.plan.actions()[0].body().and_then(|body| body.value()).expect("a body");
    let Node::Map(entries) = body.node() else { panic!("the body is a mapping") };
    let input = json!({"key": KEY, "token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ."}).to_string();
    let scopes =
        [(Scope::Input, input.as_str()), (Scope::Now, NOW), (Scope::Uuid, "\"u\""), (Scope::Nonce, "\"n\"")];
    Ok(evaluate_json(&entries[0].value(), &scopes).map_err(|error| error.to_string()))
}

fn value(expression: &str) -> Value {
    let value = outcome(expression).unwrap_or_else(|why| panic!("{expression}:\n{why}"));
    let value = value.unwrap_or_else(|why| panic!("{expression}: {why}"));
    serde_json::from_str(&value.expect("a value")).expect("JSON")
}

/// The examples of the page: an expression and its value as JSON.
fn examples() -> Vec<(String, Value)> {
    let page = explain("unknown-filter").expect("a page").page();
    let (_, rest) = page.split_once("```text\n").expect("the examples");
    let (block, _) = rest.split_once("```").expect("their end");
    let lines = block.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (expression, value) = line.split_once(" → ").unwrap_or_else(|| panic!("no example: {line}"));
            (
                expression.trim().to_owned(),
                serde_json::from_str(value).unwrap_or_else(|why| panic!("{line}: {why}")),
            )
        })
        .collect()
}

/// The names of all filters, as the compiler tells them to who writes another.
fn names() -> Vec<String> {
    let sources = manifest("'a' | nosuchfilteratall");
    let text = to_text(&diagnose(&sources), &sources, false);
    let (_, list) = text.split_once("the filters are ").expect("the list of filters");
    let list = list.lines().next().expect("a line");
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_example_gives_what_is_said() {
    for (expression, expected) in examples() {
        assert_eq!(value(&expression), expected, "{expression}");
    }
}

#[test]
fn every_filter_has_an_example() {
    let (names, examples) = (names(), examples());
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let shown = |expression: &str| {
            let mut filters = expression.split('|').skip(1).map(|filter| filter.trim_start());
            filters.any(|filter| {
                filter
                    .strip_prefix(name.as_str())
                    .is_some_and(|rest| !rest.starts_with(|c: char| c == '_' || c.is_alphanumeric()))
            })
        };
        assert!(examples.iter().any(|(expression, _)| shown(expression)), "`{name}` has no example");
    }
}

#[test]
fn arithmetic_with_time_means_what_it_says() {
    for (expression, expected) in [
        ("(now - ('1d' | duration)) | rfc3339", json!("2024-02-28T12:00:00Z")),
        ("(('1h' | duration) + now) | unix", json!(1_709_211_600)),
        ("now - (now - ('PT1M' | duration)) == ('60s' | duration)", json!(true)),
        ("('1h' | duration) * 24 == ('1d' | duration)", json!(true)),
        ("2 * ('1h' | duration) > ('90m' | duration)", json!(true)),
        ("('1h' | duration) - ('90m' | duration) < ('0s' | duration)", json!(true)),
        ("now >= ('2024-02-29T13:00:00+01:00' | parse_date)", json!(true)),
        ("now != ('2024-02-29T13:00:00Z' | parse_date)", json!(true)),
        ("(now if input.note == 'x' else now + ('1s' | duration)) | unix", json!(1_709_208_001)),
        ("uuid ~ nonce", json!("un")),
    ] {
        let expression = expression.replace("input.note", "(input.note | default(''))");
        assert_eq!(value(&expression), expected, "{expression}");
    }
}

/// Splitmix64: the same expressions on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % bound as u64).expect("a place")
    }

    fn pick<'t>(&mut self, items: &[&'t str]) -> &'t str {
        items[self.below(items.len())]
    }
}

/// An expression of any type, right or wrong.
fn any(random: &mut Random, depth: usize) -> String {
    const LEAVES: [&str; 14] = [
        "now",
        "now",
        "('1h' | duration)",
        "('P30D' | duration)",
        "3",
        "-2",
        "0.5",
        "'a'",
        "uuid",
        "nonce",
        "input.token",
        "('abc' | sha256)",
        "(input.token | claims)",
        "('29.02.2024' | parse_date('%d.%m.%Y'))",
    ];
    const FILTERS: [&str; 22] = [
        "rfc3339",
        "unix",
        "unix_ms",
        "date('%Y-%j')",
        "parse_date",
        "parse_date('%s')",
        "duration",
        "sha1",
        "sha256",
        "hex",
        "base64",
        "hmac_sha256('k')",
        "hmac_sha1(now)",
        "hmac_sha512('abc' | sha1)",
        "form_encode",
        "json",
        "string",
        "length",
        "default('x')",
        "default(now)",
        "int",
        "first",
    ];
    const OPERATORS: [&str; 13] = ["+", "-", "*", "/", "//", "%", "==", "!=", "<", ">=", "and", "or", "~"];
    if depth == 0 {
        return random.pick(&LEAVES).to_owned();
    }
    match random.below(8) {
        0..3 => {
            format!("({} {} {})", any(random, depth - 1), random.pick(&OPERATORS), any(random, depth - 1))
        }
        3 => format!(
            "({} if {} > now else {})",
            any(random, depth - 1),
            any(random, 0),
            any(random, depth - 1)
        ),
        _ => format!("({} | {})", any(random, depth - 1), random.pick(&FILTERS)),
    }
}

/// No instant and no duration comes to where it has no meaning; what fails lies in the data.
#[test]
fn instants_and_durations_go_only_where_they_belong() {
    const DATA: [&str; 4] = ["outside the years", "too long", "no instant as RFC 3339", "no duration"];
    let mut random = Random(3);
    let (mut accepted, mut values) = (0, 0);
    for _ in 0..3_000 {
        let depth = 1 + random.below(3);
        let expression = any(&mut random, depth);
        let Ok(outcome) = outcome(&expression) else { continue };
        accepted += 1;
        match outcome {
            Ok(_) => values += 1,
            Err(why) => {
                let of_time = why.contains("instant") || why.contains("duration");
                assert!(!of_time || DATA.iter().any(|data| why.contains(data)), "{expression}: {why}");
            }
        }
    }
    assert!(accepted > 300 && values > accepted / 2, "{accepted} accepted, {values} values");
}
