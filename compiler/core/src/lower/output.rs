//! What actions answer.

use couplet_plan::{self as plan, Media, StatusSet};

use super::config::Config;
use super::expression::{self, Scope, Want};
use super::types::{Builder, docs_of};
use super::{Cx, Uses, docs, errors, headers, names};
use crate::connector::{Docs, ItemKind, Member, Output, OutputVariant, Presence, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{self, Answer, AnswerMedia, AnswerType, Schema};

/// An answer and its type.
pub(super) struct Draft<'m> {
    answer: Option<&'m Answer>,
    /// The type of the value in the body.
    pub(super) schema: Option<&'m Schema>,
    /// What Rust makes of it, with its headers.
    pub(super) ty: Option<Type>,
    pub(super) media: Media,
    docs: Docs,
}

impl Draft<'_> {
    /// The response headers that belong to the value, and their types.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.answer
            .iter()
            .flat_map(|answer| answer.headers.iter())
            .map(|(name, member)| (name.value.as_str(), &member.0))
    }
}

/// Builds the types of an action's answers.
pub(super) fn draft<'m>(
    action: &'m manifest::Action,
    prefix: &str,
    manifest: &'m manifest::Manifest,
    builder: &mut Builder<'m>,
    uses: &mut Uses,
    cx: &mut Cx<'_, '_>,
) -> Option<Vec<Draft<'m>>> {
    let answers: Vec<(Option<&Answer>, Option<&Schema>)> = match &action.output {
        None => return Some(Vec::new()),
        Some(manifest::Output::Type(schema)) if is_none(schema) => return Some(Vec::new()),
        Some(manifest::Output::Type(schema)) => vec![(None, Some(schema))],
        Some(manifest::Output::Answers(answers)) => answers
            .iter()
            .map(|answer| {
                let schema = match &answer.ty {
                    Some(AnswerType::Type(schema)) => Some(schema),
                    _ => None,
                };
                (Some(answer), schema)
            })
            .collect(),
    };
    for (answer, schema) in &answers {
        let headers = answer.iter().flat_map(|answer| answer.headers.iter()).map(|(_, member)| &member.0);
        for schema in schema.iter().copied().chain(headers) {
            super::actions::check_schema(schema, manifest, cx);
        }
    }
    let many = answers.len() > 1;
    let mut drafts = Vec::new();
    for (answer, schema) in answers {
        let ranges = ranges(answer);
        let name = if many { format!("{prefix}{}", variant_name(ranges)) } else { format!("{prefix}Output") };
        let mut media = match answer.and_then(|answer| answer.media.as_ref()).map(|media| media.value) {
            Some(AnswerMedia::Text) => Media::Text,
            Some(AnswerMedia::Binary) => Media::Binary,
            Some(AnswerMedia::Json) | None => Media::Json,
        };
        let ty = match schema {
            Some(schema) => {
                let ty = builder.element(schema, &name, cx)?;
                let whole = answer.is_none_or(|answer| answer.from.is_none());
                if ty == Type::Bytes && whole && is_binary(schema) {
                    media = Media::Binary;
                }
                Some(ty)
            }
            None => match media {
                Media::Text => Some(Type::String),
                Media::Binary => Some(Type::Bytes),
                _ => {
                    media = Media::None;
                    None
                }
            },
        };
        let ty = with_headers(answer, ty, &name, builder, cx)?;
        uses.outputs.extend(ty.clone());
        let mut docs = schema.and_then(Schema::keywords).map(docs_of).unwrap_or_default();
        if many && docs.is_empty() {
            docs = docs::line(&format!("The answer with status {}.", shown(ranges)));
        }
        drafts.push(Draft { answer, schema, ty, media, docs });
    }
    Some(drafts)
}

fn is_none(schema: &Schema) -> bool {
    matches!(&schema.form, manifest::Form::Name(word) if word == "none")
}

fn is_binary(schema: &Schema) -> bool {
    schema
        .keywords()
        .and_then(|keywords| keywords.format.as_ref())
        .is_some_and(|format| &*format.value == "binary")
}

