//! The module `client`, and the crate's root.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::actions::{bare, spaced};
use super::connect;
use super::print::{self, Module};
use super::tokens::{Types, docs, ident, said, text_docs};
use crate::connector::{Action, AuthMethod, Connector, Property, Type, code};
use crate::emit::readme;

/// The longest line, its end included.
const LINE: usize = 101;

/// `lib.rs` without its header.
pub(super) fn root(connector: &Connector<'_>, modules: &[Module]) -> String {
    let package = &connector.package;
    let mut text = String::new();
    let first = if package.description.is_empty() {
        readme::escaped(&package.title)
    } else {
        package.description.as_str().to_owned()
    };
    for line in first.lines() {
        text.push_str(&format!("//! {line}"));
        while text.ends_with(' ') {
            text.pop();
        }
        text.push('\n');
    }
    text.push_str("//!\n//! A [`Client`] is built with one of its constructors, and has a method for each action. What a method returns\n//! takes the optional inputs, and is sent with `send`.\n\n");
    text.push_str("#![forbid(unsafe_code)]\n\n");
    for module in modules {
        if module.visibility == "pub" {
            text.push_str(&format!("/// {}\n", module.summary));
        }
        // Whoever formats a workspace leaves these files as they are.
        let space = if module.visibility.is_empty() { "" } else { " " };
        text.push_str(&format!("#[rustfmt::skip]\n{}{space}mod {};\n", module.visibility, module.name));
    }
    text.push('\n');
    text.push_str(&reexports(connector));
    text
}

/// What the crate's root shows of its modules.
pub(super) fn reexports(connector: &Connector<'_>) -> String {
    let mut names: BTreeSet<&str> = ["Builder", "Client"].into_iter().collect();
    names.extend(
        connector
            .auth
            .iter()
            .filter(|auth| !auth.properties.is_empty())
            .map(|auth| auth.credentials.as_str()),
    );
    if connector.config.iter().any(|property| property.required) {
        names.insert("Config");
    }
    if connector.connects.with_a_choice {
        names.insert("Connected");
    }
    let names: Vec<_> = names.into_iter().collect();
    let runtime = [
        "Bytes",
        "Context",
        "Date",
        "Decimal",
        "Error",
        "ErrorKind",
        "Json",
        "Maybe",
        "Method",
        "Request",
        "Response",
        "Secret",
        "Timestamp",
        "Uuid",
    ];
    let uses = [("client", names.as_slice()), ("couplet_runtime", &runtime), ("plan", &["PLAN"])];
    uses.into_iter().map(|(module, names)| reexport(module, names)).collect()
}

/// A line of names, or several where it becomes too long; rustfmt leaves them alone, however wide its lines are.
fn reexport(module: &str, names: &[&str]) -> String {
    if let [name] = names {
        return format!("pub use {module}::{name};\n");
    }
    let line = format!("pub use {module}::{{{}}};\n", names.join(", "));
    if line.len() <= LINE {
        return line;
    }
    let mut text = format!("#[rustfmt::skip]\npub use {module}::{{\n   ");
    let mut length = 3;
    for name in names {
        if length + name.len() + 2 > LINE {
            text.push_str("\n   ");
            length = 3;
        }
        text.push_str(&format!(" {name},"));
        length += name.len() + 2;
    }
    text.push_str("\n};\n");
    text
}

/// The client, its builder and the credentials.
pub(super) fn module(connector: &Connector<'_>) -> Module {
    let mut own: BTreeSet<String> =
        ["Client", "Builder", "Config", "Connected"].iter().map(|name| (*name).to_owned()).collect();
    own.extend(connector.auth.iter().map(|auth| auth.credentials.as_str().to_owned()));
    let types = Types::new(connector, quote!(types::), own);
    let title = readme::escaped(&connector.package.title);
    let client_docs = text_docs(&format!("A client of {title}. Cloning it is cheap."));
    let mut items = vec![print::items(quote! {
        #client_docs
        #[derive(Debug, Clone)]
        pub struct Client {
            inner: v1::Client<'static>,
        }
    })];
    let constructors =
        connector.auth.iter().enumerate().map(|(place, auth)| constructor(place, auth, connector));
    let connection = connect::of_client(connector, &types);
    let methods = connector.actions.iter().map(|action| method(action, &types));
    let body = print::items(quote! {
        impl Client {
            #(#constructors)*

            #connection

            /// A request that this crate does not describe, with the same credentials. The path is appended to the
            /// base URL.
            pub fn request(&self, method: couplet_runtime::Method, path: &str) -> couplet_runtime::Request {
                self.inner.request(method, path)
            }

            #(#methods)*
        }
    });
    items.push(spaced(&body));
    items.extend(connector.auth.iter().filter_map(|auth| credentials(auth, connector, &types)));
    items.extend(config(connector, &types));
    items.extend(builder(connector, &types));
    items.extend(connect::connected(connector, &types));
    let mut modules = vec!["actions", "plan"];
    if items.iter().any(|item| item.contains("types::")) {
        modules.push("types");
    }
    Module {
        name: "client",
        path: "src/client.rs",
        visibility: "",
        summary: "The client.",
        imports: vec![
            "use couplet_runtime::generated::v1;".to_owned(),
            String::new(),
            format!("use super::{{{}}};", modules.join(", ")),
        ],
        items,
    }
}

