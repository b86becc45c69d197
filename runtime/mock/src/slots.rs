//! The places of a request that templates fill, and what stands in them.

use couplet_plan::{BodyKind, Expression, NamedTemplate, Node};
use couplet_runtime::verify::{Answer, Known, Rebuilder};
use serde_json::Value;

use crate::form::query_values;
use crate::received::Request;

/// One place.
pub(crate) struct Slot {
    /// What messages call it.
    pub(crate) place: String,
    pub(crate) template: NamedTemplate<'static>,
    pub(crate) got: Option<String>,
}

/// The headers among some templates.
pub(crate) fn headers(templates: &'static [NamedTemplate<'static>], request: &Request) -> Vec<Slot> {
    let slot = |template: &NamedTemplate<'static>| Slot {
        place: format!("the header `{}`", template.name()),
        template: *template,
        got: request.header(&template.name().to_ascii_lowercase()).map(str::to_owned),
    };
    templates.iter().map(slot).collect()
}

/// Query parameters.
pub(crate) fn query(templates: &'static [NamedTemplate<'static>], query: &str) -> Vec<Slot> {
    let values = query_values(query);
    let slot = |template: &NamedTemplate<'static>| Slot {
        place: format!("the query parameter `{}`", template.name()),
        template: *template,
        got: values.iter().rev().find(|(name, _)| name == template.name()).map(|(_, value)| value.clone()),
    };
    templates.iter().map(slot).collect()
}

/// The members of a body, of whatever kind, that a tree of templates describes.
pub(crate) fn body(
    kind: BodyKind,
    tree: &Expression<'static>,
    request: &Request,
    how: &Rebuilder<'static>,
) -> Vec<Slot> {
    let mut slots = Vec::new();
    match kind {
        BodyKind::Form => {
            let values = query_values(&String::from_utf8_lossy(&request.body));
            form(tree, "", &values, &mut slots);
        }
        BodyKind::Json | BodyKind::Xml => {
            let body = parsed(kind, request, how).unwrap_or_default();
            members(tree, "", Some(&body), &mut slots);
        }
        _ => slots.push(Slot {
            place: "the body".to_owned(),
            template: NamedTemplate::new("", *tree),
            got: String::from_utf8(request.body.to_vec()).ok(),
        }),
    }
    slots
}

/// A body in JSON or XML as a tree.
pub(crate) fn parsed(kind: BodyKind, request: &Request, how: &Rebuilder<'static>) -> Option<Value> {
    if kind == BodyKind::Json {
        return serde_json::from_slice(&request.body).ok();
    }
    xml(&request.body, how)
}

/// XML as a tree.
pub(crate) fn xml(body: &bytes::Bytes, how: &Rebuilder<'static>) -> Option<Value> {
    let answer = Answer { status: 200, headers: http::HeaderMap::new(), body: body.clone() };
    let whole = Expression::reference(couplet_plan::Scope::Response, &[couplet_plan::Key::Name("xml")]);
    let json = how.json(&whole, &Known::default(), Some(&answer)).ok()??;
    serde_json::from_str(&json).ok()
}

fn form(tree: &Expression<'static>, prefix: &str, values: &[(String, String)], slots: &mut Vec<Slot>) {
    let Node::Map(entries) = tree.node() else { return };
    for entry in entries {
        let name =
            if prefix.is_empty() { entry.name().to_owned() } else { format!("{prefix}[{}]", entry.name()) };
        let value = entry.value();
        match value.node() {
            Node::Map(_) => form(&value, &name, values, slots),
            Node::List(_) => {}
            _ => slots.push(Slot {
                got: values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()),
                place: format!("the parameter `{name}` of the form"),
                template: template(entry),
            }),
        }
    }
}

fn members(tree: &Expression<'static>, path: &str, value: Option<&Value>, slots: &mut Vec<Slot>) {
    match tree.node() {
        Node::Map(entries) => {
            for entry in entries {
                let path = if path.is_empty() {
                    entry.name().to_owned()
                } else {
                    format!("{path}.{}", entry.name())
                };
                let value = value.and_then(|value| value.get(entry.name()));
                match entry.value().node() {
                    Node::Map(_) | Node::List(_) => members(&entry.value(), &path, value, slots),
                    _ => slots.push(leaf(&path, template(entry), value)),
                }
            }
        }
        Node::List(items) => {
            for (place, item) in items.iter().enumerate() {
                members(item, &format!("{path}[{place}]"), value.and_then(|value| value.get(place)), slots);
            }
        }
        _ => slots.push(leaf(path, NamedTemplate::new("", *tree), value)),
    }
}

fn leaf(path: &str, template: NamedTemplate<'static>, value: Option<&Value>) -> Slot {
    Slot {
        place: format!("the member `{path}` of the body"),
        template,
        got: value.filter(|value| !value.is_null()).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }),
    }
}

fn template(entry: &couplet_plan::Entry<'static>) -> NamedTemplate<'static> {
    let template = NamedTemplate::new(entry.name(), entry.value());
    if entry.is_optional() { template.optional() } else { template }
}
