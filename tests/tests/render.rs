//! Diagnostics as people, tools and GitHub's checks get them: nothing of a manifest takes effect there.

use couplet_compiler::diagnostic::{to_github, to_json, to_text};
use couplet_compiler::{SourceFile, Sources};
use couplet_tests::manifests::diagnose;

/// Keys, values and a file's name that would move a cursor, turn text, end a line or begin a command.
const HOSTILE: &str = "\"\\e[31mred\\e[0m\\r\\n::error::x\": 1\n\"\\u202e\\u200b%0A::warning::y,z:\": &a [*b]\nname: \"a\\u0007\"\n";

fn hostile() -> Sources {
    Sources::new(SourceFile::new(
        "a\u{1b}[2J,b:c\n::error::d%.yaml",
        format!("{HOSTILE}# \u{9b}31m \u{202e}\n"),
    ))
}

fn one(text: &str) -> Sources {
    Sources::new(SourceFile::new("manifest.yaml", text))
}

fn obeys(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn a_terminal_obeys_no_text_of_a_manifest() {
    for text in [
        HOSTILE.to_owned(),
        format!("title: \u{1b}[31m\n{HOSTILE}"),
        format!("{HOSTILE}title: 'a\u{202e}b'\n"),
    ] {
        let sources = Sources::new(SourceFile::new("a\u{1b}[2J\r\n.yaml", text));
        let found = diagnose(&sources);
        assert!(!found.is_empty());
        let shown = to_text(&found, &sources, false);
        assert!(!shown.chars().any(obeys), "{shown:?}");
        let styled = to_text(&found, &sources, true);
        // Styles are ours: each begins with ESC, `[` and ends with `m`, and none of them clears or moves.
        let rest = styled.split('\u{1b}').skip(1).find(|rest| {
            let end = rest.find(|c: char| c.is_ascii_alphabetic());
            !rest.starts_with('[') || end.is_none_or(|end| rest.as_bytes()[end] != b'm')
        });
        assert_eq!(rest, None);
    }
}

#[test]
fn an_annotation_is_one_line_and_no_other_command() {
    let sources = hostile();
    let found = diagnose(&sources);
    let shown = to_github(&found, &sources);
    assert_eq!(shown.lines().count(), found.len());
    for line in shown.lines() {
        let (properties, message) = line[2..].split_once("::").expect("a command has a message");
        assert!(line.starts_with("::error ") || line.starts_with("::warning "), "{line}");
        assert_eq!(properties.matches(',').count(), 5, "{properties}");
        assert!(!message.is_empty());
    }
}

#[test]
fn an_annotation_says_where_and_what_to_do() {
    let sources = one("couplet: 1\nnmae: x\n");
    let shown = to_github(&diagnose(&sources), &sources);
    let line = "::error file=manifest.yaml,line=2,col=1,endLine=2,endColumn=5,title=unknown-key::a manifest has no key `nmae`%0Adid you mean `name`?";
    assert!(shown.lines().any(|shown| shown == line), "{shown}");
}

#[test]
fn json_has_places_in_lines_and_in_bytes() {
    let sources = one("title: é\nnmae: x\n");
    let shown = to_json(&diagnose(&sources), &sources);
    let found = shown.as_array().expect("it is a list").iter().find(|found| found["code"] == "unknown-key");
    let found = found.expect("the key is unknown");
    assert_eq!(found["severity"], "error");
    assert_eq!(
        found["labels"],
        serde_json::json!([{
            "file": "manifest.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 5, "start": 10, "end": 14, "text": "",
        }])
    );
    assert_eq!(found["suggestion"]["replacement"], "name");
    assert_eq!(found["suggestion"]["start"], 10);
}

#[test]
fn text_shows_the_first_and_counts_the_rest() {
    let keys: String = (0..80).map(|key| format!("zzzzzzzz{key}: 1\n")).collect();
    let sources = one(&keys);
    let found = diagnose(&sources);
    let shown = to_text(&found, &sources, false);
    assert_eq!(shown.matches("error[").count(), 50);
    assert!(shown.contains(&format!("and {} more", found.len() - 50)), "{shown}");
}

#[test]
fn a_line_of_a_megabyte_is_not_shown_whole() {
    let sources = one(&format!("a: [{}]\nb: {{: 1\n", "x, ".repeat(200_000)));
    let shown = to_text(&diagnose(&sources), &sources, false);
    assert!(!shown.is_empty() && shown.len() < 20_000, "{} bytes", shown.len());
}

#[test]
fn what_looks_like_a_credential_is_not_repeated() {
    let secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    let sources = one(&format!("title: {secret}\ndescription: {{}}\nnmae: {secret}\n"));
    let found = diagnose(&sources);
    assert!(found.iter().any(|found| found.code().as_str() == "literal-secret"));
    let first = &found
        [found.iter().position(|found| found.code().as_str() == "literal-secret").unwrap_or_default()..];
    let shown = to_text(&first[..1], &sources, false);
    assert!(!shown.contains(secret), "{shown}");
    assert!(!to_json(&found, &sources).to_string().contains(secret));
    assert!(!to_github(&found, &sources).contains(secret));
}

#[test]
fn equal_manifests_are_judged_equally_whatever_wrote_them() {
    let text = "couplet: 1\nname: a\ntitle: |\n  x\n  y\n";
    let said = |text: String| {
        let sources = one(&text);
        to_json(&diagnose(&sources), &sources)
    };
    let plain = said(text.to_owned());
    assert_eq!(said(text.replace('\n', "\r\n")), plain);
    assert_eq!(said(format!("\u{feff}{text}")), plain);
    let lone = said(text.replace('\n', "\r"));
    assert_eq!(lone[0]["code"], "control-character");
}

#[test]
fn a_file_that_is_not_utf_8_says_where() {
    for (bytes, at) in
        [(&b"a: \xff"[..], 3), (b"\xff\xfea\0", 0), (b"a: \xc0\xaf", 3), (b"ab\xed\xa0\x80", 2)]
    {
        let error = SourceFile::from_bytes("m.yaml", bytes.to_vec()).expect_err("it is no UTF-8");
        assert!(error.contains(&format!("offset {at} ")), "{error}");
    }
}
