//! Auth methods.

use couplet_plan::{self as plan, Expression, KeyLocation};

use super::config::{self, Config};
use super::expression::{self, Root, Scope, Want};
use super::{Cx, docs, headers, names};
use crate::connector::{AuthMethod, Docs, Property};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Style;
use crate::manifest::{
    ApiKey, Auth, AuthKind, CredentialField, CredentialOr, Form, KeyPlace, Keywords, Line, Manifest, Members,
    Prose, Schema, Snake, Template,
};
use crate::source::{Span, Spanned};

/// The auth methods.
pub(super) struct Lowered<'a> {
    pub(super) plan: Vec<plan::AuthMethod<'a>>,
    pub(super) rust: Vec<AuthMethod>,
    /// What is weak in a method, and why it must be.
    pub(super) caveats: Vec<(String, Docs)>,
    /// Whether a pattern must be matched.
    pub(super) patterns: bool,
    /// Each method's credentials, for the places that may see those that are no secrets. A name that is a secret of
    /// one method is a secret.
    pub(super) known: Vec<(String, super::expression::Known)>,
}

/// Names that the crate's root has already.
const OURS: [&str; 18] = [
    "Client",
    "Builder",
    "Config",
    "Error",
    "ErrorKind",
    "Secret",
    "Method",
    "Request",
    "Response",
    "Context",
    "PLAN",
    "Timestamp",
    "Date",
    "Decimal",
    "Uuid",
    "Bytes",
    "Json",
    "Maybe",
];

/// Lowers the auth methods.
pub(super) fn lower<'a>(
    manifest: &Manifest,
    config: &Config<'a>,
    members: &mut names::Names,
    cx: &mut Cx<'_, 'a>,
) -> Option<Lowered<'a>> {
    let mut lowered = Lowered {
        plan: Vec::new(),
        rust: Vec::new(),
        caveats: Vec::new(),
        patterns: false,
        known: Vec::new(),
    };
    if manifest.auth.value.is_empty() {
        let message = "a connector needs an auth method";
        let help = "write `public: {type: none}` where the API is public";
        cx.report(Diagnostic::new(Code::MISSING_KEY, message, manifest.auth.span).help(help));
        return None;
    }
    let mut structs = names::Names::with(&OURS);
    let mut whole = true;
    for (name, auth) in manifest.auth.value.iter() {
        let constructor = members.take(names::snake(&name.value), &name.value, name.span, cx);
        let credentials = structs.take(names::pascal(&name.value), &name.value, name.span, cx);
        let method = method(name, auth, config, &mut lowered, cx);
        let (Some(constructor), Some(credentials), Some((plan, properties))) =
            (constructor, credentials, method)
        else {
            whole = false;
            continue;
        };
        lowered.plan.push(plan);
        let docs = method_docs(auth);
        lowered.rust.push(AuthMethod { constructor, credentials, properties, docs });
    }
    whole.then_some(lowered)
}

fn method_docs(auth: &Auth) -> Docs {
    let (title, description) = words(auth);
    docs::of(
        title.as_ref().map(|title| title.value.0.as_str()),
        description.as_ref().map(|text| text.value.0.as_str()),
    )
}

fn words(auth: &Auth) -> (&Option<Spanned<Line>>, &Option<Spanned<Prose>>) {
    match &auth.kind {
        AuthKind::None(auth) => (&auth.title, &auth.description),
        AuthKind::Basic(auth) => (&auth.title, &auth.description),
        AuthKind::Bearer(auth) => (&auth.title, &auth.description),
        AuthKind::ApiKey(auth) => (&auth.title, &auth.description),
    }
}

