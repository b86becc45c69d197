//! Instants by the directives of `strftime`, in UTC and English: written, and read.

use std::fmt::Write as _;

use couplet_plan::{DateFormat, DatePart, Directive};

use super::{Failure, Value, time};
use crate::value::{day_of, days_to};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The days of the week, from that of 1970-01-01.
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

/// An instant by a format. What is no directive stands as it is: the compiler has refused it where it could.
pub(crate) fn write(format: &str, millis: i64) -> String {
    let mut out = String::with_capacity(format.len() * 2);
    for part in DateFormat::new(format) {
        match part {
            DatePart::Text(text) | DatePart::Unknown(text) => out.push_str(text),
            DatePart::Directive(directive) => write_directive(&mut out, directive, millis),
        }
    }
    out
}

fn write_directive(out: &mut String, directive: Directive, millis: i64) {
    let (days, rest) = (millis.div_euclid(time::DAY), millis.rem_euclid(time::DAY));
    let (year, month, day) = day_of(days).unwrap_or((9_999, 12, 31));
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    let month_name =
        usize::try_from(month - 1).ok().and_then(|place| MONTHS.get(place)).copied().unwrap_or("");
    let weekday =
        usize::try_from(days.rem_euclid(7)).ok().and_then(|place| WEEKDAYS.get(place)).copied().unwrap_or("");
    // Writing to a text does not fail.
    let _ = match directive {
        Directive::Year => write!(out, "{year:04}"),
        Directive::ShortYear => write!(out, "{:02}", year % 100),
        Directive::Month => write!(out, "{month:02}"),
        Directive::MonthName => out.write_str(month_name),
        Directive::MonthAbbreviation => out.write_str(month_name.get(..3).unwrap_or_default()),
        Directive::Day => write!(out, "{day:02}"),
        Directive::PaddedDay => write!(out, "{day:2}"),
        Directive::DayOfYear => write!(out, "{:03}", days - days_to(year, 1, 1).unwrap_or(days) + 1),
        Directive::WeekdayName => out.write_str(weekday),
        Directive::WeekdayAbbreviation => out.write_str(weekday.get(..3).unwrap_or_default()),
        Directive::Hour => write!(out, "{hour:02}"),
        Directive::Hour12 => write!(out, "{:02}", (hour + 11) % 12 + 1),
        Directive::HalfDay => out.write_str(if hour < 12 { "AM" } else { "PM" }),
        Directive::Minute => write!(out, "{minute:02}"),
        Directive::Second => write!(out, "{second:02}"),
        Directive::Milliseconds => write!(out, "{:03}", rest % 1_000),
        Directive::Microseconds => write!(out, "{:03}000", rest % 1_000),
        Directive::Offset => out.write_str("+0000"),
        Directive::Zone => out.write_str("UTC"),
        Directive::UnixSeconds => write!(out, "{}", millis.div_euclid(1_000)),
        Directive::Percent => out.write_char('%'),
        _ => Ok(()),
    };
}

/// The instant that a text says by a format.
pub(crate) fn read<'v>(format: &str, text: &str) -> Result<Value<'v>, Failure> {
    if let Some(lacks) = DateFormat::new(format).lacks() {
        return Err(Failure::new(format!("no instant can be read by a format that lacks {lacks}")));
    }
    let mut reader = Reader { rest: text.trim(), ..Reader::default() };
    for part in DateFormat::new(format) {
        let read = match part {
            DatePart::Text(text) => reader.literal(text),
            DatePart::Directive(directive) => reader.directive(directive),
            DatePart::Unknown(_) => None,
        };
        read.ok_or_else(|| Failure::new(format!("the date is not written by the format `{format}`")))?;
    }
    if !reader.rest.is_empty() {
        return Err(Failure::new(format!("more than a date by the format `{format}` is written")));
    }
    let millis = reader.millis().ok_or_else(|| Failure::new("there is no such day or time"))?;
    time::instant(millis)
}

/// What was read so far.
#[derive(Default)]
struct Reader<'t> {
    rest: &'t str,
    year: i64,
    month: Option<i64>,
    day: i64,
    day_of_year: Option<i64>,
    hour: i64,
    hour12: Option<i64>,
    afternoon: bool,
    minute: i64,
    second: i64,
    millis: i64,
    /// Milliseconds east of UTC.
    offset: i64,
    unix: Option<i64>,
}

