//! What a manifest may hold at the most. Every limit stands here, and nowhere else.

/// Bytes of one file: 1 MiB.
pub(crate) const FILE_BYTES: usize = 1 << 20;
/// Bytes of a connector with all that it includes: 32 MiB.
pub(crate) const CONNECTOR_BYTES: usize = 32 << 20;
/// Files of a connector, the manifest among them.
pub(crate) const FILES: usize = 4_096;
/// Bytes of another description that is imported: 64 MiB.
pub(crate) const IMPORT_BYTES: usize = 64 << 20;
/// Nodes of another description that is imported.
pub(crate) const IMPORT_NODES: usize = 8_000_000;
/// Levels of nesting.
pub(crate) const NESTING: usize = 64;
/// Nodes of one file, aliases expanded.
pub(crate) const FILE_NODES: usize = 250_000;
/// Aliases of one file.
pub(crate) const ALIASES: usize = 100;
/// How many times the file its aliases may expand to.
pub(crate) const EXPANSION: usize = 10;
/// Actions of a connector.
pub(crate) const ACTIONS: usize = 5_000;
/// Types of a connector.
pub(crate) const TYPES: usize = 20_000;
/// Types of a generated crate.
pub(crate) const ITEMS: usize = 200_000;
/// Ways to authenticate of a connector.
pub(crate) const AUTH_METHODS: usize = 100;
/// Further credentials of an auth method.
pub(crate) const CREDENTIALS: usize = 100;
/// Steps of one list.
pub(crate) const STEPS: usize = 100;
/// What the steps of an auth method capture, all together.
pub(crate) const CAPTURES: usize = 250;
/// Hosts within which an origin is confined.
pub(crate) const HOSTS: usize = 250;
/// Values of an enum.
pub(crate) const ENUM_VALUES: usize = 2_000;
/// Members of one object, inputs of one action, and scopes and parameters of an auth method.
pub(crate) const MEMBERS: usize = 1_000;
/// Members of all types together, those that `allOf` merges counted where they land.
pub(crate) const ALL_MEMBERS: usize = 250_000;
/// Items of one list.
pub(crate) const LIST_ITEMS: usize = 10_000;
/// Statuses of one list, and answers of one action: there are no more.
pub(crate) const STATUSES: usize = 500;
/// Bytes of a name.
pub(crate) const NAME_BYTES: usize = 128;
/// Bytes of a description.
pub(crate) const DESCRIPTION_BYTES: usize = 16 << 10;
/// Bytes of any other text.
pub(crate) const TEXT_BYTES: usize = 64 << 10;
/// Bytes of a regular expression.
pub(crate) const PATTERN_BYTES: usize = 1 << 10;
/// Bytes of a compiled regular expression.
pub(crate) const PATTERN_COMPILED_BYTES: usize = 1 << 20;
/// Levels of an expression.
pub(crate) const EXPRESSION_DEPTH: usize = 32;
/// Operators and filters of an expression.
pub(crate) const EXPRESSION_OPERATORS: usize = 100;
/// Diagnostics that the text form shows of one file.
pub(crate) const SHOWN: usize = 50;
