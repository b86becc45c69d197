//! Servers, and what all requests share.

use couplet_plan::{NamedTemplate, Server};

use super::config::Config;
use super::expression::{self, Scope, Want};
use super::url::Place;
use super::{Cx, auth, headers, url};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{AuthKind, BaseUrl, KeyPlace, Manifest, Members, Template, Token};
use crate::source::Spanned;

/// The servers, and what all requests share.
pub(super) struct Lowered<'a> {
    pub(super) servers: Vec<Server<'a>>,
    pub(super) query: Vec<NamedTemplate<'a>>,
    pub(super) headers: Vec<NamedTemplate<'a>>,
}

/// Lowers `api`.
pub(super) fn lower<'a>(
    manifest: &Manifest,
    config: &Config<'a>,
    auth: &auth::Lowered<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Lowered<'a>> {
    let api = &manifest.api;
    let scope = Scope::new(auth.roots(config));
    let place = Place {
        what: "base URL",
        manifest,
        config,
        scope: &scope,
        captures: &auth.places,
        failed: &[],
        because: api.because.is_some(),
    };
    let mut servers = vec![url::server("", &api.base_url, &place, cx)];
    for (name, url) in api.servers.iter() {
        servers.push(url::server(&name.value, url, &place, cx));
    }
    let query = templates(&api.query, &scope, false, cx);
    let headers = templates(&api.headers, &scope, true, cx);
    config.note(&scope);
    path_keys(manifest, cx);
    auth_headers(&api.headers, manifest, cx);
    auth_query(&api.query, manifest, cx);
    Some(Lowered { servers: servers.into_iter().collect::<Option<_>>()?, query: query?, headers: headers? })
}

/// Named templates: headers or query parameters. One that may be absent is left out then.
pub(super) fn templates<'a>(
    members: &Members<Token, Spanned<Template>>,
    scope: &Scope,
    header: bool,
    cx: &mut Cx<'_, 'a>,
) -> Option<Vec<NamedTemplate<'a>>> {
    templates_but(members, scope, header, &[], cx)
}

/// The same, where some headers may be set that otherwise may not.
pub(super) fn templates_but<'a, K>(
    members: &Members<K, Spanned<Template>>,
    scope: &Scope,
    header: bool,
    allowed: &[&str],
    cx: &mut Cx<'_, 'a>,
) -> Option<Vec<NamedTemplate<'a>>> {
    let mut list: Vec<NamedTemplate<'a>> = Vec::new();
    let mut whole = true;
    for (name, value) in members.iter() {
        if let Some((first, _)) =
            members.iter().find(|(other, _)| header && other.value.eq_ignore_ascii_case(&name.value))
            && first.span != name.span
        {
            let message = format!("the header `{}` stands twice", name.value);
            cx.report(
                Diagnostic::new(Code::DUPLICATE_PARAMETER, message, name.span).also(first.span, "first here"),
            );
            whole = false;
        }
        let fits = !header
            || ((allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(&name.value))
                || headers::check_name(&name.value, name.span, cx))
                && headers::check_value(&value.value.text, value.span, cx));
        let Some(lowered) = expression::lower(cx, value, scope, Want::Optional).filter(|_| fits) else {
            whole = false;
            continue;
        };
        let template = NamedTemplate::new(cx.arena.text(&name.value), lowered.expression);
        list.push(if lowered.known.missing() { template.optional() } else { template });
    }
    whole.then_some(list)
}

/// A key in the path needs its place in the base URL.
fn path_keys(manifest: &Manifest, cx: &mut Cx<'_, '_>) {
    let mut urls: Vec<&str> = Vec::new();
    match &manifest.api.base_url.value {
        BaseUrl::Url(url) => urls.push(&url.value.text),
        BaseUrl::Table(_, rows) => urls.extend(rows.iter().map(|(_, url)| url.value.text.as_str())),
    }
    for (_, auth) in manifest.auth.value.iter() {
        let AuthKind::ApiKey(auth) = &auth.kind else { continue };
        if auth.place.value == KeyPlace::Path
            && !urls.iter().all(|url| url.contains(&format!("{{{}}}", auth.name.value.text)))
        {
            let message = format!("the base URL has no place `{{{}}}` for the key", auth.name.value.text);
            let help = format!(
                "write it where the key stands: `https://api.example.com/bot{{{}}}`",
                auth.name.value.text
            );
            cx.report(
                Diagnostic::new(Code::BAD_URL, message, auth.name.span)
                    .help(help)
                    .also(manifest.api.base_url.span, "here"),
            );
        }
    }
}

/// The header that an auth method sets is not set by anything else.
pub(super) fn auth_headers(
    headers: &Members<Token, Spanned<Template>>,
    manifest: &Manifest,
    cx: &mut Cx<'_, '_>,
) {
    for (name, _) in headers.iter() {
        for (method, auth) in manifest.auth.value.iter() {
            if auth::headers(auth).iter().any(|sets| sets.eq_ignore_ascii_case(&name.value)) {
                let message = format!("the auth method `{}` sets the header `{}`", method.value, name.value);
                let diagnostic =
                    Diagnostic::new(Code::RESERVED_HEADER, message, name.span).also(auth.span, "it does so");
                cx.report(diagnostic.help("leave the header to the auth method; its `value` is a template"));
                break;
            }
        }
    }
}

/// The parameter that a key is, is not set by anything else.
pub(super) fn auth_query(
    query: &Members<Token, Spanned<Template>>,
    manifest: &Manifest,
    cx: &mut Cx<'_, '_>,
) {
    for (name, _) in query.iter() {
        let key = manifest.auth.value.iter().find_map(|(_, auth)| match &auth.kind {
            AuthKind::ApiKey(auth)
                if auth.place.value == KeyPlace::Query && auth.name.value.text == name.value =>
            {
                Some(auth.name.span)
            }
            _ => None,
        });
        if let Some(key) = key {
            let message = format!("the parameter `{}` stands twice in the request", name.value);
            let diagnostic = Diagnostic::new(Code::DUPLICATE_PARAMETER, message, name.span);
            cx.report(diagnostic.also(key, "the key is this parameter").help("remove one of the two"));
        }
    }
}
