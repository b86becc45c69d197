//! Conditions that an answer must meet: solved for the shapes that manifests have.

use couplet_plan::{BinaryOperator, Expression, Filter, Node, UnaryOperator};
use serde_json::Value;

use crate::draft::{Draft, Want, is_constant};

impl Draft<'_> {
    /// Lets a condition be true, or false. It says false where it cannot be told how.
    pub(crate) fn solve(&mut self, condition: &Expression<'static>, truth: bool) -> bool {
        match condition.node() {
            Node::Bool(value) => value == truth,
            Node::Reference(..) | Node::Member(..) | Node::Index(..) => {
                self.place(condition, Want::Json(Value::Bool(truth)))
            }
            Node::Unary(UnaryOperator::Not, of) => self.solve(of, !truth),
            Node::Binary(BinaryOperator::And, left, right) if truth => {
                self.solve(left, true) && self.solve(right, true)
            }
            Node::Binary(BinaryOperator::Or, left, right) if truth => {
                self.solve(left, true) || self.solve(right, true)
            }
            Node::Binary(BinaryOperator::And | BinaryOperator::Or, left, right) => {
                self.solve(left, false) && self.solve(right, false)
            }
            Node::Binary(operator, left, right) => self.compare(operator, left, right, truth),
            Node::Filter(Filter::Matches, of, [pattern, ..]) if truth => match self.constant(pattern) {
                Some(Value::String(pattern)) => self.place(of, Want::text(crate::sample::matching(&pattern))),
                _ => false,
            },
            Node::Filter(Filter::Length, ..) if truth => self.place(condition, Want::Json(1.into())),
            // What stands in for an absent value decides alone where there is none.
            Node::Filter(Filter::Default, _, [other, ..]) if is_false(self.constant(other)) && !truth => true,
            Node::Filter(_, of, _) => self.solve(of, truth),
            _ => false,
        }
    }

    fn compare(
        &mut self,
        operator: BinaryOperator,
        left: &Expression<'static>,
        right: &Expression<'static>,
        truth: bool,
    ) -> bool {
        use BinaryOperator::{Equal, Greater, GreaterOrEqual, In, Less, LessOrEqual, NotEqual};
        let swapped = is_constant(left);
        let (open, constant) = if swapped { (right, left) } else { (left, right) };
        let Some(value) = self.constant(constant) else { return false };
        let above = |by: i64| Want::Json((value.as_i64().unwrap_or(0) + by).into());
        match (operator, truth) {
            (Equal, true) | (NotEqual, false) => self.place(open, Want::Json(value)),
            (NotEqual, true) | (Equal, false) => self.place(open, Want::Json(other(&value))),
            (In, true) if swapped => self.place(open, Want::Json(Value::Array(vec![value]))),
            (In, true) => match value {
                Value::Array(values) => {
                    values.first().is_some_and(|first| self.place(open, Want::Json(first.clone())))
                }
                text => self.place(open, Want::Json(text)),
            },
            (In, false) => self.place(open, Want::text("mock")),
            (Greater, true) | (LessOrEqual, false) => self.place(open, above(if swapped { -1 } else { 1 })),
            (Less, true) | (GreaterOrEqual, false) => self.place(open, above(if swapped { 1 } else { -1 })),
            (GreaterOrEqual | LessOrEqual, true) => self.place(open, Want::Json(value)),
            (Greater | Less, false) => self.place(open, Want::Json(value)),
            _ => false,
        }
    }
}

/// A value of the same kind that is another one.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(value) => (!value).into(),
        Value::Number(number) => (number.as_i64().unwrap_or(0) + 1).into(),
        Value::Null => true.into(),
        Value::String(text) if text == "mock" => "other".into(),
        _ => "mock".into(),
    }
}

fn is_false(value: Option<Value>) -> bool {
    matches!(value, Some(Value::Bool(false) | Value::Null))
        || value.is_some_and(|value| value.as_str().is_some_and(str::is_empty) || value.as_i64() == Some(0))
}
