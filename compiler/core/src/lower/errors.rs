//! Error rules.

use couplet_plan::{BinaryOperator, ErrorKind, ErrorRule, Expression, Key, StatusSet};

use super::Cx;
use super::config::Config;
use super::expression::{self, Known, Root, Scope, Ty, Want};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{self, ErrorWord, Manifest};

/// The scope `response`: what an answer holds. Its body is whatever the provider sends.
pub(super) fn response() -> Root {
    let members = [
        ("status", Ty::Int),
        ("headers", Ty::Object),
        ("body", Ty::Any),
        ("text", Ty::Text),
        ("xml", Ty::Any),
        ("cookies", Ty::Object),
        ("cookie", Ty::Text),
    ];
    let members = members.into_iter().map(|(name, ty)| (name.to_owned(), Known::present(ty)));
    Root::new("response", members.collect())
}

/// Lowers the rules, and warns of those that nothing reaches.
pub(super) fn lower<'a>(
    manifest: &Manifest,
    config: &Config<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Vec<ErrorRule<'a>>> {
    let scope = Scope::new(vec![response(), config.root()]);
    let rules: Vec<_> = manifest.api.errors.iter().map(|rule| lower_rule(rule, &scope, cx)).collect();
    config.note(&scope);
    let sets: Vec<_> = manifest.api.errors.iter().map(set).collect();
    for (place, rule) in manifest.api.errors.iter().enumerate() {
        let mut earlier = manifest.api.errors[..place].iter().zip(&sets);
        if let Some((earlier, _)) = earlier.find(|earlier| covers(*earlier, (rule, &sets[place]))) {
            let diagnostic =
                Diagnostic::new(Code::UNREACHABLE_RULE, "this rule is never reached", rule.when.span)
                    .also(earlier.when.span, "this one takes all that it would match")
                    .help("put the narrower rule first");
            cx.report(diagnostic);
        }
    }
    rules.into_iter().collect()
}

/// The statuses of a rule, a bit for each; none where it says none.
type Set = Option<[u64; 10]>;

fn set(rule: &manifest::ErrorRule) -> Set {
    let statuses = rule.when.status.as_ref()?;
    let mut set = [0; 10];
    for (first, last) in &statuses.value.0 {
        for status in *first..=(*last).min(639) {
            set[usize::from(status / 64)] |= 1 << (status % 64);
        }
    }
    Some(set)
}

/// Whether a rule matches all that another one does, as far as that can be told.
fn covers(earlier: (&manifest::ErrorRule, &Set), later: (&manifest::ErrorRule, &Set)) -> bool {
    let bare = |rule: &manifest::ErrorRule| rule.when.condition.is_none() && rule.when.headers.is_empty();
    bare(earlier.0)
        && match (earlier.1, later.1) {
            (None, None) => bare(later.0),
            (None, Some(_)) => {
                later.0.when.status.iter().flat_map(|later| &later.value.0).all(|(first, _)| *first >= 400)
            }
            (Some(_), None) => false,
            (Some(earlier), Some(later)) => {
                earlier.iter().zip(later).all(|(earlier, later)| later & !earlier == 0)
            }
        }
}

fn lower_rule<'a>(rule: &manifest::ErrorRule, scope: &Scope, cx: &mut Cx<'_, 'a>) -> Option<ErrorRule<'a>> {
    let lowered = condition(&rule.when, kind(rule.kind.value), scope, cx);
    let mut whole = lowered.is_some();
    let mut lowered = lowered.unwrap_or(ErrorRule::new(ErrorKind::Provider));
    for (template, code) in [(&rule.code, true), (&rule.message, false)] {
        let Some(template) = template else { continue };
        match expression::lower(cx, template, scope, Want::Json) {
            Some(one) if code => lowered = lowered.with_code(one.expression),
            Some(one) => lowered = lowered.with_message(one.expression),
            None => whole = false,
        }
    }
    whole.then_some(lowered)
}

/// A rule that matches what `when` says.
pub(super) fn condition<'a>(
    when: &manifest::When,
    kind: ErrorKind,
    scope: &Scope,
    cx: &mut Cx<'_, 'a>,
) -> Option<ErrorRule<'a>> {
    let mut lowered = ErrorRule::new(kind);
    let mut whole = true;
    if let Some(status) = &when.status {
        lowered = lowered.with_status(StatusSet::new(cx.arena.slice(&status.value.0)));
    }
    let mut condition: Option<Expression<'a>> = None;
    for (name, value) in when.headers.iter() {
        whole &= super::headers::check_value(&value.value, value.span, cx);
        if !super::headers::is_token(&name.value) {
            let message = format!("`{}` is no name of a header", name.value.escape_default());
            cx.report(Diagnostic::new(Code::BAD_HEADER_NAME, message, name.span));
            whole = false;
        }
        let keys = [Key::Name("headers"), Key::Name(cx.arena.text(&name.value.to_ascii_lowercase()))];
        let header = Expression::reference(couplet_plan::Scope::Response, cx.arena.slice(&keys));
        let value = Expression::text(cx.arena.text(&value.value));
        let equal = Expression::binary(BinaryOperator::Equal, cx.arena.value(header), cx.arena.value(value));
        condition = Some(both(condition, equal, cx));
    }
    if let Some(template) = &when.condition {
        match expression::lower(cx, template, scope, Want::Bool) {
            Some(one) => condition = Some(both(condition, one.expression, cx)),
            None => whole = false,
        }
    }
    if let Some(condition) = condition {
        lowered = lowered.with_condition(condition);
    }
    whole.then_some(lowered)
}

fn both<'a>(first: Option<Expression<'a>>, second: Expression<'a>, cx: &Cx<'_, 'a>) -> Expression<'a> {
    match first {
        Some(first) => Expression::binary(BinaryOperator::And, cx.arena.value(first), cx.arena.value(second)),
        None => second,
    }
}

fn kind(word: ErrorWord) -> ErrorKind {
    match word {
        ErrorWord::Invalid => ErrorKind::Invalid,
        ErrorWord::Unauthorized => ErrorKind::Unauthorized,
        ErrorWord::Forbidden => ErrorKind::Forbidden,
        ErrorWord::NotFound => ErrorKind::NotFound,
        ErrorWord::Conflict => ErrorKind::Conflict,
        ErrorWord::Gone => ErrorKind::Gone,
        ErrorWord::TooLarge => ErrorKind::TooLarge,
        ErrorWord::RateLimited => ErrorKind::RateLimited,
        ErrorWord::QuotaExceeded => ErrorKind::QuotaExceeded,
        ErrorWord::CursorExpired => ErrorKind::CursorExpired,
        ErrorWord::Unavailable => ErrorKind::Unavailable,
        ErrorWord::Provider => ErrorKind::Provider,
    }
}
