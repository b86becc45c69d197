//! Obtains and renews tokens by the steps of a Plan: what a connection holds in, what the provider issued out. When
//! that happens, and where it is kept, is the refresh protocol's business (`token`).

use std::{sync::Arc, time::Duration};

use couplet_plan::{Expression, Flow, Key, NamedTemplate, Node, Scope, Step, Token};

use super::{
    connection::Connection,
    discovery, expiry,
    issuer::{Expiry, Issued, Issuer, Issuing, Outcome, Refusal},
};
use crate::{
    Error, ErrorKind, Secret,
    client::Core,
    expression::{FieldValue, Fields, Scopes, Value, evaluate, refers},
    refusal,
    response::Received,
    state::{State, kept, put, secrets_of},
    step::{Course, fields_of},
};

/// How long token requests may take at most: a lease lasts twice as long, and others wait for it.
const LONGEST: Duration = Duration::from_secs(60);

/// The issuer of one method's tokens.
pub(crate) struct Issue<'p> {
    core: Arc<Core<'p>>,
    token: Token<'p>,
}

impl<'p> Issue<'p> {
    pub(crate) fn new(core: Arc<Core<'p>>, token: Token<'p>) -> Self {
        Self { core, token }
    }

    async fn issue(&self, connection: &Connection) -> Result<Issued, Refusal> {
        self.core.owns(connection).map_err(refused)?;
        let state = State::of(&self.core, connection);
        let rejected = match self.token.refresh() {
            Some(steps) if connection.has_token() && can_renew(&self.token, &state) => {
                let mut course = course(&self.core, &self.token, state.clone());
                keep_scope(&mut course);
                match obtained(&self.token, &mut course, steps).await {
                    Err(error) if outcome(&error) == Outcome::Rejected => Some(error),
                    Err(error) => return Err(refused(error)),
                    Ok(issued) => return Ok(issued),
                }
            }
            _ => None,
        };
        if !matches!(self.token.flow(), Flow::Direct) {
            let error = rejected.unwrap_or_else(nothing_renews);
            return Err(Refusal::new(Outcome::Rejected, error));
        }
        self.obtain(connection).await.map_err(refused)
    }

    /// Obtains a first token.
    pub(crate) async fn obtain(&self, connection: &Connection) -> Result<Issued, Error> {
        let state = State::without_token(&self.core, connection);
        let mut course = course(&self.core, &self.token, state);
        prepare(&self.token, &mut course, connection).await?;
        obtained(&self.token, &mut course, self.token.obtain()).await.map(Issued::anew)
    }
}

impl Issuer for Issue<'_> {
    fn refresh<'a>(&'a self, connection: &'a Connection) -> Issuing<'a> {
        Box::pin(self.issue(connection))
    }

    fn margin(&self) -> Duration {
        Duration::from_secs(u64::from(self.token.refresh_before()))
    }

    fn timeout(&self) -> Duration {
        self.core.timeout.min(LONGEST)
    }
}

/// A flow of a token, with the scopes that are asked for.
pub(crate) fn course<'c, 'p>(core: &'c Core<'p>, token: &Token<'p>, state: State<'p>) -> Course<'c, 'p> {
    let mut course = Course::new(core, state);
    let scopes = core.scopes.clone().unwrap_or_else(|| token.scopes().join(token.scope_separator()));
    if !scopes.is_empty() {
        course.oauth.push(("scope", plain(scopes)));
    }
    course
}

/// What is renewed has the scopes that it had (RFC 6749, 6).
fn keep_scope(course: &mut Course<'_, '_>) {
    let known = course.state.credentials.iter().find(|(name, _)| *name == "scope");
    if let Some((_, scope)) = known.cloned() {
        put(&mut course.oauth, "scope", scope);
    }
}

/// The steps that come once, before anything else.
pub(crate) async fn prepare<'p>(
    token: &Token<'p>,
    course: &mut Course<'_, 'p>,
    connection: &Connection,
) -> Result<(), Error> {
    let known = |name: &str| connection.captured.iter().any(|(known, _)| known == name);
    if let Some(resource) = token.discovery()
        && !known("token_endpoint")
    {
        let resource = super::text(&resource, &course.scopes(&[], None))?;
        for (name, value) in discovery::discover(course.core, resource.expose_secret()).await? {
            put(&mut course.state.captured, name, value);
        }
    }
    for step in token.prepare() {
        let mut names = step.captures().iter().filter(|capture| !capture.is_optional());
        if !names.clone().next().is_some_and(|_| names.all(|capture| known(capture.name()))) {
            course.step(step).await?;
        }
    }
    Ok(())
}

