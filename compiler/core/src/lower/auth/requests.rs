//! The standard requests of OAuth 2.0 as steps, and what a manifest changes of them.

use couplet_plan::{Body, BodyKind, Entry, Expression, Filter, Method, NamedTemplate, Server, Step, StepUrl};

use super::draft::Draft;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::Cx;
use crate::lower::expression::{self, Scope, Want};
use crate::manifest::{ClientAuth, Members, SentAs, TokenChanges, TokenMethod, Value, Wire};
use crate::source::Spanned;
use crate::validate::decode::{KeyRule, shorten};

/// A parameter of a request.
pub(super) struct Parameter<'a> {
    pub(super) name: String,
    pub(super) value: Expression<'a>,
    /// It is left out where its value is absent.
    pub(super) optional: bool,
}

/// The parameters of a request, in the order in which they are sent.
#[derive(Default)]
pub(super) struct Parameters<'a>(pub(super) Vec<Parameter<'a>>);

impl<'a> Parameters<'a> {
    pub(super) fn add(&mut self, name: &str, value: Expression<'a>) {
        self.0.push(Parameter { name: name.to_owned(), value, optional: false });
    }

    pub(super) fn text(&mut self, name: &str, text: &'static str) {
        self.add(name, Expression::text(text));
    }

    /// Leaves out, renames, replaces and adds, in this order. What is added is seen in `scope`.
    pub(super) fn change(
        &mut self,
        omit: &[Spanned<Value>],
        rename: &Members<Wire, Spanned<Value>>,
        added: &Members<Wire, Spanned<crate::manifest::Template>>,
        scope: &Scope,
        draft: &mut Draft<'_, 'a>,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<()> {
        let mut whole = true;
        for name in omit {
            whole &= self.known(name, cx);
            self.0.retain(|parameter| parameter.name != *name.value);
        }
        for (from, to) in rename.iter() {
            whole &= self.known(&Spanned::new(Value(from.value.clone()), from.span), cx);
            whole &= self.renamed(from, to, cx);
        }
        for (name, template) in added.iter() {
            let lowered = expression::lower(cx, template, scope, Want::Any);
            let Some(lowered) = lowered else {
                whole = false;
                continue;
            };
            let one = Parameter {
                name: name.value.clone(),
                value: lowered.expression,
                optional: lowered.known.missing(),
            };
            match self.0.iter_mut().find(|parameter| parameter.name == name.value) {
                Some(parameter) => *parameter = one,
                None => self.0.push(one),
            }
        }
        draft.note(scope);
        whole.then_some(())
    }

    /// Gives a parameter another name, which is free.
    fn renamed(&mut self, from: &Spanned<String>, to: &Spanned<Value>, cx: &mut Cx<'_, '_>) -> bool {
        let name = shorten(&to.value);
        let (code, why, help) = if let Some((why, _)) = <Wire as KeyRule>::wrong(&to.value) {
            (
                Code::BAD_NAME,
                format!("`{name}` is no name of a parameter: {why}"),
                "write it as the provider has it",
            )
        } else if self.0.iter().any(|parameter| parameter.name == *to.value) {
            let help = "leave the other one out with `omit`, or write another name";
            (Code::DUPLICATE_PARAMETER, format!("this request has the parameter `{name}` already"), help)
        } else {
            for parameter in self.0.iter_mut().filter(|parameter| parameter.name == from.value) {
                parameter.name.clone_from(&to.value.0);
            }
            return true;
        };
        cx.report(Diagnostic::new(code, why, to.span).help(help));
        false
    }

    fn known(&self, name: &Spanned<Value>, cx: &mut Cx<'_, '_>) -> bool {
        if self.0.iter().any(|parameter| parameter.name == *name.value) {
            return true;
        }
        let message = format!("this request has no parameter `{}`", shorten(&name.value));
        let names: Vec<&str> = self.0.iter().map(|parameter| parameter.name.as_str()).collect();
        let diagnostic = Diagnostic::new(Code::UNKNOWN_PARAMETER, message, name.span);
        let diagnostic = diagnostic.suggest_nearest(&name.value, names.iter().copied());
        cx.report(diagnostic.help(format!("it has {}", crate::validate::decode::words(&names))));
        false
    }

    /// As query parameters.
    pub(super) fn query(&self, cx: &Cx<'_, 'a>) -> &'a [NamedTemplate<'a>] {
        let templates: Vec<_> = self
            .0
            .iter()
            .map(|parameter| {
                let template = NamedTemplate::new(cx.arena.text(&parameter.name), parameter.value);
                if parameter.optional { template.optional() } else { template }
            })
            .collect();
        cx.arena.slice(&templates)
    }

