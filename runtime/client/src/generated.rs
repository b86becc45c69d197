//! What generated crates name, and tools that hold a Plan in memory. Nothing here is for people to write.

/// The first version. What it once held, it holds as long as the runtime's major version lasts.
pub mod v1 {
    pub use couplet_plan::*;

    pub use crate::{
        __couplet_open_enum as open_enum, __couplet_record as record, __couplet_union as union,
        answer::{Answered, RawAnswer},
        bridge::{deserialize, serialize},
        builder::Builder,
        call::Call,
        client::Client,
        connect,
        decode::{
            Decoder, Encoder, Member, Misfit, More, Shape, Slot, Tag, by_member, from_json, optional,
            read_record, required, to_json, write_record,
        },
        expression::evaluate_json,
        preview::BuiltRequest,
        raw::{RawRequest, Response},
        store::Store,
        value::keep,
        xml::xml_from_json,
    };

    /// The text type, whatever a connector calls its own types.
    pub type Text = String;
}
