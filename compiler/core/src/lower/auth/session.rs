//! Sessions, signed assertions that are sent as they are, and signatures of the provider's own making.

use couplet_plan::{self as plan, AuthKind, Filter, Flow, NamedTemplate, Token, TokenResponse};

use super::draft::Draft;
use super::steps::{self, Kind};
use super::{Made, assertion, expired, placement};
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::expression::Root;
use crate::lower::{Cx, api};
use crate::manifest::{Jwt, Session, Signature};

/// Lowers a login.
pub(super) fn session<'a>(
    auth: &Session,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Made<'a>> {
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    if auth.steps.is_empty() {
        let message = "a session begins with a request";
        cx.report(
            Diagnostic::new(Code::MISSING_KEY, message, auth.span).help("write `steps: [{post: /login, …}]`"),
        );
        return None;
    }
    let signed = match &auth.assertion {
        Some(assertion) => Some(assertion::lower(assertion, &[], draft, cx)?),
        None => None,
    };
    let obtain = steps::lower(&auth.steps, Kind::Token, draft, cx);
    let mut response = TokenResponse::NONE;
    if let Some(end) = &auth.expires_at {
        response = response.with_expires_at(draft.of_answer(end, false, cx)?);
    }
    let mut token =
        Token::new(Flow::Direct, obtain?, response).with_expired(expired(auth.expired.as_ref(), draft, cx)?);
    if let Some(signed) = signed {
        token = token.with_assertion(signed);
    }
    if let Some(refresh) = &auth.refresh {
        token = token.with_refresh(steps::lower(refresh, Kind::Token, draft, cx)?);
    }
    if let Some(lifetime) = &auth.lifetime {
        token = token.with_lifetime(lifetime.value.0);
    }
    if let Some(margin) = &auth.refresh_before {
        token = token.with_refresh_before(margin.value.0);
    }
    if auth.headers.is_empty() && auth.query.is_empty() && auth.body.is_none() {
        let message = "nothing carries the session: requests must send what the login gave";
        let help = "write `headers: {authorization: 'Bearer {{ captured.token }}'}`, or `{cookie: '{{ captured.cookie }}'}`";
        cx.report(Diagnostic::new(Code::MISSING_KEY, message, auth.span).help(help));
        return None;
    }
    let kind = AuthKind::Token(cx.arena.value(token));
    placement(kind, None, draft, cx)
}

/// Lowers an assertion that each request carries.
pub(super) fn jwt<'a>(auth: &Jwt, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Made<'a>> {
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    let signed = assertion::lower(&auth.assertion, &[], draft, cx)?;
    let token = Token::new(Flow::Direct, &[], TokenResponse::NONE)
        .with_assertion(signed)
        .with_lifetime(signed.lifetime())
        .with_refresh_before((signed.lifetime() / 5).min(60));
    let kind = AuthKind::Token(cx.arena.value(token));
    let parts = [plan::Expression::text("Bearer "), assertion::own(cx)];
    let standard = NamedTemplate::new("authorization", plan::Expression::concat(cx.arena.slice(&parts)));
    placement(kind, Some(standard), draft, cx)
}

/// Lowers headers and query parameters that are computed for each request.
pub(super) fn signature<'a>(
    auth: &Signature,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Made<'a>> {
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
    if auth.headers.is_empty() && auth.query.is_empty() && auth.body.is_none() {
        let message = "a signature computes something: a header or a query parameter";
        let help =
            "write `headers: {x-signature: '{{ request.body | hmac_sha256(credentials.secret) | hex }}'}`";
        cx.report(Diagnostic::new(Code::MISSING_KEY, message, auth.span).help(help));
        return None;
    }
    let mut scope = draft.scope();
    scope.add(request());
    let headers = api::templates_but(&auth.headers, &scope, true, &["cookie"], cx);
    let query = api::templates_but(&auth.query, &scope, false, &[], cx);
    draft.note(&scope);
    let (headers, query) = (headers?, query?);
    let weak = |template: &NamedTemplate<'_>| uses_weak_hash(&template.value());
    if headers.iter().chain(&query).any(weak) {
        let caveat = format!("`{}` signs with SHA-1 or MD5.", draft.name.value);
        draft.weak(
            "a signature over SHA-1 or MD5",
            "use SHA-256, where the provider takes it",
            caveat,
            auth.span,
            cx,
        )?;
    }
    Some(Made { kind: AuthKind::Signature, headers: cx.arena.slice(&headers), query: cx.arena.slice(&query) })
}

/// The scope `request`: the request before it is signed.
pub(super) fn request() -> Root {
    use crate::lower::expression::{Known, Ty};
    let texts = ["method", "url", "scheme", "host", "path", "query"].map(|name| (name, Ty::Text));
    let others = [("params", Ty::Object), ("headers", Ty::Object), ("body", Ty::Bytes)];
    let members = texts.into_iter().chain(others);
    Root::new("request", members.map(|(name, ty)| (name.to_owned(), Known::present(ty))).collect())
}

fn uses_weak_hash(expression: &plan::Expression<'_>) -> bool {
    use plan::Node;
    match expression.node() {
        Node::Filter(filter, value, arguments) => {
            matches!(filter, Filter::HmacSha1 | Filter::Sha1 | Filter::Md5)
                || uses_weak_hash(value)
                || arguments.iter().any(uses_weak_hash)
        }
        Node::Concat(parts) | Node::List(parts) => parts.iter().any(uses_weak_hash),
        Node::Member(of, _) | Node::Unary(_, of) => uses_weak_hash(of),
        Node::Index(first, second) | Node::Binary(_, first, second) => {
            uses_weak_hash(first) || uses_weak_hash(second)
        }
        Node::If(condition, then, otherwise) => [condition, then, otherwise].into_iter().any(uses_weak_hash),
        _ => false,
    }
}
