//! An answer that is made so that expressions find in it what they look for: each expression is followed backwards from
//! its value to the place where the value must stand.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use couplet_plan::{Algorithm, BinaryOperator, Expression, Filter, Key, Node, Scope};
use couplet_runtime::Timestamp;
use couplet_runtime::verify::{Answer, Known, Rebuilder, sign_jwt};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::xml;

/// The key of tokens that nobody checks, such as an `id_token` that came over TLS.
const TOKEN_KEY: &[u8] = b"couplet-mock couplet-mock couplet-mock couplet-mock couplet-mock!";

/// A value that an expression is to have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Want {
    /// A text, a number, or whatever JSON says.
    Json(Value),
    /// An instant, in milliseconds since 1970.
    Instant(i64),
    /// A duration, in milliseconds.
    Duration(i64),
}

impl Want {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Json(Value::String(text.into()))
    }
}

/// An answer in the making.
pub(crate) struct Draft<'m> {
    rebuilder: &'m Rebuilder<'static>,
    known: &'m Known<'static>,
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    xml: Value,
    text: Option<String>,
    headers: BTreeMap<String, String>,
    cookies: BTreeMap<String, String>,
    tokens: Vec<(Vec<Key<'static>>, Value)>,
    /// What captures must be, because something behind them says so.
    pub(crate) captured: BTreeMap<&'static str, Want>,
    /// What the redirect must say.
    pub(crate) callback: BTreeMap<&'static str, String>,
}

impl<'m> Draft<'m> {
    pub(crate) fn new(rebuilder: &'m Rebuilder<'static>, known: &'m Known<'static>) -> Self {
        Self {
            rebuilder,
            known,
            status: 200,
            body: None,
            xml: Value::Null,
            text: None,
            headers: BTreeMap::new(),
            cookies: BTreeMap::new(),
            tokens: Vec::new(),
            captured: BTreeMap::new(),
            callback: BTreeMap::new(),
        }
    }

    /// Lets an expression have a value. False where it cannot be told how.
    pub(crate) fn place(&mut self, expression: &Expression<'static>, want: Want) -> bool {
        match expression.node() {
            Node::Reference(scope, path) => self.refer(scope, path, want),
            Node::Member(of, key) => self.member(of, key, want),
            Node::Index(of, key) => match key.node() {
                Node::Text(name) => self.member(of, Key::Name(name), want),
                Node::Int(index) => self.member(of, Key::Index(index), want),
                _ => false,
            },
            Node::Concat(parts) => self.concat(parts, want),
            Node::If(condition, then, otherwise) => {
                if self.place(then, want.clone()) {
                    return self.solve(condition, true) || matches!(condition.node(), Node::Reference(..));
                }
                self.place(otherwise, want)
            }
            Node::Filter(filter, inner, arguments) => self.filter(filter, inner, arguments, want),
            Node::Binary(BinaryOperator::Or, left, right) => {
                self.place(left, want.clone()) | self.place(right, want)
            }
            Node::Binary(operator, left, right) => self.arithmetic(operator, left, right, want),
            Node::Text(_) | Node::Int(_) | Node::Bool(_) => true,
            _ => false,
        }
    }

