//! What an action takes: places in the request, and names in Rust.

use std::collections::BTreeMap;

use couplet_plan::{self as plan, Location, Method, Style};

use super::super::docs;
use super::super::expression::{Known, Scope};
use super::super::types::{Builder, Shape, docs_of};
use super::super::{Cx, Uses, headers, names, output, path};
use super::places;
use crate::connector::{ActionInput, Docs, ItemKind, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{self, BodyTree, InputPlace, Keywords, Manifest, ParameterStyle, Schema};
use crate::source::{Span, Spanned};

/// An input and its type.
pub(in crate::lower) struct Draft<'m> {
    pub(in crate::lower) name: &'m Spanned<String>,
    pub(in crate::lower) schema: &'m Schema,
    pub(in crate::lower) shape: Shape,
}

impl Draft<'_> {
    fn keywords(&self) -> Option<&Keywords> {
        self.schema.keywords()
    }

    fn flag(&self, flag: fn(&Keywords) -> &Option<Spanned<bool>>) -> bool {
        self.keywords().and_then(|keywords| flag(keywords).as_ref()).is_some_and(|flag| flag.value)
    }

    /// Whether it may be absent.
    pub(in crate::lower) fn optional(&self) -> bool {
        self.flag(|keywords| &keywords.optional) || self.has_default()
    }

    fn has_default(&self) -> bool {
        self.keywords().is_some_and(|keywords| keywords.default.is_some())
    }

    fn wire(&self) -> &str {
        self.keywords()
            .and_then(|keywords| keywords.name.as_ref())
            .map_or(&self.name.value, |name| &name.value.0)
    }

    fn span(&self) -> Span {
        self.name.span
    }

    /// What templates know of it.
    pub(in crate::lower) fn known(&self, cx: &Cx<'_, '_>) -> Known {
        Known {
            ty: cx.types.known(&self.shape.ty),
            absent: self.optional() && !self.has_default(),
            null: self.shape.null,
            // Whoever calls gives it for this request: it may stand wherever the action puts it.
            secret: false,
        }
    }
}

/// Builds the types of an action's inputs.
pub(super) fn draft<'m>(
    action: &'m manifest::Action,
    prefix: &str,
    manifest: &'m Manifest,
    builder: &mut Builder<'m>,
    uses: &mut Uses,
    cx: &mut Cx<'_, '_>,
) -> Option<Vec<Draft<'m>>> {
    let mut inputs = Vec::new();
    let mut whole = true;
    for (name, input) in action.input.iter() {
        super::check_schema(&input.0, manifest, cx);
        let own = format!("{prefix}{}", names::pascal_text(&name.value));
        match builder.shape(&input.0, &own, cx) {
            Some(shape) => {
                uses.inputs.push(shape.ty.clone());
                inputs.push(Draft { name, schema: &input.0, shape });
            }
            None => whole = false,
        }
    }
    whole.then_some(inputs)
}

/// The inputs, in the Plan and in Rust.
pub(super) struct Lowered<'a> {
    pub(super) plan: Vec<plan::Input<'a>>,
    pub(super) arguments: Vec<ActionInput>,
    pub(super) required: Vec<ActionInput>,
    pub(super) optional: Vec<ActionInput>,
}

