//! Builds a client: what a person supplied in, checked once, and all that every request needs worked out.

use std::{fmt, sync::Arc, time::Duration};

use couplet_plan::{AuthKind, AuthMethod, Connector, Field, Flow, KeyLocation, Token};
use http::{HeaderMap, HeaderValue, header::USER_AGENT};

use crate::{
    Context, Error, ErrorKind, Secret,
    auth::{
        self, Prepared, Session,
        connection::{Connection, Kept},
        issue::Issue,
        issuer::{Expiry, Issued},
        nonces::Nonces,
        session::{self, Held},
        token::Tokens,
    },
    client::{Client, Core, Inner, shared_query},
    expression::{FieldValue, Fields, Scopes, is_fixed},
    fields::{self, Supplied},
    redact::{Learned, Redactor},
    request::{set_header, template_value},
    servers::Servers,
    state::{State, capture_names, named, secrets_of},
    store::{MemoryStore, Store},
    style,
};

/// Collects credentials, config values and options.
#[derive(Clone)]
pub struct Builder<'p> {
    pub(crate) connector: Connector<'p>,
    pub(crate) method: usize,
    pub(crate) credentials: Vec<(String, Supplied)>,
    pub(crate) config: Vec<(String, Supplied)>,
    app: Vec<(String, Supplied)>,
    base_url: Option<String>,
    pub(crate) context: Option<Context>,
    timeout: Option<Duration>,
    user_agent: Option<String>,
    pub(crate) store: Option<(Arc<dyn Store>, String)>,
    pub(crate) scopes: Option<Vec<String>>,
    token: Vec<(String, Secret)>,
    /// A connection that there is already.
    pub(crate) ready: Option<Arc<Connection>>,
    captured: Kept,
    /// Which of the credentials the caller gave, where others come from a store.
    pub(crate) explicit: Option<Vec<String>>,
    detach: Option<fn(Tokens<'p>) -> Tokens<'p>>,
}

impl<'p> Builder<'p> {
    /// A client of a connector with one of its auth methods, by its place in the list.
    #[must_use]
    pub fn new(connector: &Connector<'p>, method: usize) -> Self {
        Self {
            connector: *connector,
            method,
            credentials: Vec::new(),
            config: Vec::new(),
            app: Vec::new(),
            base_url: None,
            context: None,
            timeout: None,
            user_agent: None,
            store: None,
            scopes: None,
            token: Vec::new(),
            captured: Vec::new(),
            ready: None,
            explicit: None,
            detach: None,
        }
    }

    /// Sets a credential that may be shown, such as a user name.
    #[must_use]
    pub fn credential(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.credentials.push((name.to_owned(), Supplied::Plain(value.to_string())));
        self
    }

    /// Sets a credential that is never shown.
    #[must_use]
    pub fn secret(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.credentials.push((name.to_owned(), Supplied::Secret(value.into())));
        self
    }

    /// Sets a config value.
    #[must_use]
    pub fn config(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.config.push((name.to_owned(), Supplied::Plain(value.to_string())));
        self
    }

    /// Sets a config value that is never shown.
    #[must_use]
    pub fn secret_config(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.config.push((name.to_owned(), Supplied::Secret(value.into())));
        self
    }

    /// Sets a value that the integrator registered with the provider.
    #[must_use]
    pub fn app(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.app.push((name.to_owned(), Supplied::Plain(value.to_string())));
        self
    }

    /// Sets such a value that is never shown.
    #[must_use]
    pub fn secret_app(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.app.push((name.to_owned(), Supplied::Secret(value.into())));
        self
    }

    /// Sends requests to another base URL, for tests and mocks: it stands in the place of the connector's, path
    /// included; the connector's other servers, and the endpoints that issue tokens, keep their paths and move to its
    /// origin. Plain http is taken for
    /// this machine only. Where the key stands in the path, the URL has its place too (`{token}`).
    #[must_use]
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Shares a context with other clients.
    #[must_use]
    pub fn with_context(mut self, context: &Context) -> Self {
        self.context = Some(context.clone());
        self
    }

    /// How long a call may take in all: 60 seconds unless the context or this says otherwise.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The header `User-Agent`, in the place of the connector's name and version.
    #[must_use]
    pub fn with_user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Keeps the connection in a store, under an id of the caller's choice. A token that a method obtains is then
    /// shared with every client of this connection, in whatever process.
    #[must_use]
    pub fn with_store(mut self, store: Arc<dyn Store>, id: impl Into<String>) -> Self {
        self.store = Some((store, id.into()));
        self
    }

