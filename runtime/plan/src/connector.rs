//! A connector as a whole.

use crate::{Action, AuthMethod, ErrorRule, Field, NamedTemplate, Server};

/// What all actions of a connector share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Connector<'a> {
    name: &'a str,
    version: &'a str,
    config: &'a [Field<'a>],
    app: &'a [Field<'a>],
    auth: &'a [AuthMethod<'a>],
    servers: &'a [Server<'a>],
    query: &'a [NamedTemplate<'a>],
    headers: &'a [NamedTemplate<'a>],
    errors: &'a [ErrorRule<'a>],
}

impl<'a> Connector<'a> {
    /// A connector, by its name and its version (SemVer). The first server is its base URL.
    #[must_use]
    pub const fn new(
        name: &'a str,
        version: &'a str,
        servers: &'a [Server<'a>],
        auth: &'a [AuthMethod<'a>],
    ) -> Self {
        Self { name, version, config: &[], app: &[], auth, servers, query: &[], headers: &[], errors: &[] }
    }

    /// What a connection is configured with.
    #[must_use]
    pub const fn with_config(mut self, fields: &'a [Field<'a>]) -> Self {
        self.config = fields;
        self
    }

    /// What the integrator registered with the provider.
    #[must_use]
    pub const fn with_app(mut self, fields: &'a [Field<'a>]) -> Self {
        self.app = fields;
        self
    }

    /// Query parameters of every request.
    #[must_use]
    pub const fn with_query(mut self, query: &'a [NamedTemplate<'a>]) -> Self {
        self.query = query;
        self
    }

    /// Headers of every request.
    #[must_use]
    pub const fn with_headers(mut self, headers: &'a [NamedTemplate<'a>]) -> Self {
        self.headers = headers;
        self
    }

    /// What answers mean that are errors.
    #[must_use]
    pub const fn with_errors(mut self, rules: &'a [ErrorRule<'a>]) -> Self {
        self.errors = rules;
        self
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Its version.
    #[must_use]
    pub const fn version(&self) -> &'a str {
        self.version
    }

    /// What a connection is configured with.
    #[must_use]
    pub const fn config(&self) -> &'a [Field<'a>] {
        self.config
    }

    /// What the integrator registered with the provider.
    #[must_use]
    pub const fn app(&self) -> &'a [Field<'a>] {
        self.app
    }

    /// The ways to authenticate.
    #[must_use]
    pub const fn auth(&self) -> &'a [AuthMethod<'a>] {
        self.auth
    }

    /// Where requests go; the first is the base URL.
    #[must_use]
    pub const fn servers(&self) -> &'a [Server<'a>] {
        self.servers
    }

    /// Query parameters of every request.
    #[must_use]
    pub const fn query(&self) -> &'a [NamedTemplate<'a>] {
        self.query
    }

    /// Headers of every request.
    #[must_use]
    pub const fn headers(&self) -> &'a [NamedTemplate<'a>] {
        self.headers
    }

    /// What answers mean that are errors, in the order in which they are tried.
    #[must_use]
    pub const fn errors(&self) -> &'a [ErrorRule<'a>] {
        self.errors
    }
}

/// A connector with all its actions and the schemas of what they take and answer: what a mock provider or a
/// tool server needs. A program that calls a few actions links only those, and not this.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan<'a> {
    connector: Connector<'a>,
    actions: &'a [Action<'a>],
    test: Option<Action<'a>>,
    schemas: &'a str,
}

impl<'a> Plan<'a> {
    /// A connector and its actions, in the manifest's order.
    #[must_use]
    pub const fn new(connector: Connector<'a>, actions: &'a [Action<'a>]) -> Self {
        Self { connector, actions, test: None, schemas: "{}" }
    }

    /// The request that proves a connection.
    #[must_use]
    pub const fn with_test(mut self, test: Action<'a>) -> Self {
        self.test = Some(test);
        self
    }

    /// JSON Schemas (draft 2020-12) as one JSON document: `$defs` holds the connector's types, `actions` an
    /// object for each action, with `input` (a schema of an object, by the manifest's names) and `outputs` (a
    /// schema for each answer, in the answers' order; `null` where the answer has no body).
    #[must_use]
    pub const fn with_schemas(mut self, json: &'a str) -> Self {
        self.schemas = json;
        self
    }

    /// What all actions share.
    #[must_use]
    pub const fn connector(&self) -> Connector<'a> {
        self.connector
    }

    /// The actions, in the manifest's order.
    #[must_use]
    pub const fn actions(&self) -> &'a [Action<'a>] {
        self.actions
    }

    /// The action of that name.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<Action<'a>> {
        self.actions.iter().copied().find(|action| action.name() == name)
    }

    /// The request that proves a connection.
    #[must_use]
    pub const fn test(&self) -> Option<Action<'a>> {
        self.test
    }

    /// JSON Schemas of the types, the inputs and the answers.
    #[must_use]
    pub const fn schemas(&self) -> &'a str {
        self.schemas
    }
}
