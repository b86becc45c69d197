//! The requests for a token, and what comes back.

use couplet_plan::{Expression, Filter, Scope as PlanScope, Step, TokenResponse};

use super::Method;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::auth::assertion;
use crate::lower::auth::draft::reference;
use crate::lower::auth::requests::{Client, Parameters, request};
use crate::lower::auth::steps::{self, Kind};
use crate::manifest::{self, Grant, TokenRequest, Unit};
use crate::source::Spanned;

impl<'a> Method<'_, '_, '_, '_, 'a> {
    pub(super) fn obtain(&mut self, client: Client<'a>) -> Option<&'a [Step<'a>]> {
        let auth = self.auth;
        match &auth.token {
            Some(TokenRequest::Steps(own)) => steps::lower(&own.steps, Kind::Token, self.draft, self.cx),
            Some(TokenRequest::None(span)) => {
                let message = "a token must be asked for";
                self.cx.report(
                    Diagnostic::new(Code::MISSING_KEY, message, *span)
                        .help("write the request, or remove the key"),
                );
                None
            }
            _ if auth.grant.value == Grant::Custom => {
                let message = "the grant `custom` needs its own token request";
                let help = "write `token: {post: https://…, body: {form: {…}}}`, or `token: {steps: […]}`";
                self.cx.report(Diagnostic::new(Code::MISSING_KEY, message, auth.grant.span).help(help));
                None
            }
            changes => {
                let changes = match changes {
                    Some(TokenRequest::Changes(changes)) => Some(&**changes),
                    _ => None,
                };
                let url = self.endpoint(auth.token_url.as_ref(), "token_url", "token_endpoint")?;
                let parameters = self.token_parameters();
                let step = request(url, parameters, client, changes, self.draft, self.cx)?;
                Some(self.cx.arena.slice(&[step]))
            }
        }
    }

    fn token_parameters(&self) -> Parameters<'a> {
        let mut parameters = Parameters::default();
        let oauth = |name: &'static str| reference(PlanScope::OAuth, &[name], self.cx);
        let credential = |name: &'static str| reference(PlanScope::Credentials, &[name], self.cx);
        match self.auth.grant.value {
            Grant::AuthorizationCode => {
                parameters.text("grant_type", "authorization_code");
                parameters.add("code", oauth("code"));
                parameters.add("redirect_uri", reference(PlanScope::App, &["redirect_uri"], self.cx));
                if self.auth.pkce.as_ref().is_none_or(|pkce| pkce.value.0) {
                    parameters.add("code_verifier", oauth("code_verifier"));
                }
            }
            Grant::Password => {
                parameters.text("grant_type", "password");
                parameters.add("username", credential("username"));
                parameters.add("password", credential("password"));
                self.scope_parameter(&mut parameters);
            }
            Grant::RefreshToken => {
                parameters.text("grant_type", "refresh_token");
                parameters.add("refresh_token", credential("refresh_token"));
            }
            Grant::JwtBearer => {
                parameters.text("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
                parameters.add("assertion", assertion::own(self.cx));
                self.scope_parameter(&mut parameters);
            }
            Grant::DeviceCode => {
                parameters.text("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
                parameters.add("device_code", oauth("device_code"));
            }
            Grant::ClientCredentials | Grant::Custom => {
                parameters.text("grant_type", "client_credentials");
                self.scope_parameter(&mut parameters);
            }
        }
        parameters
    }

    #[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
    pub(super) fn refresh(&mut self, client: Client<'a>) -> Option<Option<&'a [Step<'a>]>> {
        let auth = self.auth;
        let standard =
            !matches!(auth.grant.value, Grant::ClientCredentials | Grant::JwtBearer | Grant::Custom);
        let changes = match &auth.refresh {
            Some(TokenRequest::None(_)) => return Some(None),
            Some(TokenRequest::Steps(own)) => {
                return steps::lower(&own.steps, Kind::Token, self.draft, self.cx).map(Some);
            }
            Some(TokenRequest::Changes(changes)) => Some(&**changes),
            None if !standard => return Some(None),
            None => None,
        };
        let url = auth.refresh_url.as_ref().or(auth.token_url.as_ref());
        let url = self.endpoint(url, "token_url", "token_endpoint")?;
        let mut parameters = Parameters::default();
        parameters.text("grant_type", "refresh_token");
        parameters.add("refresh_token", reference(PlanScope::Credentials, &["refresh_token"], self.cx));
        let step = request(url, parameters, client, changes, self.draft, self.cx)?;
        Some(Some(self.cx.arena.slice(&[step])))
    }

    pub(super) fn revoke(&mut self, client: Client<'a>) -> Option<&'a [Step<'a>]> {
        let auth = self.auth;
        let changes = match &auth.revoke {
            Some(TokenRequest::None(_)) => return Some(&[]),
            Some(TokenRequest::Steps(own)) => {
                return steps::lower(&own.steps, Kind::Token, self.draft, self.cx);
            }
            Some(TokenRequest::Changes(changes)) => Some(&**changes),
            None if auth.revocation_url.is_none() => return Some(&[]),
            None => None,
        };
        let url = self.endpoint(auth.revocation_url.as_ref(), "revocation_url", "revocation_endpoint")?;
        let access = [reference(PlanScope::Credentials, &["access_token"], self.cx)];
        let refresh = reference(PlanScope::Credentials, &["refresh_token"], self.cx);
        let token =
            Expression::filter(Filter::Default, self.cx.arena.value(refresh), self.cx.arena.slice(&access));
        let mut parameters = Parameters::default();
        parameters.add("token", token);
        let step = request(url, parameters, client, changes, self.draft, self.cx)?;
        Some(self.cx.arena.slice(&[step]))
    }

    pub(super) fn response(&mut self) -> Option<TokenResponse<'a>> {
        let said = self.auth.response.as_ref();
        let part = |name: &'static str, template: Option<&Spanned<manifest::Template>>, method: &mut Self| {
            match template {
                Some(template) => {
                    let literal = matches!(name, "token_type" | "scope");
                    method.draft.of_answer(template, literal, method.cx)
                }
                None => Some(reference(PlanScope::Response, &["body", name], method.cx)),
            }
        };
        let access = part("access_token", said.and_then(|said| said.access_token.as_ref()), self);
        let kind = part("token_type", said.and_then(|said| said.token_type.as_ref()), self);
        let refresh = part("refresh_token", said.and_then(|said| said.refresh_token.as_ref()), self);
        let scope = part("scope", said.and_then(|said| said.scope.as_ref()), self);
        let seconds = part("expires_in", said.and_then(|said| said.expires_in.as_ref()), self);
        let unit = match self.auth.expires_unit.as_ref().map(|unit| unit.value) {
            Some(Unit::Milliseconds) => 1,
            Some(Unit::Minutes) => 60_000,
            _ => 1_000,
        };
        let mut response = TokenResponse::new(access?)
            .with_token_type(kind?)
            .with_refresh_token(refresh?)
            .with_scope(scope?)
            .with_expires_in(seconds?, unit);
        if let Some(end) = said.and_then(|said| said.expires_at.as_ref()) {
            response = response.with_expires_at(self.draft.of_answer(end, false, self.cx)?);
        }
        Some(response)
    }
}
