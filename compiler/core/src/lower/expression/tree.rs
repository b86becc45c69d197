//! An expression as it is written.

use std::ops::Range;

use couplet_plan::{BinaryOperator, UnaryOperator};

/// An expression and its place in the template's text.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) at: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Name(String),
    Member(Box<Tree>, String, Range<usize>),
    Index(Box<Tree>, Box<Tree>),
    List(Vec<Tree>),
    Concat(Box<Tree>, Box<Tree>),
    Unary(UnaryOperator, Box<Tree>),
    Binary(BinaryOperator, Box<Tree>, Box<Tree>),
    /// Condition, then, otherwise.
    If(Box<Tree>, Box<Tree>, Box<Tree>),
    Filter(Box<Tree>, String, Range<usize>, Vec<Tree>),
}

impl Tree {
    /// Whether its value depends on nothing.
    pub(super) fn is_constant(&self) -> bool {
        match &self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) => true,
            Kind::Name(_) => false,
            Kind::Member(of, ..) | Kind::Unary(_, of) => of.is_constant(),
            Kind::Index(left, right) | Kind::Concat(left, right) | Kind::Binary(_, left, right) => {
                left.is_constant() && right.is_constant()
            }
            Kind::List(items) => items.iter().all(Self::is_constant),
            Kind::If(condition, then, otherwise) => {
                condition.is_constant() && then.is_constant() && otherwise.is_constant()
            }
            Kind::Filter(value, _, _, arguments) => {
                value.is_constant() && arguments.iter().all(Self::is_constant)
            }
        }
    }

    /// A key that is known now: a text, or a number that stands as it is.
    pub(super) fn key(&self) -> Option<couplet_plan::Key<'_>> {
        match &self.kind {
            Kind::Text(name) => Some(couplet_plan::Key::Name(name)),
            Kind::Int(index) => Some(couplet_plan::Key::Index(*index)),
            Kind::Unary(UnaryOperator::Negate, inner) => match inner.kind {
                Kind::Int(index) => index.checked_neg().map(couplet_plan::Key::Index),
                _ => None,
            },
            _ => None,
        }
    }
}