    fn refer(&mut self, scope: Scope, path: &[Key<'static>], want: Want) -> bool {
        match (scope, path) {
            (Scope::Captured, [Key::Name(name), ..]) => {
                self.captured.insert(name, want);
                true
            }
            (Scope::Callback, [Key::Name(name), ..]) => {
                self.callback.insert(name, plain(&want));
                true
            }
            (Scope::Response, [Key::Name("body"), path @ ..]) => {
                // What is there already, and is more than a value, stays.
                let body = self.body.get_or_insert(Value::Null);
                set(body, path, leaf(want))
            }
            (Scope::Response, [Key::Name("xml"), path @ ..]) => set(&mut self.xml, path, plain(&want).into()),
            (Scope::Response, [Key::Name("text")]) => {
                self.text = Some(plain(&want));
                true
            }
            (Scope::Response, [Key::Name("headers"), Key::Name(name)]) => {
                self.headers.insert((*name).to_owned(), plain(&want));
                true
            }
            (Scope::Response, [Key::Name("cookies"), Key::Name(name)]) => {
                self.cookies.insert((*name).to_owned(), plain(&want));
                true
            }
            (Scope::Response, [Key::Name("cookie")]) => {
                self.cookies.entry("mock-session".to_owned()).or_insert_with(|| plain(&want));
                true
            }
            (Scope::Config | Scope::App | Scope::Credentials | Scope::OAuth | Scope::Now, _) => true,
            _ => false,
        }
    }

    /// A member of a computed value: of a longer path, of the claims of a token, or of a list.
    fn member(&mut self, of: &Expression<'static>, key: Key<'static>, want: Want) -> bool {
        let mut keys = vec![key];
        let mut of = *of;
        loop {
            match of.node() {
                Node::Member(inner, key) => {
                    keys.insert(0, key);
                    of = *inner;
                }
                Node::Reference(scope, path) => {
                    let path: Vec<_> = path.iter().chain(&keys).copied().collect();
                    return self.refer(scope, &path, want);
                }
                Node::Filter(Filter::Claims, inner, _) => {
                    let Node::Reference(Scope::Response, path) = inner.node() else { return false };
                    let place =
                        self.tokens.iter().position(|(known, _)| known == path).unwrap_or_else(|| {
                            self.tokens.push((path.to_vec(), Value::Object(Map::new())));
                            self.tokens.len() - 1
                        });
                    return self
                        .tokens
                        .get_mut(place)
                        .is_some_and(|(_, claims)| set(claims, &keys, leaf(want)));
                }
                Node::Filter(Filter::Split, inner, arguments) => {
                    let [Key::Index(index)] = keys[..] else { return false };
                    let mut list = Value::Null;
                    return set(&mut list, &[Key::Index(index)], leaf(want))
                        && self.filter(Filter::Split, inner, arguments, Want::Json(list));
                }
                Node::Filter(_, inner, _) => of = *inner,
                _ => return false,
            }
        }
    }

    /// A text of parts: what stands around the value is taken away where it is known.
    fn concat(&mut self, parts: &'static [Expression<'static>], want: Want) -> bool {
        let text = plain(&want);
        let mut rest = text.as_str();
        let is_fixed = |part: &Expression<'static>| matches!(part.node(), Node::Text(_));
        if let Some(Node::Text(before)) = parts.first().map(Expression::node) {
            rest = rest.strip_prefix(before).unwrap_or(rest);
        }
        if let Some(Node::Text(after)) = parts.last().map(Expression::node) {
            rest = rest.strip_suffix(after).unwrap_or(rest);
        }
        let mut all = true;
        for (number, part) in parts.iter().filter(|part| !is_fixed(part)).enumerate() {
            let piece = if number == 0 { rest.to_owned() } else { format!("mock{number}") };
            all &= self.place(part, Want::text(piece));
        }
        all
    }

    fn filter(
        &mut self,
        filter: Filter,
        inner: &Expression<'static>,
        arguments: &'static [Expression<'static>],
        want: Want,
    ) -> bool {
        let want = match (filter, want) {
            (Filter::ParseDate, Want::Instant(at)) => self.written(at, arguments),
            (Filter::Duration, Want::Duration(millis)) => Want::text(format!("{}s", millis / 1000)),
            (Filter::Unix, want) => Want::Instant(number(&want).saturating_mul(1000)),
            (Filter::UnixMs, want) => Want::Instant(number(&want)),
            (Filter::Int | Filter::Float, Want::Instant(at)) => Want::Json((at / 1000).into()),
            (Filter::Base64Decode, want) => Want::text(STANDARD.encode(plain(&want))),
            (Filter::HexDecode, want) => {
                Want::text(plain(&want).bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
            (Filter::First | Filter::Last, want) => Want::Json(Value::Array(vec![leaf(want)])),
            (Filter::Split, Want::Json(Value::Array(pieces))) => Want::text(self.joined(&pieces, arguments)),
            (Filter::Join, want) => Want::Json(Value::Array(vec![leaf(want)])),
            (Filter::Length, want) => {
                Want::Json(Value::Array(vec![
                    "mock".into();
                    usize::try_from(number(&want)).unwrap_or(1).clamp(1, 100)
                ]))
            }
            (_, want) => want,
        };
        self.place(inner, want)
    }

    fn arithmetic(
        &mut self,
        operator: BinaryOperator,
        left: &Expression<'static>,
        right: &Expression<'static>,
        want: Want,
    ) -> bool {
        let is_now = |side: &Expression<'static>| matches!(side.node(), Node::Reference(Scope::Now, _));
        match (operator, want) {
            (BinaryOperator::Add, Want::Instant(at)) if is_now(left) => {
                self.place(right, Want::Duration(at.saturating_sub(self.known.now_ms)))
            }
            (_, Want::Duration(millis)) if !is_constant(left) => {
                self.place(left, Want::Json((millis / 1000).into()))
            }
            (_, want) if is_constant(right) => self.place(left, want),
            (_, want) if is_constant(left) => self.place(right, want),
            _ => false,
        }
    }

    /// An instant as a text that `parse_date` reads.
    fn written(&self, at: i64, arguments: &'static [Expression<'static>]) -> Want {
        let known = Known { now_ms: at, ..Known::default() };
        let now = Expression::reference(Scope::Now, &[]);
        let filter = if arguments.is_empty() { Filter::Rfc3339 } else { Filter::Date };
        let text = Expression::filter(filter, &now, arguments);
        let json = self.rebuilder.json(&text, &known, None).ok().flatten();
        Want::Json(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    fn joined(&self, pieces: &[Value], arguments: &'static [Expression<'static>]) -> String {
        let separator = arguments.first().and_then(|argument| self.constant(argument)).unwrap_or_default();
        let pieces: Vec<&str> = pieces.iter().map(|piece| piece.as_str().unwrap_or("mock")).collect();
        pieces.join(separator.as_str().unwrap_or(" "))
    }

    /// The value of an expression that looks at no answer.
    pub(crate) fn constant(&self, expression: &Expression<'static>) -> Option<Value> {
        if !is_constant(expression) {
            return None;
        }
        let json = self.rebuilder.json(expression, self.known, None).ok()??;
        serde_json::from_str(&json).ok()
    }

    /// The answer.
    pub(crate) fn finish(mut self) -> Finished {
        for (path, claims) in std::mem::take(&mut self.tokens) {
            if let Ok(token) = sign_jwt(Algorithm::Hs256, TOKEN_KEY, &claims.to_string()) {
                self.refer(Scope::Response, &path, Want::text(token));
            }
        }
        let mut headers: Vec<(String, String)> = self.headers.into_iter().collect();
        headers.extend(
            self.cookies
                .into_iter()
                .map(|(name, value)| ("set-cookie".to_owned(), format!("{name}={value}; Path=/"))),
        );
        let (media, body) = match (self.body, self.text) {
            (Some(body), _) => ("application/json", body.to_string()),
            (None, Some(text)) => ("text/plain", text),
            (None, None) if !self.xml.is_null() => ("application/xml", xml::written(&self.xml)),
            (None, None) => ("application/json", "{}".to_owned()),
        };
        if !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".to_owned(), media.to_owned()));
        }
        Finished { status: self.status, headers, body: Bytes::from(body) }
    }
}

