//! An answer as it came: status, headers and body, and what expressions see of it.

use std::borrow::Cow;

use bytes::Bytes;
use couplet_plan::{Answer, Expression, Key, Media, Node, Scope};
use http::HeaderMap;

use crate::{
    Error, ErrorKind, cookies,
    expression::{Failure, Scopes, Value, base64, part, present, walk},
    json, xml,
};

/// A whole answer.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str, Failure> {
        std::str::from_utf8(&self.body).map_err(|_| Failure::new("the body is not a text in UTF-8"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }

    /// The media type without its parameters.
    pub(crate) fn media_type(&self) -> Option<&str> {
        let text = self.header(http::header::CONTENT_TYPE.as_str())?;
        text.split(';').next().map(str::trim)
    }

    /// The provider's name for the request.
    pub(crate) fn request_id(&self) -> Option<&str> {
        ["x-request-id", "request-id"].iter().find_map(|name| self.header(name))
    }

    /// The value in the scope `response` that a path leads to.
    pub(crate) fn look_up<'v>(&'v self, name: &str, path: &[Key<'_>]) -> Result<Value<'v>, Failure> {
        match (name, path) {
            ("status", []) => Ok(Value::Int(i64::from(self.status))),
            ("text", []) => self.text().map(|text| Value::Text(Cow::Borrowed(text))),
            ("body", path) => part(self.text()?, path),
            ("headers", [Key::Name(header)]) => {
                Ok(self.header(header).map_or(Value::Absent, |text| Value::Text(Cow::Borrowed(text))))
            }
            ("headers", []) => Ok(Value::Map(
                self.headers
                    .keys()
                    .filter_map(|name| Some((name.as_str(), self.header(name.as_str())?)))
                    .map(|(name, text)| (Cow::Borrowed(name), Value::Text(Cow::Borrowed(text))))
                    .collect(),
            )),
            ("xml", path) => Ok(walk(xml::read(self.text()?)?, path)),
            ("cookies", path) => Ok(walk(cookies::value(&self.headers), path)),
            ("cookie", []) => Ok(cookies::header(&cookies::set(&self.headers))
                .map_or(Value::Absent, |text| Value::Text(Cow::Owned(text)))),
            _ => Ok(Value::Absent),
        }
    }

    /// The value of an answer, as JSON text.
    pub(crate) fn value_json(&self, answer: &Answer<'_>, cx: &Scopes<'_>) -> Result<Cow<'_, str>, Error> {
        let body = match answer.media() {
            Media::Json => Some(self.json_value(answer.from(), cx)?),
            Media::Text => {
                let mut text = String::new();
                json::write_string(&mut text, self.text().map_err(|failure| self.misfit(&failure))?);
                Some(Cow::Owned(text))
            }
            Media::Binary => Some(Cow::Owned(format!("\"{}\"", base64(&self.body)))),
            _ => None,
        };
        if answer.headers().is_empty() {
            return Ok(body.unwrap_or(Cow::Borrowed("null")));
        }
        let mut out = String::from("{");
        let mut member = |name: &str, write: &dyn Fn(&mut String)| {
            if out.len() > 1 {
                out.push(',');
            }
            json::write_string(&mut out, name);
            out.push(':');
            write(&mut out);
        };
        if let Some(body) = body {
            member("body", &|out| out.push_str(&body));
        }
        for name in answer.headers() {
            if let Some(text) = self.header(name) {
                member(name, &|out| json::write_string(out, text));
            }
        }
        out.push('}');
        Ok(Cow::Owned(out))
    }

    /// An error that says what does not fit, and what the answer claims to be.
    pub(crate) fn misfit(&self, why: &dyn std::fmt::Display) -> Error {
        Error::decode(format!("the answer is not as described: {why} ({})", self.looks()))
            .with_status(self.status)
    }

    /// What the answer claims to be.
    pub(crate) fn looks(&self) -> String {
        let media = self.media_type().unwrap_or("no content type");
        let encoding = match self.header(http::header::CONTENT_ENCODING.as_str()) {
            None | Some("identity") => "",
            Some(_) => ", compressed, which was not asked for",
        };
        format!("{media}, {} bytes{encoding}", self.body.len())
    }

    fn json_value(&self, from: Option<Expression<'_>>, cx: &Scopes<'_>) -> Result<Cow<'_, str>, Error> {
        let misfit = |why: &dyn std::fmt::Display| self.misfit(why);
        let text = self.text().map_err(|failure| misfit(&failure))?;
        if text.trim().is_empty() {
            return Err(misfit(&"the body is empty"));
        }
        let Some(from) = from else { return Ok(Cow::Borrowed(text)) };
        if let Node::Reference(Scope::Response, [Key::Name("body"), path @ ..]) = from.node() {
            let found = json::find(text, path).map_err(|invalid| misfit(&format!("not JSON, {invalid}")))?;
            if let Some(found) = found {
                return Ok(Cow::Borrowed(found));
            }
        }
        let value = present(&from, cx).map_err(|failure| misfit(&failure))?;
        let mut out = String::new();
        value.write_json(&mut out);
        Ok(Cow::Owned(out))
    }
}

/// The first answer whose statuses hold this one.
pub(crate) fn announced<'p>(answers: &'p [Answer<'p>], status: u16) -> Option<(usize, Answer<'p>)> {
    answers.iter().copied().enumerate().find(|(_, answer)| answer.status().contains(status))
}

/// An error that says that no answer is described for this status.
pub(crate) fn unexpected(received: &Received) -> Error {
    let status = received.status;
    let detail = if (300..400).contains(&status) && received.headers.contains_key(http::header::LOCATION) {
        return Error::new(
            ErrorKind::Provider,
            "the provider redirects to another place, where credentials must not go",
        )
        .with_status(status);
    } else {
        "the connector describes no answer with this status"
    };
    Error::decode(detail).with_status(status)
}
