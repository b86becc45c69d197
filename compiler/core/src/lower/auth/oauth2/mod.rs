//! OAuth 2.0: each grant as requests, and what comes back.

mod authorization;
mod client;
mod fields;
mod token;

use couplet_plan::{self as plan, Expression, NamedTemplate, Scope as PlanScope, Server, Token};

use super::draft::{Draft, reference};
use super::requests::{Client, Parameters};
use super::{Made, expired, placement, steps};
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::Cx;
use crate::lower::expression::{Known, Ty};
use crate::manifest::{self, BaseUrl, ClientAuth, ClientOwner, Grant, OAuth2};
use crate::source::Spanned;
use fields::{bring, client_auth, owner, weaknesses};

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
        token = token.with_discovery(draft.plain_url(discovery, cx)?);
    }
    let kind = plan::AuthKind::Token(cx.arena.value(token));
    let parts = [
        reference(PlanScope::Credentials, &["token_type"], cx),
        Expression::text(" "),
        reference(PlanScope::Credentials, &["access_token"], cx),
    ];
    let standard = NamedTemplate::new("authorization", Expression::concat(cx.arena.slice(&parts)));
    let made = placement(kind, Some(standard), draft, cx)?;
    lone_token(auth, &made, draft, cx);
    Some(made)
}

/// Warns of a token that stands in `authorization` alone, where nothing says why.
fn lone_token(auth: &OAuth2, made: &Made<'_>, draft: &Draft<'_, '_>, cx: &mut Cx<'_, '_>) {
    use couplet_plan::{Key, Node};
    for ((name, template), header) in auth.headers.iter().zip(made.headers) {
        let lone = matches!(
            header.value().node(),
            Node::Reference(PlanScope::Credentials, [Key::Name("access_token")])
        );
        if lone && name.value.eq_ignore_ascii_case("authorization") && draft.common.because.is_none() {
            let message = "the token stands here without its scheme";
            let help = "write `Bearer {{ credentials.access_token }}`; where the provider wants it alone, say why with \
                        `because: …`";
            cx.report(Diagnostic::new(Code::MISSING_SCHEME, message, template.span).help(help));
        }
    }
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
            Some(url) if key == "authorization_url" => self.draft.shown_url(url, self.cx),
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
