//! A document: YAML values, each with its place.

use crate::source::Span;

/// The YAML of a connector, its includes merged.
///
/// Invariant: only `parse` builds it, and only from text that is YAML, has no duplicate key, no tag, no key but
/// text, and keeps within the limits.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) root: Node,
    /// The SHA-256 of the files, in hexadecimal.
    pub(crate) hash: String,
}

/// A value.
#[derive(Debug, Clone)]
pub struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A scalar: its text and what YAML's core schema makes of it.
#[derive(Debug, Clone)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) style: Style,
    pub(crate) value: Value,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Quoted,
    DoubleQuoted,
    Block,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text,
}

/// A member of a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

impl Document {
    /// The value at a JSON pointer (RFC 6901).
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        self.locate(pointer).map(|(_, node)| node)
    }

    /// The value at a JSON pointer, and the place of its key.
    pub(crate) fn locate(&self, pointer: &str) -> Option<(Option<Span>, &Node)> {
        let mut at = (None, &self.root);
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            at = match &at.1.kind {
                Kind::Map(entries) => {
                    let entry = entries.iter().find(|entry| entry.key == step)?;
                    (Some(entry.key_span), &entry.value)
                }
                Kind::List(items) => (None, items.get(step.parse::<usize>().ok()?)?),
                Kind::Scalar(_) => return None,
            };
        }
        Some(at)
    }

    /// The document as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.root.to_json()
    }
}

impl Node {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The value as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Scalar(scalar) => match scalar.value {
                Value::Null => serde_json::Value::Null,
                Value::Bool(value) => value.into(),
                Value::Int(value) => i64::try_from(value).map_or_else(
                    |_| u64::try_from(value).map_or(serde_json::Value::Null, Into::into),
                    Into::into,
                ),
                Value::Float(value) => value.into(),
                Value::Text => scalar.text.clone().into(),
            },
            Kind::List(items) => items.iter().map(Node::to_json).collect(),
            Kind::Map(entries) => serde_json::Value::Object(
                entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect(),
            ),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// What a message calls it.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::Scalar(scalar) => match scalar.value {
                Value::Null => "nothing".to_owned(),
                Value::Bool(value) => format!("the boolean `{value}`"),
                Value::Int(_) | Value::Float(_) => format!("the number `{}`", scalar.text),
                Value::Text => "a text".to_owned(),
            },
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a mapping".to_owned(),
        }
    }
}