/// Finds the place of each input. The templates of the action have been read: the scope knows what they use.
pub(super) fn lower<'a>(
    draft: &super::Draft<'_>,
    method: Method,
    path: &[path::Part],
    scope: &Scope,
    manifest: &Manifest,
    cx: &mut Cx<'_, 'a>,
) -> Option<Lowered<'a>> {
    let mut lowered =
        Lowered { plan: Vec::new(), arguments: Vec::new(), required: Vec::new(), optional: Vec::new() };
    let mut whole = path_inputs(draft, path, cx);
    let mut idents = names::Names::with(&["send", "call", "input", "fmt", "self_"]);
    let mut taken = places::taken(draft, manifest);
    for (place, input) in draft.inputs.iter().enumerate() {
        let index = u16::try_from(place).unwrap_or(u16::MAX);
        let location = location(input, draft, method, path, scope, cx);
        let ident = idents.take(names::snake(&input.name.value), &input.name.value, input.span(), cx);
        whole &= check_place(input, location, method, &mut taken, cx);
        let Some(ident) = ident else {
            whole = false;
            continue;
        };
        lowered.plan.push(plan_input(input, location, cx));
        let optional = input.optional();
        let ty = match (&input.shape, optional) {
            (Shape { ty, null: true }, _) => Type::Option(Box::new(ty.clone())),
            (Shape { ty, null: false }, _) => ty.clone(),
        };
        let rust = ActionInput { index, ident, ty, docs: documentation(input, location) };
        match (location, optional) {
            (Location::Path, _) => lowered.arguments.push(rust),
            (_, true) => lowered.optional.push(rust),
            (_, false) => lowered.required.push(rust),
        }
    }
    let order: Vec<&str> = path
        .iter()
        .filter_map(|part| if let path::Part::Input(name, _) = part { Some(name.as_str()) } else { None })
        .collect();
    lowered.arguments.sort_by_key(|argument| {
        let name = &draft.inputs[usize::from(argument.index)].name.value;
        order.iter().position(|known| known == name)
    });
    whole.then_some(lowered)
}

/// Every `{name}` is an input, once, and every input of the path is a `{name}`.
fn path_inputs(draft: &super::Draft<'_>, path: &[path::Part], cx: &mut Cx<'_, '_>) -> bool {
    let mut whole = true;
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for part in path {
        let path::Part::Input(name, span) = part else { continue };
        if let Some(first) = seen.insert(name, *span) {
            let message = format!("`{{{name}}}` stands twice in the path");
            cx.report(
                Diagnostic::new(Code::BAD_PATH, message, *span)
                    .also(first, "first here")
                    .help("give the two places two inputs"),
            );
            whole = false;
        }
        if draft.place(name).is_none() {
            let message = format!("the path names the input `{name}`, which the action does not take");
            let near =
                crate::diagnostic::nearest(name, draft.inputs.iter().map(|input| input.name.value.as_str()));
            let mut diagnostic = Diagnostic::new(Code::UNKNOWN_INPUT, message, *span);
            diagnostic = match near {
                Some(near) => {
                    diagnostic.suggest(format!("did you mean `{{{near}}}`?"), *span, format!("{{{near}}}"))
                }
                None => diagnostic.help(format!("declare it: `input: {{{name}: string}}`")),
            };
            cx.report(diagnostic);
            whole = false;
        }
    }
    whole
}

fn location(
    input: &Draft<'_>,
    draft: &super::Draft<'_>,
    method: Method,
    path: &[path::Part],
    scope: &Scope,
    cx: &mut Cx<'_, '_>,
) -> Location {
    let in_path =
        path.iter().any(|part| matches!(part, path::Part::Input(name, _) if *name == input.name.value));
    let said = input.keywords().and_then(|keywords| keywords.place.as_ref());
    match said.map(|said| said.value) {
        Some(InputPlace::Path) if !in_path => {
            let message = format!("the path has no place for `{}`", input.name.value);
            let span = said.map_or(input.span(), |said| said.span);
            cx.report(
                Diagnostic::new(Code::BAD_PATH, message, span)
                    .help(format!("write `{{{}}}` where it stands", input.name.value)),
            );
            Location::Path
        }
        Some(InputPlace::Query | InputPlace::Header | InputPlace::Body) if in_path => {
            let message =
                format!("`{}` stands in the path, and is said to stand elsewhere", input.name.value);
            let span = said.map_or(input.span(), |said| said.span);
            cx.report(
                Diagnostic::new(Code::CONFLICTING_KEYS, message, span)
                    .help("remove `in`, or take it out of the path"),
            );
            Location::Path
        }
        Some(InputPlace::Path) => Location::Path,
        Some(InputPlace::Query) => Location::Query,
        Some(InputPlace::Header) => Location::Header,
        Some(InputPlace::Body) => Location::Body,
        None if in_path => Location::Path,
        None if scope.uses("input", &input.name.value) => Location::Expression,
        None if matches!(method, Method::Get | Method::Head | Method::Delete) => Location::Query,
        None => match draft.action.body.as_ref().map(|body| &body.tree) {
            None | Some(BodyTree::Json(None) | BodyTree::Form(None)) => Location::Body,
            Some(_) => {
                let message = format!(
                    "nothing uses the input `{}`: the body is written out, and does not name it",
                    input.name.value
                );
                let help =
                    format!("write `{{{{ input.{} }}}}` in the body, or say `in: query`", input.name.value);
                cx.report(Diagnostic::new(Code::UNUSED_INPUT, message, input.span()).help(help));
                Location::Expression
            }
        },
    }
}

