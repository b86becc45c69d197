//! The module `types`.

use std::collections::BTreeSet;

use quote::quote;

use super::print::{self, Module, literal};
use super::tokens::{Types, ident, said, text_docs};
use crate::connector::{
    Connector, Item, ItemKind, Member, Presence, Type, UnionTest, UnionVariant, Variant, code,
};

/// Every type of the connector.
pub(super) fn module(connector: &Connector<'_>) -> Module {
    let own: BTreeSet<String> = connector.items.iter().map(|item| item.ident.as_str().to_owned()).collect();
    let types = Types::new(connector, quote!(), own);
    let mut items = Vec::new();
    for item in &connector.items {
        match &item.kind {
            ItemKind::Struct(members, more) => record(item, members, more.as_ref(), &types, &mut items),
            ItemKind::Enum(variants) => open_enum(item, variants, &types, &mut items),
            ItemKind::Union(variants) => union(item, variants, &types, &mut items),
            ItemKind::Alias(ty) => {
                let docs = text_docs(&said(&item.docs, || "Another name for a type.".to_owned()));
                let (name, ty) = (ident(&item.ident), types.of(ty));
                items.push(print::items(quote!(#docs pub type #name = #ty;)));
            }
        }
    }
    let used = items.iter().any(|item| item.contains("v1::"));
    Module {
        name: "types",
        path: "src/types.rs",
        visibility: "pub",
        summary: "What actions take and answer.",
        imports: if used { vec!["use couplet_runtime::generated::v1;".to_owned()] } else { Vec::new() },
        items,
    }
}

fn record(item: &Item, members: &[Member], more: Option<&Type>, types: &Types<'_>, items: &mut Vec<String>) {
    let (name, documentation) =
        (ident(&item.ident), text_docs(&said(&item.docs, || "An object.".to_owned())));
    let fields = members.iter().map(|member| {
        let (field, ty) = (ident(&member.ident), types.member(&member.ty, member.presence));
        let mut words = said(&member.docs, || format!("The member {}.", code(&member.wire)));
        if member.deprecated {
            words.push_str("\n\nThe provider advises against it.");
        }
        let documentation = text_docs(&words);
        quote!(#documentation pub #field: #ty)
    });
    let rest = more.map(|_| rest_name(members));
    let further = more.zip(rest.as_ref()).map(|(ty, rest)| {
        let (name, string, ty) = (quote::format_ident!("{rest}"), types.string(), types.of(ty));
        quote!(#[doc = " Further members, by their names."] pub #name: ::std::collections::BTreeMap<#string, #ty>)
    });
    let fields = fields.chain(further);
    let closed = (!item.role.input).then(|| quote!(#[non_exhaustive]));
    let default = (item.role.input
        && members
            .iter()
            .all(|member| matches!(member.presence, Presence::Optional | Presence::OptionalNullable)))
    .then(|| quote!(#[derive(Default)]));
    items.push(print::items(quote! {
        #documentation
        #[derive(Debug, Clone, PartialEq)]
        #default
        #closed
        pub struct #name { #(#fields),* }
    }));
    let mut text = format!("v1::record!({} {{\n", item.ident);
    for member in members {
        let mode = match member.presence {
            Presence::Required => "",
            Presence::Optional | Presence::OptionalNullable => " optional",
            Presence::Nullable => " nullable",
        };
        text.push_str(&format!("    {} = {}{mode},\n", member.ident, literal(&member.wire)));
    }
    if let Some(rest) = &rest {
        text.push_str(&format!("    ; rest {rest}\n"));
    }
    text.push_str("});\n");
    items.push(text);
}

/// The name of the field that keeps further members.
fn rest_name(members: &[Member]) -> String {
    let mut name = "further".to_owned();
    while members.iter().any(|member| member.ident.as_str() == name) {
        name.push('_');
    }
    name
}

fn open_enum(item: &Item, variants: &[Variant], types: &Types<'_>, items: &mut Vec<String>) {
    let (name, string) = (ident(&item.ident), types.string());
    let documentation = text_docs(&said(&item.docs, || "One of several texts.".to_owned()));
    let list = variants.iter().map(|variant| {
        let name = ident(&variant.ident);
        let words = code(&variant.wire);
        let documentation = text_docs(&words);
        quote!(#documentation #name)
    });
    items.push(print::items(quote! {
        #documentation
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#list,)*
            #[doc = " A value that the provider added later."]
            Unknown(#string),
        }
    }));
    let mut text = format!("v1::open_enum!({} {{\n", item.ident);
    for variant in variants {
        text.push_str(&format!("    {} = {},\n", variant.ident, literal(&variant.wire)));
    }
    text.push_str("});\n");
    items.push(text);
}

fn union(item: &Item, variants: &[UnionVariant], types: &Types<'_>, items: &mut Vec<String>) {
    let name = ident(&item.ident);
    let documentation = text_docs(&said(&item.docs, || "One of several types.".to_owned()));
    let list = variants.iter().map(|variant| {
        let (name, ty) = (ident(&variant.ident), types.of(&variant.ty));
        let documentation = text_docs(&said(&variant.docs, || match &variant.test {
            UnionTest::Discriminator(member, value) => format!("Where {} is {}.", code(member), code(value)),
            UnionTest::Shape => "Where the value is of this type, and of none before it.".to_owned(),
        }));
        quote!(#documentation #name(#ty))
    });
    items.push(print::items(quote! {
        #documentation
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#list,)*
            #[doc = " A value that is of none of these types."]
            Unknown(couplet_runtime::Json),
        }
    }));
    let mut text = format!("v1::union!({} {{\n", item.ident);
    for variant in variants {
        let ty = types.of(&variant.ty).to_string().replace(' ', "");
        let test = match &variant.test {
            UnionTest::Discriminator(member, value) => {
                format!(" if {} = {}", literal(member), literal(value))
            }
            UnionTest::Shape => String::new(),
        };
        text.push_str(&format!("    {}({ty}){test},\n", variant.ident));
    }
    text.push_str("});\n");
    items.push(text);
}
