//! Operators on values.

use std::cmp::Ordering;

use couplet_plan::BinaryOperator;

use super::{Failure, Value, time};

/// A number as operators see it.
#[derive(Clone, Copy)]
enum Number {
    Whole(i128),
    Float(f64),
}

/// The result of an operator that always looks at both sides.
pub(super) fn apply<'v>(
    operator: BinaryOperator,
    left: &Value<'v>,
    right: &Value<'v>,
) -> Result<Value<'v>, Failure> {
    use BinaryOperator as Op;
    Ok(match operator {
        Op::Equal => Value::Bool(equal(left, right)),
        Op::NotEqual => Value::Bool(!equal(left, right)),
        Op::Less => Value::Bool(order(left, right)? == Some(Ordering::Less)),
        Op::LessOrEqual => Value::Bool(order(left, right)?.is_some_and(Ordering::is_le)),
        Op::Greater => Value::Bool(order(left, right)? == Some(Ordering::Greater)),
        Op::GreaterOrEqual => Value::Bool(order(left, right)?.is_some_and(Ordering::is_ge)),
        Op::In => Value::Bool(contains(right, left)?),
        _ => arithmetic(operator, left, right)?,
    })
}

/// `-x`.
pub(super) fn negate<'v>(value: &Value<'v>) -> Result<Value<'v>, Failure> {
    match number(value) {
        Some(Number::Whole(number)) => whole(number.checked_neg()),
        Some(Number::Float(number)) => Ok(Value::Float(-number)),
        None => Err(Failure::new(format!("{} cannot be negated", value.kind()))),
    }
}

fn number(value: &Value<'_>) -> Option<Number> {
    Some(match value {
        Value::Bool(value) => Number::Whole(i128::from(*value)),
        Value::Int(number) => Number::Whole(i128::from(*number)),
        Value::UInt(number) => Number::Whole(i128::from(*number)),
        Value::Float(number) => Number::Float(*number),
        Value::Number(text) => match text.parse() {
            Ok(number) => Number::Whole(number),
            Err(_) => Number::Float(text.parse().ok()?),
        },
        _ => return None,
    })
}

impl Number {
    fn to_float(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

fn whole<'v>(number: Option<i128>) -> Result<Value<'v>, Failure> {
    let number = number.ok_or_else(too_large)?;
    if let Ok(number) = i64::try_from(number) {
        return Ok(Value::Int(number));
    }
    u64::try_from(number).map(Value::UInt).map_err(|_| too_large())
}

fn too_large() -> Failure {
    Failure::new("the result is too large for a whole number")
}

fn arithmetic<'v>(
    operator: BinaryOperator,
    left: &Value<'v>,
    right: &Value<'v>,
) -> Result<Value<'v>, Failure> {
    use BinaryOperator as Op;
    if let Some(result) = time::arithmetic(operator, left, right) {
        return result;
    }
    let (Some(a), Some(b)) = (number(left), number(right)) else {
        return Err(Failure::new(format!("no arithmetic with {} and {}", left.kind(), right.kind())));
    };
    let division = matches!(operator, Op::Divide | Op::FloorDivide | Op::Remainder);
    if division && b.to_float() == 0.0 {
        return Err(Failure::new("division by zero"));
    }
    if let (Number::Whole(a), Number::Whole(b)) = (a, b)
        && operator != Op::Divide
    {
        return whole(match operator {
            Op::Add => a.checked_add(b),
            Op::Subtract => a.checked_sub(b),
            Op::Multiply => a.checked_mul(b),
            Op::FloorDivide => floor_divide(a, b).map(|(quotient, _)| quotient),
            Op::Remainder => floor_divide(a, b).map(|(_, remainder)| remainder),
            _ => return Err(Failure::new("this operator needs a later version of the runtime")),
        });
    }
    let (a, b) = (a.to_float(), b.to_float());
    Ok(Value::Float(match operator {
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => a * b,
        Op::Divide => a / b,
        Op::FloorDivide => floor_divide_floats(a, b).0,
        Op::Remainder => floor_divide_floats(a, b).1,
        _ => return Err(Failure::new("this operator needs a later version of the runtime")),
    }))
}

/// Division rounded down, and the remainder that has the divisor's sign.
fn floor_divide(a: i128, b: i128) -> Option<(i128, i128)> {
    let (quotient, remainder) = (a.checked_div(b)?, a.checked_rem(b)?);
    if remainder != 0 && (remainder < 0) != (b < 0) {
        return Some((quotient.checked_sub(1)?, remainder.checked_add(b)?));
    }
    Some((quotient, remainder))
}

/// The same for floats, as Python's `divmod` does it.
fn floor_divide_floats(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(b);
    } else if (remainder < 0.0) != (b < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0_f64.copysign(a / b), remainder);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, remainder)
}

pub(super) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Null, Value::Null) => true,
        (Value::Instant(a), Value::Instant(b)) | (Value::Duration(a), Value::Duration(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let member = |name: &str| b.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            a.len() == b.len() && a.iter().all(|(name, a)| member(name).is_some_and(|b| equal(a, b)))
        }
        _ => match (number(left), number(right)) {
            (Some(a), Some(b)) => order_numbers(a, b) == Some(Ordering::Equal),
            _ => false,
        },
    }
}

fn order(left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, Failure> {
    if let (Value::Text(a), Value::Text(b)) = (left, right) {
        return Ok(Some(a.cmp(b)));
    }
    if let Some(order) = time::order(left, right) {
        return Ok(Some(order));
    }
    match (number(left), number(right)) {
        (Some(a), Some(b)) => Ok(order_numbers(a, b)),
        _ => Err(Failure::new(format!("{} and {} have no order", left.kind(), right.kind()))),
    }
}

fn order_numbers(a: Number, b: Number) -> Option<Ordering> {
    match (a, b) {
        (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
        _ => a.to_float().partial_cmp(&b.to_float()),
    }
}

fn contains(container: &Value<'_>, value: &Value<'_>) -> Result<bool, Failure> {
    match (container, value) {
        (Value::Text(text), Value::Text(part)) => Ok(text.contains(&**part)),
        (Value::List(elements), value) => Ok(elements.iter().any(|element| equal(element, value))),
        (Value::Map(members), Value::Text(name)) => Ok(members.iter().any(|(known, _)| known == name)),
        _ => Err(Failure::new(format!("{} cannot be in {}", value.kind(), container.kind()))),
    }
}