fn check_place(
    input: &Draft<'_>,
    location: Location,
    method: Method,
    taken: &mut BTreeMap<places::Place, Span>,
    cx: &mut Cx<'_, '_>,
) -> bool {
    let key = places::place(location, input.wire());
    let mut whole = true;
    if let Some(first) = key.and_then(|key| taken.insert(key, input.span())) {
        let message = format!("the parameter `{}` stands twice in the request", input.wire());
        cx.report(
            Diagnostic::new(Code::DUPLICATE_PARAMETER, message, input.span())
                .also(first, "first here")
                .help("remove one of the two"),
        );
        whole = false;
    }
    match location {
        Location::Header => whole &= headers::check_name(input.wire(), input.span(), cx),
        Location::Body if matches!(method, Method::Get | Method::Head) => {
            let message =
                format!("a {} carries no body, and `{}` stands in one", method.as_str(), input.name.value);
            cx.report(
                Diagnostic::new(Code::BODY_NOT_ALLOWED, message, input.span())
                    .help("say `in: query`, or use another method"),
            );
            whole = false;
        }
        Location::Path => {
            if input.optional() || input.shape.null {
                let message = format!("`{}` stands in the path, and so is always needed", input.name.value);
                cx.report(
                    Diagnostic::new(Code::OPTIONAL_PATH_INPUT, message, input.span())
                        .help("make two actions of it: one with this part of the path, one without"),
                );
                whole = false;
            }
            if cx.types.known(&input.shape.ty).has_no_text()
                || matches!(input.shape.ty, Type::Json | Type::Bytes)
            {
                let message =
                    format!("`{}` stands in the path, and is no text, number or boolean", input.name.value);
                cx.report(Diagnostic::new(Code::WRONG_TYPE, message, input.span()));
                whole = false;
            }
        }
        _ => {}
    }
    whole
}

fn plan_input<'a>(input: &Draft<'_>, location: Location, cx: &Cx<'_, 'a>) -> plan::Input<'a> {
    let mut plan = plan::Input::new(cx.arena.text(&input.name.value), location);
    if input.wire() != input.name.value {
        plan = plan.with_wire(cx.arena.text(input.wire()));
    }
    if matches!(location, Location::Path | Location::Query | Location::Header) {
        plan = plan.with_style(style(input, location, cx));
    }
    if input.optional() {
        plan = plan.optional();
    }
    if input.shape.null {
        plan = plan.nullable();
    }
    if input.shape.ty == Type::Bytes {
        plan = plan.bytes();
    }
    if input.flag(|keywords| &keywords.secret) {
        plan = plan.secret();
    }
    if matches!(input.shape.ty, Type::Bytes) {
        plan = plan.bytes();
    }
    match input.keywords().and_then(|keywords| keywords.default.as_ref()) {
        Some(default) => plan.with_default(cx.arena.text(&default.value.0.to_string())),
        None => plan,
    }
}

