//! OAuth 2.0: each grant as requests, and what comes back.

use couplet_plan::{
    self as plan, Authorization, Entry, Expression, Filter, Flow, NamedTemplate, Scope as PlanScope, Server,
    ServerKind, Step, StepUrl, Token, TokenResponse,
};

use super::draft::{Draft, reference};
use super::requests::{Client, Parameters, request};
use super::steps::{self, Kind};
use super::{Made, assertion, expired, placement};
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::Cx;
use crate::lower::expression::{Known, Ty, Want};
use crate::manifest::{self, BaseUrl, ClientAuth, ClientOwner, Grant, OAuth2, TokenRequest, Unit};
use crate::source::Spanned;

/// What a token answers that is shown nowhere.
const PARTS: [&str; 3] = ["access_token", "refresh_token", "token_type"];

/// Lowers an `oauth2` method: the kind, and what each request carries.
pub(super) fn lower<'a>(auth: &OAuth2, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<Made<'a>> {
    let grant = auth.grant.value;
    let person = matches!(grant, Grant::AuthorizationCode | Grant::DeviceCode);
    weaknesses(auth, draft, cx)?;
    bring(auth, person, draft, cx);
    let mut cx = Method { auth, cx, draft };
    let prepare = cx.prepare()?;
    let client = cx.client();
    cx.draft.oauth = match grant {
        Grant::AuthorizationCode => {
            &["code", "redirect_uri", "code_verifier", "code_challenge", "state", "scope"]
        }
        Grant::DeviceCode => &["device_code", "scope"],
        _ => &["scope"],
    };
    let assertion = cx.assertion(client);
    // Parts of the token are seen by the requests that renew it and give it back, and by what each request carries.
    for name in PARTS {
        cx.draft
            .computed
            .push((name.to_owned(), Known { secret: name != "token_type", ..Known::present(Ty::Text) }));
    }
    let flow = cx.flow(client);
    cx.draft.callback = grant == Grant::AuthorizationCode;
    // What the redirect alone tells is known before the token is asked for.
    let told = |capture: &manifest::Capture| {
        let text = &capture.template().value.text;
        text.contains("callback") && !text.contains("response")
    };
    let early = auth.capture.iter().filter(|(_, capture)| told(capture));
    let early = steps::captures(early, false, cx.draft, cx.cx);
    let obtain = cx.obtain(client);
    let response = cx.response();
    let late = auth.capture.iter().filter(|(_, capture)| !told(capture));
    let captures = steps::captures(late, false, cx.draft, cx.cx);
    cx.draft.callback = false;
    let refresh = cx.refresh(client);
    let revoke = cx.revoke(client);
    let scopes = cx.scopes();
    let Method { draft, cx, .. } = cx;
    let expired = expired(auth.expired.as_ref(), draft, cx)?;
    let separator = auth.scope_separator.as_ref().map_or(" ", |separator| cx.arena.text(&separator.value));
    let mut token = Token::new(flow?, obtain?, response?)
        .with_prepare(prepare)
        .with_callback(cx.arena.slice(&early?))
        .with_captures(cx.arena.slice(&captures?))
        .with_revoke(revoke?)
        .with_expired(expired)
        .with_scopes(scopes?, separator);
    if let Some(steps) = refresh? {
        token = token.with_refresh(steps);
    }
    if let Some(assertion) = assertion? {
        token = token.with_assertion(assertion);
    }
    if let Some(lifetime) = &auth.lifetime {
        token = token.with_lifetime(lifetime.value.0);
    }
    if let Some(margin) = &auth.refresh_before {
        token = token.with_refresh_before(margin.value.0);
    }
    if let Some(discovery) = &auth.discovery {
        token = token.with_discovery(draft.template(discovery, Want::Text, cx)?.expression);
    }
    let kind = plan::AuthKind::Token(cx.arena.value(token));
    let parts = [
        reference(PlanScope::Credentials, &["token_type"], cx),
        Expression::text(" "),
        reference(PlanScope::Credentials, &["access_token"], cx),
    ];
    let standard = NamedTemplate::new("authorization", Expression::concat(cx.arena.slice(&parts)));
    placement(kind, Some(standard), draft, cx)
}

