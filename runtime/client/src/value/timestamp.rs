//! An instant.

use super::{date, text_value};

/// An instant, in the notation of RFC 3339 or near it.
///
/// It keeps the text that it was read from. Providers write offsets as `Z`, `+01:00`, `+0100` or `+01`, put a space
/// where a `T` belongs, or leave the offset out: all of these are taken.
///
/// ```
/// use couplet_runtime::Timestamp;
///
/// let instant: Timestamp = "2016-02-03T14:00:00-0800".parse()?;
/// assert_eq!(instant.as_str(), "2016-02-03T14:00:00-0800");
/// assert_eq!(instant.unix_seconds(), Some(1_454_536_800));
/// # Ok::<(), couplet_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(String);

text_value!(Timestamp, "date and time", |text: &str| parts(text).is_some());

impl Timestamp {
    /// An instant, by its seconds since 1970-01-01T00:00:00Z; none beyond the years 0 to 9999.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = date::day_of(days)?;
        let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
        Some(Self(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")))
    }

    /// Seconds since 1970-01-01T00:00:00Z; none where the text says no offset.
    #[must_use]
    pub fn unix_seconds(&self) -> Option<i64> {
        let parts = parts(&self.0)?;
        Some(parts.local - parts.offset?)
    }

    /// The nanoseconds within the second.
    #[must_use]
    pub fn subsecond_nanos(&self) -> u32 {
        parts(&self.0).map_or(0, |parts| parts.nanos)
    }
}

struct Parts {
    /// Seconds of the local time, as if it were UTC.
    local: i64,
    nanos: u32,
    /// Seconds east of UTC.
    offset: Option<i64>,
}

fn parts(text: &str) -> Option<Parts> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let days = date::days(day)?;
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, minute) = (two(time.get(..2)?)?, two(time.get(3..5)?)?);
    if time.as_bytes().get(2) != Some(&b':') || hour > 24 || minute > 59 {
        return None;
    }
    let mut rest = &time[5..];
    let mut second = 0;
    let mut nanos = 0;
    if let Some(after) = rest.strip_prefix(':') {
        second = two(after.get(..2)?)?;
        if second > 60 {
            return None;
        }
        rest = &after[2..];
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            let mut padded = fraction[..digits.min(9)].to_owned();
            padded.extend(std::iter::repeat_n('0', 9 - digits.min(9)));
            nanos = padded.parse().ok()?;
            rest = &fraction[digits..];
        }
    }
    let local = days * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Parts { local, nanos, offset: offset(rest.trim_start())? })
}

/// The offset that a text says; the outer option is whether it says one rightly.
#[expect(clippy::option_option, reason = "no offset is a valid one")]
fn offset(text: &str) -> Option<Option<i64>> {
    if text.is_empty() {
        return Some(None);
    }
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(Some(0));
    }
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.len() {
        2 => (two(digits)?, 0),
        4 => (two(digits.get(..2)?)?, two(digits.get(2..)?)?),
        5 if digits.as_bytes()[2] == b':' => (two(digits.get(..2)?)?, two(digits.get(3..)?)?),
        _ => return None,
    };
    Some(Some(sign * (hours * 3_600 + minutes * 60)))
}

fn two(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_providers_write_is_taken_and_kept() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2024-02-29T12:00:00.123456+01:00", Some(1_709_204_400)),
            ("2016-02-03T14:00:00-0800", Some(1_454_536_800)),
            ("2024-01-01 10:00:00", None),
            ("2024-01-01T10:00", None),
            ("2024-01-01 10:00:00 UTC", Some(1_704_103_200)),
        ] {
            let instant: Timestamp = text.parse().expect(text);
            assert_eq!((instant.as_str(), instant.unix_seconds()), (text, seconds));
        }
        for text in [
            "",
            "2024-01-01",
            "2024-13-01T00:00:00Z",
            "2024-02-30T00:00:00Z",
            "2024-01-01T25:00:00Z",
            "now",
            "2024-01-01T10:00:00+1",
            "2024-01-01T10:00:00+1:00:0",
            "2024-01-01T10:00:00+aéb",
            "2024-01-01T10:00:00+éé",
            "2024-01-01Té0:00",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        assert_eq!(
            Timestamp::from_unix_seconds(1_709_204_400).map(|t| t.to_string()),
            Some("2024-02-29T11:00:00Z".to_owned())
        );
    }
}