/// Runs the steps, and reads the token in the last answer.
pub(crate) async fn obtained<'p>(
    token: &Token<'p>,
    course: &mut Course<'_, 'p>,
    steps: &[Step<'p>],
) -> Result<Issued, Error> {
    let Some(received) = course.run(steps).await? else {
        return Err(Error::config("the auth method has no request that obtains a token"));
    };
    issued(token, course, &received)
}

/// The token in an answer.
pub(crate) fn issued<'p>(
    token: &Token<'p>,
    course: &mut Course<'_, 'p>,
    received: &Received,
) -> Result<Issued, Error> {
    let fields = values(token, course, received)?;
    course.core.learned.learn(secrets_of(&fields));
    let values = kept(&fields);
    for (name, value) in fields {
        put(&mut course.state.credentials, name, value);
    }
    course.capture(token.captures(), Some(received))?;
    let mut issued = Issued::new(expiry(token, course, received)?);
    issued.values = values;
    issued.captured = kept(&course.state.captured);
    Ok(issued)
}

fn values<'p>(token: &Token<'p>, course: &Course<'_, 'p>, received: &Received) -> Result<Fields<'p>, Error> {
    let callback = fields_of(&course.callback);
    let cx = course.scopes(&callback, Some(received));
    let part = |name: &str, expression: Option<Expression<'p>>| match expression {
        Some(expression) => text_of(name, &expression, &cx),
        None => Ok(None),
    };
    let response = token.response();
    let mut fields = Fields::new();
    if let Some(expression) = response.access_token() {
        let text = part("access_token", Some(expression))?;
        let text = text.ok_or_else(|| no_token(received, course))?;
        check_token("access_token", &text)?;
        fields.push(("access_token", FieldValue::Secret(Secret::new(text))));
    }
    if let Some(text) = part("refresh_token", response.refresh_token())? {
        check_token("refresh_token", &text)?;
        fields.push(("refresh_token", FieldValue::Secret(Secret::new(text))));
    }
    let token_type = part("token_type", response.token_type())?;
    if let Some(text) = checked_type(token_type, response.token_type(), course)? {
        fields.push(("token_type", plain(text)));
    }
    let asked = course.oauth.iter().find(|(name, _)| *name == "scope").map(|(_, value)| value.clone());
    match part("scope", response.scope())? {
        Some(text) => fields.push(("scope", plain(text))),
        None => fields.extend(asked.map(|asked| ("scope", asked))),
    }
    Ok(fields)
}

/// A text of the answer; `None` where it is absent, null or empty.
fn text_of(name: &str, expression: &Expression<'_>, cx: &Scopes<'_>) -> Result<Option<String>, Error> {
    let wrong =
        |why: &dyn std::fmt::Display| Error::decode(format!("the answer's `{name}` cannot be used: {why}"));
    match evaluate(expression, cx) {
        Ok(Value::Absent | Value::Null) => Ok(None),
        // Scopes as a list are written as RFC 6749 has them.
        Ok(Value::List(parts)) => {
            let parts: Result<Vec<_>, _> = parts.into_iter().map(Value::into_text).collect();
            Ok(Some(parts.map_err(|failure| wrong(&failure))?.join(" ")))
        }
        Ok(value) => {
            let text = value.into_text().map_err(|failure| wrong(&failure))?.into_owned();
            if text.chars().any(char::is_control) {
                return Err(wrong(&"it has a control character"));
            }
            Ok(Some(text).filter(|text| !text.is_empty()))
        }
        Err(failure) if failure.is_absent() => Ok(None),
        Err(failure) => Err(wrong(&failure)),
    }
}

/// RFC 6750, 2.1, and a little more: what can stand in a header as it is.
fn check_token(name: &str, text: &str) -> Result<(), Error> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Error::decode(format!(
        "the answer's `{name}` cannot be used: it has white space or a character that is not ASCII"
    )))
}

/// The type as it was returned. Requests that send it need one, and one that means what they do.
fn checked_type(
    text: Option<String>,
    expression: Option<Expression<'_>>,
    course: &Course<'_, '_>,
) -> Result<Option<String>, Error> {
    let method = &course.core.method;
    let mut templates = method.headers().iter().chain(method.query());
    let is_type = |scope: Scope, path: &[Key<'_>]| {
        scope == Scope::Credentials && matches!(path, [Key::Name("token_type"), ..])
    };
    let is_sent = templates.any(|template| refers(&template.value(), &is_type));
    let said = expression.is_some_and(|expression| matches!(expression.node(), Node::Text(_)));
    let mend = "; where the provider is to be used with `Bearer` all the same, the manifest says `response: {token_type: Bearer}`";
    match text {
        None if is_sent => Err(Error::decode(format!("the answer has no `token_type`{mend}"))),
        Some(text)
            if is_sent && !said && ["mac", "n_a", "dpop"].contains(&text.to_ascii_lowercase().as_str()) =>
        {
            Err(Error::decode(format!(
                "the answer's `token_type` is `{text}`, which is not for a plain header{mend}"
            )))
        }
        other => Ok(other),
    }
}

