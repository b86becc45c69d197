//! A request and the one that the runtime would send: what is different, in words.

use bytes::Bytes;
use couplet_plan::{BodyKind, Expression, Step};
use couplet_runtime::verify::Rebuilder;
use serde_json::Value;

use crate::form::{is_form, query_values};
use crate::received::Request;
use crate::slots;

/// Something that is not as it should be.
pub(crate) struct Difference {
    /// What stands there in the Plan.
    pub(crate) template: Option<Expression<'static>>,
    pub(crate) missing: bool,
    pub(crate) why: String,
}

/// What is different. A step that carries the method's credentials has parameters of others beside its own.
pub(crate) fn differences(
    step: &Step<'static>,
    signed: bool,
    expected: &http::Request<Bytes>,
    got: &Request,
    how: &Rebuilder<'static>,
) -> Vec<Difference> {
    let mut all = Vec::new();
    if expected.uri().path() != got.path {
        all.push(Difference {
            template: None,
            missing: false,
            why: "the path has another value in it".to_owned(),
        });
    }
    let template = |name: &str| {
        step.query().iter().find(|template| template.name() == name).map(couplet_plan::NamedTemplate::value)
    };
    let of = query_values(expected.uri().query().unwrap_or_default());
    pairs("query parameter", &of, &query_values(&got.query), signed, &template, &mut all);
    for template in step.headers() {
        let name = template.name().to_ascii_lowercase();
        let wanted = expected.headers().get(&name).and_then(|value| value.to_str().ok());
        let why = match (wanted, got.header(&name)) {
            (Some(wanted), Some(got)) if wanted == got => continue,
            (None, _) => continue,
            (Some(_), None) => format!("the header `{name}` is missing"),
            (Some(_), Some(_)) => format!("the header `{name}` has another value"),
        };
        let missing = got.header(&name).is_none();
        all.push(Difference { template: Some(template.value()), missing, why });
    }
    if let Some(body) = step.body() {
        let tree = body.value();
        let template = |name: &str| tree.and_then(|tree| member(&tree, name));
        self::body(body.kind(), expected, got, signed, how, &template, &mut all);
    }
    all
}

fn body(
    kind: BodyKind,
    expected: &http::Request<Bytes>,
    got: &Request,
    signed: bool,
    how: &Rebuilder<'static>,
    template: &dyn Fn(&str) -> Option<Expression<'static>>,
    all: &mut Vec<Difference>,
) {
    let wrong = |why: &str| Difference { template: None, missing: true, why: why.to_owned() };
    match kind {
        BodyKind::Form if !is_form(got) => {
            all.push(wrong("the body is a form, and `content-type` says otherwise"))
        }
        BodyKind::Form => {
            let of = query_values(&String::from_utf8_lossy(expected.body()));
            let values = query_values(&String::from_utf8_lossy(&got.body));
            pairs("parameter", &of, &values, signed, template, all);
        }
        BodyKind::Json => match serde_json::from_slice::<Value>(&got.body) {
            Ok(value) => {
                let of = serde_json::from_slice(expected.body()).unwrap_or_default();
                tree("", &of, &value, template, all);
            }
            Err(_) => all.push(wrong("the body is not JSON")),
        },
        BodyKind::Xml => match (slots::xml(expected.body(), how), slots::xml(&got.body, how)) {
            (Some(of), Some(value)) => tree("", &of, &value, template, all),
            _ => all.push(wrong("the body is not XML")),
        },
        _ if *expected.body() != got.body => all.push(wrong("the body is another one")),
        _ => {}
    }
}

/// Parameters: each that is expected, and no other.
fn pairs(
    what: &str,
    expected: &[(String, String)],
    got: &[(String, String)],
    more: bool,
    template: &dyn Fn(&str) -> Option<Expression<'static>>,
    all: &mut Vec<Difference>,
) {
    let values = |pairs: &[(String, String)], name: &str| -> Vec<String> {
        pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    };
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in expected {
        if seen.contains(&name.as_str()) {
            continue;
        }
        seen.push(name);
        let (wanted, found) = (values(expected, name), values(got, name));
        if wanted != found {
            let missing = found.is_empty();
            let why = if missing { "is missing" } else { "has another value" };
            all.push(Difference {
                template: template(name),
                missing,
                why: format!("the {what} `{name}` {why}"),
            });
        }
    }
    for (name, _) in got.iter().filter(|(name, _)| !more && !seen.contains(&name.as_str())) {
        let why = format!("the {what} `{name}` does not belong here");
        all.push(Difference { template: None, missing: false, why });
    }
}

fn tree(
    path: &str,
    expected: &Value,
    got: &Value,
    template: &dyn Fn(&str) -> Option<Expression<'static>>,
    all: &mut Vec<Difference>,
) {
    if let (Value::Object(wanted), Value::Object(found)) = (expected, got) {
        let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for (name, value) in wanted {
            match found.get(name) {
                Some(found) => tree(&within(name), value, found, template, all),
                None => {
                    let why = format!("the member `{}` of the body is missing", within(name));
                    all.push(Difference { template: template(&within(name)), missing: true, why });
                }
            }
        }
        for name in found.keys().filter(|name| !wanted.contains_key(*name)) {
            let why = format!("the member `{}` of the body does not belong here", within(name));
            all.push(Difference { template: None, missing: false, why });
        }
    } else if expected != got {
        let why = match path {
            "" => "the body is another one".to_owned(),
            _ => format!("the member `{path}` of the body has another value"),
        };
        all.push(Difference { template: template(path), missing: false, why });
    }
}

/// The template at a path of a tree.
fn member(tree: &Expression<'static>, path: &str) -> Option<Expression<'static>> {
    path.split('.').try_fold(*tree, |at, name| match at.node() {
        couplet_plan::Node::Map(entries) => {
            entries.iter().find(|entry| entry.name() == name).map(couplet_plan::Entry::value)
        }
        _ => None,
    })
}
