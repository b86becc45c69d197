//! Whether a request is the step that it seems to be: read by the step's templates, built again from what the mock
//! knows, and compared.

use couplet_plan::{Expression, Scope};
use couplet_runtime::verify::{Known, pkce_challenge};

use crate::assertion;
use crate::bound::{Bound, is_unknown};
use crate::compare::{Difference, differences};
use crate::issued::{Found, Issued, State, now};
use crate::made_up::is_loopback;
use crate::received::Request;
use crate::slots::{self, Slot};
use crate::steps::{Candidate, Role};
use crate::walk::refers;

/// By how much a client's clock may differ, in milliseconds.
pub(crate) const WINDOW: i64 = 300_000;
/// How long a code is good.
const CODE_LIFETIME: i64 = 600_000;

/// A request that is right.
pub(crate) struct Passed {
    /// What it goes on from.
    pub(crate) base: State,
    /// The place of that among the states, where it is kept there.
    pub(crate) place: Option<usize>,
    pub(crate) known: Known<'static>,
    pub(crate) bound: Bound,
}

/// Why a request is refused.
pub(crate) struct Wrong {
    pub(crate) code: &'static str,
    pub(crate) why: String,
    /// How much of it is wrong.
    pub(crate) weight: usize,
    /// All tokens of this family are to be revoked.
    pub(crate) revoke: Option<usize>,
}

impl Wrong {
    pub(crate) fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, why: why.into(), weight: 0, revoke: None }
    }
}

/// Looks at a request as a step.
pub(crate) fn examine(
    candidate: &Candidate<'_>,
    issued: &Issued,
    request: &Request,
    state: Option<usize>,
) -> Result<Passed, Wrong> {
    let played = candidate.played;
    let mut known = played.known();
    let slots = slots_of(candidate, request);
    let mut bound = Bound::default();
    for slot in &slots {
        if let Some(got) = &slot.got {
            bound.read(&slot.template.value(), got, &played.rebuilder, &known);
        }
    }
    for (expression, got) in &candidate.path {
        bound.read(expression, got, &played.rebuilder, &known);
    }
    let base = base(candidate, issued, &bound, state);
    let (place, state) = match &base {
        Ok((place, state)) => (*place, state.clone()),
        Err(_) => (
            None,
            issued
                .first(played.place)
                .and_then(|place| issued.states.get(place))
                .cloned()
                .unwrap_or_default(),
        ),
    };
    state.add_to(&mut known);
    if let Some(code) = issued.codes.iter().find(|code| bound.oauth.get("code") == Some(&code.code)) {
        known.oauth.extend(code.scope.clone().map(|scope| ("scope", scope)));
        known.oauth.extend(code.redirect_uri.clone().map(|uri| ("redirect_uri", uri)));
    }
    bound.add_to(&mut known);
    let asked = issued.codes.iter().find(|code| bound.oauth.get("code") == Some(&code.code));
    let asked = asked.and_then(|code| code.redirect_uri.as_deref());
    rebuilt(candidate, request, &slots, &bound, asked, &mut known)?;
    let sent = redirect_uri(&slots);
    if asked.is_some() && sent.is_some() && sent != asked {
        return Err(Wrong::new(
            "invalid_grant",
            "the redirect_uri is not the one that the code was given for",
        ));
    }
    base?;
    granted(candidate, issued, &bound)?;
    if let Some(assertion) = bound.credentials.get("assertion") {
        assertion::check(played, &known, assertion, None, issued)?;
    }
    Ok(Passed { base: state, place, known, bound })
}

fn slots_of(candidate: &Candidate<'_>, request: &Request) -> Vec<Slot> {
    let step = &candidate.step;
    let mut all = slots::headers(step.headers(), request);
    all.extend(slots::query(step.query(), &request.query));
    if let Some(body) = step.body()
        && let Some(tree) = body.value()
    {
        all.extend(slots::body(body.kind(), &tree, request, &candidate.played.rebuilder));
    }
    all
}