/// Choices that are weak: each needs a reason.
fn weaknesses<'a>(auth: &OAuth2, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<()> {
    let method = draft.name.value.clone();
    if let Some(pkce) = auth.pkce.as_ref().filter(|pkce| !pkce.value) {
        let caveat = format!("`{method}` does not use PKCE.");
        draft.weak("a grant without PKCE", "leave `pkce` out: it is used then", caveat, pkce.span, cx)?;
    }
    if auth.grant.value == Grant::Password {
        let caveat = format!("`{method}` takes a person's user name and password.");
        draft.weak(
            "the grant `password`",
            "use another grant, where the provider has one",
            caveat,
            auth.grant.span,
            cx,
        )?;
    }
    Some(())
}

/// The fields that the method brings.
fn bring<'a>(auth: &OAuth2, person: bool, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) {
    let secret = matches!(client_auth(auth), ClientAuth::Body | ClientAuth::Basic);
    let dynamic = auth.registration.is_some();
    let described = Some(&auth.credentials);
    let owner = owner(auth, person);
    // The requests of a `custom` grant are its own, and so are its credentials, unless it says whose the client is.
    let own = auth.grant.value == Grant::Custom && auth.client.is_none() && auth.client_auth.is_none();
    if !dynamic && !own {
        match owner {
            ClientOwner::App => {
                draft.app_field("client_id", "Client ID", false, cx);
                if secret {
                    draft.app_field("client_secret", "Client secret", true, cx);
                }
            }
            ClientOwner::Credentials => {
                draft.fields.brought("client_id", "Client ID", false, described, cx);
                if secret {
                    draft.fields.brought("client_secret", "Client secret", true, described, cx);
                }
            }
        }
    }
    match auth.grant.value {
        Grant::AuthorizationCode => draft.app_field("redirect_uri", "Redirect URI", false, cx),
        Grant::Password => {
            draft.fields.brought("username", "User name", false, described, cx);
            draft.fields.brought("password", "Password", true, described, cx);
        }
        Grant::RefreshToken => draft.fields.brought("refresh_token", "Refresh token", true, described, cx),
        _ => {}
    }
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
}

fn client_auth(auth: &OAuth2) -> ClientAuth {
    let default = if auth.registration.is_some() { ClientAuth::None } else { ClientAuth::Body };
    auth.client_auth.as_ref().map_or(default, |client_auth| client_auth.value)
}

fn owner(auth: &OAuth2, person: bool) -> ClientOwner {
    let default = if person { ClientOwner::App } else { ClientOwner::Credentials };
    auth.client.as_ref().map_or(default, |client| client.value)
}

/// What the parts of a method share.
struct Method<'x, 'm, 's, 'c, 'a> {
    auth: &'m OAuth2,
    cx: &'x mut Cx<'c, 'a>,
    draft: &'x mut Draft<'s, 'a>,
}

