//! Actions.

mod body;
mod inputs;
mod places;
mod xml;

use std::collections::BTreeMap;

use couplet_plan::{self as plan, Effect, Method, PathPart};

use super::config::Config;
use super::expression::{Root, Scope};
use super::types::Builder;
use super::{Cx, Uses, api, auth, docs, names, output, path};
use crate::connector::{Action, Docs};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{self, Manifest, MethodAuth};
use crate::source::Spanned;
pub(super) use inputs::Draft as DraftInput;

/// The actions.
pub(super) struct Lowered<'m, 'a> {
    pub(super) plan: Vec<plan::Action<'a>>,
    pub(super) rust: Vec<Action>,
    pub(super) drafted: Vec<Draft<'m>>,
}

/// An action with the types of what it takes and answers.
pub(super) struct Draft<'m> {
    pub(super) name: &'m Spanned<String>,
    pub(super) action: &'m manifest::Action,
    pub(super) inputs: Vec<DraftInput<'m>>,
    pub(super) answers: Vec<output::Draft<'m>>,
}

/// Builds the types that actions take and answer.
pub(super) fn draft<'m>(
    manifest: &'m Manifest,
    builder: &mut Builder<'m>,
    uses: &mut Uses,
    cx: &mut Cx<'_, '_>,
) -> Vec<Draft<'m>> {
    if manifest.actions.value.is_empty() {
        let message = "a connector needs an action";
        cx.report(
            Diagnostic::new(Code::MISSING_KEY, message, manifest.actions.span)
                .help("write `get_me: {summary: …, get: /me}`"),
        );
    }
    let mut drafts = Vec::new();
    for (name, action) in manifest.actions.value.iter() {
        let prefix = names::pascal_text(&name.value);
        let inputs = inputs::draft(action, &prefix, manifest, builder, uses, cx);
        let answers = output::draft(action, &prefix, manifest, builder, uses, cx);
        if let (Some(inputs), Some(answers)) = (inputs, answers) {
            drafts.push(Draft { name, action, inputs, answers });
        }
    }
    for (_, schema) in manifest.types.iter() {
        check_schema(schema, manifest, cx);
    }
    drafts
}

/// Checks the defaults, the examples and the limits of a schema and all within it.
pub(super) fn check_schema(schema: &manifest::Schema, manifest: &Manifest, cx: &mut Cx<'_, '_>) {
    use manifest::{Additional, Form, TypeKeyword};
    super::config::check_values_in(schema, Some(manifest), cx);
    let keywords = match &schema.form {
        Form::Name(_) => return,
        Form::List(element) => return check_schema(element, manifest, cx),
        Form::Keywords(keywords) => keywords,
    };
    if let Some(TypeKeyword::List(element)) = keywords.ty.as_deref() {
        check_schema(element, manifest, cx);
    }
    if let Some(Additional::Typed(inner)) = keywords.additional.as_deref() {
        check_schema(inner, manifest, cx);
    }
    keywords.items.iter().for_each(|items| check_schema(items, manifest, cx));
    for (_, field) in keywords.fields.iter().flat_map(|fields| fields.value.iter()) {
        check_schema(&field.0, manifest, cx);
    }
    for (_, inner) in keywords.properties.iter().flat_map(|properties| properties.value.iter()) {
        check_schema(inner, manifest, cx);
    }
    for inner in [&keywords.one_of, &keywords.any_of, &keywords.all_of]
        .into_iter()
        .flatten()
        .flat_map(|list| &list.value)
    {
        check_schema(inner, manifest, cx);
    }
}

pub(super) use body::{of_body, tree};