/// What a request goes on from: what a code was given for, what has the tokens that it shows, or what came last.
fn base(
    candidate: &Candidate<'_>,
    issued: &Issued,
    bound: &Bound,
    state: Option<usize>,
) -> Result<(Option<usize>, State), Wrong> {
    let method = candidate.played.place;
    let at = |place: Option<usize>| {
        let state = place.and_then(|place| issued.states.get(place)).cloned();
        (place, state.unwrap_or_else(|| State { method, ..State::default() }))
    };
    if state.is_some() {
        return Ok(at(state));
    }
    if let Some(code) = issued.codes.iter().find(|code| bound.oauth.get("code") == Some(&code.code)) {
        return Ok((None, code.state.clone()));
    }
    if let Some(device) =
        issued.devices.iter().find(|device| bound.oauth.get("device_code") == Some(&device.code))
    {
        return Ok((None, device.state.clone()));
    }
    if bound.credentials.keys().all(|name| *name == "assertion") && bound.captured.is_empty() {
        let first = matches!(candidate.role, Role::Prepare | Role::Obtain(0, _) | Role::Device);
        return Ok(at(if first { issued.first(method) } else { issued.newest(method) }));
    }
    let place = match issued.find(method, bound) {
        Found::State(place) => place,
        Found::Unknown(name, captured) => {
            let what = if captured {
                format!("`captured.{name}`")
            } else {
                format!("the {}", name.replace('_', " "))
            };
            return Err(Wrong::new("invalid_grant", format!("{what} is not one that was issued")));
        }
    };
    let (_, state) = at(Some(place));
    if bound.credentials.contains_key("refresh_token")
        && matches!(candidate.role, Role::Refresh(..) | Role::Obtain(..))
    {
        if issued.revoked.contains(&state.family) {
            return Err(Wrong::new("invalid_grant", "the refresh token has been revoked"));
        }
        if state.used {
            let why = "the refresh token was used before, so that all tokens of its family are revoked";
            return Err(Wrong { revoke: Some(state.family), ..Wrong::new("invalid_grant", why) });
        }
    }
    Ok((Some(place), state))
}

/// Builds the request again, and compares. Where a template has the instant in it and does not show it, each second that
/// may be meant is tried.
fn rebuilt(
    candidate: &Candidate<'_>,
    request: &Request,
    slots: &[Slot],
    bound: &Bound,
    asked: Option<&str>,
    known: &mut Known<'static>,
) -> Result<(), Wrong> {
    let (played, step) = (candidate.played, &candidate.step);
    let signed = candidate.role.is_signed(step);
    let is_now = |scope: Scope, _: &str| scope == Scope::Now;
    let timed = slots.iter().any(|slot| refers(&slot.template.value(), &is_now));
    let look = |known: &Known<'static>| {
        played
            .rebuilder
            .step(step, signed, known)
            .map(|expected| differences(step, signed, &expected, request, &played.rebuilder))
            .map(|mut found| {
                if has_port_of_its_own(candidate.role, slots, asked) {
                    found.retain(|difference| !difference.template.as_ref().is_some_and(is_redirect_uri));
                }
                found
            })
            // It has nothing of the step's: another one is likelier meant.
            .map_err(|error| Wrong {
                weight: slots.len().max(1),
                ..Wrong::new("invalid_request", unbuilt(slots, &error))
            })
    };
    if let Some(shown) = bound.now
        && (shown - now()).abs() > WINDOW
    {
        return Err(Wrong::new("invalid_request", "the request's time is more than five minutes away"));
    }
    let mut found = look(known)?;
    if timed && bound.now.is_none() && !found.is_empty() {
        for now_ms in instants(known.now_ms) {
            let tried = Known { now_ms, ..known.clone() };
            if look(&tried)?.is_empty() {
                *known = tried;
                found.clear();
                break;
            }
        }
    }
    if found.is_empty() { Ok(()) } else { Err(verdict(&found)) }
}

fn is_redirect_uri(template: &Expression<'static>) -> bool {
    refers(template, &|scope, name| scope == Scope::App && name == "redirect_uri")
}

fn redirect_uri(slots: &[Slot]) -> Option<&str> {
    slots.iter().find(|slot| is_redirect_uri(&slot.template.value())).and_then(|slot| slot.got.as_deref())
}

/// Programs on this machine register, and are sent back to, whatever port is free (RFC 8252, 7.3). A code's request names
/// the same one as the authorization.
fn has_port_of_its_own(role: Role, slots: &[Slot], asked: Option<&str>) -> bool {
    redirect_uri(slots).is_some_and(|got| is_loopback(got) && (role == Role::Prepare || asked == Some(got)))
}

/// The instants that a request may mean that does not show one: each second of five minutes, and each millisecond of the
/// last three seconds.
pub(crate) fn instants(now: i64) -> impl Iterator<Item = i64> {
    let seconds = (1..=WINDOW / 1000).flat_map(move |offset| [now - offset * 1000, now + offset * 1000]);
    seconds.chain((0..3000).map(move |offset| now - offset))
}

