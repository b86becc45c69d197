//! Objects: their members, and those that `allOf` merges.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Cx;
use super::super::names::{Names, pascal_text, snake};
use super::build::{Builder, Shape, docs_of};
use crate::connector::{ItemKind, Member, Presence, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits;
use crate::manifest::{Form, Keywords, Schema};
use crate::source::{Span, Spanned};

/// The members of an object under construction.
#[derive(Default)]
pub(super) struct Members {
    pub(super) list: Vec<Member>,
    pub(super) names: Names,
    pub(super) wires: BTreeMap<String, Span>,
    /// The declared types that `allOf` merges.
    pub(super) parts: BTreeSet<usize>,
    /// There are too many, which was reported.
    pub(super) full: bool,
    /// What `required` names, of the object and of its parts.
    required: Vec<(String, Span)>,
}

impl<'m> Builder<'m> {
    pub(super) fn members(
        &mut self,
        keywords: &'m Keywords,
        name: &str,
        members: &mut Members,
        cx: &mut Cx<'_, '_>,
    ) -> Option<()> {
        let mut whole = true;
        for (key, field) in keywords.fields.iter().flat_map(|fields| fields.value.iter()) {
            let words = field.0.keywords();
            let wire = words.and_then(|words| words.name.as_ref()).map_or(&key.value, |name| &name.value.0);
            let optional = words.is_some_and(|words| {
                words.optional.as_ref().is_some_and(|o| o.value) || words.default.is_some()
            });
            whole &= self.member(key, wire, &field.0, optional, name, members, cx).is_some();
        }
        let required: Vec<&str> = keywords.required.iter().flatten().map(|name| &*name.value).collect();
        let named = keywords.required.iter().flatten();
        members.required.extend(named.map(|name| (name.value.0.clone(), name.span)));
        for (key, schema) in keywords.properties.iter().flat_map(|properties| properties.value.iter()) {
            let optional = !required.contains(&key.value.as_str());
            whole &= self.member(key, &key.value, schema, optional, name, members, cx).is_some();
        }
        whole.then_some(())
    }

    /// Makes those members required that `required` names, wherever it stands.
    pub(super) fn require(members: &mut Members, cx: &mut Cx<'_, '_>) -> Option<()> {
        let mut whole = true;
        for (name, span) in std::mem::take(&mut members.required) {
            if let Some(member) = members.list.iter_mut().find(|member| member.wire == name) {
                member.presence = match member.presence {
                    Presence::Required | Presence::Optional => Presence::Required,
                    Presence::Nullable | Presence::OptionalNullable => Presence::Nullable,
                };
                continue;
            }
            let message = format!("`required` names `{name}`, and `properties` has no such member");
            let names = members.wires.keys().map(String::as_str);
            cx.report(Diagnostic::new(Code::UNKNOWN_NAME, message, span).suggest_nearest(&name, names));
            whole = false;
        }
        whole.then_some(())
    }

    /// Holds the members of one object, and of all, within their limits; says so once for each.
    fn count_member(
        &mut self,
        key: &Spanned<String>,
        members: &mut Members,
        cx: &mut Cx<'_, '_>,
    ) -> Option<()> {
        let message = if members.wires.len() >= limits::MEMBERS {
            let told = std::mem::replace(&mut members.full, true);
            (!told).then(|| format!("an object has at most {} members", limits::MEMBERS))
        } else if self.members >= limits::ALL_MEMBERS {
            let told = std::mem::replace(&mut self.full, true);
            (!told).then(|| format!("the types have at most {} members together", limits::ALL_MEMBERS))
        } else {
            self.members += 1;
            return Some(());
        };
        if let Some(message) = message {
            cx.report(
                Diagnostic::new(Code::TOO_LARGE, message, key.span).help("merge fewer types by `allOf`"),
            );
        }
        None
    }

    #[expect(clippy::too_many_arguments, reason = "what a member is, and where it goes")]
    fn member(
        &mut self,
        key: &Spanned<String>,
        wire: &str,
        schema: &'m Schema,
        optional: bool,
        parent: &str,
        members: &mut Members,
        cx: &mut Cx<'_, '_>,
    ) -> Option<()> {
        if let Some(place) = members.wires.get(wire) {
            let message = format!("the member `{wire}` stands twice");
            cx.report(
                Diagnostic::new(Code::DUPLICATE_PARAMETER, message, key.span).also(*place, "first here"),
            );
            return None;
        }
        self.count_member(key, members, cx)?;
        let ident = members.names.take(snake(&key.value), &key.value, key.span, cx);
        members.wires.insert(wire.to_owned(), key.span);
        let shape = self.shape(schema, &format!("{parent}{}", pascal_text(&key.value)), cx);
        let (ident, Shape { ty, null }) = (ident?, shape?);
        let words = schema.keywords();
        let presence = match (optional, null) {
            (false, false) => Presence::Required,
            (true, false) => Presence::Optional,
            (false, true) => Presence::Nullable,
            (true, true) => Presence::OptionalNullable,
        };
        members.list.push(Member {
            ident,
            wire: wire.to_owned(),
            ty,
            presence,
            docs: words.map(docs_of).unwrap_or_default(),
            deprecated: words.is_some_and(|words| words.deprecated == Some(true)),
        });
        Some(())
    }

    /// `allOf`: the members of all.
    pub(super) fn merged(
        &mut self,
        keywords: &'m Keywords,
        all: &'m [Schema],
        span: Span,
        name: &str,
        cx: &mut Cx<'_, '_>,
    ) -> Option<ItemKind> {
        let mut members = Members::default();
        let mut more = self.additional(keywords, name, cx)?;
        let mut whole = self.members(keywords, name, &mut members, cx).is_some();
        for part in all {
            whole &= self.part(part, name, &mut members, &mut more, span, cx).is_some();
        }
        if whole {
            Self::require(&mut members, cx)?;
        }
        whole.then_some(ItemKind::Struct(members.list, more))
    }

    fn part(
        &mut self,
        part: &'m Schema,
        name: &str,
        members: &mut Members,
        more: &mut Option<Type>,
        span: Span,
        cx: &mut Cx<'_, '_>,
    ) -> Option<()> {
        if self.merging.len() >= limits::NESTING {
            let message = format!("`allOf` leads through more than {} types", limits::NESTING);
            cx.report(Diagnostic::new(Code::TOO_DEEP, message, span).help("name the parts in one `allOf`"));
            return None;
        }
        if self.items.len() >= limits::ITEMS {
            let message =
                format!("the types become more than {}, each merged type's own among them", limits::ITEMS);
            let help = "name a type where it is the same, rather than merging it again";
            if !std::mem::replace(&mut self.full, true) {
                cx.report(Diagnostic::new(Code::TOO_LARGE, message, span).help(help));
            }
            return None;
        }
        let target = match &part.form {
            Form::Name(word) => Some((word.as_str(), part.span)),
            Form::Keywords(words) => words.reference.as_ref().map(|reference| {
                (reference.value.0.strip_prefix("#/types/").unwrap_or(&reference.value.0), reference.span)
            }),
            Form::List(_) => None,
        };
        if let Some((word, at)) = target {
            if let Some(index) = self.declared.get(word).copied() {
                if index == self.current || self.merging.contains(&index) {
                    let message = "`allOf` leads back to itself";
                    let diagnostic = Diagnostic::new(Code::TYPE_HOLDS_ITSELF, message, span);
                    cx.report(diagnostic.help("name the parts without a circle"));
                    return None;
                }
                if !members.parts.insert(index) {
                    // What two ways lead to is merged once.
                    return Some(());
                }
                self.merged[index] = true;
                let schema = self.manifest.types.get(word)?;
                self.merging.push(index);
                let merged = self.part(schema, name, members, more, span, cx);
                self.merging.pop();
                return merged;
            }
            self.named(word, at, cx)?;
        }
        match part.keywords() {
            Some(words) if words.fields.is_some() || words.properties.is_some() || words.all_of.is_some() => {
                let mut whole = self.members(words, name, members, cx).is_some();
                if let Some(kept) = self.additional(words, name, cx)? {
                    *more = Some(kept);
                }
                for inner in words.all_of.iter().flat_map(|all| &all.value) {
                    whole &= self.part(inner, name, members, more, span, cx).is_some();
                }
                whole.then_some(())
            }
            Some(words) if words.required.is_some() || words.description.is_some() => {
                let named = words.required.iter().flatten();
                members.required.extend(named.map(|name| (name.value.0.clone(), name.span)));
                Some(())
            }
            _ => {
                let message = "a part of `allOf` must be an object with members";
                cx.report(
                    Diagnostic::new(Code::UNSUPPORTED_UNION, message, part.span)
                        .help("write `fields`, or name a type that has some"),
                );
                None
            }
        }
    }
}
