//! What YAML's core schema makes of a plain scalar, and what an author may have meant otherwise.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Value;
use crate::source::Span;

/// Resolves a plain scalar (YAML 1.2, 10.3.2). Warns where older YAML reads it otherwise.
pub(super) fn resolve(text: &str, span: Span, diagnostics: &mut Diagnostics) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if let Some(reading) = other_reading(text) {
        let message = format!("`{text}` is a text here, and {reading} to older YAML");
        let quoted = format!("'{text}'");
        let help = "quote it, so that every reader takes it for a text";
        diagnostics
            .report(Diagnostic::new(Code::AMBIGUOUS_SCALAR, message, span).suggest(help, span, quoted));
        return Value::Text;
    }
    number(text, span, diagnostics)
}

fn other_reading(text: &str) -> Option<&'static str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(text.to_ascii_lowercase().as_str(), "yes" | "no" | "on" | "off" | "y" | "n") {
        Some("a boolean")
    } else if bare.len() > 1 && bare.starts_with('0') && digits(bare) {
        Some("an octal number")
    } else if bare.contains('_') && digits(&bare.replace('_', "")) && bare.as_bytes()[0].is_ascii_digit() {
        Some("a number")
    } else if bare.contains(':') && bare.split(':').all(|part| digits(part) && part.len() <= 2) {
        Some("a number of base 60")
    } else {
        None
    }
}

fn number(text: &str, span: Span, diagnostics: &mut Diagnostics) -> Value {
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    let special = matches!(bare.to_ascii_lowercase().as_str(), ".inf" | ".nan");
    let radix = |prefix: &str, radix| {
        text.strip_prefix(prefix)
            .filter(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix)))
            .map(|digits| i128::from_str_radix(digits, radix).ok())
    };
    let whole = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    let int = radix("0o", 8).or_else(|| radix("0x", 16)).or_else(|| whole.then(|| text.parse().ok()));
    if let Some(int) = int {
        return match int {
            Some(int) if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&int) => Value::Int(int),
            _ => out_of_range(text, span, diagnostics),
        };
    }
    if special {
        return out_of_range(text, span, diagnostics);
    }
    let shaped = bare.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && bare.bytes().any(|byte| byte.is_ascii_digit())
        && bare.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    match text.parse::<f64>() {
        Ok(value) if shaped && value.is_finite() => Value::Float(value),
        Ok(_) if shaped => out_of_range(text, span, diagnostics),
        _ => Value::Text,
    }
}

fn out_of_range(text: &str, span: Span, diagnostics: &mut Diagnostics) -> Value {
    let message = format!("the number `{text}` cannot be held exactly");
    let help =
        "whole numbers reach from -9223372036854775808 to 18446744073709551615; quote it to make it a text";
    diagnostics.report(Diagnostic::new(Code::NUMBER_OUT_OF_RANGE, message, span).help(help));
    Value::Null
}
