//! What a caller gave: each input as JSON text, or as bytes.

use std::{borrow::Cow, ops::Range};

use bytes::Bytes;
use couplet_plan::{Input, Key};

use crate::{
    Error,
    expression::{Failure, Value, base64_decode, part},
    json,
};

/// The inputs of one call.
#[derive(Clone)]
pub(crate) struct Inputs<'p> {
    fields: &'p [Input<'p>],
    /// All JSON texts, one after the other.
    text: String,
    given: Vec<Given>,
}

#[derive(Clone)]
enum Given {
    Nothing,
    Json(Range<usize>),
    Bytes(Bytes),
}

/// An input's value as it was given.
#[derive(Clone, Copy)]
pub(crate) enum Raw<'v> {
    Json(&'v str),
    Bytes(&'v [u8]),
}

impl<'p> Inputs<'p> {
    pub(crate) fn new(fields: &'p [Input<'p>]) -> Self {
        Self { fields, text: String::new(), given: vec![Given::Nothing; fields.len()] }
    }

    /// The place of the input of that name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|input| input.name() == name)
    }

    /// Sets an input by writing JSON to the end of the buffer.
    pub(crate) fn set_with(&mut self, place: usize, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        let range = start..self.text.len();
        if let Some(given) = self.given.get_mut(place) {
            *given = if range.is_empty() { Given::Nothing } else { Given::Json(range) };
        }
    }

    pub(crate) fn set_bytes(&mut self, place: usize, bytes: Bytes) {
        if let Some(given) = self.given.get_mut(place) {
            *given = Given::Bytes(bytes);
        }
    }

    /// The inputs with their places, in the manifest's order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &'p Input<'p>)> {
        self.fields.iter().enumerate()
    }

    /// What was given, or the default.
    pub(crate) fn raw(&self, place: usize) -> Option<Raw<'_>> {
        match self.given.get(place)? {
            Given::Json(range) => self.text.get(range.clone()).map(Raw::Json),
            Given::Bytes(bytes) => Some(Raw::Bytes(bytes)),
            Given::Nothing => self.fields.get(place)?.default().map(Raw::Json),
        }
    }

    /// What was given, or the default; an error where a required input has neither.
    pub(crate) fn required(&self, place: usize) -> Result<Option<Raw<'_>>, Error> {
        match (self.raw(place), self.fields.get(place)) {
            (None, Some(input)) if !input.is_optional() => {
                Err(Error::input(format!("the input `{}` is missing", input.name())))
            }
            (raw, _) => Ok(raw),
        }
    }

    /// The value that a path leads to.
    pub(crate) fn look_up<'v>(&'v self, name: &str, path: &[Key<'_>]) -> Result<Value<'v>, Failure> {
        let Some(place) = self.place(name) else { return Ok(Value::Absent) };
        let is_bytes = self.fields.get(place).is_some_and(Input::is_bytes);
        match self.raw(place) {
            None => Ok(Value::Absent),
            Some(Raw::Json(text)) => match part(text, path)? {
                Value::Text(text) if is_bytes && path.is_empty() => {
                    Ok(Value::Bytes(Cow::Owned(base64_decode(&text)?)))
                }
                value => Ok(value),
            },
            Some(Raw::Bytes(bytes)) if path.is_empty() => Ok(Value::Bytes(Cow::Borrowed(bytes))),
            Some(Raw::Bytes(_)) => Ok(Value::Absent),
        }
    }

    /// The texts of inputs that are never shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        self.iter().filter(|(_, input)| input.is_secret()).filter_map(|(place, _)| match self.raw(place)? {
            Raw::Json(text) => Some(match json::parse(text).ok()?.into_text() {
                Ok(plain) => plain.into_owned(),
                Err(_) => text.to_owned(),
            }),
            Raw::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        })
    }
}

impl<'v> Raw<'v> {
    /// The value itself.
    pub(crate) fn value(self) -> Result<Value<'v>, Failure> {
        match self {
            Self::Json(text) => part(text, &[]),
            Self::Bytes(bytes) => Ok(Value::Bytes(Cow::Borrowed(bytes))),
        }
    }

    /// Appends the value as JSON. JSON text is copied as it is.
    pub(crate) fn write_json(self, out: &mut String) {
        match self {
            Self::Json(text) => out.push_str(text),
            Self::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)).write_json(out),
        }
    }
}
