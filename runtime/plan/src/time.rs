//! Durations and date formats as texts. The compiler checks what a manifest writes, and the runtime reads what data
//! holds: both by what stands here, so that they cannot disagree.

/// One directive of a date format, as `strftime` has them. Names are English, and instants are told in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Directive {
    /// `%Y`: the year, in four digits.
    Year,
    /// `%y`: the year of its century, in two digits; 69 to 99 are read as 1969 to 1999.
    ShortYear,
    /// `%m`: the month, in two digits.
    Month,
    /// `%B`: the month's name.
    MonthName,
    /// `%b`: the first three letters of the month's name.
    MonthAbbreviation,
    /// `%d`: the day of the month, in two digits.
    Day,
    /// `%e`: the day of the month, with a space where there is one digit.
    PaddedDay,
    /// `%j`: the day of the year, in three digits.
    DayOfYear,
    /// `%A`: the day of the week.
    WeekdayName,
    /// `%a`: the first three letters of the day of the week.
    WeekdayAbbreviation,
    /// `%H`: the hour, 00 to 23.
    Hour,
    /// `%I`: the hour, 01 to 12.
    Hour12,
    /// `%p`: `AM` or `PM`.
    HalfDay,
    /// `%M`: the minute, in two digits.
    Minute,
    /// `%S`: the second, in two digits.
    Second,
    /// `%3f`: the milliseconds within the second, in three digits.
    Milliseconds,
    /// `%f`: the microseconds within the second, in six digits.
    Microseconds,
    /// `%z`: the offset from UTC, `+0000`.
    Offset,
    /// `%Z`: the zone, `UTC`.
    Zone,
    /// `%s`: the seconds since 1970.
    UnixSeconds,
    /// `%%`: a percent sign.
    Percent,
}

/// The directives by what stands behind the percent sign.
const DIRECTIVES: [(&str, Directive); 21] = [
    ("Y", Directive::Year),
    ("y", Directive::ShortYear),
    ("m", Directive::Month),
    ("B", Directive::MonthName),
    ("b", Directive::MonthAbbreviation),
    ("d", Directive::Day),
    ("e", Directive::PaddedDay),
    ("j", Directive::DayOfYear),
    ("A", Directive::WeekdayName),
    ("a", Directive::WeekdayAbbreviation),
    ("H", Directive::Hour),
    ("I", Directive::Hour12),
    ("p", Directive::HalfDay),
    ("M", Directive::Minute),
    ("S", Directive::Second),
    ("3f", Directive::Milliseconds),
    ("f", Directive::Microseconds),
    ("z", Directive::Offset),
    ("Z", Directive::Zone),
    ("s", Directive::UnixSeconds),
    ("%", Directive::Percent),
];

/// A part of a date format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart<'a> {
    /// A text that stands for itself.
    Text(&'a str),
    /// A directive.
    Directive(Directive),
    /// A percent sign, and a letter behind it, that mean nothing.
    Unknown(&'a str),
}

/// The parts of a date format.
#[derive(Clone, Debug)]
pub struct DateFormat<'a>(&'a str);

impl<'a> DateFormat<'a> {
    /// The format that a text says.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// What it lacks for an instant to be read by it: a day must be said, and the half of the day with an hour of
    /// twelve. Where no time is said, it is midnight.
    #[must_use]
    pub fn lacks(self) -> Option<&'static str> {
        use Directive as D;
        let says = |directives: &[Directive]| {
            self.clone().any(|part| matches!(part, DatePart::Directive(said) if directives.contains(&said)))
        };
        if says(&[D::UnixSeconds]) {
            return None;
        }
        if says(&[D::Hour12]) && !says(&[D::HalfDay]) {
            return Some("`%p` beside `%I`");
        }
        if !says(&[D::Year, D::ShortYear]) {
            return Some("the year");
        }
        if says(&[D::DayOfYear]) {
            return None;
        }
        if !says(&[D::Month, D::MonthName, D::MonthAbbreviation]) {
            return Some("the month");
        }
        (!says(&[D::Day, D::PaddedDay])).then_some("the day")
    }
}

impl<'a> Iterator for DateFormat<'a> {
    type Item = DatePart<'a>;

    fn next(&mut self) -> Option<DatePart<'a>> {
        let Some(behind) = self.0.strip_prefix('%') else {
            let (text, rest) = self.0.split_at(self.0.find('%').unwrap_or(self.0.len()));
            self.0 = rest;
            return (!text.is_empty()).then_some(DatePart::Text(text));
        };
        if let Some((name, directive)) = DIRECTIVES.iter().find(|(name, _)| behind.starts_with(name)) {
            self.0 = &behind[name.len()..];
            return Some(DatePart::Directive(*directive));
        }
        let (unknown, rest) = self.0.split_at(1 + behind.chars().next().map_or(0, char::len_utf8));
        self.0 = rest;
        Some(DatePart::Unknown(unknown))
    }
}

