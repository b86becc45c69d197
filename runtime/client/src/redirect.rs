//! Which redirects are followed: those of GET and HEAD that stay within the origin. A credential goes to the
//! origin that it was given for, and nowhere else.

use bytes::Bytes;
use http::{Method, Uri, header::LOCATION, uri::PathAndQuery};

use crate::{Error, ErrorKind, base_url::BaseUrl, base_url::is_dot_segment, response::Received};

/// How many redirects one call follows.
pub(crate) const LIMIT: usize = 5;

/// Whether an answer sends on a request that may be sent on.
pub(crate) fn is_redirect(method: &Method, received: &Received) -> bool {
    matches!(received.status, 301 | 302 | 303 | 307 | 308)
        && (method == Method::GET || method == Method::HEAD)
        && received.headers.contains_key(LOCATION)
}

/// Where the request goes next: the same origin, or an error.
pub(crate) fn target(from: &Uri, received: &Received) -> Result<Uri, Error> {
    let refused = |why: &str| {
        Error::new(ErrorKind::Provider, format!("the provider redirects {why}")).with_status(received.status)
    };
    let location = received.header(LOCATION.as_str()).ok_or_else(|| refused("to what is not a URL"))?;
    let location = location.split('#').next().unwrap_or_default();
    if location.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
        return Err(refused("to what is not a URL"));
    }
    let path = match location.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?']) => {
            let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            if !is_same_origin(from, &scheme.to_ascii_lowercase(), authority) {
                return Err(refused("to another origin, where credentials must not go"));
            }
            if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
        }
        _ if location.starts_with("//") => {
            return Err(refused("to another origin, where credentials must not go"));
        }
        _ if location.starts_with('/') => location.to_owned(),
        _ if location.starts_with('?') => format!("{}{location}", from.path()),
        _ if location.split(['/', '?']).next().is_some_and(|first| first.contains(':')) => {
            return Err(refused("to what is not a URL of HTTP"));
        }
        _ => format!("{}/{location}", from.path().rsplit_once('/').map_or("", |(folder, _)| folder)),
    };
    if path.split('?').next().unwrap_or_default().split('/').any(is_dot_segment) {
        return Err(refused("to a path with `.` or `..`"));
    }
    let mut parts = from.clone().into_parts();
    let target = PathAndQuery::from_maybe_shared(Bytes::from(path));
    parts.path_and_query = Some(target.map_err(|_| refused("to what is not a URL"))?);
    Uri::from_parts(parts).map_err(|_| refused("to what is not a URL"))
}

fn is_same_origin(from: &Uri, scheme: &str, authority: &str) -> bool {
    let origin = format!(
        "{}://{}",
        from.scheme_str().unwrap_or_default(),
        from.authority().map_or("", |a| a.as_str())
    );
    BaseUrl::parse_origin(&origin).is_ok_and(|base| base.same_origin(scheme, authority))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn go(location: &str) -> Result<String, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
        let received = Received { status: 302, headers, body: Bytes::new() };
        target(&Uri::from_static("https://a.example/v1/items?key=1"), &received).map(|uri| uri.to_string())
    }

    #[test]
    fn the_same_origin_is_followed() {
        assert_eq!(go("https://a.example/v2").unwrap(), "https://a.example/v2");
        assert_eq!(go("https://A.example:443/v2#f").unwrap(), "https://a.example/v2");
        assert_eq!(go("/v2?x=1").unwrap(), "https://a.example/v2?x=1");
        assert_eq!(go("other").unwrap(), "https://a.example/v1/other");
        assert_eq!(go("?page=2").unwrap(), "https://a.example/v1/items?page=2");
    }

    #[test]
    fn nothing_else_is() {
        for location in [
            "http://a.example/v2",
            "https://b.example/",
            "https://a.example:8443/",
            "//b.example/",
            "https://a.example@b/",
            "https://a.example.b.example/",
            "\\\\b.example",
            "javascript:alert(1)",
            "/../x",
            "ftp://a.example/",
        ] {
            assert!(go(location).is_err(), "{location}");
        }
    }
}
