//! Auth methods.

mod assertion;
mod draft;
mod fields;
mod oauth2;
mod plain;
mod requests;
mod session;
mod signed;
mod steps;

use couplet_plan::{self as plan, ErrorRule, Format, NamedTemplate};

use super::config::Config;
use super::expression::{Known, Root};
use super::{Cx, docs, errors, names};
use crate::connector::{AuthMethod, Connects, Docs, Property};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{Auth, AuthKind, KeyPlace, Manifest, Members, When};
use crate::source::Spanned;
use draft::Draft;
use steps::Kind;

/// The auth methods.
pub(super) struct Lowered<'a> {
    pub(super) plan: Vec<plan::AuthMethod<'a>>,
    pub(super) rust: Vec<AuthMethod>,
    /// What is weak in a method, and why it must be.
    pub(super) caveats: Vec<(String, Docs)>,
    /// Each method's credentials, for the places that may see those that are no secrets. A name that is a secret of
    /// one method is a secret.
    known: Vec<(String, Known)>,
    /// What the methods' requests capture. What not all of them capture may be absent.
    captured: Vec<(String, Known, usize)>,
    /// The captures to which requests may go.
    pub(super) places: Vec<(String, Format<'a>)>,
}

impl<'a> Lowered<'a> {
    /// What the templates of requests see of connections.
    pub(super) fn roots(&self, config: &Config<'_>) -> Vec<Root> {
        let mut roots = vec![config.root()];
        if !self.known.is_empty() {
            roots.push(Root { name: "credentials", members: self.known.clone() });
        }
        if !self.captured.is_empty() {
            let methods =
                self.plan.iter().filter(|method| !matches!(method.kind(), plan::AuthKind::None)).count();
            let members = self.captured.iter().map(|(name, known, times)| {
                (name.clone(), Known { absent: known.absent || *times < methods, ..known.clone() })
            });
            roots.push(Root { name: "captured", members: members.collect() });
        }
        roots
    }

    /// What the integrator registered for all methods: what some method brings is asked for by that method alone.
    pub(super) fn app_of_all(&self, config: &Config<'a>) -> Vec<plan::Field<'a>> {
        let brought = |field: &plan::Field<'_>| {
            self.plan.iter().flat_map(plan::AuthMethod::app).any(|known| known.name() == field.name())
        };
        config.app.iter().filter(|field| !brought(field)).copied().collect()
    }
}

/// What a method is, and what each request carries.
struct Made<'a> {
    kind: plan::AuthKind<'a>,
    headers: &'a [NamedTemplate<'a>],
    query: &'a [NamedTemplate<'a>],
}

impl<'a> Made<'a> {
    fn of(kind: plan::AuthKind<'a>) -> Self {
        Self { kind, headers: &[], query: &[] }
    }
}

/// Names that the crate's root has already.
const OURS: [&str; 19] = [
    "Client",
    "Connected",
    "Builder",
    "Config",
    "Error",
    "ErrorKind",
    "Secret",
    "Method",
    "Request",
    "Response",
    "Context",
    "PLAN",
    "Timestamp",
    "Date",
    "Decimal",
    "Uuid",
    "Bytes",
    "Json",
    "Maybe",
];

/// Lowers the auth methods.
pub(super) fn lower<'a>(
    manifest: &Manifest,
    config: &Config<'a>,
    members: &mut names::Names,
    cx: &mut Cx<'_, 'a>,
) -> Option<Lowered<'a>> {
    let mut lowered = Lowered {
        plan: Vec::new(),
        rust: Vec::new(),
        caveats: Vec::new(),
        known: Vec::new(),
        captured: Vec::new(),
        places: Vec::new(),
    };
    if manifest.auth.value.is_empty() {
        let message = "a connector needs an auth method";
        let help = "write `public: {type: none}` where the API is public";
        cx.report(Diagnostic::new(Code::MISSING_KEY, message, manifest.auth.span).help(help));
        return None;
    }
    let mut structs = names::Names::with(&OURS);
    let mut whole = true;
    for (name, auth) in manifest.auth.value.iter() {
        let constructor = members.take(names::snake(&name.value), &name.value, name.span, cx);
        let credentials = structs.take(names::pascal(&name.value), &name.value, name.span, cx);
        let method = method(name, auth, manifest, config, &mut lowered, cx);
        let (Some(constructor), Some(credentials), Some((plan, properties))) =
            (constructor, credentials, method)
        else {
            whole = false;
            continue;
        };
        lowered.plan.push(plan);
        let docs = method_docs(auth);
        lowered.rust.push(AuthMethod { constructor, credentials, properties, docs });
    }
    whole.then_some(lowered)
}

