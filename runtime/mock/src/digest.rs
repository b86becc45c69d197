//! HTTP Digest (RFC 7616), from the provider's side.

use bytes::Bytes;
use couplet_plan::{Expression, NamedTemplate};
use couplet_runtime::verify;

use crate::issued::{Issued, now};
use crate::keys::random;
use crate::played::Played;
use crate::signed::Refused;

/// How long a nonce is good, in milliseconds.
const LIFETIME: i64 = 300_000;
const REALM: &str = "couplet-mock";

/// Checks the answer to a challenge; without one, or with one that is stale, there is a new challenge.
pub(crate) fn check(
    played: &Played,
    user: &Expression<'static>,
    password: &Expression<'static>,
    request: &http::Request<Bytes>,
    issued: &mut Issued,
) -> Result<(), Refused> {
    let text = |expression: &Expression<'static>| {
        let text = played.rebuilder.text(&NamedTemplate::new("", *expression), &played.known(), None);
        text.ok().flatten().unwrap_or_default()
    };
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let Some(header) = header else {
        return Err(challenged("the answer to the challenge is missing".to_owned(), false, issued));
    };
    let parameter = |name: &str| {
        let (_, rest) = header.split_once(&format!("{name}="))?;
        rest.split(',').next().map(|value| value.trim().trim_matches('"'))
    };
    let nonce = parameter(" nonce").unwrap_or_default().to_owned();
    let algorithm = parameter("algorithm").unwrap_or("MD5");
    let count =
        match verify::digest(request, &challenge(&nonce, algorithm, false), &text(user), &text(password)) {
            Ok(count) => count,
            Err(error) => return Err(challenged(error.to_string(), false, issued)),
        };
    let known = issued.nonces.iter_mut().find(|(known, at, _)| *known == nonce && now() - at < LIFETIME);
    match known {
        None => Err(challenged("the nonce is stale".to_owned(), true, issued)),
        Some((_, _, used)) if count <= *used => Err(challenged(
            "the nonce's count was used before: the request is a replay".to_owned(),
            true,
            issued,
        )),
        Some((_, _, used)) => {
            *used = count;
            Ok(())
        }
    }
}

fn challenge(nonce: &str, algorithm: &str, stale: bool) -> String {
    let stale = if stale { ", stale=true" } else { "" };
    format!(
        "Digest realm=\"{REALM}\", qop=\"auth\", algorithm={algorithm}, nonce=\"{nonce}\", opaque=\"{REALM}\"{stale}"
    )
}

fn challenged(why: String, stale: bool, issued: &mut Issued) -> Refused {
    let nonce = random(18);
    issued.nonces.retain(|(_, at, _)| now() - at < LIFETIME);
    issued.nonces.push((nonce.clone(), now(), 0));
    Refused { why, challenges: ["SHA-256", "MD5"].map(|name| challenge(&nonce, name, stale)).to_vec() }
}
