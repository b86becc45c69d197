//! What token endpoints answer: JSON or a form, a token or an error, and what an error says.

use bytes::Bytes;

use crate::{
    Error, ErrorKind,
    errors::{kind_of, shorten},
    expression::Value,
    json, percent,
    redact::Redactor,
    response::Received,
};

/// How much of a provider's own description is kept.
const MESSAGE: usize = 1024;

/// The answer, with a form in the place of JSON read as an object: some providers answer with forms, whatever they
/// were asked for. `wanted` says by which members a form is known that is not
/// announced.
pub(crate) fn as_object(mut received: Received, wanted: &dyn Fn(&str) -> bool) -> Result<Received, Error> {
    let Ok(text) = received.text() else { return Ok(received) };
    let form = match received.media_type() {
        Some("application/x-www-form-urlencoded") => json::validate(text).is_err(),
        Some("text/plain" | "text/html") | None => {
            let known = ["access_token", "oauth_token", "error"];
            let is_known = |(name, _): &(String, String)| known.contains(&name.as_str()) || wanted(name);
            json::validate(text).is_err()
                && pairs(text.trim()).is_some_and(|pairs| pairs.iter().any(is_known))
        }
        _ => false,
    };
    if form {
        let pairs = pairs(text.trim()).unwrap_or_default();
        let mut object = String::from("{");
        for (name, value) in &pairs {
            if object.len() > 1 {
                object.push(',');
            }
            json::write_string(&mut object, name);
            object.push(':');
            json::write_string(&mut object, value);
        }
        object.push('}');
        received.body = Bytes::from(object);
    }
    let text = received.text().unwrap_or_default();
    if text.starts_with('{') && json::has_duplicates(text) {
        return Err(Error::decode("the answer has a member twice, so that nobody can tell which one counts")
            .with_status(received.status));
    }
    Ok(received)
}

/// The pairs of a form, decoded; `None` where a text is none.
pub(crate) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '{' | '"')) {
        return None;
    }
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(percent::decode(&text.replace('+', " ")).into_owned()).ok()
}

/// What the provider says went wrong, without secrets.
pub(crate) struct Said {
    pub(crate) code: Option<String>,
    pub(crate) description: Option<String>,
}

/// Reads `error` and `error_description` (RFC 6749, 5.2), or what comes near to them.
pub(crate) fn said(received: &Received, redactor: &Redactor) -> Said {
    let body = received.text().ok().and_then(|text| json::parse(text).ok()).unwrap_or(Value::Absent);
    let text = |names: &[&str]| {
        names.iter().find_map(|name| {
            let value = body.clone().member(name);
            let text = match value {
                Value::Text(_) | Value::Int(_) => value.into_text().ok()?.into_owned(),
                value @ Value::Map(_) => value.member("message").into_text().ok()?.into_owned(),
                _ => return None,
            };
            Some(shorten(&redactor.clean(&text), MESSAGE)).filter(|text| !text.is_empty())
        })
    };
    let code = text(&["error", "errorCode", "error_code", "code"]);
    let description =
        text(&["error_description", "errorDescription", "message", "error_message", "errorSummary"]);
    Said { code, description }
}

/// The error that the answer to a step is.
pub(crate) fn error(received: &Received, redactor: &Redactor) -> Error {
    let said = said(received, redactor);
    if (300..400).contains(&received.status) {
        let detail = "the provider redirects a request that carries credentials, which is never followed";
        return Error::new(ErrorKind::Provider, detail).with_status(received.status);
    }
    let kind = kind_of_code(said.code.as_deref()).unwrap_or(match received.status {
        0..=399 => ErrorKind::Provider,
        status => kind_of(status),
    });
    let detail = hint(&said).unwrap_or(match kind {
        ErrorKind::Unauthorized => "the provider does not accept the credentials",
        ErrorKind::Unavailable | ErrorKind::RateLimited => "the provider issues no token now",
        _ => "the provider refuses the request",
    });
    Error::new(kind, detail)
        .with_status(received.status)
        .with_code(said.code)
        .with_message(said.description)
        .with_request_id(received.request_id().map(|id| shorten(&redactor.clean(id), 256)))
}

/// What the codes of RFC 6749 (4.1.2.1 and 5.2) and RFC 8628 mean for a caller.
pub(crate) fn kind_of_code(code: Option<&str>) -> Option<ErrorKind> {
    Some(match code? {
        "invalid_grant"
        | "invalid_client"
        | "unauthorized_client"
        | "bad_refresh_token"
        | "expired_token"
        | "bad_verification_code"
        | "incorrect_client_credentials" => ErrorKind::Unauthorized,
        "access_denied" => ErrorKind::Forbidden,
        "invalid_request"
        | "unsupported_grant_type"
        | "unsupported_response_type"
        | "invalid_scope"
        | "redirect_uri_mismatch" => ErrorKind::Invalid,
        "server_error" | "temporarily_unavailable" => ErrorKind::Unavailable,
        "slow_down" => ErrorKind::RateLimited,
        _ => return None,
    })
}

