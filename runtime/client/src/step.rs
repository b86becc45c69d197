//! One request of a flow: it obtains a token, renews it, gives it back, or follows upon connecting. A step in and
//! what its answer holds out.
//!
//! Invariants: its redirects are never followed, since it carries credentials of the highest worth. Nothing is sent
//! twice. What it sends and gets of secrets is known to the redactor before any error can be made of its answer.

use bytes::Bytes;
use couplet_plan::{Expression, Key, NamedTemplate, Scope, Step, StepUrl};
use http::{
    HeaderMap, HeaderValue, Request,
    header::{ACCEPT, CONTENT_TYPE},
};
use tokio::time;

use crate::{
    Error, ErrorKind, Secret,
    auth::{self, Prepared, session},
    body,
    capture::capture,
    client::Core,
    errors,
    exchange::needs_runtime,
    expression::{FieldValue, Fields, Moment, Scopes, evaluate, refers},
    inputs::Inputs,
    refusal,
    request::{assemble, method, path, set_header, style_of_template, template_value},
    response::Received,
    state::{Attempt, State, put, secrets_of},
    style::{self, Pairs},
};

/// How large the answer to a step may be.
const ANSWER_LIMIT: usize = 1 << 20;

/// A flow under way: what its steps see, and what they have captured.
pub(crate) struct Course<'c, 'p> {
    pub(crate) core: &'c Core<'p>,
    pub(crate) state: State<'p>,
    /// `code`, `redirect_uri`, `code_verifier` and so on.
    pub(crate) oauth: Fields<'static>,
    /// The query with which the provider sent a person back.
    pub(crate) callback: Vec<(String, String)>,
    /// How the steps authenticate: with the method once there is a token, and with nothing before.
    pub(crate) signed: bool,
}

impl<'c, 'p> Course<'c, 'p> {
    /// A flow that begins with this state.
    pub(crate) fn new(core: &'c Core<'p>, state: State<'p>) -> Self {
        Self { core, state, oauth: Vec::new(), callback: Vec::new(), signed: false }
    }

    /// Runs steps one after the other, and gives the last answer.
    pub(crate) async fn run(&mut self, steps: &[Step<'p>]) -> Result<Option<Received>, Error> {
        let mut last = None;
        for step in steps {
            last = Some(self.step(step).await?);
        }
        Ok(last)
    }

    /// Runs one step: its answer is a success, and its captures are in the state.
    pub(crate) async fn step(&mut self, step: &Step<'p>) -> Result<Received, Error> {
        let received = self.answer(step).await?;
        self.capture(step.captures(), Some(&received))?;
        Ok(received)
    }

    /// Sends one step, and gives its answer, whatever it is.
    pub(crate) async fn send(&mut self, step: &Step<'p>) -> Result<Received, Error> {
        needs_runtime()?;
        let core = self.core;
        core.learned.learn(self.state.secrets().chain(secrets_of(&self.oauth)));
        let mut received = self.send_once(step).await?;
        if self.signed && session::challenged(core, &core.auth, &received)? {
            received = self.send_once(step).await?;
        }
        if self.signed {
            Ok(received)
        } else {
            refusal::as_object(received, &|member| looks_at(step, member))
        }
    }

    /// Evaluates captures over an answer and keeps them.
    pub(crate) fn capture(
        &mut self,
        captures: &[couplet_plan::Capture<'p>],
        received: Option<&Received>,
    ) -> Result<(), Error> {
        for wanted in captures {
            let moment = self.core.moment();
            let callback = fields_of(&self.callback);
            let cx = self.scopes(&callback, received);
            let cx = Scopes { moment: Some(&moment), ..cx };
            let value = capture(wanted, &cx, self.core.allow_private)?;
            if let Some(value) = value {
                put(&mut self.state.captured, wanted.name(), value);
            }
        }
        self.core.learned.learn(secrets_of(&self.state.captured));
        Ok(())
    }

    /// Evaluates captures over the redirect and keeps them.
    pub(crate) fn told(&mut self, captures: &[couplet_plan::Capture<'p>]) -> Result<(), Error> {
        self.capture(captures, None)
    }

    /// What an expression of the flow sees.
    pub(crate) fn scopes<'v>(
        &'v self,
        callback: &'v [(&'v str, FieldValue)],
        response: Option<&'v Received>,
    ) -> Scopes<'v> {
        Scopes { oauth: &self.oauth, callback, response, ..self.core.lasting(&self.state) }
    }

    async fn answer(&mut self, step: &Step<'p>) -> Result<Received, Error> {
        let received = self.send(step).await?;
        let callback = fields_of(&self.callback);
        let cx = self.scopes(&callback, Some(&received));
        let holds = |condition: Expression<'_>| evaluate(&condition, &cx).is_ok_and(|value| value.is_true());
        if step.status().contains(received.status) && step.condition().is_none_or(holds) {
            return Ok(received);
        }
        let redactor = || self.core.redactor();
        let rules = self.core.connector.errors();
        let known = if self.signed { errors::by_rules(rules, &received, &cx, &redactor) } else { None };
        Err(known.unwrap_or_else(|| refusal::error(&received, &redactor())))
    }

    async fn send_once(&mut self, step: &Step<'p>) -> Result<Received, Error> {
        let core = self.core;
        let request = self.request(step)?;
        let cap = core.max_response.min(ANSWER_LIMIT);
        let sending = time::timeout(core.timeout, core.send_once(request, cap));
        sending.await.map_err(|_| core.too_late())?
    }

    fn request(&mut self, step: &Step<'p>) -> Result<Request<Bytes>, Error> {
        let core = self.core;
        let moment = core.moment();
        if let Some(assertion) = auth::assertion(core, &self.state, &moment, None)? {
            put(&mut self.state.credentials, "assertion", FieldValue::Secret(assertion));
        }
        let attempt = Attempt { state: &self.state, moment };
        let mut request = self.unsigned(step, &attempt.moment)?;
        auth::sign(core, self.prepared(step), &attempt, &mut request)?;
        Ok(request)
    }

    /// The request of a step, but for what the method adds to it at last.
    pub(crate) fn unsigned(&self, step: &Step<'p>, moment: &Moment) -> Result<Request<Bytes>, Error> {
        let callback = fields_of(&self.callback);
        let cx = Scopes { moment: Some(moment), ..self.scopes(&callback, None) };
        build(self.core, step, &cx, self.prepared(step), self.is_signed(step))
    }

    fn is_signed(&self, step: &Step<'p>) -> bool {
        self.signed && !step.is_bare()
    }

    fn prepared(&self, step: &Step<'p>) -> &'c Prepared {
        if self.is_signed(step) { &self.core.auth } else { &Prepared::Nothing }
    }
}

