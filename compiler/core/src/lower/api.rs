//! Servers, and what all requests share.

use couplet_plan::{self as plan, Expression, Key, NamedTemplate, Node, Server};

use super::config::Config;
use super::expression::{self, Scope, Want};
use super::{Cx, headers};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{AuthKind, BaseUrl, KeyPlace, Manifest, Members, Template, Token};
use crate::source::{Span, Spanned};

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
    cx: &mut Cx<'_, 'a>,
) -> Option<Lowered<'a>> {
    let api = &manifest.api;
    let mut servers = vec![server("", &api.base_url, manifest, config, cx)];
    for (name, url) in api.servers.iter() {
        servers.push(server(&name.value, url, manifest, config, cx));
    }
    let scope = Scope::new(vec![config.root()]);
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
            || (headers::check_name(&name.value, name.span, cx)
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

fn server<'a>(
    name: &str,
    url: &Spanned<BaseUrl>,
    manifest: &Manifest,
    config: &Config<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Server<'a>> {
    match &url.value {
        BaseUrl::Url(template) => {
            let url = check_url(template, manifest, config, cx)?;
            Some(Server::new(cx.arena.text(name), url))
        }
        BaseUrl::Table(by, rows) => {
            let field = table_field(by, config, cx)?;
            let mut urls = Vec::new();
            let mut whole = true;
            for (value, template) in rows {
                match check_url(template, manifest, config, cx) {
                    Some(url) => urls.push(NamedTemplate::new(cx.arena.text(&value.value), url)),
                    None => whole = false,
                }
                if !field.choices().contains(&value.value.as_str()) {
                    let message = format!("`{}` is no value of `config.{}`", value.value, field.name());
                    let diagnostic = Diagnostic::new(Code::INCOMPLETE_TABLE, message, value.span);
                    cx.report(diagnostic.suggest_nearest(&value.value, field.choices().iter().copied()));
                    whole = false;
                }
            }
            let missing: Vec<_> = field
                .choices()
                .iter()
                .filter(|choice| !rows.iter().any(|(value, _)| value.value == **choice))
                .copied()
                .collect();
            if !missing.is_empty() && whole {
                let message = format!("there is no URL for {}", crate::validate::decode::words(&missing));
                let help = format!("`config.{}` may have these values: give each a URL", field.name());
                cx.report(Diagnostic::new(Code::INCOMPLETE_TABLE, message, by.span).help(help));
                whole = false;
            }
            config.used.borrow_mut().insert(format!("config.{}", field.name()));
            whole.then(|| Server::table(cx.arena.text(name), field.name(), cx.arena.slice(&urls)))
        }
    }
}

fn table_field<'a>(
    by: &Spanned<String>,
    config: &Config<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<plan::Field<'a>> {
    let name = by.value.strip_prefix("config.").unwrap_or_default();
    match config.config.iter().find(|field| field.name() == name) {
        Some(field) if !field.choices().is_empty() && !field.is_optional() => Some(*field),
        Some(field) => {
            let message = format!(
                "a table of URLs needs a field that has an `enum` and always a value, and `{}` is none",
                field.name()
            );
            cx.report(
                Diagnostic::new(Code::INCOMPLETE_TABLE, message, by.span)
                    .help("give the field an `enum`, and a `default` or no `optional`"),
            );
            None
        }
        None if config.failed(name) => None,
        None => {
            let message = format!("there is no config field `{name}`");
            let names: Vec<String> =
                config.config.iter().map(|field| format!("config.{}", field.name())).collect();
            let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, message, by.span);
            cx.report(diagnostic.suggest_nearest(&by.value, names.iter().map(String::as_str)));
            None
        }
    }
}

/// A piece of a URL.
enum Piece<'a> {
    Text(&'a str),
    Config(&'a str),
    Other,
}

fn pieces<'a>(expression: Expression<'a>) -> Vec<Piece<'a>> {
    let one = |expression: Expression<'a>| match expression.node() {
        Node::Text(text) => Piece::Text(text),
        Node::Reference(plan::Scope::Config, [Key::Name(name)]) => Piece::Config(name),
        _ => Piece::Other,
    };
    match expression.node() {
        Node::Concat(parts) => parts.iter().map(|part| one(*part)).collect(),
        _ => vec![one(expression)],
    }
}

