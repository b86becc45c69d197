//! A method under construction: its fields, what its requests capture, and what its templates may name.

use std::collections::BTreeSet;
use std::rc::Rc;

use couplet_plan::{Expression, Format, Key, NamedTemplate, Scope as PlanScope};

use super::fields::Fields;
use crate::connector::Docs;
use crate::diagnostic::{Code, Diagnostic};
use crate::limits;
use crate::lower::config::{self, Config};
use crate::lower::expression::{self, Known, Root, Scope, Ty, Want};
use crate::lower::url::{self, Place};
use crate::lower::{Cx, actions, api, docs, errors};
use crate::manifest::{BaseUrl, Common, CredentialOr, Line, Manifest, Members, Template, Tree};
use crate::source::{Span, Spanned};

/// A method under construction.
pub(super) struct Draft<'s, 'a> {
    pub(super) manifest: &'s Manifest,
    pub(super) config: &'s Config<'a>,
    pub(super) name: &'s Spanned<String>,
    pub(super) common: Common<'s>,
    /// Its credentials.
    pub(super) fields: Fields<'a>,
    /// What the integrator registered, for this method alone.
    pub(super) app: Fields<'a>,
    /// The members of `app`: those that the manifest declares, and those that the method brings.
    app_known: Rc<Vec<(String, Known)>>,
    /// What stands in `credentials` beside the fields: parts of a token, an assertion.
    pub(super) computed: Vec<(String, Known)>,
    /// What its requests have captured so far.
    pub(super) captured: Rc<Vec<(String, Known)>>,
    /// The captures to which requests may go.
    pub(super) places: Vec<(String, Format<'a>)>,
    /// The captures that were rejected: nothing more is said where they are used.
    failed: Vec<String>,
    /// Whether there are more captures than are taken.
    full: bool,
    /// The members of `oauth`.
    pub(super) oauth: &'static [&'static str],
    /// Whether someone is sent back with parameters.
    pub(super) callback: bool,
    /// The credentials that something uses.
    pub(super) used: BTreeSet<String>,
    /// What is weak, and why it must be.
    pub(super) caveats: Vec<(String, Docs)>,
}

impl<'s, 'a> Draft<'s, 'a> {
    pub(super) fn new(
        manifest: &'s Manifest,
        config: &'s Config<'a>,
        name: &'s Spanned<String>,
        common: Common<'s>,
    ) -> Self {
        Self {
            manifest,
            config,
            name,
            common,
            fields: Fields::default(),
            app: Fields::default(),
            app_known: Rc::clone(&config.app_known),
            computed: Vec::new(),
            captured: Rc::default(),
            places: Vec::new(),
            failed: Vec::new(),
            full: false,
            oauth: &[],
            callback: false,
            used: BTreeSet::new(),
            caveats: Vec::new(),
        }
    }

    /// What the method's templates see.
    pub(super) fn scope(&self) -> Scope {
        let mut roots = vec![self.config.root()];
        if !self.app_known.is_empty() {
            roots.push(Root { name: "app", members: Rc::clone(&self.app_known) });
        }
        let mut credentials = self.fields.known.clone();
        for (name, known) in &self.computed {
            if !credentials.iter().any(|(other, _)| other == name) {
                credentials.push((name.clone(), known.clone()));
            }
        }
        roots.push(Root::new("credentials", credentials));
        if !self.captured.is_empty() {
            roots.push(Root { name: "captured", members: Rc::clone(&self.captured) });
        }
        if !self.oauth.is_empty() {
            let secret = |name: &str| Known {
                secret: matches!(name, "code" | "code_verifier" | "device_code"),
                ..Known::present(Ty::Text)
            };
            let members = self.oauth.iter().map(|name| ((*name).to_owned(), secret(name))).collect();
            roots.push(Root::new("oauth", members));
        }
        let mut scope = Scope::new(roots).with_secrets().with_values();
        if self.callback {
            scope.add_open("callback");
        }
        scope
    }

    /// The same, and the answer of the step, and the redirect's parameters.
    pub(super) fn answer_scope(&self) -> Scope {
        let mut scope = self.scope();
        scope.add(errors::response());
        scope
    }

    /// What templates see whose text a browser shows: no secrets, but where the method has a reason.
    pub(super) fn shown_scope(&self) -> Scope {
        let scope = self.scope();
        if self.common.because.is_some() { scope } else { scope.shown() }
    }

    /// Takes down what such a scope's expressions used, and warns of secrets.
    pub(super) fn note_shown(&mut self, scope: &Scope, span: Span, cx: &mut Cx<'_, 'a>) -> Option<()> {
        self.note(scope);
        if self.common.because.is_none() || !scope.uses_secret() {
            return Some(());
        }
        let caveat = format!("`{}` shows a secret in the authorization URL.", self.name.value);
        let help = "leave it to the token request, where the provider takes it there";
        self.weak("a secret in the authorization URL, which a browser shows,", help, caveat, span, cx)
    }

    /// Takes down what a scope's expressions used.
    pub(super) fn note(&mut self, scope: &Scope) {
        self.config.note(scope);
        self.used.extend(scope.used_of("credentials"));
    }

