//! What is kept of an answer: a value by its expression, checked against its format before anyone uses it.

use couplet_plan::{Capture, Field, Format};

use crate::{
    Error, Secret,
    expression::{FieldValue, Scopes, Value, evaluate},
    fields::typed,
};

/// How long a captured text may be.
const TEXT_LIMIT: usize = 64 * 1024;

/// The value of a capture; `None` where it is absent and may be.
pub(crate) fn capture(
    capture: &Capture<'_>,
    cx: &Scopes<'_>,
    allow_private: bool,
) -> Result<Option<FieldValue>, Error> {
    let name = capture.name();
    let wrong =
        |why: &str| Error::decode(format!("`captured.{name}` cannot be taken from the answer: {why}"));
    let value = match evaluate(&capture.value(), cx) {
        Ok(Value::Absent | Value::Null) if capture.is_optional() => return Ok(None),
        Ok(value @ (Value::Absent | Value::Null)) => return Err(wrong(&format!("it is {}", value.kind()))),
        Ok(value) => value,
        Err(failure) if failure.is_absent() && capture.is_optional() => return Ok(None),
        Err(failure) => return Err(wrong(&failure.to_string())),
    };
    kept(value, capture.format(), capture.is_secret(), allow_private).map(Some).map_err(|why| wrong(&why))
}

/// A value as it is kept. Hosts are confined, and no text has a control character.
pub(crate) fn kept(
    value: Value<'_>,
    format: Format<'_>,
    secret: bool,
    allow_private: bool,
) -> Result<FieldValue, String> {
    if let (Format::Text, false, Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Bool(_)) =
        (format, secret, &value)
    {
        return Ok(FieldValue::Plain(value.into_owned()));
    }
    let text = value.into_text().map_err(|failure| failure.to_string())?.into_owned();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.len() > TEXT_LIMIT {
        return Err(format!("it is longer than {} KiB", TEXT_LIMIT / 1024));
    }
    let value = typed(&Field::new("").with_format(format), &text, allow_private)?;
    Ok(if secret { FieldValue::Secret(Secret::new(text)) } else { FieldValue::Plain(value) })
}
