//! What came back, and which of the action's answers it is.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use couplet_plan::{Action, Answer, Media, StatusSet};

use crate::{
    Error,
    client::Client,
    decode::{Decoder, Slot, read_whole},
    expression::Scopes,
    json,
    response::{Received, unexpected},
};

/// An answer that is not yet decoded.
pub struct Answered<'p> {
    client: Client<'p>,
    action: Action<'p>,
    place: Option<usize>,
    received: Received,
}

/// An answer as tools show it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RawAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, by their names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// Which of the action's answers it is; `None` where the action describes none.
    pub index: Option<usize>,
    /// The answer's value, as JSON.
    pub json: String,
    /// The body as it came.
    pub body: Bytes,
}

impl<'p> Answered<'p> {
    pub(crate) fn new(
        client: Client<'p>,
        action: Action<'p>,
        place: Option<usize>,
        received: Received,
    ) -> Self {
        Self { client, action, place, received }
    }

    /// Which of the action's answers it is.
    #[must_use]
    pub fn index(&self) -> usize {
        self.place.unwrap_or(usize::MAX)
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.received.status
    }

    /// The answer's value.
    ///
    /// # Errors
    ///
    /// The answer is not of this type.
    pub fn decode<T: Slot>(self) -> Result<T, Error> {
        let answer = self.answer();
        let whole = answer.headers().is_empty();
        if answer.media() == Media::Binary
            && whole
            && let Some(value) = T::from_bytes(&self.received.body)
        {
            return Ok(value);
        }
        let text;
        let json = if answer.media() == Media::Json && whole && answer.from().is_none() {
            &self.received.body[..]
        } else {
            text = self.value()?;
            text.as_bytes()
        };
        let mut decoder = Decoder::new(json);
        if !whole {
            decoder = decoder.lenient();
        }
        let mut value = T::empty();
        read_whole(&mut value, &mut decoder).map_err(|misfit| self.misfit(&misfit.into()))?;
        Ok(value)
    }

    /// An error that says that nothing is known of this answer.
    #[must_use]
    pub fn unexpected(&self) -> Error {
        unexpected(&self.received).with_action(self.action.name())
    }

    /// The answer as tools show it.
    pub(crate) fn raw(self) -> Result<RawAnswer, Error> {
        let value = self.value()?;
        json::validate(&value)
            .map_err(|invalid| self.received.misfit(&format!("not JSON, {invalid}")))
            .map_err(|error| error.with_action(self.action.name()))?;
        let json = value.into_owned();
        let headers = self.received.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok(RawAnswer {
            status: self.received.status,
            headers: headers.collect(),
            index: self.place,
            json,
            body: self.received.body.clone(),
        })
    }

    /// The answer's value as JSON text.
    fn value(&self) -> Result<Cow<'_, str>, Error> {
        let state = self.client.0.latest();
        let cx = Scopes { response: Some(&self.received), ..self.client.0.lasting(&state) };
        self.received.value_json(&self.answer(), &cx).map_err(|error| error.with_action(self.action.name()))
    }

    /// A decoder's error, without the secrets that an answer may repeat.
    fn misfit(&self, error: &Error) -> Error {
        let why = self.client.redact(&error.to_string());
        self.received.misfit(&why).with_action(self.action.name())
    }

    fn answer(&self) -> Answer<'p> {
        let described = self.place.and_then(|place| self.action.answers().get(place)).copied();
        described.unwrap_or(Answer::new(StatusSet::SUCCESS, Media::None))
    }
}

impl fmt::Debug for Answered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered")
            .field("action", &self.action.name())
            .field("status", &self.received.status)
            .field("index", &self.place)
            .finish_non_exhaustive()
    }
}
