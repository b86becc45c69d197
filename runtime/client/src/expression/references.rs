//! What an expression refers to, without evaluating it.

use couplet_plan::{Expression, Key, Node, Scope};

/// Whether an expression has a reference that `is` takes.
pub(crate) fn refers(expression: &Expression<'_>, is: &impl Fn(Scope, &[Key<'_>]) -> bool) -> bool {
    match expression.node() {
        Node::Reference(scope, path) => is(scope, path),
        Node::Member(of, _) | Node::Unary(_, of) => refers(of, is),
        Node::Index(left, right) | Node::Binary(_, left, right) => refers(left, is) || refers(right, is),
        Node::Concat(parts) | Node::List(parts) => parts.iter().any(|part| refers(part, is)),
        Node::Map(entries) => entries.iter().any(|entry| refers(&entry.value(), is)),
        Node::If(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().any(|part| refers(part, is))
        }
        Node::Filter(_, value, arguments) => {
            refers(value, is) || arguments.iter().any(|argument| refers(argument, is))
        }
        _ => false,
    }
}

/// Whether an expression has the same value as long as a connection lasts: it refers to nothing that a token
/// brings, that a step captured, or that each request has anew.
pub(crate) fn is_fixed(expression: &Expression<'_>) -> bool {
    !refers(expression, &|scope, path| match scope {
        Scope::Config | Scope::App | Scope::Input => false,
        Scope::Credentials => matches!(path, [Key::Name(name), ..] if TOKEN_PARTS.contains(name)),
        _ => true,
    })
}

/// The credentials that nobody supplies: what a token brings.
pub(crate) const TOKEN_PARTS: &[&str] =
    &["access_token", "refresh_token", "token_type", "token_secret", "scope", "assertion"];
