//! Credentials that are the same in every request: what carries them, and whether a request does.

use couplet_plan::{AuthKind, AuthMethod, Expression, KeyLocation, Method, NamedTemplate};
use couplet_runtime::generated::v1;
use couplet_runtime::verify::{Known, Rebuilder};

use crate::form::{cookie, query_values};
use crate::received::Request;

/// What a request with a method's credentials carries.
pub(crate) enum Proof {
    Nothing,
    Header(String, String),
    Query(String, String),
    Cookie(String, String),
    Path(String),
    Body(String, String),
}

/// What a request with these credentials carries, as the runtime builds it.
pub(crate) fn proof(
    method: &AuthMethod<'static>,
    builder: &v1::Builder<'static>,
    rebuilder: &Rebuilder<'static>,
    credentials: &[(&'static str, String)],
) -> Result<Proof, couplet_runtime::Error> {
    let values =
        |name: &str| credentials.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let text_of = |expression: &Expression<'static>| {
        rebuilder.text(&NamedTemplate::new("", *expression), &Known::default(), None)
    };
    Ok(match method.kind() {
        AuthKind::Basic(..) | AuthKind::Bearer(..) => {
            let client = builder.clone().build()?;
            let request = client.request(Method::Get, "/").build_request()?;
            let sent = request.headers().into_iter().find(|(name, _)| name == "authorization");
            Proof::Header("authorization".to_owned(), sent.map(|(_, value)| value).unwrap_or_default())
        }
        AuthKind::ApiKey(location, name, value) => {
            let value = text_of(&value)?.or_else(|| values("key")).unwrap_or_default();
            let name = text_of(&name)?.unwrap_or_default();
            match location {
                KeyLocation::Header => Proof::Header(name.to_ascii_lowercase(), value),
                KeyLocation::Query => Proof::Query(name, value),
                KeyLocation::Cookie => Proof::Cookie(name, value),
                KeyLocation::Path => Proof::Path(value),
                KeyLocation::Body => Proof::Body(name, value),
                _ => Proof::Nothing,
            }
        }
        _ => Proof::Nothing,
    })
}

/// Whether a request carries them; else why not.
pub(crate) fn carries(proof: &Proof, request: &Request, key_in_path: Option<&str>) -> Result<(), String> {
    let (found, wanted, place) = match proof {
        Proof::Nothing => return Ok(()),
        Proof::Header(name, value) => {
            (request.header(name).map(str::to_owned), value, format!("the header `{name}`"))
        }
        Proof::Query(name, value) => {
            let found = query_values(&request.query)
                .into_iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value);
            (found, value, format!("the query parameter `{name}`"))
        }
        Proof::Cookie(name, value) => {
            let found = request.header("cookie").and_then(|cookies| cookie(cookies, name));
            (found, value, format!("the cookie `{name}`"))
        }
        Proof::Path(value) => (key_in_path.map(str::to_owned), value, "the key in the path".to_owned()),
        Proof::Body(name, value) => {
            let found = crate::form::body_member(request, name);
            (found, value, format!("the member `{name}` of the body"))
        }
    };
    match found {
        None => Err(format!("{place} is missing")),
        Some(found) if found == *wanted => Ok(()),
        Some(_) => Err(format!("{place} is not of the credentials that this mock accepts")),
    }
}