/// The milliseconds of a duration: `500ms`, `90s`, `15m`, `1h`, `30d`, or ISO 8601's `PT1H30M` and `P30D`. Months and
/// years are none, as their length differs; nor is anything that is negative.
#[must_use]
pub fn duration_millis(text: &str) -> Option<i64> {
    match text.strip_prefix('P') {
        Some(iso) => iso_millis(iso),
        None => {
            let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
            let unit = match unit {
                "ms" => 1,
                "s" => SECOND,
                "m" => 60 * SECOND,
                "h" => 60 * 60 * SECOND,
                "d" => DAY,
                _ => return None,
            };
            whole(number)?.checked_mul(unit)
        }
    }
}

const SECOND: i64 = 1_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

/// What stands behind the `P`: numbers with their units, the larger ones first.
fn iso_millis(text: &str) -> Option<i64> {
    const UNITS: [(bool, char, i64); 5] = [
        (false, 'W', 7 * DAY),
        (false, 'D', DAY),
        (true, 'H', 60 * 60 * SECOND),
        (true, 'M', 60 * SECOND),
        (true, 'S', SECOND),
    ];
    let (mut rest, mut sum, mut time) = (text, 0_i64, false);
    let mut units = UNITS.iter();
    loop {
        if !time && let Some(behind) = rest.strip_prefix('T') {
            (rest, time) = (behind, true);
        }
        let (number, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let letter = behind.chars().next()?;
        let (_, _, unit) = units.find(|(of_time, unit, _)| *of_time == time && *unit == letter)?;
        let millis = match number.split_once('.') {
            Some((whole, fraction)) if letter == 'S' => seconds(whole, fraction)?,
            _ => whole(number)?.checked_mul(*unit)?,
        };
        sum = sum.checked_add(millis)?;
        rest = &behind[1..];
        if rest.is_empty() {
            return Some(sum);
        }
    }
}

fn seconds(number: &str, fraction: &str) -> Option<i64> {
    let digits = fraction.get(..fraction.len().min(3))?;
    let scale = match digits.len() {
        1 => 100,
        2 => 10,
        _ => 1,
    };
    whole(fraction)?;
    whole(number)?.checked_mul(SECOND)?.checked_add(whole(digits)? * scale)
}

/// A number of digits alone, with one at least.
fn whole(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 18 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, millis) in [
            ("500ms", 500),
            ("90s", 90_000),
            ("15m", 900_000),
            ("1h", 3_600_000),
            ("30d", 2_592_000_000),
            ("0s", 0),
            ("PT1H", 3_600_000),
            ("P30D", 2_592_000_000),
            ("P2W", 1_209_600_000),
            ("P1DT2H3M4S", 93_784_000),
            ("PT0.5S", 500),
            ("PT1.2345S", 1_234),
        ] {
            assert_eq!(duration_millis(text), Some(millis), "{text}");
        }
        for text in [
            "",
            "1",
            "s",
            "-1s",
            "+1s",
            "1 s",
            "1.5h",
            "1h30m",
            "1w",
            "1H",
            "P",
            "PT",
            "P1",
            "PT1",
            "P1Y",
            "P1M",
            "PT1D",
            "P1DT",
            "PT1S1M",
            "PT1M1M",
            "PT.S",
            "PT.5S",
            "PT1.S",
            "PT1.5H",
            "p1d",
            "P-1D",
            "é",
            "1é",
            "P1é",
            "9999999999999999999s",
            "999999999999999999d",
            "P999999999999999999W",
        ] {
            assert_eq!(duration_millis(text), None, "{text}");
        }
    }

    #[test]
    fn a_format_falls_into_its_parts() {
        let mut parts = DateFormat::new("%Y-%m é%3f%%");
        let mut expect = |part| assert_eq!(parts.next(), part);
        expect(Some(DatePart::Directive(Directive::Year)));
        expect(Some(DatePart::Text("-")));
        expect(Some(DatePart::Directive(Directive::Month)));
        expect(Some(DatePart::Text(" é")));
        expect(Some(DatePart::Directive(Directive::Milliseconds)));
        expect(Some(DatePart::Directive(Directive::Percent)));
        expect(None);
        assert_eq!(DateFormat::new("%Q").next(), Some(DatePart::Unknown("%Q")));
        assert_eq!(DateFormat::new("%é").next(), Some(DatePart::Unknown("%é")));
        assert_eq!(DateFormat::new("%").next(), Some(DatePart::Unknown("%")));
        assert_eq!(DateFormat::new("").next(), None);
    }

    #[test]
    fn a_format_that_is_read_by_says_a_day() {
        for whole in ["%Y-%m-%d", "%y %b %e", "%d %B %Y %I:%M %p", "%Y-%j", "%s"] {
            assert_eq!(DateFormat::new(whole).lacks(), None, "{whole}");
        }
        for (format, what) in [
            ("", "the year"),
            ("%m-%d", "the year"),
            ("%Y", "the month"),
            ("%Y-%m", "the day"),
            ("%Y-%m-%d %I:%M", "`%p` beside `%I`"),
        ] {
            assert_eq!(DateFormat::new(format).lacks(), Some(what), "{format}");
        }
    }
}
