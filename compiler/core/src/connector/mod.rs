//! A connector: nothing left to decide.
//!
//! It holds the Plan that the runtime executes, and everything that the generated crate says in Rust about it:
//! names, types, documentation, order. It has no spans, and equal manifests make equal connectors.
//!
//! Invariant: only `lower` builds it, and only from a manifest in which it found no error. Every name in it is
//! a valid Rust name in its place and collides with no other; every text that becomes documentation is inert.

mod guide;
mod name;
mod package;
mod types;

pub use couplet_plan as plan;
pub use guide::{Guide, Offer};
pub(crate) use name::code;
pub use name::{Docs, Ident};
pub use package::{Link, Package};
pub use types::{Item, ItemKind, Member, Presence, Role, Type, UnionTest, UnionVariant, Variant};

/// A connector.
#[derive(Debug, Clone, PartialEq)]
pub struct Connector<'a> {
    /// What the runtime executes.
    pub plan: plan::Plan<'a>,
    /// What the crate's manifest and README say.
    pub package: Package,
    /// How a person gets credentials.
    pub guide: Guide,
    /// The config fields, in the order of the plan's.
    pub config: Vec<Property>,
    /// The auth methods, in the order of the plan's.
    pub auth: Vec<AuthMethod>,
    /// How accounts are connected, over all methods.
    pub connects: Connects,
    /// The types that stand in the crate's module `types`, in the manifest's order, with those that have no
    /// name in the manifest behind the type or the action that they belong to.
    pub items: Vec<Item>,
    /// The actions, in the order of the plan's.
    pub actions: Vec<Action>,
}

/// How accounts are connected, over all methods of a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connects {
    /// There is something to connect: a method that needs credentials.
    pub at_all: bool,
    /// A person allows a method in a browser.
    pub in_a_browser: bool,
    /// A person allows a method on another device.
    pub on_a_device: bool,
    /// A person chooses something upon connecting.
    pub with_a_choice: bool,
    /// Scopes are asked for.
    pub with_scopes: bool,
}

/// A config field or a credential, in Rust.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The field's or the setter's name.
    pub ident: Ident,
    /// Its name in the manifest.
    pub name: String,
    /// Its type, without `Option`.
    pub ty: Type,
    /// Whether it must be given: it is neither optional nor has it a default.
    pub required: bool,
    /// Its documentation.
    pub docs: Docs,
}

/// An auth method, in Rust: a constructor of the client and a struct of its credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthMethod {
    /// The constructor's name.
    pub constructor: Ident,
    /// The name of the struct that holds its credentials.
    pub credentials: Ident,
    /// The credentials, in the order of the plan's fields; without any, the constructor takes none.
    pub properties: Vec<Property>,
    /// The constructor's documentation.
    pub docs: Docs,
}

/// An action, in Rust: a method of the client, a struct of required inputs, and a request to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// The client's method.
    pub method: Ident,
    /// The static that holds its Plan.
    pub constant: Ident,
    /// The type that the method returns.
    pub request: Ident,
    /// Inputs that stand in the path: the method's arguments, in the path's order.
    pub arguments: Vec<ActionInput>,
    /// The struct of the other required inputs, where there are any: its name and its fields.
    pub required: Option<(Ident, Vec<ActionInput>)>,
    /// The optional inputs: setters of the request.
    pub optional: Vec<ActionInput>,
    /// What `send` returns.
    pub output: Output,
    /// The method's documentation.
    pub docs: Docs,
    /// Whether the provider advises against it.
    pub deprecated: bool,
}

/// An input, in Rust.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionInput {
    /// Its place in the plan's list of inputs.
    pub index: u16,
    /// Its name.
    pub ident: Ident,
    /// Its type: for a setter without `Option`, but with `Option` or `Maybe` where null may be sent.
    pub ty: Type,
    /// Its documentation.
    pub docs: Docs,
}

/// What an action answers, in Rust.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Nothing: `()`.
    None,
    /// One type.
    One(Type),
    /// One of several, by the answer's status: an enum of its own.
    Many(Ident, Vec<OutputVariant>),
}

/// One of several answers, in the order of the plan's.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputVariant {
    /// The variant's name.
    pub ident: Ident,
    /// What it holds.
    pub ty: Option<Type>,
    /// Its documentation.
    pub docs: Docs,
}
