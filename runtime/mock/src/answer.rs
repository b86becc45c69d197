//! What steps are answered: made so that the conditions, captures, choices and parts of the token find what they look for.

use couplet_plan::{Capture, Format, Step, Token};
use serde_json::{Value, json};

use crate::draft::{Draft, Finished, Want};
use crate::examine::Passed;
use crate::issued::{State, now};
use crate::keys::random;
use crate::made_up::of_format;
use crate::steps::{Candidate, Role};

/// An answer, and what the client has got by it.
pub(crate) struct Answered {
    pub(crate) finished: Finished,
    pub(crate) state: State,
    /// What the mock could not make up, in words.
    pub(crate) failed: Option<String>,
}

/// Answers a step whose request is right. `start` is what an action of the same place answers.
pub(crate) fn answer(
    candidate: &Candidate<'_>,
    passed: &Passed,
    lifetime: i64,
    start: Option<Value>,
) -> Answered {
    let (played, step) = (candidate.played, &candidate.step);
    let mut draft = Draft::new(&played.rebuilder, &passed.known);
    draft.body = start;
    draft.status = step.status().ranges().first().map_or(200, |(first, _)| *first);
    let last = matches!(candidate.role, Role::Obtain(_, true) | Role::Refresh(_, true));
    let token = played.token();
    let mut failed = None;
    if let Some(condition) = step.condition()
        && !draft.solve(&condition, true)
    {
        failed = Some("the mock cannot tell how the condition of this step is met".to_owned());
    }
    if let Some(token) = &token
        && matches!(candidate.role, Role::Obtain(..) | Role::Refresh(..))
    {
        // What is read in captures of earlier steps is known before those are made up.
        let mut ahead = Draft::new(&played.rebuilder, &passed.known);
        tokens(&mut ahead, token, played.token_type(), lifetime);
        draft.captured = ahead.captured;
        if last {
            tokens(&mut draft, token, played.token_type(), lifetime);
        }
    }
    for capture in step.captures() {
        place(&mut draft, capture, &mut failed);
    }
    if last {
        for capture in token.iter().flat_map(|token| token.captures()) {
            place(&mut draft, capture, &mut failed);
        }
    }
    if let Some(choice) = step.choice() {
        let value = of_format(choice.format(), choice.name());
        let option = json!({ choice.value(): value, choice.label(): "Mock" });
        draft.place(&choice.from(), Want::Json(Value::Array(vec![option])));
    }
    if candidate.role == Role::Device {
        device(&mut draft);
    }
    let finished = draft.finish();
    let state = got(candidate, passed, &finished, lifetime, last, &mut failed);
    Answered { finished, state, failed }
}

/// Puts the parts of a token where they are looked for.
fn tokens(draft: &mut Draft<'_>, token: &Token<'static>, token_type: String, lifetime: i64) {
    let response = token.response();
    let mut put = |expression: Option<couplet_plan::Expression<'static>>, want: Want| {
        expression.is_some_and(|expression| draft.place(&expression, want))
    };
    put(response.token_type(), Want::text(token_type));
    let unit = i64::from(response.expires_unit().max(1));
    put(response.expires_in(), Want::Json((lifetime / unit).into()));
    put(response.expires_at(), Want::Instant(now() / 1000 * 1000 + lifetime));
    // A token that nothing renews comes alone (RFC 6749, 4.4.3).
    if token.refresh().is_some() {
        put(response.refresh_token(), Want::text(format!("mock-refresh-{}", random(24))));
    }
    put(response.access_token(), Want::text(format!("mock-access-{}", random(24))));
}

/// Puts a value where a capture looks for it.
fn place(draft: &mut Draft<'_>, capture: &Capture<'static>, failed: &mut Option<String>) {
    let name = capture.name();
    let want = draft.captured.remove(name).unwrap_or_else(|| match (capture.format(), capture.is_secret()) {
        (Format::Text, true) => Want::text(format!("mock-{}-{}", name.replace('_', "-"), random(18))),
        (Format::Integer | Format::Number, _) => Want::Json(12345.into()),
        (Format::Boolean, _) => Want::Json(true.into()),
        (format, _) => Want::text(of_format(format, name)),
    });
    if !draft.place(&capture.value(), want) && !capture.is_optional() {
        *failed = Some(format!("the mock cannot tell where `captured.{name}` is looked for"));
    }
}

/// What begins the flow of a device (RFC 8628, 3.2).
fn device(draft: &mut Draft<'_>) {
    let parts = [
        ("device_code", Value::from(format!("mock-device-{}", random(24)))),
        ("user_code", "MOCK-CODE".into()),
        ("verification_uri", "https://mock.example.com/device".into()),
        ("expires_in", 900.into()),
        ("interval", 1.into()),
    ];
    let body = draft.body.get_or_insert_with(|| json!({}));
    if let Value::Object(members) = body {
        members.extend(parts.map(|(name, value)| (name.to_owned(), value)));
    }
}

/// What the client has after an answer: read from it as the client does.
fn got(
    candidate: &Candidate<'_>,
    passed: &Passed,
    finished: &Finished,
    lifetime: i64,
    last: bool,
    failed: &mut Option<String>,
) -> State {
    let played = candidate.played;
    let answer = finished.answer();
    let mut state = passed.base.clone();
    state.method = played.place;
    let mut known = passed.known.clone();
    let token = played.token();
    let step: &Step<'static> = &candidate.step;
    if let Some(condition) = step.condition()
        && !played.rebuilder.holds(&condition, &known, &answer)
    {
        *failed = Some("the mock cannot make an answer that meets the condition of this step".to_owned());
    }
    let beside = token.iter().flat_map(|token| token.captures()).filter(|_| last);
    for capture in step.captures().iter().chain(beside) {
        let json = played.rebuilder.json(&capture.value(), &known, Some(&answer)).ok().flatten();
        match json.filter(|json| json != "null") {
            Some(json) => {
                let json = kept(capture, json);
                crate::bound::put(&mut state.captured, capture.name(), json.clone());
                crate::bound::put(&mut known.captured, capture.name(), json);
            }
            None if capture.is_optional() => {}
            None => *failed = Some(format!("the mock cannot make up `captured.{}`", capture.name())),
        }
    }
    if let Some(choice) = step.choice() {
        let value = Value::from(of_format(choice.format(), choice.name())).to_string();
        crate::bound::put(&mut state.captured, choice.name(), value);
    }
    let Some(token) = token.filter(|_| last) else { return state };
    let response = token.response();
    for (name, expression) in [
        ("access_token", response.access_token()),
        ("refresh_token", response.refresh_token()),
        ("token_type", response.token_type()),
    ] {
        let Some(expression) = expression else { continue };
        let json = played.rebuilder.json(&expression, &known, Some(&answer)).ok().flatten();
        match json.and_then(|json| serde_json::from_str::<Value>(&json).ok()) {
            Some(Value::String(text)) => crate::bound::put(&mut state.credentials, name, text),
            Some(Value::Number(number)) => {
                crate::bound::put(&mut state.credentials, name, number.to_string())
            }
            _ if name == "access_token" => {
                *failed = Some("the mock cannot make up the access token".to_owned())
            }
            _ => {}
        }
    }
    state.ends_at = Some(now() + lifetime);
    state.used = false;
    state.lasting = false;
    state
}

/// A captured value as the client keeps it: a text, unless it may be shown and has another form.
fn kept(capture: &Capture<'static>, json: String) -> String {
    if json.starts_with('"') || (!capture.is_secret() && capture.format() == Format::Text) {
        return json;
    }
    Value::from(json).to_string()
}
