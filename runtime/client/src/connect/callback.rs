//! The redirect by which a provider sends a person back: checked first, and only then acted upon.

use couplet_plan::{AuthKind, Flow, Token};

use super::{
    Completed,
    authorization::{PURPOSE, TEXTS, not_in_a_browser, plain, redirect_uri},
    dance,
    finish::finish,
    pending::{About, Pending, equal},
};
use crate::{
    Error, ErrorKind, Secret,
    auth::issue,
    builder::Builder,
    client::Core,
    errors::shorten,
    expression::FieldValue,
    percent,
    refusal::{self, Said},
    state::State,
};

/// How much of a provider's own description is kept.
const MESSAGE: usize = 1024;

impl<'p> Builder<'p> {
    /// Connects the account that a person has allowed: `pending` is what [`Builder::authorization`] gave out, and
    /// `callback` is the URL to which the provider sent the person back, or its query alone.
    ///
    /// The code in it is sent at most once. Where the outcome of that is not known, the error says so, and only a
    /// person can begin anew.
    ///
    /// # Errors
    ///
    /// The redirect does not belong to what is pending, the person or the provider has refused, or what follows fails.
    pub async fn complete(self, pending: &Secret, callback: &str) -> Result<Completed<'p>, Error> {
        let core = self.core()?;
        match core.method.kind() {
            AuthKind::Token(token) => complete(self, core, token, pending, callback).await,
            AuthKind::OAuth1(method) => dance::complete(self, core, method, pending, callback).await,
            _ => Err(not_in_a_browser(&core)),
        }
    }
}

async fn complete<'p>(
    builder: Builder<'p>,
    core: Core<'p>,
    token: &'p Token<'p>,
    pending: &Secret,
    callback: &str,
) -> Result<Completed<'p>, Error> {
    let Flow::AuthorizationCode(authorization) = token.flow() else { return Err(not_in_a_browser(&core)) };
    let pending = Pending::read(pending, PURPOSE, TEXTS, &About::of(&core))?;
    let pairs =
        pairs(callback, &[authorization.code(), "code", "state", "iss", "error", "error_description"])?;
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let state = pending.get("state").unwrap_or_default();
    check_state(value("state"), state)?;
    let may_lack = value("iss").is_none() && pending.get("issuer_may_lack").is_some();
    check_issuer(value("iss"), pending.get("issuer").filter(|_| !may_lack))?;
    let used = builder.once(&core, state).await?;
    if let Some(code) = value("error") {
        return Err(refused(&core, code, value("error_description")));
    }
    let name = authorization.code();
    let code = value(name).filter(|code| !code.is_empty()).ok_or_else(|| {
        Error::input(format!(
            "the redirect has neither a `{name}` nor an `error`: it is not of this authorization"
        ))
    })?;
    let sent = pending.get("redirect_uri").unwrap_or_default();
    if redirect_uri(&core)? != sent {
        return Err(Error::config(
            "the app value `redirect_uri` is not the one with which this authorization began; both must be equal to \
             the byte",
        ));
    }
    let mut state = State::of(&core, &pending.connection);
    state.generation = 0;
    let mut course = issue::course(&core, token, state);
    course.oauth.retain(|(name, _)| *name != "scope");
    course.oauth.push(("code", FieldValue::Secret(Secret::new(code))));
    course.oauth.push(("redirect_uri", plain(sent)));
    if let Some(verifier) = pending.get("verifier") {
        course.oauth.push(("code_verifier", FieldValue::Secret(Secret::new(verifier))));
    }
    if let Some(scope) = pending.get("scope") {
        course.oauth.push(("scope", plain(scope)));
    }
    course.callback.clone_from(&pairs);
    course.told(token.callback())?;
    let asked_at = core.clock.now();
    let issued = issue::obtained(token, &mut course, token.obtain()).await.map_err(once)?;
    let mut connection = core.connection();
    connection.captured.clone_from(&pending.connection.captured);
    connection.captured.push(used);
    connection.renew(issued, asked_at);
    finish(builder, connection, 0).await
}

