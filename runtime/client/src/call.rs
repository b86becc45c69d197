//! One call of an action: inputs in, an answer out.

use std::fmt;

use bytes::Bytes;
use couplet_plan::Action;

use crate::{
    Error,
    answer::{Answered, RawAnswer},
    auth,
    client::Client,
    decode::{Encoder, Slot},
    errors,
    expression::Scopes,
    inputs::Inputs,
    json,
    preview::BuiltRequest,
    redact::Redactor,
    request,
    response::{Received, announced, unexpected},
    state::Attempt,
};

/// A call under construction.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'p> {
    client: Client<'p>,
    action: Action<'p>,
    inputs: Inputs<'p>,
}

impl<'p> Call<'p> {
    pub(crate) fn new(client: Client<'p>, action: Action<'p>) -> Self {
        let inputs = Inputs::new(action.inputs());
        Self { client, action, inputs }
    }

    /// Sets an input by its place in the Plan's list.
    pub fn set(&mut self, place: usize, value: &dyn Slot) {
        match value.as_bytes() {
            Some(bytes) => self.inputs.set_bytes(place, bytes),
            None => self.inputs.set_with(place, |out| value.put(&mut Encoder::new(out))),
        }
    }

    /// The call with an input set by its place in the Plan's list.
    pub fn with(mut self, place: usize, value: &dyn Slot) -> Self {
        self.set(place, value);
        self
    }

    /// Sets an input by its name in the manifest, from JSON text.
    ///
    /// # Errors
    ///
    /// The action has no such input, or the text is not JSON.
    pub fn set_json(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let place = self.place(name)?;
        json::validate(text).map_err(|invalid| {
            Error::input(format!("the input `{name}` is not JSON: {invalid}")).with_action(self.action.name())
        })?;
        self.inputs.set_with(place, |out| out.push_str(text.trim()));
        Ok(())
    }

    /// Sets an input by its name in the manifest, from bytes.
    ///
    /// # Errors
    ///
    /// The action has no such input.
    pub fn set_bytes(&mut self, name: &str, bytes: impl Into<Bytes>) -> Result<(), Error> {
        let place = self.place(name)?;
        self.inputs.set_bytes(place, bytes.into());
        Ok(())
    }

    /// Sends the request and decodes the answer.
    ///
    /// # Errors
    ///
    /// As [`Call::answer`]; and where the answer is not of this type.
    pub async fn output<T: Slot>(self) -> Result<T, Error> {
        self.answer().await?.decode()
    }

    /// Sends the request and ignores what the answer holds.
    ///
    /// # Errors
    ///
    /// As [`Call::answer`].
    pub async fn done(self) -> Result<(), Error> {
        self.answer().await.map(drop)
    }

    /// Sends the request and gives the answer, whichever of the action's answers it is.
    ///
    /// # Errors
    ///
    /// An input or a credential cannot be sent, the connection failed, or the provider reports an error.
    pub async fn answer(self) -> Result<Answered<'p>, Error> {
        match self.received().await.and_then(|received| self.classify(received)) {
            Ok((place, received)) => Ok(Answered::new(self.client, self.action, place, received)),
            Err(error) => Err(error.with_action(self.action.name())),
        }
    }

    /// Sends the request and gives the answer without decoding it, for tools.
    ///
    /// # Errors
    ///
    /// As [`Call::answer`]; and where the answer is not JSON although it should be.
    pub async fn json(self) -> Result<RawAnswer, Error> {
        self.answer().await?.raw()
    }

    /// The very request that would be sent.
    ///
    /// # Errors
    ///
    /// An input or a credential cannot be sent.
    pub fn build_request(&self) -> Result<BuiltRequest, Error> {
        let request = self.built().map_err(|error| error.with_action(self.action.name()))?;
        Ok(BuiltRequest::new(request, self.client.clone_redactor_with(self.inputs.secrets())))
    }

    async fn received(&self) -> Result<Received, Error> {
        let client = &*self.client.0;
        let auth = client.auth_for(&self.action)?;
        let build = |attempt: &Attempt<'_, 'p>| request::build(client, &self.action, &self.inputs, attempt);
        let follow = |status| announced(self.action.answers(), status).is_none();
        client.exchange(auth, build, follow).await
    }

    fn built(&self) -> Result<http::Request<Bytes>, Error> {
        let client = &*self.client.0;
        let auth = client.auth_for(&self.action)?;
        let state = client.shown_state();
        let attempt = client.attempt(&state);
        let mut request = request::build(client, &self.action, &self.inputs, &attempt)?;
        auth::sign(client, auth, &attempt, &mut request)?;
        Ok(request)
    }

    /// What an answer is: an error by the connector's rules, one of the action's answers, or an error by its
    /// status. An answer that the action itself describes goes before rules for statuses of 400 and more.
    fn classify(&self, received: Received) -> Result<(Option<usize>, Received), Error> {
        let answer = announced(self.action.answers(), received.status).map(|(place, _)| place);
        if received.status >= 400 && answer.is_some() {
            return Ok((answer, received));
        }
        let client = &self.client.0;
        let state = client.latest();
        let cx = Scopes { inputs: Some(&self.inputs), response: Some(&received), ..client.lasting(&state) };
        let rules = client.connector.errors();
        let redactor = || self.client.clone_redactor_with(self.inputs.secrets());
        if let Some(error) = errors::by_rules(rules, &received, &cx, &redactor) {
            return Err(error);
        }
        match received.status {
            400.. => Err(errors::by_status(&received, &redactor())),
            _ if answer.is_some() => Ok((answer, received)),
            200..=299 if self.action.answers().is_empty() => Ok((None, received)),
            _ => Err(unexpected(&received)),
        }
    }

    fn place(&self, name: &str) -> Result<usize, Error> {
        self.inputs.place(name).ok_or_else(|| {
            let known: Vec<_> = self.action.inputs().iter().map(couplet_plan::Input::name).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Error::input(format!("there is no input `{name}`; the inputs are: {known}"))
                .with_action(self.action.name())
        })
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("action", &self.action.name()).finish_non_exhaustive()
    }
}

impl Client<'_> {
    /// All secrets of the client and some more.
    pub(crate) fn clone_redactor_with(&self, secrets: impl Iterator<Item = String>) -> Redactor {
        let mut redactor = self.0.redactor();
        for secret in secrets {
            redactor.add(&secret);
        }
        redactor
    }
}
