//! A place for a value: it can be read into, and written out.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use super::{Decoder, Misfit};
use crate::{Error, json};

/// A place for a value.
pub trait Slot {
    /// The place before anything is read into it.
    fn empty() -> Self
    where
        Self: Sized;

    /// Reads a value into the place.
    ///
    /// # Errors
    ///
    /// What stands there is not of this type.
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit>;

    /// Empties the place before a value is read into it once more: of members with equal names the last one counts.
    /// Places that a value fills as a whole need not do anything.
    fn clear(&mut self) {}

    /// Writes the value.
    fn put(&self, encoder: &mut Encoder<'_>);

    /// Whether there is no value: an optional member is then left out.
    fn is_absent(&self) -> bool {
        false
    }

    /// The value of a whole body that is bytes, where the type takes bytes.
    fn from_bytes(_bytes: &bytes::Bytes) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// The bytes themselves, where the value is bytes.
    fn as_bytes(&self) -> Option<bytes::Bytes> {
        None
    }
}

/// Reads a value from a whole JSON text.
///
/// # Errors
///
/// The text is not JSON, or not of the type; the error says where.
pub fn from_json<T: Slot>(json: &str) -> Result<T, Error> {
    let mut value = T::empty();
    read_whole(&mut value, &mut Decoder::new(json.as_bytes()))?;
    Ok(value)
}

/// Reads a value that is a whole text into a slot.
pub(crate) fn read_whole(slot: &mut dyn Slot, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
    slot.set(decoder)?;
    decoder.finish()
}

/// Writes a value as JSON text.
#[must_use]
pub fn to_json(value: &dyn Slot) -> String {
    let mut out = String::new();
    value.put(&mut Encoder::new(&mut out));
    out
}

/// Writes JSON.
pub struct Encoder<'o> {
    out: &'o mut String,
    /// Nothing stands yet in the object or list that is open.
    fresh: bool,
    /// Decimals are written as texts, for formats that have no exact numbers.
    pub(crate) exact: bool,
}

impl<'o> Encoder<'o> {
    /// Appends to this text.
    pub fn new(out: &'o mut String) -> Self {
        Self { out, fresh: true, exact: false }
    }

    pub(crate) fn text(&mut self, text: &str) {
        json::write_string(self.out, text);
    }

    /// Writes what is JSON already.
    pub(crate) fn raw(&mut self, json: &str) {
        self.out.push_str(json);
    }

    /// Writes a whole number.
    pub(crate) fn number(&mut self, number: fmt::Arguments<'_>) {
        // A text takes whatever is written to it.
        let _ = self.out.write_fmt(number);
    }

    pub(crate) fn float(&mut self, number: f64) {
        // A whole number is written as people and other languages write it: `50`, and not `50.0`.
        let whole = number.fract() == 0.0 && number.abs() < 9e15;
        if whole && (number != 0.0 || number.is_sign_positive()) {
            let _ = write!(self.out, "{number:.0}");
        } else {
            json::write_float(self.out, number);
        }
    }

    pub(crate) fn open(&mut self, sign: char) {
        self.out.push(sign);
        self.fresh = true;
    }

    pub(crate) fn close(&mut self, sign: char) {
        self.out.push(sign);
        self.fresh = false;
    }

    pub(crate) fn next(&mut self) {
        if !self.fresh {
            self.out.push(',');
        }
        self.fresh = false;
    }

    pub(crate) fn key(&mut self, name: &str) {
        self.next();
        json::write_string(self.out, name);
        self.out.push(':');
    }
}

macro_rules! whole {
    ($($ty:ty, $name:literal;)*) => {
        $(impl Slot for $ty {
            #[inline]
            fn empty() -> Self {
                0
            }

            #[inline]
            fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
                let at = decoder.at();
                let text = decoder.number()?;
                *self = match text.parse() {
                    Ok(number) => number,
                    Err(_) => whole_text(text)
                        .and_then(|digits| digits.parse().ok())
                        .ok_or_else(|| Misfit::new(concat!("the number is no ", $name), at))?,
                };
                Ok(())
            }

            #[inline]
            fn put(&self, encoder: &mut Encoder<'_>) {
                encoder.number(format_args!("{self}"));
            }
        })*
    };
}

