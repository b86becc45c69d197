//! A value that may be absent, and may be null.

use crate::decode::{Decoder, Encoder, Misfit, Slot};

/// A value that may be absent or null, where the provider tells the two apart: absent often means "leave it as it is",
/// and null "remove it".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Maybe<T> {
    /// Nothing stands there.
    #[default]
    Absent,
    /// Null stands there.
    Null,
    /// A value stands there.
    Value(T),
}

impl<T> Maybe<T> {
    /// The value, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The value, where there is one.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Whether nothing stands there.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether null stands there.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> From<T> for Maybe<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Slot> Slot for Maybe<T> {
    #[inline]
    fn empty() -> Self {
        Self::Absent
    }

    #[inline]
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        if decoder.null()? {
            *self = Self::Null;
            return Ok(());
        }
        let mut value = T::empty();
        value.set(decoder)?;
        *self = Self::Value(value);
        Ok(())
    }

    #[inline]
    fn put(&self, encoder: &mut Encoder<'_>) {
        match self {
            Self::Value(value) => value.put(encoder),
            _ => encoder.raw("null"),
        }
    }

    #[inline]
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}
