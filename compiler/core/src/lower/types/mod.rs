//! Types: schemas → items and Rust types. Names are resolved, anonymous objects get names, recursion is broken.

mod build;
mod cycles;
mod instance;
mod roles;

pub(super) use build::{Builder, Shape, docs_of, remap};
pub(super) use instance::check as check_instance;

use super::expression::{Known, Ty};
use crate::connector::{Item, ItemKind, Member, Presence, Type};

/// The types of a connector.
#[derive(Debug, Clone, Default)]
pub(super) struct Types {
    pub(super) items: Vec<Item>,
}

impl Types {
    /// What is known of a value of that type.
    pub(super) fn known(&self, ty: &Type) -> Ty {
        match ty {
            Type::Bool => Ty::Bool,
            Type::I32 | Type::I64 | Type::U64 => Ty::Int,
            Type::F64 | Type::Decimal => Ty::Number,
            Type::String | Type::Timestamp | Type::Date | Type::Uuid | Type::Secret => Ty::Text,
            Type::Bytes => Ty::Bytes,
            Type::Json => Ty::Any,
            Type::List(element) => Ty::List(Box::new(self.known(element))),
            Type::Map(_) => Ty::Object,
            Type::Option(inner) | Type::Maybe(inner) | Type::Boxed(inner) => self.known(inner),
            Type::Named(index) => match self.items.get(*index).map(|item| &item.kind) {
                Some(ItemKind::Struct(..)) => Ty::Item(*index),
                Some(ItemKind::Enum(_)) => Ty::Text,
                Some(ItemKind::Alias(ty)) => self.known(ty),
                _ => Ty::Any,
            },
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
