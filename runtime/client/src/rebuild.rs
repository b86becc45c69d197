//! What a client of this runtime would send, from the provider's side: a mock builds a request again from what it knows,
//! and compares. Nothing here is for connectors.

use bytes::Bytes;
use couplet_plan::{Expression, NamedTemplate, Step};
use http::{HeaderMap, Request};

use crate::{
    Error, ErrorKind,
    builder::Builder,
    client::Core,
    expression::{FieldValue, Fields, Moment, RequestView, Scopes, Value, evaluate},
    json,
    request::template_value,
    response::Received,
    state::{State, put},
    step::{Course, fields_of},
    style,
};

/// A client's values, without anything that sends.
pub struct Rebuilder<'p>(Core<'p>);

/// What is known of one request beside them.
#[derive(Clone, Default)]
pub struct Known<'p> {
    /// Credentials by their names, those that a token brings among them.
    pub credentials: Vec<(&'p str, String)>,
    /// What steps captured, as JSON.
    pub captured: Vec<(&'p str, String)>,
    /// What a step of OAuth carries.
    pub oauth: Vec<(&'static str, String)>,
    /// The query of the redirect.
    pub callback: Vec<(String, String)>,
    /// The instant of the request, in milliseconds since 1970.
    pub now_ms: i64,
    /// Its UUID.
    pub uuid: String,
    /// Its nonce.
    pub nonce: String,
}

/// An answer that expressions look at.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl<'p> Rebuilder<'p> {
    /// Checks the values of a client to be.
    ///
    /// # Errors
    ///
    /// Where no client could be built.
    pub fn new(builder: &Builder<'p>) -> Result<Self, Error> {
        builder.core().map(Self)
    }

    /// The request of a step, but for what the method adds to it at last. `signed` says that it is sent with the
    /// method's credentials.
    ///
    /// # Errors
    ///
    /// Where it could not be built.
    pub fn step(&self, step: &Step<'p>, signed: bool, known: &Known<'p>) -> Result<Request<Bytes>, Error> {
        let mut course = Course::new(&self.0, self.state(known)?);
        course.oauth = oauth(known);
        course.callback.clone_from(&known.callback);
        course.signed = signed;
        course.unsigned(step, &moment(known))
    }

    /// The value of an expression as JSON; `None` where it is absent.
    ///
    /// # Errors
    ///
    /// Where it has none.
    pub fn json(
        &self,
        expression: &Expression<'p>,
        known: &Known<'p>,
        answer: Option<&Answer>,
    ) -> Result<Option<String>, Error> {
        self.see(known, None, answer, |cx| {
            let value = match evaluate(expression, cx) {
                Ok(Value::Absent) => return Ok(None),
                Err(failure) if failure.is_absent() => return Ok(None),
                other => other.map_err(|failure| failure.into_error(ErrorKind::Config))?,
            };
            let mut out = String::new();
            value.write_json(&mut out);
            Ok(Some(out))
        })
    }

    /// Whether a condition over an answer is true.
    #[must_use]
    pub fn holds(&self, condition: &Expression<'p>, known: &Known<'p>, answer: &Answer) -> bool {
        let seen = self.see(known, None, Some(answer), |cx| {
            Ok(evaluate(condition, cx).is_ok_and(|value| value.is_true()))
        });
        seen.unwrap_or(false)
    }

    /// The text of a template, as a header or a parameter has it; `None` where it is left out. `request` is what it
    /// may sign.
    ///
    /// # Errors
    ///
    /// Where it has none.
    pub fn text(
        &self,
        template: &NamedTemplate<'p>,
        known: &Known<'p>,
        request: Option<&Request<Bytes>>,
    ) -> Result<Option<String>, Error> {
        self.see(known, request, None, |cx| {
            let value = template_value(template, cx, ErrorKind::Config)?;
            value.map(|value| style::plain(template.name(), value)).transpose()
        })
    }

    fn see<T>(
        &self,
        known: &Known<'p>,
        request: Option<&Request<Bytes>>,
        answer: Option<&Answer>,
        then: impl FnOnce(&Scopes<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let state = self.state(known)?;
        let (oauth, callback, moment) = (oauth(known), fields_of(&known.callback), moment(known));
        let received = answer.map(|answer| Received {
            status: answer.status,
            headers: answer.headers.clone(),
            body: answer.body.clone(),
        });
        let view = request.map(RequestView::new);
        then(&Scopes {
            oauth: &oauth,
            callback: &callback,
            moment: Some(&moment),
            request: view.as_ref(),
            response: received.as_ref(),
            ..self.0.lasting(&state)
        })
    }

    fn state(&self, known: &Known<'p>) -> Result<State<'p>, Error> {
        let mut state = State::clone(&self.0.supplied);
        for (name, text) in &known.credentials {
            put(&mut state.credentials, name, plain(text));
        }
        for (name, text) in &known.captured {
            let value = json::parse(text).map_err(|_| Error::input("a captured value is not JSON"))?;
            put(&mut state.captured, name, FieldValue::Plain(value.into_owned()));
        }
        Ok(state)
    }
}

fn oauth(known: &Known<'_>) -> Fields<'static> {
    known.oauth.iter().map(|(name, text)| (*name, plain(text))).collect()
}

fn moment(known: &Known<'_>) -> Moment {
    Moment::at(known.now_ms).with_texts(&known.uuid, &known.nonce)
}

fn plain(text: &str) -> FieldValue {
    FieldValue::Plain(Value::Text(text.to_owned().into()))
}
