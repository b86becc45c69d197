//! Signed assertions: the signature, the algorithm, the claims, and how long they hold.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use couplet_plan::{Assertion, Expression, NamedTemplate, Node, Scope};
use couplet_runtime::verify::{self, Known};
use serde_json::Value;

use crate::bound::Bound;
use crate::examine::{WINDOW, Wrong};
use crate::issued::{Issued, now};
use crate::played::Played;
use crate::walk::refers;

/// Checks an assertion that a request carries. `request` is what its claims may tell of.
pub(crate) fn check(
    played: &Played,
    known: &Known<'static>,
    token: &str,
    request: Option<&http::Request<Bytes>>,
    issued: &Issued,
) -> Result<(), Wrong> {
    let wrong = |why: String| Wrong::new("invalid_grant", format!("the assertion is refused: {why}"));
    let Some(assertion) = played.token().and_then(|token| token.assertion()) else { return Ok(()) };
    let key = played.rebuilder.text(&NamedTemplate::new("", assertion.key()), known, None);
    let key = key.ok().flatten().unwrap_or_default();
    let claims = verify::jwt(assertion.algorithm(), key.as_bytes(), token)
        .map_err(|error| wrong(error.to_string()))?;
    let claims: Value = serde_json::from_str(&claims).unwrap_or_default();
    header(played, &assertion, known, token).map_err(wrong)?;
    let mut known = known.clone();
    self::claims(played, &assertion, &mut known, &claims, request).map_err(wrong)?;
    lifetime(&assertion, &claims).map_err(wrong)?;
    let id = claims.get("jti").and_then(Value::as_str);
    match id.filter(|id| issued.once.contains(&once(played, id))) {
        Some(_) => Err(wrong("its `jti` was used before".to_owned())),
        None => Ok(()),
    }
}

/// What is remembered of an assertion so that it is not taken twice.
pub(crate) fn id(played: &Played, token: &str) -> Option<String> {
    let claims: Value = part(token, 1)?;
    claims.get("jti").and_then(Value::as_str).map(|id| once(played, id))
}

fn once(played: &Played, id: &str) -> String {
    format!("{} jti {id}", played.method.name())
}

fn part(token: &str, place: usize) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(place)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn header(
    played: &Played,
    assertion: &Assertion<'static>,
    known: &Known<'static>,
    token: &str,
) -> Result<(), String> {
    let Some(header) = assertion.header() else { return Ok(()) };
    let got = part(token, 0).unwrap_or_default();
    let Node::Map(entries) = header.node() else { return Ok(()) };
    for entry in entries {
        let value = entry.value();
        if refers(&value, &|scope, _| matches!(scope, Scope::Nonce | Scope::Uuid | Scope::Now)) {
            continue;
        }
        let wanted = played.rebuilder.json(&value, known, None).ok().flatten();
        let wanted: Option<Value> = wanted.and_then(|json| serde_json::from_str(&json).ok());
        if wanted.as_ref() != got.get(entry.name()) {
            return Err(format!("its header has another `{}`", entry.name()));
        }
    }
    Ok(())
}

/// The claims that the Plan says, and no others but the times.
fn claims(
    played: &Played,
    assertion: &Assertion<'static>,
    known: &mut Known<'static>,
    claims: &Value,
    request: Option<&http::Request<Bytes>>,
) -> Result<(), String> {
    let Node::Map(entries) = assertion.claims().node() else { return Ok(()) };
    let issued_at = claims.get("iat").and_then(Value::as_i64).unwrap_or_else(|| now() / 1000);
    known.now_ms = issued_at.saturating_mul(1000);
    let mut bound = Bound::default();
    for entry in entries {
        if let Some(Value::String(text)) = claims.get(entry.name()) {
            bound.read(&entry.value(), text, &played.rebuilder, known);
        }
    }
    bound.now = None;
    bound.add_to(known);
    for entry in entries {
        let (name, value) = (entry.name(), entry.value());
        if matches!(value.node(), Node::Reference(Scope::Now, _)) {
            continue;
        }
        let wanted = wanted(played, &value, known, request);
        let got = claims.get(name);
        match (wanted, got) {
            (None, None) => {}
            (Some(wanted), Some(got)) if wanted == *got || is_near(&value, &wanted, got) => {}
            (Some(_), None) => return Err(format!("its claim `{name}` is missing")),
            _ => return Err(format!("its claim `{name}` has another value")),
        }
    }
    let mut names = claims.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let standard = ["iat", "exp", "nbf"];
    match names.find(|name| !standard.contains(name) && !entries.iter().any(|entry| entry.name() == *name)) {
        Some(name) => Err(format!("its claim `{name}` does not belong there")),
        None => Ok(()),
    }
}

/// The value of a claim. One that tells of the request is a text.
fn wanted(
    played: &Played,
    value: &Expression<'static>,
    known: &Known<'static>,
    request: Option<&http::Request<Bytes>>,
) -> Option<Value> {
    if refers(value, &|scope, _| scope == Scope::Request) {
        let text = played.rebuilder.text(&NamedTemplate::new("", *value), known, request);
        return text.ok().flatten().map(Value::String);
    }
    let json = played.rebuilder.json(value, known, None).ok()??;
    serde_json::from_str(&json).ok()
}

/// Times that the Plan reckons itself are near to those of the mock's clock.
fn is_near(value: &Expression<'static>, wanted: &Value, got: &Value) -> bool {
    refers(value, &|scope, _| scope == Scope::Now)
        && matches!((wanted.as_i64(), got.as_i64()), (Some(wanted), Some(got)) if (wanted - got).abs() <= WINDOW / 1000)
}

fn lifetime(assertion: &Assertion<'static>, claims: &Value) -> Result<(), String> {
    let now = now() / 1000;
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let (skew, longest) = (WINDOW / 1000, i64::from(assertion.lifetime()));
    match time("exp") {
        None => return Err("it has no `exp`".to_owned()),
        Some(exp) if exp < now => return Err("it has expired".to_owned()),
        Some(exp) if exp > now + longest + skew => return Err("it would last too long".to_owned()),
        Some(_) => {}
    }
    match time("iat") {
        Some(iat) if iat > now + skew => Err("it is of the future".to_owned()),
        Some(iat) if iat < now - longest.max(skew) - skew => Err("it is too old".to_owned()),
        _ => Ok(()),
    }
}
