//! OAuth 1.0 (RFC 5849), from the provider's side: signatures, and the three legs.

use bytes::Bytes;
use couplet_plan::{AuthKind, Expression, NamedTemplate, OAuth1, OAuth1Dance, Server};
use couplet_runtime::verify;

use crate::examine::WINDOW;
use crate::form::query_values;
use crate::issued::{Issued, State, Temporary, now};
use crate::keys::random;
use crate::played::Played;
use crate::received::Request;
use crate::reply::Reply;
use crate::route::decode;
use crate::steps::{fit, path_pieces};
use crate::{Shared, signed};

/// The parameters of the header, decoded.
fn parameters(request: &http::Request<Bytes>) -> Result<Vec<(String, String)>, String> {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let header = header.ok_or("the header `authorization` is missing")?;
    let header = header.strip_prefix("OAuth ").ok_or("the header `authorization` is not of OAuth 1.0")?;
    let pairs = header.split(',').filter_map(|pair| pair.trim().split_once('='));
    Ok(pairs
        .map(|(name, value)| (name.to_owned(), decode(value.trim_matches('"')).unwrap_or_default()))
        .collect())
}

fn text(played: &Played, expression: Expression<'static>) -> String {
    let template = NamedTemplate::new("", expression).optional();
    played.rebuilder.text(&template, &played.known(), None).ok().flatten().unwrap_or_default()
}

/// Checks the signature of a request of the API.
pub(crate) fn check(
    played: &Played,
    method: &OAuth1<'static>,
    request: &http::Request<Bytes>,
    issued: &mut Issued,
) -> Result<(), String> {
    let all = parameters(request)?;
    let token = all.iter().find(|(name, _)| name == "oauth_token").map(|(_, value)| value.as_str());
    // Where a person has to consent, nothing is supplied.
    let part = |part: Option<Expression<'static>>| {
        part.map(|part| text(played, part)).filter(|text| !text.is_empty())
    };
    let supplied = (part(method.token()), part(method.token_secret()));
    let secret = match (&supplied, token) {
        ((Some(wanted), Some(secret)), Some(token)) if token == wanted => Some(secret.clone()),
        ((None, _), Some(token)) => secret_of(issued, played, token),
        ((None, _), None) if method.dance().is_none() => None,
        (_, None) => return Err("the token is missing".to_owned()),
        _ => None,
    };
    if token.is_some() && secret.is_none() {
        return Err("the token is not one that this mock accepts".to_owned());
    }
    signature(played, method, request, &all, secret.as_deref(), issued)
}

fn secret_of(issued: &Issued, played: &Played, token: &str) -> Option<String> {
    let state = issued
        .states
        .iter()
        .rev()
        .find(|state| state.method == played.place && state.has("access_token", token))?;
    if issued.revoked.contains(&state.family) {
        return None;
    }
    state.credentials.iter().find(|(name, _)| *name == "token_secret").map(|(_, secret)| secret.clone())
}

fn signature(
    played: &Played,
    method: &OAuth1<'static>,
    request: &http::Request<Bytes>,
    all: &[(String, String)],
    token_secret: Option<&str>,
    issued: &mut Issued,
) -> Result<(), String> {
    let find =
        |name: &str| all.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    if find("oauth_consumer_key") != text(played, method.consumer_key()) {
        return Err("the consumer key is not one that this mock accepts".to_owned());
    }
    if find("oauth_signature_method") != name_of(method) {
        return Err(format!("the signature's method is not {}", name_of(method)));
    }
    if let Some(realm) = method.realm()
        && find("realm") != text(played, realm)
    {
        return Err("the realm is not one that this mock accepts".to_owned());
    }
    let timestamp = find("oauth_timestamp").parse::<i64>().unwrap_or(0);
    if (timestamp.saturating_mul(1000) - now()).abs() > WINDOW {
        return Err("the request's time is more than five minutes away".to_owned());
    }
    verify::oauth1(request, &text(played, method.consumer_secret()), token_secret)
        .map_err(|error| error.to_string())?;
    let once =
        format!("{} oauth {} {timestamp} {}", played.method.name(), find("oauth_token"), find("oauth_nonce"));
    if !issued.once.insert(once) {
        return Err("the nonce was used before: the request is a replay".to_owned());
    }
    Ok(())
}

