//! Schemas → items.

use std::collections::BTreeMap;

use super::super::names::Names;
use super::super::{Cx, docs};
use super::members::Members;
use super::{Types, cycles};
use crate::connector::{Docs, Ident, Item, ItemKind, Role, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{Additional, Form, Keywords, Manifest, Schema, TypeKeyword};
use crate::source::Span;

/// The words that name JSON's own types.
pub(in crate::lower) const BUILTIN: [&str; 7] =
    ["string", "integer", "number", "boolean", "object", "array", "any"];

/// What a schema is in Rust, and whether null is taken, too.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::lower) struct Shape {
    pub(in crate::lower) ty: Type,
    pub(in crate::lower) null: bool,
}

/// Builds the items.
pub(in crate::lower) struct Builder<'m> {
    pub(super) manifest: &'m Manifest,
    pub(super) declared: BTreeMap<&'m str, usize>,
    /// Each item, and the declared type that it belongs to.
    pub(super) items: Vec<(Option<Item>, usize)>,
    pub(super) names: Names,
    pub(super) current: usize,
    /// The declared types whose members stand in another, by `allOf`.
    pub(super) merged: Vec<bool>,
    /// The declared types that are being merged.
    pub(super) merging: Vec<usize>,
    /// The members of all objects so far.
    pub(super) members: usize,
    /// There are too many types or members, which was reported.
    pub(super) full: bool,
}

impl<'m> Builder<'m> {
    /// Builds the declared types.
    pub(in crate::lower) fn new(manifest: &'m Manifest, cx: &mut Cx<'_, '_>) -> Self {
        let mut builder = Self {
            manifest,
            declared: BTreeMap::new(),
            items: Vec::new(),
            names: Names::default(),
            current: usize::MAX,
            merged: Vec::new(),
            merging: Vec::new(),
            members: 0,
            full: false,
        };
        let mut idents = Vec::new();
        for (index, (name, _)) in manifest.types.iter().enumerate() {
            if BUILTIN.contains(&name.value.to_ascii_lowercase().as_str())
                && BUILTIN.contains(&name.value.as_str())
            {
                continue;
            }
            idents.push(builder.names.take(pascal_exact(&name.value), &name.value, name.span, cx));
            builder.declared.insert(&name.value, index);
            builder.items.push((None, index));
            builder.merged.push(false);
        }
        for (index, ((_, schema), ident)) in manifest.types.iter().zip(idents).enumerate() {
            builder.current = index;
            let Some(ident) = ident else { continue };
            let docs = schema.keywords().map(docs_of).unwrap_or_default();
            if let Some(kind) = builder.declared_kind(schema, &ident, cx) {
                builder.items[index].0 = Some(Item { ident, docs, kind, role: Role::default() });
            }
        }
        builder.current = usize::MAX;
        builder
    }

    /// Ends the building: recursion is broken, roles are told.
    pub(in crate::lower) fn finish(
        mut self,
        uses: &super::super::Uses,
        cx: &mut Cx<'_, '_>,
    ) -> Option<(Types, Vec<usize>)> {
        let whole = self.items.iter().all(|(item, _)| item.is_some());
        if !whole {
            return None;
        }
        // What belongs to a declared type stands behind it.
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by_key(|index| (self.items[*index].1, *index));
        let mut places = vec![0; order.len()];
        for (place, index) in order.iter().enumerate() {
            places[*index] = place;
        }
        let declared: Vec<Span> = self.manifest.types.iter().map(|(name, _)| name.span).collect();
        let spans: Vec<Span> = order
            .iter()
            .map(|index| declared.get(self.items[*index].1).copied().unwrap_or_default())
            .collect();
        let mut items: Vec<Item> = order.iter().filter_map(|index| self.items[*index].0.take()).collect();
        for item in &mut items {
            visit(item, &mut |ty| remap(ty, &places));
        }
        let uses = uses.remapped(&places);
        super::roles::tell(&mut items, &uses);
        for (index, (name, _)) in self.manifest.types.iter().enumerate() {
            let role = items[places[index]].role;
            if !role.input && !role.output && !self.merged[index] {
                let message = format!("no action uses the type `{}`", name.value);
                let help = "remove it, or name it in an input or an output";
                cx.report(Diagnostic::new(Code::UNUSED_TYPE, message, name.span).help(help));
            }
        }
        cycles::break_cycles(&mut items, &spans, cx).then_some((Types { items }, places))
    }