/// A finished answer.
pub(crate) struct Finished {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Finished {
    /// The answer as expressions see it.
    pub(crate) fn answer(&self) -> Answer {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
            {
                headers.append(name, value);
            }
        }
        Answer { status: self.status, headers, body: self.body.clone() }
    }
}

/// Whether an expression looks at no answer, no redirect and no capture.
pub(crate) fn is_constant(expression: &Expression<'static>) -> bool {
    !crate::walk::refers(expression, &|scope, _| {
        matches!(scope, Scope::Response | Scope::Captured | Scope::Callback)
    })
}

/// The text of a value.
pub(crate) fn plain(want: &Want) -> String {
    match want {
        Want::Json(Value::String(text)) => text.clone(),
        Want::Json(other) => other.to_string(),
        Want::Instant(at) => rfc3339(*at),
        Want::Duration(millis) => (millis / 1000).to_string(),
    }
}

fn leaf(want: Want) -> Value {
    match want {
        Want::Json(value) => value,
        Want::Duration(millis) => (millis / 1000).into(),
        Want::Instant(_) => plain(&want).into(),
    }
}

fn number(want: &Want) -> i64 {
    match want {
        Want::Json(value) => value.as_i64().unwrap_or(0),
        Want::Instant(at) => *at,
        Want::Duration(millis) => *millis,
    }
}

/// An instant as RFC 3339 writes it, in whole seconds.
pub(crate) fn rfc3339(at: i64) -> String {
    Timestamp::from_unix_seconds(at.div_euclid(1000)).map(|at| at.to_string()).unwrap_or_default()
}

/// Puts a value at a place; what lies on the way is made. An object or a list that is there already stays as it is.
pub(crate) fn set(whole: &mut Value, path: &[Key<'_>], value: Value) -> bool {
    let mut at = whole;
    for key in path {
        match key {
            Key::Name(name) => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                let Value::Object(members) = at else { return false };
                at = members.entry((*name).to_owned()).or_insert(Value::Null);
            }
            Key::Index(index) => {
                let wanted = usize::try_from(index.unsigned_abs()).unwrap_or(0).min(100);
                if !at.is_array() {
                    *at = Value::Array(Vec::new());
                }
                let Value::Array(items) = at else { return false };
                let least = if *index < 0 { wanted } else { wanted + 1 };
                while items.len() < least {
                    items.push(Value::Null);
                }
                let place = if *index < 0 { items.len() - wanted } else { wanted };
                let Some(item) = items.get_mut(place) else { return false };
                at = item;
            }
            _ => return false,
        }
    }
    if !(at.is_object() || at.is_array()) || value.is_object() || value.is_array() {
        *at = value;
    }
    true
}
