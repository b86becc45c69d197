//! Compiles API connector manifests to typed Rust crates.

pub mod connector;
