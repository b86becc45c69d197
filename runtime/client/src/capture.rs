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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use couplet_plan::{Expression, Key, Scope};

    use super::*;
    use crate::response::Received;

    const VALUE: Expression<'_> =
        Expression::reference(Scope::Response, &[Key::Name("body"), Key::Name("value")]);

    fn of(wanted: &Capture<'_>, body: &str) -> Result<Option<String>, Error> {
        let headers = http::HeaderMap::new();
        let received = Received { status: 200, headers, body: Bytes::from(body.to_owned()) };
        let cx = Scopes { response: Some(&received), ..Scopes::default() };
        let value = capture(wanted, &cx, false)?;
        Ok(value.map(|value| match value {
            FieldValue::Plain(value) => {
                value.into_text().map(std::borrow::Cow::into_owned).unwrap_or_default()
            }
            FieldValue::Secret(secret) => format!("secret {}", secret.expose_secret()),
        }))
    }

    #[test]
    fn values_are_kept_as_they_are() {
        let plain = Capture::new("a", VALUE);
        assert_eq!(of(&plain, r#"{"value": 7}"#).unwrap().as_deref(), Some("7"));
        assert_eq!(of(&plain, r#"{"value": "x"}"#).unwrap().as_deref(), Some("x"));
        assert_eq!(of(&plain.secret(), r#"{"value": 7}"#).unwrap().as_deref(), Some("secret 7"));
        for body in
            [r#"{"value": null}"#, "{}", r#"{"value": ""}"#, r#"{"value": "a\u0000b"}"#, r#"{"value": []}"#]
        {
            let error = of(&plain, body).unwrap_err();
            assert!(error.to_string().contains("`captured.a`"), "{error}");
        }
        assert_eq!(of(&plain.optional(), "{}").unwrap(), None);
        assert_eq!(of(&plain.optional(), r#"{"value": null}"#).unwrap(), None);
    }

    #[test]
    fn hosts_are_confined() {
        let host = |within| Capture::new("a", VALUE).with_format(Format::Url(within));
        let body = |url: &str| format!(r#"{{"value": "{url}"}}"#);
        let confined = host(&["*.example.com"]);
        assert!(of(&confined, &body("https://a.example.com/path")).is_ok());
        for url in [
            "https://example.com",
            "https://a.example.com?x",
            "http://a.example.com",
            "https://a.example.com/../x",
        ] {
            assert!(of(&confined, &body(url)).is_err(), "{url}");
        }
        for url in ["https://127.0.0.1/", "https://localhost", "https://metadata.google.internal"] {
            assert!(of(&host(&[]), &body(url)).is_err(), "{url}");
        }
    }
}
