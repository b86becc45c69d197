//! What an expression sees.

use std::borrow::Cow;

use couplet_plan::{Key, Scope};

use super::{Failure, Moment, RequestView, Value, time};
use crate::{Secret, inputs::Inputs, json, response::Received};

/// The values of some fields, by name.
pub(crate) type Fields<'p> = Vec<(&'p str, FieldValue)>;

/// A field's value.
#[derive(Clone)]
pub(crate) enum FieldValue {
    Plain(Value<'static>),
    Secret(Secret),
}

/// The scopes at some place of a call. Those that the place does not have are empty.
#[derive(Clone, Copy, Default)]
pub(crate) struct Scopes<'v> {
    pub(crate) config: &'v [(&'v str, FieldValue)],
    pub(crate) app: &'v [(&'v str, FieldValue)],
    pub(crate) credentials: &'v [(&'v str, FieldValue)],
    pub(crate) inputs: Option<&'v Inputs<'v>>,
    pub(crate) response: Option<&'v Received>,
    pub(crate) captured: &'v [(&'v str, FieldValue)],
    pub(crate) callback: &'v [(&'v str, FieldValue)],
    pub(crate) oauth: &'v [(&'v str, FieldValue)],
    pub(crate) request: Option<&'v RequestView<'v>>,
    pub(crate) moment: Option<&'v Moment>,
}

impl<'v> Scopes<'v> {
    /// The value that a path leads to; absent where it leads nowhere.
    pub(crate) fn look_up(&self, scope: Scope, path: &[Key<'_>]) -> Result<Value<'v>, Failure> {
        if let Some(value) = self.value(scope) {
            return value.map(|value| walk(value, path));
        }
        let [Key::Name(name), rest @ ..] = path else {
            return Err(Failure::new("a scope is not a value"));
        };
        match scope {
            Scope::Config => field(self.config, name, rest),
            Scope::App => field(self.app, name, rest),
            Scope::Credentials => field(self.credentials, name, rest),
            Scope::Input => self.inputs.map_or(Ok(Value::Absent), |inputs| inputs.look_up(name, rest)),
            Scope::Response => {
                self.response.map_or(Ok(Value::Absent), |response| response.look_up(name, rest))
            }
            Scope::Captured => field(self.captured, name, rest),
            Scope::Callback => field(self.callback, name, rest),
            Scope::OAuth => field(self.oauth, name, rest),
            Scope::Request => Ok(self.request.map_or(Value::Absent, |request| request.look_up(name, rest))),
            _ => Ok(Value::Absent),
        }
    }

    /// The value that a scope is by itself, where it is one.
    fn value(&self, scope: Scope) -> Option<Result<Value<'v>, Failure>> {
        let text = |text: &'v str| Value::Text(Cow::Borrowed(text));
        let value =
            |of: &dyn Fn(&'v Moment) -> Result<Value<'v>, Failure>| self.moment.map_or(Ok(Value::Absent), of);
        Some(match scope {
            Scope::Now => value(&|moment| time::instant(moment.now_ms())),
            Scope::Uuid => value(&|moment| moment.uuid().map(text)),
            Scope::Nonce => value(&|moment| moment.nonce().map(text)),
            _ => return None,
        })
    }
}

fn field<'v>(
    fields: &'v [(&'v str, FieldValue)],
    name: &str,
    rest: &[Key<'_>],
) -> Result<Value<'v>, Failure> {
    let value = match fields.iter().find(|(known, _)| *known == name) {
        Some((_, FieldValue::Secret(secret))) => Value::Text(Cow::Borrowed(secret.expose_secret())),
        Some((_, FieldValue::Plain(value))) => borrow(value),
        None => Value::Absent,
    };
    Ok(walk(value, rest))
}

fn borrow<'v>(value: &'v Value<'static>) -> Value<'v> {
    match value {
        Value::Text(text) => Value::Text(Cow::Borrowed(text)),
        other => other.clone(),
    }
}

/// The part of a value that a path leads to.
pub(crate) fn walk<'v>(value: Value<'v>, path: &[Key<'_>]) -> Value<'v> {
    path.iter().fold(value, |value, key| match key {
        Key::Name(name) => value.member(name),
        Key::Index(index) => value.element(*index),
        _ => Value::Absent,
    })
}

/// The part of a JSON text that a path leads to.
pub(crate) fn part<'t>(text: &'t str, path: &[Key<'_>]) -> Result<Value<'t>, Failure> {
    let invalid = |invalid: json::Invalid| Failure::new(format!("not valid JSON: {invalid}"));
    match json::find(text, path).map_err(invalid)? {
        Some(part) => json::parse(part).map_err(invalid),
        // A path can also lead into a text: `name[0]`.
        None => match path {
            [before @ .., Key::Index(index)] => Ok(match json::find(text, before).map_err(invalid)? {
                Some(part) if part.starts_with('"') => json::parse(part).map_err(invalid)?.element(*index),
                _ => Value::Absent,
            }),
            _ => Ok(Value::Absent),
        },
    }
}
