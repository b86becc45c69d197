//! Writes JSON's texts and numbers.

use std::fmt::Write as _;

/// Appends a text in quotes, with no more escapes than RFC 8259 asks for.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            8 => "\\b",
            12 => "\\f",
            0..=31 => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        plain = at + 1;
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// Appends a number, or `null` where JSON has none: an infinity, or not a number.
pub(crate) fn write_float(out: &mut String, number: f64) {
    if !number.is_finite() {
        out.push_str("null");
        return;
    }
    let magnitude = number.abs();
    let _ = if magnitude != 0.0 && !(1e-5..1e16).contains(&magnitude) {
        write!(out, "{number:e}")
    } else {
        write!(out, "{number:?}")
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_must_be_escaped_is() {
        let mut out = String::new();
        write_string(&mut out, "a\"\\\n\u{1}/é\u{7f}");
        assert_eq!(out, "\"a\\\"\\\\\\n\\u0001/é\u{7f}\"");
    }

    #[test]
    fn floats_read_back_as_they_were() {
        for number in [0.0, -0.0, 1.0, 0.1, 1e300, -2.5e-9, 123_456_789.25] {
            let mut out = String::new();
            write_float(&mut out, number);
            assert_eq!(out.parse(), Ok(number), "{out}");
        }
        let mut out = String::new();
        write_float(&mut out, f64::NAN);
        assert_eq!(out, "null");
    }
}
