//! The credentials of one method, and what the integrator registered for it.

use couplet_plan::{self as plan, Expression};

use crate::connector::Property;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Style;
use crate::limits;
use crate::lower::config;
use crate::lower::expression::{self, Known, Scope, Want};
use crate::lower::{Cx, names};
use crate::manifest::{CredentialField, CredentialOr, Form, Keywords, Members, Schema, Snake, Template};
use crate::source::{Span, Spanned};

/// The credentials of one method.
pub(super) struct Fields<'a> {
    pub(super) plan: Vec<plan::Field<'a>>,
    pub(super) properties: Vec<Property>,
    pub(super) known: Vec<(String, Known)>,
    pub(super) spans: Vec<Span>,
    idents: names::Names,
    /// Those that the method brings, which count as used.
    brought: Vec<String>,
    pub(super) whole: bool,
}

impl Default for Fields<'_> {
    fn default() -> Self {
        Self {
            plan: Vec::new(),
            properties: Vec::new(),
            known: Vec::new(),
            spans: Vec::new(),
            idents: names::Names::default(),
            brought: Vec::new(),
            whole: true,
        }
    }
}

impl<'a> Fields<'a> {
    pub(super) fn field(
        &mut self,
        name: &str,
        schema: &Schema,
        title: &str,
        secret: bool,
        cx: &mut Cx<'_, 'a>,
    ) {
        let name = Spanned::new(name.to_owned(), schema.span);
        let titled = schema.keywords().is_some_and(|keywords| keywords.title.is_some());
        let Some(mut one) = config::lower_field(&name, schema, secret, cx) else {
            self.whole = false;
            self.known.push((name.value, config::failed(secret)));
            self.spans.push(name.span);
            return;
        };
        if !titled && !title.is_empty() {
            one.field = one.field.with_title(cx.arena.text(title));
            if one.docs.is_empty() {
                one.docs = config::title_docs(title);
            }
        }
        if let Some((place, _)) = self.known.iter().enumerate().find(|(_, (known, _))| *known == name.value) {
            let message = format!("the credential `{}` stands twice", name.value);
            cx.report(
                Diagnostic::new(Code::DUPLICATE_KEY, message, name.span)
                    .also(self.spans[place], "first here"),
            );
            self.whole = false;
            return;
        }
        if let Some(ident) = self.idents.take(names::snake(&name.value), &name.value, name.span, cx) {
            let required = !one.field.is_optional() && one.field.default().is_none();
            self.properties.push(Property {
                ident,
                name: name.value.clone(),
                ty: one.ty,
                required,
                docs: one.docs,
            });
        }
        self.known.push((name.value, one.known));
        self.spans.push(name.span);
        self.plan.push(one.field);
    }

    /// A field of the method's own.
    pub(super) fn standard(&mut self, name: &str, title: &str, secret: bool, cx: &mut Cx<'_, 'a>) {
        let schema = Schema { span: Span::default(), form: Form::Keywords(Box::<Keywords>::default()) };
        self.field(name, &schema, title, secret, cx);
    }

    /// Whether the method brings it.
    pub(super) fn is_brought(&self, name: &str) -> bool {
        self.brought.iter().any(|known| known == name)
    }

    /// A secret that the method brings and that may be absent.
    pub(super) fn brought_optional(
        &mut self,
        name: &str,
        title: &str,
        described: Option<&Members<Snake, CredentialField>>,
        cx: &mut Cx<'_, 'a>,
    ) {
        let keywords =
            Keywords { optional: Some(Spanned::new(true, Span::default())), ..Keywords::default() };
        let schema = Schema { span: Span::default(), form: Form::Keywords(Box::new(keywords)) };
        self.brought.push(name.to_owned());
        match described.and_then(|fields| fields.get(name)) {
            Some(field) => self.field(name, &field.0, title, true, cx),
            None => self.field(name, &schema, title, true, cx),
        }
    }

    /// A field of the method's own, unless the manifest describes it among its credentials.
    pub(super) fn brought(
        &mut self,
        name: &str,
        title: &str,
        secret: bool,
        described: Option<&Members<Snake, CredentialField>>,
        cx: &mut Cx<'_, 'a>,
    ) {
        self.brought.push(name.to_owned());
        match described.and_then(|fields| fields.get(name)) {
            Some(field) => self.field(name, &field.0, title, secret, cx),
            None => self.standard(name, title, secret, cx),
        }
    }

    pub(super) fn or(
        &mut self,
        name: &str,
        value: Option<&CredentialOr>,
        title: &str,
        secret: bool,
        cx: &mut Cx<'_, 'a>,
    ) {
        if let Some(CredentialOr::Field(field)) = value {
            self.field(name, &field.0, title, secret, cx);
        }
    }

    pub(super) fn more(&mut self, credentials: &Members<Snake, CredentialField>, cx: &mut Cx<'_, 'a>) {
        if let Some((name, _)) = credentials.iter().nth(limits::CREDENTIALS) {
            let _ = cx.too_many::<()>("credentials", credentials.len(), limits::CREDENTIALS, name.span);
            self.whole = false;
            return;
        }
        for (name, field) in credentials.iter() {
            // What the method brings may be described here.
            if self.is_brought(&name.value) {
                continue;
            }
            let before = self.spans.len();
            let telling = ["key", "secret", "token", "password"].iter().any(|word| name.value.contains(word));
            self.field(&name.value, &field.0, "", telling, cx);
            if let Some(span) = self.spans.get_mut(before) {
                *span = name.span;
            }
        }
    }

    /// The credential of that name, as it is.
    pub(super) fn own(&self, name: &str, scope: &Scope, cx: &mut Cx<'_, 'a>) -> Expression<'a> {
        let template = Template { text: format!("{{{{ credentials.{name} }}}}"), style: Style::Block };
        let template = Spanned::new(template, Span::default());
        match expression::lower(cx, &template, scope, Want::Any) {
            Some(lowered) => lowered.expression,
            None => Expression::NULL,
        }
    }

    /// Forgets the secret of the method's own where a template is composed of other credentials.
    pub(super) fn drop_standard(&mut self, used: &std::collections::BTreeSet<String>) {
        let own = self.spans.first() == Some(&Span::default());
        if own && self.plan.len() > 1 && self.whole && !used.contains(&self.known[0].0) {
            self.plan.remove(0);
            self.properties.remove(0);
            self.known.remove(0);
            self.spans.remove(0);
        }
    }
}
