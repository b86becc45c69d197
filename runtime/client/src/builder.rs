//! Builds a client: what a person supplied in, checked once, and all that every request needs worked out.

use std::{fmt, time::Duration};

use couplet_plan::{AuthKind, Connector, KeyLocation};
use http::{HeaderMap, HeaderValue, header::USER_AGENT};

use crate::{
    Context, Error, ErrorKind, Secret,
    auth::{self, Prepared},
    base_url::{self, BaseUrl},
    client::{Client, Inner},
    expression::{FieldValue, Scopes},
    fields::{self, Supplied},
    redact::Redactor,
    request::{set_header, style_of_template, template_value},
    style::{self, Pairs},
};

/// Collects credentials, config values and options.
#[derive(Clone)]
pub struct Builder<'p> {
    connector: Connector<'p>,
    method: usize,
    credentials: Vec<(String, Supplied)>,
    config: Vec<(String, Supplied)>,
    app: Vec<(String, Supplied)>,
    base_url: Option<String>,
    context: Option<Context>,
    timeout: Option<Duration>,
    user_agent: Option<String>,
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
    /// included; the connector's other servers keep their paths and move to its origin. Plain http is taken for
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

    /// Checks everything, and gives the client.
    ///
    /// # Errors
    ///
    /// A credential or a config value is missing, unknown, or not of its declared form; or the URL that comes
    /// of them may not be used.
    pub fn build(self) -> Result<Client<'p>, Error> {
        let connector = self.connector;
        let method = *connector
            .auth()
            .get(self.method)
            .ok_or_else(|| Error::config("the connector has no such auth method"))?;
        let context = self.context.clone().unwrap_or_default();
        let private = context.allow_private;
        let config = fields::check("config value", connector.config(), &self.config, private)?;
        let app = fields::check("app value", connector.app(), &self.app, private)?;
        let credentials = fields::check("credential", method.fields(), &self.credentials, private)?;
        let cx = Scopes { config: &config, app: &app, credentials: &credentials, ..Scopes::default() };
        let (auth, composed) = auth::prepare(&method, &cx)?;
        let servers = self.servers(&cx, &auth, private)?;
        let headers = self.headers(&cx, &auth)?;
        let query = self.query(&cx)?;
        let mut redactor = Redactor::default();
        for (_, value) in credentials.iter().chain(&app).chain(&config) {
            if let FieldValue::Secret(secret) = value {
                redactor.add(secret.expose_secret());
            }
        }
        for secret in &composed {
            redactor.add(secret.expose_secret());
        }
        Ok(Client(std::sync::Arc::new(Inner {
            connector,
            method,
            method_place: self.method,
            config,
            app,
            credentials,
            servers,
            headers,
            query,
            auth,
            redactor,
            transport: context.transport()?,
            timeout: self.timeout.unwrap_or(context.timeout),
            max_response: context.max_response,
        })))
    }

    fn servers(&self, cx: &Scopes<'_>, auth: &Prepared, private: bool) -> Result<Vec<BaseUrl>, Error> {
        let key = match auth {
            Prepared::Path(name, value) => Some((name.as_str(), value.expose_secret())),
            _ => None,
        };
        let mut servers = Vec::with_capacity(self.connector.servers().len());
        for server in self.connector.servers() {
            servers.push(base_url::of_server(server, &self.connector, cx, key, private)?);
        }
        if let Some(url) = &self.base_url {
            let wrong = |why: &str| Error::config(format!("the base URL cannot be used: {why}"));
            let filled = match key {
                Some((name, value)) => base_url::fill_key(url, name, value)
                    .ok_or_else(|| wrong(&format!("it lacks `{{{name}}}`, the place of the key")))?,
                None => url.clone(),
            };
            let base = BaseUrl::parse(&filled).map_err(wrong)?;
            base.check(!base.is_loopback(), private).map_err(wrong)?;
            for server in servers.iter_mut().skip(1) {
                *server = BaseUrl { path: std::mem::take(&mut server.path), ..base.clone() };
            }
            if let Some(first) = servers.first_mut() {
                *first = base;
            }
        }
        Ok(servers)
    }

    fn headers(&self, cx: &Scopes<'_>, auth: &Prepared) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(8);
        let agent = match &self.user_agent {
            Some(agent) => agent.clone(),
            None => format!("couplet-{}/{}", self.connector.name(), self.connector.version()),
        };
        let agent = HeaderValue::from_str(&agent)
            .map_err(|_| Error::config("the user agent has a character that a header cannot hold"))?;
        headers.insert(USER_AGENT, agent);
        for template in self.connector.headers() {
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

    fn query(&self, cx: &Scopes<'_>) -> Result<String, Error> {
        let mut pairs = Pairs::query(String::new());
        for template in self.connector.query() {
            if let Some(value) = template_value(template, cx, ErrorKind::Config)? {
                pairs.styled(template.name(), style_of_template(), value)?;
            }
        }
        Ok(pairs.finish())
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
