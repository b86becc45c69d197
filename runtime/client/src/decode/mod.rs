//! Typed decoding: JSON in, values of generated types out.
//!
//! A type lends its members as a list of [`Slot`]s to one engine that is no generic, so that a thousand types cost
//! little to compile and as little to run as hand-written code. Errors say where in the JSON they are; the path is
//! made on the way out and costs nothing on the way in.

mod decoder;
mod misfit;
mod record;
mod slot;
mod union;

pub(crate) use self::slot::read_whole;
pub use self::{
    decoder::Decoder,
    misfit::Misfit,
    record::{Member, More, Shape, optional, read_record, required, write_record},
    slot::{Encoder, Slot, from_json, to_json},
    union::{Tag, by_member},
};
