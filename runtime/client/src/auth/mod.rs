//! How a request proves who sends it: an auth method and its credentials in, what it adds to each request out.
//! What is always the same is worked out once, when a client is built; what depends on the request, on the time or on
//! a token is added to each request last ([`sign`]).

mod api_key;
mod assertion;
pub(crate) mod aws_sigv4;
mod basic;
mod bearer;
pub(crate) mod challenge;
pub(crate) mod client_certificate;
pub(crate) mod connection;
pub(crate) mod digest;
pub(crate) mod discovery;
mod expiry;
mod flight;
#[cfg(test)]
mod interleavings;
pub(crate) mod issue;
pub(crate) mod issuer;
pub(crate) mod nonces;
pub(crate) mod oauth1;
mod renewal;
pub(crate) mod session;
mod sign;
#[cfg(test)]
mod timing;
pub(crate) mod token;

use couplet_plan::{AuthKind, AuthMethod, Expression};
use http::{HeaderName, HeaderValue};

use self::client_certificate::Identity;
pub use self::flight::Flights;
pub(crate) use self::{
    assertion::assertion,
    session::Session,
    sign::{oauth1 as sign_oauth1, sign},
};
use crate::{
    Error, ErrorKind, Secret,
    expression::{Scopes, Value, present},
};

/// What a method adds to a request.
pub(crate) enum Prepared {
    Nothing,
    Header(HeaderName, HeaderValue),
    /// A query parameter: its name and its value, not yet encoded.
    Query(String, Secret),
    /// The whole header `Cookie`.
    Cookie(HeaderValue),
    /// In the path of the URL, where `{name}` stands.
    Path(String, Secret),
    /// A member of the body.
    Body(String, Secret),
    /// What is added to each request last.
    Late,
}

/// A method's addition, and the composed texts in it that must not be shown.
pub(crate) fn prepare(method: &AuthMethod<'_>, cx: &Scopes<'_>) -> Result<(Prepared, Vec<Secret>), Error> {
    match method.kind() {
        AuthKind::None => Ok((Prepared::Nothing, Vec::new())),
        AuthKind::Basic(user, password) => basic::prepare(&text(&user, cx)?, &text(&password, cx)?),
        AuthKind::Bearer(scheme, token) => bearer::prepare(scheme, &text(&token, cx)?),
        AuthKind::ApiKey(location, name, value) => {
            api_key::prepare(location, &text(&name, cx)?, &text(&value, cx)?)
        }
        AuthKind::Token(_)
        | AuthKind::Certificate
        | AuthKind::Signature
        | AuthKind::AwsSigV4(_)
        | AuthKind::OAuth1(_)
        | AuthKind::Digest(..) => Ok((Prepared::Late, Vec::new())),
        _ => Err(Error::config("this auth method needs a later version of the runtime")),
    }
}

/// Who the client is for TLS.
pub(crate) fn identity(
    certificate: &Expression<'_>,
    key: &Expression<'_>,
    cx: &Scopes<'_>,
) -> Result<Identity, Error> {
    Identity::from_pem(text(certificate, cx)?.expose_secret(), &text(key, cx)?)
}

/// The text of an auth template. An optional credential that is absent counts as empty.
fn text(expression: &Expression<'_>, cx: &Scopes<'_>) -> Result<Secret, Error> {
    present(expression, cx)
        .and_then(Value::into_text)
        .map(|text| Secret::new(text.into_owned()))
        .map_err(|failure| failure.into_error(ErrorKind::Config))
}

/// A header value that holds a secret.
fn sensitive(text: &str) -> Result<HeaderValue, Error> {
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Error::config("a credential has a control character"));
    }
    let mut value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| Error::config("a credential cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
