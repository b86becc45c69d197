//! The ends of Couplet's compiler that touch the disk, and the way to use it in `build.rs`.
//!
//! ```toml
//! [dependencies]
//! couplet-runtime = "0.1"
//! serde = { version = "1", default-features = false }
//!
//! [build-dependencies]
//! couplet-build = "0.1"
//! ```
//!
//! `build.rs` compiles a manifest to `OUT_DIR`, without a network and without another program:
//!
//! ```no_run
//! couplet_build::compile("connectors/acuity-scheduling/manifest.yaml");
//! ```
//!
//! The program includes the module, whose name is the connector's with `_` for `-`:
//!
//! ```ignore
//! mod acuity_scheduling {
//!     include!(concat!(env!("OUT_DIR"), "/acuity_scheduling.rs"));
//! }
//! ```
//!
//! Cargo runs the script again when the manifest or a file that it includes changes, and never else. A wrong
//! manifest fails the build with every mistake, its place and its mend.
//!
//! Tools read and write by the same ways: [`read`], [`write()`], [`check`].

mod builder;
mod cargo;
mod error;
mod read;
#[cfg(test)]
mod testing;
mod tree;
mod write;

use std::path::{Path, PathBuf};

use couplet_compiler::GeneratedCrate;

pub use builder::{Builder, Built};
pub use error::Error;
pub use read::read;
pub use tree::Difference;
pub use write::{Foreign, Written};

/// Compiles a manifest to `OUT_DIR/MODULE.rs`; for `build.rs`.
///
/// A relative path starts from the package's folder. Where the manifest is wrong, the report goes to the standard
/// error and the process ends with exit code 1. [`Builder`] does this for several manifests, and without ending
/// the process.
pub fn compile(manifest: impl Into<PathBuf>) {
    Builder::new().manifest(manifest).compile();
}

/// Writes a crate: the whole folder changes at once, or not at all.
///
/// `Cargo.lock` and `target` of the folder stay. Where nothing changes, no file is touched.
///
/// # Errors
///
/// The folder is a link, holds files that Couplet did not write ([`Error::Foreign`], unless `foreign` says to remove
/// them), or cannot be written. It is then as it was.
pub fn write(
    generated: &GeneratedCrate,
    folder: impl AsRef<Path>,
    foreign: Foreign,
) -> Result<Written, Error> {
    write::write(&generated.files().collect(), folder.as_ref(), foreign)
}

/// Compares a crate with a folder, and writes nothing.
///
/// # Errors
///
/// The folder cannot be read.
pub fn check(generated: &GeneratedCrate, folder: impl AsRef<Path>) -> Result<Difference, Error> {
    tree::difference(&generated.files().collect(), folder.as_ref())
}
