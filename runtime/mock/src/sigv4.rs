//! AWS Signature Version 4, from the provider's side.

use bytes::Bytes;
use couplet_plan::{AwsSigV4, Expression, NamedTemplate};
use couplet_runtime::verify;

use crate::examine::WINDOW;
use crate::issued::now;
use crate::played::Played;

/// Checks a request's signature, its time, and what it was made for.
pub(crate) fn check(
    played: &Played,
    method: &AwsSigV4<'static>,
    request: &http::Request<Bytes>,
) -> Result<(), String> {
    let text = |expression: Expression<'static>| {
        let template = NamedTemplate::new("", expression).optional();
        played.rebuilder.text(&template, &played.known(), None).ok().flatten().unwrap_or_default()
    };
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let header = header.ok_or("the header `authorization` is missing")?;
    let credential = header.split_once("Credential=").and_then(|(_, rest)| rest.split(',').next());
    let parts: Vec<&str> = credential.unwrap_or_default().split('/').collect();
    let [id, _, region, service, _] = parts[..] else {
        return Err("the header `authorization` is not of AWS Signature Version 4".to_owned());
    };
    for (what, got, wanted) in [
        ("access key id", id, text(method.access_key_id())),
        ("region", region, text(method.region())),
        ("service", service, text(method.service())),
    ] {
        if got != wanted {
            return Err(format!("the signature names another {what} than this mock accepts"));
        }
    }
    let token = method.session_token().map(text).unwrap_or_default();
    let sent = request.headers().get("x-amz-security-token").and_then(|value| value.to_str().ok());
    if sent.unwrap_or_default() != token {
        return Err(
            "the header `x-amz-security-token` is not of the credentials that this mock accepts".to_owned()
        );
    }
    let date = request.headers().get("x-amz-date").and_then(|value| value.to_str().ok()).and_then(instant);
    match date {
        None => return Err("the header `x-amz-date` is missing, or is no date".to_owned()),
        Some(at) if (at - now()).abs() > WINDOW => {
            return Err("the request's time is more than five minutes away".to_owned());
        }
        Some(_) => {}
    }
    verify::aws_sigv4(request, &text(method.secret_access_key())).map_err(|error| error.to_string())
}

/// The milliseconds since 1970 of `20150830T123600Z`.
fn instant(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    let (y, m) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day
        - 1
        - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        for at in [0, 951_782_400_000, 1_440_938_160_000, 1_704_067_199_000] {
            let text = crate::draft::rfc3339(at).replace(['-', ':'], "");
            assert_eq!(instant(&text), Some(at), "{text}");
        }
    }
}
