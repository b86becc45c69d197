//! The crates of accepted manifests, each file as it is written to the disk, compiled as modules of one crate.
//!
//! `accept.rs` proves that they are what the compiler emits, and that none is missing here.

#![expect(clippy::all, clippy::pedantic, reason = "generated code is linted as its own crate")]

#[rustfmt::skip]
#[path = "../cases/accept/acuity-scheduling/crate/src/lib.rs"]
pub mod acuity_scheduling;
#[rustfmt::skip]
#[path = "../cases/accept/answers/crate/src/lib.rs"]
pub mod answers;
#[rustfmt::skip]
#[path = "../cases/accept/auth-in-path/crate/src/lib.rs"]
pub mod auth_in_path;
#[rustfmt::skip]
#[path = "../cases/accept/auth-kinds/crate/src/lib.rs"]
pub mod auth_kinds;
#[rustfmt::skip]
#[path = "../cases/accept/bodies/crate/src/lib.rs"]
pub mod bodies;
#[rustfmt::skip]
#[path = "../cases/accept/config-hosts/crate/src/lib.rs"]
pub mod config_hosts;
#[rustfmt::skip]
#[path = "../cases/accept/documentation/crate/src/lib.rs"]
pub mod documentation;
#[rustfmt::skip]
#[path = "../cases/accept/includes/crate/src/lib.rs"]
pub mod includes;
#[rustfmt::skip]
#[path = "../cases/accept/inputs/crate/src/lib.rs"]
pub mod inputs;
#[rustfmt::skip]
#[path = "../cases/accept/minimal/crate/src/lib.rs"]
pub mod minimal;
#[rustfmt::skip]
#[path = "../cases/accept/names/crate/src/lib.rs"]
pub mod names;
#[rustfmt::skip]
#[path = "../cases/accept/types/crate/src/lib.rs"]
pub mod types;
