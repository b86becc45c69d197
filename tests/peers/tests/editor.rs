//! What an editor makes of the manifest language: the schema in `schemas/`, served by the real YAML language server.

use std::path::Path;
use std::process::Command;

use couplet_peers::Server;
use serde_json::{Value, json};

/// A manifest that is right. Its first line is how a manifest names its schema.
const MANIFEST: &str = "\
# yaml-language-server: $schema=../../schemas/connector.schema.json
couplet: 1
name: weather
version: 0.1.0
title: Weather
description: What the weather is.
links: {docs: https://weather.example/docs}
categories: [weather]
auth:
  key:
    type: api_key
    in: header
    name: X-Key
api:
  base_url: https://weather.example/v1
test: get_weather
actions:
  get_weather:
    summary: The weather now
    get: /weather
    output: {fields: {degrees: number}}
";

fn server() -> Server {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = here.join("node_modules/yaml-language-server/bin/yaml-language-server");
    let yaml = json!({
        "validate": true, "hover": true, "completion": true, "schemas": {},
        "schemaStore": {"enable": false}, "kubernetesCRDStore": {"enable": false},
    });
    Server::start(Command::new("node").arg(program).arg("--stdio"), json!({"yaml": yaml}))
}

fn uri(name: &str) -> String {
    format!("file://{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The line, from 0, that begins with this text, and the column behind it.
fn behind(text: &str, start: &str) -> (usize, usize) {
    let line = text.lines().position(|line| line.starts_with(start)).expect("the line is there");
    (line, start.len())
}

/// What the server offers: label and documentation.
fn offers(server: &mut Server, name: &str, text: &str, at: (usize, usize)) -> Vec<(String, String)> {
    let uri = uri(name);
    server.open(&uri, text);
    let answer = server.ask("textDocument/completion", &uri, at.0, at.1);
    let items = answer["items"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
    items.iter().map(|item| (plain(&item["label"]), plain(&item["documentation"]))).collect()
}

/// A text, or the text of Markdown content.
fn plain(value: &Value) -> String {
    value.as_str().or(value["value"].as_str()).unwrap_or_default().to_owned()
}

#[test]
fn a_good_manifest_has_no_diagnostic() {
    let diagnostics = server().open(&uri("good.yaml"), MANIFEST);
    assert_eq!(diagnostics, Vec::<Value>::new());
}

#[test]
fn a_broken_manifest_has_its_diagnostic_where_it_is_broken() {
    let mut server = server();
    for (name, wrong, line) in [
        ("key.yaml", MANIFEST.replace("  base_url:", "  base_urll:"), "  base_urll:"),
        ("value.yaml", MANIFEST.replace("    in: header", "    in: headre"), "    in: headre"),
        ("type.yaml", MANIFEST.replace("couplet: 1", "couplet: one"), "couplet: one"),
    ] {
        let (line, _) = behind(&wrong, line);
        let diagnostics = server.open(&uri(name), &wrong);
        let lines: Vec<_> =
            diagnostics.iter().map(|diagnostic| diagnostic["range"]["start"]["line"].as_u64()).collect();
        assert!(lines.contains(&Some(line as u64)), "{name}: line {line} is not among {diagnostics:#?}");
    }
}

#[test]
fn completion_offers_the_keys_of_a_manifest_with_their_documentation() {
    let text = MANIFEST.replace("categories: [weather]\n", "\n");
    let line = text.lines().position(str::is_empty).expect("there is an empty line");
    let offers = offers(&mut server(), "keys.yaml", &text, (line, 0));
    for key in ["categories", "config", "setup", "types", "include", "license"] {
        let offer = offers.iter().find(|(label, _)| label == key);
        let (_, documentation) = offer.unwrap_or_else(|| panic!("`{key}` is not among {offers:?}"));
        assert!(documentation.len() > 15, "`{key}` is offered without documentation: {documentation:?}");
    }
    assert!(!offers.iter().any(|(label, _)| label == "name"), "a key that is there is offered: {offers:?}");
}

#[test]
fn completion_offers_the_types_of_auth_with_their_documentation() {
    let text = MANIFEST.replace("    type: api_key\n    in: header\n    name: X-Key\n", "    type: \n");
    let offers = offers(&mut server(), "auth.yaml", &text, behind(&text, "    type: "));
    for ty in ["none", "basic", "bearer", "api_key"] {
        let offer = offers.iter().find(|(label, _)| label == ty);
        let (_, documentation) = offer.unwrap_or_else(|| panic!("`{ty}` is not among {offers:?}"));
        assert!(documentation.len() > 10, "`{ty}` is offered without documentation: {documentation:?}");
    }
}

#[test]
fn hovering_over_a_key_explains_it() {
    let mut server = server();
    let uri = uri("hover.yaml");
    server.open(&uri, MANIFEST);
    let (line, _) = behind(MANIFEST, "  base_url");
    let hover = server.ask("textDocument/hover", &uri, line, 4);
    let shown = plain(&hover["contents"]);
    assert!(shown.contains("The URL that paths are appended to"), "{hover}");
}
