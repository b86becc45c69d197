//! Manifests that could make the compiler slow, or overflow its stack: each is compiled, or rejected with a reason.

use std::fmt::Write as _;

use couplet_compiler::{SourceFile, Sources};
use couplet_tests::manifests::diagnose;

const HEAD: &str = "couplet: 1
name: stress
version: 0.1.0
title: Stress
description: Much of something.
links: {docs: https://docs.example.com}
categories: [testing]
auth: {public: {type: none}}
api: {base_url: https://api.example.com}
";

/// The codes of what is said, each once.
fn codes(body: &str) -> Vec<&'static str> {
    let text = format!("{HEAD}{body}");
    let found = diagnose(&Sources::new(SourceFile::new("manifest.yaml", text)));
    let mut codes: Vec<_> = found.iter().map(|diagnostic| diagnostic.code().as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Types `T0` to `T{count - 1}` as a function has them, and an action that takes and answers `T0`.
fn types(count: usize, of: impl Fn(usize) -> String) -> String {
    let mut text = "types:\n".to_owned();
    for place in 0..count {
        let _ = writeln!(text, "  T{place}: {}", of(place));
    }
    text + "actions:\n  run: {summary: Runs, post: /, input: {t: T0}, output: T0}\n"
}

#[test]
fn a_dense_graph_of_types_that_hold_each_other_compiles() {
    let text = types(1_000, |place| {
        let edges: Vec<_> = (1..16)
            .map(|edge| format!("f{edge}: {{type: T{}, optional: true}}", (place * 7 + edge * 13) % 1_000))
            .collect();
        format!("{{fields: {{id: string, {}}}}}", edges.join(", "))
    });
    assert!(codes(&text).is_empty());
}

#[test]
fn chains_of_types_compile_however_long() {
    let end = |place: usize, link: String| if place == 9_999 { "string".to_owned() } else { link };
    let names = types(10_000, |place| end(place, format!("T{}", place + 1)));
    assert!(codes(&names).is_empty());
    let lists = types(10_000, |place| end(place, format!("[T{}]", place + 1)));
    assert!(codes(&lists).is_empty());
}

#[test]
fn a_part_that_many_ways_lead_to_is_merged_once() {
    let text = types(50, |place| match place {
        49 => "{fields: {x: string}}".to_owned(),
        _ => format!("{{allOf: [T{0}, {{allOf: [T{0}]}}]}}", place + 1),
    });
    assert!(codes(&text).is_empty());
    let text = types(5_000, |place| format!("{{allOf: [T{}]}}", (place + 1).min(4_999)));
    assert_eq!(codes(&text), ["too-deep", "type-holds-itself"]);
}

#[test]
fn unions_of_unions_are_tried_for_a_while() {
    let branches = |place: usize| vec![format!("T{}", place + 1); 10].join(", ");
    let text = types(25, |place| match place {
        24 => "{fields: {x: string}}".to_owned(),
        _ => format!("{{oneOf: [{}]}}", branches(place)),
    });
    let text = text.replace("{t: T0}", "{t: {type: T0, default: 3}}");
    assert!(codes(&text).is_empty());
}

#[test]
fn types_that_name_themselves_are_rejected_wherever_they_stand() {
    let text = "types:
  U: {type: U}
  V: V
  W: {fields: {x: X}}
  X: {fields: {w: W}}
actions:
  run:
    summary: Runs
    post: /{u}
    input: {u: U, v: {type: V, in: query}, w: W}
    headers: {X-V: '{{ input.v | json }}'}
    output: U
";
    assert_eq!(codes(text), ["type-holds-itself"]);
}

/// The codes of what is said of a manifest with these auth methods, and these fields of `config`.
fn auth_codes(methods: &[String], config: usize) -> Vec<&'static str> {
    let fields: Vec<_> = (0..config).map(|field| format!("f{field}: string")).collect();
    let auth = format!("config: {{{}}}\nauth:\n  {}\n", fields.join(", "), methods.join("\n  "));
    let text = HEAD.replace("auth: {public: {type: none}}\n", &auth);
    let text = format!("{text}actions:\n  run: {{summary: Runs, get: /run}}\n");
    let found = diagnose(&Sources::new(SourceFile::new("manifest.yaml", text)));
    let mut codes: Vec<_> = found.iter().map(|diagnostic| diagnostic.code().as_str()).collect();
    codes.dedup();
    codes
}

#[test]
fn as_many_methods_steps_and_captures_as_there_may_be_compile() {
    let step = |step: usize, name: &str| {
        let captures: Vec<_> =
            (0..25).map(|place| format!("{name}{step}x{place}: '{{{{ response.body.x }}}}'")).collect();
        format!("{{post: '/s/{{{{ config.f{step} }}}}', capture: {{{}}}}}", captures.join(", "))
    };
    // Of all methods, each captures something of its own, or all capture the same.
    for own in [true, false] {
        let methods: Vec<_> = (0..100)
            .map(|method| {
                let name = if own { format!("m{method}x") } else { "c".to_owned() };
                let steps: Vec<_> = (0..10).map(|place| step(place, &name)).collect();
                let header = format!("headers: {{x-session: '{{{{ captured.{name}0x0 }}}}'}}");
                format!("m{method}: {{type: session, steps: [{}], {header}}}", steps.join(", "))
            })
            .collect();
        assert!(auth_codes(&methods, 10).is_empty());
    }
}

#[test]
fn as_many_parameters_scopes_and_fields_as_there_may_be_compile() {
    let members = |start: &str, value: fn(usize) -> String| {
        (0..1_000).map(|place| format!("{start}{place}: {}", value(place))).collect::<Vec<_>>().join(", ")
    };
    let parameters = members("p", |place| format!("'{{{{ config.f{place} }}}}'"));
    let scopes = members("s", |_| "Reads".to_owned());
    let claims = members("c", |place| format!("'{{{{ config.f{place} }}}}'"));
    let method = format!(
        "{{type: oauth2, grant: jwt_bearer, token_url: 'https://example.com/t', scopes: {{{scopes}}}, \
         assertion: {{algorithm: HS256, key: '{{{{ credentials.client_secret }}}}', claims: {{{claims}}}}}, \
         token: {{params: {{{parameters}}}}}}}"
    );
    let methods: Vec<_> = (0..8).map(|place| format!("m{place}: {method}")).collect();
    assert!(auth_codes(&methods, 1_000).is_empty());
}

#[test]
fn expressions_have_an_end() {
    let action = |expression: String| {
        let text =
            format!("actions:\n  run: {{summary: Runs, get: /, query: {{q: '{{{{ {expression} }}}}'}}}}\n");
        codes(&text)
    };
    assert!(action(vec!["1"; 100].join(" + ")).is_empty());
    for expression in [
        vec!["1"; 10_000].join(" + "),
        vec!["1"; 10_000].join(" and "),
        vec!["1"; 10_000].join(" ~ "),
        format!("1{}", " | string".repeat(5_000)),
        format!("config{}", ".a".repeat(10_000)),
        format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}1", "- ".repeat(10_000)),
        format!("{}1", "not ".repeat(10_000)),
        format!("{}1", "1 if 1 else ".repeat(4_000)),
        format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
    ] {
        assert_eq!(action(expression.clone()), ["bad-expression"], "{:.40}", expression);
    }
}