    /// What a schema is where it is used.
    pub(in crate::lower) fn shape(
        &mut self,
        schema: &'m Schema,
        name: &str,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Shape> {
        match &schema.form {
            Form::Name(word) => self.named(word, schema.span, cx).map(|ty| Shape { ty, null: false }),
            Form::List(element) => {
                let element = self.element(element, name, cx)?;
                Some(Shape { ty: Type::List(Box::new(element)), null: false })
            }
            Form::Keywords(keywords) => self.keywords(keywords, schema.span, name, cx),
        }
    }

    /// A type within a list or a map: null becomes `Option`.
    pub(in crate::lower) fn element(
        &mut self,
        schema: &'m Schema,
        name: &str,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Type> {
        let Shape { ty, null } = self.shape(schema, name, cx)?;
        Some(if null { Type::Option(Box::new(ty)) } else { ty })
    }

    /// An item that we name.
    pub(in crate::lower) fn add(&mut self, name: &str, docs: Docs, kind: ItemKind) -> Type {
        let ident = self.names.free(name);
        self.items.push((Some(Item { ident, docs, kind, role: Role::default() }), self.current));
        Type::Named(self.items.len() - 1)
    }

    fn declared_kind(&mut self, schema: &'m Schema, ident: &Ident, cx: &mut Cx<'_, '_>) -> Option<ItemKind> {
        let name = ident.as_str().trim_end_matches('_').to_owned();
        if let Some(keywords) = schema.keywords()
            && let Some(kind) = self.own_kind(keywords, schema.span, &name, cx)
        {
            let (kind, null) = kind?;
            if !null {
                return Some(kind);
            }
            let inner = self.add(&format!("{name}Value"), Docs::default(), kind);
            return Some(ItemKind::Alias(Type::Option(Box::new(inner))));
        }
        let Shape { ty, null } = self.shape(schema, &format!("{name}Item"), cx)?;
        Some(ItemKind::Alias(if null { Type::Option(Box::new(ty)) } else { ty }))
    }

    pub(super) fn named(&mut self, word: &str, span: Span, cx: &mut Cx<'_, '_>) -> Option<Type> {
        Some(match word {
            "string" => Type::String,
            "integer" => Type::I64,
            "number" => Type::F64,
            "boolean" => Type::Bool,
            "any" => Type::Json,
            "object" => Type::Map(Box::new(Type::Json)),
            "array" => Type::List(Box::new(Type::Json)),
            _ => match self.declared.get(word) {
                Some(index) => Type::Named(*index),
                None => {
                    let message = format!("there is no type `{word}`");
                    let names = BUILTIN.into_iter().chain(self.manifest.types.names());
                    let mut diagnostic =
                        Diagnostic::new(Code::UNKNOWN_TYPE, message, span).suggest_nearest(word, names);
                    if diagnostic.suggestion().is_none() {
                        diagnostic = diagnostic.help("declare it under `types`, or write `string`, `integer`, `number`, `boolean`, `any`");
                    }
                    cx.report(diagnostic);
                    return None;
                }
            },
        })
    }

    fn keywords(
        &mut self,
        keywords: &'m Keywords,
        span: Span,
        name: &str,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Shape> {
        let nullable = keywords.nullable.as_ref().is_some_and(|nullable| nullable.value);
        if let Some(kind) = self.own_kind(keywords, span, name, cx) {
            let (kind, null) = kind?;
            let ty = self.add(name, docs_of(keywords), kind);
            return Some(Shape { ty, null: null || nullable });
        }
        let shape = self.plain(keywords, span, name, cx)?;
        Some(Shape { null: shape.null || nullable, ..shape })
    }

    /// The item that keywords make of their own; none where they make a type of others. The flag says that null is
    /// taken, too.
    #[expect(
        clippy::option_option,
        reason = "none: no item; some none: an item that is wrong, and was reported"
    )]
    fn own_kind(
        &mut self,
        keywords: &'m Keywords,
        span: Span,
        name: &str,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Option<(ItemKind, bool)>> {
        let null = matches!(keywords.ty.as_deref(), Some(TypeKeyword::Name(_, true)));
        if let Some(values) = &keywords.enumeration {
            return self.enumeration(values, cx).map(|kind| kind.map(|(kind, more)| (kind, null || more)));
        }
        if let Some(all) = &keywords.all_of {
            return Some(self.merged(keywords, &all.value, span, name, cx).map(|kind| (kind, null)));
        }
        if let Some(branches) = keywords.one_of.as_ref().or(keywords.any_of.as_ref()) {
            return self
                .union(keywords, branches, name, cx)
                .map(|kind| kind.map(|(kind, more)| (kind, null || more)));
        }
        let object = keywords.fields.is_some() || keywords.properties.is_some();
        object.then(|| {
            let mut members = Members::default();
            self.members(keywords, name, &mut members, cx)?;
            Self::require(&mut members, cx)?;
            let more = self.additional(keywords, name, cx)?;
            Some((ItemKind::Struct(members.list, more), null))
        })
    }

    /// The type of further members that are kept; the outer option is whether all is well.
    #[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
    pub(super) fn additional(
        &mut self,
        keywords: &'m Keywords,
        name: &str,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Option<Type>> {
        Some(match keywords.additional.as_deref() {
            None | Some(Additional::Any(false)) => None,
            Some(Additional::Any(true)) => Some(Type::Json),
            Some(Additional::Typed(schema)) => Some(self.element(schema, &format!("{name}Value"), cx)?),
        })
    }

    fn plain(
        &mut self,
        keywords: &'m Keywords,
        span: Span,
        name: &str,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Shape> {
        if let Some(reference) = &keywords.reference {
            let Some(word) = reference.value.0.strip_prefix("#/types/") else {
                let message =
                    format!("`$ref` names a type of this manifest, and not `{}`", reference.value.0);
                let help = "write `#/types/NAME`, or just the name; nothing is read from other files or URLs";
                cx.report(Diagnostic::new(Code::UNKNOWN_TYPE, message, reference.span).help(help));
                return None;
            };
            return self.named(word, reference.span, cx).map(|ty| Shape { ty, null: false });
        }
        let (word, null, at) = match keywords.ty.as_ref().map(|ty| (&ty.value, ty.span)) {
            Some((TypeKeyword::Name(word, null), at)) => (word.as_str(), *null, at),
            Some((TypeKeyword::List(element), _)) => {
                let element = self.element(element, &format!("{name}Item"), cx)?;
                return Some(Shape { ty: Type::List(Box::new(element)), null: false });
            }
            None => (implied(keywords), false, span),
        };
        let ty = match word {
            "array" => match &keywords.items {
                Some(items) => Type::List(Box::new(self.element(items, &format!("{name}Item"), cx)?)),
                None => Type::List(Box::new(Type::Json)),
            },
            "object" if keywords.required.as_ref().is_some_and(|required| !required.is_empty()) => {
                let mut members = Members::default();
                self.members(keywords, name, &mut members, cx)?;
                Self::require(&mut members, cx)?;
                return None;
            }
            "object" => match self.additional(keywords, name, cx)? {
                Some(ty) => Type::Map(Box::new(ty)),
                None => Type::Map(Box::new(Type::Json)),
            },
            _ => formatted(self.named(word, at, cx)?, keywords),
        };
        Some(Shape { ty, null })
    }
}

/// A declared type keeps its name as it is written.
fn pascal_exact(name: &str) -> Option<Ident> {
    match name {
        "Self" => Some(Ident::proven("Self_".to_owned())),
        _ => Some(Ident::proven(name.to_owned())),
    }
}

/// The type that keywords imply where `type` is not said.
fn implied(keywords: &Keywords) -> &'static str {
    if keywords.items.is_some() || keywords.min_items.is_some() || keywords.max_items.is_some() {
        "array"
    } else if keywords.additional.is_some()
        || keywords.min_properties.is_some()
        || keywords.max_properties.is_some()
    {
        "object"
    } else if keywords.format.is_some()
        || keywords.pattern.is_some()
        || keywords.min_length.is_some()
        || keywords.max_length.is_some()
        || keywords.secret.is_some()
    {
        "string"
    } else if let Some(value) = keywords
        .constant
        .as_ref()
        .or_else(|| keywords.enumeration.as_ref().and_then(|values| values.value.first()))
    {
        match &value.value.0 {
            serde_json::Value::String(_) => "string",
            serde_json::Value::Bool(_) => "boolean",
            serde_json::Value::Number(number) if number.is_f64() => "number",
            serde_json::Value::Number(_) => "integer",
            _ => "any",
        }
    } else if keywords.minimum.is_some() || keywords.maximum.is_some() || keywords.multiple_of.is_some() {
        "number"
    } else {
        "any"
    }
}

/// What a format makes of a type.
fn formatted(ty: Type, keywords: &Keywords) -> Type {
    if keywords.secret.as_ref().is_some_and(|secret| secret.value) && ty == Type::String {
        return Type::Secret;
    }
    let format = keywords.format.as_ref().map(|format| &*format.value);
    match (&ty, format) {
        (Type::String, Some("date-time")) => Type::Timestamp,
        (Type::String, Some("date")) => Type::Date,
        (Type::String | Type::F64, Some("decimal")) => Type::Decimal,
        (Type::String, Some("uuid")) => Type::Uuid,
        (Type::String, Some("byte" | "binary")) => Type::Bytes,
        (Type::I64, Some("int32")) => Type::I32,
        (Type::I64, Some("uint64")) => Type::U64,
        _ => ty,
    }
}

pub(in crate::lower) fn docs_of(keywords: &Keywords) -> Docs {
    let title = keywords.title.as_ref().map(|title| title.value.0.as_str());
    let description = keywords.description.as_ref().map(|description| description.value.0.as_str());
    docs::of(title, description)
}

/// Calls a function on every type that an item holds.
pub(super) fn visit(item: &mut Item, call: &mut dyn FnMut(&mut Type)) {
    match &mut item.kind {
        ItemKind::Struct(members, more) => {
            members.iter_mut().for_each(|member| call(&mut member.ty));
            if let Some(ty) = more {
                call(ty);
            }
        }
        ItemKind::Enum(_) => {}
        ItemKind::Union(variants) => variants.iter_mut().for_each(|variant| call(&mut variant.ty)),
        ItemKind::Alias(ty) => call(ty),
    }
}

/// Puts the final places into a type.
pub(in crate::lower) fn remap(ty: &mut Type, places: &[usize]) {
    match ty {
        Type::Named(index) => *index = places.get(*index).copied().unwrap_or(*index),
        Type::List(inner)
        | Type::Map(inner)
        | Type::Option(inner)
        | Type::Maybe(inner)
        | Type::Boxed(inner) => remap(inner, places),
        _ => {}
    }
}
