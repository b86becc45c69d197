//! The module `actions`: required inputs, requests ready to be sent, and answers that are one of several.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::print::{self, Module};
use super::tokens::{Types, docs, ident, said, text_docs};
use crate::connector::{Action, Connector, Ident, Output, OutputVariant};

/// Every action's types.
pub(super) fn module(connector: &Connector<'_>) -> Module {
    let own = connector
        .actions
        .iter()
        .flat_map(names)
        .map(|name| name.as_str().to_owned())
        .collect::<BTreeSet<_>>();
    let types = Types::new(connector, quote!(types::), own);
    let mut items = Vec::new();
    for action in &connector.actions {
        required(action, &types, &mut items);
        request(action, &types, &mut items);
        if let Output::Many(name, variants) = &action.output {
            answers(name, variants, action, &types, &mut items);
        }
    }
    let mut imports = vec!["use couplet_runtime::generated::v1;".to_owned()];
    if items.iter().any(|item| item.contains("types::")) {
        imports.push(String::new());
        imports.push("use super::types;".to_owned());
    }
    Module {
        name: "actions",
        path: "src/actions.rs",
        visibility: "pub",
        summary: "What each action takes, and the request that it is.",
        imports,
        items,
    }
}

fn names(action: &Action) -> impl Iterator<Item = &Ident> {
    let output = match &action.output {
        Output::Many(name, _) => Some(name),
        _ => None,
    };
    action.required.iter().map(|(name, _)| name).chain([&action.request]).chain(output)
}

fn required(action: &Action, types: &Types<'_>, items: &mut Vec<String>) {
    let Some((name, inputs)) = &action.required else { return };
    let words = text_docs(&format!(
        "What [`Client::{}`](super::Client::{}) needs.",
        bare(&action.method),
        bare(&action.method)
    ));
    let name = ident(name);
    let fields = inputs.iter().map(|input| {
        let (field, ty, documentation) = (ident(&input.ident), types.of(&input.ty), docs(&input.docs));
        quote!(#documentation pub #field: #ty)
    });
    items.push(print::items(quote! {
        #words
        #[derive(Debug, Clone, PartialEq)]
        pub struct #name { #(#fields),* }
    }));
}

/// A name as documentation shows it.
pub(super) fn bare(ident: &Ident) -> &str {
    ident.as_str().trim_start_matches("r#")
}

fn request(action: &Action, types: &Types<'_>, items: &mut Vec<String>) {
    let words = text_docs(&format!(
        "[`Client::{}`](super::Client::{}), ready to be sent.",
        bare(&action.method),
        bare(&action.method)
    ));
    let name = ident(&action.request);
    let setters = action.optional.iter().map(|input| {
        let (field, documentation) = (ident(&input.ident), docs(&input.docs));
        let (parameter, convert) = (types.parameter(&input.ty), types.convert(&field, &input.ty));
        let place = proc_macro2::Literal::usize_unsuffixed(usize::from(input.index));
        quote! {
            #documentation
            pub fn #field(mut self, #field: #parameter) -> Self {
                #convert
                self.call.set(#place, &#field);
                self
            }
        }
    });
    let send = send(action, types);
    items.push(print::items(quote! {
        #words
        #[derive(Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #name {
            pub(super) call: v1::Call<'static>,
        }
    }));
    let body = print::items(quote! {
        impl #name {
            #(#setters)*

            #send
        }
    });
    items.push(spaced(&body));
}

fn send(action: &Action, types: &Types<'_>) -> TokenStream {
    let errors = text_docs(
        "Sends the request.\n\n# Errors\n\nAn input cannot be sent, the connection fails, the provider reports an error, or its answer is not as\ndescribed.",
    );
    let (output, body) = match &action.output {
        Output::None => (quote!(()), quote!(self.call.done().await)),
        Output::One(ty) => (types.of(ty), quote!(self.call.output().await)),
        Output::Many(name, variants) => {
            let name = ident(name);
            let arms = variants.iter().enumerate().map(|(place, variant)| {
                let (place, variant_name) =
                    (proc_macro2::Literal::usize_unsuffixed(place), ident(&variant.ident));
                match variant.ty {
                    Some(_) => quote!(#place => answer.decode().map(#name::#variant_name)),
                    None => quote!(#place => Ok(#name::#variant_name)),
                }
            });
            let body = quote! {
                let answer = self.call.answer().await?;
                match answer.index() {
                    #(#arms,)*
                    _ => Err(answer.unexpected()),
                }
            };
            (quote!(#name), body)
        }
    };
    let result = types.result(&output);
    quote! {
        #errors
        pub async fn send(self) -> #result {
            #body
        }
    }
}

fn answers(
    name: &Ident,
    variants: &[OutputVariant],
    action: &Action,
    types: &Types<'_>,
    items: &mut Vec<String>,
) {
    let words = text_docs(&format!(
        "What [`Client::{}`](super::Client::{}) answers.",
        bare(&action.method),
        bare(&action.method)
    ));
    let name = ident(name);
    let variants = variants.iter().map(|variant| {
        let name = ident(&variant.ident);
        let documentation = text_docs(&said(&variant.docs, || "One of the answers.".to_owned()));
        match &variant.ty {
            Some(ty) => {
                let ty = types.of(ty);
                quote!(#documentation #name(#ty))
            }
            None => quote!(#documentation #name),
        }
    });
    items.push(print::items(quote! {
        #words
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #name { #(#variants),* }
    }));
}

/// Puts an empty line between the functions of an `impl`.
pub(super) fn spaced(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for (place, line) in lines.iter().enumerate() {
        out.push_str(line);
        out.push('\n');
        let next = lines.get(place + 1).copied().unwrap_or_default();
        if *line == "    }" && next != "}" && !next.is_empty() {
            out.push('\n');
        }
    }
    out
}