/// A code is good for one request. Where nobody knows whether that one arrived, there is nothing to repeat; and where
/// the provider does not say why it takes none, it has one of four reasons (RFC 6749, 5.2; RFC 7636, 4.6).
fn once(error: Error) -> Error {
    let said =
        Said { code: error.code().map(str::to_owned), description: error.message().map(str::to_owned) };
    if error.code() == Some("invalid_grant") && refusal::hint(&said).is_none() {
        let detail = "the provider does not take the code: it has expired, was used before, or was given out for \
                      another redirect_uri or code_verifier than those of this authorization; begin anew";
        let id = error.request_id().map(str::to_owned);
        let told = Error::new(error.kind(), detail).with_code(said.code).with_message(said.description);
        let told = told.with_request_id(id);
        return error.status().into_iter().fold(told, Error::with_status);
    }
    let unknown = error.status().is_none() && !error.is_unsent() && error.kind() != ErrorKind::Decode;
    if !unknown {
        return error;
    }
    let detail = format!(
        "it is not known whether the provider got the code, which is good for one request ({error}); begin anew"
    );
    Error::new(error.kind(), detail).permanent()
}

/// The query of a redirect: of what the protocol names nothing stands twice (RFC 6749, 3.1).
pub(crate) fn pairs(callback: &str, once: &[&str]) -> Result<Vec<(String, String)>, Error> {
    let text = callback.trim();
    let is_url = text.starts_with('/') || text.starts_with('?') || text.contains("://");
    let text = if is_url { text.split_once('?').map_or("", |(_, query)| query) } else { text };
    let text = text.split('#').next().unwrap_or_default();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| String::from_utf8(percent::decode(&text.replace('+', " ")).into_owned());
        let (Ok(name), Ok(value)) = (decoded(name), decoded(value)) else {
            return Err(Error::input("the redirect's query is not a text in UTF-8"));
        };
        if once.contains(&name.as_str()) && pairs.iter().any(|(known, _)| *known == name) {
            return Err(Error::input(format!(
                "the redirect has `{name}` twice, so that nobody can tell which counts"
            )));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// The state says that the redirect belongs to this person's session.
fn check_state(given: Option<&str>, wanted: &str) -> Result<(), Error> {
    match given {
        Some(given) if !wanted.is_empty() && equal(given, wanted) => Ok(()),
        Some(_) => Err(Error::input(
            "the redirect's `state` is not of this authorization: it was begun elsewhere, or by someone else",
        )),
        None => Err(Error::input("the redirect has no `state`")),
    }
}

/// RFC 9207, 2.4: compared as texts, without repairing anything; before anything else of the redirect is looked at.
fn check_issuer(given: Option<&str>, wanted: Option<&str>) -> Result<(), Error> {
    match (given, wanted) {
        (_, None) => Ok(()),
        (Some(given), Some(wanted)) if given == wanted => Ok(()),
        (Some(_), Some(wanted)) => Err(Error::input(format!(
            "the redirect's `iss` is not {wanted}: another server has answered, and nothing of it is used"
        ))),
        (None, Some(wanted)) => Err(Error::input(format!(
            "the redirect has no `iss`, and {wanted} sends one: another server has answered"
        ))),
    }
}

/// What the provider, or the person, refused (RFC 6749, 4.1.2.1).
fn refused(core: &Core<'_>, code: &str, description: Option<&str>) -> Error {
    let redactor = core.redactor();
    let clean = |text: &str| shorten(&redactor.clean(text), MESSAGE);
    let said = Said { code: Some(clean(code)), description: description.map(clean) };
    let kind = refusal::kind_of_code(Some(code)).unwrap_or(ErrorKind::Provider);
    let detail = refusal::hint(&said).unwrap_or(match code {
        "access_denied" => "the person, or the provider, has not allowed the connection",
        "server_error" | "temporarily_unavailable" => "the provider cannot ask the person now",
        _ => "the provider does not take the authorization request",
    });
    Error::new(kind, detail).with_code(said.code).with_message(said.description)
}