/// Checks a base URL: https, a host that no data can move, and a path that can be appended to.
fn check_url<'a>(
    template: &Spanned<Template>,
    manifest: &Manifest,
    config: &Config<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Expression<'a>> {
    let scope = Scope::new(vec![config.root()]);
    let lowered = expression::lower(cx, template, &scope, Want::Text)?;
    config.note(&scope);
    let pieces = pieces(lowered.expression);
    let span = template.span;
    if pieces.iter().any(|piece| matches!(piece, Piece::Config(name) if config.failed(name))) {
        return None;
    }
    let path = match pieces.first() {
        Some(Piece::Config(name)) => {
            let field = config.config.iter().find(|field| field.name() == *name);
            if !field.is_some_and(|field| matches!(field.format(), plan::Format::Origin(_))) {
                return host_from_data(span, cx);
            }
            let rest: String = literal(&pieces[1..]);
            if !rest.is_empty() && !rest.starts_with('/') {
                return bad_url(span, "what follows an origin begins with `/`", cx);
            }
            rest
        }
        Some(Piece::Text(text)) => absolute(text, &pieces, span, manifest, config, cx)?,
        _ => return host_from_data(span, cx),
    };
    check_path(&path, span, manifest, cx)?;
    Some(lowered.expression)
}

/// The literal text of a URL's rest; what comes from data is a `x`.
fn literal(pieces: &[Piece<'_>]) -> String {
    pieces.iter().map(|piece| if let Piece::Text(text) = piece { text } else { "x" }).collect()
}

fn absolute(
    start: &str,
    pieces: &[Piece<'_>],
    span: Span,
    manifest: &Manifest,
    config: &Config<'_>,
    cx: &mut Cx<'_, '_>,
) -> Option<String> {
    let (plain, rest) = if let Some(rest) = start.strip_prefix("https://") {
        (false, rest)
    } else if let Some(rest) = start.strip_prefix("http://") {
        (true, rest)
    } else {
        return bad_url(span, "it begins with `https://`", cx);
    };
    // The authority ends with the first slash, whatever piece that is in.
    let mut authority: Vec<Piece<'_>> = Vec::new();
    let mut path = String::new();
    let mut ended = false;
    for (place, piece) in pieces.iter().enumerate() {
        let text = match piece {
            Piece::Text(text) => {
                if place == 0 {
                    rest
                } else {
                    text
                }
            }
            Piece::Config(name) if !ended => {
                authority.push(Piece::Config(name));
                continue;
            }
            Piece::Other if !ended => return host_from_data(span, cx),
            _ => "x",
        };
        match text.find('/').filter(|_| !ended) {
            Some(slash) => {
                authority.push(Piece::Text(&text[..slash]));
                path.push_str(&text[slash..]);
                ended = true;
            }
            None if ended => path.push_str(text),
            None => authority.push(Piece::Text(text)),
        }
    }
    check_authority(&authority, plain, span, manifest, config, cx)?;
    Some(path)
}

fn check_authority(
    pieces: &[Piece<'_>],
    plain: bool,
    span: Span,
    manifest: &Manifest,
    config: &Config<'_>,
    cx: &mut Cx<'_, '_>,
) -> Option<()> {
    for (place, piece) in pieces.iter().enumerate() {
        let Piece::Config(name) = piece else { continue };
        let field = config.config.iter().find(|field| field.name() == *name);
        let label = field.is_some_and(|field| {
            field.format() == plan::Format::HostLabel
                || (!field.choices().is_empty()
                    && field
                        .choices()
                        .iter()
                        .all(|choice| crate::validate::text::is_host(choice) && !choice.contains('.')))
        });
        let before = place.checked_sub(1).and_then(|place| pieces.get(place));
        let starts = before.is_none()
            || matches!(before, Some(Piece::Text(text)) if text.is_empty() || text.ends_with(['.', '-']));
        let ends = matches!(pieces.get(place + 1), Some(Piece::Text(text)) if text.starts_with(['.', '-']));
        if !label || !starts || !ends {
            return host_from_data(span, cx);
        }
    }
    let text: String = literal(pieces);
    let data = pieces.iter().any(|piece| matches!(piece, Piece::Config(_)));
    let (host, port) = text.split_once(':').map_or((text.as_str(), None), |(host, port)| (host, Some(port)));
    if let Some(Piece::Text(last)) = pieces.last() {
        // A label from data stands within a domain of two labels or more.
        if data
            && last
                .split(':')
                .next()
                .unwrap_or_default()
                .trim_start_matches('-')
                .split('.')
                .filter(|label| !label.is_empty())
                .count()
                < 2
        {
            return host_from_data(span, cx);
        }
    }
    let local = matches!(host, "localhost" | "127.0.0.1");
    let fits = crate::validate::text::is_host(host)
        && !host.bytes().any(|byte| byte.is_ascii_uppercase())
        && (local || (host.contains('.') && !is_address(host)));
    let port_fits = port.is_none_or(|port| {
        !port.is_empty() && port.len() <= 5 && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    if !fits || !port_fits {
        return bad_url(
            span,
            "its host is a name in small letters, without user name, and its port a number",
            cx,
        );
    }
    if plain {
        if !local {
            let message = "credentials and data would be sent in the clear";
            cx.report(
                Diagnostic::new(Code::PLAIN_HTTP, message, span)
                    .help("write `https://`; plain http is for this machine alone"),
            );
            return None;
        }
        if manifest.api.because.is_none() {
            let message = "plain http is a weak choice, and needs a reason";
            cx.report(
                Diagnostic::new(Code::MISSING_REASON, message, span)
                    .help("say why with `because: …` under `api`"),
            );
            return None;
        }
        cx.report(
            Diagnostic::new(Code::WEAK_CHOICE, "requests go over plain http", span)
                .help("use https where you can"),
        );
    }
    Some(())
}

fn check_path(path: &str, span: Span, manifest: &Manifest, cx: &mut Cx<'_, '_>) -> Option<()> {
    let mut rest = path;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|close| open + close) else {
            return bad_url(span, "a `{` in its path is closed by `}`", cx);
        };
        let name = &rest[open + 1..close];
        let known = manifest.auth.value.iter().any(|(_, auth)| {
            matches!(&auth.kind, AuthKind::ApiKey(auth) if auth.place.value == KeyPlace::Path && auth.name.value.text == name)
        });
        if !known {
            let message = format!("no auth method puts a key in the place `{{{name}}}`");
            let help = "declare an `api_key` with `in: path` and this name, or write `{{ config.… }}` for a config field";
            cx.report(Diagnostic::new(Code::BAD_URL, message, span).help(help));
            return None;
        }
        rest = &rest[close + 1..];
    }
    let bare: String = path.chars().filter(|c| !matches!(c, '{' | '}')).collect();
    let fits =
        bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&byte));
    let segments_fit = super::path::segments_fit(&bare) && !path.trim_end_matches('/').contains("//");
    if !fits || !segments_fit {
        return bad_url(span, "its path is made of segments, without query, fragment, `.` and `..`", cx);
    }
    Some(())
}

/// Whether a host would be read as an IPv4 address (WHATWG URL: its last label is a number).
pub(super) fn is_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
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
            let sets = match &auth.kind {
                AuthKind::None(_) => None,
                AuthKind::Basic(_) | AuthKind::Bearer(_) => Some("authorization"),
                AuthKind::ApiKey(auth) if auth.place.value == KeyPlace::Header => {
                    Some(auth.name.value.text.as_str())
                }
                AuthKind::ApiKey(_) => None,
            };
            if sets.is_some_and(|sets| sets.eq_ignore_ascii_case(&name.value)) {
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

fn host_from_data<T>(span: Span, cx: &mut Cx<'_, '_>) -> Option<T> {
    let message = "the host depends on data that could lead anywhere";
    let help = "write the host literally; or use a config field of format `host-label` as one label of a literal domain (`https://{{ config.shop }}.example.com`), a field of format `origin`, or a table over an enum";
    cx.report(Diagnostic::new(Code::HOST_FROM_DATA, message, span).help(help));
    None
}

fn bad_url<T>(span: Span, why: &str, cx: &mut Cx<'_, '_>) -> Option<T> {
    let message = format!("this is no base URL: {why}");
    cx.report(Diagnostic::new(Code::BAD_URL, message, span).help("write it as `https://api.example.com/v1`"));
    None
}
