//! Filters: pure functions of a value and some arguments.

use std::borrow::Cow;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use couplet_plan::Filter;

use super::{Failure, Value, digests, time};
use crate::percent;

/// Reads base64 with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes in base64 (RFC 4648, section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    general_purpose::STANDARD.encode(bytes)
}

/// The bytes that a text in base64 stands for.
pub(crate) fn base64_decode(text: &str) -> Result<Vec<u8>, Failure> {
    LENIENT.decode(text).map_err(|_| Failure::new("not base64"))
}

/// What a filter makes of a value.
pub(super) fn apply<'v>(
    filter: Filter,
    value: Value<'v>,
    arguments: Vec<Value<'v>>,
) -> Result<Value<'v>, Failure> {
    if let Some(result) =
        digests::apply(filter, &value, &arguments).or_else(|| time::apply(filter, &value, &arguments))
    {
        return result;
    }
    let mut arguments = arguments.into_iter();
    let mut argument = || arguments.next().map(Value::into_text).transpose();
    Ok(match filter {
        Filter::Lower => owned(value.into_text()?.to_lowercase()),
        Filter::Upper => owned(value.into_text()?.to_uppercase()),
        Filter::Trim => owned(value.into_text()?.trim()),
        Filter::Replace => {
            let (from, to) = (argument()?.unwrap_or_default(), argument()?.unwrap_or_default());
            owned(value.into_text()?.replace(&*from, &to))
        }
        Filter::Split => split(&value.into_text()?, argument()?.as_deref()),
        Filter::Join => owned(join(value, &argument()?.unwrap_or_default())?),
        Filter::First => end(value, false)?,
        Filter::Last => end(value, true)?,
        Filter::Length => length(&value)?,
        Filter::Matches => Value::Bool(matches(&value.into_text()?, &argument()?.unwrap_or_default())?),
        Filter::Int => int(value)?,
        Filter::Float => float(value)?,
        Filter::String => Value::Text(value.into_text()?),
        Filter::Json => {
            let mut text = String::new();
            value.write_json(&mut text);
            owned(text)
        }
        Filter::Base64 => owned(base64(&value.into_bytes()?)),
        Filter::Base64Url => owned(general_purpose::URL_SAFE_NO_PAD.encode(value.into_bytes()?)),
        Filter::Base64Decode => Value::Bytes(Cow::Owned(base64_decode(&value.into_text()?)?)),
        Filter::Hex => owned(hex(&value.into_bytes()?)),
        Filter::HexDecode => Value::Bytes(Cow::Owned(hex_decode(&value.into_text()?)?)),
        Filter::UrlEncode => {
            let mut text = String::new();
            percent::component(&mut text, &value.into_bytes()?);
            owned(text)
        }
        Filter::FormEncode => {
            let mut text = String::new();
            percent::form(&mut text, &value.into_bytes()?);
            owned(text)
        }
        _ => return Err(Failure::new("this filter needs a later version of the runtime")),
    })
}

/// The bytes that a text in hexadecimal stands for.
fn hex_decode(text: &str) -> Result<Vec<u8>, Failure> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
        _ => None,
    });
    pairs.collect::<Option<_>>().ok_or_else(|| Failure::new("not hexadecimal"))
}

pub(super) fn owned<'v>(text: impl Into<String>) -> Value<'v> {
    Value::Text(Cow::Owned(text.into()))
}

fn split<'v>(text: &str, separator: Option<&str>) -> Value<'v> {
    Value::List(match separator {
        Some(separator) => text.split(separator).map(owned).collect(),
        None => text.split_whitespace().map(owned).collect(),
    })
}

fn join(value: Value<'_>, separator: &str) -> Result<String, Failure> {
    let parts: Vec<Cow<'_, str>> = match value {
        Value::List(elements) => elements.into_iter().map(Value::into_text).collect::<Result<_, _>>()?,
        Value::Text(text) => text.chars().map(|c| Cow::Owned(c.to_string())).collect(),
        other => return Err(Failure::new(format!("{} cannot be joined", other.kind()))),
    };
    Ok(parts.join(separator))
}

fn end(value: Value<'_>, last: bool) -> Result<Value<'_>, Failure> {
    match value {
        Value::List(_) | Value::Text(_) => Ok(value.element(if last { -1 } else { 0 })),
        other => Err(Failure::new(format!("{} has no first or last element", other.kind()))),
    }
}

fn length<'v>(value: &Value<'_>) -> Result<Value<'v>, Failure> {
    let length = match value {
        Value::Text(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(elements) => elements.len(),
        Value::Map(members) => members.len(),
        other => return Err(Failure::new(format!("{} has no length", other.kind()))),
    };
    i64::try_from(length).map(Value::Int).map_err(|_| Failure::new("too long"))
}

fn int(value: Value<'_>) -> Result<Value<'_>, Failure> {
    match value {
        Value::Int(_) | Value::UInt(_) => Ok(value),
        Value::Null => Ok(Value::Int(0)),
        Value::Bool(value) => Ok(Value::Int(i64::from(value))),
        Value::Float(number) => truncate(number),
        Value::Text(text) | Value::Number(text) => {
            let digits = text.strip_prefix('+').unwrap_or(&text);
            if let Ok(number) = digits.parse() {
                return Ok(Value::Int(number));
            }
            if let Ok(number) = digits.parse() {
                return Ok(Value::UInt(number));
            }
            digits.parse().map_err(|_| Failure::new("not a number")).and_then(truncate)
        }
        other => Err(Failure::new(format!("{} is not a number", other.kind()))),
    }
}

fn truncate<'v>(number: f64) -> Result<Value<'v>, Failure> {
    // The first float that is too large.
    const LIMIT: f64 = (1_u64 << 63) as f64;
    if (-LIMIT..LIMIT).contains(&number) {
        return Ok(Value::Int(number as i64));
    }
    Err(Failure::new("the number is too large for a whole number"))
}

fn float(value: Value<'_>) -> Result<Value<'_>, Failure> {
    Ok(Value::Float(match value {
        Value::Float(number) => number,
        Value::Null => 0.0,
        Value::Bool(value) => f64::from(u8::from(value)),
        Value::Int(number) => number as f64,
        Value::UInt(number) => number as f64,
        Value::Text(text) | Value::Number(text) => text.parse().map_err(|_| Failure::new("not a number"))?,
        other => return Err(Failure::new(format!("{} is not a number", other.kind()))),
    }))
}

/// Bytes in lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(feature = "regex")]
pub(crate) fn matches(text: &str, pattern: &str) -> Result<bool, Failure> {
    let regex = regex_lite::RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|_| Failure::new("the pattern is not a regular expression"))?;
    Ok(regex.is_match(text))
}

#[cfg(not(feature = "regex"))]
fn matches(_: &str, _: &str) -> Result<bool, Failure> {
    Err(Failure::new("regular expressions need the feature `regex` of couplet-runtime"))
}
