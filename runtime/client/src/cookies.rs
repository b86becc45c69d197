//! The cookies that an answer sets (RFC 6265, 5.2), and the header that sends them back.

use std::borrow::Cow;

use http::{HeaderMap, header::SET_COOKIE};

use crate::expression::{Value, read_date};

/// What a cookie that is taken back expires before: the second day of 1970.
const LONG_AGO: i64 = 86_400_000;

/// The cookies by their names, in their order. A later one of the same name stands for an earlier one, and one that is
/// taken back is left out.
pub(crate) fn set(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let mut cookies: Vec<(&str, &str)> = Vec::new();
    for header in headers.get_all(SET_COOKIE) {
        let Ok(text) = std::str::from_utf8(header.as_bytes()) else { continue };
        let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
        let Some((name, value)) = pair.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            continue;
        }
        cookies.retain(|(known, _)| *known != name);
        if !is_taken_back(attributes) {
            cookies.push((name, value));
        }
    }
    cookies
}

/// The `Cookie` header of these cookies.
pub(crate) fn header(cookies: &[(&str, &str)]) -> Option<String> {
    let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!pairs.is_empty()).then(|| pairs.join("; "))
}

/// Whether a cookie's attributes say that it is gone. `Max-Age` goes before `Expires`.
fn is_taken_back(attributes: &str) -> bool {
    let attribute = |wanted: &str| {
        attributes.split(';').rev().find_map(|attribute| {
            let (name, value) = attribute.split_once('=')?;
            name.trim().eq_ignore_ascii_case(wanted).then_some(value.trim())
        })
    };
    if let Some(seconds) = attribute("max-age").and_then(|text| text.parse::<i64>().ok()) {
        return seconds <= 0;
    }
    attribute("expires").is_some_and(|text| {
        // Some write the day with hyphens, as RFC 850 did.
        let text = text.replace('-', " ");
        let date = read_date("%a, %d %b %Y %H:%M:%S %Z", &text);
        matches!(date, Ok(Value::Instant(at)) if at < LONG_AGO)
    })
}

/// The cookies as an object.
pub(crate) fn value<'v>(headers: &'v HeaderMap) -> Value<'v> {
    let member = |(name, value): (&'v str, &'v str)| (Cow::Borrowed(name), Value::Text(Cow::Borrowed(value)));
    Value::Map(set(headers).into_iter().map(member).collect())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn header_of(cookies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(SET_COOKIE, HeaderValue::from_bytes(cookie.as_bytes()).expect("a header"));
        }
        header(&set(&headers))
    }

    #[test]
    fn cookies_are_sent_back_as_they_were_set() {
        let of = |cookies: &[&str]| header_of(cookies).unwrap_or_default();
        assert_eq!(of(&["sid=a1; Path=/; HttpOnly", "lang=\"de\"; Secure"]), "sid=a1; lang=\"de\"");
        assert_eq!(of(&["a=1=2;x=3"]), "a=1=2");
        assert_eq!(of(&[" a = b ", "empty="]), "a=b; empty=");
        assert_eq!(of(&["a=1", "b=2", "a=3"]), "b=2; a=3");
        assert_eq!(header_of(&["no cookie", "=x", ""]), None);
        assert_eq!(header_of(&[]), None);
    }

    #[test]
    fn a_cookie_that_is_taken_back_is_not_sent() {
        for attributes in [
            "Max-Age=0",
            "max-age = -1",
            "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "path=/; expires=Thu, 01-Jan-1970 00:00:01 GMT",
            "Max-Age=0; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(header_of(&["a=1", &format!("a=; {attributes}")]), None, "{attributes}");
        }
        for attributes in
            ["Max-Age=60", "Expires=Wed, 21 Oct 2015 07:28:00 GMT; Max-Age=1", "Expires=soon", ""]
        {
            assert_eq!(header_of(&[&format!("a=1; {attributes}")]).as_deref(), Some("a=1"), "{attributes}");
        }
    }
}
