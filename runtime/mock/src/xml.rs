//! XML, as expressions have it: `@name` is an attribute, `$` the text beside attributes, a list repeats its element.

use serde_json::Value;

/// The document of a tree with one root.
pub(crate) fn written(tree: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    if let Value::Object(members) = tree {
        members.iter().take(1).for_each(|(name, value)| element(&mut out, name, value));
    }
    out
}

fn element(out: &mut String, name: &str, value: &Value) {
    if let Value::Array(items) = value {
        items.iter().for_each(|item| element(out, name, item));
        return;
    }
    out.push('<');
    out.push_str(name);
    let members = value.as_object();
    for (key, value) in members.into_iter().flatten() {
        if let Some(attribute) = key.strip_prefix('@') {
            out.push_str(&format!(" {attribute}=\"{}\"", escaped(&text(value))));
        }
    }
    out.push('>');
    match members {
        None => out.push_str(&escaped(&text(value))),
        Some(members) => {
            for (key, value) in members.iter().filter(|(key, _)| !key.starts_with('@')) {
                if key == "$" {
                    out.push_str(&escaped(&text(value)));
                } else {
                    element(out, key, value);
                }
            }
        }
    }
    out.push_str(&format!("</{name}>"));
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
