//! Bytes.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::decode::{Decoder, Encoder, Misfit, Slot};

/// Bytes: a whole body, or a text in base64 (RFC 4648, section 4) within JSON. Cloning them is cheap.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Bytes(bytes::Bytes);

impl Bytes {
    /// The bytes as a `Vec`.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    pub(crate) fn shared(bytes: bytes::Bytes) -> Self {
        Self(bytes)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes::Bytes::copy_from_slice(bytes))
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({} bytes)", self.0.len())
    }
}

impl Slot for Bytes {
    fn empty() -> Self {
        Self::default()
    }

    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        let at = decoder.at();
        let text = decoder.text()?;
        let bytes =
            crate::expression::base64_decode(text).map_err(|_| Misfit::new("the text is not base64", at))?;
        self.0 = bytes.into();
        Ok(())
    }

    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.text(&STANDARD.encode(&self.0));
    }

    fn from_bytes(bytes: &bytes::Bytes) -> Option<Self> {
        Some(Self::shared(bytes.clone()))
    }

    fn as_bytes(&self) -> Option<bytes::Bytes> {
        Some(self.0.clone())
    }
}
