//! Steps of a method: requests, what they must answer, and what they keep.

use couplet_plan::{
    self as plan, Capture, Choice, Expression, Format, Node, PathPart, StatusSet, Step, StepUrl,
};

use super::draft::Draft;
use crate::diagnostic::{Code, Diagnostic};
use crate::limits;
use crate::lower::expression::{Known, Ty, Want};
use crate::lower::{Cx, actions, config, path};
use crate::manifest::{self, BaseUrl, CaptureFormat, Snake, Value};
use crate::source::{Span, Spanned};
use crate::validate::decode::{KeyRule, shorten};

/// What distinguishes the places where steps stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// They obtain, renew or give back a token: they have no credentials, and what they capture is secret.
    Token,
    /// They follow upon connecting, or come before disconnecting.
    Connected,
}

/// Lowers steps in order: each sees what those before it captured.
pub(super) fn lower<'a>(
    steps: &[manifest::Step],
    kind: Kind,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<&'a [Step<'a>]> {
    if let Some(step) = steps.get(limits::STEPS) {
        return cx.too_many("steps", steps.len(), limits::STEPS, step.span);
    }
    let lowered: Vec<_> = steps.iter().map(|step| one(step, kind, draft, cx)).collect();
    let lowered = lowered.into_iter().collect::<Option<Vec<_>>>()?;
    Some(cx.arena.slice(&lowered))
}

fn one<'a>(
    step: &manifest::Step,
    kind: Kind,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Step<'a>> {
    let sent = request(step, draft, cx);
    // What it captures is known to what follows, even where the request itself is wrong.
    let captures = captures(step.capture.iter(), kind == Kind::Token, draft, cx);
    let choice = match &step.choose {
        Some(choose) => self::choice(choose, kind, draft, cx).map(Some),
        None => Some(None),
    };
    let mut lowered = sent?.with_captures(cx.arena.slice(&captures?));
    if let Some(choice) = choice? {
        lowered = lowered.with_choice(choice);
    }
    match &step.auth {
        Some(auth) if kind == Kind::Token => {
            let message = "these requests have no credentials of their own: there is nothing to leave out";
            cx.report(Diagnostic::new(Code::CONFLICTING_KEYS, message, auth.span).help("remove it"));
            None
        }
        Some(_) => Some(lowered.bare()),
        None => Some(lowered),
    }
}

/// The request of a step, and what it must be answered.
fn request<'a>(step: &manifest::Step, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Step<'a>> {
    let (method, url) = route(step, cx)?;
    let url = self::url(url, draft, cx);
    let query = draft.templates(&step.query, false, cx);
    let headers = draft.templates(&step.headers, true, cx);
    let mut lowered =
        Step::new(method, url?).with_query(cx.arena.slice(&query?)).with_headers(cx.arena.slice(&headers?));
    if let Some(body) = &step.body {
        let scope = draft.scope();
        let body = actions::of_body(body, &scope, cx);
        draft.note(&scope);
        lowered = lowered.with_body(body?);
    }
    if let Some(expect) = &step.expect {
        if let Some(status) = &expect.status {
            lowered = lowered.with_status(StatusSet::new(cx.arena.slice(&status.value.0)));
        }
        if let Some(condition) = &expect.condition {
            lowered = lowered.with_condition(draft.answer(condition, Want::Bool, cx)?.expression);
        }
    }
    Some(lowered)
}

fn route<'s>(step: &'s manifest::Step, cx: &mut Cx<'_, '_>) -> Option<(plan::Method, &'s Spanned<BaseUrl>)> {
    let routes: Vec<_> = step.routes().collect();
    match routes.as_slice() {
        [route] => Some(*route),
        [] => {
            let message = "a step needs a method and a URL";
            let help = "write `post: /path` or `get: https://…`";
            cx.report(Diagnostic::new(Code::MISSING_KEY, message, step.span).help(help));
            None
        }
        [(_, first), (_, second), ..] => {
            let message = "a step has two methods: it is one request";
            let diagnostic = Diagnostic::new(Code::CONFLICTING_KEYS, message, second.span);
            cx.report(diagnostic.also(first.span, "and this is another").help("make two steps of it"));
            None
        }
    }
}

/// A path behind the base URL, or a URL of its own.
fn url<'a>(url: &Spanned<BaseUrl>, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<StepUrl<'a>> {
    match &url.value {
        BaseUrl::Url(template) if template.value.text.starts_with('/') => {
            let lowered = draft.template(template, Want::Text, cx)?;
            path_of(lowered.expression, url.span, cx).map(|parts| StepUrl::Path(0, parts))
        }
        _ => draft.url(url, cx).map(StepUrl::Url),
    }
}

fn path_of<'a>(path: Expression<'a>, span: Span, cx: &mut Cx<'_, 'a>) -> Option<&'a [PathPart<'a>]> {
    let one = [path];
    let pieces = match path.node() {
        Node::Concat(pieces) => pieces,
        _ => &one[..],
    };
    let mut whole = String::new();
    let parts: Vec<_> = pieces
        .iter()
        .map(|piece| match piece.node() {
            Node::Text(text) => {
                whole.push_str(text);
                PathPart::Literal(text)
            }
            _ => {
                whole.push('x');
                PathPart::Template(*piece)
            }
        })
        .collect();
    let fits =
        whole.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&byte));
    if fits && path::segments_fit(&whole) {
        return Some(cx.arena.slice(&parts));
    }
    let message = "this is no path: it is made of segments, without query, fragment, `.` and `..`";
    let help = "write it as `/oauth/token`; query parameters stand under `query`";
    cx.report(Diagnostic::new(Code::BAD_PATH, message, span).help(help));
    None
}

