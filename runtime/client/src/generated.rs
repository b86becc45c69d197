//! What generated crates name, and tools that hold a Plan in memory. Nothing here is for people to write.

/// The first version. What it once held, it holds as long as the runtime's major version lasts.
pub mod v1 {
    pub use couplet_plan::*;

    pub use crate::{
        answer::{Answered, RawAnswer},
        builder::Builder,
        call::Call,
        client::Client,
        expression::evaluate_json,
        preview::BuiltRequest,
        raw::{RawRequest, Response},
        typed::{FromWire, ToWire},
    };
}
