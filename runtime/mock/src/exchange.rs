//! A request to one of the steps: looked at, answered, and remembered.

use couplet_plan::Action;
use serde_json::{Value, json};

use crate::answer::{Answered, answer};
use crate::assertion;
use crate::examine::{Passed, Wrong, examine};
use crate::issued::{Device, Issued};
use crate::received::Request;
use crate::reply::Reply;
use crate::steps::{Candidate, Role};
use crate::{Shared, signed};

/// Answers a request that may be one of these steps. Without one that it may be, there is nothing to say.
pub(crate) fn reply(shared: &Shared, candidates: &[Candidate<'_>], request: &Request) -> Option<Reply> {
    let mut issued = shared.issued();
    let mut refused: Option<Wrong> = None;
    for candidate in candidates {
        match attempt(shared, candidate, &mut issued, request) {
            Ok(passed) => return Some(accept(shared, candidate, passed, &mut issued, None)),
            Err(wrong) if refused.as_ref().is_none_or(|known| wrong.weight < known.weight) => {
                refused = Some(wrong)
            }
            Err(_) => {}
        }
    }
    let wrong = refused?;
    if let Some(family) = wrong.revoke {
        issued.revoked.insert(family);
    }
    if wrong.code == "authorization_pending" {
        issued.devices.iter_mut().for_each(|device| device.polls += 1);
    }
    Some(refusal(&wrong))
}

/// An error as RFC 6749, 5.2, has it.
fn refusal(wrong: &Wrong) -> Reply {
    let body = json!({ "error": wrong.code, "error_description": wrong.why });
    Reply::json(400, &body, wrong.why.clone())
}

fn attempt(
    shared: &Shared,
    candidate: &Candidate<'_>,
    issued: &mut Issued,
    request: &Request,
) -> Result<Passed, Wrong> {
    let mut state = None;
    if candidate.role.is_signed(&candidate.step) {
        let played = candidate.played;
        state = signed::accepted(shared, played, None, request, issued, None)
            .map_err(|refused| Wrong::new("invalid_token", refused.why))?;
    }
    examine(candidate, issued, request, state)
}

/// Answers a step, and remembers what the client has got.
fn accept(
    shared: &Shared,
    candidate: &Candidate<'_>,
    passed: Passed,
    issued: &mut Issued,
    start: Option<Value>,
) -> Reply {
    let lifetime = lifetime(shared, candidate);
    let Answered { finished, state, failed } = answer(candidate, &passed, lifetime, start);
    let verdict = failed.clone().unwrap_or_else(|| told(candidate.role).to_owned());
    if failed.is_none() {
        remember(candidate, &passed, state, issued, &finished.body);
    }
    Reply {
        status: if failed.is_some() { 501 } else { finished.status },
        headers: finished.headers,
        body: finished.body,
        ..Reply::json(200, &Value::Null, verdict)
    }
}

/// An action's success that is also the answer to a step upon connecting: what the step looks for is put into it.
pub(crate) fn beside(
    shared: &Shared,
    action: &Action<'static>,
    request: &Request,
    state: Option<usize>,
    reply: Reply,
) -> Reply {
    let all = crate::steps::candidates(&shared.plan, &shared.played, &request.method, &request.path);
    let mut issued = shared.issued();
    let of = state.and_then(|place| issued.states.get(place)).map(|state| state.method);
    let mut candidates = all.iter().filter(|candidate| {
        candidate.role.is_signed(&candidate.step) && of.is_none_or(|method| method == candidate.played.place)
    });
    let found = candidates.find_map(|candidate| {
        examine(candidate, &issued, request, state).ok().map(|passed| (candidate, passed))
    });
    let Some((candidate, passed)) = found else { return reply };
    let start = serde_json::from_slice(&reply.body).ok();
    let mut both = accept(shared, candidate, passed, &mut issued, start);
    both.action = Some(action.name().to_owned());
    both
}

fn remember(
    candidate: &Candidate<'_>,
    passed: &Passed,
    mut state: crate::issued::State,
    issued: &mut Issued,
    body: &[u8],
) {
    if let Some(token) = passed.bound.credentials.get("assertion") {
        issued.once.extend(assertion::id(candidate.played, token));
    }
    match candidate.role {
        Role::Revoke => {
            issued.revoked.insert(passed.base.family);
        }
        Role::Device => {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            let code = body.get("device_code").and_then(Value::as_str).unwrap_or_default().to_owned();
            state.family = issued.family();
            issued.devices.push(Device { code, polls: 0, used: false, state });
        }
        Role::Connect => {
            if let Some(known) = passed.place.and_then(|place| issued.states.get_mut(place)) {
                known.captured = state.captured;
            }
        }
        Role::Disconnect => {}
        Role::Refresh(_, true) => {
            let renewed = |state: &crate::issued::State| {
                state
                    .credentials
                    .iter()
                    .find(|(name, _)| *name == "refresh_token")
                    .map(|(_, text)| text.clone())
            };
            if let Some(known) = passed.place.and_then(|place| issued.states.get_mut(place)) {
                known.used = !known.lasting && renewed(known) != renewed(&state);
                state.lasting = known.lasting && renewed(known) == renewed(&state);
            }
            if state.family == 0 {
                state.family = issued.family();
            }
            issued.keep(state);
        }
        Role::Obtain(..) => {
            if let Some(code) = passed.bound.oauth.get("code") {
                issued
                    .codes
                    .iter_mut()
                    .filter(|known| known.code == *code)
                    .for_each(|known| known.used = true);
            }
            if let Some(code) = passed.bound.oauth.get("device_code") {
                issued
                    .devices
                    .iter_mut()
                    .filter(|known| known.code == *code)
                    .for_each(|known| known.used = true);
            }
            if state.family == 0 {
                state.family = issued.family();
            }
            issued.keep(state);
        }
        Role::Prepare | Role::Refresh(..) => {
            if state.family == 0 {
                state.family = issued.family();
            }
            issued.keep(state);
        }
    }
}

/// How long a token lives, in milliseconds.
fn lifetime(shared: &Shared, candidate: &Candidate<'_>) -> i64 {
    let said = candidate.played.token().and_then(|token| token.lifetime()).unwrap_or(3600);
    let given = shared.lifetime.map(|given| i64::try_from(given.as_millis()).unwrap_or(i64::MAX / 4));
    given.unwrap_or_else(|| i64::from(said) * 1000)
}

fn told(role: Role) -> &'static str {
    match role {
        Role::Prepare => "fine: a step before the token",
        Role::Obtain(_, true) => "fine: a token is issued",
        Role::Refresh(_, true) => "fine: the token is renewed",
        Role::Obtain(..) | Role::Refresh(..) => "fine: a step towards the token",
        Role::Revoke => "fine: the tokens are revoked",
        Role::Device => "fine: a code for a device is issued",
        Role::Connect => "fine: a step upon connecting",
        Role::Disconnect => "fine: a step upon disconnecting",
    }
}
