//! What an expression refers to.

use couplet_plan::{Expression, Key, Node, Scope};

/// Calls a function for each node of an expression.
pub(crate) fn visit(expression: &Expression<'static>, see: &mut dyn FnMut(&Expression<'static>)) {
    see(expression);
    match expression.node() {
        Node::Member(of, _) | Node::Unary(_, of) => visit(of, see),
        Node::Index(left, right) | Node::Binary(_, left, right) => {
            visit(left, see);
            visit(right, see);
        }
        Node::Concat(parts) | Node::List(parts) => parts.iter().for_each(|part| visit(part, see)),
        Node::Map(entries) => entries.iter().for_each(|entry| visit(&entry.value(), see)),
        Node::If(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().for_each(|part| visit(part, see));
        }
        Node::Filter(_, value, arguments) => {
            visit(value, see);
            arguments.iter().for_each(|argument| visit(argument, see));
        }
        _ => {}
    }
}

/// Whether an expression has a reference that `is` takes: a scope, and the first name behind it.
pub(crate) fn refers(expression: &Expression<'static>, is: &dyn Fn(Scope, &'static str) -> bool) -> bool {
    let mut found = false;
    visit(expression, &mut |part| {
        if let Node::Reference(scope, path) = part.node() {
            found |= is(scope, first(path));
        }
    });
    found
}

/// The names that an expression refers to in a scope.
pub(crate) fn names(expression: &Expression<'static>, wanted: Scope) -> Vec<&'static str> {
    let mut names = Vec::new();
    visit(expression, &mut |part| {
        if let Node::Reference(scope, path) = part.node()
            && scope == wanted
            && !names.contains(&first(path))
        {
            names.push(first(path));
        }
    });
    names
}

fn first(path: &[Key<'static>]) -> &'static str {
    match path.first() {
        Some(Key::Name(name)) => name,
        _ => "",
    }
}
