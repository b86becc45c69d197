//! Hostile texts, the places where they go, and the manifests that come of both.

use std::sync::OnceLock;

use couplet_compiler::{Diagnostics, SourceFile, Sources, parse};
use couplet_tests::repository;
use serde_json::Value;

/// A hostile text.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// A place of the base manifest that holds a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slot {
    pub(crate) at: String,
    pub(crate) is: String,
    pub(crate) also: Vec<String>,
}

/// The texts.
pub(crate) fn payloads() -> Vec<Payload> {
    let json: Value = serde_json::from_str(&read("payloads.json")).expect("payloads.json is JSON");
    let payload = |value: &Value| Payload {
        id: value["id"].as_str().expect("a payload has an id").to_owned(),
        text: match (&value["payload"], &value["repeat"]) {
            (Value::String(text), _) => text.clone(),
            (_, Value::Array(repeat)) => {
                let times =
                    repeat[1].as_u64().and_then(|times| usize::try_from(times).ok()).expect("a number");
                repeat[0].as_str().expect("a text").repeat(times)
            }
            _ => panic!("{value} has no text"),
        },
    };
    json.as_array().expect("payloads.json is a list").iter().map(payload).collect()
}

/// The places.
pub(crate) fn slots() -> Vec<Slot> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list =
        |value: &Value| value.as_array().map(|list| list.iter().map(text).collect()).unwrap_or_default();
    let slots = tree("slots.yaml")["slots"].clone();
    let slot =
        |slot: &Value| Slot { at: text(&slot["at"]), is: text(&slot["is"]), also: list(&slot["also"]) };
    slots.as_array().expect("a list").iter().map(slot).collect()
}

/// The base manifest as a tree.
pub(crate) fn base() -> Value {
    static BASE: OnceLock<Value> = OnceLock::new();
    BASE.get_or_init(|| tree("base.yaml")).clone()
}

/// A file of the cases' folder as a tree, read by our own parser.
pub(crate) fn tree(name: &str) -> Value {
    let sources = Sources::new(SourceFile::new(name, read(name)));
    let mut diagnostics = Diagnostics::default();
    let document = parse(&sources, &mut diagnostics);
    document.unwrap_or_else(|_| panic!("{name}: {:?}", diagnostics.sorted())).to_json()
}

/// Puts a text in some places of a tree.
pub(crate) fn put(tree: &mut Value, slot: &Slot, text: &str) {
    if slot.is == "key" {
        rename(tree, &slot.at, text);
    } else {
        *at(tree, &slot.at) = text.into();
    }
    for also in &slot.also {
        *at(tree, also) = text.into();
    }
}

/// A tree as a manifest: JSON, which is YAML, in ASCII but for what YAML has no other way to write.
pub(crate) fn manifest(tree: &Value) -> Sources {
    let json = tree.to_string();
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{ffff}' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => text.push(c),
        }
    }
    Sources::new(SourceFile::new("manifest.yaml", text))
}

fn at<'v>(tree: &'v mut Value, pointer: &str) -> &'v mut Value {
    tree.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not in the base manifest"))
}

/// Renames a member and keeps its place.
fn rename(tree: &mut Value, pointer: &str, to: &str) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let object = at(tree, parent).as_object_mut().unwrap_or_else(|| panic!("{parent} is no object"));
    assert!(object.contains_key(name), "{pointer} is not in the base manifest");
    let members = std::mem::take(object);
    *object = members
        .into_iter()
        .map(|(key, value)| (if key == name { to.to_owned() } else { key }, value))
        .collect();
}

fn read(name: &str) -> String {
    let path = repository("tests/cases/hostile").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
