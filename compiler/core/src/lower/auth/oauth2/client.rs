//! How the client comes to be known, and how it proves who it is.

use couplet_plan::{
    self as plan, Entry, Expression, NamedTemplate, Scope as PlanScope, Server, ServerKind, Step, StepUrl,
};

use super::Method;
use super::fields::client_auth;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::auth::draft::reference;
use crate::lower::auth::{assertion, requests::Client};
use crate::lower::expression::{Known, Ty};
use crate::manifest::{ClientAuth, Grant};

impl<'a> Method<'_, '_, '_, '_, 'a> {
    /// Registration, where the client is registered when someone connects (RFC 7591).
    pub(super) fn prepare(&mut self) -> Option<&'a [Step<'a>]> {
        if self.auth.discovery.is_some() {
            for name in [
                "issuer",
                "authorization_endpoint",
                "token_endpoint",
                "registration_endpoint",
                "revocation_endpoint",
            ] {
                let (known, span) = (Known::present(Ty::Text), self.draft.name.span);
                self.draft.keep(name, known, plan::Format::Url(&[]), span, self.cx);
            }
        }
        if self.auth.registration.is_none() {
            return Some(&[]);
        }
        let url =
            self.endpoint(self.auth.registration_url.as_ref(), "registration_url", "registration_endpoint")?;
        let cx = &*self.cx;
        let list = |texts: &[&'static str]| {
            let texts: Vec<_> = texts.iter().map(|text| Expression::text(text)).collect();
            Expression::list(cx.arena.slice(&texts))
        };
        let how = match client_auth(self.auth) {
            ClientAuth::Basic => "client_secret_basic",
            ClientAuth::Body => "client_secret_post",
            _ => "none",
        };
        let redirect = reference(PlanScope::App, &["redirect_uri"], cx);
        let entries = [
            Entry::new("client_name", Expression::text("Couplet")),
            Entry::new("redirect_uris", Expression::list(cx.arena.slice(&[redirect]))),
            Entry::new("grant_types", list(&["authorization_code", "refresh_token"])),
            Entry::new("response_types", list(&["code"])),
            Entry::new("token_endpoint_auth_method", Expression::text(how)),
        ];
        let body =
            plan::Body::new(plan::BodyKind::Json).with_value(Expression::map(cx.arena.slice(&entries)));
        let member = |name| reference(PlanScope::Response, &["body", name], cx);
        let captures = [
            plan::Capture::new("client_id", member("client_id")),
            plan::Capture::new("client_secret", member("client_secret")).secret().optional(),
        ];
        let step = Step::new(plan::Method::Post, StepUrl::Url(url))
            .with_body(body)
            .with_captures(cx.arena.slice(&captures));
        let (known, span) = (Known::present(Ty::Text), self.draft.name.span);
        self.draft.keep("client_id", known, plan::Format::Text, span, self.cx);
        Some(self.cx.arena.slice(&[step]))
    }

    #[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
    pub(super) fn assertion(&mut self, client: Client<'a>) -> Option<Option<plan::Assertion<'a>>> {
        let auth = self.auth;
        let needed = auth.grant.value == Grant::JwtBearer || client.auth == ClientAuth::PrivateKeyJwt;
        let Some(assertion) = &auth.assertion else {
            if needed {
                let message = "an assertion must be signed here, and nothing says how";
                let diagnostic = Diagnostic::new(Code::MISSING_KEY, message, auth.grant.span);
                self.cx.report(diagnostic.help(
                    "write `assertion: {algorithm: RS256, key: '{{ credentials.private_key }}', claims: {…}}`",
                ));
                return None;
            }
            return Some(None);
        };
        let mut standard = Vec::new();
        if client.auth == ClientAuth::PrivateKeyJwt && auth.grant.value != Grant::JwtBearer {
            let url = self.endpoint(auth.token_url.as_ref(), "token_url", "token_endpoint")?;
            standard = vec![
                ("iss", client.id),
                ("sub", client.id),
                ("aud", self.text_of(url)),
                ("jti", Expression::reference(PlanScope::Uuid, &[])),
            ];
        }
        assertion::lower(assertion, &standard, self.draft, self.cx).map(Some)
    }

    /// The text of an endpoint's URL.
    fn text_of(&self, server: Server<'a>) -> Expression<'a> {
        match server.kind() {
            ServerKind::Url(url) => url,
            ServerKind::Table(field, rows) => {
                let field = reference(PlanScope::Config, &[field], self.cx);
                let arena = self.cx.arena;
                let last = rows.last().map_or(Expression::NULL, NamedTemplate::value);
                rows.iter().rev().skip(1).fold(last, |other, row| {
                    let (left, right) = (arena.value(field), arena.value(Expression::text(row.name())));
                    let same = Expression::binary(plan::BinaryOperator::Equal, left, right);
                    Expression::conditional(arena.value(same), arena.value(row.value()), arena.value(other))
                })
            }
            _ => Expression::NULL,
        }
    }
}