/// A request that could not be built again lacks what only the sender knows.
fn unbuilt(slots: &[Slot], error: &couplet_runtime::Error) -> String {
    let missing = slots.iter().find(|slot| {
        slot.got.is_none() && !slot.template.is_optional() && is_unknown(&slot.template.value())
    });
    missing.map_or_else(
        || format!("the request cannot be read: {error}"),
        |slot| format!("{} is missing", slot.place),
    )
}

/// The error that differences are (RFC 6749, 5.2).
fn verdict(found: &[Difference]) -> Wrong {
    let code = |difference: &Difference| match difference.template {
        _ if difference.missing => "invalid_request",
        Some(template) if of_client(&template) => "invalid_client",
        Some(template) if of_grant(&template) => "invalid_grant",
        _ => "invalid_request",
    };
    // Who the client is comes before what it asks for.
    let first = found.iter().max_by_key(|difference| code(difference) == "invalid_client");
    let code = first.map_or("invalid_request", |first| {
        if first.why.contains("`grant_type`") && !first.missing {
            "unsupported_grant_type"
        } else {
            code(first)
        }
    });
    let why: Vec<&str> = found.iter().map(|difference| difference.why.as_str()).collect();
    Wrong { weight: found.len(), ..Wrong::new(code, why.join(", and ")) }
}

fn of_client(template: &Expression<'static>) -> bool {
    refers(template, &|scope, name| match scope {
        Scope::App => name != "redirect_uri",
        Scope::Credentials => name.starts_with("client_"),
        _ => false,
    })
}

fn of_grant(template: &Expression<'static>) -> bool {
    refers(template, &|scope, _| matches!(scope, Scope::Credentials | Scope::OAuth | Scope::App))
}

/// Checks what a person has allowed.
fn granted(candidate: &Candidate<'_>, issued: &Issued, bound: &Bound) -> Result<(), Wrong> {
    let grant = |why: &str| Err(Wrong::new("invalid_grant", why));
    if let Some(text) = bound.oauth.get("code") {
        let Some(code) = issued.codes.iter().find(|code| code.code == *text) else {
            return grant("the code is not one that was issued");
        };
        if code.state.method != candidate.played.place {
            return Err(Wrong {
                weight: 1,
                ..Wrong::new("invalid_grant", "the code is of another auth method")
            });
        }
        if code.used {
            let revoke = Some(code.state.family);
            return Err(Wrong { revoke, ..Wrong::new("invalid_grant", "the code was used before") });
        }
        if now() - code.at > CODE_LIFETIME {
            return grant("the code has expired");
        }
        let sent = bound.oauth.get("redirect_uri");
        if let (Some(sent), Some(asked)) = (sent, &code.redirect_uri)
            && sent != asked
        {
            return grant("the redirect_uri is not the one that the code was given for");
        }
        match (&code.challenge, bound.oauth.get("code_verifier")) {
            (Some(_), None) => return grant("the code_verifier is missing"),
            (Some(challenge), Some(verifier)) if pkce_challenge(verifier) != *challenge => {
                return grant("the code_verifier is not that of the code_challenge");
            }
            _ => {}
        }
    }
    if let Some(text) = bound.oauth.get("device_code") {
        match issued.devices.iter().find(|device| device.code == *text) {
            None => return grant("the device_code is not one that was issued"),
            Some(device) if device.used => return grant("the device_code was used before"),
            Some(device) if device.polls == 0 => {
                return Err(Wrong::new("authorization_pending", "the person has not decided yet"));
            }
            Some(_) => {}
        }
    }
    let asked =
        bound.oauth.get("scope").filter(|_| matches!(candidate.role, Role::Obtain(..) | Role::Device));
    scope(candidate, asked.map(String::as_str))
}

/// Scopes are of those that the Plan asks for, where it names any.
fn scope(candidate: &Candidate<'_>, asked: Option<&str>) -> Result<(), Wrong> {
    let Some(token) = candidate.played.token() else { return Ok(()) };
    let separator = token.scope_separator();
    match asked {
        Some(text) if text.split(separator).any(str::is_empty) => {
            Err(Wrong::new("invalid_scope", "the scopes are not separated as the provider wants"))
        }
        _ => Ok(()),
    }
}
