//! Values of expressions. They borrow from the Plan, the inputs and the answer where they can.

use std::borrow::Cow;

use super::{Failure, time};
use crate::json;

/// A value of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'v> {
    /// Nothing, which is not null.
    Absent,
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number that is too large for `Int`.
    UInt(u64),
    Float(f64),
    /// A number whose text says more than a float can hold, or says it otherwise.
    Number(Cow<'v, str>),
    Text(Cow<'v, str>),
    Bytes(Cow<'v, [u8]>),
    /// Milliseconds since 1970, within the years 1 to 9999.
    Instant(i64),
    /// Milliseconds.
    Duration(i64),
    List(Vec<Value<'v>>),
    /// Members in their order, without duplicates.
    Map(Vec<(Cow<'v, str>, Value<'v>)>),
}

impl<'v> Value<'v> {
    /// The number that JSON writes so.
    pub(crate) fn from_number(text: &'v str) -> Self {
        let whole = !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
        if whole && text != "-0" {
            if let Ok(number) = text.parse() {
                return Self::Int(number);
            }
            if let Ok(number) = text.parse() {
                return Self::UInt(number);
            }
        }
        match text.parse::<f64>() {
            Ok(number) if !whole && float_text(number) == text => Self::Float(number),
            _ => Self::Number(Cow::Borrowed(text)),
        }
    }

    /// What the value is called in messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "nothing",
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::UInt(_) | Self::Float(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::Instant(_) => "an instant",
            Self::Duration(_) => "a duration",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }

    /// Whether the value counts as true.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Absent | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::UInt(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Number(text) => text.parse::<f64>().is_ok_and(|number| number != 0.0),
            Self::Text(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Instant(_) => true,
            Self::Duration(millis) => *millis != 0,
            Self::List(elements) => !elements.is_empty(),
            Self::Map(members) => !members.is_empty(),
        }
    }

    /// The value as a part of a text. Only plain values have such a form.
    pub(crate) fn into_text(self) -> Result<Cow<'v, str>, Failure> {
        Ok(match self {
            Self::Text(text) | Self::Number(text) => text,
            Self::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Self::Int(number) => Cow::Owned(number.to_string()),
            Self::UInt(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => Cow::Owned(float_text(number)),
            Self::Bytes(Cow::Borrowed(bytes)) => {
                Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| Failure::new(NOT_UTF8))?)
            }
            Self::Bytes(Cow::Owned(bytes)) => {
                Cow::Owned(String::from_utf8(bytes).map_err(|_| Failure::new(NOT_UTF8))?)
            }
            Self::Absent
            | Self::Null
            | Self::Instant(_)
            | Self::Duration(_)
            | Self::List(_)
            | Self::Map(_) => {
                return Err(Failure::new(format!("{} has no form as text", self.kind())));
            }
        })
    }

    /// The value as bytes: bytes themselves, or a text in UTF-8.
    pub(crate) fn into_bytes(self) -> Result<Cow<'v, [u8]>, Failure> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            other => Ok(match other.into_text()? {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            }),
        }
    }

    /// A member of an object.
    pub(crate) fn member(self, name: &str) -> Self {
        match self {
            Self::Map(members) => {
                members.into_iter().find(|(known, _)| known == name).map_or(Self::Absent, |(_, value)| value)
            }
            _ => Self::Absent,
        }
    }

    /// An element of a list or a character of a text; a negative index counts from the end.
    pub(crate) fn element(self, index: i64) -> Self {
        match self {
            Self::List(mut elements) => match place(index, elements.len()) {
                Some(place) => elements.swap_remove(place),
                None => Self::Absent,
            },
            Self::Text(text) => place(index, text.chars().count())
                .and_then(|place| text.chars().nth(place))
                .map_or(Self::Absent, |c| Self::Text(Cow::Owned(c.to_string()))),
            _ => Self::Absent,
        }
    }

    /// The value without anything borrowed.
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Absent => Value::Absent,
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(number) => Value::Int(number),
            Self::UInt(number) => Value::UInt(number),
            Self::Float(number) => Value::Float(number),
            Self::Number(text) => Value::Number(Cow::Owned(text.into_owned())),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Instant(millis) => Value::Instant(millis),
            Self::Duration(millis) => Value::Duration(millis),
            Self::List(elements) => Value::List(elements.into_iter().map(Value::into_owned).collect()),
            Self::Map(members) => Value::Map(
                members
                    .into_iter()
                    .map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }

    /// Appends the value as JSON. What is absent becomes null; bytes become a text in base64, an instant and a duration
    /// one as RFC 3339 and ISO 8601 write them.
    pub(crate) fn write_json(&self, out: &mut String) {
        match self {
            Self::Absent | Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(number) => out.push_str(&number.to_string()),
            Self::UInt(number) => out.push_str(&number.to_string()),
            Self::Float(number) => json::write_float(out, *number),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => json::write_string(out, text),
            Self::Bytes(bytes) => json::write_string(out, &super::filters::base64(bytes)),
            Self::Instant(millis) => json::write_string(out, &time::rfc3339(*millis)),
            Self::Duration(millis) => json::write_string(out, &time::iso8601(*millis)),
            Self::List(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    element.write_json(out);
                }
                out.push(']');
            }
            Self::Map(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    json::write_string(out, name);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

const NOT_UTF8: &str = "the bytes are not a text in UTF-8";

/// The place of an index in a list of that length.
pub(crate) fn place(index: i64, length: usize) -> Option<usize> {
    let place = if index < 0 {
        length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(index).ok()?
    };
    (place < length).then_some(place)
}

fn float_text(number: f64) -> String {
    let mut text = number.to_string();
    if number.is_finite() && !text.contains('.') {
        text.push_str(".0");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        for text in
            ["1", "-7", "9223372036854775808", "1.5", "1.50", "1e3", "123456789012345678901234567890", "-0"]
        {
            let mut json = String::new();
            let value = Value::from_number(text);
            value.write_json(&mut json);
            assert_eq!(json, text);
            assert_eq!(value.into_text().as_deref(), Ok(text));
        }
    }

    #[test]
    fn lists_and_null_have_no_text() {
        assert!(Value::Null.into_text().is_err());
        assert!(Value::List(vec![]).into_text().is_err());
    }
}