    /// Lets later templates see a capture. Requests go where a capture of some formats says: one that is captured
    /// again has the same format, or else what was confined once would lead anywhere.
    pub(super) fn keep(
        &mut self,
        name: &str,
        known: Known,
        format: Format<'a>,
        span: Span,
        cx: &mut Cx<'_, 'a>,
    ) {
        let before = self.captured.iter().any(|(other, _)| other == name).then(|| self.format_of(name));
        match before {
            Some(before) if !same_kind(before, format) => {
                let message =
                    format!("`captured.{name}` is {} here, and {} before", words(format), words(before));
                cx.report(Diagnostic::new(Code::CONFLICTING_KEYS, message, span).help(SAME_FORMAT));
                self.fields.whole = false;
            }
            None if format != Format::Text => self.places.push((name.to_owned(), format)),
            _ => {}
        }
        if before.is_none() && self.captured.len() == limits::CAPTURES {
            // What is too much is told once.
            if !std::mem::replace(&mut self.full, true) {
                let _ = cx.too_many::<()>("captures or more", limits::CAPTURES + 1, limits::CAPTURES, span);
                self.fields.whole = false;
            }
            return;
        }
        let captured = Rc::make_mut(&mut self.captured);
        captured.retain(|(other, _)| other != name);
        captured.push((name.to_owned(), known));
    }

    /// Lets later templates name a capture that was rejected, without a second complaint.
    pub(super) fn lose(&mut self, name: &str, secret: bool) {
        if !self.captured.iter().any(|(other, _)| other == name) && self.failed.len() < limits::CAPTURES {
            Rc::make_mut(&mut self.captured).push((name.to_owned(), config::failed(secret)));
            self.failed.push(name.to_owned());
        }
    }

