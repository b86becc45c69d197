//! Expressions as manifests write them mean what minijinja means by them: random texts are compiled, and what is
//! accepted is evaluated by the runtime and by minijinja.
//!
//! Left out, because we differ on purpose: null counts as absent for `default`, and only plain values have a form as
//! text.

use couplet_compiler::{Arena, Diagnostics, SourceFile, Sources, lower, parse, validate};
use couplet_runtime::generated::v1::{Node, Scope, evaluate_json};
use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde_json::{Value, json};

const TEXTS: usize = 4_000;

const MANIFEST: &str = "couplet: 1
name: oracle
version: 0.1.0
title: Oracle
description: Expressions.
links: {docs: https://docs.example.com}
categories: [testing]
auth: {public: {type: none}}
api: {base_url: https://api.example.com}
types:
  Item: {fields: {name: string, size: {type: integer, optional: true}, tags: [string]}}
actions:
  run:
    summary: Evaluates
    post: /
    input:
      n: integer
      f: number
      s: string
      b: boolean
      x: {type: string, optional: true}
      y: {type: integer, nullable: true}
      l: [string]
      i: [integer]
      m: Item
      a: any
    body: {json: {value: 'EXPRESSION', all: ['{{ input.n }}', '{{ input.f }}', '{{ input.s }}', '{{ input.b }}', '{{ input.x | default(1) }}', '{{ input.y }}', '{{ input.l }}', '{{ input.i }}', '{{ input.m }}', '{{ input.a }}']}}
";

/// Splitmix64: the same texts on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % bound as u64).unwrap()
    }

    fn pick<'t>(&mut self, items: &[&'t str]) -> &'t str {
        items[self.below(items.len())]
    }
}

fn number(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random
            .pick(&["1", "0", "7", "2.5", "1e3", "input.n", "input.f", "input.i[0]", "input.i[-1]"])
            .to_owned();
    }
    let depth = depth - 1;
    match random.below(8) {
        0 => format!("{} | length", text(random, depth)),
        1 => format!("{} | int", text(random, 0)),
        2 => format!("-{}", number(random, depth)),
        3 => format!("({})", number(random, depth)),
        4 => format!("input.m.size | default({})", number(random, 0)),
        5 => choose(random, depth, number),
        _ => {
            let sign = random.pick(&["+", "-", "*", "/", "//", "%", " - ", " + "]);
            format!("{}{sign}{}", number(random, depth), number(random, depth))
        }
    }
}

fn text(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        let leaves = [
            "'a'",
            "\"b, c\"",
            "''",
            "'}}'",
            r"'it\'s'",
            r#""\\\"""#,
            "input.s",
            "input.m.name",
            "input['s']",
            "input.l[0]",
            "input.s[1]",
            "input.a.k",
        ];
        return random.pick(&leaves).to_owned();
    }
    let depth = depth - 1;
    match random.below(10) {
        0 => format!("{} | {}", text(random, depth), random.pick(&["upper", "lower", "trim", "string"])),
        1 => format!("{} | replace({}, {})", text(random, depth), text(random, 0), text(random, 0)),
        2 => format!("{} | join({})", list(random, depth), text(random, 0)),
        3 => format!("{} | {}", list(random, depth), random.pick(&["first", "last"])),
        4 => format!("input.x | default({})", text(random, depth)),
        5 => format!("({})", text(random, depth)),
        6 => choose(random, depth, text),
        _ => format!(
            "{} ~ {}",
            text(random, depth),
            if random.below(2) == 0 { text(random, depth) } else { number(random, depth) }
        ),
    }
}

fn list(random: &mut Random, depth: usize) -> String {
    match random.below(6) {
        0 => "input.l".to_owned(),
        1 => "input.m.tags".to_owned(),
        2 => "input.i".to_owned(),
        3 => format!("[{}, {}]", text(random, depth), text(random, 0)),
        4 => "[]".to_owned(),
        _ => format!("{} | split({})", text(random, depth), random.pick(&["','", "' '", "'a'"])),
    }
}

fn condition(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random
            .pick(&["input.b", "input.n > 3", "input.y == none", "'a' in input.l", "input.s != ''"])
            .to_owned();
    }
    let depth = depth - 1;
    match random.below(7) {
        0 => format!(
            "{} {} {}",
            number(random, depth),
            random.pick(&["==", "!=", "<", "<=", ">", ">="]),
            number(random, depth)
        ),
        1 => format!(
            "{} {} {}",
            text(random, depth),
            random.pick(&["==", "!=", "<", "in", "not in"]),
            text(random, depth)
        ),
        2 => format!("{} {} {}", text(random, depth), random.pick(&["in", "not in"]), list(random, depth)),
        3 => format!("not {}", condition(random, depth)),
        4 => format!("({})", condition(random, depth)),
        _ => format!(
            "{} {} {}",
            condition(random, depth),
            random.pick(&["and", "or"]),
            condition(random, depth)
        ),
    }
}

