//! The request that is being signed, as expressions see it.

use std::borrow::Cow;

use bytes::Bytes;
use couplet_plan::Key;
use http::{HeaderMap, Method, Request, Uri};

use super::{Value, scopes::walk};
use crate::percent;

/// A request as it stands before what signs it is added.
#[derive(Clone, Copy)]
pub(crate) struct RequestView<'v> {
    pub(crate) method: &'v Method,
    pub(crate) uri: &'v Uri,
    pub(crate) headers: &'v HeaderMap,
    pub(crate) body: &'v [u8],
}

impl<'v> RequestView<'v> {
    pub(crate) fn new(request: &'v Request<Bytes>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            body: request.body(),
        }
    }

    /// The value in the scope `request` that a path leads to. What the request has not, as a query, is an empty text,
    /// so that a text to be signed can be composed of it.
    pub(crate) fn look_up(&self, name: &str, path: &[Key<'_>]) -> Value<'v> {
        let text = |text: &'v str| Value::Text(Cow::Borrowed(text));
        let value = match name {
            "method" => text(self.method.as_str()),
            "url" => Value::Text(Cow::Owned(self.uri.to_string())),
            "scheme" => text(self.uri.scheme_str().unwrap_or_default()),
            "host" => text(self.uri.authority().map_or("", http::uri::Authority::as_str)),
            "path" => text(self.uri.path()),
            "query" => text(self.uri.query().unwrap_or_default()),
            "params" => params(self.uri.query().unwrap_or_default()),
            "headers" => match path {
                [Key::Name(name)] => return self.header(name),
                _ => Value::Map(
                    self.headers
                        .keys()
                        .map(|name| (Cow::Borrowed(name.as_str()), self.header(name.as_str())))
                        .collect(),
                ),
            },
            "body" => Value::Bytes(Cow::Borrowed(self.body)),
            _ => Value::Absent,
        };
        walk(value, path)
    }

    /// A header's text; that of several of one name is a list with commas (RFC 9110, 5.3).
    fn header(&self, name: &str) -> Value<'v> {
        let texts: Vec<_> = self
            .headers
            .get_all(name)
            .iter()
            .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
            .collect();
        match texts.as_slice() {
            [] => Value::Absent,
            [text] => Value::Text(Cow::Borrowed(text)),
            _ => Value::Text(Cow::Owned(texts.join(", "))),
        }
    }
}

/// The parameters of a query, decoded. One that stands several times is a list.
pub(crate) fn params<'v>(query: &str) -> Value<'v> {
    let mut members: Vec<(Cow<'v, str>, Value<'v>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), Value::Text(Cow::Owned(decoded(value))));
        match members.iter_mut().find(|(known, _)| *known == name) {
            None => members.push((Cow::Owned(name), value)),
            Some((_, Value::List(values))) => values.push(value),
            Some((_, first)) => *first = Value::List(vec![first.clone(), value]),
        }
    }
    Value::Map(members)
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    String::from_utf8_lossy(&percent::decode(&text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(request: &Request<Bytes>, name: &str, path: &[Key<'_>]) -> String {
        let mut out = String::new();
        RequestView::new(request).look_up(name, path).write_json(&mut out);
        out
    }

    #[test]
    fn each_part_of_a_request_is_seen() {
        let request = Request::post("https://api.example.com:8443/v1/a%20b?x=1&y=a%2Bb+c&x=2&flag")
            .header("x-a", "1")
            .header("x-b", "2")
            .header("x-b", "3")
            .body(Bytes::from("hi"))
            .expect("a request");
        assert_eq!(json(&request, "method", &[]), "\"POST\"");
        assert_eq!(
            json(&request, "url", &[]),
            "\"https://api.example.com:8443/v1/a%20b?x=1&y=a%2Bb+c&x=2&flag\""
        );
        assert_eq!(json(&request, "scheme", &[]), "\"https\"");
        assert_eq!(json(&request, "host", &[]), "\"api.example.com:8443\"");
        assert_eq!(json(&request, "path", &[]), "\"/v1/a%20b\"");
        assert_eq!(json(&request, "query", &[]), "\"x=1&y=a%2Bb+c&x=2&flag\"");
        assert_eq!(json(&request, "params", &[]), r#"{"x":["1","2"],"y":"a+b c","flag":""}"#);
        assert_eq!(json(&request, "params", &[Key::Name("y")]), "\"a+b c\"");
        assert_eq!(json(&request, "headers", &[Key::Name("x-b")]), "\"2, 3\"");
        assert_eq!(json(&request, "headers", &[]), r#"{"x-a":"1","x-b":"2, 3"}"#);
        assert_eq!(json(&request, "body", &[]), "\"aGk=\"");
        assert_eq!(RequestView::new(&request).look_up("cookies", &[]), Value::Absent);
        assert_eq!(RequestView::new(&request).look_up("headers", &[Key::Name("x-c")]), Value::Absent);
    }

    #[test]
    fn a_request_without_a_query_has_an_empty_one() {
        let request = Request::get("https://example.com/").body(Bytes::new()).expect("a request");
        assert_eq!(json(&request, "query", &[]), "\"\"");
        assert_eq!(json(&request, "params", &[]), "{}");
    }
}
