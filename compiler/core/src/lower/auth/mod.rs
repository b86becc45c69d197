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

use std::collections::BTreeMap;

use couplet_plan::{self as plan, ErrorRule, Format, NamedTemplate};

use super::config::Config;
use super::expression::{Known, Root};
use super::{Cx, docs, errors, names};
use crate::connector::{AuthMethod, Connects, Docs, Property};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits;
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
    /// Where they stand in the list.
    known_at: BTreeMap<String, usize>,
    /// What the methods' requests capture. What not all of them capture may be absent.
    captured: Vec<(String, Known, usize)>,
    /// Where they stand in the list.
    captured_at: BTreeMap<String, usize>,
    /// The captures to which requests may go.
    pub(super) places: Vec<(String, Format<'a>)>,
    /// What the templates of requests see of connections, once it is known.
    roots: std::cell::OnceCell<Vec<Root>>,
}

impl<'a> Lowered<'a> {
    /// What the templates of requests see of connections.
    pub(super) fn roots(&self, config: &Config<'_>) -> Vec<Root> {
        self.roots.get_or_init(|| self.all_roots(config)).clone()
    }

    fn all_roots(&self, config: &Config<'_>) -> Vec<Root> {
        let mut roots = vec![config.root()];
        if !self.known.is_empty() {
            roots.push(Root::new("credentials", self.known.clone()));
        }
        if !self.captured.is_empty() {
            let methods =
                self.plan.iter().filter(|method| !matches!(method.kind(), plan::AuthKind::None)).count();
            let members = self.captured.iter().map(|(name, known, times)| {
                (name.clone(), Known { absent: known.absent || *times < methods, ..known.clone() })
            });
            roots.push(Root::new("captured", members.collect()));
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
        known_at: BTreeMap::new(),
        captured: Vec::new(),
        captured_at: BTreeMap::new(),
        places: Vec::new(),
        roots: std::cell::OnceCell::new(),
    };
    if manifest.auth.value.is_empty() {
        let message = "a connector needs an auth method";
        let help = "write `public: {type: none}` where the API is public";
        cx.report(Diagnostic::new(Code::MISSING_KEY, message, manifest.auth.span).help(help));
        return None;
    }
    if let Some((name, _)) = manifest.auth.value.iter().nth(limits::AUTH_METHODS) {
        return cx.too_many("auth methods", manifest.auth.value.len(), limits::AUTH_METHODS, name.span);
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
    take_down(&draft, lowered, cx)?;
    Some((method, draft.fields.properties))
}

/// Takes down what other places may see of a method.
fn take_down<'a>(draft: &Draft<'_, 'a>, lowered: &mut Lowered<'a>, cx: &mut Cx<'_, 'a>) -> Option<()> {
    for (name, known) in &draft.fields.known {
        match lowered.known_at.get(name) {
            Some(place) => lowered.known[*place].1.secret |= known.secret,
            None => {
                lowered.known_at.insert(name.clone(), lowered.known.len());
                lowered.known.push((name.clone(), known.clone()));
            }
        }
    }
    for (name, known) in draft.captured.iter() {
        match lowered.captured_at.get(name) {
            Some(place) => {
                same_format(name, draft, &lowered.places, cx)?;
                let (_, other, times) = &mut lowered.captured[*place];
                other.secret |= known.secret;
                other.absent |= known.absent;
                *times += 1;
            }
            None => {
                lowered.captured_at.insert(name.clone(), lowered.captured.len());
                lowered.captured.push((name.clone(), known.clone(), 1));
            }
        }
    }
    for (name, format) in &draft.places {
        if !lowered.places.iter().any(|(other, _)| other == name) {
            lowered.places.push((name.clone(), *format));
        }
    }
    Some(())
}

/// What one method confines, no other method captures as a text: the base URL may name it.
fn same_format<'a>(
    name: &str,
    draft: &Draft<'_, 'a>,
    places: &[(String, Format<'a>)],
    cx: &mut Cx<'_, 'a>,
) -> Option<()> {
    let before = places.iter().find(|(other, _)| other == name).map_or(Format::Text, |(_, format)| *format);
    let format = draft.format_of(name);
    if draft::same_kind(before, format) {
        return Some(());
    }
    let (here, there) = (draft::words(format), draft::words(before));
    let message = format!("`captured.{name}` is {here} with this method, and {there} with another");
    let diagnostic = Diagnostic::new(Code::CONFLICTING_KEYS, message, draft.name.span);
    cx.report(diagnostic.help(draft::SAME_FORMAT));
    None
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