impl Reader<'_> {
    fn literal(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn directive(&mut self, directive: Directive) -> Option<()> {
        match directive {
            Directive::Year => self.year = self.number(4, 4, 1..=9_999)?,
            Directive::ShortYear => {
                let short = self.number(2, 2, 0..=99)?;
                self.year = if short < 69 { 2_000 + short } else { 1_900 + short };
            }
            Directive::Month => self.month = Some(self.number(1, 2, 1..=12)?),
            Directive::MonthName => self.month = Some(self.name(&MONTHS, false)? + 1),
            Directive::MonthAbbreviation => self.month = Some(self.name(&MONTHS, true)? + 1),
            Directive::Day => self.day = self.number(1, 2, 1..=31)?,
            Directive::PaddedDay => {
                self.rest = self.rest.trim_start_matches(' ');
                self.day = self.number(1, 2, 1..=31)?;
            }
            Directive::DayOfYear => self.day_of_year = Some(self.number(1, 3, 1..=366)?),
            // The day of the week follows from the day, and says nothing of its own.
            Directive::WeekdayName => drop(self.name(&WEEKDAYS, false)?),
            Directive::WeekdayAbbreviation => drop(self.name(&WEEKDAYS, true)?),
            Directive::Hour => self.hour = self.number(1, 2, 0..=23)?,
            Directive::Hour12 => self.hour12 = Some(self.number(1, 2, 1..=12)?),
            Directive::HalfDay => self.afternoon = self.name(&["AM", "PM"], false)? == 1,
            Directive::Minute => self.minute = self.number(1, 2, 0..=59)?,
            // A leap second is the first of the next minute, as it is in the seconds since 1970.
            Directive::Second => self.second = self.number(1, 2, 0..=60)?,
            Directive::Milliseconds => self.millis = self.number(3, 3, 0..=999)?,
            Directive::Microseconds => self.millis = self.fraction()?,
            Directive::Offset => self.offset = self.offset()?,
            Directive::Zone => drop(self.name(&["UTC", "GMT", "Z"], false)?),
            Directive::UnixSeconds => self.unix = Some(self.unix()?),
            Directive::Percent => self.literal("%")?,
            _ => return None,
        }
        Some(())
    }

    /// Takes digits, as many as there may be.
    fn number(&mut self, least: usize, most: usize, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let length = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(length);
        let number = digits.parse().ok().filter(|number| length >= least && range.contains(number))?;
        self.rest = rest;
        Some(number)
    }

    /// Takes a name in any case, and gives its place.
    fn name(&mut self, names: &[&str], short: bool) -> Option<i64> {
        for (place, name) in names.iter().enumerate() {
            let name = if short { name.get(..3)? } else { name };
            if self.rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
                self.rest = &self.rest[name.len()..];
                return i64::try_from(place).ok();
            }
        }
        None
    }

    /// Takes the digits of a fraction of a second. What is less than a millisecond is dropped.
    fn fraction(&mut self) -> Option<i64> {
        let length = self.rest.bytes().take(9).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(length);
        let millis = format!("{:0<3}", digits.get(..length.min(3))?);
        self.rest = rest;
        if length == 0 { None } else { millis.parse().ok() }
    }

    fn offset(&mut self) -> Option<i64> {
        if let Some(rest) = self.rest.strip_prefix(['Z', 'z']) {
            self.rest = rest;
            return Some(0);
        }
        let sign = if self.rest.starts_with('-') { -1 } else { 1 };
        self.rest = self.rest.strip_prefix(['+', '-'])?;
        let hours = self.number(2, 2, 0..=23)?;
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        let minutes = self.number(2, 2, 0..=59)?;
        Some(sign * (hours * 60 + minutes) * 60_000)
    }

    fn unix(&mut self) -> Option<i64> {
        let sign = usize::from(self.rest.starts_with('-'));
        let digits = self.rest.get(sign..)?.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at(sign + digits);
        self.rest = rest;
        number.parse().ok()
    }

    fn millis(&self) -> Option<i64> {
        if let Some(seconds) = self.unix {
            return seconds.checked_mul(1_000)?.checked_add(self.millis);
        }
        let days = match self.day_of_year {
            Some(day) => {
                let days = days_to(self.year, 1, 1)? + day - 1;
                day_of(days).filter(|(year, ..)| *year == self.year)?;
                days
            }
            None => days_to(self.year, self.month?, self.day)?,
        };
        let hour = match self.hour12 {
            Some(hour) => hour % 12 + if self.afternoon { 12 } else { 0 },
            None => self.hour,
        };
        let seconds = days * 86_400 + hour * 3_600 + self.minute * 60 + self.second;
        Some(seconds * 1_000 + self.millis - self.offset)
    }
}

#[cfg(test)]
mod tests {
    use jiff::fmt::strtime;
    use proptest::prelude::*;

    use super::*;

    /// Every directive that jiff has with our meaning.
    const FORMAT: &str = "%A %a %B %b %d %e %H %I %j %m %M %p %S %3f %6f %y %Y %%";

    /// Formats by which an instant is written and read again, without its milliseconds.
    const WHOLE: [&str; 8] = [
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y%m%dT%H%M%S%z",
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A %e %B %Y, %I:%M:%S %p %Z",
        "%Y-%j %H.%M.%S",
        "%d/%m/%Y%%%S %M %H",
        "%s",
        "%Y-%m-%d %H:%M:%S %z",
    ];

