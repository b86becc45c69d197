//! `credentials.assertion`: a JSON Web Token that is signed for each request.

use bytes::Bytes;
use couplet_plan::{Assertion, AuthKind, Key, Scope};
use http::Request;

use crate::{
    Error, ErrorKind, Secret,
    client::Core,
    crypto::jwt,
    expression::{FieldValue, Moment, RequestView, Scopes, Value, present, refers},
    state::{Attempt, State, put},
};

/// The assertion of a method that has one.
pub(crate) fn assertion<'p>(
    core: &Core<'p>,
    state: &State<'p>,
    moment: &Moment,
    request: Option<&Request<Bytes>>,
) -> Result<Option<Secret>, Error> {
    let AuthKind::Token(token) = core.method.kind() else { return Ok(None) };
    let Some(assertion) = token.assertion() else { return Ok(None) };
    let view = request.map(RequestView::new);
    let cx = Scopes { moment: Some(moment), request: view.as_ref(), ..core.lasting(state) };
    let signed = signed(&assertion, &cx, moment)?;
    core.learned.learn_passing(&signed);
    Ok(Some(signed))
}

/// The state with an assertion that is signed for this request, where requests carry one.
pub(super) fn with_assertion<'p>(
    core: &Core<'p>,
    attempt: &Attempt<'_, 'p>,
    request: &Request<Bytes>,
) -> Result<Option<State<'p>>, Error> {
    let mut templates = core.method.headers().iter().chain(core.method.query());
    if !templates.any(|template| refers(&template.value(), &is_assertion)) {
        return Ok(None);
    }
    let Some(assertion) = assertion(core, attempt.state, &attempt.moment, Some(request))? else {
        return Ok(None);
    };
    let mut state = attempt.state.clone();
    put(&mut state.credentials, "assertion", FieldValue::Secret(assertion));
    Ok(Some(state))
}

fn is_assertion(scope: Scope, path: &[Key<'_>]) -> bool {
    scope == Scope::Credentials && matches!(path, [Key::Name("assertion"), ..])
}

fn signed(assertion: &Assertion<'_>, cx: &Scopes<'_>, moment: &Moment) -> Result<Secret, Error> {
    let failed = |failure: crate::expression::Failure| failure.into_error(ErrorKind::Config);
    let key = present(&assertion.key(), cx).and_then(Value::into_bytes).map_err(failed)?;
    let key = zeroize::Zeroizing::new(key.into_owned());
    let Value::Map(mut claims) = present(&assertion.claims(), cx).map_err(failed)? else {
        return Err(Error::config("the claims of the assertion are not an object"));
    };
    let now = moment.now_ms().div_euclid(1000);
    for (name, value) in [("iat", now), ("exp", now.saturating_add(i64::from(assertion.lifetime())))] {
        if !claims.iter().any(|(known, _)| known == name) {
            claims.push((name.into(), Value::Int(value)));
        }
    }
    let mut text = String::new();
    Value::Map(claims).write_json(&mut text);
    let mut more = String::from("{}");
    if let Some(header) = assertion.header() {
        more.clear();
        present(&header, cx).map_err(failed)?.write_json(&mut more);
    }
    let algorithm = assertion.algorithm();
    jwt::sign(algorithm, &key, &jwt::header(algorithm, &more)?, &text)
}
