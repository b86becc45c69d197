//! Instants and durations: milliseconds, within the years that every notation can write.

use std::cmp::Ordering;

use couplet_plan::{BinaryOperator, Filter, duration_millis};

use super::{Failure, Value, date_format, filters::owned};
use crate::Timestamp;

/// The first instant: 0001-01-01T00:00:00Z.
pub(crate) const FIRST: i64 = -62_135_596_800_000;

/// The last instant: 9999-12-31T23:59:59.999Z.
pub(crate) const LAST: i64 = 253_402_300_799_999;

pub(super) const DAY: i64 = 86_400_000;

/// The instant of so many milliseconds since 1970.
pub(crate) fn instant<'v>(millis: i64) -> Result<Value<'v>, Failure> {
    if (FIRST..=LAST).contains(&millis) {
        return Ok(Value::Instant(millis));
    }
    Err(Failure::new("the instant lies outside the years 1 to 9999"))
}

/// Arithmetic with an instant or a duration; nothing where neither side is one, or where it has no meaning.
pub(super) fn arithmetic<'v>(
    operator: BinaryOperator,
    left: &Value<'_>,
    right: &Value<'_>,
) -> Option<Result<Value<'v>, Failure>> {
    use BinaryOperator as Op;
    use Value::{Duration, Instant, Int};
    Some(match (operator, left, right) {
        (Op::Add, Instant(at), Duration(by)) | (Op::Add, Duration(by), Instant(at)) => {
            moved(at.checked_add(*by))
        }
        (Op::Subtract, Instant(at), Duration(by)) => moved(at.checked_sub(*by)),
        (Op::Subtract, Instant(a), Instant(b)) => lasting(a.checked_sub(*b)),
        (Op::Add, Duration(a), Duration(b)) => lasting(a.checked_add(*b)),
        (Op::Subtract, Duration(a), Duration(b)) => lasting(a.checked_sub(*b)),
        (Op::Multiply, Duration(by), Int(times)) | (Op::Multiply, Int(times), Duration(by)) => {
            lasting(by.checked_mul(*times))
        }
        _ => return None,
    })
}

/// How two instants, or two durations, lie to one another.
pub(super) fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Instant(a), Value::Instant(b)) | (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// What a filter of instants and durations makes of a value; nothing where the filter is none of them.
pub(super) fn apply<'v>(
    filter: Filter,
    value: &Value<'v>,
    arguments: &[Value<'v>],
) -> Option<Result<Value<'v>, Failure>> {
    let text = |value: &Value<'v>| value.clone().into_text();
    let format = || arguments.first().map(text).transpose();
    Some(match filter {
        Filter::Rfc3339 => millis(value).map(|millis| owned(rfc3339(millis))),
        Filter::Unix => millis(value).map(|millis| Value::Int(millis.div_euclid(1_000))),
        Filter::UnixMs => millis(value).map(Value::Int),
        Filter::Date => millis(value)
            .and_then(|millis| Ok(owned(date_format::write(&format()?.unwrap_or_default(), millis)))),
        Filter::ParseDate => text(value).and_then(|text| match format()? {
            Some(format) => date_format::read(&format, &text),
            None => parse_rfc3339(&text),
        }),
        Filter::Duration => text(value).and_then(|text| {
            duration_millis(&text)
                .map(Value::Duration)
                .ok_or_else(|| Failure::new("no duration, as `90s` or `PT1H`"))
        }),
        _ => return None,
    })
}

/// The milliseconds of an instant.
fn millis(value: &Value<'_>) -> Result<i64, Failure> {
    match value {
        Value::Instant(millis) => Ok(*millis),
        other => {
            Err(Failure::new(format!("{} is no instant: `parse_date` makes one of a text", other.kind())))
        }
    }
}

fn moved<'v>(millis: Option<i64>) -> Result<Value<'v>, Failure> {
    instant(millis.unwrap_or(i64::MAX))
}

fn lasting<'v>(millis: Option<i64>) -> Result<Value<'v>, Failure> {
    millis.map(Value::Duration).ok_or_else(|| Failure::new("the duration is too long"))
}

/// An instant as RFC 3339 writes it, in UTC. Milliseconds are written where there are any.
pub(crate) fn rfc3339(millis: i64) -> String {
    let format = if millis.rem_euclid(1_000) == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S.%3fZ" };
    date_format::write(format, millis)
}

/// The instant that a text says as RFC 3339 writes it, or near it.
pub(crate) fn parse_rfc3339<'v>(text: &str) -> Result<Value<'v>, Failure> {
    let timestamp: Timestamp =
        text.trim().parse().map_err(|_| Failure::new("no instant as RFC 3339 writes it: name its format"))?;
    let seconds = timestamp.unix_seconds().ok_or_else(|| {
        Failure::new("the date says no offset from UTC: name its format, which is then in UTC")
    })?;
    instant(seconds * 1_000 + i64::from(timestamp.subsecond_nanos() / 1_000_000))
}

/// A duration as ISO 8601 writes it.
pub(crate) fn iso8601(millis: i64) -> String {
    let (sign, millis) = (if millis < 0 { "-" } else { "" }, millis.unsigned_abs());
    match millis % 1_000 {
        0 => format!("{sign}PT{}S", millis / 1_000),
        rest => format!("{sign}PT{}.{rest:03}S", millis / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_and_read() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(FIRST), "0001-01-01T00:00:00Z");
        assert_eq!(rfc3339(LAST), "9999-12-31T23:59:59.999Z");
        assert_eq!(parse_rfc3339("2016-02-03T14:00:00.5-08:00"), Ok(Value::Instant(1_454_536_800_500)));
        assert_eq!(parse_rfc3339(&rfc3339(LAST)), Ok(Value::Instant(LAST)));
        for wrong in [
            "2016-02-03",
            "2016-02-03T14:00:00",
            "now",
            "",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert!(parse_rfc3339(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn arithmetic_stays_within_its_range() {
        let of = |operator, left, right| arithmetic(operator, &left, &right);
        let (second, long) = (Value::Duration(1_000), Value::Duration(i64::MAX));
        assert_eq!(
            of(BinaryOperator::Add, Value::Instant(5), second.clone()),
            Some(Ok(Value::Instant(1_005)))
        );
        assert_eq!(
            of(BinaryOperator::Subtract, Value::Instant(5), Value::Instant(7)),
            Some(Ok(Value::Duration(-2)))
        );
        assert_eq!(
            of(BinaryOperator::Multiply, Value::Int(3), second.clone()),
            Some(Ok(Value::Duration(3_000)))
        );
        for (operator, left, right) in [
            (BinaryOperator::Add, Value::Instant(LAST), second.clone()),
            (BinaryOperator::Subtract, Value::Instant(FIRST), second.clone()),
            (BinaryOperator::Add, Value::Instant(5), long.clone()),
            (BinaryOperator::Add, long.clone(), long.clone()),
            (BinaryOperator::Multiply, long, Value::Int(2)),
        ] {
            assert!(matches!(of(operator, left, right), Some(Err(_))));
        }
        assert_eq!(of(BinaryOperator::Add, Value::Instant(1), Value::Instant(1)), None);
        assert_eq!(of(BinaryOperator::Add, Value::Int(1), second), None);
    }
}