fn method<'a>(
    name: &Spanned<String>,
    auth: &Auth,
    config: &Config<'a>,
    lowered: &mut Lowered<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<(plan::AuthMethod<'a>, Vec<Property>)> {
    let label = cx.arena.text(&name.value);
    let mut fields = Fields::default();
    let method = match &auth.kind {
        AuthKind::None(_) => Some(plan::AuthMethod::none(label)),
        AuthKind::Basic(auth) => {
            fields.or("username", Some(&auth.username), "User name", false, cx);
            fields.or("password", auth.password.as_ref(), "Password", true, cx);
            fields.more(&auth.credentials, cx);
            let scope = fields.scope(config);
            let user = fields.template("username", Some(&auth.username), &scope, cx);
            let password = match &auth.password {
                None => Some(Expression::text("")),
                password => fields.template("password", password.as_ref(), &scope, cx),
            };
            fields.check(name, &scope, config, cx);
            let list = cx.arena.slice(&fields.plan);
            user.zip(password).map(|(user, password)| plan::AuthMethod::basic(label, list, user, password))
        }
        AuthKind::Bearer(auth) => {
            let own = auth.token.is_none();
            if own {
                fields.standard("token", "Token", cx);
            } else {
                fields.or("token", auth.token.as_ref(), "Token", true, cx);
            }
            fields.more(&auth.credentials, cx);
            let scope = fields.scope(config);
            let token = match &auth.token {
                None => Some(fields.own("token", &scope, cx)),
                token => fields.template("token", token.as_ref(), &scope, cx),
            };
            fields.check(name, &scope, config, cx);
            let scheme = scheme(auth.scheme.as_ref(), cx)?;
            let list = cx.arena.slice(&fields.plan);
            token.map(|token| plan::AuthMethod::bearer(label, list, scheme, token))
        }
        AuthKind::ApiKey(auth) => api_key(name, auth, &mut fields, config, lowered, cx),
    }?;
    lowered.patterns |= fields.plan.iter().any(|field| field.pattern().is_some());
    if !fields.whole {
        return None;
    }
    for (name, known) in &fields.known {
        match lowered.known.iter_mut().find(|(other, _)| other == name) {
            Some((_, other)) => other.secret |= known.secret,
            None => lowered.known.push((name.clone(), known.clone())),
        }
    }
    Some((method, fields.properties))
}

fn scheme<'a>(scheme: Option<&Spanned<Line>>, cx: &mut Cx<'_, 'a>) -> Option<&'a str> {
    let Some(scheme) = scheme else { return Some("Bearer") };
    if headers::is_token(&scheme.value) {
        return Some(cx.arena.text(&scheme.value));
    }
    let message = "the scheme is one word, as `Bearer` or `Token`";
    cx.report(Diagnostic::new(Code::BAD_HEADER_VALUE, message, scheme.span));
    None
}

fn api_key<'a>(
    name: &Spanned<String>,
    auth: &ApiKey,
    fields: &mut Fields<'a>,
    config: &Config<'a>,
    lowered: &mut Lowered<'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<plan::AuthMethod<'a>> {
    match &auth.key {
        Some(key) => fields.field("key", &key.0, "API key", true, cx),
        None => fields.standard("key", "API key", cx),
    }
    fields.more(&auth.credentials, cx);
    let scope = fields.scope(config);
    let value = match &auth.value {
        Some(value) => expression::lower(cx, value, &scope, Want::Text).map(|lowered| lowered.expression),
        None => Some(fields.own("key", &scope, cx)),
    };
    let place = auth.place.value;
    let key = key_name(auth, config, cx);
    fields.drop_standard(&scope);
    fields.check(name, &scope, config, cx);
    let location = match place {
        KeyPlace::Header => KeyLocation::Header,
        KeyPlace::Query => KeyLocation::Query,
        KeyPlace::Cookie => KeyLocation::Cookie,
        KeyPlace::Path => KeyLocation::Path,
        KeyPlace::Body => KeyLocation::Body,
    };
    if matches!(place, KeyPlace::Query | KeyPlace::Path) {
        let what = if place == KeyPlace::Query { "the query" } else { "the path" };
        match &auth.because {
            Some(reason) => {
                let message = format!("the key stands in {what}, where logs and histories may keep it");
                cx.report(
                    Diagnostic::new(Code::WEAK_CHOICE, message, auth.place.span)
                        .help("prefer a header, where the provider takes one"),
                );
                lowered.caveats.push((
                    format!("The key of `{}` stands in {what} of each URL.", name.value),
                    docs::line(&reason.value),
                ));
            }
            None => {
                let message = format!("a key in {what} is a weak choice, and needs a reason");
                let help =
                    "say why with `because: …`: the set-up guide shows it; or send the key in a header";
                cx.report(Diagnostic::new(Code::MISSING_REASON, message, auth.place.span).help(help));
                return None;
            }
        }
    }
    let (key, value) = (key?, value?);
    Some(plan::AuthMethod::api_key(
        cx.arena.text(&name.value),
        cx.arena.slice(&fields.plan),
        location,
        key,
        value,
    ))
}

