//! Compiles API connector manifests to typed Rust crates.
//!
//! ```text
//! text ──parse──▶ Document ──validate──▶ Manifest ──lower──▶ Connector ──emit──▶ GeneratedCrate
//!                                                               │
//!                                                               └── its Plan ──▶ the runtime, at once
//! ```
//!
//! Nouns are data; each verb is a module with one function that takes the noun before it and returns the next.
//! Nothing here touches the disk, the clock, the environment or the network.

mod arena;
mod limits;
// Nouns, in order of appearance.
pub mod connector;
pub mod diagnostic;
pub mod document;
mod generated_crate;
pub mod manifest;
pub mod source;
// Verbs, in order of execution.
mod emit;
mod lower;
mod parse;
mod schema;
mod topics;
mod validate;

pub use arena::Arena;
pub use connector::Connector;
pub use diagnostic::{Diagnostic, Diagnostics, Reported};
pub use document::Document;
pub use emit::{emit, emit_module};
pub use generated_crate::GeneratedCrate;
pub use lower::lower;
pub use manifest::Manifest;
pub use parse::{includes, parse, parse_import};
pub use schema::schema;
pub use source::{SourceFile, Sources};
pub use topics::{TOPICS, Topic};
pub use validate::validate;

/// Compiles a connector to a crate: the whole line.
///
/// # Errors
///
/// Everything that is wrong with the manifest is reported.
///
/// ```
/// use couplet_compiler::{Diagnostics, SourceFile, Sources, compile};
///
/// let sources = Sources::new(SourceFile::new("manifest.yaml", "couplet: 1"));
/// let mut diagnostics = Diagnostics::default();
/// assert!(compile(&sources, &mut diagnostics).is_err());
/// assert!(diagnostics.sorted().iter().any(|diagnostic| diagnostic.code().as_str() == "missing-key"));
/// ```
pub fn compile(sources: &Sources, diagnostics: &mut Diagnostics) -> Result<GeneratedCrate, Reported> {
    let document = parse(sources, diagnostics)?;
    let manifest = validate(&document, diagnostics)?;
    let arena = Arena::default();
    let connector = lower(&manifest, &arena, diagnostics)?;
    Ok(emit(&connector))
}
