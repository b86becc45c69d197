//! One of several types.

use couplet_plan::Key;

use super::{Decoder, Encoder, Misfit};
use crate::json;

/// The value of a text member of an object, which tells of which type the object is.
#[must_use]
pub fn by_member(json: &str, name: &str) -> Option<String> {
    let part = json::find(json, &[Key::Name(name)]).ok()??;
    super::from_json(part).ok()
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

    /// The text that follows.
    ///
    /// # Errors
    ///
    /// What follows is no text.
    pub fn take_text(&mut self) -> Result<&str, Misfit> {
        self.text()
    }
}

impl Encoder<'_> {
    /// Writes a text.
    pub fn put_text(&mut self, text: &str) {
        self.text(text);
    }
}
