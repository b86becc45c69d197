//! Types: schemas → items and Rust types. Names are resolved, anonymous objects get names, recursion is broken.

mod build;
mod cycles;
mod instance;
mod keys;
mod members;
mod roles;
mod union;

pub(super) use build::{Builder, Shape, docs_of, remap};
pub(super) use instance::check as check_instance;
pub(super) use keys::check as check_keys;

use super::expression::{Known, Ty};
use crate::connector::{Item, ItemKind, Member, Presence, Type};
use crate::limits;

/// The types of a connector.
#[derive(Debug, Clone, Default)]
pub(super) struct Types {
    pub(super) items: Vec<Item>,
}

impl Types {
    /// What is known of a value of that type.
    pub(super) fn known(&self, ty: &Type) -> Ty {
        self.known_at(ty, 0)
    }

    /// The type that names lead to, without `Option` and `Box`.
    pub(super) fn resolved<'t>(&'t self, mut ty: &'t Type) -> &'t Type {
        // Invariant: names lead to an end, for circles of them are rejected.
        loop {
            ty = match ty {
                Type::Option(inner) | Type::Maybe(inner) | Type::Boxed(inner) => inner,
                Type::Named(index) => match self.items.get(*index).map(|item| &item.kind) {
                    Some(ItemKind::Alias(target)) => target,
                    _ => return ty,
                },
                _ => return ty,
            };
        }
    }

    fn known_at(&self, ty: &Type, depth: usize) -> Ty {
        match self.resolved(ty) {
            _ if depth > limits::NESTING => Ty::Any,
            Type::Bool => Ty::Bool,
            Type::I32 | Type::I64 | Type::U64 => Ty::Int,
            Type::F64 => Ty::Number,
            Type::String | Type::Timestamp | Type::Date | Type::Uuid | Type::Secret => Ty::Text,
            Type::Bytes => Ty::Bytes,
            // A decimal keeps how it was written: as a number, or as a text.
            Type::Json | Type::Decimal => Ty::Any,
            Type::List(element) => Ty::List(Box::new(self.known_at(element, depth + 1))),
            Type::Map(_) => Ty::Object,
            Type::Named(index) => match self.items.get(*index).map(|item| &item.kind) {
                Some(ItemKind::Struct(..)) => Ty::Item(*index),
                Some(ItemKind::Enum(_)) => Ty::Text,
                _ => Ty::Any,
            },
            Type::Option(_) | Type::Maybe(_) | Type::Boxed(_) => Ty::Any,
        }
    }

    /// The members of an object, by their names on the wire.
    pub(super) fn members(&self, item: usize) -> Option<Vec<(String, Known)>> {
        match &self.items.get(item)?.kind {
            ItemKind::Struct(members, None) => {
                Some(members.iter().map(|member| (member.wire.clone(), self.member(member))).collect())
            }
            _ => None,
        }
    }

    fn member(&self, member: &Member) -> Known {
        let (absent, null) = match member.presence {
            Presence::Required => (false, false),
            Presence::Optional => (true, false),
            Presence::Nullable => (false, true),
            Presence::OptionalNullable => (true, true),
        };
        Known { ty: self.known(&member.ty), absent, null, secret: member.ty == Type::Secret }
    }
}
