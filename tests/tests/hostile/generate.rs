//! Hostile manifests that are too large to write down, by the names that `rows.json` gives them.

use std::fmt::Write as _;

/// The bytes of a file.
pub(crate) fn bytes(name: &str, base: &str) -> Vec<u8> {
    match name {
        "utf-16" => base.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "invalid-utf-8" => [b"title: ", &[0xff, 0xfe][..]].concat(),
        "overlong-utf-8" => [b"title: ", &[0xc0, 0xaf][..]].concat(),
        _ => text(name, base).into_bytes(),
    }
}

fn text(name: &str, base: &str) -> String {
    match name {
        "alias-bomb-6" => alias_bomb(6),
        "alias-bomb-9" => alias_bomb(9),
        "flow-1000" => format!("a: {}", "[".repeat(1_000)),
        "flow-100000" => format!("a: {}", "[".repeat(100_000)),
        "block-map-3000" => nested(600, |depth| format!("{}a:\n", " ".repeat(depth))),
        "block-list-10000" => format!("a:\n  {}x\n", "- ".repeat(10_000)),
        "byte-order-mark" => format!("\u{feff}{base}"),
        "crlf" => base.replace('\n', "\r\n"),
        "lone-cr" => base.replacen('\n', "\r", 3),
        "raw-nul" => base.replace("title: Provider", "title: \"Provi\0der\""),
        "raw-escape" => base.replace("title: Provider", "title: \"Provi\u{1b}der\""),
        "scalar-10-mb" => format!("title: {}\n", "x".repeat(10_000_000)),
        "file-1.1-mib" => format!("{base}{}", "# comment\n".repeat(115_000)),
        "keys-300000" => (0..300_000).fold(String::new(), |mut text, key| {
            let _ = writeln!(text, "{key:x}:");
            text
        }),
        "schema-deep-edge" => in_types(base, &deep(50)),
        "schema-deep-over" => in_types(base, &deep(65)),
        "composition-64" => {
            in_types(base, &format!("  Deep: {}string{}\n", "{allOf: [".repeat(64), "]}".repeat(64)))
        }
        "composition-1000" => {
            let parts: Vec<_> = (0..1_000).map(|part| format!("{{fields: {{a{part}: integer}}}}")).collect();
            in_types(base, &format!("  Wide: {{oneOf: [{}]}}\n", parts.join(", ")))
        }
        "enum-2000" => in_types(base, &enumeration(2_000)),
        "enum-20000" => in_types(base, &enumeration(20_000)),
        "actions-10000" => many_actions(base, 10_000),
        "actions-over" => many_actions(base, 5_001),
        "fields-500" => base.replace("    input: {text: string}\n", &fields(500)),
        "property-name-64-kib" => in_types(
            base,
            &format!("  Named: {{properties: {{\"{}\": {{type: string}}}}}}\n", "a".repeat(65_536)),
        ),
        "constant-3000" => {
            let value = format!("{}1{}", "[".repeat(3_000), "]".repeat(3_000));
            in_types(base, &format!("  Constant: {{type: any, default: {value}}}\n"))
        }
        "cyclic-1000" => in_types(base, &cyclic(1_000)),
        "ten-errors" => {
            let typos = (0..10).fold(String::new(), |mut text, line| {
                let _ = writeln!(text, "typo{line}: x");
                text
            });
            format!("{base}{typos}")
        }
        "twice" => base.to_owned(),
        "mebibyte" => mebibyte(base),
        _ => panic!("`{name}` is not made here"),
    }
}

/// Each level holds nine of the level below.
fn alias_bomb(levels: usize) -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..=levels {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = writeln!(text, "a{level}: &a{level} [{below}]");
    }
    text
}

fn nested(levels: usize, line: impl Fn(usize) -> String) -> String {
    (0..levels).map(line).collect()
}

fn in_types(base: &str, types: &str) -> String {
    base.replace("types:\n", &format!("types:\n{types}"))
}

/// A list of lists… of texts.
fn deep(levels: usize) -> String {
    format!("  Deep: {}string{}\n", "[".repeat(levels), "]".repeat(levels))
}

fn enumeration(values: usize) -> String {
    let values: Vec<_> = (0..values).map(|value| format!("value-{value}")).collect();
    format!("  Many: {{enum: [{}]}}\n", values.join(", "))
}

fn fields(count: usize) -> String {
    let fields: Vec<_> =
        (0..count).map(|field| format!("field{field}: {{type: string, optional: true}}")).collect();
    format!("    input: {{text: string, {}}}\n", fields.join(", "))
}

/// Small, so that the file stays below its limit.
fn many_actions(base: &str, count: usize) -> String {
    let start = base.find("actions:\n").expect("the base manifest has actions");
    (0..count).fold(
        format!("{}actions:\n", &base[..start]).replace("test: get_thing", "test: a0"),
        |mut text, action| {
            let _ = writeln!(text, " a{action}: {{summary: A, get: /{action}}}");
            text
        },
    )
}

/// Every type holds each of its ten neighbours, all around.
fn cyclic(types: usize) -> String {
    let mut text = String::new();
    for ty in 0..types {
        let members: Vec<_> = (1..=10)
            .map(|step| format!("m{step}: {{type: T{}, optional: true}}", (ty + step * step) % types))
            .collect();
        let _ = writeln!(text, "  T{ty}: {{fields: {{{}}}}}", members.join(", "));
    }
    text
}

/// The base manifest, filled with types up to the limit.
fn mebibyte(base: &str) -> String {
    let room = (1 << 20) - base.len() - 100;
    let mut types = String::new();
    for ty in 0.. {
        let line = format!(
            "  Filler{ty}: {{description: A type that fills the file., fields: {{id: integer, name: string, note: {{type: string, optional: true}}}}}}\n"
        );
        if types.len() + line.len() > room {
            break;
        }
        types.push_str(&line);
    }
    in_types(base, &types)
}
