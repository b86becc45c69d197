//! What a crate's client and builder have for connections: stores, redirects, device codes, choices.

use couplet_plan::{AuthKind, AuthMethod};
use proc_macro2::TokenStream;
use quote::quote;

use super::print;
use super::tokens::Types;
use crate::connector::Connector;

/// What the client has of its connection.
pub(super) fn of_client(connector: &Connector<'_>, types: &Types<'_>) -> Option<TokenStream> {
    let into_string = types.into(&types.string());
    let detached = detached(connector.plan.connector().auth());
    connector.connects.at_all.then(|| {
        quote! {
            /// A client of a connection that a store has: its credentials, its config values and its token come from
            /// there, with [`Builder::open`].
            pub fn stored(
                store: ::std::sync::Arc<dyn couplet_runtime::store::Store>,
                id: #into_string,
            ) -> Builder {
                Builder { inner: v1::Builder::new(&plan::CONNECTOR, 0)#detached.with_store(store, id) }
            }

            /// The connection behind the client: its status, its renewal, and its end.
            pub fn connection(&self) -> couplet_runtime::connect::Connection<'_, 'static> {
                self.inner.connection()
            }
        }
    })
}

/// A crate's Plan lives as long as the program, so a token can be renewed whatever becomes of the caller.
pub(super) fn detached(methods: &[AuthMethod<'_>]) -> Option<TokenStream> {
    let obtained = |method: &AuthMethod<'_>| match method.kind() {
        AuthKind::Token(token) => !token.obtain().is_empty(),
        _ => false,
    };
    methods.iter().any(obtained).then(|| quote!(.detached()))
}

/// What the builder has.
pub(super) fn of_builder(connector: &Connector<'_>, types: &Types<'_>) -> Option<TokenStream> {
    let connects = connector.connects;
    if !connects.at_all {
        return None;
    }
    let into_string = types.into(&types.string());
    let client = types.result(&quote!(Client));
    let (connected, finish) = if connects.with_a_choice {
        (types.result(&quote!(Connected)), quote!(.map(Connected::of)))
    } else {
        (client.clone(), quote!(.and_then(|completed| Ok(Client { inner: completed.client()? }))))
    };
    let scopes = connects.with_scopes.then(|| {
        quote! {
            /// Asks for these scopes.
            pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = #into_string>) -> Self {
                self.inner = self.inner.with_scopes(scopes);
                self
            }
        }
    });
    let browser = connects.in_a_browser.then(|| {
        let authorization = types.result(&quote!(couplet_runtime::connect::Authorization));
        quote! {
            /// Begins to connect an account that a person allows in a browser: where to send the person, and what to
            /// keep until they come back.
            ///
            /// # Errors
            ///
            /// A value is missing, or a request that comes first fails.
            pub async fn authorization(self) -> #authorization {
                self.inner.authorization().await
            }

            /// Ends it: `pending` is what the authorization gave to keep, and `callback` the URL to which the provider sent
            /// the person back, or its query.
            ///
            /// # Errors
            ///
            /// The person refused, the redirect is not the answer to this authorization, or the provider gives no token.
            pub async fn complete(self, pending: &couplet_runtime::Secret, callback: &str) -> #connected {
                self.inner.complete(pending, callback).await #finish
            }
        }
    });
    let device = connects.on_a_device.then(|| {
        let device = types.result(&quote!(couplet_runtime::connect::Device<'static>));
        quote! {
            /// Begins to connect an account that a person allows on another device: a code to show. Once it has waited,
            /// [`Builder::open`] gives the client of the store, or `try_into` that of what came of it.
            ///
            /// # Errors
            ///
            /// A value is missing, or the provider gives no code.
            pub async fn device(self) -> #device {
                self.inner.device().await
            }
        }
    });
    let choose = connects.with_a_choice.then(|| {
        quote! {
            /// Goes on after a choice: `pending` is what it gave to keep, and `value` one of its options.
            ///
            /// # Errors
            ///
            /// There is no such option, or what follows fails.
            pub async fn choose(self, pending: &couplet_runtime::Secret, value: &str) -> #connected {
                self.inner.choose(pending, value).await #finish
            }
        }
    });
    Some(quote! {
        /// Keeps the connection in a store, under an id of the caller's choice: its token is then shared with every
        /// client of this connection, in whatever process.
        pub fn with_store(
            mut self,
            store: ::std::sync::Arc<dyn couplet_runtime::store::Store>,
            id: #into_string,
        ) -> Self {
            self.inner = self.inner.with_store(store, id);
            self
        }

        #scopes

        #browser

        #device

        #choose

        /// Connects an account with what was given: obtains its token, where there is one, and stores the connection.
        ///
        /// # Errors
        ///
        /// A person must allow the method, a value is missing or refused, or a request fails.
        pub async fn connect(self) -> #connected {
            self.inner.connect().await #finish
        }

        /// A client of the connection that the store has.
        ///
        /// # Errors
        ///
        /// There is no such connection, or it cannot be used.
        pub async fn open(self) -> #client {
            Ok(Client { inner: self.inner.open().await? })
        }
    })
}

/// What connecting comes to, where it is more than a client.
pub(super) fn connected(connector: &Connector<'_>, types: &Types<'_>) -> Vec<String> {
    let mut items = Vec::new();
    if connector.connects.with_a_choice {
        items.push(print::items(quote! {
            /// What became of connecting.
            #[derive(Debug)]
            pub enum Connected {
                /// The account is connected.
                Client(Client),
                /// A person chooses first: see [`Builder::choose`].
                Choose(couplet_runtime::connect::Choose<'static>),
            }
        }));
        items.push(print::items(quote! {
            impl Connected {
                fn of(completed: couplet_runtime::connect::Completed<'static>) -> Self {
                    match completed {
                        couplet_runtime::connect::Completed::Connected(inner) => Self::Client(Client { inner }),
                        couplet_runtime::connect::Completed::Choose(choose) => Self::Choose(choose),
                    }
                }
            }
        }));
    }
    if connector.connects.on_a_device {
        let result = types.result(&quote!(Self));
        items.push(print::items(quote! {
            impl TryFrom<couplet_runtime::connect::Completed<'static>> for Client {
                type Error = couplet_runtime::Error;

                fn try_from(completed: couplet_runtime::connect::Completed<'static>) -> #result {
                    Ok(Self { inner: completed.client()? })
                }
            }
        }));
    }
    items
}