fn build(
    core: &Core<'_>,
    step: &Step<'_>,
    cx: &Scopes<'_>,
    auth: &Prepared,
    signed: bool,
) -> Result<Request<Bytes>, Error> {
    let inputs = Inputs::new(&[]);
    let (server, mut target) = match step.url() {
        StepUrl::Path(place, parts) => {
            let server = core.server(place, cx)?.into_owned();
            let mut target = server.path.clone();
            path(&mut target, parts, &inputs, cx)?;
            (server, target)
        }
        StepUrl::Url(url) => {
            let server = core.servers.endpoint(&url, &core.connector, cx)?;
            let target = server.path.clone();
            (server, target)
        }
        _ => return Err(Error::config("this step needs a later version of the runtime")),
    };
    if target.is_empty() {
        target.push('/');
    }
    let query = query(core, step, cx, auth, signed)?;
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    let mut headers = headers(core, step, cx, signed)?;
    let body = body::build(step.body(), step.method(), &inputs, cx, auth, core.method.body())?;
    if let Some(content_type) = body.content_type {
        headers.entry(CONTENT_TYPE).or_insert(content_type);
    }
    crate::request::authenticate(&mut headers, auth);
    assemble(method(step.method()), &server, target, headers, body.bytes)
}

/// A signed step is a request of the API, and has what all of them have.
fn query(
    core: &Core<'_>,
    step: &Step<'_>,
    cx: &Scopes<'_>,
    auth: &Prepared,
    signed: bool,
) -> Result<String, Error> {
    let mut pairs = if signed { core.query(cx)? } else { Pairs::query(String::new()) };
    for template in step.query() {
        if let Some(value) = template_value(template, cx, ErrorKind::Config)? {
            pairs.styled(template.name(), style_of_template(), value)?;
        }
    }
    if let Prepared::Query(name, value) = auth {
        pairs.push(name, value.expose_secret().as_bytes());
    }
    Ok(pairs.finish())
}

fn headers(core: &Core<'_>, step: &Step<'_>, cx: &Scopes<'_>, signed: bool) -> Result<HeaderMap, Error> {
    let mut headers = if signed { core.headers(cx)? } else { core.agent() };
    for template in step.headers() {
        set_template(&mut headers, template, cx)?;
    }
    let xml = step.body().is_some_and(|body| body.kind() == couplet_plan::BodyKind::Xml);
    let accept = if xml { "application/xml" } else { "application/json" };
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static(accept));
    Ok(headers)
}

/// Sets a header by its template. It is sensitive if it holds anything but what config and literals say.
pub(crate) fn set_template(
    headers: &mut HeaderMap,
    template: &NamedTemplate<'_>,
    cx: &Scopes<'_>,
) -> Result<(), Error> {
    if let Some(value) = template_value(template, cx, ErrorKind::Config)? {
        let text = Secret::new(style::plain(template.name(), value)?);
        let secret = is_sensitive(&template.value());
        set_header(headers, template.name(), text.expose_secret(), secret)?;
    }
    Ok(())
}

/// Whether a value of this template may hold what must not be shown.
fn is_sensitive(expression: &Expression<'_>) -> bool {
    refers(expression, &|scope, _| {
        matches!(scope, Scope::Credentials | Scope::App | Scope::Captured | Scope::OAuth | Scope::Callback)
    })
}

/// Whether a step looks at a member of its answer of this name.
fn looks_at(step: &Step<'_>, member: &str) -> bool {
    step.captures().iter().any(|capture| {
        refers(&capture.value(), &|scope, path| {
            matches!((scope, path), (Scope::Response, [Key::Name("body"), Key::Name(name), ..]) if *name == member)
        })
    })
}

/// The fields of a redirect's query.
pub(crate) fn fields_of(pairs: &[(String, String)]) -> Vec<(&str, FieldValue)> {
    let value = |text: &String| FieldValue::Plain(crate::expression::Value::Text(text.clone().into()));
    pairs.iter().map(|(name, text)| (name.as_str(), value(text))).collect()
}
