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

/// A whole number of milliseconds, in the range that instants have.
fn whole(millis: f64) -> i64 {
    let seconds = Duration::from_secs_f64(millis.clamp(0.0, 253_402_300_799_000.0) / 1000.0);
    i64::try_from(seconds.as_millis()).unwrap_or(i64::MAX)
}
