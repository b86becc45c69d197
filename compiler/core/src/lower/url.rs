//! URLs of servers and endpoints: https, a host that no data can move, and a path that can be appended to.

use couplet_plan::{self as plan, Expression, Format, Key, NamedTemplate, Node, Server};

use super::Cx;
use super::config::Config;
use super::expression::{self, Scope, Want};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{AuthKind, BaseUrl, KeyPlace, Manifest, Template};
use crate::source::{Span, Spanned};

/// What a URL may name.
pub(super) struct Place<'u, 'a> {
    /// What a message calls it.
    pub(super) what: &'static str,
    pub(super) manifest: &'u Manifest,
    pub(super) config: &'u Config<'a>,
    pub(super) scope: &'u Scope,
    /// The captures to which requests may go.
    pub(super) captures: &'u [(String, Format<'a>)],
    /// The captures that were rejected.
    pub(super) failed: &'u [String],
    /// Why plain http to this machine is used, where a reason is given.
    pub(super) because: bool,
}

/// A server, or an endpoint: one URL, or a table of them.
pub(super) fn server<'a>(
    name: &str,
    url: &Spanned<BaseUrl>,
    place: &Place<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Server<'a>> {
    let config = place.config;
    match &url.value {
        BaseUrl::Url(template) => {
            let url = check_url(template, place, cx)?;
            Some(Server::new(cx.arena.text(name), url))
        }
        BaseUrl::Table(by, rows) => {
            let field = table_field(by, config, cx)?;
            let mut urls = Vec::new();
            let mut whole = true;
            for (value, template) in rows {
                match check_url(template, place, cx) {
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
#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    Config(&'a str),
    Captured(&'a str),
    /// A parameter of the redirect.
    Callback,
    Other,
}

fn pieces<'a>(expression: Expression<'a>) -> Vec<Piece<'a>> {
    let one = |expression: Expression<'a>| match expression.node() {
        Node::Text(text) => Piece::Text(text),
        Node::Reference(plan::Scope::Config, [Key::Name(name)]) => Piece::Config(name),
        Node::Reference(plan::Scope::Captured, [Key::Name(name)]) => Piece::Captured(name),
        Node::Reference(plan::Scope::Callback, [Key::Name(_)]) => Piece::Callback,
        _ => Piece::Other,
    };
    match expression.node() {
        Node::Concat(parts) => parts.iter().map(|part| one(*part)).collect(),
        _ => vec![one(expression)],
    }
}

/// Checks a URL: https, a host that no data can move, and a path that can be appended to.
pub(super) fn check_url<'a>(
    template: &Spanned<Template>,
    place: &Place<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Expression<'a>> {
    let Place { config, .. } = *place;
    let lowered = expression::lower(cx, template, place.scope, Want::Text)?;
    config.note(place.scope);
    let pieces = pieces(lowered.expression);
    let span = template.span;
    if pieces.iter().any(|piece| matches!(piece, Piece::Config(name) if config.failed(name))) {
        return None;
    }
    if pieces.iter().any(
        |piece| matches!(piece, Piece::Captured(name) if place.failed.iter().any(|failed| failed == name)),
    ) {
        return None;
    }
    let path = match pieces.first() {
        Some(Piece::Config(name)) => {
            let field = config.config.iter().find(|field| field.name() == *name);
            if !field
                .is_some_and(|field| matches!(field.format(), plan::Format::Origin(_) | plan::Format::Url(_)))
            {
                return host_from_data(span, cx);
            }
            let rest: String = literal(&pieces[1..]);
            if !rest.is_empty() && !rest.starts_with('/') {
                return bad_url(place, span, "what follows an origin begins with `/`", cx);
            }
            rest
        }
        Some(Piece::Captured(name)) => {
            let goes = |format: &Format<'_>| matches!(format, Format::Origin(_) | Format::Url(_));
            if !place.captures.iter().any(|(known, format)| known == name && goes(format)) {
                return host_from_data(span, cx);
            }
            let rest: String = literal(&pieces[1..]);
            if !rest.is_empty() && !rest.starts_with('/') {
                return bad_url(place, span, "what follows a captured origin or URL begins with `/`", cx);
            }
            rest
        }
        Some(Piece::Text(text)) => absolute(text, &pieces, span, place, cx)?,
        _ => return host_from_data(span, cx),
    };
    check_path(&path, span, place, cx)?;
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
    place: &Place<'_, '_>,
    cx: &mut Cx<'_, '_>,
) -> Option<String> {
    let (plain, rest) = if let Some(rest) = start.strip_prefix("https://") {
        (false, rest)
    } else if let Some(rest) = start.strip_prefix("http://") {
        (true, rest)
    } else {
        return bad_url(place, span, "it begins with `https://`", cx);
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
            Piece::Config(_) | Piece::Captured(_) | Piece::Callback if !ended => {
                authority.push(*piece);
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
    check_authority(&authority, plain, span, place, cx)?;
    Some(path)
}

fn check_authority(
    pieces: &[Piece<'_>],
    plain: bool,
    span: Span,
    url: &Place<'_, '_>,
    cx: &mut Cx<'_, '_>,
) -> Option<()> {
    for (place, piece) in pieces.iter().enumerate() {
        if matches!(piece, Piece::Text(_)) {
            continue;
        }
        let label = is_label(piece, url);
        let before = place.checked_sub(1).and_then(|place| pieces.get(place));
        let starts = before.is_none()
            || matches!(before, Some(Piece::Text(text)) if text.is_empty() || text.ends_with(['.', '-']));
        let ends = matches!(pieces.get(place + 1), Some(Piece::Text(text)) if text.starts_with(['.', '-']));
        if !label || !starts || !ends {
            return host_from_data(span, cx);
        }
    }
    let text: String = literal(pieces);
    let data = pieces.iter().any(|piece| !matches!(piece, Piece::Text(_)));
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
            url,
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
        if !url.because {
            let message = "plain http is a weak choice, and needs a reason";
            cx.report(
                Diagnostic::new(Code::MISSING_REASON, message, span)
                    .help("say why with `because: …` beside it"),
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

/// Whether a piece is always one label of a host: the runtime insists on it.
fn is_label(piece: &Piece<'_>, url: &Place<'_, '_>) -> bool {
    match piece {
        Piece::Config(name) => url.config.field(name).is_some_and(|field| {
            let is_label = |choice: &&str| crate::validate::text::is_host(choice) && !choice.contains('.');
            field.format() == Format::HostLabel
                || (!field.choices().is_empty() && field.choices().iter().all(is_label))
        }),
        Piece::Captured(name) => {
            url.captures.iter().any(|(known, format)| known == name && *format == Format::HostLabel)
        }
        Piece::Callback => true,
        _ => false,
    }
}

fn check_path(path: &str, span: Span, place: &Place<'_, '_>, cx: &mut Cx<'_, '_>) -> Option<()> {
    let mut rest = path;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|close| open + close) else {
            return bad_url(place, span, "a `{` in its path is closed by `}`", cx);
        };
        let name = &rest[open + 1..close];
        let known = place.what != ENDPOINT && place.manifest.auth.value.iter().any(|(_, auth)| {
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
        let help = match path.find(['?', '#']).map(|at| &path[at..at + 1]) {
            Some("?") if place.what == ENDPOINT => {
                "its parameters stand under `query`: in `authorize` for the authorization URL, in `token`, `refresh` or \
                 `revoke` for the others"
            }
            Some("#") if place.what == ENDPOINT => {
                "a fragment of the authorization URL is `authorize: {fragment: …}`"
            }
            Some("?") => "parameters that all requests have stand under `api`: `query: {…}`",
            _ => AS_URL,
        };
        let message = format!("this is no {}: {PATH}", place.what);
        cx.report(Diagnostic::new(Code::BAD_URL, message, span).help(help));
        return None;
    }
    Some(())
}

/// Whether a host would be read as an IPv4 address (WHATWG URL: its last label is a number).
pub(super) fn is_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn host_from_data<T>(span: Span, cx: &mut Cx<'_, '_>) -> Option<T> {
    let message = "the host depends on data that could lead anywhere";
    let help = "write the host literally; or use a config field of format `host-label` as one label of a literal domain (`https://{{ config.shop }}.example.com`), a field of format `origin`, or a table over an enum";
    cx.report(Diagnostic::new(Code::HOST_FROM_DATA, message, span).help(help));
    None
}

/// What a message calls the URL of a request of an auth method.
pub(super) const ENDPOINT: &str = "URL of an endpoint";
const PATH: &str = "its path is made of segments, without query, fragment, `.` and `..`";
const AS_URL: &str = "write it as `https://api.example.com/v1`";

fn bad_url<T>(place: &Place<'_, '_>, span: Span, why: &str, cx: &mut Cx<'_, '_>) -> Option<T> {
    let message = format!("this is no {}: {why}", place.what);
    cx.report(Diagnostic::new(Code::BAD_URL, message, span).help(AS_URL));
    None
}