/// The name of a key: a literal, or a config field of format `header-name`.
fn key_name<'a>(auth: &ApiKey, config: &Config<'a>, cx: &mut Cx<'_, 'a>) -> Option<Expression<'a>> {
    let name = &auth.name;
    if name.value.text.contains("{{") {
        let scope = Scope::new(vec![config.root()]);
        let lowered = expression::lower(cx, name, &scope, Want::Text)?;
        config.note(&scope);
        let field = match lowered.expression.node() {
            plan::Node::Reference(plan::Scope::Config, [plan::Key::Name(field)]) => config.field(field),
            _ => None,
        };
        if auth.place.value == KeyPlace::Header
            && field.is_some_and(|field| field.format() == plan::Format::HeaderName)
        {
            return Some(lowered.expression);
        }
        let message =
            "only a header's name may come from data, and only from one config field of format `header-name`";
        let help = "write the name as it is, or declare the field with `format: header-name`";
        cx.report(Diagnostic::new(Code::BAD_HEADER_NAME, message, name.span).help(help));
        return None;
    }
    let text = &name.value.text;
    let fits = match auth.place.value {
        KeyPlace::Header => headers::check_name(text, name.span, cx),
        KeyPlace::Cookie | KeyPlace::Path => {
            let fits = headers::is_token(text) && (auth.place.value == KeyPlace::Cookie || is_word(text));
            if !fits {
                let message =
                    format!("`{}` is no name that fits there", crate::validate::decode::shorten(text));
                cx.report(
                    Diagnostic::new(Code::BAD_NAME, message, name.span).help("write letters, digits and `_`"),
                );
            }
            fits
        }
        KeyPlace::Query | KeyPlace::Body => true,
    };
    fits.then(|| Expression::text(cx.arena.text(text)))
}

pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The credentials of one method.
struct Fields<'a> {
    plan: Vec<plan::Field<'a>>,
    properties: Vec<Property>,
    known: Vec<(String, super::expression::Known)>,
    spans: Vec<Span>,
    idents: names::Names,
    whole: bool,
}

impl Default for Fields<'_> {
    fn default() -> Self {
        Self {
            plan: Vec::new(),
            properties: Vec::new(),
            known: Vec::new(),
            spans: Vec::new(),
            idents: names::Names::default(),
            whole: true,
        }
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self, name: &str, schema: &Schema, title: &str, secret: bool, cx: &mut Cx<'_, 'a>) {
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

    /// A secret of the method's own.
    fn standard(&mut self, name: &str, title: &str, cx: &mut Cx<'_, 'a>) {
        let schema = Schema { span: Span::default(), form: Form::Keywords(Box::<Keywords>::default()) };
        self.field(name, &schema, title, true, cx);
    }

    fn or(
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

    fn more(&mut self, credentials: &Members<Snake, CredentialField>, cx: &mut Cx<'_, 'a>) {
        for (name, field) in credentials.iter() {
            let before = self.spans.len();
            let telling = ["key", "secret", "token", "password"].iter().any(|word| name.value.contains(word));
            self.field(&name.value, &field.0, "", telling, cx);
            if let Some(span) = self.spans.get_mut(before) {
                *span = name.span;
            }
        }
    }

    fn scope(&self, config: &Config<'_>) -> Scope {
        let mut roots = config.roots();
        roots.push(Root { name: "credentials", members: self.known.clone() });
        Scope::new(roots).with_secrets()
    }

    /// The credential of that name, as it is.
    fn own(&self, name: &str, scope: &Scope, cx: &mut Cx<'_, 'a>) -> Expression<'a> {
        let template = Template { text: format!("{{{{ credentials.{name} }}}}"), style: Style::Block };
        let template = Spanned::new(template, Span::default());
        match expression::lower(cx, &template, scope, Want::Any) {
            Some(lowered) => lowered.expression,
            None => Expression::NULL,
        }
    }

    fn template(
        &self,
        name: &str,
        value: Option<&CredentialOr>,
        scope: &Scope,
        cx: &mut Cx<'_, 'a>,
    ) -> Option<Expression<'a>> {
        match value {
            Some(CredentialOr::Template(template)) => {
                expression::lower(cx, template, scope, Want::Text).map(|lowered| lowered.expression)
            }
            _ => Some(self.own(name, scope, cx)),
        }
    }

    /// Forgets the secret of the method's own where a template is composed of other credentials.
    fn drop_standard(&mut self, scope: &Scope) {
        let own = self.spans.first() == Some(&Span::default());
        if own && self.plan.len() > 1 && self.whole && !scope.uses("credentials", &self.known[0].0) {
            self.plan.remove(0);
            self.properties.remove(0);
            self.known.remove(0);
            self.spans.remove(0);
        }
    }

    /// Warns of credentials that no template names.
    fn check(&self, method: &Spanned<String>, scope: &Scope, config: &Config<'_>, cx: &mut Cx<'_, '_>) {
        config.note(scope);
        for ((name, _), span) in self.known.iter().zip(&self.spans) {
            if !scope.uses("credentials", name) && self.whole {
                let span = if *span == Span::default() { method.span } else { *span };
                let message = format!("nothing uses the credential `{name}`");
                let help = format!("remove it, or name it in a template: `{{{{ credentials.{name} }}}}`");
                cx.report(Diagnostic::new(Code::UNUSED_FIELD, message, span).help(help));
            }
        }
    }
}
