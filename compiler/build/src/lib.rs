//! The ends of Couplet's compiler that touch the disk, and the way to use it in `build.rs`.
//!
//! Tools read and write by the same ways: [`read`], [`write()`], [`check`].

mod error;
mod read;
#[cfg(test)]
mod testing;
mod tree;
mod write;

use std::path::Path;

use couplet_compiler::GeneratedCrate;

pub use error::Error;
pub use read::read;
pub use tree::Difference;
pub use write::{Foreign, Written};

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
