//! Trees as the Plan holds them.

use couplet_plan::{BinaryOperator, Expression, Key, Scope, UnaryOperator};

use super::filters::filter;
use super::tree::{Kind, Tree};
use crate::arena::Arena;

/// Writes a checked tree into the arena.
pub(super) fn to_plan<'a>(tree: &Tree, arena: &'a Arena) -> Expression<'a> {
    let of = |tree: &Tree| arena.value(to_plan(tree, arena));
    match &tree.kind {
        Kind::Null => Expression::NULL,
        Kind::Bool(value) => Expression::bool(*value),
        Kind::Int(value) => Expression::int(*value),
        Kind::Float(value) => Expression::float(*value),
        Kind::Text(value) => Expression::text(arena.text(value)),
        Kind::Name(_) | Kind::Member(..) | Kind::Index(..) => reference(tree, arena),
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(|item| to_plan(item, arena)).collect();
            Expression::list(arena.slice(&items))
        }
        Kind::Concat(..) => {
            let mut parts = Vec::new();
            concat(tree, arena, &mut parts);
            Expression::concat(arena.slice(&parts))
        }
        Kind::Unary(UnaryOperator::Negate, inner) => match inner.kind {
            Kind::Int(value) => Expression::int(-value),
            Kind::Float(value) => Expression::float(-value),
            _ => Expression::unary(UnaryOperator::Negate, of(inner)),
        },
        Kind::Unary(operator, inner) => Expression::unary(*operator, of(inner)),
        Kind::Binary(operator, left, right) => binary(*operator, left, right, arena),
        Kind::If(condition, then, otherwise) => {
            Expression::conditional(of(condition), of(then), of(otherwise))
        }
        Kind::Filter(value, name, _, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(|argument| to_plan(argument, arena)).collect();
            match filter(name) {
                Some(filter) => Expression::filter(filter.filter, of(value), arena.slice(&arguments)),
                None => to_plan(value, arena),
            }
        }
    }
}

fn binary<'a>(operator: BinaryOperator, left: &Tree, right: &Tree, arena: &'a Arena) -> Expression<'a> {
    let (left, right) = (arena.value(to_plan(left, arena)), arena.value(to_plan(right, arena)));
    Expression::binary(operator, left, right)
}

fn concat<'a>(tree: &Tree, arena: &'a Arena, parts: &mut Vec<Expression<'a>>) {
    match &tree.kind {
        Kind::Concat(left, right) => {
            concat(left, arena, parts);
            concat(right, arena, parts);
        }
        _ => parts.push(to_plan(tree, arena)),
    }
}

/// A path from a scope, as far as its keys are known now; what comes behind is looked up.
fn reference<'a>(tree: &Tree, arena: &'a Arena) -> Expression<'a> {
    if let Some((scope, keys)) = path(tree) {
        let mut keys: Vec<_> = keys.into_iter().map(|key| own(key, arena)).collect();
        // Header names do not tell capitals from small letters; messages hold them in small ones.
        if let (Scope::Response | Scope::Request, [Key::Name("headers"), Key::Name(name), ..]) =
            (scope, keys.as_mut_slice())
        {
            *name = arena.text(&name.to_ascii_lowercase());
        }
        return Expression::reference(scope, arena.slice(&keys));
    }
    match &tree.kind {
        Kind::Member(of, name, _) => {
            Expression::member(arena.value(to_plan(of, arena)), Key::Name(arena.text(name)))
        }
        Kind::Index(of, index) => {
            let of = arena.value(to_plan(of, arena));
            match index.key() {
                Some(key) => Expression::member(of, own(key, arena)),
                None => Expression::index(of, arena.value(to_plan(index, arena))),
            }
        }
        _ => Expression::NULL,
    }
}

fn own<'a>(key: Key<'_>, arena: &'a Arena) -> Key<'a> {
    match key {
        Key::Name(name) => Key::Name(arena.text(name)),
        Key::Index(index) => Key::Index(index),
        _ => Key::Index(0),
    }
}

fn path(tree: &Tree) -> Option<(Scope, Vec<Key<'_>>)> {
    match &tree.kind {
        Kind::Name(name) => Some((scope(name)?, Vec::new())),
        Kind::Member(of, name, _) => {
            let (scope, mut keys) = path(of)?;
            keys.push(Key::Name(name));
            Some((scope, keys))
        }
        Kind::Index(of, index) => {
            let (scope, mut keys) = path(of)?;
            keys.push(index.key()?);
            Some((scope, keys))
        }
        _ => None,
    }
}

fn scope(name: &str) -> Option<Scope> {
    Some(match name {
        "config" => Scope::Config,
        "app" => Scope::App,
        "credentials" => Scope::Credentials,
        "input" => Scope::Input,
        "response" => Scope::Response,
        "captured" => Scope::Captured,
        "request" => Scope::Request,
        "callback" => Scope::Callback,
        "oauth" => Scope::OAuth,
        "now" => Scope::Now,
        "uuid" => Scope::Uuid,
        "nonce" => Scope::Nonce,
        _ => return None,
    })
}