    /// The format of a capture.
    pub(super) fn format_of(&self, name: &str) -> Format<'a> {
        let place = self.places.iter().find(|(other, _)| other == name);
        place.map_or(Format::Text, |(_, format)| *format)
    }

    /// A template of the method.
    pub(super) fn template(
        &mut self,
        template: &Spanned<Template>,
        want: Want,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<expression::Lowered<'a>> {
        let scope = self.scope();
        let lowered = expression::lower(cx, template, &scope, want);
        self.note(&scope);
        lowered
    }

    /// A template over the answer of a step.
    pub(super) fn answer(
        &mut self,
        template: &Spanned<Template>,
        want: Want,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<expression::Lowered<'a>> {
        let scope = self.answer_scope();
        let lowered = expression::lower(cx, template, &scope, want);
        self.note(&scope);
        lowered
    }

    /// A template that names a part of an answer. One without any expression is a text, and would be the same whatever
    /// the provider answers; that is meant where `literal` is set.
    pub(super) fn of_answer(
        &mut self,
        template: &Spanned<Template>,
        literal: bool,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<Expression<'a>> {
        let text = template.value.text.as_str();
        if literal || text.contains("{{") {
            return self.answer(template, Want::Any, cx).map(|lowered| lowered.expression);
        }
        let short = crate::validate::decode::shorten(text);
        let message = format!("`{short}` is a text, and names no part of the answer");
        let diagnostic = Diagnostic::new(Code::BAD_EXPRESSION, message, template.span);
        let path = text.strip_prefix("response.").or_else(|| text.strip_prefix("$.")).unwrap_or(text);
        let path = path.strip_prefix("body.").unwrap_or(path);
        let named = path.split('.').all(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        cx.report(if named {
            let mended = format!("{{{{ response.body.{path} }}}}");
            diagnostic.suggest(format!("write `{mended}`"), template.span, format!("'{mended}'"))
        } else {
            diagnostic.help("write where it stands: `'{{ response.body.token }}'`")
        });
        None
    }

    /// Headers or query parameters of the method's requests.
    pub(super) fn templates<K>(
        &mut self,
        members: &Members<K, Spanned<Template>>,
        header: bool,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<Vec<NamedTemplate<'a>>> {
        let mut scope = self.scope();
        // They are computed last, as a signature is.
        scope.add(super::session::request());
        let lowered = api::templates_but(members, &scope, header, &["cookie"], cx);
        self.note(&scope);
        lowered
    }

    /// A tree with templates, which must be there.
    pub(super) fn tree(&mut self, tree: &Tree, cx: &mut Cx<'_, 'a>) -> Option<Expression<'a>> {
        let scope = self.scope();
        let lowered = actions::tree(tree, &scope, cx);
        self.note(&scope);
        lowered.map(|(tree, _)| tree)
    }

    /// An endpoint.
    pub(super) fn url(
        &mut self,
        url: &Spanned<BaseUrl>,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<couplet_plan::Server<'a>> {
        let scope = self.scope();
        let server = url::server("", url, &self.place(&scope), cx);
        self.note(&scope);
        server
    }

    /// An endpoint that a browser shows.
    pub(super) fn shown_url(
        &mut self,
        url: &Spanned<BaseUrl>,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<couplet_plan::Server<'a>> {
        let scope = self.shown_scope();
        let server = url::server("", url, &self.place(&scope), cx);
        self.note_shown(&scope, url.span, cx)?;
        server
    }

    /// A URL that is a template alone.
    pub(super) fn plain_url(
        &mut self,
        url: &Spanned<Template>,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<Expression<'a>> {
        let scope = self.scope();
        let lowered = url::check_url(url, &self.place(&scope), cx);
        self.note(&scope);
        lowered
    }

    fn place<'u>(&'u self, scope: &'u Scope) -> Place<'u, 'a> {
        let because = self.common.because.is_some();
        Place {
            what: url::ENDPOINT,
            manifest: self.manifest,
            config: self.config,
            scope,
            captures: &self.places,
            failed: &self.failed,
            because,
        }
    }

    /// A credential, or a template over credentials.
    pub(super) fn credential(
        &mut self,
        name: &str,
        value: Option<&CredentialOr>,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<Expression<'a>> {
        match value {
            Some(CredentialOr::Template(template)) => {
                self.template(template, Want::Text, cx).map(|lowered| lowered.expression)
            }
            _ => Some(self.own(name, cx)),
        }
    }

    /// The credential of that name, as it is; an optional one that is absent counts as empty.
    pub(super) fn own(&mut self, name: &str, cx: &mut Cx<'_, 'a>) -> Expression<'a> {
        self.used.insert(name.to_owned());
        let scope = self.scope();
        self.fields.own(name, &scope, cx)
    }

    /// Warns of a weak choice that has a reason, and reports one that has none.
    pub(super) fn weak(
        &mut self,
        what: &str,
        help: &str,
        caveat: String,
        span: Span,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<()> {
        let because: Option<&Spanned<Line>> = self.common.because;
        let Some(reason) = because else {
            let message = format!("{what} is a weak choice, and needs a reason");
            let help = format!("say why with `because: …`: the set-up guide shows it; or {help}");
            cx.report(Diagnostic::new(Code::MISSING_REASON, message, span).help(help));
            return None;
        };
        let message = format!("{what} is a weak choice");
        cx.report(Diagnostic::new(Code::WEAK_CHOICE, message, span).help(help));
        self.caveats.push((caveat, docs::line(&reason.value)));
        Some(())
    }

    /// A field that the integrator registered, for this method alone; the manifest may describe it under `app`.
    pub(super) fn app_field(&mut self, name: &str, title: &str, secret: bool, cx: &mut Cx<'_, 'a>) {
        match self.manifest.app.get(name) {
            Some(field) => self.app.field(name, &field.0, title, secret, cx),
            None => self.app.standard(name, title, secret, cx),
        }
        if let Some(known) = self.app.known.iter().find(|(known, _)| known == name) {
            let members = Rc::make_mut(&mut self.app_known);
            members.retain(|(other, _)| other != name);
            members.push(known.clone());
        }
        self.config.used.borrow_mut().insert(format!("app.{name}"));
    }

    /// The certificate and its key, where requests are sent with one.
    pub(super) fn certificate_fields(&mut self, cx: &mut Cx<'_, 'a>) {
        if self.common.client_certificate {
            let described = self.common.credentials;
            self.fields.brought("certificate", "Client certificate, in PEM", true, described, cx);
            self.fields.brought("private_key", "Private key of the certificate, in PEM", true, described, cx);
        }
    }

    /// Warns of credentials that nothing uses.
    pub(super) fn check_used(&self, cx: &mut Cx<'_, 'a>) {
        for ((name, _), span) in self.fields.known.iter().zip(&self.fields.spans) {
            if self.fields.whole && !self.used.contains(name) && !self.fields.is_brought(name) {
                let span = if *span == Span::default() { self.name.span } else { *span };
                let message = format!("nothing uses the credential `{name}`");
                let help = if self.app_known.iter().any(|(known, _)| known == name) {
                    format!(
                        "the integrator supplies `app.{name}`; where each connection has its own, say `client: credentials`"
                    )
                } else {
                    format!("remove it, or name it in a template: `{{{{ credentials.{name} }}}}`")
                };
                cx.report(Diagnostic::new(Code::UNUSED_FIELD, message, span).help(help));
            }
        }
    }
}

/// What is to be done about a capture of two formats.
pub(super) const SAME_FORMAT: &str =
    "give both the same `format`, or give one another name: requests may go where it says";

/// Whether two formats of a capture mean the same, whatever hosts they are confined to.
pub(super) fn same_kind(one: Format<'_>, other: Format<'_>) -> bool {
    std::mem::discriminant(&one) == std::mem::discriminant(&other)
}

/// What a message calls a format of a capture.
pub(super) fn words(format: Format<'_>) -> &'static str {
    match format {
        Format::Origin(_) => "an origin",
        Format::Url(_) => "a URL",
        Format::HostLabel => "a label of a host",
        _ => "a text",
    }
}

/// A member of a scope, as an expression.
pub(super) fn reference<'a>(scope: PlanScope, path: &[&'a str], cx: &Cx<'_, 'a>) -> Expression<'a> {
    let keys: Vec<_> = path.iter().map(|name| Key::Name(name)).collect();
    Expression::reference(scope, cx.arena.slice(&keys))
}
