//! What is added to a finished request at last, each time that it is sent.

use bytes::Bytes;
use couplet_plan::{AuthKind, AwsSigV4, Expression, NamedTemplate, OAuth1, SignatureMethod};
use http::{Request, Uri, uri::PathAndQuery};

use super::{Prepared, assertion::with_assertion, aws_sigv4, oauth1, text};
use crate::{
    Error, ErrorKind, Secret,
    client::Core,
    expression::{Moment, RequestView, Scopes, Value, evaluate},
    request::{style_of_template, template_value},
    state::{Attempt, State},
    step::set_template,
    style::Pairs,
};

/// Adds to a request what a method says of it. The request is otherwise as it will be sent.
pub(crate) fn sign<'p>(
    core: &Core<'p>,
    auth: &Prepared,
    attempt: &Attempt<'_, 'p>,
    request: &mut Request<Bytes>,
) -> Result<(), Error> {
    if matches!(auth, Prepared::Nothing) {
        return Ok(());
    }
    // They stand beside what another method sends, and are signed by it.
    templates(core, attempt, request)?;
    if !matches!(auth, Prepared::Late) {
        return Ok(());
    }
    let cx = core.scopes(attempt);
    match core.method.kind() {
        AuthKind::Token(_) | AuthKind::Signature | AuthKind::Certificate => Ok(()),
        AuthKind::AwsSigV4(method) => aws(method, &cx, &attempt.moment, request),
        AuthKind::Digest(user, password) => {
            core.nonces.answer((&user, &password), &cx, &attempt.moment, request)
        }
        AuthKind::OAuth1(method) => {
            oauth1(method, &cx, &attempt.moment, token(method, attempt.state, &cx)?, &[], request)
        }
        _ => Err(Error::config("this auth method needs a later version of the runtime")),
    }
}

/// The method's headers and then its query parameters, in their order. Each sees the request with those before it.
fn templates<'p>(
    core: &Core<'p>,
    attempt: &Attempt<'_, 'p>,
    request: &mut Request<Bytes>,
) -> Result<(), Error> {
    if core.method.headers().is_empty() && core.method.query().is_empty() {
        return Ok(());
    }
    let signed = with_assertion(core, attempt, request)?;
    let state = signed.as_ref().unwrap_or(attempt.state);
    let cx = Scopes { moment: Some(&attempt.moment), ..core.lasting(state) };
    for template in core.method.headers() {
        let mut headers = request.headers().clone();
        let view = RequestView::new(request);
        set_template(&mut headers, template, &Scopes { request: Some(&view), ..cx })?;
        *request.headers_mut() = headers;
    }
    for template in core.method.query() {
        if let Some(uri) = with_parameter(template, &cx, request)? {
            *request.uri_mut() = uri;
        }
    }
    Ok(())
}

/// The request's URL with one parameter more.
fn with_parameter(
    template: &NamedTemplate<'_>,
    cx: &Scopes<'_>,
    request: &Request<Bytes>,
) -> Result<Option<Uri>, Error> {
    let view = RequestView::new(request);
    let cx = Scopes { request: Some(&view), ..*cx };
    let Some(value) = template_value(template, &cx, ErrorKind::Config)? else { return Ok(None) };
    let uri = request.uri();
    let mut pairs = Pairs::query(uri.query().unwrap_or_default().to_owned());
    pairs.styled(template.name(), style_of_template(), value)?;
    let target = format!("{}?{}", uri.path(), pairs.finish());
    let invalid = || Error::config("the URL with its signature is not valid");
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::from_maybe_shared(Bytes::from(target)).map_err(|_| invalid())?);
    Uri::from_parts(parts).map(Some).map_err(|_| invalid())
}

fn aws(
    method: &AwsSigV4<'_>,
    cx: &Scopes<'_>,
    moment: &Moment,
    request: &mut Request<Bytes>,
) -> Result<(), Error> {
    let access_key_id = text(&method.access_key_id(), cx)?;
    let secret_access_key = text(&method.secret_access_key(), cx)?;
    let session_token = optional(method.session_token(), cx)?;
    let (region, service) = (text(&method.region(), cx)?, text(&method.service(), cx)?);
    let credentials = aws_sigv4::Credentials {
        access_key_id: access_key_id.expose_secret(),
        secret_access_key: &secret_access_key,
        session_token: session_token.as_ref(),
    };
    let scope = aws_sigv4::Scope {
        region: region.expose_secret(),
        service: service.expose_secret(),
        payload_hash: method.payload_hash(),
    };
    aws_sigv4::sign_request(request, credentials, scope, moment.now_ms().div_euclid(1000))
}

/// Signs with OAuth 1.0; `token` is the token and its secret, and `extra` are further protocol parameters.
pub(crate) fn oauth1(
    method: &OAuth1<'_>,
    cx: &Scopes<'_>,
    moment: &Moment,
    token: Option<(Secret, Secret)>,
    extra: &[(&str, &str)],
    request: &mut Request<Bytes>,
) -> Result<(), Error> {
    let consumer_key = text(&method.consumer_key(), cx)?;
    let consumer_secret = text(&method.consumer_secret(), cx)?;
    let realm = optional(method.realm(), cx)?;
    let credentials = oauth1::Credentials {
        consumer_key: consumer_key.expose_secret(),
        consumer_secret: &consumer_secret,
        token: token.as_ref().map(|(token, secret)| (token.expose_secret(), secret)),
    };
    let failed = |failure: crate::expression::Failure| failure.into_error(ErrorKind::Config);
    let once =
        oauth1::Once { nonce: moment.nonce().map_err(failed)?, timestamp: moment.now_ms().div_euclid(1000) };
    let mut all = vec![("oauth_version", "1.0")];
    all.extend(extra);
    let options = oauth1::Options {
        method: match method.method() {
            SignatureMethod::HmacSha256 => oauth1::SignatureMethod::HmacSha256,
            SignatureMethod::Plaintext => oauth1::SignatureMethod::Plaintext,
            _ => oauth1::SignatureMethod::HmacSha1,
        },
        realm: realm.as_ref().map(Secret::expose_secret),
        extra: &all,
    };
    oauth1::sign_request(request, credentials, options, once)
}

/// The token of OAuth 1.0: what a person's consent brought, or what was supplied.
fn token(method: &OAuth1<'_>, state: &State<'_>, cx: &Scopes<'_>) -> Result<Option<(Secret, Secret)>, Error> {
    match (method.token(), method.token_secret()) {
        (Some(token), Some(secret)) => Ok(Some((text(&token, cx)?, text(&secret, cx)?))),
        _ if state.has("access_token") => {
            let reference = |path| Expression::reference(couplet_plan::Scope::Credentials, path);
            let token = text(&reference(&[couplet_plan::Key::Name("access_token")]), cx)?;
            let secret = text(&reference(&[couplet_plan::Key::Name("token_secret")]), cx)?;
            Ok(Some((token, secret)))
        }
        _ => Ok(None),
    }
}

/// The text of a template whose value may be absent.
fn optional(expression: Option<Expression<'_>>, cx: &Scopes<'_>) -> Result<Option<Secret>, Error> {
    let Some(expression) = expression else { return Ok(None) };
    match evaluate(&expression, cx) {
        Ok(Value::Absent | Value::Null) => Ok(None),
        Err(failure) if failure.is_absent() => Ok(None),
        _ => text(&expression, cx).map(Some).map(|text| text.filter(|text| !text.expose_secret().is_empty())),
    }
}
