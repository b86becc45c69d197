//! Builds what a request carries.

use std::borrow::Cow;

use bytes::Bytes;
use couplet_plan::{Body, BodyKind, Entry, Expression, Key, Location, Method, Node, Scope};
use http::HeaderValue;

use crate::{
    Error,
    auth::Prepared,
    expression::{Failure, Scopes, Value, base64_decode, evaluate, present},
    inputs::{Inputs, Raw},
    json, merged,
    request::{located, unusable},
    style::Pairs,
    xml,
};

/// A body and its media type.
pub(crate) struct Built {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: Option<HeaderValue>,
}

/// The body of an action's or of a step's request.
pub(crate) fn build(
    body: Option<Body<'_>>,
    method: Method,
    inputs: &Inputs<'_>,
    cx: &Scopes<'_>,
    auth: &Prepared,
    shared: Option<Expression<'_>>,
) -> Result<Built, Error> {
    let shared = shared.filter(|_| !matches!(auth, Prepared::Nothing));
    let key = match auth {
        Prepared::Body(name, value) => Some((name.as_str(), value.expose_secret())),
        _ => None,
    };
    let carries = matches!(method, Method::Post | Method::Put | Method::Patch);
    let body = match body {
        Some(body) => body,
        None if carries && (key.is_some() || shared.is_some()) => Body::new(BodyKind::Json),
        None => return Ok(Built { bytes: Bytes::new(), content_type: None }),
    };
    if key.is_some() && !matches!(body.kind(), BodyKind::Json | BodyKind::Form) {
        return Err(Error::config("the key stands in the body, and this action's body has no place for it"));
    }
    let (bytes, default) = match (body.kind(), shared) {
        (kind @ (BodyKind::Json | BodyKind::Form | BodyKind::Xml), Some(shared)) => {
            let merged = merged::build(&shared, &body, inputs, cx)?;
            (with_key(kind, merged, key)?, media_type(kind))
        }
        (kind, _) => (alone(kind, &body, inputs, cx, key)?, media_type(kind)),
    };
    let content_type = match body.content_type() {
        Some(text) => {
            HeaderValue::from_str(text).map_err(|_| Error::config("the content type is not valid"))?
        }
        None => HeaderValue::from_static(default),
    };
    Ok(Built { bytes, content_type: Some(content_type) })
}

/// A merged body with the key as a further member.
fn with_key(kind: BodyKind, merged: Bytes, key: Option<(&str, &str)>) -> Result<Bytes, Error> {
    let Some((name, value)) = key else { return Ok(merged) };
    let mut out = String::from_utf8(merged.to_vec()).map_err(|_| Error::config("the body is not a text"))?;
    if kind == BodyKind::Form {
        let mut pairs = Pairs::form();
        pairs.push(name, value.as_bytes());
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&pairs.finish());
    } else {
        if out.pop() != Some('}') {
            return Err(Error::config("the key stands in the body, which is not an object here"));
        }
        member(&mut out, name);
        json::write_string(&mut out, value);
        out.push('}');
    }
    Ok(out.into())
}

/// A body that is the action's alone, but for a key.
fn alone(
    kind: BodyKind,
    body: &Body<'_>,
    inputs: &Inputs<'_>,
    cx: &Scopes<'_>,
    key: Option<(&str, &str)>,
) -> Result<Bytes, Error> {
    Ok(match kind {
        BodyKind::Json => json_body(body, inputs, cx, key)?.into(),
        BodyKind::Form => form_body(body, inputs, cx, key)?.into(),
        BodyKind::Text => text_body(body, inputs, cx)?,
        BodyKind::Binary => binary_body(body, inputs, cx)?,
        BodyKind::Xml => xml_body(body, cx)?,
        _ => return Err(Error::config("this body needs a later version of the runtime")),
    })
}

/// The media type of a kind of body.
fn media_type(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::Json => "application/json",
        BodyKind::Form => "application/x-www-form-urlencoded",
        BodyKind::Text => "text/plain; charset=utf-8",
        BodyKind::Xml => "application/xml",
        _ => "application/octet-stream",
    }
}

fn json_body(
    body: &Body<'_>,
    inputs: &Inputs<'_>,
    cx: &Scopes<'_>,
    key: Option<(&str, &str)>,
) -> Result<String, Error> {
    let mut out = String::with_capacity(256);
    match body.value() {
        Some(value) => write_tree(&mut out, &value, inputs, cx).map_err(unusable)?,
        None => {
            out.push('{');
            for (input, raw) in located(inputs, Location::Body) {
                if let Some(raw) = raw? {
                    member(&mut out, input.wire());
                    raw.write_json(&mut out);
                }
            }
            out.push('}');
        }
    }
    if let Some((name, value)) = key {
        if out.pop() != Some('}') {
            return Err(Error::config("the key stands in the body, which is not an object here"));
        }
        member(&mut out, name);
        json::write_string(&mut out, value);
        out.push('}');
    }
    Ok(out)
}