fn choose(random: &mut Random, depth: usize, of: fn(&mut Random, usize) -> String) -> String {
    format!("{} if {} else {}", of(random, depth), condition(random, depth), of(random, depth))
}

fn any(random: &mut Random) -> String {
    let depth = 1 + random.below(3);
    let text = match random.below(5) {
        0 | 1 => text(random, depth),
        2 => number(random, depth),
        3 => condition(random, depth),
        _ => list(random, depth),
    };
    // One in four is spoiled: a character is dropped or doubled.
    if random.below(4) > 0 || text.contains("}}") {
        return text;
    }
    let at = random.below(text.len());
    let mut text = text.into_bytes();
    if random.below(2) == 0 {
        text.remove(at);
    } else {
        text.insert(at, text[at]);
    }
    String::from_utf8(text).unwrap()
}

/// The value of an expression as each engine has it; nothing where the compiler rejects it.
fn both(
    environment: &Environment<'_>,
    expression: &str,
    inputs: &[Value],
) -> Option<Vec<(Outcome, Outcome)>> {
    let text = MANIFEST.replace("EXPRESSION", &format!("{{{{ {} }}}}", expression.replace('\'', "''")));
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    let sources = Sources::new(SourceFile::new("manifest.yaml", text));
    let document = parse(&sources, &mut diagnostics).unwrap();
    let manifest = validate(&document, &mut diagnostics).unwrap();
    let connector = lower(&manifest, &arena, &mut diagnostics).ok()?;
    let body = connector.plan.actions()[0].body().unwrap().value().unwrap();
    let Node::Map(entries) = body.node() else { panic!("the body is a mapping") };
    let theirs = environment.compile_expression(expression);
    let outcomes = inputs.iter().map(|input| {
        let ours = evaluate_json(&entries[0].value(), &[(Scope::Input, &input.to_string())]);
        let ours = match ours {
            Ok(Some(json)) => Outcome::Value(serde_json::from_str(&json).unwrap()),
            Ok(None) => Outcome::Absent,
            Err(error) => Outcome::Error(error.to_string()),
        };
        let theirs = match &theirs {
            Ok(theirs) => theirs.eval(minijinja::Value::from(Serde(json!({ "input": input })))),
            Err(error) => return (ours, Outcome::Invalid(error.to_string())),
        };
        let theirs = match theirs {
            Ok(value) if value.is_undefined() => Outcome::Absent,
            Ok(value) => Outcome::Value(serde_json::to_value(&value).unwrap()),
            Err(error) => Outcome::Error(format!("{error:#}")),
        };
        (ours, theirs)
    });
    Some(outcomes.collect())
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Value(Value),
    Absent,
    Error(String),
    /// It is not even read.
    Invalid(String),
}

#[test]
fn what_is_accepted_means_what_minijinja_says() {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let full = json!({
        "n": 7, "f": 2.5, "s": " Grüße, World ", "b": true, "x": "a,b", "y": 3, "l": ["b", "a", "é"], "i": [3, 1, 2],
        "m": {"name": "Ada", "size": 9, "tags": ["t"]}, "a": {"k": "v"},
    });
    let mut bare = json!({
        "n": -3, "f": 0.0, "s": "", "b": false, "y": null, "l": [], "i": [0], "m": {"name": "", "tags": []}, "a": null,
    });
    bare["a"] = json!({"k": "é"});
    let inputs = [full, bare];
    let mut random = Random(11);
    let (mut accepted, mut values) = (0, 0);
    for _ in 0..TEXTS {
        let expression = any(&mut random);
        let Some(outcomes) = both(&environment, &expression, &inputs) else { continue };
        accepted += 1;
        for (ours, theirs) in outcomes {
            match (&ours, &theirs) {
                (Outcome::Value(a), Outcome::Value(b)) => {
                    assert!(same(a, b), "{expression}: {a}, minijinja {b}");
                    values += 1;
                }
                (Outcome::Absent, Outcome::Absent) | (Outcome::Error(_), Outcome::Error(_)) => {}
                // Whole numbers have 64 bits, and an element that is not there is an error wherever it stands.
                (Outcome::Error(why), _) if why.contains("too large") || why.contains("is absent") => {}
                // What stands in for an absent value is evaluated only where it does.
                (Outcome::Value(_), Outcome::Error(_)) if expression.contains("default") => {}
                _ => panic!("{expression}: {ours:?}, minijinja {theirs:?}"),
            }
            if let Outcome::Error(why) = &ours {
                // What no type says is known only then.
                let unknown = ["[", "first", "last", "input.a"].iter().any(|part| expression.contains(part));
                assert!(unknown || !why.contains("is absent"), "{expression} was accepted, and yet: {why}");
            }
        }
    }
    assert!(accepted > TEXTS / 3 && values > accepted, "{accepted} accepted, {values} values");
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64() && a.is_f64() == b.is_f64(),
        _ => a == b,
    }
}