fn method_docs(auth: &Auth) -> Docs {
    let common = auth.kind.common();
    docs::of(
        common.title.as_ref().map(|title| title.value.0.as_str()),
        common.description.as_ref().map(|text| text.value.0.as_str()),
    )
}

fn method<'a>(
    name: &Spanned<String>,
    auth: &Auth,
    manifest: &Manifest,
    config: &Config<'a>,
    lowered: &mut Lowered<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<(plan::AuthMethod<'a>, Vec<Property>)> {
    let mut draft = Draft::new(manifest, config, name, auth.kind.common());
    let made = match &auth.kind {
        AuthKind::None(_) => Some(Made::of(plan::AuthKind::None)),
        AuthKind::Basic(auth) => plain::basic(auth, &mut draft, cx),
        AuthKind::Bearer(auth) => plain::bearer(auth, &mut draft, cx),
        AuthKind::ApiKey(auth) => plain::api_key(auth, &mut draft, cx),
        AuthKind::OAuth2(auth) => oauth2::lower(auth, &mut draft, cx),
        AuthKind::Session(auth) => session::session(auth, &mut draft, cx),
        AuthKind::Jwt(auth) => session::jwt(auth, &mut draft, cx),
        AuthKind::Signature(auth) => session::signature(auth, &mut draft, cx),
        AuthKind::AwsSigV4(auth) => signed::aws(auth, &mut draft, cx),
        AuthKind::OAuth1(auth) => signed::oauth1(auth, &mut draft, cx),
        AuthKind::Digest(auth) => signed::digest(auth, &mut draft, cx),
        AuthKind::MutualTls(auth) => signed::mutual_tls(auth, &mut draft, cx),
    };
    let common = draft.common;
    let connect = steps::lower(common.connect, Kind::Connected, &mut draft, cx);
    let disconnect = steps::lower(common.disconnect, Kind::Connected, &mut draft, cx);
    let body = match common.body {
        Some(tree) => draft.tree(tree, cx).map(Some),
        None => Some(None),
    };
    if made.is_some() {
        draft.check_used(cx);
    }
    lowered.caveats.append(&mut draft.caveats);
    let made = made?;
    if !draft.fields.whole || !draft.app.whole {
        return None;
    }
    let fields = cx.arena.slice(&draft.fields.plan);
    let mut method = plan::AuthMethod::new(cx.arena.text(&name.value), fields, made.kind)
        .with_app(cx.arena.slice(&draft.app.plan))
        .with_headers(made.headers)
        .with_query(made.query)
        .with_connect(connect?)
        .with_disconnect(disconnect?);
    if let Some(body) = body? {
        method = method.with_body(body);
    }
    if draft.common.client_certificate {
        let credential = |name: &'static str| draft::reference(plan::Scope::Credentials, &[name], cx);
        method = method.with_certificate(credential("certificate"), credential("private_key"));
    }
    take_down(&draft, lowered);
    Some((method, draft.fields.properties))
}

/// Takes down what other places may see of a method.
fn take_down<'a>(draft: &Draft<'_, 'a>, lowered: &mut Lowered<'a>) {
    for (name, known) in &draft.fields.known {
        match lowered.known.iter_mut().find(|(other, _)| other == name) {
            Some((_, other)) => other.secret |= known.secret,
            None => lowered.known.push((name.clone(), known.clone())),
        }
    }
    for (name, known) in &draft.captured {
        match lowered.captured.iter_mut().find(|(other, ..)| other == name) {
            Some((_, other, times)) => {
                other.secret |= known.secret;
                other.absent |= known.absent;
                *times += 1;
            }
            None => lowered.captured.push((name.clone(), known.clone(), 1)),
        }
    }
    for (name, format) in &draft.places {
        if !lowered.places.iter().any(|(other, _)| other == name) {
            lowered.places.push((name.clone(), *format));
        }
    }
}

