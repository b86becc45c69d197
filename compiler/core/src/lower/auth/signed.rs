//! Signatures that specifications describe, HTTP Digest, and TLS client certificates.

use couplet_plan::{self as plan, AuthKind, Expression, OAuth1Dance, Scope as PlanScope, Server};

use super::draft::{Draft, reference};
use super::{Made, placement};
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::expression::Want;
use crate::lower::{Cx, api};
use crate::manifest::{
    AwsSigV4, BaseUrl, ClientOwner, CredentialOr, Digest, MutualTls, OAuth1, SignatureMethod,
};
use crate::source::Spanned;

/// Lowers AWS Signature Version 4.
pub(super) fn aws<'a>(auth: &AwsSigV4, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Made<'a>> {
    let described = Some(&auth.credentials);
    draft.fields.brought("access_key_id", "Access key ID", false, described, cx);
    draft.fields.brought("secret_access_key", "Secret access key", true, described, cx);
    draft.fields.brought_optional("session_token", "Session token", described, cx);
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    let service = draft.template(&auth.service, Want::Text, cx);
    let region = draft.template(&auth.region, Want::Text, cx);
    let credential = |name: &'static str| reference(PlanScope::Credentials, &[name], cx);
    let (id, secret, token) =
        (credential("access_key_id"), credential("secret_access_key"), credential("session_token"));
    let mut aws =
        plan::AwsSigV4::new(id, secret, region?.expression, service?.expression).with_session_token(token);
    if auth.payload_hash == Some(true) {
        aws = aws.with_payload_hash();
    }
    placement(AuthKind::AwsSigV4(cx.arena.value(aws)), None, draft, cx)
}

/// Lowers OAuth 1.0.
pub(super) fn oauth1<'a>(auth: &OAuth1, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Made<'a>> {
    let method = auth.signature_method.as_ref().map_or(SignatureMethod::HmacSha1, |method| method.value);
    let span = auth.signature_method.as_ref().map_or(auth.span, |method| method.span);
    if method != SignatureMethod::HmacSha256 {
        let caveat = format!("`{}` signs with {}.", draft.name.value, method.as_str());
        let what = format!("a signature by {}", method.as_str());
        draft.weak(&what, "use HMAC-SHA256, where the provider takes it", caveat, span, cx)?;
    }
    let person = auth.authorization_url.is_some();
    let default = if person { ClientOwner::App } else { ClientOwner::Credentials };
    let described = Some(&auth.credentials);
    let scope = match auth.client.as_ref().map_or(default, |client| client.value) {
        ClientOwner::App => {
            draft.app_field("consumer_key", "Consumer key", false, cx);
            draft.app_field("consumer_secret", "Consumer secret", true, cx);
            PlanScope::App
        }
        ClientOwner::Credentials => {
            draft.fields.brought("consumer_key", "Consumer key", false, described, cx);
            draft.fields.brought("consumer_secret", "Consumer secret", true, described, cx);
            PlanScope::Credentials
        }
    };
    let (token, token_secret) =
        if person { ("access_token", "token_secret") } else { ("token", "token_secret") };
    if person {
        draft.app_field("redirect_uri", "Redirect URI", false, cx);
    } else {
        draft.fields.brought("token", "Token", false, described, cx);
        draft.fields.brought("token_secret", "Token secret", true, described, cx);
    }
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    let signs = match method {
        SignatureMethod::HmacSha1 => plan::SignatureMethod::HmacSha1,
        SignatureMethod::HmacSha256 => plan::SignatureMethod::HmacSha256,
        SignatureMethod::Plaintext => plan::SignatureMethod::Plaintext,
    };
    let consumer = |name: &'static str| reference(scope, &[name], cx);
    let credential = |name: &'static str| reference(PlanScope::Credentials, &[name], cx);
    let mut oauth = plan::OAuth1::new(signs, consumer("consumer_key"), consumer("consumer_secret"))
        .with_token(credential(token), credential(token_secret));
    if let Some(realm) = &auth.realm {
        oauth = oauth.with_realm(draft.template(realm, Want::Text, cx)?.expression);
    }
    if person {
        oauth = oauth.with_dance(dance(auth, draft, cx)?);
    }
    placement(AuthKind::OAuth1(cx.arena.value(oauth)), None, draft, cx)
}

fn dance<'a>(auth: &OAuth1, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<OAuth1Dance<'a>> {
    let request_token = endpoint(auth.request_token_url.as_ref(), "request_token_url", auth, draft, cx);
    let authorization = auth.authorization_url.as_ref().and_then(|url| draft.shown_url(url, cx));
    let token = endpoint(auth.token_url.as_ref(), "token_url", auth, draft, cx);
    let query = match &auth.authorize {
        Some(authorize) => {
            let scope = draft.shown_scope();
            let query = api::templates_but(&authorize.query, &scope, false, &[], cx);
            draft.note_shown(&scope, authorize.span, cx)?;
            query
        }
        None => Some(Vec::new()),
    };
    let callback = reference(PlanScope::App, &["redirect_uri"], cx);
    Some(OAuth1Dance::new(request_token?, authorization?, token?, cx.arena.slice(&query?), callback))
}

fn endpoint<'a>(
    url: Option<&Spanned<BaseUrl>>,
    key: &str,
    auth: &OAuth1,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Server<'a>> {
    if let Some(url) = url {
        return draft.url(url, cx);
    }
    let message = format!("where a person allows it, `{key}` is needed, too");
    let help = "write `request_token_url`, `authorization_url` and `token_url`";
    cx.report(Diagnostic::new(Code::MISSING_KEY, message, auth.span).help(help));
    None
}

/// Lowers HTTP Digest.
pub(super) fn digest<'a>(auth: &Digest, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Made<'a>> {
    let mut part =
        |name: &str, value: Option<&CredentialOr>, title: &str, secret, cx: &mut Cx<'_, 'a>| match value {
            None => draft.fields.brought(name, title, secret, Some(&auth.credentials), cx),
            value => draft.fields.or(name, value, title, secret, cx),
        };
    part("username", auth.username.as_ref(), "User name", false, cx);
    part("password", auth.password.as_ref(), "Password", true, cx);
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    let user: Option<Expression<'a>> = draft.credential("username", auth.username.as_ref(), cx);
    let password = draft.credential("password", auth.password.as_ref(), cx);
    let kind = AuthKind::Digest(user?, password?);
    placement(kind, None, draft, cx)
}

/// Lowers a TLS client certificate alone.
pub(super) fn mutual_tls<'a>(
    auth: &MutualTls,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Made<'a>> {
    draft.common.client_certificate = true;
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    placement(AuthKind::Certificate, None, draft, cx)
}
