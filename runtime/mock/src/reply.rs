//! What a request is answered.

use bytes::Bytes;
use couplet_plan::{Answer, ErrorKind, Expression, Key, Media, Node, Plan, Scope, StatusSet};
use couplet_runtime::verify::Known;
use serde_json::{Map, Value, json};

use crate::draft::{self, Draft, Want};
use crate::received::Request;
use crate::route::Taken;
use crate::{
    Fault, Shared, authorize, check, discovery, exchange, literal, oauth1, route, sample, signed, steps,
};

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) action: Option<String>,
    pub(crate) verdict: String,
    pub(crate) fault: Option<Fault>,
}

impl Reply {
    pub(crate) fn json(status: u16, value: &Value, verdict: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Bytes::from(value.to_string()),
            action: None,
            verdict: verdict.into(),
            fault: None,
        }
    }

    fn of(mut self, taken: &Taken) -> Self {
        self.action = Some(taken.action.name().to_owned());
        self
    }
}

/// Answers a request as the provider would.
pub(crate) fn reply(shared: &Shared, request: &Request) -> Reply {
    let of_auth = [discovery::reply, oauth1::reply, authorize::reply];
    if let Some(reply) = of_auth.iter().find_map(|of| of(shared, request)) {
        return reply;
    }
    let taken = meant(shared, request);
    let mut candidates = steps::candidates(&shared.plan, &shared.played, &request.method, &request.path);
    if taken.is_some() {
        // A step that is an action, too, is answered as both.
        candidates.retain(|candidate| !candidate.role.is_signed(&candidate.step));
    }
    match (exchange::reply(shared, &candidates, request), taken) {
        (Some(reply), None) => reply,
        (Some(reply), _) if reply.status < 300 => reply,
        (_, Some(taken)) => action(shared, &taken, request),
        (None, None) => unknown(shared, request),
    }
}

/// The action that a request means. Where several have its path, what stands literally in queries and bodies tells them
/// apart, and then whether it is right.
fn meant(shared: &Shared, request: &Request) -> Option<Taken> {
    let mut all = route::find(&shared.plan, &request.method, &request.path);
    let right = |taken: &Taken| literal::fits(shared, &taken.action, request);
    let best = all
        .iter()
        .position(|taken| right(taken) && check::wrong(shared, taken, request).is_none())
        .or_else(|| all.iter().position(right));
    (!all.is_empty()).then(|| all.swap_remove(best.unwrap_or(0)))
}

/// Answers an action, once its credentials and its inputs are right.
fn action(shared: &Shared, taken: &Taken, request: &Request) -> Reply {
    let state = match authorized(shared, taken, request) {
        Ok(state) => state,
        Err(refused) => {
            let mut reply = error(&shared.plan, ErrorKind::Unauthorized, 401, &refused.why).of(taken);
            let challenges = refused.challenges.into_iter();
            reply.headers.extend(challenges.map(|challenge| ("www-authenticate".to_owned(), challenge)));
            return reply;
        }
    };
    let reply = checked(shared, taken, request);
    if reply.status >= 300 || reply.fault.is_some() {
        return reply;
    }
    exchange::beside(shared, &taken.action, request, state, reply)
}

/// Whether one of the methods that the action takes is satisfied, and by which state.
fn authorized(shared: &Shared, taken: &Taken, request: &Request) -> Result<Option<usize>, signed::Refused> {
    let usable = |place: usize| {
        taken.action.auth().is_none_or(|places| places.iter().any(|known| usize::from(*known) == place))
    };
    if taken.action.auth().is_some_and(<[u16]>::is_empty) {
        return Ok(None);
    }
    let mut first = None;
    for played in shared.played.iter().filter(|played| usable(played.place)) {
        let key = taken.key.as_deref();
        let mut issued = shared.issued();
        match signed::accepted(shared, played, Some(&taken.action), request, &mut issued, key) {
            Ok(state) => return Ok(state),
            Err(refused) => {
                // Of several methods the one counts whose credentials are there.
                let known: &mut signed::Refused = first.get_or_insert_with(|| refused.clone());
                if known.why.ends_with("is missing") && !refused.why.ends_with("is missing") {
                    known.why.clone_from(&refused.why);
                }
                if known.challenges.is_empty() {
                    known.challenges = refused.challenges;
                }
            }
        }
    }
    Err(first.unwrap_or_else(|| "no auth method of the connector does for this action".to_owned().into()))
}

/// Answers an action whose credentials are right.
fn checked(shared: &Shared, taken: &Taken, request: &Request) -> Reply {
    let name = taken.action.name();
    if let Some(why) = check::wrong(shared, taken, request) {
        return error(&shared.plan, ErrorKind::Invalid, 400, &why).of(taken);
    }
    match shared.faults.get(name) {
        Some(Fault::Status(status)) => {
            let kind = if *status >= 500 { ErrorKind::Unavailable } else { ErrorKind::Provider };
            return Reply {
                status: *status,
                ..error(&shared.plan, kind, *status, "a fault, as it was asked for")
            }
            .of(taken);
        }
        Some(fault) => {
            let mut reply = success(shared, taken).of(taken);
            reply.fault = Some(*fault);
            "a fault, as it was asked for".clone_into(&mut reply.verdict);
            if *fault == Fault::Html {
                reply.headers = vec![("content-type".to_owned(), "text/html".to_owned())];
                reply.body = Bytes::from_static(b"<!DOCTYPE html><title>Sign in to the network</title>");
            }
            return reply;
        }
        None => {}
    }
    if let Some((status, body)) = shared.answers.get(name) {
        let mut reply = Reply::json(*status, &Value::Null, "answered as it was told").of(taken);
        reply.body = Bytes::from(body.clone());
        return reply;
    }
    success(shared, taken).of(taken)
}

