//! When a token ends, as providers say it: a number of some unit, a number in a text, or an instant.

use std::time::Duration;

use super::issuer::Expiry;
use crate::{Error, Timestamp, expression::Value};

/// No token is believed to live longer.
const LONGEST: f64 = 100.0 * 365.0 * 86_400_000.0;
/// Numbers from here on are milliseconds since 1970, below seconds: it is the year 5138 in seconds.
const MILLISECONDS: f64 = 1e11;

/// How long a token lives. Zero, and less, is how some providers say that it does not end: `None`.
pub(crate) fn lifetime(value: &Value<'_>, unit: u32) -> Result<Option<Duration>, Error> {
    if let Value::Duration(millis) = value {
        return Ok(u64::try_from(*millis).ok().filter(|millis| *millis > 0).map(Duration::from_millis));
    }
    let Some(number) = number(value) else {
        return Err(Error::decode(format!("the token's lifetime is not a number, but {}", value.kind())));
    };
    let millis = (number * f64::from(unit)).min(LONGEST);
    Ok((millis >= 1.0).then(|| Duration::from_secs_f64(millis / 1000.0)))
}

/// When a token ends.
pub(crate) fn at(value: &Value<'_>) -> Result<Expiry, Error> {
    if let Value::Instant(millis) = value {
        return Ok(Expiry::At(*millis));
    }
    if let Some(number) = number(value) {
        let millis = if number < MILLISECONDS { number * 1000.0 } else { number };
        return Ok(if number <= 0.0 { Expiry::Unknown } else { Expiry::At(whole(millis)) });
    }
    let instant = match value {
        Value::Text(text) => text.trim().parse::<Timestamp>().ok().and_then(|instant| instant.unix_seconds()),
        _ => None,
    };
    instant.map(|seconds| Expiry::At(seconds.saturating_mul(1000))).ok_or_else(|| {
        Error::decode(format!("the token's end is neither an instant nor a number, but {}", value.kind()))
    })
}

/// A number, also one in a text, which is how some providers write them.
fn number(value: &Value<'_>) -> Option<f64> {
    let text = match value {
        Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Number(_) | Value::Text(_) => {
            value.clone().into_text().ok()?
        }
        _ => return None,
    };
    let text = text.trim();
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
}

/// The whole part of a number, in the range that instants have.
fn whole(millis: f64) -> i64 {
    // Only durations turn floats into whole numbers without a cast; what they count does not matter.
    let whole = Duration::from_secs_f64(millis.clamp(0.0, 253_402_300_799_000.0)).as_secs();
    i64::try_from(whole).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(json: &str) -> Result<Option<u64>, Error> {
        let lifetime = lifetime(&crate::json::parse(json).unwrap(), 1000)?;
        Ok(lifetime.map(|lifetime| lifetime.as_secs()))
    }

    #[test]
    fn lifetimes_are_numbers_of_some_unit() {
        assert_eq!(seconds("3600").unwrap(), Some(3600));
        assert_eq!(seconds("\"3600\"").unwrap(), Some(3600));
        assert_eq!(seconds("3600.9").unwrap(), Some(3600));
        assert_eq!(seconds("0").unwrap(), None);
        assert_eq!(seconds("-1").unwrap(), None);
        assert_eq!(seconds("1e300").unwrap(), Some(3_153_600_000));
        assert_eq!(seconds("99999999999999999999").unwrap(), Some(3_153_600_000));
        for wrong in ["\"abc\"", "\"\"", "true", "[]", "\"NaN\"", "\"0x10\""] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        let minutes = lifetime(&Value::Int(2), 60_000).unwrap();
        assert_eq!(minutes, Some(Duration::from_secs(120)));
        assert_eq!(lifetime(&Value::Duration(90_000), 1).unwrap(), Some(Duration::from_secs(90)));
    }

    #[test]
    fn ends_are_instants_or_numbers() {
        let of = |json: &str| at(&crate::json::parse(json).unwrap());
        assert_eq!(of("1700000000").unwrap(), Expiry::At(1_700_000_000_000));
        assert_eq!(of("1700000000123").unwrap(), Expiry::At(1_700_000_000_123));
        assert_eq!(of("\"1700000000\"").unwrap(), Expiry::At(1_700_000_000_000));
        assert_eq!(of("\"2023-11-14T22:13:20Z\"").unwrap(), Expiry::At(1_700_000_000_000));
        assert_eq!(of("0").unwrap(), Expiry::Unknown);
        assert_eq!(of("1e300").unwrap(), Expiry::At(253_402_300_799_000));
        assert!(of("\"tomorrow\"").is_err() && of("{}").is_err());
    }
}
