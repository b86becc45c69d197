//! Schemas → items.

use std::collections::{BTreeMap, BTreeSet};

use super::super::names::{Names, pascal, pascal_text, snake};
use super::super::{Cx, docs};
use super::{Types, cycles};
use crate::connector::{
    Docs, Ident, Item, ItemKind, Member, Presence, Role, Type, UnionTest, UnionVariant, Variant,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits;
use crate::manifest::{Additional, Form, Keywords, Manifest, Schema, TypeKeyword};
use crate::source::{Span, Spanned};

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
    manifest: &'m Manifest,
    declared: BTreeMap<&'m str, usize>,
    /// Each item, and the declared type that it belongs to.
    items: Vec<(Option<Item>, usize)>,
    names: Names,
    current: usize,
    /// The declared types whose members stand in another, by `allOf`.
    merged: Vec<bool>,
    /// The declared types that are being merged.
    merging: Vec<usize>,
    /// There are too many types, which was reported.
    full: bool,
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
        let name = ident.as_str().to_owned();
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

    fn named(&mut self, word: &str, span: Span, cx: &mut Cx<'_, '_>) -> Option<Type> {
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
            let more = self.additional(keywords, name, cx)?;
            Some((ItemKind::Struct(members.list, more), null))
        })
    }

    /// The type of further members that are kept; the outer option is whether all is well.
    #[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
    fn additional(
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
            "object" => match self.additional(keywords, name, cx)? {
                Some(ty) => Type::Map(Box::new(ty)),
                None => Type::Map(Box::new(Type::Json)),
            },
            _ => formatted(self.named(word, at, cx)?, keywords),
        };
        Some(Shape { ty, null })
    }

    /// An enum of texts, and whether null is among its values. Other enums are plain types.
    #[expect(
        clippy::option_option,
        reason = "none: no item; some none: an item that is wrong, and was reported"
    )]
    fn enumeration(
        &mut self,
        values: &Spanned<Vec<Spanned<crate::manifest::Literal>>>,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Option<(ItemKind, bool)>> {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let mut texts = Vec::new();
        let mut null = false;
        let mut whole = true;
        for value in &values.value {
            let key = value.value.0.to_string();
            if let Some(first) = seen.insert(key, value.span) {
                let message = format!("the value {} stands twice", value.value.0);
                let diagnostic = Diagnostic::new(Code::DUPLICATE_ENUM_VALUE, message, value.span);
                cx.report(diagnostic.also(first, "first here").help("remove one of the two"));
                whole = false;
            }
            match &value.value.0 {
                serde_json::Value::String(text) => texts.push((text, value.span)),
                serde_json::Value::Null => null = true,
                _ => {}
            }
        }
        if values.value.len() > limits::ENUM_VALUES {
            let message = format!(
                "an enum has at most {} values, and this has {}",
                limits::ENUM_VALUES,
                values.value.len()
            );
            cx.report(
                Diagnostic::new(Code::TOO_LARGE, message, values.span).help("leave `enum` out: it is a text"),
            );
            return Some(None);
        }
        if texts.len() + usize::from(null) != values.value.len() {
            if !texts.is_empty() || values.value.is_empty() {
                let message = "the values of an enum are texts, or all of them are numbers or booleans";
                cx.report(Diagnostic::new(Code::WRONG_TYPE, message, values.span).help("quote the texts"));
                return Some(None);
            }
            return if whole { None } else { Some(None) };
        }
        let mut names = Names::with(&["Unknown"]);
        let mut variants = Vec::new();
        for (text, span) in texts {
            let Some(ident) = pascal(text) else {
                variants.push(Variant {
                    ident: names.free(&format!("Value{}", variants.len() + 1)),
                    wire: text.clone(),
                });
                let _ = span;
                continue;
            };
            let ident = names.free(ident.as_str().trim_start_matches("r#"));
            variants.push(Variant { ident, wire: text.clone() });
        }
        Some(whole.then_some((ItemKind::Enum(variants), null)))
    }

    fn members(
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
        for name in keywords.required.iter().flatten() {
            let known = keywords
                .properties
                .as_ref()
                .is_some_and(|properties| properties.value.get(&name.value).is_some());
            if !known {
                let message =
                    format!("`required` names `{}`, and `properties` has no such member", &*name.value);
                let names = keywords.properties.iter().flat_map(|properties| properties.value.names());
                cx.report(
                    Diagnostic::new(Code::UNKNOWN_NAME, message, name.span)
                        .suggest_nearest(&name.value, names),
                );
                whole = false;
            }
        }
        for (key, schema) in keywords.properties.iter().flat_map(|properties| properties.value.iter()) {
            let optional = !required.contains(&key.value.as_str());
            whole &= self.member(key, &key.value, schema, optional, name, members, cx).is_some();
        }
        whole.then_some(())
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
    fn merged(
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
        whole.then_some(ItemKind::Struct(members.list, more))
    }

    #[expect(clippy::too_many_arguments, reason = "what is merged, into what")]
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
            let message = format!("the types become more than {}, each merged type's own among them", limits::ITEMS);
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
            Some(words) if words.required.is_some() || words.description.is_some() => Some(()),
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

    /// `oneOf`. With one branch beside null it is that branch.
    #[expect(
        clippy::option_option,
        reason = "none: no item; some none: an item that is wrong, and was reported"
    )]
    fn union(
        &mut self,
        keywords: &'m Keywords,
        branches: &'m Spanned<Vec<Schema>>,
        name: &str,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Option<(ItemKind, bool)>> {
        let is_null = |schema: &Schema| match &schema.form {
            Form::Name(word) => word == "null",
            Form::Keywords(words) => {
                matches!(words.ty.as_deref(), Some(TypeKeyword::Name(word, _)) if word == "null")
            }
            Form::List(_) => false,
        };
        let null = branches.value.iter().any(is_null);
        let branches_left: Vec<_> = branches.value.iter().filter(|branch| !is_null(branch)).collect();
        if branches_left.is_empty() {
            let message = "a union needs a type besides null";
            cx.report(Diagnostic::new(Code::UNSUPPORTED_UNION, message, branches.span));
            return Some(None);
        }
        let mut names = Names::with(&["Unknown"]);
        let mut variants = Vec::new();
        for (place, branch) in branches_left.iter().enumerate() {
            let label = branch_name(branch).unwrap_or_else(|| format!("Variant{}", place + 1));
            let Some(shape) = self.shape(branch, &format!("{name}{label}"), cx) else { return Some(None) };
            let ident = names.free(&label);
            let ty = if shape.null { Type::Option(Box::new(shape.ty)) } else { shape.ty };
            let docs = branch.keywords().map(docs_of).unwrap_or_default();
            variants.push((branch, UnionVariant { ident, ty, test: UnionTest::Shape, docs }));
        }
        if let Some(discriminator) = &keywords.discriminator {
            let mut whole = true;
            for (branch, variant) in &mut variants {
                match discriminator_value(discriminator, branch) {
                    Some(value) => {
                        variant.test =
                            UnionTest::Discriminator(discriminator.property.value.0.clone(), value);
                    }
                    None => {
                        let message = "no value of the discriminator leads to this type";
                        cx.report(Diagnostic::new(Code::UNSUPPORTED_UNION, message, branch.span).help(
                            "name it under `mapping`, or declare the type under `types` and name it here",
                        ));
                        whole = false;
                    }
                }
            }
            for (value, target) in discriminator.mapping.iter() {
                let bare = target.value.0.strip_prefix("#/types/").unwrap_or(&target.value.0);
                if !branches_left.iter().any(|branch| type_name(branch) == Some(bare)) {
                    let message =
                        format!("the value `{}` leads to `{bare}`, which `oneOf` does not name", value.value);
                    let names = branches_left.iter().filter_map(|branch| type_name(branch));
                    cx.report(
                        Diagnostic::new(Code::UNKNOWN_TYPE, message, target.span)
                            .suggest_nearest(bare, names),
                    );
                    whole = false;
                }
            }
            if !whole {
                return Some(None);
            }
        }
        let variants = variants.into_iter().map(|(_, variant)| variant).collect();
        Some(Some((ItemKind::Union(variants), null)))
    }
}

