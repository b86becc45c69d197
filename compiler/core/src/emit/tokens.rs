//! Names, documentation and types as tokens.

use std::collections::BTreeSet;

use proc_macro2::{Ident as Token, Span, TokenStream};
use quote::quote;

use crate::connector::{Connector, Docs, Ident, Presence, Type};

/// A name.
pub(super) fn ident(ident: &Ident) -> Token {
    match ident.as_str().strip_prefix("r#") {
        Some(raw) => Token::new_raw(raw, Span::call_site()),
        None => Token::new(ident.as_str(), Span::call_site()),
    }
}

/// Documentation; nothing where there is nothing to say.
pub(super) fn docs(docs: &Docs) -> TokenStream {
    text_docs(docs.as_str())
}

/// What the manifest says, or else what we say.
pub(super) fn said(docs: &Docs, otherwise: impl FnOnce() -> String) -> String {
    if docs.is_empty() { otherwise() } else { docs.as_str().to_owned() }
}

/// Documentation that we write.
pub(super) fn text_docs(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// How types are written in one module.
pub(super) struct Types<'c> {
    connector: &'c Connector<'c>,
    /// What stands before the names of the crate's own types.
    prefix: TokenStream,
    /// The names that the module defines itself: the prelude's are then written out.
    own: BTreeSet<String>,
}

impl<'c> Types<'c> {
    pub(super) fn new(connector: &'c Connector<'c>, prefix: TokenStream, own: BTreeSet<String>) -> Self {
        Self { connector, prefix, own }
    }

    fn prelude(&self, name: &str, path: TokenStream) -> TokenStream {
        if self.own.contains(name) {
            return path;
        }
        let name = Token::new(name, Span::call_site());
        quote!(#name)
    }

    pub(super) fn string(&self) -> TokenStream {
        self.prelude("String", quote!(::std::string::String))
    }

    /// `impl Into<T>`.
    pub(super) fn into(&self, ty: &TokenStream) -> TokenStream {
        let into = self.prelude("Into", quote!(::core::convert::Into));
        quote!(impl #into<#ty>)
    }

    pub(super) fn option(&self, inner: &TokenStream) -> TokenStream {
        let option = self.prelude("Option", quote!(::core::option::Option));
        quote!(#option<#inner>)
    }

    pub(super) fn result(&self, inner: &TokenStream) -> TokenStream {
        let result = self.prelude("Result", quote!(::core::result::Result));
        quote!(#result<#inner, couplet_runtime::Error>)
    }

    /// A type.
    pub(super) fn of(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Bool => quote!(bool),
            Type::I32 => quote!(i32),
            Type::I64 => quote!(i64),
            Type::U64 => quote!(u64),
            Type::F64 => quote!(f64),
            Type::String => self.string(),
            Type::Timestamp => quote!(couplet_runtime::Timestamp),
            Type::Date => quote!(couplet_runtime::Date),
            Type::Decimal => quote!(couplet_runtime::Decimal),
            Type::Uuid => quote!(couplet_runtime::Uuid),
            Type::Bytes => quote!(couplet_runtime::Bytes),
            Type::Json => quote!(couplet_runtime::Json),
            Type::Secret => quote!(couplet_runtime::Secret),
            Type::Named(index) => {
                let prefix = &self.prefix;
                match self.connector.items.get(*index) {
                    Some(item) => {
                        let name = ident(&item.ident);
                        quote!(#prefix #name)
                    }
                    None => quote!(couplet_runtime::Json),
                }
            }
            Type::List(inner) => {
                let (list, inner) = (self.prelude("Vec", quote!(::std::vec::Vec)), self.of(inner));
                quote!(#list<#inner>)
            }
            Type::Map(inner) => {
                let (name, inner) = (self.string(), self.of(inner));
                quote!(::std::collections::BTreeMap<#name, #inner>)
            }
            Type::Option(inner) => self.option(&self.of(inner)),
            Type::Maybe(inner) => {
                let inner = self.of(inner);
                quote!(couplet_runtime::Maybe<#inner>)
            }
            Type::Boxed(inner) => {
                let (boxed, inner) = (self.prelude("Box", quote!(::std::boxed::Box)), self.of(inner));
                quote!(#boxed<#inner>)
            }
        }
    }

    /// A member's type, with what its presence adds.
    pub(super) fn member(&self, ty: &Type, presence: Presence) -> TokenStream {
        let inner = self.of(ty);
        match presence {
            Presence::Required => inner,
            Presence::Optional | Presence::Nullable => self.option(&inner),
            Presence::OptionalNullable => quote!(couplet_runtime::Maybe<#inner>),
        }
    }

    /// A parameter's type: texts are taken as whatever becomes one.
    pub(super) fn parameter(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::String => self.into(&self.string()),
            Type::Secret => self.into(&quote!(couplet_runtime::Secret)),
            ty => self.of(ty),
        }
    }

    /// What makes a parameter the value itself.
    pub(super) fn convert(&self, name: &Token, ty: &Type) -> TokenStream {
        match ty {
            Type::String => {
                let string = self.string();
                quote!(let #name: #string = #name.into();)
            }
            Type::Secret => quote!(let #name: couplet_runtime::Secret = #name.into();),
            _ => TokenStream::new(),
        }
    }
}
