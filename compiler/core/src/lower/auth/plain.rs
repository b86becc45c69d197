//! Methods that are worked out once: HTTP Basic, static tokens, and keys of the provider's own making.

use couplet_plan::{self as plan, AuthKind, Expression, KeyLocation};

use super::draft::Draft;
use super::{Made, placement};
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::config::Config;
use crate::lower::expression::{self, Scope, Want};
use crate::lower::{Cx, headers};
use crate::manifest::{ApiKey, Basic, Bearer, KeyPlace, Line};
use crate::source::Spanned;

/// Lowers HTTP Basic.
pub(super) fn basic<'a>(auth: &Basic, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Made<'a>> {
    draft.fields.or("username", Some(&auth.username), "User name", false, cx);
    draft.fields.or("password", auth.password.as_ref(), "Password", true, cx);
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    let user = draft.credential("username", Some(&auth.username), cx);
    let password = match &auth.password {
        None => Some(Expression::text("")),
        password => draft.credential("password", password.as_ref(), cx),
    };
    placement(AuthKind::Basic(user?, password?), None, draft, cx)
}

/// Lowers a static token.
pub(super) fn bearer<'a>(auth: &Bearer, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Made<'a>> {
    if auth.token.is_none() {
        draft.fields.standard("token", "Token", true, cx);
    } else {
        draft.fields.or("token", auth.token.as_ref(), "Token", true, cx);
    }
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    let token = draft.credential("token", auth.token.as_ref(), cx);
    let scheme = scheme(auth.scheme.as_ref(), cx)?;
    placement(AuthKind::Bearer(scheme, token?), None, draft, cx)
}

fn scheme<'a>(scheme: Option<&Spanned<Line>>, cx: &mut Cx<'_, 'a>) -> Option<&'a str> {
    let Some(scheme) = scheme else { return Some("Bearer") };
    if headers::is_token(&scheme.value) {
        return Some(cx.arena.text(&scheme.value));
    }
    let message = "the scheme is one word, as `Bearer` or `Token`";
    cx.report(Diagnostic::new(Code::BAD_HEADER_VALUE, message, scheme.span));
    None
}

/// Lowers a key.
pub(super) fn api_key<'a>(auth: &ApiKey, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Made<'a>> {
    match &auth.key {
        Some(key) => draft.fields.field("key", &key.0, "API key", true, cx),
        None => draft.fields.standard("key", "API key", true, cx),
    }
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    let value = match &auth.value {
        Some(value) => draft.template(value, Want::Text, cx).map(|lowered| lowered.expression),
        None => Some(draft.own("key", cx)),
    };
    let place = auth.place.value;
    let key = key_name(auth, draft.config, cx);
    draft.fields.drop_standard(&draft.used);
    let location = match place {
        KeyPlace::Header => KeyLocation::Header,
        KeyPlace::Query => KeyLocation::Query,
        KeyPlace::Cookie => KeyLocation::Cookie,
        KeyPlace::Path => KeyLocation::Path,
        KeyPlace::Body => KeyLocation::Body,
    };
    if matches!(place, KeyPlace::Query | KeyPlace::Path) {
        let what = if place == KeyPlace::Query { "the query" } else { "the path" };
        let caveat = format!("The key of `{}` stands in {what} of each URL.", draft.name.value);
        let help = "send the key in a header, where the provider takes one";
        draft.weak(
            &format!("a key in {what}, where logs may keep it,"),
            help,
            caveat,
            auth.place.span,
            cx,
        )?;
    }
    placement(AuthKind::ApiKey(location, key?, value?), None, draft, cx)
}

/// The name of a key: a literal, or a config field of format `header-name`.
fn key_name<'a>(auth: &ApiKey, config: &Config<'a>, cx: &mut Cx<'_, 'a>) -> Option<Expression<'a>> {
    let name = &auth.name;
    if name.value.text.contains("{{") {
        let scope = Scope::new(vec![config.root()]);
        let lowered = expression::lower(cx, name, &scope, Want::Text)?;
        config.note(&scope);
        let field = match lowered.expression.node() {
            plan::Node::Reference(plan::Scope::Config, [plan::Key::Name(field)]) => config.field(field),
            _ => None,
        };
        if auth.place.value == KeyPlace::Header
            && field.is_some_and(|field| field.format() == plan::Format::HeaderName)
        {
            return Some(lowered.expression);
        }
        let message =
            "only a header's name may come from data, and only from one config field of format `header-name`";
        let help = "write the name as it is, or declare the field with `format: header-name`";
        cx.report(Diagnostic::new(Code::BAD_HEADER_NAME, message, name.span).help(help));
        return None;
    }
    let text = &name.value.text;
    let fits = match auth.place.value {
        KeyPlace::Header => headers::check_name(text, name.span, cx),
        KeyPlace::Cookie | KeyPlace::Path => {
            let fits = headers::is_token(text) && (auth.place.value == KeyPlace::Cookie || is_word(text));
            if !fits {
                let message =
                    format!("`{}` is no name that fits there", crate::validate::decode::shorten(text));
                cx.report(
                    Diagnostic::new(Code::BAD_NAME, message, name.span).help("write letters, digits and `_`"),
                );
            }
            fits
        }
        KeyPlace::Query | KeyPlace::Body => true,
    };
    fits.then(|| Expression::text(cx.arena.text(text)))
}

pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
