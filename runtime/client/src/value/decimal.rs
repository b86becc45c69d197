//! A decimal number.

use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use crate::{
    Error,
    decode::{Decoder, Encoder, Misfit, Slot},
};

/// A decimal number that keeps its digits: `1.10` stays `1.10`.
///
/// Providers write it as a number or as a text; it is written back as it was read. Two are equal where their digits
/// are, whichever way they were written.
///
/// ```
/// let price: couplet_runtime::Decimal = "19.90".parse()?;
/// assert_eq!(price.to_string(), "19.90");
/// # Ok::<(), couplet_runtime::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Decimal {
    text: String,
    quoted: bool,
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Decimal {
    /// The digits, as they were read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The nearest binary number.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.text.parse().unwrap_or(f64::NAN)
    }

    /// Writes it as a text within JSON, or as a number.
    #[must_use]
    pub fn quoted(mut self, quoted: bool) -> Self {
        self.quoted = quoted;
        self
    }
}

fn is_decimal(text: &str) -> bool {
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    bare.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && bare.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && text.parse::<f64>().is_ok()
}

/// Whether JSON takes the text as a number.
fn is_number(text: &str) -> bool {
    let bare = text.strip_prefix('-').unwrap_or(text);
    !text.starts_with('+')
        && !bare.starts_with('.')
        && !bare.ends_with('.')
        && !bare.contains(".e")
        && !bare.contains(".E")
        && (bare.len() < 2 || !bare.starts_with('0') || bare[1..].starts_with(['.', 'e', 'E']))
}

impl FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if is_decimal(text) {
            Ok(Self { text: text.to_owned(), quoted: true })
        } else {
            Err(Error::input("the text is no decimal number"))
        }
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self { text: number.to_string(), quoted: false }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Slot for Decimal {
    fn empty() -> Self {
        Self { text: String::new(), quoted: false }
    }

    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        let at = decoder.at();
        let (text, quoted) = decoder.text_or_number()?;
        if !is_decimal(text) {
            return Err(Misfit::new("the text is no decimal number", at));
        }
        *self = Self { text: text.to_owned(), quoted };
        Ok(())
    }

    fn put(&self, encoder: &mut Encoder<'_>) {
        if self.quoted || encoder.exact || !is_number(&self.text) {
            encoder.text(&self.text);
        } else {
            encoder.raw(&self.text);
        }
    }
}
