//! Whether a request of the API carries what its auth method says: tokens that were issued and have not ended,
//! signatures that are those of the request.

use bytes::Bytes;
use couplet_plan::{Action, AuthKind, BodyKind, NamedTemplate, Scope};
use couplet_runtime::verify::Known;

use crate::assertion;
use crate::bound::{Bound, is_unknown};
use crate::examine::{WINDOW, instants};
use crate::form::query_values;
use crate::issued::{Found, Issued, now};
use crate::played::Played;
use crate::received::Request;
use crate::slots::{self, Slot};
use crate::walk::refers;
use crate::{Shared, digest, oauth1, proof, sigv4};

/// Why a request's credentials are not accepted.
#[derive(Clone)]
pub(crate) struct Refused {
    pub(crate) why: String,
    /// What the header `WWW-Authenticate` says.
    pub(crate) challenges: Vec<String>,
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self { why, challenges: Vec::new() }
    }
}

/// Checks what a request carries of a method. It gives the state whose token that is.
pub(crate) fn accepted(
    shared: &Shared,
    played: &Played,
    action: Option<&Action<'static>>,
    request: &Request,
    issued: &mut Issued,
    key_in_path: Option<&str>,
) -> Result<Option<usize>, Refused> {
    proof::carries(&played.proof, request, key_in_path)?;
    let whole = whole(shared, request);
    match played.method.kind() {
        AuthKind::AwsSigV4(method) => sigv4::check(played, method, &whole)?,
        AuthKind::OAuth1(method) => oauth1::check(played, method, &whole, issued)?,
        AuthKind::Digest(user, password) => digest::check(played, &user, &password, &whole, issued)?,
        _ => {}
    }
    templates(played, action, request, &whole, issued)
}

/// The request as the client made it, without what the connection added.
pub(crate) fn whole(shared: &Shared, request: &Request) -> http::Request<Bytes> {
    let address = shared.address.to_string();
    let host = request.header("host").unwrap_or(&address);
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let mut whole = http::Request::new(request.body.clone());
    *whole.method_mut() = request.method.parse().unwrap_or_default();
    *whole.uri_mut() = format!("http://{host}{}{query}", request.path).parse().unwrap_or_default();
    for (name, value) in &request.headers {
        if matches!(name.as_str(), "host" | "content-length" | "connection" | "transfer-encoding") {
            continue;
        }
        if let (Ok(name), Ok(value)) =
            (http::HeaderName::from_bytes(name.as_bytes()), http::HeaderValue::from_str(value))
        {
            whole.headers_mut().append(name, value);
        }
    }
    whole
}

/// The method's own headers, query parameters and members of the body.
fn templates(
    played: &Played,
    action: Option<&Action<'static>>,
    request: &Request,
    whole: &http::Request<Bytes>,
    issued: &mut Issued,
) -> Result<Option<usize>, Refused> {
    let method = &played.method;
    let headers = slots::headers(method.headers(), request);
    let query = slots::query(method.query(), &request.query);
    let body = members(played, action, request);
    let all: Vec<&Slot> = headers.iter().chain(&query).chain(&body).collect();
    if all.is_empty() {
        return Ok(None);
    }
    let mut known = played.known();
    let mut bound = Bound::default();
    for slot in &all {
        if let Some(got) = &slot.got {
            bound.read(&slot.template.value(), got, &played.rebuilder, &known);
        }
    }
    let place = state(played, &bound, &all, issued)?;
    if let Some(state) = place.and_then(|place| issued.states.get(place)) {
        state.add_to(&mut known);
    }
    bound.add_to(&mut known);
    if bound.now.is_some_and(|shown| (shown - now()).abs() > WINDOW) {
        return Err("the request's time is more than five minutes away".to_owned().into());
    }
    if let Some(token) = bound.credentials.get("assertion") {
        assertion::check(played, &known, token, Some(whole), issued).map_err(|wrong| wrong.why)?;
    }
    timed(played, &headers, &query, &body, whole, &bound, &mut known)?;
    once(played, &bound, issued)?;
    if let Some(token) = bound.credentials.get("assertion") {
        issued.once.extend(assertion::id(played, token));
    }
    Ok(place)
}