impl<'a> Method<'_, '_, '_, '_, 'a> {
    fn client(&self) -> Client<'a> {
        let person = matches!(self.auth.grant.value, Grant::AuthorizationCode | Grant::DeviceCode);
        let scope = match (&self.auth.registration, owner(self.auth, person)) {
            (Some(_), _) => PlanScope::Captured,
            (None, ClientOwner::App) => PlanScope::App,
            (None, ClientOwner::Credentials) => PlanScope::Credentials,
        };
        let auth = client_auth(self.auth);
        let secret = matches!(auth, ClientAuth::Body | ClientAuth::Basic);
        Client {
            id: reference(scope, &["client_id"], self.cx),
            secret: secret.then(|| reference(scope, &["client_secret"], self.cx)),
            auth,
        }
    }

    /// The endpoint under a key; where the provider's metadata tells it, what was found there.
    fn endpoint(
        &mut self,
        url: Option<&Spanned<BaseUrl>>,
        key: &str,
        member: &'static str,
    ) -> Option<Server<'a>> {
        match url {
            Some(url) => self.draft.url(url, self.cx),
            None if self.auth.discovery.is_some() => {
                Some(Server::new("", reference(PlanScope::Captured, &[member], self.cx)))
            }
            None => {
                let grant = self.auth.grant.value.as_str();
                let message = format!("the grant `{grant}` needs the key `{key}`");
                let diagnostic = Diagnostic::new(Code::MISSING_KEY, message, self.auth.grant.span);
                self.cx.report(diagnostic.help(format!("write `{key}: https://…`")));
                None
            }
        }
    }

    fn scope_parameter(&self, parameters: &mut Parameters<'a>) {
        if !self.auth.scopes.is_empty() || self.auth.default_scopes.is_some() {
            parameters.add("scope", reference(PlanScope::OAuth, &["scope"], self.cx));
        }
    }

    /// Registration, where the client is registered when someone connects (RFC 7591).
    fn prepare(&mut self) -> Option<&'a [Step<'a>]> {
        if self.auth.discovery.is_some() {
            for name in [
                "issuer",
                "authorization_endpoint",
                "token_endpoint",
                "registration_endpoint",
                "revocation_endpoint",
            ] {
                self.draft.captured.push((name.to_owned(), Known::present(Ty::Text)));
                self.draft.places.push((name.to_owned(), plan::Format::Url(&[])));
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
        self.draft.captured.push(("client_id".to_owned(), Known::present(Ty::Text)));
        let step = Step::new(plan::Method::Post, StepUrl::Url(url))
            .with_body(body)
            .with_captures(cx.arena.slice(&captures));
        Some(cx.arena.slice(&[step]))
    }

    #[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
    fn assertion(&mut self, client: Client<'a>) -> Option<Option<plan::Assertion<'a>>> {
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

    fn flow(&mut self, client: Client<'a>) -> Option<Flow<'a>> {
        match self.auth.grant.value {
            Grant::AuthorizationCode => self.authorization(client).map(Flow::AuthorizationCode),
            Grant::DeviceCode => {
                let url = self.auth.device_authorization_url.as_ref();
                let url = self.endpoint(url, "device_authorization_url", "device_authorization_endpoint")?;
                let mut parameters = Parameters::default();
                self.scope_parameter(&mut parameters);
                let changes = self.auth.device.as_ref();
                request(url, parameters, client, changes, self.draft, self.cx).map(Flow::DeviceCode)
            }
            _ => Some(Flow::Direct),
        }
    }

    fn authorization(&mut self, client: Client<'a>) -> Option<Authorization<'a>> {
        let auth = self.auth;
        let url =
            self.endpoint(auth.authorization_url.as_ref(), "authorization_url", "authorization_endpoint")?;
        let pkce = auth.pkce.as_ref().is_none_or(|pkce| pkce.value);
        let mut parameters = Parameters::default();
        parameters.text("response_type", "code");
        parameters.add("client_id", client.id);
        parameters.add("redirect_uri", reference(PlanScope::App, &["redirect_uri"], self.cx));
        self.scope_parameter(&mut parameters);
        parameters.add("state", reference(PlanScope::OAuth, &["state"], self.cx));
        if pkce {
            parameters.add("code_challenge", reference(PlanScope::OAuth, &["code_challenge"], self.cx));
            parameters.text("code_challenge_method", "S256");
        }
        if let Some(changes) = &auth.authorize {
            self.reserved(changes)?;
            parameters.change(&changes.omit, &changes.rename, &changes.query, self.draft, self.cx)?;
        }
        let mut authorization = Authorization::new(url, parameters.query(self.cx));
        if !pkce {
            authorization = authorization.without_pkce();
        }
        if let Some(changes) = &auth.authorize {
            if let Some(fragment) = &changes.fragment {
                authorization = authorization.with_fragment(self.cx.arena.text(&fragment.value));
            }
            if let Some(code) = &changes.code {
                authorization = authorization.with_code(self.cx.arena.text(&code.value));
            }
        }
        if let Some(issuer) = &auth.issuer {
            authorization =
                authorization.with_issuer(self.draft.template(issuer, Want::Text, self.cx)?.expression);
        } else if auth.discovery.is_some() {
            authorization = authorization.with_issuer(reference(PlanScope::Captured, &["issuer"], self.cx));
        }
        Some(authorization)
    }

    /// What protects a person's consent is not changed.
    fn reserved(&mut self, changes: &manifest::Authorize) -> Option<()> {
        const NEVER: [&str; 3] = ["state", "code_challenge", "code_challenge_method"];
        const SET: [&str; 3] = ["redirect_uri", "client_id", "response_type"];
        // Some providers have a code by another name, or a proof of who consents beside it. A token is never asked for.
        let code = |name: &str, text: &str| {
            name == "response_type"
                && text.contains("code")
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b' '))
                && text.split(' ').all(|word| word != "token")
        };
        let added = changes.query.iter().filter(|(name, value)| !code(&name.value, &value.value.text));
        let added = added.map(|(name, _)| (name.value.as_str(), name.span));
        let added = added.filter(|(name, _)| NEVER.contains(name) || SET.contains(name));
        let omitted = changes
            .omit
            .iter()
            .map(|name| (&*name.value.0, name.span))
            .filter(|(name, _)| NEVER.contains(name));
        let renamed = changes.rename.iter().map(|(name, _)| (name.value.as_str(), name.span));
        let renamed = renamed.filter(|(name, _)| NEVER.contains(name));
        let wrong: Vec<_> = added.chain(omitted).chain(renamed).collect();
        for (name, span) in &wrong {
            let message = format!("the parameter `{name}` protects the authorization, and is not changed");
            let help = if SET.contains(name) {
                "rename it or leave it out with `rename` or `omit`, where the provider wants that"
            } else {
                "remove it; where the provider does not know PKCE, say `pkce: false` and why"
            };
            self.cx.report(Diagnostic::new(Code::RESERVED_PARAMETER, message, *span).help(help));
        }
        wrong.is_empty().then_some(())
    }

    fn obtain(&mut self, client: Client<'a>) -> Option<&'a [Step<'a>]> {
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
                if self.auth.pkce.as_ref().is_none_or(|pkce| pkce.value) {
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
    fn refresh(&mut self, client: Client<'a>) -> Option<Option<&'a [Step<'a>]>> {
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
        let url = self.endpoint(url, "refresh_url", "token_endpoint")?;
        let mut parameters = Parameters::default();
        parameters.text("grant_type", "refresh_token");
        parameters.add("refresh_token", reference(PlanScope::Credentials, &["refresh_token"], self.cx));
        let step = request(url, parameters, client, changes, self.draft, self.cx)?;
        Some(Some(self.cx.arena.slice(&[step])))
    }

    fn revoke(&mut self, client: Client<'a>) -> Option<&'a [Step<'a>]> {
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

    fn response(&mut self) -> Option<TokenResponse<'a>> {
        let said = self.auth.response.as_ref();
        let part = |name: &'static str, template: Option<&Spanned<manifest::Template>>, method: &mut Self| {
            match template {
                Some(template) => {
                    method.draft.answer(template, Want::Any, method.cx).map(|lowered| lowered.expression)
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
            response = response.with_expires_at(self.draft.answer(end, Want::Any, self.cx)?.expression);
        }
        Some(response)
    }

    fn scopes(&mut self) -> Option<&'a [&'a str]> {
        let Some(asked) = &self.auth.default_scopes else {
            let all: Vec<&str> = self.auth.scopes.names().map(|name| self.cx.arena.text(name)).collect();
            return Some(self.cx.arena.slice(&all));
        };
        let mut whole = true;
        for scope in asked {
            if !self.auth.scopes.is_empty() && self.auth.scopes.get(&scope.value).is_none() {
                let message = format!("`{}` is no scope of this method", &*scope.value);
                let diagnostic = Diagnostic::new(Code::UNKNOWN_VALUE, message, scope.span);
                self.cx.report(diagnostic.suggest_nearest(&scope.value, self.auth.scopes.names()));
                whole = false;
            }
        }
        let asked: Vec<&str> = asked.iter().map(|scope| self.cx.arena.text(&scope.value)).collect();
        whole.then(|| self.cx.arena.slice(&asked))
    }
}
