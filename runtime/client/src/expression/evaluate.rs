//! The evaluation itself: one arm for each node.

use std::{borrow::Cow, fmt::Write as _};

use couplet_plan::{BinaryOperator, Entry, Expression, Filter, Key, Node, Scope, UnaryOperator};

use super::{Failure, Scopes, TEXT_LIMIT, Value, filters, operators, scopes::walk};

/// The value of an expression; [`Value::Absent`] where what it refers to is not there.
pub(crate) fn evaluate<'v>(expression: &Expression<'v>, cx: &Scopes<'v>) -> Result<Value<'v>, Failure> {
    Ok(match expression.node() {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(value),
        Node::Int(value) => Value::Int(value),
        Node::Float(value) => Value::Float(value),
        Node::Text(text) => Value::Text(Cow::Borrowed(text)),
        Node::Reference(scope, path) => cx.look_up(scope, path)?,
        Node::Member(of, key) => walk(evaluate(of, cx)?, &[key]),
        Node::Index(of, key) => match (evaluate(of, cx)?, present(key, cx)?) {
            (value, Value::Text(name)) => value.member(&name),
            (value, Value::Int(index)) => value.element(index),
            (_, other) => return Err(Failure::new(format!("{} is no key", other.kind()))),
        },
        Node::Concat(parts) => Value::Text(concat(parts, cx)?),
        Node::List(items) => {
            Value::List(items.iter().map(|item| present(item, cx)).collect::<Result<_, _>>()?)
        }
        Node::Map(entries) => map(entries, cx)?,
        Node::Unary(operator, operand) => unary(operator, present(operand, cx)?)?,
        Node::Binary(operator, left, right) => binary(operator, left, right, cx)?,
        Node::If(condition, then, otherwise) => {
            let chosen = if present(condition, cx)?.is_true() { then } else { otherwise };
            evaluate(chosen, cx)?
        }
        Node::Filter(filter, value, arguments) => filtered(filter, value, arguments, cx)?,
        _ => return Err(Failure::new("this expression needs a later version of the runtime")),
    })
}

/// The value of an expression that must be there.
pub(crate) fn present<'v>(expression: &Expression<'v>, cx: &Scopes<'v>) -> Result<Value<'v>, Failure> {
    match evaluate(expression, cx)? {
        Value::Absent => Err(Failure::absent(Shown(expression))),
        value => Ok(value),
    }
}

fn concat<'v>(parts: &[Expression<'v>], cx: &Scopes<'v>) -> Result<Cow<'v, str>, Failure> {
    let mut text = String::new();
    for part in parts {
        let piece = present(part, cx)?
            .into_text()
            .map_err(|failure| Failure::new(format!("`{}`: {failure}", Shown(part))))?;
        if text.len() + piece.len() > TEXT_LIMIT {
            return Err(too_long());
        }
        text.push_str(&piece);
    }
    Ok(Cow::Owned(text))
}

fn map<'v>(entries: &[Entry<'v>], cx: &Scopes<'v>) -> Result<Value<'v>, Failure> {
    let mut members = Vec::with_capacity(entries.len());
    for entry in entries {
        match evaluate(&entry.value(), cx)? {
            Value::Absent if entry.is_optional() => {}
            Value::Absent => return Err(Failure::absent(Shown(&entry.value()))),
            value => members.push((Cow::Borrowed(entry.name()), value)),
        }
    }
    Ok(Value::Map(members))
}

fn unary(operator: UnaryOperator, value: Value<'_>) -> Result<Value<'_>, Failure> {
    match operator {
        UnaryOperator::Not => Ok(Value::Bool(!value.is_true())),
        UnaryOperator::Negate => operators::negate(&value),
        _ => Err(Failure::new("this operator needs a later version of the runtime")),
    }
}

fn binary<'v>(
    operator: BinaryOperator,
    left: &Expression<'v>,
    right: &Expression<'v>,
    cx: &Scopes<'v>,
) -> Result<Value<'v>, Failure> {
    let left = present(left, cx)?;
    match operator {
        BinaryOperator::And if !left.is_true() => return Ok(left),
        BinaryOperator::Or if left.is_true() => return Ok(left),
        _ => {}
    }
    let right = present(right, cx)?;
    match operator {
        BinaryOperator::And | BinaryOperator::Or => Ok(right),
        _ => operators::apply(operator, &left, &right),
    }
}

fn filtered<'v>(
    filter: Filter,
    value: &Expression<'v>,
    arguments: &[Expression<'v>],
    cx: &Scopes<'v>,
) -> Result<Value<'v>, Failure> {
    if filter == Filter::Default {
        return match (evaluate(value, cx)?, arguments.first()) {
            (Value::Absent | Value::Null, Some(other)) => evaluate(other, cx),
            (Value::Absent | Value::Null, None) => Ok(Value::Text(Cow::Borrowed(""))),
            (value, _) => Ok(value),
        };
    }
    let shown = value;
    let value = present(value, cx)?;
    let arguments = arguments.iter().map(|argument| present(argument, cx)).collect::<Result<Vec<_>, _>>()?;
    let value = filters::apply(filter, value, arguments)
        .map_err(|failure| Failure::new(format!("`{}`: {failure}", Shown(shown))))?;
    match &value {
        Value::Text(text) if matches!(filter, Filter::Replace | Filter::Join) && text.len() > TEXT_LIMIT => {
            Err(too_long())
        }
        _ => Ok(value),
    }
}

fn too_long() -> Failure {
    Failure::new(format!("the text becomes longer than {} KiB", TEXT_LIMIT / 1024))
}

/// An expression as messages name it: the reference that leads to its value.
struct Shown<'e, 'p>(&'e Expression<'p>);

impl std::fmt::Display for Shown<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.node() {
            Node::Reference(scope, path) => {
                f.write_str(scope_name(scope))?;
                path.iter().try_for_each(|key| show_key(f, *key))
            }
            Node::Member(of, key) => {
                Shown(of).fmt(f)?;
                show_key(f, key)
            }
            Node::Index(of, key) => write!(f, "{}[{}]", Shown(of), Shown(key)),
            Node::Filter(_, value, _) => Shown(value).fmt(f),
            Node::If(_, then, _) => Shown(then).fmt(f),
            Node::Text(text) => write!(f, "{text:?}"),
            Node::Int(number) => write!(f, "{number}"),
            _ => f.write_char('…'),
        }
    }
}

fn show_key(f: &mut std::fmt::Formatter<'_>, key: Key<'_>) -> std::fmt::Result {
    match key {
        Key::Name(name) => write!(f, ".{name}"),
        Key::Index(index) => write!(f, "[{index}]"),
        _ => f.write_char('…'),
    }
}

fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Config => "config",
        Scope::App => "app",
        Scope::Credentials => "credentials",
        Scope::Input => "input",
        Scope::Response => "response",
        _ => "…",
    }
}
