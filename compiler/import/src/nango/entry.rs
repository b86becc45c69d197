//! An entry of the file: what it says with its alias resolved, and where each part stands.

use couplet_compiler::Document;
use couplet_compiler::source::Span;
use serde_json::{Map, Value};

/// A provider's entry.
pub(super) struct Entry<'d> {
    /// The provider's key in the file.
    pub(super) name: String,
    document: &'d Document,
    value: Map<String, Value>,
    /// The entries that this one is an alias of, the nearest first.
    bases: Vec<String>,
}

impl<'d> Entry<'d> {
    /// Reads the entry of a key. An alias holds all that its base says, but for what it says itself.
    pub(super) fn read(
        document: &'d Document,
        all: &Map<String, Value>,
        name: &str,
        value: &Value,
    ) -> Result<Self, String> {
        let own = value.as_object().ok_or("the entry is not a mapping")?;
        let mut bases = Vec::new();
        let value = resolve(own, all, &mut bases)?;
        Ok(Self { name: name.to_owned(), document, value, bases })
    }

    /// What the entry says, by its keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.value.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// A value, by its path of keys joined by `/`.
    pub(super) fn get(&self, path: &str) -> Option<&Value> {
        let mut keys = path.split('/');
        let mut at = self.value.get(keys.next()?)?;
        for key in keys {
            at = at.get(key)?;
        }
        Some(at).filter(|value| !value.is_null())
    }

    /// A text.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether a flag is set; texts count, too, as the file has both.
    pub(super) fn flag(&self, path: &str) -> bool {
        self.get(path).is_some_and(is_true)
    }

    /// The members of a mapping.
    pub(super) fn members(&self, path: &str) -> impl Iterator<Item = (&str, &Value)> {
        let members = self.get(path).and_then(Value::as_object);
        members.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    /// The texts of a list.
    pub(super) fn texts(&self, path: &str) -> impl Iterator<Item = &str> {
        self.get(path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Where a value stands: in the entry, or else in its base, or else the entry itself.
    pub(super) fn span(&self, path: &str) -> Span {
        let escaped = |text: &str| text.replace('~', "~0").replace('/', "~1");
        let of = |entry: &str| self.document.pointer(&format!("/{}/{path}", escaped(entry)));
        of(&self.name)
            .or_else(|| self.bases.iter().find_map(|base| of(base)))
            .or_else(|| self.document.pointer(&format!("/{}", escaped(&self.name))))
            .map(couplet_compiler::document::Node::span)
            .unwrap_or_default()
    }
}

/// What an entry says, over what its base says.
fn resolve(
    own: &Map<String, Value>,
    all: &Map<String, Value>,
    bases: &mut Vec<String>,
) -> Result<Map<String, Value>, String> {
    let Some(alias) = own.get("alias") else { return Ok(own.clone()) };
    let alias = alias.as_str().ok_or("`alias` is not the name of an entry")?;
    if bases.iter().any(|base| base == alias) {
        return Err(format!("it is an alias of `{alias}`, which is an alias of itself"));
    }
    let base = all.get(alias).and_then(Value::as_object);
    let base = base.ok_or_else(|| format!("it is an alias of `{alias}`, and the file has no such entry"))?;
    bases.push(alias.to_owned());
    let mut merged = resolve(base, all, bases)?;
    for (key, value) in own.iter().filter(|(key, _)| *key != "alias") {
        match (merged.get_mut(key), value) {
            (Some(Value::Object(base)), Value::Object(own)) if key == "proxy" => {
                base.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            (_, value) => {
                merged.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(merged)
}

/// Whether a value says yes.
pub(super) fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}

/// A scalar's text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}
