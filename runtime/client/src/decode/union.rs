//! One of several types.

use couplet_plan::Key;

use super::{Decoder, Encoder, Misfit, Slot, read_whole};
use crate::json;

/// What tells of which type an object is, looked up once however many types ask.
pub struct Tag<'j> {
    json: &'j str,
    seen: Option<(&'static str, Option<String>)>,
}

impl<'j> Tag<'j> {
    /// Looks into this value.
    #[must_use]
    pub fn new(json: &'j str) -> Self {
        Self { json, seen: None }
    }

    /// Whether the text member of that name has this value.
    pub fn is(&mut self, member: &'static str, value: &str) -> bool {
        let found = match &mut self.seen {
            Some((known, found)) if *known == member => found,
            seen => &mut seen.insert((member, by_member(self.json, member))).1,
        };
        found.as_deref() == Some(value)
    }
}

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

    /// Tries a value that was taken as a type; false where it is not of that type.
    ///
    /// # Errors
    ///
    /// Values lie in each other too deep, or so that trying them would never end.
    pub fn attempt(&mut self, raw: &'j str, slot: &mut dyn Slot) -> Result<bool, Misfit> {
        let mut inner = self.within(raw)?;
        let read = read_whole(slot, &mut inner);
        self.spend(&inner, raw);
        match read {
            Ok(()) => Ok(true),
            Err(misfit) if misfit.is_final() => Err(misfit),
            Err(_) => Ok(false),
        }
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
