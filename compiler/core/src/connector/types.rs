//! The types of a generated crate.

use super::{Docs, Ident};

/// A type of the module `types`.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its name.
    pub ident: Ident,
    /// Its documentation.
    pub docs: Docs,
    /// What it is.
    pub kind: ItemKind,
    /// Where it is used.
    pub role: Role,
}

/// Where a type is used: one that only answers hold is `#[non_exhaustive]`; one that a caller builds is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Role {
    /// A caller builds it.
    pub input: bool,
    /// An answer holds it.
    pub output: bool,
}

/// What a type is.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// A struct, and the type of further members where the manifest keeps them.
    Struct(Vec<Member>, Option<Type>),
    /// An open enum of texts.
    Enum(Vec<Variant>),
    /// One of several types.
    Union(Vec<UnionVariant>),
    /// Another name for a type.
    Alias(Type),
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name.
    pub ident: Ident,
    /// Its name on the wire.
    pub wire: String,
    /// Its type, without what `presence` adds.
    pub ty: Type,
    /// Whether it may be absent or null.
    pub presence: Presence,
    /// Its documentation.
    pub docs: Docs,
    /// Whether the provider advises against it.
    pub deprecated: bool,
}

/// Whether a member may be absent or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Always there, never null: `T`.
    Required,
    /// May be absent: `Option<T>`. Null is read as absent, and never written.
    Optional,
    /// Always there, may be null: `Option<T>`.
    Nullable,
    /// May be absent, may be null: `Maybe<T>`.
    OptionalNullable,
}

/// A variant of an open enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its name.
    pub ident: Ident,
    /// Its value on the wire.
    pub wire: String,
}

/// A variant of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionVariant {
    /// Its name.
    pub ident: Ident,
    /// What it holds.
    pub ty: Type,
    /// How an answer is known to be of this variant.
    pub test: UnionTest,
    /// Its documentation.
    pub docs: Docs,
}

/// How a value is known to be of one variant of a union.
#[derive(Debug, Clone, PartialEq)]
pub enum UnionTest {
    /// A member of the object has this value: the member's name and the value.
    Discriminator(String, String),
    /// The value decodes as this variant's type, and as none before it.
    Shape,
}

/// A type as it stands in a signature or a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `u64`.
    U64,
    /// `f64`.
    F64,
    /// `String`.
    String,
    /// The runtime's `Timestamp` (RFC 3339).
    Timestamp,
    /// The runtime's `Date`.
    Date,
    /// The runtime's `Decimal`.
    Decimal,
    /// The runtime's `Uuid`.
    Uuid,
    /// The runtime's `Bytes`; base64 text inside JSON.
    Bytes,
    /// The runtime's `Json`: any JSON value, as its text.
    Json,
    /// The runtime's `Secret`.
    Secret,
    /// A type of this crate, by its place in the connector's items.
    Named(usize),
    /// `Vec<T>`.
    List(Box<Type>),
    /// `BTreeMap<String, T>`.
    Map(Box<Type>),
    /// `Option<T>`: null, inside lists, maps and inputs.
    Option(Box<Type>),
    /// The runtime's `Maybe<T>`: absent, null or a value.
    Maybe(Box<Type>),
    /// `Box<T>`, where a type holds itself.
    Boxed(Box<Type>),
}