/// A value with response headers is a struct of its body and them; the outer option is whether all is well.
#[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
fn with_headers<'m>(
    answer: Option<&'m Answer>,
    ty: Option<Type>,
    name: &str,
    builder: &mut Builder<'m>,
    cx: &mut Cx<'_, '_>,
) -> Option<Option<Type>> {
    let Some(answer) = answer.filter(|answer| !answer.headers.is_empty()) else { return Some(ty) };
    let mut idents = names::Names::with(&["body"]);
    let mut members = Vec::new();
    if let Some(ty) = ty {
        let (ty, presence) = match ty {
            Type::Option(inner) => (*inner, Presence::Nullable),
            ty => (ty, Presence::Required),
        };
        let ident = names::snake("body")?;
        members.push(Member {
            ident,
            wire: "body".to_owned(),
            ty,
            presence,
            docs: docs::line("The answer's body."),
            deprecated: false,
        });
    }
    for (header, member) in answer.headers.iter() {
        if !headers::is_token(&header.value) {
            let message = format!("`{}` is no name of a header", header.value.escape_default());
            cx.report(Diagnostic::new(Code::BAD_HEADER_NAME, message, header.span));
            return None;
        }
        let shape = builder.shape(&member.0, name, cx)?;
        if !matches!(
            shape.ty,
            Type::String
                | Type::I64
                | Type::I32
                | Type::U64
                | Type::F64
                | Type::Bool
                | Type::Timestamp
                | Type::Date
                | Type::Uuid
                | Type::Decimal
        ) {
            let message = format!("the header `{}` is a text, a number or a boolean", header.value);
            cx.report(Diagnostic::new(Code::WRONG_TYPE, message, member.0.span));
            return None;
        }
        let keywords = member.0.keywords();
        let optional = keywords
            .is_some_and(|keywords| keywords.optional.as_ref().is_some_and(|optional| optional.value));
        members.push(Member {
            ident: idents.take(names::snake(&header.value), &header.value, header.span, cx)?,
            wire: header.value.to_ascii_lowercase(),
            ty: shape.ty,
            presence: if optional { Presence::Optional } else { Presence::Required },
            docs: keywords
                .map(docs_of)
                .filter(|docs| !docs.is_empty())
                .unwrap_or_else(|| Docs::inert(format!("The header {}.", docs::code(&header.value)))),
            deprecated: false,
        });
    }
    let docs = docs::line("An answer's body and the headers that belong to it.");
    Some(Some(builder.add(name, docs, ItemKind::Struct(members, None))))
}

/// The answers in the Plan, and what Rust makes of them.
pub(super) struct Lowered<'a> {
    pub(super) plan: Vec<plan::Answer<'a>>,
    types: Vec<(Option<Type>, Docs, String)>,
}

/// Lowers an action's answers.
pub(super) fn lower<'a>(
    draft: &super::actions::Draft<'_>,
    config: &Config<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Lowered<'a>> {
    let mut lowered = Lowered { plan: Vec::new(), types: Vec::new() };
    let scope = Scope::new(vec![errors::response(), config.root()]);
    let mut whole = statuses(draft, cx);
    for one in &draft.answers {
        let ranges = ranges(one.answer);
        let set = StatusSet::new(cx.arena.slice(ranges));
        let mut answer = plan::Answer::new(set, one.media);
        if let Some(from) = one.answer.and_then(|answer| answer.from.as_ref()) {
            if one.media != Media::Json {
                let message = "`from` selects inside a JSON body, and this answer has none";
                cx.report(
                    Diagnostic::new(Code::CONFLICTING_KEYS, message, from.span)
                        .help("give the answer a `type`, or remove `from`"),
                );
                whole = false;
            }
            if !from.text.contains("{{") {
                let message = "`from` is an expression, and this is a text";
                cx.report(
                    Diagnostic::new(Code::WRONG_TYPE_IN_EXPRESSION, message, from.span)
                        .help("name the part of the body: `'{{ response.body.data }}'`"),
                );
                whole = false;
            }
            match expression::lower(cx, from, &scope, Want::Json) {
                Some(from) => answer = answer.with_from(from.expression),
                None => whole = false,
            }
        }
        let names: Vec<_> =
            one.headers().map(|(name, _)| cx.arena.text(&name.to_ascii_lowercase())).collect();
        if !names.is_empty() {
            answer = answer.with_headers(cx.arena.slice(&names));
        }
        lowered.plan.push(answer);
        let label = variant_name(ranges);
        lowered.types.push((one.ty.clone(), one.docs.clone(), label));
    }
    config.note(&scope);
    whole.then_some(lowered)
}

