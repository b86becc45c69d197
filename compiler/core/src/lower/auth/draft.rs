//! A method under construction: its fields, what its requests capture, and what its templates may name.

use std::collections::BTreeSet;

use couplet_plan::{Expression, Format, Key, NamedTemplate, Scope as PlanScope};

use super::fields::Fields;
use crate::connector::Docs;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::config::Config;
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
    /// What stands in `credentials` beside the fields: parts of a token, an assertion.
    pub(super) computed: Vec<(String, Known)>,
    /// What its requests have captured so far.
    pub(super) captured: Vec<(String, Known)>,
    /// The captures to which requests may go.
    pub(super) places: Vec<(String, Format<'a>)>,
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
            computed: Vec::new(),
            captured: Vec::new(),
            places: Vec::new(),
            oauth: &[],
            callback: false,
            used: BTreeSet::new(),
            caveats: Vec::new(),
        }
    }

    /// What the method's templates see.
    pub(super) fn scope(&self) -> Scope {
        let mut roots = vec![self.config.root()];
        let mut app = self.config.app_known.clone();
        app.extend(
            self.app
                .known
                .iter()
                .filter(|(name, _)| !app.iter().any(|(known, _)| known == name))
                .cloned()
                .collect::<Vec<_>>(),
        );
        if !app.is_empty() {
            roots.push(Root { name: "app", members: app });
        }
        let mut credentials = self.fields.known.clone();
        for (name, known) in &self.computed {
            if !credentials.iter().any(|(other, _)| other == name) {
                credentials.push((name.clone(), known.clone()));
            }
        }
        roots.push(Root { name: "credentials", members: credentials });
        if !self.captured.is_empty() {
            roots.push(Root { name: "captured", members: self.captured.clone() });
        }
        if !self.oauth.is_empty() {
            let secret = |name: &&str| Known {
                secret: *name != "redirect_uri" && *name != "scope",
                ..Known::present(Ty::Text)
            };
            let members = self.oauth.iter().map(|name| ((*name).to_owned(), secret(name))).collect();
            roots.push(Root { name: "oauth", members });
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

    /// Takes down what a scope's expressions used.
    pub(super) fn note(&mut self, scope: &Scope) {
        self.config.note(scope);
        for (name, _) in &self.fields.known {
            if scope.uses("credentials", name) {
                self.used.insert(name.clone());
            }
        }
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
        let because = self.common.because.is_some();
        let place = Place {
            manifest: self.manifest,
            config: self.config,
            scope: &scope,
            captures: &self.places,
            because,
        };
        let server = url::server("", url, &place, cx);
        self.note(&scope);
        server
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
                let help = format!("remove it, or name it in a template: `{{{{ credentials.{name} }}}}`");
                cx.report(Diagnostic::new(Code::UNUSED_FIELD, message, span).help(help));
            }
        }
    }
}

/// A member of a scope, as an expression.
pub(super) fn reference<'a>(scope: PlanScope, path: &[&'a str], cx: &Cx<'_, 'a>) -> Expression<'a> {
    let keys: Vec<_> = path.iter().map(|name| Key::Name(name)).collect();
    Expression::reference(scope, cx.arena.slice(&keys))
}
