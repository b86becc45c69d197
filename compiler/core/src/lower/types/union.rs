//! Enums of texts, and unions.

use std::collections::BTreeMap;

use super::super::Cx;
use super::super::names::{Names, pascal, pascal_text};
use super::build::{BUILTIN, Builder, docs_of};
use crate::connector::{ItemKind, Type, UnionTest, UnionVariant, Variant};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits;
use crate::manifest::{Discriminator, Form, Keywords, Schema, TypeKeyword};
use crate::source::{Span, Spanned};

impl<'m> Builder<'m> {
    /// An enum of texts, and whether null is among its values. Other enums are plain types.
    #[expect(
        clippy::option_option,
        reason = "none: no item; some none: an item that is wrong, and was reported"
    )]
    pub(super) fn enumeration(
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
                serde_json::Value::String(text) => texts.push(text),
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
        for text in texts {
            let ident = match pascal(text) {
                Some(ident) => names.free(ident.as_str().trim_start_matches("r#")),
                None => names.free(&format!("Value{}", variants.len() + 1)),
            };
            variants.push(Variant { ident, wire: text.clone() });
        }
        Some(whole.then_some((ItemKind::Enum(variants), null)))
    }

    /// `oneOf`. With one branch beside null it is that branch.
    #[expect(
        clippy::option_option,
        reason = "none: no item; some none: an item that is wrong, and was reported"
    )]
    pub(super) fn union(
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
            variants.push((*branch, UnionVariant { ident, ty, test: UnionTest::Shape, docs }));
        }
        if let Some(discriminator) = &keywords.discriminator
            && !self.discriminated(discriminator, &mut variants, cx)
        {
            return Some(None);
        }
        let variants = variants.into_iter().map(|(_, variant)| variant).collect();
        Some(Some((ItemKind::Union(variants), null)))
    }

    /// Gives each variant the value of the discriminator that leads to it, and whether all have one.
    fn discriminated(
        &self,
        discriminator: &Discriminator,
        variants: &mut [(&'m Schema, UnionVariant)],
        cx: &mut Cx<'_, '_>,
    ) -> bool {
        let mut whole = true;
        for (branch, variant) in variants.iter_mut() {
            let property = discriminator.property.value.0.as_str();
            let tag = self.tag(branch, property, &mut 0);
            let value = discriminator_value(discriminator, branch, tag.as_ref());
            match value {
                Some(_) if tag.is_none() => {
                    let message =
                        format!("this type has no member `{property}`, which tells the types apart");
                    let help = format!("declare it: `{property}: {{const: …}}`, or remove `discriminator`");
                    cx.report(Diagnostic::new(Code::UNSUPPORTED_UNION, message, branch.span).help(help));
                    whole = false;
                }
                Some(value) => {
                    variant.test = UnionTest::Discriminator(discriminator.property.value.0.clone(), value);
                }
                None => {
                    let message = "no value of the discriminator leads to this type";
                    cx.report(
                        Diagnostic::new(Code::UNSUPPORTED_UNION, message, branch.span).help(
                            "name it under `mapping`, or declare the type under `types` and name it here",
                        ),
                    );
                    whole = false;
                }
            }
        }
        for (place, (value, target)) in discriminator.mapping.iter().enumerate() {
            let earlier = discriminator.mapping.iter().take(place);
            if let Some((first, _)) = earlier.into_iter().find(|(_, other)| other.value.0 == target.value.0) {
                let message = format!("two values lead to `{}`", target.value.0);
                let diagnostic = Diagnostic::new(Code::UNSUPPORTED_UNION, message, value.span);
                cx.report(diagnostic.also(first.span, "first here").help("declare a type for each value"));
                whole = false;
            }
            let bare = target.value.0.strip_prefix("#/types/").unwrap_or(&target.value.0);
            if !variants.iter().any(|(branch, _)| type_name(branch) == Some(bare)) {
                let message =
                    format!("the value `{}` leads to `{bare}`, which `oneOf` does not name", value.value);
                let names = variants.iter().filter_map(|(branch, _)| type_name(branch));
                cx.report(
                    Diagnostic::new(Code::UNKNOWN_TYPE, message, target.span).suggest_nearest(bare, names),
                );
                whole = false;
            }
        }
        whole
    }

    /// What the member that tells types apart is in one of them: none, where it has none; a text, where it has just
    /// that value.
    #[expect(clippy::option_option, reason = "whether there is the member, and whether its value is known")]
    fn tag(&self, schema: &'m Schema, property: &str, steps: &mut usize) -> Option<Option<&'m str>> {
        *steps += 1;
        if *steps > limits::MEMBERS {
            // A circle of names that lead nowhere else: whoever breaks circles reports it.
            return Some(None);
        }
        let declared = || self.manifest.types.get(type_name(schema)?);
        let Some(words) = schema.keywords() else { return self.tag(declared()?, property, steps) };
        let fields = words.fields.iter().flat_map(|fields| fields.value.iter()).map(|(key, field)| {
            let named = field.0.keywords().and_then(|words| words.name.as_ref());
            (named.map_or(key.value.as_str(), |name| name.value.0.as_str()), &field.0)
        });
        let properties = words.properties.iter().flat_map(|properties| properties.value.iter());
        let mut members = fields.chain(properties.map(|(key, schema)| (key.value.as_str(), schema)));
        if let Some((_, member)) = members.find(|(name, _)| *name == property) {
            let words = member.keywords();
            let only = words.and_then(|words| match (&words.constant, &words.enumeration) {
                (Some(constant), _) => constant.value.0.as_str(),
                (None, Some(values)) if values.value.len() == 1 => values.value[0].value.0.as_str(),
                _ => None,
            });
            return Some(only);
        }
        let mut parts = words.all_of.iter().flat_map(|parts| &parts.value);
        parts
            .find_map(|part| self.tag(part, property, steps))
            .or_else(|| self.tag(declared()?, property, steps))
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

fn discriminator_value(
    discriminator: &Discriminator,
    branch: &Schema,
    tag: Option<&Option<&str>>,
) -> Option<String> {
    let name = type_name(branch);
    let mapped = discriminator.mapping.iter().find(|(_, target)| {
        let bare = target.value.0.strip_prefix("#/types/").unwrap_or(&target.value.0);
        Some(bare) == name
    });
    match mapped {
        Some((value, _)) => Some(value.value.clone()),
        // The type's own word is surer than its name.
        None if discriminator.mapping.is_empty() => tag.copied().flatten().or(name).map(str::to_owned),
        None => None,
    }
}