/// Why an answer that should hold a token holds none.
fn no_token(received: &Received, course: &Course<'_, '_>) -> Error {
    let error = refusal::error(received, &course.core.redactor());
    match error.code() {
        Some(_) => error,
        None => Error::decode(format!("the answer has no access token ({})", received.looks()))
            .with_status(received.status),
    }
}

fn expiry<'p>(token: &Token<'p>, course: &Course<'_, 'p>, received: &Received) -> Result<Expiry, Error> {
    let callback = fields_of(&course.callback);
    let moment = course.core.moment();
    let cx = Scopes { moment: Some(&moment), ..course.scopes(&callback, Some(received)) };
    let response = token.response();
    let value = |expression: Option<Expression<'p>>| match evaluate(&expression?, &cx) {
        Ok(Value::Absent | Value::Null) => None,
        Err(failure) if failure.is_absent() => None,
        other => Some(other.map_err(|failure| failure.into_error(ErrorKind::Decode))),
    };
    if let Some(at) = value(response.expires_at()) {
        return expiry::at(&at?);
    }
    if let Some(lifetime) = value(response.expires_in())
        && let Some(lifetime) = expiry::lifetime(&lifetime?, response.expires_unit())?
    {
        return Ok(Expiry::In(lifetime));
    }
    Ok(token
        .lifetime()
        .map_or(Expiry::Unknown, |seconds| Expiry::In(Duration::from_secs(u64::from(seconds)))))
}

/// Whether a token can be had without a person.
pub(crate) fn renews(token: &Token<'_>, state: &State<'_>) -> bool {
    matches!(token.flow(), Flow::Direct) || can_renew(token, state)
}

/// Whether there is what the requests that renew it need.
fn can_renew(token: &Token<'_>, state: &State<'_>) -> bool {
    let is_refresh_token = |scope: Scope, path: &[Key<'_>]| {
        scope == Scope::Credentials && matches!(path, [Key::Name("refresh_token"), ..])
    };
    token.refresh().is_some_and(|steps| {
        state.has("refresh_token") || !steps.iter().any(|step| step_refers(step, &is_refresh_token))
    })
}

fn step_refers(step: &Step<'_>, is: &impl Fn(Scope, &[Key<'_>]) -> bool) -> bool {
    let templates = step.headers().iter().chain(step.query());
    templates.map(NamedTemplate::value).any(|value| refers(&value, is))
        || step.body().and_then(|body| body.value()).is_some_and(|value| refers(&value, is))
}

/// What is known of a request that brought no token.
pub(crate) fn outcome(error: &Error) -> Outcome {
    match (error.status(), error.code()) {
        _ if refused_here(error.kind()) => Outcome::Failed,
        _ if error.is_unsent() => Outcome::Unsent,
        (Some(429 | 503), _) => Outcome::Unavailable,
        (Some(500..), _) => Outcome::Unknown,
        (_, Some("invalid_grant" | "bad_refresh_token" | "access_denied" | "expired_token")) => {
            Outcome::Rejected
        }
        (_, Some("temporarily_unavailable" | "slow_down")) => Outcome::Unavailable,
        (
            _,
            Some(
                "invalid_client"
                | "invalid_request"
                | "unauthorized_client"
                | "unsupported_grant_type"
                | "invalid_scope"
                | "incorrect_client_credentials",
            ),
        ) => Outcome::Failed,
        (Some(400 | 401), _) => Outcome::Rejected,
        (Some(_), _) => Outcome::Failed,
        (None, _) => Outcome::Unknown,
    }
}

/// Whether it is this program that does not go on.
fn refused_here(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Input | ErrorKind::Config | ErrorKind::Decode | ErrorKind::Limit)
}

fn refused(error: Error) -> Refusal {
    Refusal::new(outcome(&error), error)
}

fn nothing_renews() -> Error {
    Error::new(
        ErrorKind::ReconnectRequired,
        "the access token is no longer accepted, and there is no refresh token to renew it; connect again",
    )
    .unsent()
}

fn plain(text: String) -> FieldValue {
    FieldValue::Plain(Value::Text(text.into()))
}