    /// Asks for these scopes in the place of the connector's.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Sets a part of a token that exists already, such as `access_token`.
    #[doc(hidden)]
    #[must_use]
    pub fn token(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.token.push((name.to_owned(), value.into()));
        self
    }

    /// Sets what a step would capture.
    #[doc(hidden)]
    #[must_use]
    pub fn captured(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.captured.push((name.to_owned(), FieldValue::Secret(value.into())));
        self
    }

    /// Checks everything, and gives the client.
    ///
    /// # Errors
    ///
    /// A credential or a config value is missing, unknown, or not of its declared form; or the URL that comes
    /// of them may not be used.
    pub fn build(self) -> Result<Client<'p>, Error> {
        let core = Arc::new(self.core()?);
        Ok(self.client(core))
    }

    /// A client of a core.
    pub(crate) fn client(&self, core: Arc<Core<'p>>) -> Client<'p> {
        let Some(token) = session::token_of(&core) else {
            return Client(Arc::new(Inner { core, session: Session::Fixed, stored: self.store.clone() }));
        };
        let context = self.context.clone().unwrap_or_default();
        let (store, id) = match &self.store {
            Some((store, id)) => (Arc::clone(store), id.clone()),
            None => (Arc::new(MemoryStore::new()) as Arc<dyn Store>, String::new()),
        };
        let issuer = Arc::new(Issue::new(Arc::clone(&core), token));
        let tokens = Tokens::new(Arc::clone(&store), &id, context.flights(), issuer, Arc::clone(&core.clock));
        let tokens = match self.detach {
            Some(detach) => detach(tokens),
            None => tokens,
        };
        let stored = Some((Arc::clone(&store), id.clone()));
        let session = Held::new(token, tokens, store, id, self.first(&core, &token));
        Client(Arc::new(Inner { core, session: Session::Tokens(Box::new(session)), stored }))
    }

    /// The connection that a client begins with where nothing is stored.
    fn first(&self, core: &Core<'p>, token: &Token<'p>) -> Option<Connection> {
        if let Some(ready) = self.ready.as_ref().filter(|_| self.store.is_none()) {
            return Some(Connection::clone(ready));
        }
        let mut connection = core.connection();
        if self.token.is_empty() {
            return matches!(token.flow(), Flow::Direct).then_some(connection);
        }
        let issued = Issued::new(Expiry::Unknown);
        let issued = self.token.iter().fold(issued, |issued, (name, value)| match name.as_str() {
            "token_type" | "scope" => issued.plain(name, value.expose_secret()),
            _ => issued.secret(name, value.clone()),
        });
        connection.renew(issued, core.clock.now());
        Some(connection)
    }

    /// All that is known from the start.
    pub(crate) fn core(&self) -> Result<Core<'p>, Error> {
        let connector = self.connector;
        let method = *connector
            .auth()
            .get(self.method)
            .ok_or_else(|| Error::config("the connector has no such auth method"))?;
        let context = self.context.clone().unwrap_or_default();
        let private = context.allow_private;
        let config = fields::check("config value", connector.config(), &self.config, private)?;
        let app = self.checked_app(&method, private)?;
        let credentials = fields::check("credential", method.fields(), &self.credentials, private)?;
        let captured = named(capture_names(&method).into_iter(), &self.captured);
        let mut supplied = State { credentials, captured, generation: 0 };
        if let Some(ready) = &self.ready {
            supplied.take(&method, ready);
        }
        let cx = Scopes {
            config: &config,
            app: &app,
            credentials: &supplied.credentials,
            captured: &supplied.captured,
            ..Scopes::default()
        };
        let (auth, composed) = auth::prepare(&method, &cx)?;
        let servers = Servers::new(&connector, &cx, &auth, self.base_url.as_deref(), private)?;
        let transport = match method.certificate() {
            Some((certificate, key)) => context.transport_as(&auth::identity(&certificate, &key, &cx)?)?,
            None => context.transport()?,
        };
        let headers = self.headers(&cx, &auth)?;
        let query = self.query(&cx)?;
        let mut redactor = Redactor::default();
        let known = [&supplied.credentials, &app, &config, &supplied.captured];
        for secret in known.into_iter().flat_map(|fields| secrets_of(fields)).chain(&composed) {
            redactor.add(secret.expose_secret());
        }
        let given = || self.credentials.iter().map(|(name, _)| name.clone()).collect();
        Ok(Core {
            connector,
            method,
            method_place: self.method,
            config,
            app,
            supplied: Arc::new(supplied),
            explicit: self.explicit.clone().unwrap_or_else(given),
            scopes: self.joined_scopes(&method),
            servers,
            headers,
            has_late_headers: connector.headers().iter().any(|template| !is_fixed(&template.value())),
            query,
            auth,
            redactor,
            learned: Learned::default(),
            transport,
            moments: context.moments.clone(),
            used: context.used.clone(),
            nonces: Nonces::default(),
            clock: Arc::clone(&context.clock),
            timeout: self.timeout.unwrap_or(context.timeout),
            max_response: context.max_response,
            allow_private: private,
        })
    }

    /// App values are the connector's, or the method's own.
    fn checked_app(&self, method: &AuthMethod<'p>, private: bool) -> Result<Fields<'p>, Error> {
        let of = |fields: &'p [Field<'p>]| {
            let is_of = |name: &str| fields.iter().any(|field| field.name() == name);
            let given: Vec<_> = self.app.iter().filter(|(name, _)| is_of(name)).cloned().collect();
            fields::check("app value", fields, &given, private)
        };
        let (shared, own) = (self.connector.app(), method.app());
        let known = |name: &str| shared.iter().chain(own).any(|field| field.name() == name);
        if let Some((name, _)) = self.app.iter().find(|(name, _)| !known(name)) {
            return Err(Error::config(format!("there is no app value `{name}`")));
        }
        let mut values = of(own)?;
        let more = of(shared)?;
        values.extend(more.into_iter().filter(|(name, _)| !own.iter().any(|field| field.name() == *name)));
        Ok(values)
    }

    fn joined_scopes(&self, method: &AuthMethod<'p>) -> Option<String> {
        let separator = match method.kind() {
            AuthKind::Token(token) => token.scope_separator(),
            _ => " ",
        };
        self.scopes.as_ref().map(|scopes| scopes.join(separator))
    }

    /// The headers that are always the same.
    fn headers(&self, cx: &Scopes<'_>, auth: &Prepared) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(8);
        let agent = match &self.user_agent {
            Some(agent) => agent.clone(),
            None => format!("couplet-{}/{}", self.connector.name(), self.connector.version()),
        };
        let agent = HeaderValue::from_str(&agent)
            .map_err(|_| Error::config("the user agent has a character that a header cannot hold"))?;
        headers.insert(USER_AGENT, agent);
        for template in self.connector.headers().iter().filter(|template| is_fixed(&template.value())) {
            if let Some(value) = template_value(template, cx, ErrorKind::Config)? {
                let text = style::plain(template.name(), value)?;
                set_header(&mut headers, template.name(), &text, false)?;
            }
        }
        if let Prepared::Header(name, _) = auth {
            headers.remove(name);
        }
        Ok(headers)
    }

    /// The query parameters, where all of them are always the same.
    fn query(&self, cx: &Scopes<'_>) -> Result<Option<String>, Error> {
        if self.connector.query().iter().any(|template| !is_fixed(&template.value())) {
            return Ok(None);
        }
        Ok(Some(shared_query(&self.connector, cx)?.finish()))
    }
}

impl Builder<'static> {
    /// Renews tokens in tasks of their own, so that a caller that gives up never interrupts a request that the
    /// provider may have answered. Generated crates ask for it; only a Plan that lives as long as the program can.
    #[doc(hidden)]
    #[must_use]
    pub fn detached(mut self) -> Self {
        self.detach = Some(Tokens::detached);
        self
    }
}

impl fmt::Debug for Builder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.connector.auth().get(self.method);
        let key_in_path =
            method.is_some_and(|method| matches!(method.kind(), AuthKind::ApiKey(KeyLocation::Path, ..)));
        f.debug_struct("Builder")
            .field("connector", &self.connector.name())
            .field("auth", &method.map(couplet_plan::AuthMethod::name))
            .field("base_url", &self.base_url.as_ref().filter(|_| !key_in_path))
            .finish_non_exhaustive()
    }
}
