//! Values that outlive libraries: they keep the text that they were read from, so that what is read and written is
//! the same, and convert to the types of other libraries behind features.

mod bytes;
mod date;
mod decimal;
mod json;
mod maybe;
mod timestamp;
mod uuid;

pub(crate) use self::date::{day_of, days_to};
pub use self::{
    bytes::Bytes, date::Date, decimal::Decimal, json::Json, maybe::Maybe, timestamp::Timestamp, uuid::Uuid,
};

/// A JSON text that was read already.
#[doc(hidden)]
#[must_use]
pub fn keep(json: &str) -> Json {
    Json::read(json)
}

/// A text of a special form: a type over a `String` that is checked when it is read.
macro_rules! text_value {
    ($name:ident, $what:literal, $check:expr) => {
        impl $name {
            /// The text, as it was read.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Error;

            fn from_str(text: &str) -> Result<Self, crate::Error> {
                if $check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(crate::Error::input(concat!("the text is no ", $what)))
                }
            }
        }

        impl crate::decode::Slot for $name {
            fn empty() -> Self {
                Self(String::new())
            }

            #[inline]
            fn set(&mut self, decoder: &mut crate::decode::Decoder<'_>) -> Result<(), crate::decode::Misfit> {
                let at = decoder.at();
                let text = decoder.text()?;
                if !$check(text) {
                    return Err(crate::decode::Misfit::new(concat!("the text is no ", $what), at));
                }
                self.0 = text.to_owned();
                Ok(())
            }

            fn put(&self, encoder: &mut crate::decode::Encoder<'_>) {
                encoder.text(&self.0);
            }
        }
    };
}
pub(crate) use text_value;
