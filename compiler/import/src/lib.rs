//! Turns other descriptions of providers into manifests.
//!
//! ```text
//! text ──nango::import──▶ Catalogue: for each provider a manifest's text, or the reason why there is none;
//!                                    and findings, each with its place
//! ```
//!
//! What an import promises: equal descriptions give equal bytes; a manifest that it hands out passes `couplet check`;
//! what the description says and a manifest cannot say is a finding, and never lost in silence.

mod catalogue;
pub mod nango;
mod yaml;

pub use catalogue::{Catalogue, Finding, Import, Kind, Moved};
