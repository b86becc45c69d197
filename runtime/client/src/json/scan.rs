//! Reads JSON (RFC 8259) strictly, to a depth of 128. Of members with equal names the last one counts.

use std::borrow::Cow;

use couplet_plan::Key;

use super::Invalid;
use crate::expression::Value;

const DEPTH: usize = 128;

type Result<T> = std::result::Result<T, Invalid>;

/// The value of a whole text.
pub(crate) fn parse(text: &str) -> Result<Value<'_>> {
    let mut scanner = Scanner::new(text);
    let value = scanner.value(0)?;
    scanner.end()?;
    Ok(value)
}

/// Whether a whole text is JSON.
pub(crate) fn validate(text: &str) -> Result<()> {
    let mut scanner = Scanner::new(text);
    scanner.skip(0)?;
    scanner.end()
}

/// The text of a part, without building anything: `None` where there is no such part.
pub(crate) fn find<'t>(text: &'t str, path: &[Key<'_>]) -> Result<Option<&'t str>> {
    let mut part = text;
    for key in path {
        let mut scanner = Scanner::new(part);
        scanner.space();
        let found = match (key, scanner.peek()) {
            (Key::Name(name), Some(b'{')) => scanner.member(name)?,
            (Key::Index(index), Some(b'[')) => scanner.element(*index)?,
            _ => None,
        };
        match found {
            Some(found) => part = found,
            None => return Ok(None),
        }
    }
    let mut scanner = Scanner::new(part);
    scanner.space();
    let start = scanner.at;
    scanner.skip(0)?;
    if path.is_empty() {
        let end = scanner.at;
        scanner.end()?;
        return Ok(part.get(start..end));
    }
    Ok(part.get(start..scanner.at))
}

/// Whether an object in a text has two members of one name. A text that is not JSON has none.
pub(crate) fn has_duplicates(text: &str) -> bool {
    let mut found = false;
    let mut scanner = Scanner::new(text);
    scanner.space();
    scanner.distinct(0, &mut found).is_ok() && found
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn invalid<T>(&self, why: &'static str) -> Result<T> {
        Err(Invalid { at: self.at, why })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn end(&mut self) -> Result<()> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { self.invalid("more text after the value") }
    }

    fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn value(&mut self, depth: usize) -> Result<Value<'t>> {
        self.space();
        match self.peek() {
            Some(b'{') if depth < DEPTH => {
                let mut members: Vec<(Cow<'t, str>, Value<'t>)> = Vec::new();
                self.object(|scanner, name| {
                    let value = scanner.value(depth + 1)?;
                    match members.iter_mut().find(|(known, _)| *known == name) {
                        Some(member) => member.1 = value,
                        None => members.push((name, value)),
                    }
                    Ok(())
                })?;
                Ok(Value::Map(members))
            }
            Some(b'[') if depth < DEPTH => {
                let mut elements = Vec::new();
                self.array(|scanner| {
                    elements.push(scanner.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Value::List(elements))
            }
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::from_number),
            _ => self.word(depth),
        }
    }

    fn skip(&mut self, depth: usize) -> Result<()> {
        self.space();
        match self.peek() {
            Some(b'{') if depth < DEPTH => self.object(|scanner, _| scanner.skip(depth + 1)),
            Some(b'[') if depth < DEPTH => self.array(|scanner| scanner.skip(depth + 1)),
            Some(b'"') => self.quoted().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            _ => self.word(depth).map(drop),
        }
    }

    fn word(&mut self, depth: usize) -> Result<Value<'t>> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, value) in
            [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
        {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        match rest.bytes().next() {
            None => self.invalid("the text ends where a value is expected"),
            Some(b'{' | b'[') if depth >= DEPTH => self.invalid("more than 128 levels"),
            Some(_) => self.invalid("not a value"),
        }
    }

    /// Reads a value and gives its text.
    fn raw(&mut self, depth: usize) -> Result<&'t str> {
        self.space();
        let start = self.at;
        self.skip(depth)?;
        Ok(self.since(start))
    }

    fn member(&mut self, wanted: &str) -> Result<Option<&'t str>> {
        let mut found = None;
        self.object(|scanner, name| {
            let value = scanner.raw(1)?;
            if name == wanted {
                found = Some(value);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn element(&mut self, index: i64) -> Result<Option<&'t str>> {
        let mut all = Vec::new();
        self.array(|scanner| {
            all.push(scanner.raw(1)?);
            Ok(())
        })?;
        Ok(crate::expression::place(index, all.len()).map(|place| all[place]))
    }

    fn object(&mut self, mut member: impl FnMut(&mut Self, Cow<'t, str>) -> Result<()>) -> Result<()> {
        self.at += 1;
        self.space();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.invalid("not a member's name");
            }
            let name = self.string()?;
            self.space();
            if !self.take(b':') {
                return self.invalid("no `:` after a member's name");
            }
            member(self, name)?;
            self.space();
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.invalid("neither `,` nor `}` after a member");
            }
        }
    }

    fn distinct(&mut self, depth: usize, found: &mut bool) -> Result<()> {
        self.space();
        if depth > DEPTH {
            return self.invalid("nested too deeply");
        }
        match self.peek() {
            Some(b'{') => {
                let mut names = std::collections::BTreeSet::new();
                self.object(|scanner, name| {
                    *found |= !names.insert(name);
                    scanner.distinct(depth + 1, found)
                })
            }
            Some(b'[') => self.array(|scanner| scanner.distinct(depth + 1, found)),
            _ => self.skip(depth),
        }
    }

    fn array(&mut self, mut element: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.at += 1;
        self.space();
        if self.take(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            self.space();
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.invalid("neither `,` nor `]` after an element");
            }
        }
    }

    /// Reads a text with its quotes: what is between them, and whether it has escapes.
    fn quoted(&mut self) -> Result<(&'t str, bool)> {
        self.at += 1;
        let start = self.at;
        let mut escapes = false;
        loop {
            match self.peek() {
                None => return self.invalid("a text that does not end"),
                Some(b'"') => break,
                Some(b'\\') => {
                    escapes = true;
                    self.at += 2;
                }
                Some(0..=31) => return self.invalid("a control character in a text"),
                Some(_) => self.at += 1,
            }
        }
        let inner = self.since(start);
        self.at += 1;
        Ok((inner, escapes))
    }

    fn string(&mut self) -> Result<Cow<'t, str>> {
        let start = self.at;
        let (inner, escapes) = self.quoted()?;
        if !escapes {
            return Ok(Cow::Borrowed(inner));
        }
        unescape(inner).map(Cow::Owned).ok_or(Invalid { at: start, why: "an escape that JSON does not know" })
    }

    fn number(&mut self) -> Result<&'t str> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return self.invalid("not a number");
        }
        if self.take(b'.') && self.digits() == 0 {
            return self.invalid("no digit after the decimal point");
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return self.invalid("no digit in the exponent");
            }
        }
        Ok(self.since(start))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let kind = rest.bytes().next()?;
        rest = rest.get(1..)?;
        out.push(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = unit(&mut rest)?;
                let mut units = vec![first];
                if (0xd800..0xdc00).contains(&first) {
                    rest = rest.strip_prefix("\\u")?;
                    units.push(unit(&mut rest)?);
                }
                char::decode_utf16(units).next()?.ok()?
            }
            _ => return None,
        });
    }
    out.push_str(rest);
    Some(out)
}

