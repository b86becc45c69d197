//! What a request carries.

use couplet_plan::{Body, BodyKind, Entry, Expression, Method, Nesting, Node};

use super::super::Cx;
use super::super::expression::{self, Scope, Ty, Want};
use super::xml;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{self, BodyTree, Tree};
use crate::source::Span;

/// The body that an action says; the outer option is whether all is well.
#[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
pub(super) fn lower<'a>(
    draft: &super::Draft<'_>,
    method: Method,
    scope: &Scope,
    cx: &mut Cx<'_, 'a>,
) -> Option<Option<Body<'a>>> {
    let Some(body) = &draft.action.body else { return Some(None) };
    if matches!(method, Method::Get | Method::Head) {
        let message = format!("a {} carries no body", method.as_str());
        cx.report(
            Diagnostic::new(Code::BODY_NOT_ALLOWED, message, body.span)
                .help("remove it, or use another method"),
        );
        return None;
    }
    of_body(body, scope, cx).map(Some)
}

/// A body, wherever it stands.
pub(in crate::lower) fn of_body<'a>(
    body: &manifest::Body,
    scope: &Scope,
    cx: &mut Cx<'_, 'a>,
) -> Option<Body<'a>> {
    let mut lowered = match &body.tree {
        BodyTree::Json(tree) => of_tree(BodyKind::Json, tree.as_ref(), body.span, scope, cx)?,
        BodyTree::Form(tree) => of_tree(BodyKind::Form, tree.as_ref(), body.span, scope, cx)?,
        BodyTree::Xml(tree) => {
            // What the templates name is noted first, so that no input seems to be unused.
            let lowered = of_tree(BodyKind::Xml, Some(tree), body.span, scope, cx);
            lowered.filter(|_| xml::check(tree, body.span, cx))?
        }
        BodyTree::Text(template) => {
            let value = expression::lower(cx, template, scope, Want::Text)?;
            Body::new(BodyKind::Text).with_value(value.expression)
        }
        BodyTree::Binary(template) => {
            let value = expression::lower(cx, template, scope, Want::Any)?;
            if !matches!(value.known.ty, Ty::Bytes | Ty::Any) || value.known.missing() {
                let message = format!("bytes belong here, and this is {}", value.known.ty.words());
                let help = "name one required input of format `binary`: `'{{ input.file }}'`";
                cx.report(Diagnostic::new(Code::WRONG_TYPE_IN_EXPRESSION, message, template.span).help(help));
                return None;
            }
            Body::new(BodyKind::Binary).with_value(value.expression)
        }
    };
    if let Some(nesting) = &body.nesting {
        if lowered.kind() != BodyKind::Form {
            let message = "`nesting` is said of a form";
            cx.report(Diagnostic::new(Code::CONFLICTING_KEYS, message, nesting.span).help("remove it"));
            return None;
        }
        lowered = lowered.with_nesting(match nesting.value {
            manifest::Nesting::Brackets => Nesting::Brackets,
            manifest::Nesting::Dots => Nesting::Dots,
            manifest::Nesting::EmptyBrackets => Nesting::EmptyBrackets,
            manifest::Nesting::Repeat => Nesting::Repeat,
        });
    }
    if let Some(content_type) = &body.content_type {
        lowered = lowered.with_content_type(cx.arena.text(&content_type.value));
    }
    Some(lowered)
}

fn of_tree<'a>(
    kind: BodyKind,
    tree: Option<&Tree>,
    span: Span,
    scope: &Scope,
    cx: &mut Cx<'_, 'a>,
) -> Option<Body<'a>> {
    let Some(tree) = tree else { return Some(Body::new(kind)) };
    let (value, absent) = part(tree, kind, Want::Json, scope, cx)?;
    // Without its root, no XML is left.
    let rootless = kind == BodyKind::Xml && matches!(value.node(), Node::Map([root]) if root.is_optional());
    if absent || rootless {
        let span = match tree {
            Tree::Template(template) => template.span,
            _ => span,
        };
        let message = "the whole body may be absent";
        cx.report(
            Diagnostic::new(Code::MAY_BE_ABSENT, message, span)
                .help("make the input required, or say `| default(…)`"),
        );
        return None;
    }
    if kind == BodyKind::Form && matches!(tree, Tree::List(_) | Tree::Literal(_)) {
        let message = "a form has members: a mapping belongs here";
        cx.report(Diagnostic::new(Code::WRONG_TYPE, message, span));
        return None;
    }
    Some(Body::new(kind).with_value(value))
}

/// A tree with templates, and whether its value may be absent.
pub(in crate::lower) fn tree<'a>(
    tree: &Tree,
    scope: &Scope,
    cx: &mut Cx<'_, 'a>,
) -> Option<(Expression<'a>, bool)> {
    part(tree, BodyKind::Json, Want::Json, scope, cx)
}

/// A part of a body, and whether its value may be absent.
fn part<'a>(
    tree: &Tree,
    kind: BodyKind,
    want: Want,
    scope: &Scope,
    cx: &mut Cx<'_, 'a>,
) -> Option<(Expression<'a>, bool)> {
    Some(match tree {
        Tree::Template(template) => {
            let lowered = expression::lower(cx, template, scope, want)?;
            // Null may be sent; only what is absent is left out.
            (lowered.expression, lowered.known.absent)
        }
        Tree::Literal(literal) => (self::literal(&literal.value, cx), false),
        Tree::List(items) => {
            let items: Vec<_> = items.iter().map(|item| part(item, kind, want, scope, cx)).collect();
            let items = items.into_iter().collect::<Option<Vec<_>>>()?;
            let items: Vec<_> = items.into_iter().map(|(item, _)| item).collect();
            (Expression::list(cx.arena.slice(&items)), false)
        }
        Tree::Map(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, member)| {
                    let text = kind == BodyKind::Xml && (name.value.starts_with('@') || name.value == "$");
                    let want = if text { Want::Optional } else { Want::Json };
                    part(member, kind, want, scope, cx).map(|value| (name, value))
                })
                .collect();
            let members = members.into_iter().collect::<Option<Vec<_>>>()?;
            let entries: Vec<_> = members
                .into_iter()
                .map(|(name, (value, absent))| {
                    let entry = Entry::new(cx.arena.text(&name.value), value);
                    if absent { entry.optional() } else { entry }
                })
                .collect();
            (Expression::map(cx.arena.slice(&entries)), false)
        }
    })
}

fn literal<'a>(value: &serde_json::Value, cx: &Cx<'_, 'a>) -> Expression<'a> {
    match value {
        serde_json::Value::Bool(value) => Expression::bool(*value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Expression::int(number),
            None => Expression::float(number.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(text) => Expression::text(cx.arena.text(text)),
        _ => Expression::NULL,
    }
}