fn style(input: &Draft<'_>, location: Location, cx: &Cx<'_, '_>) -> Style {
    let keywords = input.keywords();
    let explode = keywords.and_then(|keywords| keywords.explode.as_ref()).map(|explode| explode.value);
    match keywords.and_then(|keywords| keywords.style.as_ref()).map(|style| style.value) {
        Some(ParameterStyle::SpaceDelimited) => Style::SpaceDelimited,
        Some(ParameterStyle::PipeDelimited) => Style::PipeDelimited,
        Some(ParameterStyle::DeepObject) => Style::DeepObject,
        Some(ParameterStyle::Brackets) => Style::Brackets,
        Some(ParameterStyle::Json) => Style::Json,
        Some(ParameterStyle::Form) if explode == Some(false) => Style::Form,
        Some(ParameterStyle::Form) => Style::FormExploded,
        None if explode == Some(false) => Style::Form,
        None if !cx.types.known(&input.shape.ty).has_no_text() => Style::FormExploded,
        None if location != Location::Query => Style::Form,
        None if is_object(&input.shape.ty, cx) => Style::DeepObject,
        None => Style::FormExploded,
    }
}

fn is_object(ty: &Type, cx: &Cx<'_, '_>) -> bool {
    match cx.types.resolved(ty) {
        Type::Map(_) => true,
        Type::Named(index) => {
            matches!(cx.types.items.get(*index).map(|item| &item.kind), Some(ItemKind::Struct(..)))
        }
        _ => false,
    }
}

/// What the manifest says of an input, or else where it stands; what it may be; what it is where it is not set.
fn documentation(input: &Draft<'_>, location: Location) -> Docs {
    let keywords = input.keywords();
    let mut parts = vec![keywords.map(docs_of).unwrap_or_default().as_str().to_owned()];
    if parts[0].is_empty() {
        let wire = docs::code(input.wire());
        parts[0] = match location {
            Location::Path => format!("{wire} in the path."),
            Location::Query => format!("The query parameter {wire}."),
            Location::Header => format!("The header {wire}."),
            Location::Body => format!("{wire} in the body."),
            _ => format!("The input {wire}."),
        };
    }
    parts.push(keywords.map(docs::bounds).unwrap_or_default());
    if let Some(default) = keywords.and_then(|keywords| keywords.default.as_ref()) {
        parts.push(format!("Where it is not set: {}", docs::code(&default.value.0.to_string())));
    }
    parts.retain(|part| !part.is_empty());
    Docs::inert(parts.join("\n\n"))
}

/// `choices` names an action that lists objects with the members that it names.
pub(super) fn check_choices(
    draft: &super::Draft<'_>,
    manifest: &Manifest,
    outputs: &BTreeMap<&str, &[output::Draft<'_>]>,
    cx: &mut Cx<'_, '_>,
) {
    for choices in draft.inputs.iter().filter_map(|input| input.keywords()?.choices.as_ref()) {
        let name: &str = &choices.action.value;
        if manifest.actions.value.get(name).is_none() {
            let message = format!("there is no action `{name}` to choose from");
            let diagnostic = Diagnostic::new(Code::UNKNOWN_ACTION, message, choices.action.span);
            cx.report(diagnostic.suggest_nearest(name, manifest.actions.value.names()));
            continue;
        }
        let element =
            outputs.get(name).and_then(|answers| answers.first()).and_then(|answer| match &answer.ty {
                Some(Type::List(element)) => Some(cx.types.known(element)),
                Some(ty) => match cx.types.known(ty) {
                    super::super::expression::Ty::List(element) => Some(*element),
                    _ => None,
                },
                None => None,
            });
        let Some(element) = element else {
            let message = format!("the action `{name}` answers no list to choose from");
            cx.report(
                Diagnostic::new(Code::CHOICES_MISMATCH, message, choices.action.span)
                    .help("name an action whose output is `[Type]`"),
            );
            continue;
        };
        let members = match element {
            super::super::expression::Ty::Item(item) => cx.types.members(item),
            _ => None,
        };
        let Some(members) = members else { continue };
        for member in [Some(&choices.value), choices.label.as_ref()].into_iter().flatten() {
            if !members.iter().any(|(known, _)| **known == *member.value) {
                let message = format!("what `{name}` lists has no member `{}`", &*member.value);
                let diagnostic = Diagnostic::new(Code::CHOICES_MISMATCH, message, member.span);
                cx.report(
                    diagnostic
                        .suggest_nearest(&member.value, members.iter().map(|(known, _)| known.as_str())),
                );
            }
        }
    }
}