/// The members of an object under construction.
#[derive(Default)]
struct Members {
    list: Vec<Member>,
    names: Names,
    wires: BTreeMap<String, Span>,
    /// The declared types that `allOf` merges.
    parts: BTreeSet<usize>,
}

/// A declared type keeps its name as it is written.
fn pascal_exact(name: &str) -> Option<Ident> {
    match name {
        "Self" => Some(Ident::proven("Self_".to_owned())),
        _ => Some(Ident::proven(name.to_owned())),
    }
}

fn type_name(schema: &Schema) -> Option<&str> {
    match &schema.form {
        Form::Name(word) => Some(word),
        Form::Keywords(words) => match (&words.reference, words.ty.as_deref()) {
            (Some(reference), _) => reference.value.0.strip_prefix("#/types/"),
            (None, Some(TypeKeyword::Name(word, _))) if !BUILTIN.contains(&word.as_str()) => Some(word),
            _ => None,
        },
        Form::List(_) => None,
    }
}

fn branch_name(schema: &Schema) -> Option<String> {
    match &schema.form {
        Form::Name(word) => Some(pascal_text(word)),
        Form::List(element) => branch_name(element).map(|name| format!("{name}List")),
        Form::Keywords(words) => {
            if let Some(title) = &words.title {
                return Some(pascal_text(&title.value)).filter(|name| !name.is_empty());
            }
            match (type_name(schema), words.ty.as_deref()) {
                (Some(name), _) => Some(pascal_text(name)),
                (None, Some(TypeKeyword::Name(word, _))) => Some(pascal_text(word)),
                (None, Some(TypeKeyword::List(element))) => {
                    branch_name(element).map(|name| format!("{name}List"))
                }
                _ => None,
            }
        }
    }
}

fn discriminator_value(discriminator: &crate::manifest::Discriminator, branch: &Schema) -> Option<String> {
    let name = type_name(branch);
    let mapped = discriminator.mapping.iter().find(|(_, target)| {
        let bare = target.value.0.strip_prefix("#/types/").unwrap_or(&target.value.0);
        Some(bare) == name
    });
    match mapped {
        Some((value, _)) => Some(value.value.clone()),
        None if discriminator.mapping.is_empty() => name.map(str::to_owned),
        None => None,
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