fn constructor(place: usize, auth: &AuthMethod, connector: &Connector<'_>) -> TokenStream {
    let detached =
        connector.plan.connector().auth().get(place).and_then(|method| connect::detached(&[*method]));
    let (name, place) = (ident(&auth.constructor), proc_macro2::Literal::usize_unsuffixed(place));
    let title = if auth.docs.is_empty() {
        format!("Connects with `{}`.", bare(&auth.constructor))
    } else {
        auth.docs.as_str().to_owned()
    };
    let documentation = text_docs(&title);
    let config = connector.config.iter().any(|property| property.required);
    let mut parameters = Vec::new();
    let mut steps = Vec::new();
    if config {
        parameters.push(quote!(config: Config));
        for property in connector.config.iter().filter(|property| property.required) {
            let field = ident(&property.ident);
            steps.push(set("config", property, &quote!(config.#field)));
        }
    }
    if !auth.properties.is_empty() {
        let credentials = ident(&auth.credentials);
        parameters.push(quote!(credentials: #credentials));
        for property in &auth.properties {
            let field = ident(&property.ident);
            if property.required {
                steps.push(set("credential", property, &quote!(credentials.#field)));
            } else {
                let setter = set("credential", property, &quote!(value));
                steps.push(quote!(if let Some(value) = credentials.#field { #setter }));
            }
        }
    }
    if steps.is_empty() {
        return quote! {
            #documentation
            pub fn #name(#(#parameters),*) -> Builder {
                Builder { inner: v1::Builder::new(&plan::CONNECTOR, #place)#detached }
            }
        };
    }
    quote! {
        #documentation
        pub fn #name(#(#parameters),*) -> Builder {
            let mut inner = v1::Builder::new(&plan::CONNECTOR, #place)#detached;
            #(#steps)*
            Builder { inner }
        }
    }
}

/// The step that hands a value to the runtime's builder.
fn set(scope: &str, property: &Property, value: &TokenStream) -> TokenStream {
    let name = &property.name;
    let secret = property.ty == Type::Secret;
    let function = match (scope, secret) {
        ("credential", true) => format_ident!("secret"),
        (scope, true) => format_ident!("secret_{scope}"),
        (scope, false) => format_ident!("{scope}"),
    };
    quote!(inner = inner.#function(#name, #value);)
}

fn method(action: &Action, types: &Types<'_>) -> TokenStream {
    let (name, request, constant) = (ident(&action.method), ident(&action.request), ident(&action.constant));
    let documentation = docs(&action.docs);
    let deprecated = action.deprecated.then(|| quote!(#[deprecated = "the provider advises against it"]));
    let mut parameters = Vec::new();
    let mut steps = Vec::new();
    let mut chain = quote!(self.inner.call(&plan::#constant));
    for input in &action.arguments {
        let field = ident(&input.ident);
        let ty = types.parameter(&input.ty);
        parameters.push(quote!(#field: #ty));
        steps.push(types.convert(&field, &input.ty));
        let place = proc_macro2::Literal::usize_unsuffixed(usize::from(input.index));
        chain = quote!(#chain.with(#place, &#field));
    }
    if let Some((input, fields)) = &action.required {
        let input = ident(input);
        parameters.push(quote!(input: actions::#input));
        for field in fields {
            let name = ident(&field.ident);
            let place = proc_macro2::Literal::usize_unsuffixed(usize::from(field.index));
            chain = quote!(#chain.with(#place, &input.#name));
        }
    }
    quote! {
        #documentation
        #deprecated
        pub fn #name(&self, #(#parameters),*) -> actions::#request {
            #(#steps)*
            actions::#request { call: #chain }
        }
    }
}

fn credentials(auth: &AuthMethod, connector: &Connector<'_>, types: &Types<'_>) -> Option<String> {
    if auth.properties.is_empty() {
        return None;
    }
    let name = ident(&auth.credentials);
    let mut words = format!("What [`Client::{}`] needs.", bare(&auth.constructor));
    let steps = connector.guide.steps.iter().find(|(method, _)| {
        connector.plan.connector().auth().iter().any(|known| known.name() == method)
            && *method == method_name(auth, connector)
    });
    if let Some((_, steps)) = steps {
        words.push_str("\n\n# Where to find it\n");
        for (place, step) in steps.iter().enumerate() {
            words.push_str(&format!("\n{}. {}", place + 1, step.as_str().replace('\n', "\n   ")));
        }
    }
    let words = text_docs(&words);
    let fields = fields(&auth.properties, types);
    Some(print::items(quote! {
        #words
        #[derive(Debug, Clone)]
        pub struct #name { #(#fields),* }
    }))
}

fn method_name(auth: &AuthMethod, connector: &Connector<'_>) -> String {
    let place = connector.auth.iter().position(|other| other == auth).unwrap_or(0);
    connector.plan.connector().auth().get(place).map_or_else(String::new, |method| method.name().to_owned())
}

fn fields<'t>(properties: &'t [Property], types: &'t Types<'_>) -> impl Iterator<Item = TokenStream> + 't {
    properties.iter().map(|property| {
        let field = ident(&property.ident);
        let documentation =
            text_docs(&said(&property.docs, || format!("The value {}.", code(&property.name))));
        let ty = types.of(&property.ty);
        let ty = if property.required { ty } else { types.option(&ty) };
        quote!(#documentation pub #field: #ty)
    })
}

fn config(connector: &Connector<'_>, types: &Types<'_>) -> Option<String> {
    let required: Vec<_> = connector.config.iter().filter(|property| property.required).cloned().collect();
    if required.is_empty() {
        return None;
    }
    let fields = fields(&required, types);
    Some(print::items(quote! {
        /// What a connection must be configured with.
        #[derive(Debug, Clone)]
        pub struct Config { #(#fields),* }
    }))
}

fn builder(connector: &Connector<'_>, types: &Types<'_>) -> [String; 2] {
    let setters = connector.config.iter().filter(|property| !property.required).map(|property| {
        let name = ident(&property.ident);
        let documentation =
            text_docs(&said(&property.docs, || format!("The config value {}.", code(&property.name))));
        let (ty, convert) = (types.parameter(&property.ty), types.convert(&name, &property.ty));
        let text = &property.name;
        let function = if property.ty == Type::Secret { quote!(secret_config) } else { quote!(config) };
        quote! {
            #documentation
            #[must_use]
            pub fn #name(mut self, #name: #ty) -> Self {
                #convert
                self.inner = self.inner.#function(#text, #name);
                self
            }
        }
    });
    let app = app_fields(connector).into_iter().map(|field| {
        let (name, text) = (format_ident!("app_{}", field.name()), field.name());
        let (ty, function) = if field.is_secret() {
            (types.into(&quote!(couplet_runtime::Secret)), quote!(secret_app))
        } else {
            (quote!(impl ::core::fmt::Display), quote!(app))
        };
        let documentation = text_docs(&format!(
            "{}, as it was registered with the provider.",
            readme::escaped(field.title())
        ));
        quote! {
            #documentation
            #[must_use]
            pub fn #name(mut self, value: #ty) -> Self {
                self.inner = self.inner.#function(#text, value);
                self
            }
        }
    });
    let connects = connect::of_builder(connector, types);
    let result = types.result(&quote!(Client));
    let into_string = types.into(&types.string());
    let structure = print::items(quote! {
        /// What a [`Client`] is built of.
        #[derive(Debug, Clone)]
        #[must_use = "a builder does nothing until `build`"]
        pub struct Builder {
            inner: v1::Builder<'static>,
        }
    });
    let body = print::items(quote! {
        impl Builder {
            #(#setters)*

            #(#app)*

            /// Sends requests to another base URL: a mock, or a proxy.
            pub fn with_base_url(mut self, url: #into_string) -> Self {
                self.inner = self.inner.with_base_url(url);
                self
            }

            /// Shares connections and limits with other clients.
            pub fn with_context(mut self, context: &couplet_runtime::Context) -> Self {
                self.inner = self.inner.with_context(context);
                self
            }

            /// How long a call may take in all.
            pub fn with_timeout(mut self, timeout: ::core::time::Duration) -> Self {
                self.inner = self.inner.with_timeout(timeout);
                self
            }

            /// The header `User-Agent`.
            pub fn with_user_agent(mut self, user_agent: #into_string) -> Self {
                self.inner = self.inner.with_user_agent(user_agent);
                self
            }

            #connects

            /// Checks what was given, and gives the client.
            ///
            /// # Errors
            ///
            /// A credential or a config value is missing, or is not of its form.
            pub fn build(self) -> #result {
                Ok(Client { inner: self.inner.build()? })
            }
        }
    });
    let body = body.replace("    #[must_use]\n", "");
    [structure, spaced(&body)]
}

/// What the integrator registered, for all methods and for single ones, by its names.
pub(super) fn app_fields<'c>(connector: &Connector<'c>) -> Vec<couplet_plan::Field<'c>> {
    let shared = connector.plan.connector();
    let mut fields: Vec<couplet_plan::Field<'c>> = Vec::new();
    for field in shared.app().iter().chain(shared.auth().iter().flat_map(couplet_plan::AuthMethod::app)) {
        if !fields.iter().any(|known| known.name() == field.name()) {
            fields.push(*field);
        }
    }
    fields
}