fn name_of(method: &OAuth1<'static>) -> &'static str {
    match method.method() {
        couplet_plan::SignatureMethod::HmacSha256 => "HMAC-SHA256",
        couplet_plan::SignatureMethod::Plaintext => "PLAINTEXT",
        _ => "HMAC-SHA1",
    }
}

/// Answers a request to one of the three legs, where it is one.
pub(crate) fn reply(shared: &Shared, request: &Request) -> Option<Reply> {
    for played in &shared.played {
        let AuthKind::OAuth1(method) = played.method.kind() else { continue };
        let Some(dance) = method.dance() else { continue };
        let is = |server: &Server<'static>, verb: &str| {
            verb == request.method && fit(&path_pieces(played, server, false), &request.path).is_some()
        };
        if is(&dance.authorization_url(), "GET") {
            return Some(consent(shared, request));
        }
        let first = is(&dance.request_token_url(), "POST");
        if first || is(&dance.token_url(), "POST") {
            let whole = signed::whole(shared, request);
            let mut issued = shared.issued();
            let answered = if first {
                temporary(played, method, &dance, &whole, &mut issued)
            } else {
                token(played, method, &whole, &mut issued)
            };
            return Some(match answered {
                Ok(body) => form(200, body, "fine: credentials are issued"),
                Err(why) => Reply::json(401, &serde_json::json!({ "error": why }), why.clone()),
            });
        }
    }
    None
}

fn form(status: u16, body: String, verdict: &str) -> Reply {
    Reply {
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: Bytes::from(body),
        ..Reply::json(status, &serde_json::Value::Null, verdict)
    }
}

fn temporary(
    played: &Played,
    method: &OAuth1<'static>,
    dance: &OAuth1Dance<'static>,
    request: &http::Request<Bytes>,
    issued: &mut Issued,
) -> Result<String, String> {
    let all = parameters(request)?;
    signature(played, method, request, &all, None, issued)?;
    let callback = text(played, dance.callback());
    if !all.iter().any(|(name, value)| name == "oauth_callback" && *value == callback) {
        return Err("the callback is not the one that is registered".to_owned());
    }
    let (token, secret) = (format!("mock-temporary-{}", random(18)), format!("mock-secret-{}", random(18)));
    let body = format!("oauth_token={token}&oauth_token_secret={secret}&oauth_callback_confirmed=true");
    issued.temporary.push(Temporary { method: played.place, token, secret, callback, verifier: None });
    Ok(body)
}

fn consent(shared: &Shared, request: &Request) -> Reply {
    let token = query_values(&request.query).into_iter().find(|(name, _)| name == "oauth_token");
    let mut issued = shared.issued();
    let known = issued
        .temporary
        .iter_mut()
        .find(|known| token.as_ref().is_some_and(|(_, text)| *text == known.token));
    let Some(known) = known else {
        let why = "the temporary token is not one that was issued";
        return Reply::json(400, &serde_json::json!({ "error": why }), why);
    };
    let verifier = format!("mock-verifier-{}", random(12));
    let joint = if known.callback.contains('?') { '&' } else { '?' };
    let location = format!("{}{joint}oauth_token={}&oauth_verifier={verifier}", known.callback, known.token);
    known.verifier = Some(verifier);
    Reply {
        headers: vec![("location".to_owned(), location)],
        body: Bytes::new(),
        ..Reply::json(302, &serde_json::Value::Null, "fine: the person has consented")
    }
}

fn token(
    played: &Played,
    method: &OAuth1<'static>,
    request: &http::Request<Bytes>,
    issued: &mut Issued,
) -> Result<String, String> {
    let all = parameters(request)?;
    let find =
        |name: &str| all.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let place = issued
        .temporary
        .iter()
        .position(|known| known.method == played.place && known.token == find("oauth_token"))
        .ok_or("the temporary token is not one that was issued")?;
    let secret = issued.temporary.get(place).map(|known| known.secret.clone());
    signature(played, method, request, &all, secret.as_deref(), issued)?;
    let temporary = issued.temporary.remove(place);
    if temporary.verifier.as_deref() != Some(find("oauth_verifier")) {
        return Err("the verifier is not the one that the redirect had".to_owned());
    }
    let (token, secret) = (format!("mock-access-{}", random(18)), format!("mock-secret-{}", random(18)));
    let body = format!("oauth_token={token}&oauth_token_secret={secret}");
    let family = issued.family();
    issued.keep(State {
        method: played.place,
        credentials: vec![("access_token", token), ("token_secret", secret)],
        family,
        ..State::default()
    });
    Ok(body)
}