/// Lowers the actions.
pub(super) fn lower<'m, 'a>(
    manifest: &'m Manifest,
    mut drafts: Vec<Draft<'m>>,
    places: &[usize],
    config: &Config<'a>,
    auth: &auth::Lowered<'a>,
    members: &mut names::Names,
    cx: &mut Cx<'_, 'a>,
) -> Lowered<'m, 'a> {
    let mut lowered = Lowered { plan: Vec::new(), rust: Vec::new(), drafted: Vec::new() };
    let types = names::Names::default();
    let constants = names::Names::with(&["CONNECTOR", "PLAN"]);
    let mut taken = Taken { members, types, constants };
    for draft in &mut drafts {
        draft.inputs.iter_mut().for_each(|input| super::types::remap(&mut input.shape.ty, places));
        draft
            .answers
            .iter_mut()
            .filter_map(|answer| answer.ty.as_mut())
            .for_each(|ty| super::types::remap(ty, places));
    }
    let outputs: BTreeMap<&str, &[output::Draft<'m>]> =
        drafts.iter().map(|draft| (draft.name.value.as_str(), draft.answers.as_slice())).collect();
    for draft in &drafts {
        inputs::check_choices(draft, manifest, &outputs, cx);
    }
    for draft in drafts {
        if let Some((plan, rust)) = one(&draft, manifest, config, auth, &mut taken, cx) {
            lowered.plan.push(plan);
            lowered.rust.push(rust);
            lowered.drafted.push(draft);
        }
    }
    lowered
}

/// The names that are taken: of the client's methods, of the types of requests, of the statics.
struct Taken<'n> {
    members: &'n mut names::Names,
    types: names::Names,
    constants: names::Names,
}

fn one<'a>(
    draft: &Draft<'_>,
    manifest: &Manifest,
    config: &Config<'a>,
    auth: &auth::Lowered<'a>,
    taken: &mut Taken<'_>,
    cx: &mut Cx<'_, 'a>,
) -> Option<(plan::Action<'a>, Action)> {
    let Draft { name, action, .. } = draft;
    let method = taken.members.take(names::snake(&name.value), &name.value, name.span, cx);
    let (verb, path) = route(draft, cx)?;
    let scope = scope(draft, config, auth, cx);
    let query = api::templates(&action.query, &scope, false, cx);
    let headers = api::templates(&action.headers, &scope, true, cx);
    api::auth_headers(&action.headers, manifest, cx);
    let body = body::lower(draft, verb, &scope, cx);
    let placed = places::check(draft, verb, manifest, cx);
    config.note(&scope);
    let inputs = inputs::lower(draft, verb, &path, &scope, manifest, cx);
    let answers = output::lower(draft, config, cx);
    let methods = methods(action, manifest, cx);
    let server = server(action, manifest, cx);
    let (method, query, headers, body, inputs, answers) =
        (method?, query?, headers?, body?, inputs.filter(|_| placed)?, answers?);
    let mut plan =
        plan::Action::new(cx.arena.text(&name.value), verb, parts(&path, draft, cx), effect(action, verb))
            .with_inputs(cx.arena.slice(&inputs.plan))
            .with_query(cx.arena.slice(&query))
            .with_headers(cx.arena.slice(&headers))
            .with_answers(cx.arena.slice(&answers.plan))
            .with_server(server?);
    if let Some(body) = body {
        plan = plan.with_body(body);
    } else if inputs.plan.iter().any(|input| input.location() == plan::Location::Body) {
        plan = plan.with_body(plan::Body::new(plan::BodyKind::Json));
    }
    if let Some(methods) = methods? {
        plan = plan.with_auth(cx.arena.slice(&methods));
    }
    let pascal = names::pascal_text(&name.value);
    let required = (!inputs.required.is_empty()).then(|| (taken.types.free(&pascal), inputs.required));
    let request = taken.types.free(&format!("{pascal}Request"));
    let output = answers.rust(&pascal, &mut taken.types);
    let rust = Action {
        constant: taken.constants.take(names::screaming(&name.value), &name.value, name.span, cx)?,
        method,
        request,
        arguments: inputs.arguments,
        required,
        optional: inputs.optional,
        output,
        docs: documentation(action),
        deprecated: action.deprecated == Some(true),
    };
    Some((plan, rust))
}

fn documentation(action: &manifest::Action) -> Docs {
    let text =
        docs::of(Some(&action.summary.value), action.description.as_ref().map(|text| text.value.0.as_str()));
    match &action.docs {
        Some(page) => {
            let link = docs::link("The provider's page on it", &page.value);
            Docs::inert(format!("{}\n\n{link}", text.as_str()))
        }
        None => text,
    }
}