    fn map(&self, cx: &Cx<'_, 'a>) -> Expression<'a> {
        let entries: Vec<_> = self
            .0
            .iter()
            .map(|parameter| {
                let entry = Entry::new(cx.arena.text(&parameter.name), parameter.value);
                if parameter.optional { entry.optional() } else { entry }
            })
            .collect();
        Expression::map(cx.arena.slice(&entries))
    }
}

/// How a client proves who it is: its id, its secret, and the way.
#[derive(Clone, Copy)]
pub(super) struct Client<'a> {
    pub(super) id: Expression<'a>,
    pub(super) secret: Option<Expression<'a>>,
    pub(super) auth: ClientAuth,
}

impl<'a> Client<'a> {
    /// Adds the proof: parameters, or a header.
    fn prove(self, parameters: &mut Parameters<'a>, headers: &mut Vec<NamedTemplate<'a>>, cx: &Cx<'_, 'a>) {
        match (self.auth, self.secret) {
            (ClientAuth::Basic, secret) => {
                let encoded = |value| Expression::filter(Filter::FormEncode, cx.arena.value(value), &[]);
                let parts = [
                    encoded(self.id),
                    Expression::text(":"),
                    encoded(secret.unwrap_or(Expression::text(""))),
                ];
                let pair = cx.arena.value(Expression::concat(cx.arena.slice(&parts)));
                let parts = [Expression::text("Basic "), Expression::filter(Filter::Base64, pair, &[])];
                headers.push(NamedTemplate::new("authorization", Expression::concat(cx.arena.slice(&parts))));
            }
            (ClientAuth::PrivateKeyJwt, _) => {
                parameters.add("client_id", self.id);
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                parameters.text("client_assertion_type", kind);
                parameters.add("client_assertion", super::assertion::own(cx));
            }
            (ClientAuth::Body, Some(secret)) => {
                parameters.add("client_id", self.id);
                parameters.add("client_secret", secret);
            }
            _ => parameters.add("client_id", self.id),
        }
    }
}

/// A standard request, with the manifest's changes.
pub(super) fn request<'a>(
    url: Server<'a>,
    mut parameters: Parameters<'a>,
    client: Client<'a>,
    changes: Option<&TokenChanges>,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Step<'a>> {
    let mut headers = Vec::new();
    client.prove(&mut parameters, &mut headers, cx);
    let (mut sent_as, mut method, mut query) = (SentAs::Form, Method::Post, Vec::new());
    if let Some(changes) = changes {
        let scope = draft.scope();
        let changed = parameters.change(&changes.omit, &changes.rename, &changes.params, &scope, draft, cx);
        let more = draft.templates(&changes.headers, true, cx);
        let also = draft.templates(&changes.query, false, cx);
        changed?;
        let more = more?;
        headers.retain(|known| !more.iter().any(|other| other.name().eq_ignore_ascii_case(known.name())));
        headers.extend(more);
        query = also?;
        if changes.method.as_ref().is_some_and(|method| method.value == TokenMethod::Get) {
            method = Method::Get;
            sent_as = SentAs::Query;
        }
        match &changes.sent_as {
            Some(said) if method == Method::Get && said.value != SentAs::Query => {
                let message = "a GET carries no body: its parameters stand in the query";
                cx.report(
                    Diagnostic::new(Code::BODY_NOT_ALLOWED, message, said.span)
                        .help("remove `as`, or use `method: post`"),
                );
                return None;
            }
            Some(said) => sent_as = said.value,
            None => {}
        }
    }
    let mut step = Step::new(method, StepUrl::Url(url)).with_headers(cx.arena.slice(&headers));
    match sent_as {
        SentAs::Form => step = step.with_body(Body::new(BodyKind::Form).with_value(parameters.map(cx))),
        SentAs::Json => step = step.with_body(Body::new(BodyKind::Json).with_value(parameters.map(cx))),
        SentAs::Query => query.extend(parameters.query(cx)),
    }
    Some(step.with_query(cx.arena.slice(&query)))
}
