//! Compiles API connector manifests in build.rs.
