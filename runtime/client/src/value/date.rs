//! A day of the calendar.

use super::text_value;

/// A day of the calendar: `2024-02-29`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(String);

text_value!(Date, "date", |text: &str| days(text).is_some());

impl Date {
    /// A day, by its year (0 to 9999), its month and its day; none where there is no such day.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let text = format!("{year:04}-{month:02}-{day:02}");
        days(&text).map(|_| Self(text))
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> u16 {
        self.0.get(..4).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(&self) -> u8 {
        self.0.get(5..7).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(&self) -> u8 {
        self.0.get(8..10).and_then(|text| text.parse().ok()).unwrap_or(0)
    }
}

/// The days from 1970-01-01 to a day that is written as `2024-02-29`.
pub(super) fn days(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i64>().ok())?
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    days_to(digits(0..4)?, digits(5..7)?, digits(8..10)?)
}

/// The days from 1970-01-01 to a day, by its year, its month and its day; none where there is no such day.
pub(crate) fn days_to(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The year, the month and the day of a number of days from 1970-01-01.
pub(crate) fn day_of(days: i64) -> Option<(i64, i64, i64)> {
    let days = days.checked_add(719_468)?;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (0..=9_999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_both_ways() {
        for number in [-719_468, -1, 0, 59, 60, 11_016, 19_782, 2_932_896] {
            if let Some((year, month, day)) = day_of(number) {
                assert_eq!(days(&format!("{year:04}-{month:02}-{day:02}")), Some(number));
            }
        }
        assert_eq!(days("2023-02-29"), None);
        assert_eq!(
            Date::new(2024, 2, 29).map(|date| (date.year(), date.month(), date.day())),
            Some((2024, 2, 29))
        );
    }
}
