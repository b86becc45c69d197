//! `couplet check`: one manifest and many, for people and for tools.

mod support;

use serde_json::Value;
use support::{Folder, SHOP};

/// A folder of 40 connectors, of which the 7th and the 31st are wrong.
fn forty() -> Folder {
    let folder = Folder::new();
    for number in 1..=40 {
        let text = SHOP.replace("name: shop", &format!("name: shop-{number:02}"));
        let text = match number {
            7 => text.replace("summary: One order", "sumary: One order"),
            31 => text.replace("output: Order\n", "output: Ordr\n"),
            _ => text,
        };
        folder.write(&format!("connectors/shop-{number:02}/manifest.yaml"), &text);
    }
    folder
}

#[test]
fn one_manifest_by_path_folder_and_name() {
    let folder = Folder::with_shop();
    for argument in ["connectors/shop/manifest.yaml", "connectors/shop", "shop", "./connectors", "."] {
        let ran =
            folder.run(&["check", argument]).ends(0).prints(&["manifest.yaml: fine", "1 connector: 1 fine"]);
        assert_eq!(ran.stderr, "", "{argument}");
    }
    folder.run(&["check"]).ends(0).prints(&["connectors/shop/manifest.yaml: fine\n1 connector: 1 fine\n"]);
}

#[test]
fn forty_files_are_told_one_by_one_in_order_and_counted() {
    let folder = forty();
    let first = folder.run(&["check"]).ends(1);
    let lines: Vec<_> = first.stdout.lines().collect();
    assert_eq!(lines.len(), 41, "{}", first.stdout);
    for (number, line) in (1..=40).zip(&lines) {
        let state = if [7, 31].contains(&number) { "error" } else { "fine" };
        assert!(line.starts_with(&format!("connectors/shop-{number:02}/manifest.yaml: ")), "{line}");
        assert!(line.contains(state), "{line}");
    }
    assert!(lines[40].starts_with("40 connectors: 38 fine, 2 with errors ("), "{}", lines[40]);
    assert!(
        first.stderr.contains("unknown-key") && first.stderr.contains("unknown-type"),
        "{}",
        first.stderr
    );
    let again = folder.run(&["check"]).ends(1);
    assert_eq!(first.stdout, again.stdout);
    assert_eq!(first.stderr, again.stderr);
}

#[test]
fn json_is_one_document() {
    let folder = forty();
    let ran = folder.run(&["check", "--format", "json"]).ends(1);
    assert_eq!(ran.stderr, "");
    let json: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(json["summary"]["connectors"], 40);
    assert_eq!(json["summary"]["with_errors"], 2);
    let connectors = json["connectors"].as_array().expect("a list");
    assert_eq!(connectors.len(), 40);
    let wrong = &connectors[6];
    assert_eq!(wrong["manifest"], "connectors/shop-07/manifest.yaml");
    let codes: Vec<_> =
        wrong["diagnostics"].as_array().expect("a list").iter().map(|found| found["code"].clone()).collect();
    assert!(codes.contains(&"unknown-key".into()), "{codes:?}");
    let found =
        wrong["diagnostics"].as_array().expect("a list").iter().find(|found| found["code"] == "unknown-key");
    let found = found.expect("the unknown key");
    assert_eq!(found["suggestion"]["replacement"], "summary");
    let (line, column) = (found["labels"][0]["line"].as_u64(), found["labels"][0]["column"].as_u64());
    let text = folder.read("connectors/shop-07/manifest.yaml");
    let at = text.lines().position(|line| line.contains("sumary")).expect("the line");
    assert_eq!((line, column), (Some(at as u64 + 1), Some(5)));
}

#[test]
fn github_gets_one_annotation_a_line() {
    let folder = forty();
    let ran =
        folder.run(&["check", "--format", "github"]).ends(1).says(&["40 connectors: 38 fine, 2 with errors"]);
    assert!(ran.stdout.lines().count() >= 2);
    for line in ran.stdout.lines() {
        let (properties, message) =
            line.strip_prefix("::error ").and_then(|rest| rest.split_once("::")).expect(line);
        let names: Vec<_> =
            properties.split(',').filter_map(|part| part.split_once('=')).map(|(name, _)| name).collect();
        assert_eq!(names, ["file", "line", "col", "endLine", "endColumn", "title"], "{line}");
        assert!(!message.is_empty());
    }
    assert!(ran.stdout.contains("title=unknown-type::"), "{}", ran.stdout);
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let folder = Folder::new();
    let text = SHOP.replace("types:\n", "types:\n  Unused: {fields: {id: string}}\n");
    folder.write("connectors/shop/manifest.yaml", &text);
    folder
        .run(&["check"])
        .ends(0)
        .prints(&["fine (1 warning)", "1 connector: 1 fine (1 warning)"])
        .says(&["unused-type"]);
    folder.run(&["check", "--deny-warnings"]).ends(1);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_checked() {
    let folder = Folder::with_shop();
    std::fs::create_dir_all(folder.path("connectors/bytes")).expect("a folder");
    std::fs::write(folder.path("connectors/bytes/manifest.yaml"), b"couplet: 1\nname: \xff\n")
        .expect("a file");
    folder
        .run(&["check"])
        .ends(1)
        .prints(&["shop/manifest.yaml: fine", "2 connectors: 1 fine, 1 with errors"])
        .says(&["UTF-8"]);
    let ran = folder.run(&["check", "--format", "json"]).ends(1);
    let json: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(json["connectors"][0]["diagnostics"][0]["code"], "unreadable");
    folder
        .run(&["check", "--format", "github"])
        .ends(1)
        .prints(&["::error file=connectors/bytes/manifest.yaml,"]);
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    let folder = Folder::new();
    folder.write("bad.yaml", "couplet: 1\nnam: x\n");
    let plain = folder.run(&["check", "bad.yaml"]).ends(1);
    assert!(!plain.stderr.contains('\u{1b}') && !plain.stdout.contains('\u{1b}'));
    let styled = folder.run(&["check", "bad.yaml", "--color", "always"]).ends(1);
    assert!(styled.stderr.contains('\u{1b}') && styled.stdout.contains('\u{1b}'));
    let never =
        folder.run_with(&[("CLICOLOR_FORCE", "1")], &["--color", "never", "check", "bad.yaml"]).ends(1);
    assert!(!never.stderr.contains('\u{1b}') && !never.stdout.contains('\u{1b}'));
}

#[test]
fn names_of_files_and_texts_do_not_reach_the_terminal_as_commands() {
    let folder = Folder::new();
    folder.write("bad.yaml", "couplet: 1\nname: \"x\\e[31m\"\n\"k\\e]0;y\\a\": 1\n");
    let ran = folder.run(&["check", "bad.yaml"]).ends(1);
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains('\u{7}'), "{}", ran.stderr);
    let ran = folder.run(&["check", "no\u{1b}[31mfile.yaml"]).ends(2);
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}
