//! The URL to which a person is sent (RFC 6749, 4.1.1), with PKCE (RFC 7636) and a state of its own.

use std::fmt;

use couplet_plan::{AuthKind, Flow, Token};

use super::{dance, pending::Pending};
use crate::{
    Error, ErrorKind, Secret,
    auth::{connection::Connection, discovery, issue},
    base_url::BaseUrl,
    builder::Builder,
    client::Core,
    crypto::random,
    expression::{FieldValue, Scopes, Value},
    request::{style_of_template, template_value},
    state::{State, kept},
    step::Course,
    style::Pairs,
};

/// What `pending` holds between the two halves of the flow.
pub(super) const TEXTS: &[&str] =
    &["state", "verifier", "issuer", "issuer_may_lack", "redirect_uri", "scope"];
pub(super) const PURPOSE: &str = "authorization";

/// Where a person is sent, and what is kept until they come back.
pub struct Authorization {
    pub(super) url: String,
    pub(super) state: Secret,
    pub(super) pending: Secret,
}

impl Authorization {
    /// The URL to which the person's browser is sent.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The parameter `state` of the redirect, by which a program finds the session that `pending` is kept in. (In
    /// OAuth 1.0 that is `oauth_token`.)
    #[must_use]
    pub fn state(&self) -> &str {
        self.state.expose_secret()
    }

    /// What [`Builder::complete`] needs, to be kept with the session of the person who was sent away, for ten minutes
    /// at most. Whoever reads it there forgets it at once, so that a redirect counts only once.
    #[must_use]
    pub fn pending(&self) -> &Secret {
        &self.pending
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").finish_non_exhaustive()
    }
}

impl<'p> Builder<'p> {
    /// Begins to connect an account that a person allows in a browser.
    ///
    /// # Errors
    ///
    /// The method is of another kind, a value is missing, or a request that comes first fails.
    pub async fn authorization(self) -> Result<Authorization, Error> {
        let core = self.core()?;
        match core.method.kind() {
            AuthKind::Token(token) => authorization(&core, token).await,
            AuthKind::OAuth1(method) => dance::authorization(&core, method).await,
            _ => Err(not_in_a_browser(&core)),
        }
    }
}

/// A method of another kind was asked for what it cannot do.
pub(super) fn not_in_a_browser(core: &Core<'_>) -> Error {
    Error::config(format!(
        "nobody allows the auth method `{}` in a browser; use `connect`",
        core.method.name()
    ))
}

async fn authorization<'p>(core: &Core<'p>, token: &Token<'p>) -> Result<Authorization, Error> {
    let Flow::AuthorizationCode(authorization) = token.flow() else { return Err(not_in_a_browser(core)) };
    let mut connection = Connection::new(core.connector.name(), core.method.name());
    let mut course = issue::course(core, token, State::clone(&core.supplied));
    issue::prepare(token, &mut course, &connection).await?;
    connection.captured = kept(&course.state.captured);
    let redirect_uri = redirect_uri(core)?;
    let state = core.moments.unguessable()?;
    let verifier = core.moments.unguessable()?;
    let mut pending = Pending::new(PURPOSE, core.clock.now(), connection)
        .with("state", state.clone())
        .with("redirect_uri", redirect_uri.clone());
    if let Some(scope) = scope_of(&course) {
        pending = pending.with("scope", scope);
    }
    course.oauth.push(("state", FieldValue::Secret(state.clone())));
    course.oauth.push(("redirect_uri", plain(&redirect_uri)));
    if authorization.pkce() {
        let challenge = random::pkce_challenge(verifier.expose_secret());
        course.oauth.push(("code_challenge", plain(&challenge)));
        pending = pending.with("verifier", verifier);
    }
    let moment = core.moment();
    let cx = Scopes { moment: Some(&moment), ..course.scopes(&[], None) };
    if let Some(issuer) = authorization.issuer() {
        let is_sent = token.discovery().is_none() || captured(&course, discovery::ISSUER_IS_SENT);
        if !is_sent {
            pending = pending.with("issuer_may_lack", "true");
        }
        let issuer = crate::expression::present(&issuer, &cx)
            .and_then(Value::into_text)
            .map_err(|failure| failure.into_error(ErrorKind::Config))?;
        pending = pending.with("issuer", issuer.into_owned());
    }
    let endpoint = core.servers.endpoint(&authorization.url(), &core.connector, &cx)?;
    let mut pairs = Pairs::query(String::new());
    for template in authorization.query() {
        if let Some(value) = template_value(template, &cx, ErrorKind::Config)? {
            pairs.styled(template.name(), style_of_template(), value)?;
        }
    }
    let url = url(&endpoint, authorization.fragment(), &pairs.finish());
    Ok(Authorization { url, state, pending: pending.to_secret() })
}

/// The whole URL. Some pages want all that concerns them behind a fragment.
pub(super) fn url(endpoint: &BaseUrl, fragment: Option<&str>, query: &str) -> String {
    let mut url = format!("{}://{}{}", endpoint.scheme, endpoint.authority, endpoint.path);
    if let Some(fragment) = fragment {
        url.push('#');
        url.push_str(fragment);
    }
    if !query.is_empty() {
        url.push('?');
        url.push_str(query);
    }
    url
}

/// Whether a capture of that name is there.
fn captured(course: &Course<'_, '_>, name: &str) -> bool {
    course.state.captured.iter().any(|(known, _)| *known == name)
}

/// The redirect URI that the integrator registered.
pub(super) fn redirect_uri(core: &Core<'_>) -> Result<String, Error> {
    let known = core.app.iter().find(|(name, _)| *name == "redirect_uri");
    let text = known.and_then(|(_, value)| match value {
        FieldValue::Plain(Value::Text(text)) => Some(text.to_string()),
        FieldValue::Secret(secret) => Some(secret.expose_secret().to_owned()),
        FieldValue::Plain(_) => None,
    });
    text.ok_or_else(|| Error::config("the app value `redirect_uri` is missing"))
}

fn scope_of(course: &Course<'_, '_>) -> Option<String> {
    course.oauth.iter().find(|(name, _)| *name == "scope").and_then(|(_, value)| match value {
        FieldValue::Plain(value) => value.clone().into_text().ok().map(|text| text.into_owned()),
        FieldValue::Secret(_) => None,
    })
}

pub(super) fn plain(text: &str) -> FieldValue {
    FieldValue::Plain(Value::Text(text.to_owned().into()))
}
