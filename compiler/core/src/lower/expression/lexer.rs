//! The words of an expression.

use std::ops::Range;

use super::Fault;
use crate::diagnostic::Code;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Int(i64),
    Float(f64),
    Text(String),
    Sign(&'static str),
}

/// Signs, the longer ones first.
const SIGNS: [&str; 27] = [
    "==", "!=", "<=", ">=", "//", "**", "|", ".", ",", ":", "(", ")", "[", "]", "{", "}", "~", "+", "-", "*",
    "/", "%", "<", ">", "=", "!", "&",
];

/// Where `}}` closes an expression that begins with `{{`, as an offset; texts within it may hold `}}`.
pub(super) fn end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut quote) = (2, None);
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'\'' | b'"')) => quote = Some(byte),
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Reads the words of an expression that begins at `base` in its template.
pub(super) fn tokens(text: &str, base: usize, faults: &mut Vec<Fault>) -> Option<Vec<(Token, Range<usize>)>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let start = at;
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        // What an XML element has beside its children: `.@name` is an attribute, and `.$` its text.
        let of_element = matches!(c, '@' | '$') && matches!(tokens.last(), Some((Token::Sign("."), _)));
        let token = if of_element {
            at += 1;
            at +=
                text[at..].find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len() - at);
            Token::Word(text[start..at].to_owned())
        } else if c == '_' || c.is_ascii_alphabetic() {
            at += rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            Token::Word(text[start..at].to_owned())
        } else if c.is_ascii_digit() {
            at += number_length(rest);
            match number(&text[start..at]) {
                Some(token) => token,
                None => {
                    let message = format!("the number `{}` is out of range", &text[start..at]);
                    faults.push(Fault::new(Code::BAD_EXPRESSION, message, base + start..base + at));
                    return None;
                }
            }
        } else if c == '\'' || c == '"' {
            match quoted(rest, c) {
                Ok((token, length)) => {
                    at += length;
                    Token::Text(token)
                }
                Err(why) => {
                    faults.push(Fault::new(Code::BAD_EXPRESSION, why, base + start..base + text.len()));
                    return None;
                }
            }
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            at += sign.len();
            Token::Sign(sign)
        } else {
            let message = format!("`{c}` means nothing in an expression");
            faults.push(Fault::new(Code::BAD_EXPRESSION, message, base + at..base + at + c.len_utf8()));
            return None;
        };
        tokens.push((token, base + start..base + at));
    }
    Some(tokens)
}

fn number_length(rest: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(rest);
    if rest[length..].starts_with('.') && rest[length + 1..].starts_with(|c: char| c.is_ascii_digit()) {
        length += 1 + digits(&rest[length + 1..]);
    }
    if let Some(exponent) = rest[length..].strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let count = digits(&exponent[sign..]);
        if count > 0 {
            length += 1 + sign + count;
        }
    }
    length
}

fn number(text: &str) -> Option<Token> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Token::Int);
    }
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(Token::Float)
}

fn quoted(rest: &str, quote: char) -> Result<(String, usize), &'static str> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((text, at + 1)),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, 'r')) => text.push('\r'),
                Some((_, c @ ('\\' | '\'' | '"' | '/'))) => text.push(c),
                _ => return Err("a text knows the escapes \\n, \\t, \\r, \\\\, \\' and \\\""),
            },
            c => text.push(c),
        }
    }
    Err("the text is not closed")
}
