//! Config values, app values and credentials: what a person supplied in, checked values out.

use couplet_plan::{Field, Format};
use http::HeaderName;

use crate::{
    Error, Secret,
    base_url::{check_origin, is_host_label},
    expression::{FieldValue, Fields, Value},
    json,
};

/// A value as it was supplied.
#[derive(Clone)]
pub(crate) enum Supplied {
    Plain(String),
    Secret(Secret),
}

/// Checks all that was supplied against the declared fields. `what` names the group in messages; no message
/// holds a value.
pub(crate) fn check<'p>(
    what: &str,
    fields: &'p [Field<'p>],
    supplied: &[(String, Supplied)],
    allow_private: bool,
) -> Result<Fields<'p>, Error> {
    if let Some((name, _)) =
        supplied.iter().find(|(name, _)| !fields.iter().any(|field| field.name() == name))
    {
        return Err(Error::config(format!("there is no {what} `{name}`")));
    }
    let mut values = Vec::with_capacity(fields.len());
    for field in fields {
        let given = supplied.iter().rev().find(|(name, _)| name == field.name()).map(|(_, value)| value);
        if let Some(value) = value_of(what, field, given, allow_private)? {
            values.push((field.name(), value));
        }
    }
    Ok(values)
}

fn value_of(
    what: &str,
    field: &Field<'_>,
    given: Option<&Supplied>,
    allow_private: bool,
) -> Result<Option<FieldValue>, Error> {
    let default = field.default().map(default_text).transpose()?;
    let (text, secret) = match (given, &default) {
        (Some(Supplied::Plain(text)), _) => (text.as_str(), field.is_secret()),
        (Some(Supplied::Secret(secret)), _) => (secret.expose_secret(), true),
        (None, Some(text)) => (text.as_str(), field.is_secret()),
        (None, None) if field.is_optional() => return Ok(None),
        (None, None) => return Err(Error::config(format!("the {what} `{}` is missing", field.name()))),
    };
    let value = typed(field, text, allow_private)
        .map_err(|why| Error::config(format!("the {what} `{}` cannot be used: {why}", field.name())))?;
    Ok(Some(if secret { FieldValue::Secret(Secret::new(text)) } else { FieldValue::Plain(value) }))
}

/// A default's text: that of a JSON text, or the JSON itself.
fn default_text(json: &str) -> Result<String, Error> {
    json::parse(json)
        .ok()
        .and_then(|value| value.into_text().ok())
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| Error::config("a default is not a plain value"))
}

/// The value of a text that is of a field's form.
pub(crate) fn typed(field: &Field<'_>, text: &str, allow_private: bool) -> Result<Value<'static>, String> {
    // A key or a certificate in PEM has lines; it never stands in a request as it is.
    let is_pem = text.trim_start().starts_with("-----BEGIN ");
    if text.chars().any(|c| c.is_control() && !(is_pem && matches!(c, '\n' | '\r'))) {
        return Err("it has a control character".to_owned());
    }
    let as_text = || Value::Text(text.to_owned().into());
    let value = match field.format() {
        Format::Integer => text.parse().map(Value::Int).map_err(|_| "it is not a whole number")?,
        Format::Number => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => return Err("it is not a number".to_owned()),
        },
        Format::Boolean => text.parse().map(Value::Bool).map_err(|_| "it is neither true nor false")?,
        Format::HostLabel if !is_host_label(text) => {
            return Err("it is not one label of a host name (lower-case letters, digits, hyphens)".to_owned());
        }
        Format::HeaderName => {
            check_header_name(text)?;
            as_text()
        }
        format @ (Format::Origin(_) | Format::Url(_)) => {
            check_origin(text, &format, allow_private)?;
            as_text()
        }
        _ => as_text(),
    };
    if !field.choices().is_empty() && !field.choices().contains(&text) {
        return Err(format!("it must be one of {}", field.choices().join(", ")));
    }
    check_pattern(field, text)?;
    Ok(value)
}

#[cfg(feature = "regex")]
fn check_pattern(field: &Field<'_>, text: &str) -> Result<(), String> {
    match field.pattern() {
        Some(pattern)
            if !crate::expression::matches(text, pattern).map_err(|failure| failure.to_string())? =>
        {
            Err(format!("it does not match {pattern}"))
        }
        _ => Ok(()),
    }
}

#[cfg(not(feature = "regex"))]
fn check_pattern(_: &Field<'_>, _: &str) -> Result<(), String> {
    Ok(())
}

/// Whether a header may have a name that comes from data.
fn check_header_name(name: &str) -> Result<(), &'static str> {
    const RESERVED: &[&str] = &[
        "accept",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "date",
        "expect",
        "host",
        "keep-alive",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
    ];
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "it is not the name of a header")?;
    if RESERVED.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
        return Err("HTTP reserves this header");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(field: &Field<'_>, text: &str) -> Result<Value<'static>, String> {
        typed(field, text, false)
    }

    #[test]
    fn reserved_header_names_are_refused() {
        let field = Field::new("header").with_format(Format::HeaderName);
        for name in [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Connection",
            "Cookie",
            "TE",
            "Upgrade",
            "Proxy-Authorization",
            "Authorization",
            "a b",
            "",
            "x:y",
            "x\r\ny",
        ] {
            assert!(verdict(&field, name).is_err(), "{name}");
        }
        assert!(verdict(&field, "X-Api-Key").is_ok());
    }

    #[test]
    fn origins_stay_within_their_patterns() {
        let field = Field::new("instance").with_format(Format::Origin(&["*.my.salesforce.com"]));
        assert!(verdict(&field, "https://acme.my.salesforce.com").is_ok());
        for origin in [
            "https://my.salesforce.com",
            "https://evil-my.salesforce.com",
            "https://a.my.salesforce.com.evil.com",
            "http://acme.my.salesforce.com",
            "https://acme.my.salesforce.com/path",
            "https://u@acme.my.salesforce.com",
        ] {
            assert!(verdict(&field, origin).is_err(), "{origin}");
        }
        let any = Field::new("origin").with_format(Format::Origin(&[]));
        assert!(verdict(&any, "https://git.example.org:8443").is_ok());
        assert!(verdict(&any, "http://169.254.169.254/").is_err());
        assert!(verdict(&any, "https://192.168.1.1").is_err());
        assert!(typed(&any, "https://192.168.1.1", true).is_ok());
    }

    #[test]
    fn values_are_checked_and_not_shown() {
        let fields =
            [Field::new("key").secret().with_pattern("^[0-9]+$"), Field::new("env").with_choices(&["a"])];
        let error = |name: &str, value: &str| {
            let supplied = [(name.to_owned(), Supplied::Plain(value.to_owned()))];
            check("credential", &fields, &supplied, false).err().map(|error| error.to_string())
        };
        assert_eq!(
            error("key", "hunter2").as_deref(),
            Some("the credential `key` cannot be used: it does not match ^[0-9]+$")
        );
        assert_eq!(error("key", "1").as_deref(), Some("the credential `env` is missing"));
        assert_eq!(error("kez", "1").as_deref(), Some("there is no credential `kez`"));
    }
}