/// The members that the method puts into the body of an action that has one.
fn members(played: &Played, action: Option<&Action<'static>>, request: &Request) -> Vec<Slot> {
    let Some(tree) = played.method.body() else { return Vec::new() };
    let kind = match action {
        Some(action) => match action.body() {
            Some(body) => body.kind(),
            None if request.body.is_empty() => return Vec::new(),
            None => BodyKind::Json,
        },
        None if request.body.is_empty() => return Vec::new(),
        None => {
            let media = request.header("content-type").unwrap_or_default();
            if media.contains("xml") {
                BodyKind::Xml
            } else if crate::form::is_form(request) {
                BodyKind::Form
            } else {
                BodyKind::Json
            }
        }
    };
    if matches!(kind, BodyKind::Text | BodyKind::Binary) {
        return Vec::new();
    }
    slots::body(kind, &tree, request, &played.rebuilder)
}

/// The state whose token a request shows.
fn state(played: &Played, bound: &Bound, all: &[&Slot], issued: &Issued) -> Result<Option<usize>, Refused> {
    let shows = bound.credentials.keys().any(|name| *name != "assertion") || !bound.captured.is_empty();
    let place = if shows {
        match issued.find(played.place, bound) {
            Found::State(place) => place,
            Found::Unknown(name, captured) => {
                let what = if captured {
                    format!("`captured.{name}`")
                } else {
                    format!("the {}", name.replace('_', " "))
                };
                return Err(format!("{what} is not one that was issued").into());
            }
        }
    } else if all.iter().any(|slot| is_of_state(slot)) {
        if let Some(missing) = all.iter().find(|slot| slot.got.is_none() && !slot.template.is_optional()) {
            return Err(format!("{} is missing", missing.place).into());
        }
        match issued.newest(played.place) {
            Some(place) => place,
            None => return Ok(None),
        }
    } else {
        return Ok(issued.newest(played.place));
    };
    match issued.states.get(place).and_then(|state| issued.ended(state)) {
        Some(why) if played.token().is_some_and(|token| token.response().access_token().is_some()) => {
            Err(format!("the access token {why}").into())
        }
        Some(why) => Err(format!("the session {why}").into()),
        None => Ok(Some(place)),
    }
}

fn is_of_state(slot: &Slot) -> bool {
    refers(&slot.template.value(), &|scope, name| match scope {
        Scope::Captured => true,
        Scope::Credentials => matches!(name, "access_token" | "token_secret"),
        _ => false,
    })
}

/// Evaluates each template, and compares. Where one has the instant in it and none shows it, each second that may be meant
/// is tried.
fn timed(
    played: &Played,
    headers: &[Slot],
    query: &[Slot],
    body: &[Slot],
    whole: &http::Request<Bytes>,
    bound: &Bound,
    known: &mut Known<'static>,
) -> Result<(), Refused> {
    let first = match same(played, headers, query, body, whole, known) {
        Ok(()) => return Ok(()),
        Err(why) => why,
    };
    let is_now = |slot: &Slot| refers(&slot.template.value(), &|scope, _| scope == Scope::Now);
    if bound.now.is_some() || !headers.iter().chain(query).chain(body).any(is_now) {
        return Err(first.into());
    }
    for instant in instants(known.now_ms) {
        known.now_ms = instant;
        if same(played, headers, query, body, whole, known).is_ok() {
            return Ok(());
        }
    }
    Err(first.into())
}

