//! Writes values outside of JSON: query parameters, headers, parts of a path, and forms.

use couplet_plan::{Nesting, Style};

use crate::{
    Error,
    expression::{Failure, Value},
    percent,
};

/// Name and value pairs under way: a query, or a form.
pub(crate) struct Pairs {
    text: String,
    encode: fn(&mut String, &[u8]),
}

impl Pairs {
    /// A query (RFC 3986) that starts with what is encoded already.
    pub(crate) fn query(text: String) -> Self {
        Self { text, encode: percent::component }
    }

    /// A form (`application/x-www-form-urlencoded`).
    pub(crate) fn form() -> Self {
        Self { text: String::new(), encode: percent::form }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Adds a pair.
    pub(crate) fn push(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        (self.encode)(&mut self.text, value);
    }

    /// Adds a query parameter in a style. Null is left out.
    pub(crate) fn styled(&mut self, name: &str, style: Style, value: Value<'_>) -> Result<(), Error> {
        match (style, value) {
            (Style::Json, value) => {
                let mut json = String::new();
                value.write_json(&mut json);
                self.push(name, json.as_bytes());
            }
            (_, Value::Null | Value::Absent) => {}
            (
                Style::Form | Style::SpaceDelimited | Style::PipeDelimited,
                value @ (Value::List(_) | Value::Map(_)),
            ) => {
                let separator = match style {
                    Style::SpaceDelimited => "%20",
                    Style::PipeDelimited => "%7C",
                    _ => ",",
                };
                let parts = parts(name, value)?;
                let flat = parts.iter().flat_map(|(member, value)| member.iter().chain([value]));
                for (index, part) in flat.enumerate() {
                    if index == 0 {
                        self.name(name);
                    } else {
                        self.text.push_str(separator);
                    }
                    (self.encode)(&mut self.text, part.as_bytes());
                }
            }
            (Style::Brackets, Value::List(elements)) => {
                let name = format!("{name}[]");
                for element in elements {
                    self.push(&name, plain(&name, element)?.as_bytes());
                }
            }
            (Style::Brackets | Style::DeepObject, Value::Map(members)) => {
                for (member, value) in members {
                    self.styled(&format!("{name}[{member}]"), style, value)?;
                }
            }
            (_, Value::List(elements)) => {
                for element in elements {
                    self.push(name, plain(name, element)?.as_bytes());
                }
            }
            (_, Value::Map(members)) => {
                for (member, value) in members {
                    self.push(&member, plain(name, value)?.as_bytes());
                }
            }
            (_, value) => self.push(name, plain(name, value)?.as_bytes()),
        }
        Ok(())
    }

    /// Adds a member of a form and all that lies in it. Null is an empty value.
    pub(crate) fn nested(&mut self, name: &str, nesting: Nesting, value: Value<'_>) -> Result<(), Error> {
        match value {
            Value::Null => self.push(name, b""),
            Value::List(elements) => {
                for (index, element) in elements.into_iter().enumerate() {
                    let inner = match nesting {
                        Nesting::Brackets => format!("{name}[{index}]"),
                        Nesting::Dots => format!("{name}.{index}"),
                        Nesting::EmptyBrackets => format!("{name}[]"),
                        _ => name.to_owned(),
                    };
                    if nesting == Nesting::Repeat {
                        self.push(&inner, plain(name, element)?.as_bytes());
                    } else {
                        self.nested(&inner, nesting, element)?;
                    }
                }
            }
            Value::Map(members) => {
                for (member, value) in members {
                    let inner = match nesting {
                        Nesting::Brackets | Nesting::EmptyBrackets => format!("{name}[{member}]"),
                        Nesting::Dots => format!("{name}.{member}"),
                        _ => return Err(unwritable(name, "an object cannot stand in this form")),
                    };
                    self.nested(&inner, nesting, value)?;
                }
            }
            value => self.push(name, plain(name, value)?.as_bytes()),
        }
        Ok(())
    }

    fn name(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        (self.encode)(&mut self.text, name.as_bytes());
        self.text.push('=');
    }
}

/// The text of a header, or of a place in a path: OpenAPI's `simple`. `None` for null.
pub(crate) fn simple(
    name: &str,
    style: Style,
    value: Value<'_>,
    encode: impl Fn(&mut String, &[u8]),
) -> Result<Option<String>, Error> {
    let mut out = String::new();
    match value {
        Value::Null | Value::Absent => return Ok(None),
        value if style == Style::Json => {
            let mut json = String::new();
            value.write_json(&mut json);
            encode(&mut out, json.as_bytes());
        }
        value @ (Value::List(_) | Value::Map(_)) => {
            let joint = if style == Style::FormExploded { '=' } else { ',' };
            for (index, (member, value)) in parts(name, value)?.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                if let Some(member) = member {
                    encode(&mut out, member.as_bytes());
                    out.push(joint);
                }
                encode(&mut out, value.as_bytes());
            }
        }
        value => encode(&mut out, plain(name, value)?.as_bytes()),
    }
    Ok(Some(out))
}