fn unit(rest: &mut &str) -> Option<u16> {
    let digits = rest.get(..4)?;
    *rest = rest.get(4..)?;
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_what_they_say() {
        let value =
            parse(r#" {"a": [1, -2, 18446744073709551615, 1.50, "x\u00e9\ud83d\ude00\n"], "a\"": null} "#);
        let list = vec![
            Value::Int(1),
            Value::Int(-2),
            Value::UInt(u64::MAX),
            Value::Number("1.50".into()),
            Value::Text("xé😀\n".into()),
        ];
        let expected = Value::Map(vec![("a".into(), Value::List(list)), ("a\"".into(), Value::Null)]);
        assert_eq!(value, Ok(expected));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            "1e",
            "-",
            "+1",
            ".5",
            "nul",
            "tru e",
            "\"",
            "\"\\\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\u12\"",
            "\"\n\"",
            "[1] 2",
            "NaN",
            "'a'",
            "\u{feff}1",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        for text in ["{", "[1,]", "01 ", "1.", "\"", "[1] 2", "\u{feff}1"] {
            assert!(validate(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&nested(128)).is_ok());
        assert!(parse(&nested(129)).is_err());
        assert!(validate(&nested(100_000)).is_err());
    }

    #[test]
    fn parts_are_found_without_parsing_the_whole() {
        let text = r#"{"data": {"items": [{"id": 1}, {"id": 2.50}]}, "data2": 1, "d": 1, "d": 2}"#;
        let id = |index| [Key::Name("data"), Key::Name("items"), Key::Index(index), Key::Name("id")];
        assert_eq!(find(text, &id(0)), Ok(Some("1")));
        assert_eq!(find(text, &id(-1)), Ok(Some("2.50")));
        assert_eq!(find(text, &id(2)), Ok(None));
        assert_eq!(find(text, &[Key::Name("d")]), Ok(Some("2")));
        assert_eq!(find(text, &[Key::Name("data"), Key::Name("x"), Key::Name("y")]), Ok(None));
        assert_eq!(find(" [1] ", &[]), Ok(Some("[1]")));
    }
}
