//! Where typed values meet a call: what a type must be able to do to be an input or an answer.
//!
//! The engine itself knows JSON text and bytes only, so that a generated crate and a tool with a Plan in memory
//! share every line of it.

use bytes::Bytes;

use crate::Error;

/// A value that can be an input.
pub trait ToWire {
    /// Appends the value as JSON; nothing where it is absent.
    fn write_json(&self, out: &mut String);

    /// The bytes themselves, where the value is bytes.
    fn to_bytes(&self) -> Option<Bytes> {
        None
    }
}

/// A value that can be an answer.
pub trait FromWire: Sized {
    /// Reads the value from a whole JSON text.
    ///
    /// # Errors
    ///
    /// The text is not JSON, or not of this type; the error says where.
    fn from_json(json: &[u8]) -> Result<Self, Error>;

    /// The value of an answer that is bytes, where the type takes them.
    fn from_bytes(_bytes: &Bytes) -> Option<Self> {
        None
    }
}