fn unknown(shared: &Shared, request: &Request) -> Reply {
    let methods = route::methods(&shared.plan, &request.path);
    if methods.is_empty() {
        let why = format!("no action has the path {}", request.path);
        error(&shared.plan, ErrorKind::NotFound, 404, &why)
    } else {
        let why = format!("the path takes {}, and not {}", methods.join(" and "), request.method);
        error(&shared.plan, ErrorKind::Invalid, 405, &why)
    }
}

/// An error whose message stands where the connector's rules look for it.
fn error(plan: &Plan<'_>, kind: ErrorKind, status: u16, why: &str) -> Reply {
    let connector = plan.connector();
    let fits = |set: Option<StatusSet<'_>>| set.is_none_or(|set| set.contains(status));
    let rule = connector
        .errors()
        .iter()
        .find(|rule| rule.kind() == kind && fits(rule.status()) && rule.condition().is_none());
    let mut body = Value::Object(Map::new());
    let (code, message) = rule.map_or((None, None), |rule| (rule.code(), rule.message()));
    let mut placed = message.is_some_and(|message| put(&mut body, &message, why.into()));
    if let Some(code) = code {
        placed |= put(&mut body, &code, word(kind).into());
    }
    if !placed {
        body = json!({ "error": word(kind), "message": why });
    }
    Reply::json(status, &body, why)
}

fn word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Unauthorized => "unauthorized",
        ErrorKind::Invalid => "invalid",
        ErrorKind::NotFound => "not_found",
        ErrorKind::Unavailable => "unavailable",
        _ => "provider",
    }
}

/// Puts a value where an expression over the body looks for it; false where that cannot be told.
fn put(body: &mut Value, place: &Expression<'_>, value: Value) -> bool {
    let path = match place.node() {
        Node::Reference(Scope::Response, [Key::Name("body"), path @ ..]) => path,
        Node::Filter(_, inner, _) => return put(body, inner, value),
        _ => return false,
    };
    draft::set(body, path, value)
}

/// The action's first answer that is a success, or its first.
fn success(shared: &Shared, taken: &Taken) -> Reply {
    let answers = taken.action.answers();
    let place = answers
        .iter()
        .position(|answer| answer.status().ranges().iter().any(|(first, _)| *first < 300))
        .unwrap_or(0);
    let Some(answer) = answers.get(place) else {
        return Reply { headers: Vec::new(), body: Bytes::new(), ..Reply::json(204, &Value::Null, "fine") };
    };
    let status = status_of(answer);
    let schema = shared.schemas.output(taken.action.name(), place).cloned().unwrap_or_default();
    let mut value = if schema.is_null() { Value::Null } else { sample::value(&schema, &shared.schemas) };
    let mut reply = Reply::json(status, &Value::Null, "fine");
    if !answer.headers().is_empty() {
        for name in answer.headers() {
            if let Some(header) = value.get(*name) {
                let text = header.as_str().map_or_else(|| header.to_string(), str::to_owned);
                reply.headers.push(((*name).to_owned(), text));
            }
        }
        value = value.get("body").cloned().unwrap_or_default();
    }
    fill(shared, &mut reply, answer, value);
    if matches!(taken.action.method(), couplet_plan::Method::Head) {
        reply.body = Bytes::new();
    }
    reply
}

fn fill(shared: &Shared, reply: &mut Reply, answer: &Answer<'static>, value: Value) {
    let media = |reply: &mut Reply, text: &str| {
        reply.headers.retain(|(name, _)| name != "content-type");
        reply.headers.push(("content-type".to_owned(), text.to_owned()));
    };
    match answer.media() {
        Media::Json => {
            let (known, played) = (Known::default(), shared.played.first());
            let mut draft = played.map(|played| Draft::new(&played.rebuilder, &known));
            let placed = answer.from().is_some_and(|from| {
                draft.as_mut().is_some_and(|draft| draft.place(&from, Want::Json(value.clone())))
            });
            match draft.filter(|_| placed) {
                Some(draft) => {
                    let finished = draft.finish();
                    reply.headers.retain(|(name, _)| name != "content-type");
                    reply.headers.extend(finished.headers);
                    reply.body = finished.body;
                }
                None => {
                    let mut body = Value::Object(Map::new());
                    let whole = answer.from().is_none_or(|from| !put(&mut body, &from, value.clone()));
                    reply.body = Bytes::from(if whole { value } else { body }.to_string());
                }
            }
        }
        Media::Text => {
            media(reply, "text/plain; charset=utf-8");
            reply.body = Bytes::from(value.as_str().unwrap_or("text").to_owned());
        }
        Media::Binary => {
            media(reply, "application/octet-stream");
            reply.body = Bytes::from_static(b"couplet");
        }
        _ => {
            reply.headers.retain(|(name, _)| name != "content-type");
            reply.body = Bytes::new();
        }
    }
}

fn status_of(answer: &Answer<'_>) -> u16 {
    match (answer.status().ranges().first(), answer.media()) {
        (Some((200, 299)), Media::None) => 204,
        (Some((first, _)), _) => *first,
        (None, _) => 200,
    }
}
