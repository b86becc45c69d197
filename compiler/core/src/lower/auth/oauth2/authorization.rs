//! What a person is asked.

use couplet_plan::{Authorization, Flow, Scope as PlanScope};

use super::Method;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::auth::draft::reference;
use crate::lower::auth::requests::{Client, Parameters, request};
use crate::lower::expression::Want;
use crate::manifest::{self, Authorize, Grant};
use crate::source::Spanned;
use crate::validate::decode::{KeyRule, shorten};

impl<'a> Method<'_, '_, '_, '_, 'a> {
    pub(super) fn flow(&mut self, client: Client<'a>) -> Option<Flow<'a>> {
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
        let pkce = auth.pkce.as_ref().is_none_or(|pkce| pkce.value.0);
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
            let scope = self.draft.shown_scope();
            let Authorize { omit, rename, query, .. } = changes;
            parameters.change(omit, rename, query, &scope, self.draft, self.cx)?;
            self.draft.note_shown(&scope, changes.span, self.cx)?;
        }
        let mut authorization = Authorization::new(url, parameters.query(self.cx));
        if !pkce {
            authorization = authorization.without_pkce();
        }
        if let Some(changes) = &auth.authorize {
            if let Some(fragment) = &changes.fragment {
                authorization = authorization.with_fragment(self.fragment(fragment)?);
            }
            if let Some(code) = &changes.code {
                authorization = authorization.with_code(self.code(code)?);
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

    /// What stands before the query, in characters that no URL encodes (RFC 3986, 3.5).
    fn fragment(&mut self, fragment: &Spanned<manifest::Value>) -> Option<&'a str> {
        let text: &str = &fragment.value;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
        if !text.is_empty() && text.bytes().all(fits) {
            return Some(self.cx.arena.text(text));
        }
        let message = "a fragment is made of segments, without query";
        let help = "write it as `oauth/authorize`; query parameters stand under `query`";
        self.cx.report(Diagnostic::new(Code::BAD_URL, message, fragment.span).help(help));
        None
    }

    /// The redirect's parameter that holds the code: none of those that mean something else (RFC 6749, 4.1.2; RFC 9207).
    fn code(&mut self, code: &Spanned<manifest::Value>) -> Option<&'a str> {
        const OTHERS: [&str; 5] = ["state", "iss", "error", "error_description", "error_uri"];
        let text: &str = &code.value;
        let (wrong, message) = if let Some((why, _)) = <manifest::Wire as KeyRule>::wrong(text) {
            (Code::BAD_NAME, format!("`{}` is no name of a parameter: {why}", shorten(text)))
        } else if OTHERS.contains(&text) {
            (Code::RESERVED_PARAMETER, format!("`{text}` of the redirect means something else"))
        } else {
            return Some(self.cx.arena.text(text));
        };
        let help = "write the name of the redirect's parameter that holds the code";
        self.cx.report(Diagnostic::new(wrong, message, code.span).help(help));
        None
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
        let taken: Vec<_> =
            changes.rename.iter().filter(|(from, _)| SET.contains(&from.value.as_str())).collect();
        let replaced = changes.query.iter().map(|(name, _)| (name.value.as_str(), name.span));
        let replaced = replaced.filter(|(name, _)| taken.iter().any(|(_, to)| *to.value.0 == **name));
        let wrong: Vec<_> = added.chain(omitted).chain(renamed).chain(replaced).collect();
        for (name, span) in &wrong {
            let message = format!("the parameter `{name}` protects the authorization, and is not changed");
            let help = if !NEVER.contains(name) {
                "rename it or leave it out with `rename` or `omit`, where the provider wants that"
            } else {
                "remove it; where the provider does not know PKCE, say `pkce: false` and why"
            };
            self.cx.report(Diagnostic::new(Code::RESERVED_PARAMETER, message, *span).help(help));
        }
        wrong.is_empty().then_some(())
    }
}
