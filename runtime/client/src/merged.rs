//! Bodies into which an auth method puts something: its members and the action's own become one tree.

use std::borrow::Cow;

use bytes::Bytes;
use couplet_plan::{Body, BodyKind, Expression, Location};

use crate::{
    Error, ErrorKind,
    expression::{Scopes, Value, present},
    inputs::Inputs,
    request::{located, unusable},
    style::Pairs,
    xml,
};

/// The bytes of a body, with the method's members first.
pub(crate) fn build<'v>(
    shared: &Expression<'v>,
    body: &Body<'v>,
    inputs: &'v Inputs<'v>,
    cx: &Scopes<'v>,
) -> Result<Bytes, Error> {
    let first = present(shared, cx).map_err(|failure| failure.into_error(ErrorKind::Config))?;
    let second = match body.value() {
        Some(value) => present(&value, cx).map_err(unusable)?,
        None => of_inputs(inputs)?,
    };
    let tree = merge(first, second)?;
    Ok(Bytes::from(match body.kind() {
        BodyKind::Form => form(body, tree)?,
        BodyKind::Xml => xml::write(&tree).map_err(unusable)?,
        _ => {
            let mut json = String::new();
            tree.write_json(&mut json);
            json
        }
    }))
}

/// The body inputs as one object.
fn of_inputs<'v>(inputs: &'v Inputs<'v>) -> Result<Value<'v>, Error> {
    let mut members = Vec::new();
    for (input, raw) in located(inputs, Location::Body) {
        if let Some(raw) = raw? {
            members.push((Cow::Borrowed(input.wire()), raw.value().map_err(unusable)?));
        }
    }
    Ok(Value::Map(members))
}

fn form(body: &Body<'_>, tree: Value<'_>) -> Result<String, Error> {
    let mut pairs = Pairs::form();
    if let Value::Map(members) = tree {
        for (name, value) in members {
            pairs.nested(&name, body.nesting(), value)?;
        }
    }
    Ok(pairs.finish())
}

/// Two objects as one. What both have is merged where it is an object in both, and a mistake otherwise.
fn merge<'v>(first: Value<'v>, second: Value<'v>) -> Result<Value<'v>, Error> {
    let (Value::Map(mut members), Value::Map(more)) = (first, second) else {
        return Err(Error::config("the credentials stand in the body, which is not an object here"));
    };
    for (name, value) in more {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if matches!((&*known, &value), (Value::Map(_), Value::Map(_))) => {
                *known = merge(std::mem::replace(known, Value::Absent), value)?;
            }
            Some(_) => {
                let message = format!(
                    "`{name}` of the body belongs to the credentials, and is not the caller's to set"
                );
                return Err(Error::input(message));
            }
            None => members.push((name, value)),
        }
    }
    Ok(Value::Map(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Value<'_> {
        crate::json::parse(json).expect("JSON")
    }

    #[test]
    fn members_of_the_method_come_first_and_objects_become_one() {
        let both =
            merge(object(r#"{"a":{"key":1},"z":2}"#), object(r#"{"a":{"name":3},"b":4}"#)).expect("one tree");
        let mut json = String::new();
        both.write_json(&mut json);
        assert_eq!(json, r#"{"a":{"key":1,"name":3},"z":2,"b":4}"#);
    }

    #[test]
    fn a_caller_does_not_replace_credentials() {
        let error =
            merge(object(r#"{"key":1}"#), object(r#"{"key":2}"#)).expect_err("the key is the method's");
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(merge(object(r#"{"key":1}"#), object("[1]")).is_err());
    }
}
