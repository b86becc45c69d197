//! The three legs of OAuth 1.0 (RFC 5849, 2): temporary credentials, a person's consent, the token.

use bytes::Bytes;
use couplet_plan::{OAuth1, OAuth1Dance, Server};
use http::{
    HeaderValue, Method, Request,
    header::{ACCEPT, CONTENT_LENGTH},
};

use super::{
    Completed,
    authorization::{Authorization, PURPOSE, not_in_a_browser, url},
    callback::pairs,
    finish::finish,
    pending::{About, Pending, equal},
};
use crate::{
    Error, ErrorKind, Secret,
    auth::{
        self,
        connection::Connection,
        issuer::{Expiry, Issued},
    },
    builder::Builder,
    client::Core,
    exchange::needs_runtime,
    expression::{Scopes, Value, present},
    refusal,
    request::{assemble, style_of_template, template_value},
    style::Pairs,
};

const TEXTS: &[&str] = &["token", "token_secret"];
/// How large the answer of an endpoint may be.
const ANSWER_LIMIT: usize = 1 << 20;

pub(super) async fn authorization(core: &Core<'_>, method: &OAuth1<'_>) -> Result<Authorization, Error> {
    let dance = method.dance().ok_or_else(|| not_in_a_browser(core))?;
    let moment = core.moment();
    let cx = Scopes { moment: Some(&moment), ..core.lasting(&core.supplied) };
    let callback = present(&dance.callback(), &cx)
        .and_then(Value::into_text)
        .map_err(|failure| failure.into_error(ErrorKind::Config))?;
    let extra = [("oauth_callback", &*callback)];
    let answer = ask(core, method, &dance.request_token_url(), None, &extra).await?;
    if value(&answer, "oauth_callback_confirmed") != Some("true") {
        return Err(Error::decode(
            "the provider does not confirm the callback, as OAuth 1.0a has it; without, nobody can tell who has consented",
        ));
    }
    let (token, secret) = credentials(core, &answer)?;
    let endpoint = core.servers.endpoint(&dance.authorization_url(), &core.connector, &cx)?;
    let url = url(&endpoint, None, &query(&dance, &token, &cx)?);
    let connection = Connection::new(core.connector.name(), core.method.name());
    let pending = Pending::new(PURPOSE, core.clock.now(), connection)
        .with("token", token.clone())
        .with("token_secret", secret);
    Ok(Authorization { url, state: token, pending: pending.to_secret() })
}

pub(super) async fn complete<'p>(
    builder: Builder<'p>,
    core: Core<'p>,
    method: &OAuth1<'p>,
    pending: &Secret,
    callback: &str,
) -> Result<Completed<'p>, Error> {
    let dance = method.dance().ok_or_else(|| not_in_a_browser(&core))?;
    let pending = Pending::read(pending, PURPOSE, TEXTS, &About::of(&core))?;
    let pairs = pairs(callback, &["oauth_token", "oauth_verifier", "oauth_problem", "denied"])?;
    let wanted = pending.get("token").unwrap_or_default();
    if value(&pairs, "denied").is_some() || value(&pairs, "oauth_problem").is_some() {
        let detail = "the person, or the provider, has not allowed the connection";
        return Err(Error::new(ErrorKind::Forbidden, detail).with_code(Some("access_denied".to_owned())));
    }
    match value(&pairs, "oauth_token") {
        Some(given) if !wanted.is_empty() && equal(given, wanted) => {}
        _ => return Err(Error::input("the redirect's `oauth_token` is not of this authorization")),
    }
    let verifier = value(&pairs, "oauth_verifier").filter(|verifier| !verifier.is_empty());
    let verifier = verifier.ok_or_else(|| Error::input("the redirect has no `oauth_verifier`"))?;
    let used = builder.once(&core, wanted).await?;
    let temporary = (Secret::new(wanted), Secret::new(pending.get("token_secret").unwrap_or_default()));
    let extra = [("oauth_verifier", verifier)];
    let asked_at = core.clock.now();
    let answer = ask(&core, method, &dance.token_url(), Some(temporary), &extra).await?;
    let (token, secret) = credentials(&core, &answer)?;
    let issued = Issued::new(Expiry::Unknown).secret("access_token", token).secret("token_secret", secret);
    let mut connection = core.connection();
    connection.captured.push(used);
    connection.renew(issued, asked_at);
    finish(builder, connection, 0).await
}

/// Asks an endpoint for credentials: a form comes back.
async fn ask(
    core: &Core<'_>,
    method: &OAuth1<'_>,
    url: &Server<'_>,
    token: Option<(Secret, Secret)>,
    extra: &[(&str, &str)],
) -> Result<Vec<(String, String)>, Error> {
    needs_runtime()?;
    let moment = core.moment();
    let cx = Scopes { moment: Some(&moment), ..core.lasting(&core.supplied) };
    let endpoint = core.servers.endpoint(url, &core.connector, &cx)?;
    let mut headers = core.agent();
    headers.insert(ACCEPT, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    if let Some((token, secret)) = &token {
        core.learned.learn([token, secret].into_iter());
    }
    let target = endpoint.path.clone();
    let mut request: Request<Bytes> = assemble(Method::POST, &endpoint, target, headers, Bytes::new())?;
    auth::sign_oauth1(method, &cx, &moment, token, extra, &mut request)?;
    let cap = core.max_response.min(ANSWER_LIMIT);
    let sending = tokio::time::timeout(core.timeout, core.send_once(request, cap));
    let received = sending.await.map_err(|_| core.too_late())??;
    if !(200..300).contains(&received.status) {
        return Err(refusal::error(&received, &core.redactor()));
    }
    let text = received.text().map_err(|failure| received.misfit(&failure))?;
    refusal::pairs(text.trim()).ok_or_else(|| received.misfit(&"it is not a form"))
}

fn credentials(core: &Core<'_>, answer: &[(String, String)]) -> Result<(Secret, Secret), Error> {
    let part = |name: &str| {
        let text = value(answer, name).filter(|text| !text.is_empty() && !text.contains(char::is_control));
        text.map(Secret::new).ok_or_else(|| Error::decode(format!("the answer has no `{name}`")))
    };
    let (token, secret) = (part("oauth_token")?, part("oauth_token_secret")?);
    core.learned.learn([&token, &secret].into_iter());
    Ok((token, secret))
}

fn query(dance: &OAuth1Dance<'_>, token: &Secret, cx: &Scopes<'_>) -> Result<String, Error> {
    let mut pairs = Pairs::query(String::new());
    pairs.push("oauth_token", token.expose_secret().as_bytes());
    for template in dance.query() {
        if let Some(value) = template_value(template, cx, ErrorKind::Config)? {
            pairs.styled(template.name(), style_of_template(), value)?;
        }
    }
    Ok(pairs.finish())
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