/// The method and the path: a manifest says just one.
fn route(draft: &Draft<'_>, cx: &mut Cx<'_, '_>) -> Option<(Method, Vec<path::Part>)> {
    let routes: Vec<_> = draft.action.routes().collect();
    match routes.as_slice() {
        [route] => path::parse(route.path, cx).map(|path| (route.method, path)),
        [] => {
            let message = format!("the action `{}` needs a method and a path", draft.name.value);
            cx.report(
                Diagnostic::new(Code::MISSING_KEY, message, draft.name.span)
                    .help("write `get: /path`, or `post`, `put`, `patch`, `delete`, `head`"),
            );
            None
        }
        [first, second, ..] => {
            let message =
                format!("the action `{}` has two methods: an action is one request", draft.name.value);
            let diagnostic = Diagnostic::new(Code::CONFLICTING_KEYS, message, second.path.span)
                .also(first.path.span, "and this is another");
            cx.report(diagnostic.help("make two actions of it"));
            None
        }
    }
}

fn scope(draft: &Draft<'_>, config: &Config<'_>, auth: &auth::Lowered<'_>, cx: &Cx<'_, '_>) -> Scope {
    let members = draft.inputs.iter().map(|input| (input.name.value.clone(), input.known(cx))).collect();
    let mut roots = auth.roots(config);
    roots.insert(0, Root::new("input", members));
    Scope::new(roots).with_values()
}

fn parts<'a>(path: &[path::Part], draft: &Draft<'_>, cx: &Cx<'_, 'a>) -> &'a [PathPart<'a>] {
    let parts: Vec<_> = path
        .iter()
        .map(|part| match part {
            path::Part::Literal(text) => PathPart::Literal(cx.arena.text(text)),
            path::Part::Input(name, _) => PathPart::Input(draft.place(name).unwrap_or(u16::MAX)),
        })
        .collect();
    cx.arena.slice(&parts)
}

impl Draft<'_> {
    /// The place of an input in the list.
    pub(super) fn place(&self, name: &str) -> Option<u16> {
        let place = self.inputs.iter().position(|input| input.name.value == name)?;
        u16::try_from(place).ok()
    }
}

fn effect(action: &manifest::Action, method: Method) -> Effect {
    match action.effect.as_ref().map(|effect| effect.value.as_str()) {
        Some("read") => Effect::Read,
        Some("create") => Effect::Create,
        Some("update") => Effect::Update,
        Some("delete") => Effect::Delete,
        Some(_) => Effect::Run,
        None => match method {
            Method::Get | Method::Head => Effect::Read,
            Method::Put | Method::Patch => Effect::Update,
            Method::Delete => Effect::Delete,
            _ => Effect::Create,
        },
    }
}

/// The places of the auth methods that an action works with; the outer option is whether all is well.
#[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
fn methods(action: &manifest::Action, manifest: &Manifest, cx: &mut Cx<'_, '_>) -> Option<Option<Vec<u16>>> {
    let listed = match &action.auth {
        None => return Some(None),
        Some(MethodAuth::None) => return Some(Some(Vec::new())),
        Some(MethodAuth::Methods(listed)) => listed,
    };
    let mut places = Vec::new();
    let mut whole = true;
    for method in &listed.value {
        match manifest.auth.value.names().position(|name| name == method.value) {
            Some(place) => places.push(u16::try_from(place).unwrap_or(u16::MAX)),
            None => {
                let message = format!("there is no auth method `{}`", method.value);
                let diagnostic = Diagnostic::new(Code::UNKNOWN_AUTH_METHOD, message, method.span);
                cx.report(diagnostic.suggest_nearest(&method.value, manifest.auth.value.names()));
                whole = false;
            }
        }
    }
    whole.then_some(Some(places))
}

fn server(action: &manifest::Action, manifest: &Manifest, cx: &mut Cx<'_, '_>) -> Option<u16> {
    let Some(server) = &action.server else { return Some(0) };
    match manifest.api.servers.names().position(|name| name == &*server.value) {
        Some(place) => u16::try_from(place + 1).ok(),
        None => {
            let message = format!("there is no server `{}`", &*server.value);
            let diagnostic = Diagnostic::new(Code::UNKNOWN_SERVER, message, server.span);
            let diagnostic = diagnostic.suggest_nearest(&server.value, manifest.api.servers.names());
            cx.report(diagnostic.help("declare it under `servers` of `api`"));
            None
        }
    }
}