whole! {
    i32, "whole number of 32 bits";
    i64, "whole number of 64 bits";
    u64, "whole number of 64 bits without sign";
}

/// The digits of a whole number that is written with a fraction of zeros or an exponent: `1.0`, `1e3`. It is exact:
/// no digit is lost, and none is made up.
#[cold]
fn whole_text(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{after}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return (!digits.is_empty()).then(|| "0".to_owned());
    }
    // How many digits stand before the decimal point.
    let point = i32::try_from(before.len()).ok()?.checked_add(exponent)?;
    let point = usize::try_from(point).ok()?;
    // More than 40 digits are no number that is asked for here.
    if significant.len() > point || point > 40 + before.len() {
        return None;
    }
    let mut out = format!("{sign}{significant}");
    out.extend(std::iter::repeat_n('0', point - significant.len()));
    Some(out)
}

impl Slot for f64 {
    #[inline]
    fn empty() -> Self {
        0.0
    }

    #[inline]
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        let at = decoder.at();
        *self = match decoder.number()?.parse::<Self>() {
            Ok(number) if number.is_finite() => number,
            _ => return Err(Misfit::new("the number is out of range", at)),
        };
        Ok(())
    }

    #[inline]
    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.float(*self);
    }
}

impl Slot for bool {
    #[inline]
    fn empty() -> Self {
        false
    }

    #[inline]
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        *self = decoder.bool()?;
        Ok(())
    }

    #[inline]
    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.raw(if *self { "true" } else { "false" });
    }
}

impl Slot for String {
    #[inline]
    fn empty() -> Self {
        Self::new()
    }

    #[inline]
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        *self = decoder.text()?.to_owned();
        Ok(())
    }

    #[inline]
    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.text(self);
    }
}

impl<T: Slot> Slot for Option<T> {
    #[inline]
    fn empty() -> Self {
        None
    }

    #[inline]
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        if decoder.null()? {
            *self = None;
            Ok(())
        } else {
            self.insert(T::empty()).set(decoder)
        }
    }

    #[inline]
    fn put(&self, encoder: &mut Encoder<'_>) {
        match self {
            Some(value) => value.put(encoder),
            None => encoder.raw("null"),
        }
    }

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Slot> Slot for Box<T> {
    #[inline]
    fn empty() -> Self {
        Self::new(T::empty())
    }

    #[inline]
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        (**self).set(decoder)
    }

    #[inline]
    fn clear(&mut self) {
        (**self).clear();
    }

    #[inline]
    fn put(&self, encoder: &mut Encoder<'_>) {
        (**self).put(encoder);
    }
}

impl<T: Slot> Slot for Vec<T> {
    #[inline]
    fn empty() -> Self {
        Self::new()
    }

    #[inline]
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        self.clear();
        decoder.list(&mut |decoder| {
            self.push(T::empty());
            self.last_mut().map_or(Ok(()), |value| value.set(decoder))
        })
    }

    #[inline]
    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.open('[');
        for value in self {
            encoder.next();
            value.put(encoder);
        }
        encoder.close(']');
    }
}

impl<T: Slot> Slot for BTreeMap<String, T> {
    #[inline]
    fn empty() -> Self {
        Self::new()
    }

    #[inline]
    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        self.clear();
        decoder.object(&mut str::to_owned, &mut |name, decoder| {
            let mut value = T::empty();
            value.set(decoder).map_err(|misfit| misfit.in_member(&name))?;
            self.insert(name, value);
            Ok(())
        })
    }

    #[inline]
    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.open('{');
        for (name, value) in self {
            encoder.key(name);
            value.put(encoder);
        }
        encoder.close('}');
    }
}

impl Slot for () {
    fn empty() -> Self {}

    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        decoder.skip()
    }

    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.raw("null");
    }
}

impl Slot for crate::Secret {
    fn empty() -> Self {
        Self::new("")
    }

    fn set(&mut self, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        *self = Self::new(decoder.text()?);
        Ok(())
    }

    fn put(&self, encoder: &mut Encoder<'_>) {
        encoder.text(self.expose_secret());
    }
}
