//! The runtime's features that a Plan needs: found in the Plan itself, so that none is forgotten.

use couplet_plan::{
    Assertion, AuthKind, AuthMethod, Expression, Filter, Flow, Key, NamedTemplate, Node, PathPart, Plan,
    Scope, Server, ServerKind, Step, StepUrl, Token,
};

/// The features, sorted.
pub(super) fn of(plan: &Plan<'_>) -> Vec<String> {
    let mut found = Found::default();
    let connector = plan.connector();
    let app = connector.auth().iter().flat_map(AuthMethod::app);
    let credentials = connector.auth().iter().flat_map(AuthMethod::fields);
    let mut fields = connector.config().iter().chain(connector.app()).chain(app).chain(credentials);
    found.regex |= fields.any(|field| field.pattern().is_some());
    connector.servers().iter().for_each(|server| found.server(server));
    found.templates(connector.query());
    found.templates(connector.headers());
    for rule in connector.errors() {
        found.all([rule.condition(), rule.code(), rule.message()]);
    }
    connector.auth().iter().for_each(|method| found.method(method));
    for action in plan.actions().iter().copied().chain(plan.test()) {
        found.path(action.path());
        found.templates(action.query());
        found.templates(action.headers());
        found.body(action.body());
        for answer in action.answers() {
            found.all([answer.from()]);
        }
    }
    let features = [("md5", found.md5), ("regex", found.regex), ("xml", found.xml)];
    features.into_iter().filter(|(_, needed)| *needed).map(|(name, _)| name.to_owned()).collect()
}

#[derive(Default)]
struct Found {
    md5: bool,
    regex: bool,
    xml: bool,
}

impl Found {
    fn method(&mut self, method: &AuthMethod<'_>) {
        self.templates(method.headers());
        self.templates(method.query());
        self.all([method.body()]);
        self.steps(method.connect());
        self.steps(method.disconnect());
        match method.kind() {
            AuthKind::Basic(first, second) | AuthKind::ApiKey(_, first, second) => {
                self.all([Some(first), Some(second)]);
            }
            AuthKind::Bearer(_, token) => self.expression(&token),
            // A server may ask for MD5, and many know nothing else.
            AuthKind::Digest(user, password) => {
                self.md5 = true;
                self.all([Some(user), Some(password)]);
            }
            AuthKind::Token(token) => self.token(token),
            AuthKind::AwsSigV4(aws) => self.all([Some(aws.region()), Some(aws.service())]),
            AuthKind::OAuth1(oauth) => self.all([oauth.realm()]),
            _ => {}
        }
    }

    fn token(&mut self, token: &Token<'_>) {
        match token.flow() {
            Flow::AuthorizationCode(authorization) => {
                self.server(&authorization.url());
                self.templates(authorization.query());
            }
            Flow::DeviceCode(step) => self.steps(&[step]),
            _ => {}
        }
        for steps in [token.prepare(), token.obtain(), token.refresh().unwrap_or_default(), token.revoke()] {
            self.steps(steps);
        }
        let response = token.response();
        self.all([
            response.access_token(),
            response.token_type(),
            response.refresh_token(),
            response.scope(),
            response.expires_in(),
            response.expires_at(),
        ]);
        for capture in token.callback().iter().chain(token.captures()) {
            self.expression(&capture.value());
        }
        for rule in token.expired() {
            self.all([rule.condition()]);
        }
        if let Some(assertion) = token.assertion() {
            self.assertion(&assertion);
        }
    }

    fn assertion(&mut self, assertion: &Assertion<'_>) {
        self.all([Some(assertion.key()), assertion.header(), Some(assertion.claims())]);
    }

    fn steps(&mut self, steps: &[Step<'_>]) {
        for step in steps {
            match step.url() {
                StepUrl::Url(server) => self.server(&server),
                StepUrl::Path(_, parts) => self.path(parts),
                _ => {}
            }
            self.templates(step.query());
            self.templates(step.headers());
            self.body(step.body());
            self.all([step.condition(), step.choice().map(|choice| choice.from())]);
            for capture in step.captures() {
                self.expression(&capture.value());
            }
        }
    }

    fn path(&mut self, parts: &[PathPart<'_>]) {
        for part in parts {
            if let PathPart::Template(value) = part {
                self.expression(value);
            }
        }
    }

    fn server(&mut self, server: &Server<'_>) {
        match server.kind() {
            ServerKind::Url(url) => self.expression(&url),
            ServerKind::Table(_, rows) => self.templates(rows),
            _ => {}
        }
    }

    fn templates(&mut self, templates: &[NamedTemplate<'_>]) {
        templates.iter().for_each(|template| self.expression(&template.value()));
    }

    fn body(&mut self, body: Option<couplet_plan::Body<'_>>) {
        if let Some(body) = body {
            self.all([body.value()]);
        }
    }

    fn all<const N: usize>(&mut self, expressions: [Option<Expression<'_>>; N]) {
        expressions.iter().flatten().for_each(|expression| self.expression(expression));
    }

    fn expression(&mut self, expression: &Expression<'_>) {
        match expression.node() {
            Node::Reference(Scope::Response, [Key::Name("xml"), ..]) => self.xml = true,
            Node::Member(of, _) | Node::Unary(_, of) => self.expression(of),
            Node::Index(first, second) | Node::Binary(_, first, second) => {
                self.expression(first);
                self.expression(second);
            }
            Node::Concat(parts) | Node::List(parts) => parts.iter().for_each(|part| self.expression(part)),
            Node::Map(entries) => entries.iter().for_each(|entry| self.expression(&entry.value())),
            Node::If(condition, then, otherwise) => {
                [condition, then, otherwise].into_iter().for_each(|part| self.expression(part));
            }
            Node::Filter(filter, value, arguments) => {
                self.md5 |= filter == Filter::Md5;
                self.regex |= filter == Filter::Matches;
                self.expression(value);
                arguments.iter().for_each(|argument| self.expression(argument));
            }
            _ => {}
        }
    }
}