    fn instant() -> impl Strategy<Value = i64> {
        time::FIRST..=time::LAST
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn dates_are_written_as_jiff_writes_them(millis in instant()) {
            let theirs = jiff::Timestamp::from_millisecond(millis).expect("jiff knows the years 1 to 9999");
            // For us, `%f` is Python's: always six digits.
            let ours = write(&FORMAT.replace("%6f", "%f"), millis);
            prop_assert_eq!(ours, strtime::format(FORMAT, theirs).expect("a format"));
            let (seconds, fraction) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
            let whole = jiff::Timestamp::from_second(seconds).expect("a second").to_string();
            prop_assert_eq!(time::rfc3339(seconds * 1_000), whole.clone());
            if fraction > 0 {
                prop_assert_eq!(time::rfc3339(millis), whole.replace('Z', &format!(".{fraction:03}Z")));
            }
        }

        #[test]
        fn dates_are_read_as_jiff_reads_them(millis in instant(), minutes in -1_439_i64..=1_439) {
            let seconds = millis.div_euclid(1_000);
            for format in WHOLE {
                let text = write(format, millis);
                prop_assert_eq!(read(format, &text), Ok(Value::Instant(seconds * 1_000)), "{}", text);
            }
            prop_assert_eq!(time::parse_rfc3339(&time::rfc3339(millis)), Ok(Value::Instant(millis)));
            prop_assert_eq!(read("%Y-%m-%d %H:%M:%S.%f", &write("%Y-%m-%d %H:%M:%S.%f", millis)), Ok(Value::Instant(millis)));
            // The same local time at another offset.
            let sign = if minutes < 0 { '-' } else { '+' };
            let offset = format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
            let text = format!("{}{offset}", write("%Y-%m-%dT%H:%M:%S.%3f", millis));
            let theirs = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
            let theirs = theirs.filter(|millis| (time::FIRST..=time::LAST).contains(millis));
            for ours in [time::parse_rfc3339(&text), read("%Y-%m-%dT%H:%M:%S.%3f%z", &text)] {
                prop_assert_eq!(ours.ok(), theirs.map(Value::Instant), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_a_reader_panic(format in "(%[YymBbdejAaHIpMSfzZs%]|%3f|[ -é]|%Q){0,6}", text in "\\PC{0,24}") {
            let _ = (read(&format, &text), time::parse_rfc3339(&text), write(&format, 0));
            let _ = couplet_plan::duration_millis(&text);
        }
    }

    #[test]
    fn every_day_of_four_hundred_years_is_jiffs() {
        let mut date = jiff::civil::date(1800, 1, 1);
        while date.year() < 2200 {
            let millis = days_to(date.year().into(), date.month().into(), date.day().into()).expect("a day")
                * time::DAY;
            assert_eq!(write("%Y-%m-%d %j %a", millis), date.strftime("%Y-%m-%d %j %a").to_string());
            date = date.tomorrow().expect("a day");
        }
    }

    #[test]
    fn what_providers_write_is_read() {
        let of = |format, text| match read(format, text) {
            Ok(Value::Instant(millis)) => time::rfc3339(millis),
            Ok(other) => panic!("{other:?}"),
            Err(failure) => failure.to_string(),
        };
        assert_eq!(of("%a, %d %b %Y %H:%M:%S %Z", "Sun, 06 Nov 1994 08:49:37 GMT"), "1994-11-06T08:49:37Z");
        assert_eq!(of("%b %e %Y %I:%M %p", "feb  3 2024 12:05 am"), "2024-02-03T00:05:00Z");
        assert_eq!(
            of("%Y-%m-%dT%H:%M:%S.%f%z", "2024-02-29T23:59:59.1234567+01:30"),
            "2024-02-29T22:29:59.123Z"
        );
        assert_eq!(of("%s", "1709251199"), "2024-02-29T23:59:59Z");
        assert_eq!(of("%s", "-1"), "1969-12-31T23:59:59Z");
        assert_eq!(of("%y%m%d", "690101"), "1969-01-01T00:00:00Z");
        assert_eq!(of("%y%m%d", "680101"), "2068-01-01T00:00:00Z");
        assert_eq!(of("%Y-%j", "2024-366"), "2024-12-31T00:00:00Z");
        assert_eq!(of("%Y-%m-%d", " 2024-2-3 "), "2024-02-03T00:00:00Z");
        let wrong = "the date is not written by the format `%Y-%m-%d`";
        for text in ["", "2024", "2024-13-01", "2024-00-01", "24-01-01", "2024/01/01", "2024-01-é"] {
            assert_eq!(of("%Y-%m-%d", text), wrong, "{text}");
        }
        assert_eq!(of("%Y-%m-%d", "2023-02-29"), "there is no such day or time");
        assert_eq!(of("%Y-%j", "2023-366"), "there is no such day or time");
        assert_eq!(of("%Y-%m-%d", "2024-01-01T"), "more than a date by the format `%Y-%m-%d` is written");
        assert_eq!(of("%s", "99999999999999999"), "there is no such day or time");
        assert_eq!(of("%s", "999999999999"), "the instant lies outside the years 1 to 9999");
        assert_eq!(of("%H:%M", "10:00"), "no instant can be read by a format that lacks the year");
    }
}