/// What each request carries: what the manifest says, or else the standard header.
fn placement<'a>(
    kind: plan::AuthKind<'a>,
    standard: Option<NamedTemplate<'a>>,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Made<'a>> {
    let common = draft.common;
    let sent = common.headers.map_or_else(|| Some(Vec::new()), |headers| draft.templates(headers, true, cx));
    let parameters = common.query.map_or_else(|| Some(Vec::new()), |query| draft.templates(query, false, cx));
    let (mut sent, parameters) = (sent?, parameters?);
    let in_query = common.query.and_then(|query| query.iter().next());
    if let Some((name, _)) = in_query {
        let caveat = format!("Credentials of `{}` stand in the query of each URL.", draft.name.value);
        let help = "prefer a header, where the provider takes one";
        draft.weak("a credential in the query, where logs may keep it,", help, caveat, name.span, cx)?;
    }
    if sent.is_empty() && parameters.is_empty() {
        sent.extend(standard);
    }
    Some(Made { kind, headers: cx.arena.slice(&sent), query: cx.arena.slice(&parameters) })
}

/// The answers that mean that a token has expired.
fn expired<'a>(
    when: Option<&When>,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<&'a [ErrorRule<'a>]> {
    let Some(when) = when else { return Some(&[]) };
    let scope = draft.answer_scope();
    let rule = errors::condition(when, plan::ErrorKind::Unauthorized, &scope, cx);
    draft.note(&scope);
    Some(cx.arena.slice(&[rule?]))
}

/// How accounts are connected, over all methods.
pub(super) fn connects(methods: &[plan::AuthMethod<'_>]) -> Connects {
    let mut connects = Connects::default();
    for method in methods {
        connects.at_all |= !matches!(method.kind(), plan::AuthKind::None);
        connects.with_a_choice |= method.connect().iter().any(|step| step.choice().is_some());
        match method.kind() {
            plan::AuthKind::Token(token) => {
                connects.in_a_browser |= matches!(token.flow(), plan::Flow::AuthorizationCode(_));
                connects.on_a_device |= matches!(token.flow(), plan::Flow::DeviceCode(_));
                connects.with_scopes |= !token.scopes().is_empty();
            }
            plan::AuthKind::OAuth1(oauth) => connects.in_a_browser |= oauth.dance().is_some(),
            _ => {}
        }
    }
    connects
}

/// The headers that a method sets.
pub(super) fn headers(auth: &Auth) -> Vec<&str> {
    let common = auth.kind.common();
    let mut names: Vec<&str> = common.headers.into_iter().flat_map(Members::names).collect();
    let said = !names.is_empty() || common.query.is_some_and(|query| !query.is_empty());
    match &auth.kind {
        AuthKind::Basic(_)
        | AuthKind::Bearer(_)
        | AuthKind::AwsSigV4(_)
        | AuthKind::OAuth1(_)
        | AuthKind::Digest(_) => names.push("authorization"),
        AuthKind::OAuth2(_) | AuthKind::Jwt(_) if !said => names.push("authorization"),
        AuthKind::ApiKey(auth) if auth.place.value == KeyPlace::Header => names.push(&auth.name.value.text),
        _ => {}
    }
    names
}

/// The query parameters that a method sets.
pub(super) fn query(auth: &Auth) -> Vec<&str> {
    let mut names: Vec<&str> = auth.kind.common().query.into_iter().flat_map(Members::names).collect();
    if let AuthKind::ApiKey(auth) = &auth.kind
        && auth.place.value == KeyPlace::Query
    {
        names.push(&auth.name.value.text);
    }
    names
}
