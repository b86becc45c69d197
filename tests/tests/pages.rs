//! The pages of the diagnostics: each shows a manifest that triggers its code and one that does not, and both are run.
//!
//! A page is `compiler/core/diagnostics/CODE.md`. Its blocks are marked `yaml rejected`, `yaml accepted`, or
//! `yaml NAME.yaml` for a file that both include. A block without `couplet:` is a part of a manifest: its keys stand in
//! the place of those of a manifest that says nothing remarkable.

use std::collections::BTreeSet;

use couplet_compiler::diagnostic::{Severity, codes, explain, to_text};
use couplet_compiler::{Diagnostic, SourceFile, Sources};
use couplet_tests::manifests::diagnose;
use couplet_tests::{entries, golden, stem};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

const FOLDER: &str = "compiler/core/diagnostics";

/// Pages that show no manifest, and why.
const WITHOUT: [(&str, &str); 1] =
    [("schema-disagrees", "no manifest triggers it, unless the compiler itself is wrong")];

const BASE: &str = "\
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
  ping: {summary: Whether it answers, get: /ping}
";

#[test]
fn there_is_a_page_for_each_code_and_no_other() {
    let pages: BTreeSet<_> = entries(FOLDER).iter().map(|path| stem(path)).collect();
    let codes: BTreeSet<_> = codes().map(|code| code.as_str().to_owned()).collect();
    assert_eq!(pages, codes);
}

#[test]
fn the_manifests_of_each_page_do_what_it_says() {
    let pages: Vec<_> = codes().collect();
    let failures: Vec<_> = pages
        .iter()
        .filter_map(|code| {
            run(code.as_str(), code.page()).err().map(|why| format!("{}: {why}", code.as_str()))
        })
        .collect();
    golden::report(pages.len(), &failures);
}

#[test]
fn the_manifests_of_each_topic_are_accepted() {
    let mut count = 0;
    for topic in couplet_compiler::TOPICS {
        for (mark, block) in blocks(topic.page) {
            assert_eq!(mark, "accepted", "{}: {block}", topic.name);
            count += 1;
            let sources = sources(&block, &[]);
            let found = diagnose(&sources);
            let wrong = found.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
            assert!(!wrong, "{}:\n{}", topic.name, to_text(&found, &sources, false));
        }
    }
    assert!(count > 5, "{count} manifests");
}

#[test]
fn a_code_that_is_misspelt_is_explained_by_the_nearest() {
    assert_eq!(explain("unknown-key").map(|code| code.as_str()), Ok("unknown-key"));
    assert_eq!(
        explain("unknwon-key").map_err(|near| near.map(|code| code.as_str())),
        Err(Some("unknown-key"))
    );
    assert_eq!(explain("quite something else"), Err(None));
}

fn run(code: &str, page: &str) -> Result<(), String> {
    let title = page.lines().next().unwrap_or_default();
    if !title.starts_with("# ") || title.ends_with('.') {
        return Err(format!("`{title}` is no title"));
    }
    let blocks = blocks(page);
    let all = |kind: &str| blocks.iter().filter(|(mark, _)| mark == kind).collect::<Vec<_>>();
    let (rejected, accepted) = (all("rejected"), all("accepted"));
    if WITHOUT.iter().any(|(without, _)| *without == code) {
        return if blocks.is_empty() {
            Ok(())
        } else {
            Err("it is listed as one without manifests".to_owned())
        };
    }
    let ([(_, rejected)], [(_, accepted)]) = (rejected.as_slice(), accepted.as_slice()) else {
        return Err("a page shows one rejected and one accepted manifest".to_owned());
    };
    let files: Vec<_> = blocks.iter().filter(|(mark, _)| mark.ends_with(".yaml")).collect();
    if blocks.len() != files.len() + 2 {
        return Err("a block has an unknown mark".to_owned());
    }
    let sources = sources(rejected, &files);
    let found = diagnose(&sources);
    if found.is_empty() || found.iter().any(|diagnostic| diagnostic.code().as_str() != code) {
        return Err(format!(
            "the rejected manifest has other diagnostics:\n{}",
            to_text(&found, &sources, false)
        ));
    }
    let sources = self::sources(accepted, &files);
    let found = diagnose(&sources);
    let wrong = |found: &Diagnostic| found.severity() == Severity::Error || found.code().as_str() == code;
    if found.iter().any(wrong) {
        return Err(format!("the accepted manifest is not:\n{}", to_text(&found, &sources, false)));
    }
    Ok(())
}

/// The blocks of YAML, each with the word that marks it.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open = false;
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if !info.starts_with("text") => {
                let mark = info.strip_prefix("yaml ").unwrap_or_default().to_owned();
                blocks.push((mark, String::new()));
                open = true;
            }
            Event::Text(text) if open => {
                if let Some((_, block)) = blocks.last_mut() {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => open = false,
            _ => {}
        }
    }
    blocks
}

fn sources(block: &str, files: &[&(String, String)]) -> Sources {
    let mut sources = Sources::new(SourceFile::new("manifest.yaml", whole(block)));
    for (name, text) in files {
        sources = sources.with_included(name.clone(), SourceFile::new(name.clone(), text.clone()));
    }
    let included = couplet_compiler::includes(sources.manifest());
    if included.is_empty() { Sources::new(sources.manifest().clone()) } else { sources }
}

/// A block as a manifest: its keys in the place of those of the base.
fn whole(block: &str) -> String {
    if block.contains("couplet:") {
        return block.to_owned();
    }
    let keys: Vec<_> = block.lines().filter_map(key).collect();
    let mut whole = String::new();
    let mut kept = true;
    for line in BASE.lines() {
        if let Some(key) = key(line) {
            kept = !keys.contains(&key);
        }
        if kept {
            whole.push_str(line);
            whole.push('\n');
        }
    }
    whole + block
}

/// The key that a line of the first level begins with.
fn key(line: &str) -> Option<&str> {
    line.split_once(':').map(|(key, _)| key).filter(|key| !key.starts_with([' ', '#']))
}
