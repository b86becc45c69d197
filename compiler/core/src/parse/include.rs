//! `include`: files of the connector's folder that hold more types and actions.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{Entry, Kind, Node, Value};
use crate::source::{FileId, Span};

/// What an included file may hold.
const PARTS: [&str; 2] = ["types", "actions"];

/// The texts under `include`, with their places.
pub(super) fn entries(root: &Node) -> impl Iterator<Item = (&str, Span)> {
    let items = match root.get("include").map(|entry| &entry.value.kind) {
        Some(Kind::List(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(|item| match &item.kind {
        Kind::Scalar(scalar) if scalar.value == Value::Text => Some((scalar.text.as_str(), item.span)),
        _ => None,
    })
}

/// Why a text names no file of the connector's folder.
pub(super) fn wrong(text: &str) -> Option<&'static str> {
    let name = text.strip_suffix('/').unwrap_or(text);
    let fits = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if !name.split('/').all(fits) {
        Some(
            "it must stay within the manifest's folder: words of letters, digits, `-`, `_` and `.`, joined by `/`",
        )
    } else if !text.ends_with('/') && !text.ends_with(".yaml") {
        Some("it must end with `.yaml`, or with `/` for all `.yaml` files of a folder")
    } else {
        None
    }
}

/// Puts the types and the actions of included files behind the manifest's own.
pub(super) fn merge(mut root: Node, parts: Vec<(&str, FileId, Node)>, diagnostics: &mut Diagnostics) -> Node {
    for (text, span) in entries(&root) {
        if let Some(why) = wrong(text) {
            let message = format!("`{text}` cannot be included: {why}");
            diagnostics.report(Diagnostic::new(Code::BAD_INCLUDE, message, span));
            continue;
        }
        let found = parts
            .iter()
            .any(|(name, ..)| if text.ends_with('/') { name.starts_with(text) } else { *name == text });
        if !found {
            let message = format!("`{text}` is not in the manifest's folder, or holds no `.yaml` file");
            diagnostics.report(Diagnostic::new(Code::BAD_INCLUDE, message, span));
        }
    }
    for (_, _, part) in parts {
        let Kind::Map(entries) = part.kind else { continue };
        for entry in entries {
            if PARTS.contains(&entry.key.as_str()) {
                add(&mut root, entry, diagnostics);
            } else {
                let message = format!("an included file holds `types` and `actions`, not `{}`", entry.key);
                let help = "move it to the manifest itself";
                let diagnostic = Diagnostic::new(Code::UNKNOWN_KEY, message, entry.key_span).help(help);
                diagnostics.report(diagnostic.suggest_nearest(&entry.key, PARTS));
            }
        }
    }
    root
}

fn add(root: &mut Node, part: Entry, diagnostics: &mut Diagnostics) {
    let Kind::Map(members) = &mut root.kind else { return };
    let Some(at) = members.iter().position(|member| member.key == part.key) else {
        members.push(part);
        return;
    };
    let (Kind::Map(known), Kind::Map(more)) = (&mut members[at].value.kind, part.value.kind) else {
        // Whoever decodes the manifest says that it is not a mapping.
        return;
    };
    let mut places: BTreeMap<String, Span> =
        known.iter().map(|member| (member.key.clone(), member.key_span)).collect();
    for entry in more {
        match places.insert(entry.key.clone(), entry.key_span) {
            Some(first) => {
                let message = format!("`{}` stands in two files of the connector", entry.key);
                let diagnostic = Diagnostic::new(Code::DUPLICATE_KEY, message, entry.key_span)
                    .label("again here")
                    .also(first, "first here")
                    .help("give one of the two another name");
                diagnostics.report(diagnostic);
            }
            None => known.push(entry),
        }
    }
}
