//! Discovery: the URL of a protected resource in, the endpoints of its authorization server out (RFC 9728, RFC 8414),
//! as MCP servers have it.
//!
//! Nothing of the metadata is believed that it cannot say: the resource and the issuer must be those that were asked
//! for, byte by byte, and each endpoint must be https on the public Internet. No request carries a credential, and no
//! redirect is followed.

use bytes::Bytes;
use couplet_plan::{Expression, Format, Server};
use http::{HeaderValue, Method, header::ACCEPT};
use tokio::time;

use crate::{
    Error, ErrorKind,
    base_url::BaseUrl,
    capture,
    client::Core,
    exchange::needs_runtime,
    expression::{FieldValue, Fields, Scopes, Value, part},
    request::assemble,
    response::Received,
};

/// How large metadata may be.
const LIMIT: usize = 256 * 1024;
/// What is kept of an authorization server's metadata, and whether it must be there.
const ENDPOINTS: [(&str, bool); 5] = [
    ("authorization_endpoint", true),
    ("token_endpoint", true),
    ("registration_endpoint", false),
    ("revocation_endpoint", false),
    ("device_authorization_endpoint", false),
];
/// Says that the redirect has `iss` (RFC 9207, 3).
pub(crate) const ISSUER_IS_SENT: &str = "issuer_is_sent";

/// The names of what discovery captures.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ["issuer", ISSUER_IS_SENT].into_iter().chain(ENDPOINTS.map(|(name, _)| name))
}

/// The captures that discovery makes.
pub(crate) async fn discover(core: &Core<'_>, resource: &str) -> Result<Fields<'static>, Error> {
    needs_runtime()?;
    let base = checked(core, resource)?;
    let issuer = match protected_resource(core, &base, resource).await? {
        Some(issuer) => issuer,
        None => origin(&base),
    };
    let metadata = authorization_server(core, &issuer).await?;
    check_pkce(&metadata, &issuer)?;
    let mut captured: Fields<'static> = vec![("issuer", plain(&issuer))];
    if member(&metadata, "authorization_response_iss_parameter_supported") == Value::Bool(true) {
        captured.push((ISSUER_IS_SENT, plain("true")));
    }
    for (name, needed) in ENDPOINTS {
        match member(&metadata, name) {
            Value::Absent | Value::Null if !needed => {}
            Value::Text(url) => {
                let kept = capture::kept(Value::Text(url), Format::Url(&[]), false, core.allow_private);
                let kept =
                    kept.map_err(|why| wrong(&issuer, &format!("its `{name}` cannot be used: {why}")))?;
                captured.push((name, kept));
            }
            _ => return Err(wrong(&issuer, &format!("it has no `{name}`"))),
        }
    }
    Ok(captured)
}

/// The issuer that a resource names (RFC 9728, 3); `None` where the resource has no metadata.
async fn protected_resource(
    core: &Core<'_>,
    base: &BaseUrl,
    resource: &str,
) -> Result<Option<String>, Error> {
    let place = format!("{}/.well-known/oauth-protected-resource", origin(base));
    let mut places = vec![format!("{place}{}", base.path)];
    if !base.path.is_empty() {
        places.push(place);
    }
    let Some((_, metadata)) = first(core, &places).await? else { return Ok(None) };
    let said = member(&metadata, "resource");
    let same = |text: &str| text.trim_end_matches('/') == resource.trim_end_matches('/');
    if !matches!(&said, Value::Text(text) if same(text) || *text == origin(base)) {
        return Err(wrong(resource, "its metadata is of another resource (RFC 9728, 3.3)"));
    }
    match part(metadata.text().unwrap_or_default(), &[name("authorization_servers"), index(0)]) {
        Ok(Value::Text(issuer)) => Ok(Some(issuer.into_owned())),
        _ => Err(wrong(resource, "its metadata names no authorization server")),
    }
}

/// The metadata of an authorization server (RFC 8414, 3), or of an OpenID provider.
async fn authorization_server(core: &Core<'_>, issuer: &str) -> Result<Received, Error> {
    let base = checked(core, issuer)?;
    let (origin, path) = (origin(&base), &base.path);
    let mut places = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        places.push(format!("{origin}{path}/.well-known/openid-configuration"));
    }
    let Some((place, metadata)) = first(core, &places).await? else {
        return Err(wrong(issuer, "it has no metadata at its well-known URLs (RFC 8414, 3)"));
    };
    match member(&metadata, "issuer") {
        Value::Text(said) if said == issuer => Ok(metadata),
        _ => Err(wrong(issuer, &format!("the metadata at {place} is of another issuer (RFC 8414, 3.3)"))),
    }
}

/// The code must be bound to whoever asked for it: S256 (RFC 7636), or nothing.
fn check_pkce(metadata: &Received, issuer: &str) -> Result<(), Error> {
    let methods = member(metadata, "code_challenge_methods_supported");
    let known = match &methods {
        Value::List(methods) => methods.iter().any(|method| *method == Value::Text("S256".into())),
        _ => false,
    };
    if known { Ok(()) } else { Err(wrong(issuer, "its metadata does not say that it knows PKCE with S256")) }
}

/// The first of some documents that is there.
async fn first(core: &Core<'_>, places: &[String]) -> Result<Option<(String, Received)>, Error> {
    for place in places {
        let received = get(core, place).await?;
        match received.status {
            200 => return Ok(Some((place.clone(), received))),
            // What is not there, or not for everyone, is looked for elsewhere.
            400..=499 => {}
            status => {
                let error = Error::new(ErrorKind::Unavailable, format!("{place} cannot be read"));
                return Err(error.with_status(status));
            }
        }
    }
    Ok(None)
}

async fn get(core: &Core<'_>, url: &str) -> Result<Received, Error> {
    let server = Server::new("", Expression::text(url));
    let base = core.servers.endpoint(&server, &core.connector, &Scopes::default())?;
    let mut headers = core.agent();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let target = base.path.clone();
    let request = assemble(Method::GET, &base, target, headers, Bytes::new())?;
    let sending = core.send_once(request, core.max_response.min(LIMIT));
    time::timeout(core.timeout, sending).await.map_err(|_| core.too_late())?
}

/// A URL that comes from data or from a stranger's answer.
fn checked(core: &Core<'_>, url: &str) -> Result<BaseUrl, Error> {
    let base = BaseUrl::parse(url).and_then(|base| base.check(true, core.allow_private).map(|()| base));
    base.map_err(|why| wrong(url, why))
}

fn origin(base: &BaseUrl) -> String {
    format!("{}://{}", base.scheme, base.authority)
}

fn member<'m>(metadata: &'m Received, key: &str) -> Value<'m> {
    part(metadata.text().unwrap_or_default(), &[name(key)]).unwrap_or(Value::Absent)
}

fn name(key: &str) -> couplet_plan::Key<'_> {
    couplet_plan::Key::Name(key)
}

fn index(place: i64) -> couplet_plan::Key<'static> {
    couplet_plan::Key::Index(place)
}

fn plain(text: &str) -> FieldValue {
    FieldValue::Plain(Value::Text(text.to_owned().into()))
}

fn wrong(url: &str, why: &str) -> Error {
    let shown: String = url.chars().filter(|c| !c.is_control()).take(200).collect();
    Error::new(ErrorKind::Config, format!("{shown} cannot be connected to: {why}"))
}
