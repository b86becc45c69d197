//! JSON text with line breaks, and nothing else changed: numbers keep their digits and members their order.

use std::fmt::Write as _;

use crate::output::is_unsafe;

/// Valid JSON text, indented by two spaces. Characters that a terminal would obey are escaped.
pub(crate) fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut chars = json.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push('"');
                string(&mut chars, &mut out);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|c| c.is_ascii_whitespace()).is_some() {}
                if let Some(end) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ if c.is_ascii_whitespace() => {}
            _ => out.push(c),
        }
    }
    out
}

/// Copies the rest of a string, its closing quote included.
fn string(chars: &mut impl Iterator<Item = char>, out: &mut String) {
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push('"');
                return;
            }
            '\\' => {
                out.push('\\');
                out.extend(chars.next());
            }
            _ if is_unsafe(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_indented_and_otherwise_kept() {
        let text = r#"{"a":1.10,"b":[ ],"c":{"d":[true,null,12345678901234567890]},"e":"x, {\"y\"}: [z]"}"#;
        let shown = pretty(text);
        assert_eq!(
            shown,
            "{\n  \"a\": 1.10,\n  \"b\": [],\n  \"c\": {\n    \"d\": [\n      true,\n      null,\n      \
             12345678901234567890\n    ]\n  },\n  \"e\": \"x, {\\\"y\\\"}: [z]\"\n}"
        );
        assert_eq!(pretty("\"a\u{9b}31m\u{202e}\""), "\"a\\u009b31m\\u202e\"");
        assert_eq!(pretty(" 12 "), "12");
    }
}