/// Writes a tree. What is one whole input is copied as it was given.
fn write_tree<'v>(
    out: &mut String,
    tree: &Expression<'v>,
    inputs: &Inputs<'_>,
    cx: &Scopes<'v>,
) -> Result<(), Failure> {
    match tree.node() {
        Node::Map(entries) => {
            out.push('{');
            for entry in entries {
                if !is_left_out(entry, cx)? {
                    member(out, entry.name());
                    write_tree(out, &entry.value(), inputs, cx)?;
                }
            }
            out.push('}');
        }
        Node::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_tree(out, item, inputs, cx)?;
            }
            out.push(']');
        }
        _ => match whole_input(tree, inputs) {
            Some(raw) => raw.write_json(out),
            None => present(tree, cx)?.write_json(out),
        },
    }
    Ok(())
}

/// Whether a member stands for an optional value that is absent.
fn is_left_out<'v>(entry: &Entry<'v>, cx: &Scopes<'v>) -> Result<bool, Failure> {
    if !entry.is_optional() {
        return Ok(false);
    }
    match evaluate(&entry.value(), cx) {
        Ok(value) => Ok(value == Value::Absent),
        Err(failure) if failure.is_absent() => Ok(true),
        Err(failure) => Err(failure),
    }
}

/// What was given for the input that an expression is, if it is no more than that.
fn whole_input<'i>(expression: &Expression<'_>, inputs: &'i Inputs<'_>) -> Option<Raw<'i>> {
    match expression.node() {
        Node::Reference(Scope::Input, [Key::Name(name)]) => inputs.raw(inputs.place(name)?),
        _ => None,
    }
}

/// Starts a member; the text so far ends in `{` or in a value.
fn member(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    json::write_string(out, name);
    out.push(':');
}

fn form_body(
    body: &Body<'_>,
    inputs: &Inputs<'_>,
    cx: &Scopes<'_>,
    key: Option<(&str, &str)>,
) -> Result<String, Error> {
    let mut pairs = Pairs::form();
    match body.value() {
        Some(value) => match present(&value, cx).map_err(unusable)? {
            Value::Map(members) => {
                for (name, value) in members {
                    pairs.nested(&name, body.nesting(), value)?;
                }
            }
            other => return Err(Error::input(format!("a form must be an object, not {}", other.kind()))),
        },
        None => {
            for (input, raw) in located(inputs, Location::Body) {
                if let Some(raw) = raw? {
                    pairs.nested(input.wire(), body.nesting(), raw.value().map_err(unusable)?)?;
                }
            }
        }
    }
    if let Some((name, value)) = key {
        pairs.push(name, value.as_bytes());
    }
    Ok(pairs.finish())
}

const NO_BODY: Value<'static> = Value::Text(Cow::Borrowed(""));

/// The value of a text or a binary body: its own, or the only body input's.
fn single<'v>(body: &Body<'v>, inputs: &'v Inputs<'v>, cx: &Scopes<'v>) -> Result<Value<'v>, Error> {
    match body.value() {
        Some(value) => present(&value, cx).map_err(unusable),
        None => match located(inputs, Location::Body).next() {
            Some((_, raw)) => raw?.map_or(Ok(NO_BODY), Raw::value).map_err(unusable),
            None => Ok(NO_BODY),
        },
    }
}

fn text_body<'v>(body: &Body<'v>, inputs: &'v Inputs<'v>, cx: &Scopes<'v>) -> Result<Bytes, Error> {
    let text = single(body, inputs, cx)?.into_text().map_err(unusable)?;
    Ok(Bytes::from(text.into_owned()))
}

fn xml_body<'v>(body: &Body<'v>, cx: &Scopes<'v>) -> Result<Bytes, Error> {
    let tree = body.value().ok_or_else(|| Error::config("an XML body needs its root"))?;
    let text = present(&tree, cx).and_then(|tree| xml::write(&tree)).map_err(unusable)?;
    Ok(Bytes::from(text))
}

/// Bytes as they are. JSON holds them as base64, so a text that is a whole input is decoded.
fn binary_body<'v>(body: &Body<'v>, inputs: &'v Inputs<'v>, cx: &Scopes<'v>) -> Result<Bytes, Error> {
    let whole = match body.value() {
        Some(value) => whole_input(&value, inputs).is_some(),
        None => true,
    };
    match single(body, inputs, cx)? {
        Value::Text(text) if whole => base64_decode(&text).map(Bytes::from).map_err(unusable),
        value => Ok(Bytes::from(value.into_bytes().map_err(unusable)?.into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_joins_a_merged_body() {
        let key = Some(("key", "s\"1"));
        let merged = |kind, text: &'static str| with_key(kind, Bytes::from(text), key).expect("a body");
        assert_eq!(merged(BodyKind::Json, "{}"), r#"{"key":"s\"1"}"#);
        assert_eq!(merged(BodyKind::Json, r#"{"a":1}"#), r#"{"a":1,"key":"s\"1"}"#);
        assert_eq!(merged(BodyKind::Form, "a=1"), "a=1&key=s%221");
        assert!(with_key(BodyKind::Json, Bytes::from("[1]"), key).is_err());
    }
}