/// Several answers are told apart by their statuses.
fn statuses(draft: &super::actions::Draft<'_>, cx: &mut Cx<'_, '_>) -> bool {
    let mut whole = true;
    let many = draft.answers.len() > 1;
    let answers: Vec<&Answer> = draft.answers.iter().filter_map(|one| one.answer).collect();
    for (place, answer) in answers.iter().enumerate() {
        let Some(status) = &answer.status else {
            if many {
                let message = "one of several answers needs its `status`";
                cx.report(
                    Diagnostic::new(Code::MISSING_KEY, message, answer.span)
                        .help("write `status: 200`, a class as `2xx`, or a list"),
                );
                whole = false;
            }
            continue;
        };
        let overlap =
            answers[..place].iter().filter_map(|earlier| earlier.status.as_ref()).find(|earlier| {
                earlier.value.0.iter().any(|(low, high)| {
                    status.value.0.iter().any(|(first, last)| first <= high && low <= last)
                })
            });
        if let Some(earlier) = overlap {
            let message = "two answers have the same status";
            let diagnostic = Diagnostic::new(Code::DUPLICATE_ANSWER, message, status.span)
                .also(earlier.span, "first here");
            cx.report(diagnostic.help("join the two with `oneOf`, or give each its own statuses"));
            whole = false;
        }
    }
    whole
}

impl Lowered<'_> {
    /// What `send` returns.
    pub(super) fn rust(self, prefix: &str, types: &mut names::Names) -> Output {
        let mut answers = self.types;
        match answers.len() {
            0 => Output::None,
            1 => match answers.remove(0).0 {
                Some(ty) => Output::One(ty),
                None => Output::None,
            },
            _ => {
                let mut variants = names::Names::default();
                let ident = types.free(&format!("{prefix}Output"));
                let variants = answers
                    .into_iter()
                    .map(|(ty, docs, label)| OutputVariant { ident: variants.free(&label), ty, docs })
                    .collect();
                Output::Many(ident, variants)
            }
        }
    }
}

/// The statuses of an answer: any success unless it says so.
fn ranges(answer: Option<&Answer>) -> &[(u16, u16)] {
    answer.and_then(|answer| answer.status.as_ref()).map_or(&[(200, 299)], |status| status.value.0.as_slice())
}

/// Statuses as people read them.
fn shown(ranges: &[(u16, u16)]) -> String {
    let words = ranges
        .iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first} to {last}") });
    words.collect::<Vec<_>>().join(", ")
}

/// A variant is named after its status.
fn variant_name(ranges: &[(u16, u16)]) -> String {
    let name = match ranges.first() {
        Some((200, 200)) => "Ok",
        Some((201, 201)) => "Created",
        Some((202, 202)) => "Accepted",
        Some((203, 203)) => "NonAuthoritative",
        Some((204, 204)) => "NoContent",
        Some((205, 205)) => "ResetContent",
        Some((206, 206)) => "PartialContent",
        Some((207, 207)) => "MultiStatus",
        Some((304, 304)) => "NotModified",
        Some((200, 299)) => "Success",
        Some((404, 404)) => "NotFound",
        Some((first, _)) => return format!("Status{first}"),
        None => "Other",
    };
    name.to_owned()
}
