//! The authorization endpoint: the person always consents, if the request is right.

use bytes::Bytes;
use couplet_plan::{AuthKind, Authorization, Capture, Flow, Format, Scope, StepUrl, Token};
use serde_json::json;

use crate::Shared;
use crate::bound::Bound;
use crate::draft::{Draft, Want};
use crate::form::encode;
use crate::issued::{Code, Found, Issued, State, now};
use crate::keys::random;
use crate::made_up::{is_loopback, of_format};
use crate::played::Played;
use crate::received::Request;
use crate::reply::Reply;
use crate::slots::{self, Slot};
use crate::steps::{Piece, fit, path_pieces, steps};
use crate::walk::{names, refers};

/// Answers a request to an authorization endpoint, where it is one.
pub(crate) fn reply(shared: &Shared, request: &Request) -> Option<Reply> {
    if request.method != "GET" {
        return None;
    }
    let mut refused = None;
    for played in &shared.played {
        let AuthKind::Token(token) = played.method.kind() else { continue };
        let Flow::AuthorizationCode(authorization) = token.flow() else { continue };
        let pieces = path_pieces(played, &authorization.url(), false);
        if fit(&pieces, &request.path).is_none() {
            continue;
        }
        let mut issued = shared.issued();
        match consent(played, token, &authorization, request, &mut issued) {
            Ok(location) => {
                return Some(Reply {
                    headers: vec![("location".to_owned(), location)],
                    body: Bytes::new(),
                    ..Reply::json(302, &serde_json::Value::Null, "fine: the person has consented")
                });
            }
            Err(why) => drop(refused.get_or_insert(why)),
        }
    }
    // Nobody is sent back to a URI that may not be the client's.
    refused.map(|why| {
        Reply::json(400, &json!({ "error": "invalid_request", "error_description": why }), why.clone())
    })
}

/// The path of a method's authorization endpoint. What comes from data is `x`.
pub(crate) fn path(played: &Played) -> Option<String> {
    let server = match played.method.kind() {
        AuthKind::Token(token) => match token.flow() {
            Flow::AuthorizationCode(authorization) => authorization.url(),
            _ => return None,
        },
        AuthKind::OAuth1(method) => method.dance()?.authorization_url(),
        _ => return None,
    };
    let pieces = path_pieces(played, &server, false);
    Some(
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.as_str(),
                Piece::Value(_) => "x",
            })
            .collect(),
    )
}

/// Checks the request, and gives the URL to which the person is sent back.
fn consent(
    played: &Played,
    token: &Token<'static>,
    authorization: &Authorization<'static>,
    request: &Request,
    issued: &mut Issued,
) -> Result<String, String> {
    let mut known = played.known();
    let mut bound = Bound::default();
    let slots = slots::query(authorization.query(), &request.query);
    for slot in &slots {
        match &slot.got {
            Some(got) => bound.read(&slot.template.value(), got, &played.rebuilder, &known),
            None if slot.template.is_optional() => {}
            None => return Err(format!("{} is missing", slot.place)),
        }
    }
    let mut state = base(played, &bound, issued)?;
    state.add_to(&mut known);
    bound.add_to(&mut known);
    for slot in &slots {
        let wanted = played.rebuilder.text(&slot.template, &known, None);
        let wanted = wanted.map_err(|error| format!("{} cannot be computed: {error}", slot.place))?;
        if wanted.is_some() && wanted != slot.got && !is_port_of_its_own(slot) {
            return Err(format!("{} has another value than is registered", slot.place));
        }
    }
    let challenge = bound.oauth.get("code_challenge").cloned();
    if authorization.pkce() && challenge.as_ref().is_none_or(|challenge| challenge.len() != 43) {
        return Err("the code_challenge is not one of S256".to_owned());
    }
    let sent = slots.iter().find(|slot| is_redirect_uri(slot)).and_then(|slot| slot.got.clone());
    let redirect_uri = sent.or_else(|| app(played, "redirect_uri")).unwrap_or_default();
    let code = format!("mock-code-{}", random(24));
    let mut pairs = vec![(authorization.code().to_owned(), code.clone())];
    if let Some(state) = bound.oauth.get("state") {
        pairs.push(("state".to_owned(), state.clone()));
    }
    if let Some(issuer) = authorization.issuer() {
        let json = played.rebuilder.json(&issuer, &known, None).ok().flatten();
        if let Some(serde_json::Value::String(issuer)) =
            json.and_then(|json| serde_json::from_str(&json).ok())
        {
            pairs.push(("iss".to_owned(), issuer));
        }
    }
    pairs.extend(told(played, token, &known));
    state.callback.clone_from(&pairs);
    known.callback.clone_from(&pairs);
    for capture in token.callback() {
        let json = played.rebuilder.json(&capture.value(), &known, None).ok().flatten();
        if let Some(json) = json {
            crate::bound::put(&mut state.captured, capture.name(), json);
        }
    }
    state.family = issued.family();
    issued.codes.push(Code {
        code,
        redirect_uri: Some(redirect_uri.clone()),
        challenge,
        scope: bound.oauth.get("scope").cloned(),
        state,
        used: false,
        at: now(),
    });
    let query: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    Ok(format!("{redirect_uri}{joint}{}", query.join("&")))
}

fn base(played: &Played, bound: &Bound, issued: &Issued) -> Result<State, String> {
    let empty = || State { method: played.place, ..State::default() };
    if bound.captured.is_empty() {
        let newest = issued.newest(played.place).and_then(|place| issued.states.get(place));
        let captured = newest.map(|state| state.captured.clone()).unwrap_or_default();
        return Ok(State { captured, ..empty() });
    }
    match issued.find(played.place, bound) {
        Found::State(place) => Ok(issued.states.get(place).cloned().unwrap_or_else(empty)),
        Found::Unknown(name, _) => Err(format!("`captured.{name}` is not one that was issued")),
    }
}

fn is_redirect_uri(slot: &Slot) -> bool {
    refers(&slot.template.value(), &|scope, name| scope == Scope::App && name == "redirect_uri")
}

/// Programs on this machine listen at whatever port is free (RFC 8252, 7.3).
fn is_port_of_its_own(slot: &Slot) -> bool {
    is_redirect_uri(slot) && slot.got.as_deref().is_some_and(is_loopback)
}

fn app(played: &Played, name: &str) -> Option<String> {
    played.app.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

/// What the redirect says beside the code: all that the Plan takes from it.
fn told(
    played: &Played,
    token: &Token<'static>,
    known: &couplet_runtime::verify::Known<'static>,
) -> Vec<(String, String)> {
    let mut draft = Draft::new(&played.rebuilder, known);
    let captures: Vec<&Capture<'static>> = token.callback().iter().chain(token.captures()).collect();
    for capture in captures {
        if !names(&capture.value(), Scope::Callback).is_empty() {
            let format = capture.format();
            draft.place(&capture.value(), Want::text(of_format(format, capture.name())));
        }
    }
    for (_, step) in steps(played) {
        let templates = step.headers().iter().chain(step.query()).map(couplet_plan::NamedTemplate::value);
        let body = step.body().and_then(|body| body.value());
        for name in templates.chain(body).flat_map(|value| names(&value, Scope::Callback)) {
            draft.callback.entry(name).or_insert_with(|| of_format(Format::Text, name));
        }
        if let StepUrl::Url(server) = step.url()
            && let couplet_plan::ServerKind::Url(url) = server.kind()
        {
            for name in names(&url, Scope::Callback) {
                draft.callback.insert(name, of_format(Format::HostLabel, name));
            }
        }
    }
    draft.callback.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