fn same(
    played: &Played,
    headers: &[Slot],
    query: &[Slot],
    body: &[Slot],
    whole: &http::Request<Bytes>,
    known: &Known<'static>,
) -> Result<(), String> {
    let mut before = whole.clone();
    for slot in query {
        without(&mut before, slot.template.name());
    }
    for slot in headers {
        before.headers_mut().remove(slot.template.name());
    }
    // Each sees the request with those before it, headers first.
    for slot in headers {
        compare(played, slot, known, &before)?;
        if let (Some(got), Ok(name)) =
            (&slot.got, http::HeaderName::from_bytes(slot.template.name().as_bytes()))
            && let Ok(value) = http::HeaderValue::from_str(got)
        {
            before.headers_mut().insert(name, value);
        }
    }
    for (place, slot) in query.iter().enumerate() {
        let mut before = whole.clone();
        for later in &query[place..] {
            without(&mut before, later.template.name());
        }
        compare(played, slot, known, &before)?;
    }
    body.iter().try_for_each(|slot| compare(played, slot, known, whole))
}

fn compare(
    played: &Played,
    slot: &Slot,
    known: &Known<'static>,
    request: &http::Request<Bytes>,
) -> Result<(), String> {
    let wanted = match played.rebuilder.text(&slot.template, known, Some(request)) {
        Ok(wanted) => wanted,
        Err(_) if slot.got.is_none() => return Err(format!("{} is missing", slot.place)),
        Err(error) => return Err(format!("{} cannot be computed: {error}", slot.place)),
    };
    match (wanted, &slot.got) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(format!("{} is missing", slot.place)),
        (Some(wanted), Some(got)) if wanted == *got => Ok(()),
        (Some(_), Some(_)) if signs(slot) => Err(format!(
            "{} is not the signature of this request with the credentials of this mock",
            slot.place
        )),
        (Some(_), Some(_)) if is_unknown(&slot.template.value()) => {
            Err(format!("{} is not what was issued makes it", slot.place))
        }
        _ => Err(format!("{} is not of the credentials that this mock accepts", slot.place)),
    }
}

/// Whether a template computes something of the request, or with a key.
fn signs(slot: &Slot) -> bool {
    use couplet_plan::{Filter, Node};
    let mut found = false;
    crate::walk::visit(&slot.template.value(), &mut |part| {
        found |= match part.node() {
            Node::Reference(scope, _) => scope == Scope::Request,
            Node::Filter(filter, ..) => matches!(
                filter,
                Filter::HmacSha1
                    | Filter::HmacSha256
                    | Filter::HmacSha512
                    | Filter::Ed25519
                    | Filter::Sha1
                    | Filter::Sha256
                    | Filter::Sha512
                    | Filter::Md5
            ),
            _ => false,
        };
    });
    found
}

/// Takes a parameter out of a request's query.
fn without(request: &mut http::Request<Bytes>, name: &str) {
    let uri = request.uri();
    let Some(query) = uri.query() else { return };
    let is = |pair: &&str| query_values(pair).first().is_some_and(|(known, _)| known == name);
    let kept: Vec<&str> = query.split('&').filter(|pair| !is(pair)).collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    if let Ok(uri) = format!("http://{authority}{}{query}", uri.path()).parse() {
        *request.uri_mut() = uri;
    }
}

/// A nonce or a UUID is taken only once, where the request is signed.
fn once(played: &Played, bound: &Bound, issued: &mut Issued) -> Result<(), Refused> {
    if !matches!(played.method.kind(), AuthKind::Signature) {
        return Ok(());
    }
    for (what, text) in [("nonce", &bound.nonce), ("uuid", &bound.uuid)] {
        let Some(text) = text else { continue };
        if !issued.once.insert(format!("{} {what} {text}", played.method.name())) {
            return Err(format!("the {what} was used before: the request is a replay").into());
        }
    }
    Ok(())
}

/// The names of query parameters that the methods add.
pub(crate) fn query_names(shared: &Shared) -> impl Iterator<Item = &'static str> {
    shared.played.iter().flat_map(|played| played.method.query()).map(NamedTemplate::name)
}

/// The names of members that the methods add to bodies.
pub(crate) fn body_names(shared: &Shared) -> Vec<String> {
    let trees = shared.played.iter().filter_map(|played| played.method.body());
    trees
        .flat_map(|tree| match tree.node() {
            couplet_plan::Node::Map(entries) => entries.iter().map(|entry| entry.name().to_owned()).collect(),
            _ => Vec::<String>::new(),
        })
        .collect()
}
