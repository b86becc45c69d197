//! Any JSON value.

use std::{fmt, str::FromStr};

use crate::{
    Error,
    decode::{Decoder, Encoder, Misfit, Slot},
    json,
};

/// Any JSON value, as its text.
///
/// ```
/// let json: couplet_runtime::Json = r#"{"a": 1.10}"#.parse()?;
/// assert_eq!(json.as_str(), r#"{"a": 1.10}"#);
/// # Ok::<(), couplet_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Json(String);

impl Json {
    pub(super) fn read(json: &str) -> Self {
        Self(json.to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the value as a type that serde knows.
    ///
    /// # Errors
    ///
    /// The value is not of that type.
    pub fn to<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.0).map_err(|error| Error::decode(error.to_string()))
    }

    /// Writes a value of a type that serde knows.
    ///
    /// # Errors
    ///
    /// The value has no form in JSON.
    pub fn from<T: serde::Serialize>(value: &T) -> Result<Self, Error> {
        serde_json::to_string(value).map(Self).map_err(|error| Error::input(error.to_string()))
    }
}

impl FromStr for Json {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        json::validate(text).map_err(|invalid| Error::input(format!("not JSON: {invalid}")))?;
        Ok(Self(text.trim().to_owned()))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Slot for Json {
    fn empty() -> Self {
        Self("null".to_owned())
    }

    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        self.0.clear();
        self.0.push_str(decoder.raw()?);
        Ok(())
    }

    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.raw(&self.0);
    }
}
