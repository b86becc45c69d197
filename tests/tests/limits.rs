//! The limits of manifests: what reaches one is taken, and what goes beyond it is rejected, soon.

use std::fmt::Write as _;

use couplet_compiler::diagnostic::Severity;
use couplet_compiler::{SourceFile, Sources};
use couplet_tests::{golden, manifests::diagnose};

/// The least that compiles, but for the keys that a case adds.
const HEAD: &str = "\
couplet: 1
version: 0.1.0
title: Example
links: {docs: https://docs.example.com}
categories: [testing]
auth: {public: {type: none}}
api: {base_url: https://api.example.com}
";
const NAME: &str = "name: example\n";
const DESCRIPTION: &str = "description: x\n";
const ACTION: &str = "actions: {ping: {summary: Ping, get: /ping, output: T}}\n";

/// A limit: its name, the most that is taken, the code of what is beyond, and a connector of so many.
type Limit = (&'static str, usize, &'static str, fn(usize) -> Sources);

const LIMITS: [Limit; 27] = [
    ("bytes of a file", 1 << 20, "too-large", |most| one(padded(&base("T: string"), most))),
    ("bytes of a connector", 32 << 20, "too-large", connector_of),
    ("levels", 64, "too-deep", |levels| {
        // The manifest, its types, the type, and the innermost value are levels, too.
        let lists = levels - 4;
        one(base(&format!("T: {{example: {}x{}}}", "[".repeat(lists), "]".repeat(lists))))
    }),
    ("values of a file", 250_000, "too-large", |values| {
        // A list of values that are never looked at.
        let around = count(&base("T: {example: [x]}")) - 1;
        one(base(&format!("T: {{example: [{}]}}", "x,".repeat(values - around))))
    }),
    ("aliases", 100, "too-many-aliases", |aliases| {
        one(base(
            &format!("T: {{enum: [&a x], example: [{}]}}", "*a,".repeat(aliases))
                .replace("example", "examples"),
        ))
    }),
    ("actions", 5_000, "too-large", |actions| {
        let mut text = format!("{HEAD}{NAME}{DESCRIPTION}actions:\n");
        (0..actions).for_each(|action| {
            let _ = writeln!(text, "  a{action}: {{summary: A, get: /a}}");
        });
        one(text)
    }),
    ("types", 20_000, "too-large", |types| {
        let mut text = format!("{HEAD}{NAME}{DESCRIPTION}{ACTION}types:\n  T: string\n");
        (1..types).for_each(|ty| {
            let _ = writeln!(text, "  T{ty}: string");
        });
        one(text)
    }),
    ("values of an enum", 2_000, "too-large", |values| {
        one(base(&format!("T: {{enum: [{}]}}", list(values))))
    }),
    ("values of a field's enum", 2_000, "too-large", |values| {
        let config = format!("config: {{env: {{enum: [{}]}}}}\n", list(values));
        let api = "api: {base_url: https://api.example.com, query: {env: '{{ config.env }}'}}\n";
        one(base("T: string").replace("api: {base_url: https://api.example.com}\n", api) + &config)
    }),
    ("members of an object", 1_000, "too-large", |members| {
        one(base(&format!("T: {{fields: {{{}}}}}", fields("m", members))))
    }),
    ("members that are merged", 1_000, "too-large", |members| {
        let merged = format!(
            "T: {{allOf: [U, {{fields: {{{}}}}}]}}, U: {{fields: {{{}}}}}",
            fields("m", 500),
            fields("n", members - 500)
        );
        one(base(&merged))
    }),
    ("inputs of an action", 1_000, "too-large", |inputs| {
        let action = format!(
            "actions: {{ping: {{summary: Ping, get: /ping, output: T, input: {{{}}}}}}}\n",
            fields("m", inputs)
        );
        one(base("T: string").replace(ACTION, &action))
    }),
    ("items of a list", 10_000, "too-large", |items| {
        one(base(&format!("T: {{type: string, examples: [{}]}}", list(items))))
    }),
    ("statuses", 500, "too-large", |statuses| {
        let statuses: Vec<_> = (0..statuses).map(|status| (100 + status % 500).to_string()).collect();
        let errors = format!(
            "api: {{base_url: https://api.example.com, errors: [{{when: {{status: [{}]}}, kind: invalid}}]}}\n",
            statuses.join(", ")
        );
        one(base("T: string").replace("api: {base_url: https://api.example.com}\n", &errors))
    }),
    ("auth methods", 100, "too-large", |methods| {
        with_auth(&(0..methods).map(|method| format!("m{method}: {{type: bearer}}")).collect::<Vec<_>>())
    }),
    ("credentials of a method", 100, "too-large", |fields| {
        with_auth(&[format!("m: {{type: bearer, credentials: {{{}}}}}", self::fields("f", fields))])
    }),
    ("steps", 100, "too-large", |steps| session(&vec!["{post: /s}".to_owned(); steps - 1])),
    ("steps upon connecting", 100, "too-large", |steps| {
        with_auth(&[format!("m: {{type: bearer, connect: [{}]}}", vec!["{get: /s}"; steps].join(", "))])
    }),
    // One more is the token itself.
    ("captures", 250, "too-large", |captures| {
        let step = |step: usize, count: usize| {
            let captures: Vec<_> =
                (0..count).map(|capture| format!("c{step}x{capture}: '{{{{ response.body.c }}}}'")).collect();
            format!("{{post: /s, capture: {{{}}}}}", captures.join(", "))
        };
        session(&[step(0, 125), step(1, captures - 126)])
    }),
    ("scopes", 1_000, "too-large", |scopes| {
        let scopes: Vec<_> = (0..scopes).map(|scope| format!("s{scope}: Reads")).collect();
        oauth2(&format!("scopes: {{{}}}", scopes.join(", ")))
    }),
    ("parameters of a request", 1_000, "too-large", |parameters| {
        oauth2(&format!("token: {{params: {{{}}}}}", fields("p", parameters)))
    }),
    ("hosts of an origin", 250, "too-large", |hosts| {
        let hosts: Vec<_> = (0..hosts).map(|host| format!("h{host}.example.com")).collect();
        let hosts = hosts.join(", ");
        oauth2(&format!(
            "capture: {{home: {{value: '{{{{ response.body.home }}}}', format: origin, within: [{hosts}]}}}}"
        ))
    }),
    ("bytes of a name", 128, "bad-name", |bytes| {
        one(base(&format!("T: {{fields: {{{}: string}}}}", "m".repeat(bytes))))
    }),
    ("letters of the connector's name", 50, "bad-name", |letters| {
        one(base("T: string").replace(NAME, &format!("name: {}\n", "a".repeat(letters))))
    }),
    ("bytes of a description", 16 << 10, "too-large", |bytes| {
        one(base("T: string").replace(DESCRIPTION, &format!("description: {}\n", "x".repeat(bytes))))
    }),
    ("bytes of a text", 64 << 10, "too-large", |bytes| {
        one(base(&format!("T: {{type: string, example: {}}}", "x".repeat(bytes))))
    }),
    ("bytes of a pattern", 1 << 10, "bad-pattern", |bytes| {
        one(base(&format!("T: {{type: string, pattern: {}}}", "x".repeat(bytes))))
    }),
];

#[test]
fn what_reaches_a_limit_is_taken_and_what_is_beyond_it_is_not() {
    let failures: Vec<_> =
        LIMITS.iter().flat_map(|limit| [edge(limit), beyond(limit)]).filter_map(Result::err).collect();
    golden::report(LIMITS.len() * 2, &failures);
}

fn edge((name, most, _, connector): &Limit) -> Result<(), String> {
    let errors = errors(&connector(*most));
    if errors.is_empty() { Ok(()) } else { Err(format!("{most} {name}: {errors:?}")) }
}

fn beyond((name, most, code, connector): &Limit) -> Result<(), String> {
    let errors = errors(&connector(most + 1));
    let said = !errors.is_empty() && errors.iter().all(|(said, _)| said == code);
    if said { Ok(()) } else { Err(format!("{} {name}: {errors:?}", most + 1)) }
}

fn errors(sources: &Sources) -> Vec<(&'static str, String)> {
    let found = diagnose(sources);
    let errors = found.iter().filter(|found| found.severity() == Severity::Error);
    errors.map(|found| (found.code().as_str(), found.message().to_owned())).take(3).collect()
}

/// A manifest with these types.
fn base(types: &str) -> String {
    format!("{HEAD}{NAME}{DESCRIPTION}{ACTION}types: {{{types}}}\n")
}

/// A manifest with these auth methods.
fn with_auth(methods: &[String]) -> Sources {
    one(base("T: string")
        .replace("auth: {public: {type: none}}", &format!("auth: {{{}}}", methods.join(", "))))
}

/// A manifest with a session, which begins with a login and these steps.
fn session(steps: &[String]) -> Sources {
    let login = "{post: /login, capture: {token: '{{ response.body.token }}'}}";
    let steps = [&[login.to_owned()], steps].concat().join(", ");
    let header = "headers: {authorization: 'Bearer {{ captured.token }}'}";
    with_auth(&[format!("m: {{type: session, steps: [{steps}], {header}}}")])
}

/// A manifest with an OAuth 2.0 method that says this, too.
fn oauth2(more: &str) -> Sources {
    let url = "https://example.com/token";
    with_auth(&[format!("m: {{type: oauth2, grant: client_credentials, token_url: '{url}', {more}}}")])
}

fn one(text: String) -> Sources {
    Sources::new(SourceFile::new("manifest.yaml", text))
}

/// A comment makes it as long as that.
fn padded(text: &str, bytes: usize) -> String {
    format!("{text}#{}", "-".repeat(bytes - text.len() - 1))
}

/// A connector of so many bytes, in files that are not too large.
fn connector_of(bytes: usize) -> Sources {
    let mut sources = one(base("T: string") + "include: [types/]\n");
    let mut left = bytes - sources.manifest().text().len();
    for file in 0.. {
        let part = left.min(1 << 20).min(if left > 1 << 20 { left - 64 } else { left });
        let name = format!("types/{file:03}.yaml");
        sources = sources.with_included(name.clone(), SourceFile::new(name, padded("types: {}\n", part)));
        left -= part;
        if left == 0 {
            break;
        }
    }
    sources
}

fn list(count: usize) -> String {
    (0..count).map(|value| format!("v{value}")).collect::<Vec<_>>().join(", ")
}

fn fields(start: &str, count: usize) -> String {
    (0..count).map(|field| format!("{start}{field}: string")).collect::<Vec<_>>().join(", ")
}

/// The values of a flow-styled text: those that its marks separate.
fn count(text: &str) -> usize {
    let sources = one(text.to_owned());
    let mut diagnostics = couplet_compiler::Diagnostics::default();
    let document = couplet_compiler::parse(&sources, &mut diagnostics).expect("it is YAML");
    values(&document.to_json())
}

/// Keys are values, too.
fn values(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(items) => 1 + items.iter().map(values).sum::<usize>(),
        serde_json::Value::Object(members) => {
            1 + members.values().map(|member| 1 + values(member)).sum::<usize>()
        }
        _ => 1,
    }
}
