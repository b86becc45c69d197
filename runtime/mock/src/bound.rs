//! What a request says by its templates: a template and a text in, the values of what the template refers to out.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use couplet_plan::{Expression, Filter, Key, NamedTemplate, Node, Scope};
use couplet_runtime::verify::{Known, Rebuilder};

use crate::route::decode;
use crate::walk::refers;

/// Values that the sender alone knows, as a request shows them.
#[derive(Clone, Default)]
pub(crate) struct Bound {
    pub(crate) oauth: BTreeMap<&'static str, String>,
    pub(crate) credentials: BTreeMap<&'static str, String>,
    pub(crate) captured: BTreeMap<&'static str, String>,
    pub(crate) callback: BTreeMap<&'static str, String>,
    pub(crate) now: Option<i64>,
    pub(crate) uuid: Option<String>,
    pub(crate) nonce: Option<String>,
}

/// Credentials that nobody supplies.
const ISSUED: [&str; 4] = ["access_token", "refresh_token", "token_secret", "assertion"];

/// Whether the sender alone knows the value of an expression.
pub(crate) fn is_unknown(expression: &Expression<'static>) -> bool {
    refers(expression, &|scope, name| match scope {
        Scope::Credentials => ISSUED.contains(&name),
        Scope::OAuth | Scope::Captured | Scope::Callback | Scope::Now | Scope::Uuid | Scope::Nonce => true,
        _ => false,
    })
}

impl Bound {
    /// Reads what a text says, that a template has made.
    pub(crate) fn read(
        &mut self,
        expression: &Expression<'static>,
        got: &str,
        rebuilder: &Rebuilder<'static>,
        known: &Known<'static>,
    ) {
        match expression.node() {
            Node::Reference(scope, path) => self.bind(scope, path, got),
            Node::Concat(parts) => self.concat(parts, got, rebuilder, known),
            Node::If(_, then, otherwise) => {
                let one = if is_unknown(then) { then } else { otherwise };
                self.read(one, got, rebuilder, known);
            }
            Node::Filter(filter, inner, arguments) => {
                if matches!(inner.node(), Node::Reference(Scope::Now, _)) {
                    self.instant(filter, arguments, got, rebuilder, known);
                } else if let Some(text) = undone(filter, got) {
                    self.read(inner, &text, rebuilder, known);
                }
            }
            _ => {}
        }
    }

    /// Adds what it says to what is known.
    pub(crate) fn add_to(&self, known: &mut Known<'static>) {
        for (name, text) in &self.credentials {
            put(&mut known.credentials, name, text.clone());
        }
        for (name, text) in &self.captured {
            // What was captured may be a number; where its text is that of the number, the number stays.
            let told = known.captured.iter().find(|(other, _)| other == name).map(|(_, json)| json);
            if told.is_none_or(|json| json.trim_matches('"') != text) {
                put(&mut known.captured, name, serde_json::Value::from(text.as_str()).to_string());
            }
        }
        for (name, text) in &self.oauth {
            put(&mut known.oauth, name, text.clone());
        }
        for (name, text) in &self.callback {
            if !known.callback.iter().any(|(other, _)| other == name) {
                known.callback.push(((*name).to_owned(), text.clone()));
            }
        }
        if let Some(now) = self.now {
            known.now_ms = now;
        }
        if let Some(uuid) = &self.uuid {
            known.uuid.clone_from(uuid);
        }
        if let Some(nonce) = &self.nonce {
            known.nonce.clone_from(nonce);
        }
    }

    fn bind(&mut self, scope: Scope, path: &'static [Key<'static>], got: &str) {
        let name = match path {
            [Key::Name(name)] => *name,
            [] => "",
            _ => return,
        };
        let texts = match scope {
            Scope::OAuth => &mut self.oauth,
            Scope::Credentials if ISSUED.contains(&name) => &mut self.credentials,
            Scope::Captured => &mut self.captured,
            Scope::Callback => &mut self.callback,
            Scope::Uuid => {
                self.uuid.get_or_insert_with(|| got.to_owned());
                return;
            }
            Scope::Nonce => {
                self.nonce.get_or_insert_with(|| got.to_owned());
                return;
            }
            _ => return,
        };
        texts.entry(name).or_insert_with(|| got.to_owned());
    }

    /// The parts of a text, told apart by what is known between them.
    fn concat(
        &mut self,
        parts: &'static [Expression<'static>],
        got: &str,
        rebuilder: &Rebuilder<'static>,
        known: &Known<'static>,
    ) {
        let text = |part: &Expression<'static>| {
            let template = NamedTemplate::new("", *part);
            if is_unknown(part) { None } else { rebuilder.text(&template, known, None).ok().flatten() }
        };
        let mut rest = got;
        for (place, part) in parts.iter().enumerate() {
            if let Some(text) = text(part) {
                let Some(behind) = rest.strip_prefix(text.as_str()) else { return };
                rest = behind;
                continue;
            }
            let end = match parts.get(place + 1) {
                None => rest.len(),
                Some(next) => {
                    match text(next).filter(|text| !text.is_empty()).and_then(|text| rest.find(&text)) {
                        Some(end) => end,
                        None => return,
                    }
                }
            };
            self.read(part, &rest[..end], rebuilder, known);
            rest = &rest[end..];
        }
    }

    /// The instant that a text shows.
    fn instant(
        &mut self,
        filter: Filter,
        arguments: &'static [Expression<'static>],
        got: &str,
        rebuilder: &Rebuilder<'static>,
        known: &Known<'static>,
    ) {
        let millis = match filter {
            Filter::Unix => got.parse::<i64>().ok().map(|seconds| seconds.saturating_mul(1000)),
            Filter::UnixMs => got.parse().ok(),
            Filter::Rfc3339 | Filter::Date => {
                let text = Expression::text(got);
                let read = Expression::filter(Filter::ParseDate, &text, arguments);
                let millis = Expression::filter(Filter::UnixMs, &read, &[]);
                rebuilder.json(&millis, known, None).ok().flatten().and_then(|json| json.parse().ok())
            }
            _ => None,
        };
        // Of several texts the most exact one counts.
        if let Some(millis) = millis.filter(|millis| self.now.is_none_or(|_| millis % 1000 != 0)) {
            self.now = Some(millis);
        }
    }
}

/// What a filter was given, where it can be told from what it made.
fn undone(filter: Filter, got: &str) -> Option<String> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
    match filter {
        Filter::Upper | Filter::Lower | Filter::Trim | Filter::String | Filter::Default | Filter::Int => {
            Some(got.to_owned())
        }
        Filter::Base64 => text(STANDARD.decode(got).ok()?),
        Filter::Base64Url => text(URL_SAFE_NO_PAD.decode(got).ok()?),
        Filter::UrlEncode => decode(got),
        Filter::FormEncode => decode(&got.replace('+', " ")),
        Filter::Hex => {
            let digits: Vec<_> = got.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
            text(
                digits
                    .chunks_exact(2)
                    .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap_or(0))
                    .collect(),
            )
        }
        _ => None,
    }
}

/// Sets a value in the place of one of the same name.
pub(crate) fn put<'n>(values: &mut Vec<(&'n str, String)>, name: &'n str, value: String) {
    match values.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = value,
        None => values.push((name, value)),
    }
}
