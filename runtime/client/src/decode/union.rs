//! One of several types.

use couplet_plan::Key;

use super::{Decoder, Misfit};
use crate::json;

/// The value of a text member of an object, which tells of which type the object is.
#[must_use]
pub fn by_member(json: &str, name: &str) -> Option<String> {
    let part = json::find(json, &[Key::Name(name)]).ok()??;
    super::from_json(part).ok()
}

/// Reads a value of the first type that fits: each reader is tried on the whole text.
pub fn first_fit<T>(json: &str, readers: &[fn(&str) -> Option<T>]) -> Option<T> {
    readers.iter().find_map(|read| read(json))
}

impl<'j> Decoder<'j> {
    /// The text of the value that follows, to be looked at before it is read.
    ///
    /// # Errors
    ///
    /// What follows is not JSON.
    pub fn take_raw(&mut self) -> Result<&'j str, Misfit> {
        self.raw()
    }
}
