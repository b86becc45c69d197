//! Help, completions, manual pages, the schema, the pages of codes, and what the compiler made of a manifest.

mod support;

use std::process::Stdio;

use serde_json::Value;
use support::Folder;

const COMMANDS: &[&str] = &[
    "new",
    "check",
    "explain",
    "build",
    "request",
    "call",
    "test",
    "mock",
    "dump",
    "schema",
    "completions",
    "man",
];

#[test]
fn help_lists_the_commands_in_the_order_of_work() {
    let folder = Folder::new();
    let ran = folder.run(&["--help"]).ends(0);
    let places: Vec<_> = COMMANDS.iter().map(|name| ran.stdout.find(&format!("\n  {name} "))).collect();
    assert!(places.iter().all(Option::is_some), "{}", ran.stdout);
    assert!(places.is_sorted(), "{}", ran.stdout);
    for name in COMMANDS {
        let ran = folder.run(&[name, "--help"]).ends(0);
        assert!(ran.stdout.contains(&format!("Usage: couplet {name}")), "{}", ran.stdout);
        let short = folder.run(&[name, "-h"]).ends(0);
        assert!(short.stdout.lines().all(|line| line.chars().count() <= 120), "{}", short.stdout);
    }
    folder.run(&[]).ends(2).says(&["Usage: couplet"]);
    folder.run(&["--version"]).ends(0).prints(&[concat!("couplet ", env!("CARGO_PKG_VERSION"))]);
}

/// What `-h` says of each command, as it is reviewed: `BLESS=1` writes it anew.
#[test]
fn help_is_as_it_was_reviewed() {
    let folder = Folder::new();
    let mut text = String::new();
    for arguments in std::iter::once(&["-h"][..]).chain(HELPS.iter().copied()) {
        let mut command = folder.command(arguments);
        command.env_remove("COLUMNS");
        let output = command.output().expect("the command runs");
        assert!(output.status.success(), "{arguments:?}");
        let help = String::from_utf8(output.stdout).expect("text").replace("couplet.exe", "couplet");
        text.push_str(&format!("$ couplet {}\n{help}\n", arguments.join(" ")));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/help.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &text).expect("the file is written");
    }
    let reviewed = std::fs::read_to_string(path).expect("tests/help.txt").replace("\r\n", "\n");
    assert!(reviewed == text, "the help has changed: run with BLESS=1, and read the diff\n{text}");
}

const HELPS: &[&[&str]] = &[
    &["new", "-h"],
    &["check", "-h"],
    &["explain", "-h"],
    &["import", "-h"],
    &["import", "nango", "-h"],
    &["build", "-h"],
    &["request", "-h"],
    &["call", "-h"],
    &["test", "-h"],
    &["mock", "-h"],
    &["dump", "-h"],
    &["schema", "-h"],
    &["completions", "-h"],
    &["man", "-h"],
];

#[test]
fn completions_know_the_commands() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = folder.run(&["completions", shell]).ends(0);
        for name in COMMANDS {
            assert!(ran.stdout.contains(name), "{shell} lacks {name}");
        }
        assert!(ran.stdout.contains("dry-run"), "{shell}");
    }
    folder.run(&["completions", "csh"]).ends(2);
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let folder = Folder::new();
    folder.run(&["man"]).ends(0).prints(&[".TH couplet 1", ".SH NAME", "couplet\\-check(1)"]);
    folder.run(&["man", "--out", "man"]).ends(0);
    assert!(folder.read("man/couplet.1").contains(".SH SYNOPSIS"));
    for name in COMMANDS {
        let page = folder.read(&format!("man/couplet-{name}.1"));
        assert!(page.contains(".TH couplet") && page.contains(".SH SYNOPSIS"), "{page}");
    }
}

#[test]
fn the_schema_is_printed_and_written() {
    let folder = Folder::new();
    let ran = folder.run(&["schema"]).ends(0);
    let schema: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(schema["properties"]["actions"].is_object());
    folder.run(&["schema", "--out", "schemas/connector.schema.json"]).ends(0);
    assert_eq!(folder.read("schemas/connector.schema.json"), ran.stdout);
}

#[test]
fn every_code_has_its_page() {
    let folder = Folder::new();
    let list = folder.run(&["explain", "--list"]).ends(0).stdout;
    assert_eq!(list, folder.run(&["explain"]).ends(0).stdout);
    let codes: Vec<_> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(codes.len() >= 40, "{list}");
    for code in &codes[..5] {
        folder.run(&["explain", code]).ends(0).prints(&[code]);
    }
    folder
        .run(&["explain", "auth"])
        .ends(0)
        .prints(&["# How a manifest says how to authenticate", "aws_sigv4"]);
    folder.run(&["explain", "error[unknown-key]:"]).ends(0).prints(&["unknown-key"]);
}

#[test]
fn every_stage_is_dumped_and_the_same_each_time() {
    let folder = Folder::with_shop();
    for (stage, part) in [
        ("document", "\"summary\": \"One order\""),
        ("manifest", "Manifest {"),
        ("connector", "Connector {"),
        ("plan", "Plan {"),
        ("crate", "src/lib.rs"),
    ] {
        let ran = folder.run(&["dump", "shop", "--stage", stage]).ends(0).prints(&[part]);
        assert_eq!(ran.stdout, folder.run(&["dump", "shop", "--stage", stage]).ends(0).stdout, "{stage}");
    }
    folder.run(&["dump", "shop", "--stage", "plann"]).ends(2).says(&["plan"]);
}

#[test]
fn actions_are_listed_with_their_summaries() {
    let folder = Folder::with_shop();
    folder
        .run(&["call", "shop"])
        .ends(0)
        .prints(&["get_me        The account\n", "create_order  Order something\n"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::with_shop();
    for arguments in [
        &["schema"][..],
        &["completions", "bash"],
        &["dump", "shop", "--stage", "crate"],
        &["explain"],
        &["man"],
    ] {
        let mut child = folder
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}
