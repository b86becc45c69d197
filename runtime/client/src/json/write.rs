//! Writes JSON's texts and numbers.

use std::fmt::Write as _;

/// What stands behind the backslash of an escape; 0 for bytes that need none, `u` for those that have no short one.
const ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut byte = 0;
    while byte < 32 {
        escapes[byte] = b'u';
        byte += 1;
    }
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes[b'\n' as usize] = b'n';
    escapes[b'\r' as usize] = b'r';
    escapes[b'\t' as usize] = b't';
    escapes[8] = b'b';
    escapes[12] = b'f';
    escapes
};

/// Appends a text in quotes, with no more escapes than RFC 8259 asks for.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| ESCAPES[usize::from(byte)] != 0) {
        let (plain, after) = rest.split_at(at);
        out.push_str(plain);
        escape(out, after.as_bytes()[0]);
        rest = &after[1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cold]
fn escape(out: &mut String, byte: u8) {
    match ESCAPES[usize::from(byte)] {
        b'u' => {
            // A text takes whatever is written to it.
            let _ = write!(out, "\\u{byte:04x}");
        }
        letter => {
            out.push('\\');
            out.push(char::from(letter));
        }
    }
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
