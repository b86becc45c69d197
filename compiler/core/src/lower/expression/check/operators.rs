//! Operators are given what they take.

use couplet_plan::BinaryOperator;

use super::super::Fault;
use super::super::scope::{Known, Ty};
use super::super::tree::Tree;
use super::{Checker, missing};
use crate::diagnostic::Code;

const TIME: &str = "a duration is added to an instant or a duration, or subtracted from it, or multiplied by a whole \
    number; instants are subtracted from one another. `'90s' | duration` is a duration";

impl Checker<'_> {
    pub(super) fn binary(&mut self, operator: BinaryOperator, left: &Tree, right: &Tree) -> Known {
        use BinaryOperator as Op;
        let ty = match operator {
            Op::Add | Op::Subtract | Op::Multiply | Op::FloorDivide | Op::Remainder | Op::Divide => {
                return self.arithmetic(operator, left, right);
            }
            Op::And | Op::Or => {
                let (first, second) = (self.there(left), self.there(right));
                let ty = self.either((&first.ty, left), (&second.ty, right));
                let (null, secret) = (first.null || second.null, first.secret || second.secret);
                return Known { null, secret, ..Known::present(ty) };
            }
            _ => Ty::Bool,
        };
        let (first, second) = (self.there(left), self.there(right));
        if !self.is_mistaken(left) && !self.is_mistaken(right) {
            self.comparable(operator, &first, &second, right);
        }
        Known { secret: first.secret || second.secret, ..Known::present(ty) }
    }

    fn arithmetic(&mut self, operator: BinaryOperator, left: &Tree, right: &Tree) -> Known {
        let (first, second) = (self.check(left), self.check(right));
        let secret = first.secret || second.secret;
        let of_time = |known: &Known| matches!(known.ty, Ty::Instant | Ty::Duration);
        let ty = if (of_time(&first) || of_time(&second))
            && (self.is_mistaken(left) || self.is_mistaken(right))
        {
            Ty::Any
        } else if of_time(&first) || of_time(&second) {
            for (known, tree) in [(&first, left), (&second, right)] {
                if known.missing() {
                    self.faults.push(missing(known, "a value belongs here", tree));
                }
            }
            time(operator, &first.ty, &second.ty).unwrap_or_else(|| {
                let message =
                    format!("{} and {} have no {}", first.ty.words(), second.ty.words(), result(operator));
                let fault = Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, right.at.clone());
                self.faults.push(fault.help(TIME));
                Ty::Any
            })
        } else {
            let (first, second) = (self.of_number(first, left), self.of_number(second, right));
            let whole = first.ty == Ty::Int && second.ty == Ty::Int && operator != BinaryOperator::Divide;
            if whole { Ty::Int } else { Ty::Number }
        };
        Known { secret, ..Known::present(ty) }
    }

    fn comparable(&mut self, operator: BinaryOperator, first: &Known, second: &Known, right: &Tree) {
        use BinaryOperator as Op;
        let number = |ty: &Ty| matches!(ty, Ty::Int | Ty::Number);
        let either = |ty: &Ty| first.ty == *ty || second.ty == *ty;
        let of_time = [&first.ty, &second.ty].iter().any(|ty| ty.not_json().is_some());
        let fits = match operator {
            Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual if of_time => {
                first.ty == second.ty && matches!(first.ty, Ty::Instant | Ty::Duration)
            }
            Op::Equal | Op::NotEqual if of_time => first.ty == second.ty || either(&Ty::Null),
            Op::In if of_time => matches!(&second.ty, Ty::List(element) if **element == first.ty),
            Op::In => {
                matches!(second.ty, Ty::Any | Ty::List(_) | Ty::Object | Ty::Item(_))
                    || (second.ty == Ty::Text && matches!(first.ty, Ty::Text | Ty::Any))
            }
            Op::Equal | Op::NotEqual => {
                either(&Ty::Any)
                    || either(&Ty::Null)
                    || first.ty.words() == second.ty.words()
                    || (number(&first.ty) && number(&second.ty))
            }
            _ => {
                either(&Ty::Any)
                    || (number(&first.ty) && number(&second.ty))
                    || (first.ty == Ty::Text && second.ty == Ty::Text)
            }
        };
        if !fits {
            let message = format!("{} and {} cannot be compared so", first.ty.words(), second.ty.words());
            let fault = Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, right.at.clone());
            let help = "an instant is compared with an instant, and a duration with a duration: `| parse_date` makes an \
                instant of a text, and `| duration` a duration";
            self.faults.push(if of_time { fault.help(help) } else { fault });
        }
    }
}

/// What arithmetic with an instant or a duration gives; nothing where it has no meaning. No data holds either, so what may
/// be any value is none.
fn time(operator: BinaryOperator, first: &Ty, second: &Ty) -> Option<Ty> {
    use BinaryOperator as Op;
    Some(match (operator, first, second) {
        (Op::Add, Ty::Instant, Ty::Duration) | (Op::Add, Ty::Duration, Ty::Instant) => Ty::Instant,
        (Op::Subtract, Ty::Instant, Ty::Duration) => Ty::Instant,
        (Op::Subtract, Ty::Instant, Ty::Instant) => Ty::Duration,
        (Op::Add | Op::Subtract, Ty::Duration, Ty::Duration) => Ty::Duration,
        (Op::Multiply, Ty::Duration, Ty::Int) | (Op::Multiply, Ty::Int, Ty::Duration) => Ty::Duration,
        _ => return None,
    })
}

/// What an operator's result is called.
fn result(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "sum",
        BinaryOperator::Subtract => "difference",
        BinaryOperator::Multiply => "product",
        BinaryOperator::Remainder => "remainder",
        _ => "quotient",
    }
}