/// A list's elements, or an object's values with their names.
fn parts(name: &str, value: Value<'_>) -> Result<Vec<(Option<String>, String)>, Error> {
    match value {
        Value::List(elements) => {
            elements.into_iter().map(|element| Ok((None, plain(name, element)?))).collect()
        }
        Value::Map(members) => members
            .into_iter()
            .map(|(member, value)| Ok((Some(member.into_owned()), plain(name, value)?)))
            .collect(),
        value => Ok(vec![(None, plain(name, value)?)]),
    }
}

/// The text of a plain value; bytes are written in base64.
pub(crate) fn plain(name: &str, value: Value<'_>) -> Result<String, Error> {
    match value {
        Value::Bytes(bytes) => Ok(crate::expression::base64(&bytes)),
        value => value
            .into_text()
            .map(std::borrow::Cow::into_owned)
            .map_err(|failure: Failure| unwritable(name, failure)),
    }
}

fn unwritable(name: &str, why: impl std::fmt::Display) -> Error {
    Error::input(format!("`{name}` cannot be written: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn query(style: Style, json: &str) -> String {
        let mut pairs = Pairs::query(String::new());
        pairs.styled("a", style, json::parse(json).unwrap()).unwrap();
        pairs.finish()
    }

    fn form(nesting: Nesting, json: &str) -> Result<String, Error> {
        let mut pairs = Pairs::form();
        pairs.nested("a", nesting, json::parse(json).unwrap())?;
        Ok(pairs.finish())
    }

    #[test]
    fn queries_have_openapi_styles() {
        let list = r#"["x y", "b,c", 3]"#;
        assert_eq!(query(Style::FormExploded, list), "a=x%20y&a=b%2Cc&a=3");
        assert_eq!(query(Style::Form, list), "a=x%20y,b%2Cc,3");
        assert_eq!(query(Style::SpaceDelimited, list), "a=x%20y%20b%2Cc%203");
        assert_eq!(query(Style::PipeDelimited, list), "a=x%20y%7Cb%2Cc%7C3");
        assert_eq!(query(Style::Brackets, list), "a%5B%5D=x%20y&a%5B%5D=b%2Cc&a%5B%5D=3");
        assert_eq!(query(Style::Json, r#"{"k": [1.50]}"#), "a=%7B%22k%22%3A%5B1.50%5D%7D");
        let map = r#"{"k": 1, "l": {"m": true}}"#;
        assert_eq!(query(Style::DeepObject, map), "a%5Bk%5D=1&a%5Bl%5D%5Bm%5D=true");
        assert_eq!(query(Style::FormExploded, r#"{"k": 1}"#), "k=1");
        assert_eq!(query(Style::Form, r#"{"k": 1}"#), "a=k,1");
        assert_eq!(query(Style::FormExploded, "null"), "");
        assert_eq!(query(Style::FormExploded, "\"&admin=true#+😀\""), "a=%26admin%3Dtrue%23%2B%F0%9F%98%80");
    }

    #[test]
    fn forms_nest() {
        let value = r#"{"b": ["c d", {"e": null}]}"#;
        assert_eq!(form(Nesting::Brackets, value).unwrap(), "a%5Bb%5D%5B0%5D=c+d&a%5Bb%5D%5B1%5D%5Be%5D=");
        assert_eq!(form(Nesting::Dots, value).unwrap(), "a.b.0=c+d&a.b.1.e=");
        assert_eq!(form(Nesting::EmptyBrackets, value).unwrap(), "a%5Bb%5D%5B%5D=c+d&a%5Bb%5D%5B%5D%5Be%5D=");
        assert_eq!(form(Nesting::Repeat, r#"["c", "d"]"#).unwrap(), "a=c&a=d");
        assert!(form(Nesting::Repeat, value).is_err());
    }

    #[test]
    fn headers_and_paths_are_simple() {
        let of =
            |style, json: &str| simple("a", style, json::parse(json).unwrap(), percent::component).unwrap();
        assert_eq!(of(Style::FormExploded, r#"["b/c", 1]"#).as_deref(), Some("b%2Fc,1"));
        assert_eq!(of(Style::FormExploded, r#"{"k": "v=", "l": 1}"#).as_deref(), Some("k=v%3D,l=1"));
        assert_eq!(of(Style::Form, r#"{"k": "v"}"#).as_deref(), Some("k,v"));
        assert_eq!(of(Style::FormExploded, "null"), None);
    }
}