/// Lowers captures, and lets later templates see them.
pub(super) fn captures<'m, 'a>(
    captures: impl Iterator<Item = (&'m Spanned<String>, &'m manifest::Capture)>,
    secret: bool,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Vec<Capture<'a>>> {
    let lowered: Vec<_> =
        captures.map(|(name, capture)| self::capture(name, capture, secret, draft, cx)).collect();
    lowered.into_iter().collect()
}

fn capture<'a>(
    name: &Spanned<String>,
    capture: &manifest::Capture,
    secret: bool,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Capture<'a>> {
    let (template, fields) = match capture {
        manifest::Capture::Template(template) => (template, None),
        manifest::Capture::Described(fields) => (&fields.value, Some(fields)),
    };
    let shown = fields.is_some_and(|fields| fields.secret == Some(false));
    let format = match fields {
        Some(fields) => place(
            fields.format.as_ref(),
            fields.within.as_ref(),
            fields.self_hosted == Some(true),
            name.span,
            cx,
        ),
        None => Some(Format::Text),
    };
    let Some(format) = format else {
        draft.lose(&name.value, secret && !shown);
        return None;
    };
    let secret = fields.and_then(|fields| fields.secret).unwrap_or(secret && format == Format::Text);
    let optional = fields.is_some_and(|fields| fields.optional == Some(true));
    let lowered = draft.answer(template, Want::Any, cx);
    let known = Known { absent: optional, secret, ..Known::present(Ty::Any) };
    draft.keep(&name.value, known, format, name.span, cx);
    let mut one = Capture::new(cx.arena.text(&name.value), lowered?.expression).with_format(format);
    if secret {
        one = one.secret();
    }
    Some(if optional { one.optional() } else { one })
}

fn choice<'a>(
    choose: &manifest::Choose,
    kind: Kind,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Choice<'a>> {
    if kind == Kind::Token {
        let message = "only who connects can choose: `choose` stands in `connect`";
        cx.report(
            Diagnostic::new(Code::CONFLICTING_KEYS, message, choose.span).help("move the step to `connect`"),
        );
        return None;
    }
    let format = place(choose.format.as_ref(), choose.within.as_ref(), false, choose.name.span, cx);
    let from = draft.answer(&choose.from, Want::Any, cx);
    let (Some(format), Some(from)) = (format, from) else {
        draft.lose(&choose.name.value, false);
        return None;
    };
    if let Some((why, mended)) = <Snake as KeyRule>::wrong(&choose.name.value) {
        let message = format!("`{}` is no {}: {why}", shorten(&choose.name.value), Snake::WHAT);
        let diagnostic = Diagnostic::new(Code::BAD_NAME, message, choose.name.span);
        cx.report(match mended {
            Some(mended) => diagnostic.suggest(format!("write `{mended}`"), choose.name.span, mended),
            None => diagnostic,
        });
        return None;
    }
    draft.keep(&choose.name.value, Known::present(Ty::Any), format, choose.name.span, cx);
    let label = choose.label.as_ref().unwrap_or(&choose.value);
    let text = |line: &Spanned<manifest::Line>| cx.arena.text(&line.value);
    Some(
        Choice::new(text(&choose.name), from.expression, text(&choose.value), text(label))
            .with_format(format),
    )
}

/// What a captured value is, where requests may go to it.
fn place<'a>(
    format: Option<&Spanned<CaptureFormat>>,
    within: Option<&Spanned<Vec<Spanned<Value>>>>,
    self_hosted: bool,
    span: Span,
    cx: &mut Cx<'_, 'a>,
) -> Option<Format<'a>> {
    let goes = format.filter(|format| format.value != CaptureFormat::HostLabel);
    let Some(goes) = goes else {
        let key = if within.is_some() { "within" } else { "self_hosted" };
        if within.is_some() || self_hosted {
            let message = format!("`{key}` is said of a capture of format `origin` or `url`");
            let help = "say `format: origin`, or remove it";
            let span = within.map_or(span, |within| within.span);
            cx.report(Diagnostic::new(Code::CONFLICTING_KEYS, message, span).help(help));
            return None;
        }
        return Some(if format.is_some() { Format::HostLabel } else { Format::Text });
    };
    let hosts = match within {
        Some(within) if self_hosted => {
            let message = "an origin is confined, or any at all: not both";
            let help = "remove `self_hosted`, or `within`";
            cx.report(Diagnostic::new(Code::CONFLICTING_KEYS, message, within.span).help(help));
            return None;
        }
        Some(within) if within.value.is_empty() => {
            let message = "no host is within nothing";
            let help = "name the hosts that it may have: `within: ['*.example.com']`";
            cx.report(Diagnostic::new(Code::BAD_HOST_PATTERN, message, within.span).help(help));
            return None;
        }
        Some(within) if within.value.len() > limits::HOSTS => {
            return cx.too_many("hosts", within.value.len(), limits::HOSTS, within.value[limits::HOSTS].span);
        }
        Some(within) => {
            let hosts: Vec<_> =
                within.value.iter().map(|host| config::host_pattern(&host.value, host.span, cx)).collect();
            cx.arena.slice(&hosts.into_iter().collect::<Option<Vec<_>>>()?)
        }
        None if self_hosted => &[],
        None => {
            let message = "an origin that comes from an answer must be confined: credentials go to it";
            let help = "name the hosts it may have: `within: ['*.example.com']`; or say `self_hosted: true` where the \
                        provider's server is the customer's own";
            cx.report(Diagnostic::new(Code::HOST_FROM_DATA, message, span).help(help));
            return None;
        }
    };
    Some(match goes.value {
        CaptureFormat::Origin => Format::Origin(hosts),
        CaptureFormat::Url | CaptureFormat::HostLabel => Format::Url(hosts),
    })
}