/// The cause and the mend of the mistakes that are made most.
pub(crate) fn hint(said: &Said) -> Option<&'static str> {
    let code = said.code.as_deref().unwrap_or_default();
    let description = said.description.as_deref().unwrap_or_default().to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|words| description.contains(words));
    let is_pkce = any(&["pkce", "code_challenge", "code challenge"]);
    if any(&["code_verifier", "code verifier"]) || (is_pkce && any(&["verif", "fail", "match"])) {
        return Some(
            "the provider misses the code_verifier of PKCE, or finds another one: the callback must be completed with \
             the pending value of the very authorization that it answers, and the manifest must not say `pkce: false`",
        );
    }
    if is_pkce && any(&["requir", "missing", "must"]) {
        return Some(
            "the provider needs PKCE (RFC 7636) with S256, which this authorization went without: leave `pkce: false` out \
             of the manifest",
        );
    }
    if code == "redirect_uri_mismatch" || any(&["redirect_uri", "redirect uri", "redirect url"]) {
        return Some(
            "the redirect URI is not the one that is registered with the provider: register the app's `redirect_uri` \
             there, equal to the byte (scheme, port, path and the slash at its end)",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};

    use super::*;

    fn received(status: u16, media: &'static str, body: &str) -> Received {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        Received { status, headers, body: Bytes::from(body.to_owned()) }
    }

    fn object(media: &'static str, body: &str) -> String {
        let read = as_object(received(200, media, body), &|name| name == "sid").unwrap();
        read.text().unwrap().to_owned()
    }

    #[test]
    fn forms_are_read_as_objects() {
        let form = "application/x-www-form-urlencoded";
        assert_eq!(object(form, "a=1+2&b=%C3%A9"), r#"{"a":"1 2","b":"é"}"#);
        assert_eq!(object(form, r#"{"a":1}"#), r#"{"a":1}"#);
        assert_eq!(object("text/plain", "sid=1&x=\n"), r#"{"sid":"1","x":""}"#);
        assert_eq!(object("text/plain", "sid=1"), r#"{"sid":"1"}"#);
        assert_eq!(object("text/plain", "other=1"), "other=1");
        assert_eq!(object("text/html", "<a href=\"?sid=1\">"), "<a href=\"?sid=1\">");
        assert_eq!(object("application/json", "sid=1"), "sid=1");
    }

    #[test]
    fn the_mistakes_that_are_made_most_are_told_apart() {
        let of = |code: &str, description: &str| {
            hint(&Said { code: Some(code.to_owned()), description: Some(description.to_owned()) })
        };
        for (code, description, words) in [
            ("invalid_grant", "Missing code_verifier.", "pending value"),
            ("invalid_grant", "PKCE verification failed", "pending value"),
            ("invalid_request", "Policy requires PKCE to be used", "leave `pkce: false` out"),
            ("invalid_request", "code_challenge is required", "leave `pkce: false` out"),
            ("redirect_uri_mismatch", "", "equal to the byte"),
        ] {
            assert!(of(code, description).is_some_and(|hint| hint.contains(words)), "{code}: {description}");
        }
        assert_eq!(of("invalid_grant", "grant request is invalid"), None);
    }

    #[test]
    fn members_that_stand_twice_are_refused_at_any_depth() {
        for body in [r#"{"a":1,"a":2}"#, r#"{"a":[{"b":1,"\u0062":2}]}"#] {
            assert!(as_object(received(200, "application/json", body), &|_| false).is_err(), "{body}");
        }
        assert!(as_object(received(200, "application/json", r#"{"a":{"a":1}}"#), &|_| false).is_ok());
    }

    #[test]
    fn what_providers_say_is_found_in_their_own_words() {
        let redactor = Redactor::default();
        let of = |body: &str| {
            let said = said(&received(400, "application/json", body), &redactor);
            (said.code.unwrap_or_default(), said.description.unwrap_or_default())
        };
        let pair = |code: &str, description: &str| (code.to_owned(), description.to_owned());
        assert_eq!(
            of(r#"{"error":"invalid_grant","error_description":"gone"}"#),
            pair("invalid_grant", "gone")
        );
        assert_eq!(of(r#"{"errorCode":"E1","errorSummary":"no"}"#), pair("E1", "no"));
        assert_eq!(of(r#"{"error":{"message":"deep"},"code":7}"#), pair("deep", ""));
        assert_eq!(of("not JSON"), pair("", ""));
        assert_eq!(of(r#"{"error":["list"]}"#), pair("", ""));
    }
}
