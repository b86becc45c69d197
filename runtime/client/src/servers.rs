//! The URLs of a connector's servers: worked out once where config and credentials say them, and for each call
//! where they depend on what a connection captured.

use std::borrow::Cow;

use couplet_plan::{Connector, Expression, Server, ServerKind};

use crate::{
    Error, Secret,
    auth::Prepared,
    base_url::{self, BaseUrl},
    expression::{Scopes, is_fixed},
};

/// Where the requests of one client go.
pub(crate) struct Servers {
    known: Vec<Option<BaseUrl>>,
    /// A base URL in the place of the connector's, for tests and mocks.
    instead: Option<BaseUrl>,
    key: Option<(String, Secret)>,
    allow_private: bool,
}

impl Servers {
    /// Works out what can be known before anything is captured.
    pub(crate) fn new(
        connector: &Connector<'_>,
        cx: &Scopes<'_>,
        auth: &Prepared,
        instead: Option<&str>,
        allow_private: bool,
    ) -> Result<Self, Error> {
        let key = match auth {
            Prepared::Path(name, value) => Some((name.clone(), value.clone())),
            _ => None,
        };
        let mut servers = Self { known: Vec::new(), instead: None, key, allow_private };
        if let Some(url) = instead {
            servers.instead = Some(servers.checked(url)?);
        }
        for (place, server) in connector.servers().iter().enumerate() {
            let fixed = is_known(server) || (place == 0 && servers.instead.is_some());
            let url = if fixed { Some(servers.work_out(place, connector, cx)?) } else { None };
            servers.known.push(url);
        }
        Ok(servers)
    }

    /// The server at a place of the connector's list.
    pub(crate) fn get(
        &self,
        place: u16,
        connector: &Connector<'_>,
        cx: &Scopes<'_>,
    ) -> Result<Cow<'_, BaseUrl>, Error> {
        let place = usize::from(place);
        match self.known.get(place) {
            Some(Some(url)) => Ok(Cow::Borrowed(url)),
            Some(None) => self.work_out(place, connector, cx).map(Cow::Owned),
            None => Err(Error::config("the action names a server that the connector does not have")),
        }
    }

    /// Whether all are known before anything is captured.
    pub(crate) fn are_known(&self) -> bool {
        self.known.iter().all(Option::is_some)
    }

    /// The URL of an endpoint of its own, as of a token. Unlike a base URL it keeps the slash at its end.
    pub(crate) fn endpoint(
        &self,
        server: &Server<'_>,
        connector: &Connector<'_>,
        cx: &Scopes<'_>,
    ) -> Result<BaseUrl, Error> {
        let url = base_url::of_endpoint(server, connector, cx, self.allow_private)?;
        Ok(self.moved(url))
    }

    fn work_out(&self, place: usize, connector: &Connector<'_>, cx: &Scopes<'_>) -> Result<BaseUrl, Error> {
        let server = connector
            .servers()
            .get(place)
            .ok_or_else(|| Error::config("the action names a server that the connector does not have"))?;
        match &self.instead {
            Some(instead) if place == 0 => Ok(instead.clone()),
            _ => {
                let key = self.key.as_ref().map(|(name, value)| (name.as_str(), value.expose_secret()));
                let url = base_url::of_server(server, connector, cx, key, self.allow_private)?;
                Ok(self.moved(url))
            }
        }
    }

    /// The URL at the origin that stands in the place of the connector's, if one does.
    fn moved(&self, url: BaseUrl) -> BaseUrl {
        match &self.instead {
            Some(instead) => BaseUrl { path: url.path, ..instead.clone() },
            None => url,
        }
    }

    fn checked(&self, url: &str) -> Result<BaseUrl, Error> {
        let wrong = |why: &str| Error::config(format!("the base URL cannot be used: {why}"));
        let filled = match &self.key {
            Some((name, value)) => base_url::fill_key(url, name, value.expose_secret())
                .ok_or_else(|| wrong(&format!("it lacks `{{{name}}}`, the place of the key")))?,
            None => url.to_owned(),
        };
        let base = BaseUrl::parse(&filled).map_err(wrong)?;
        base.check(!base.is_loopback(), self.allow_private).map_err(wrong)?;
        Ok(base)
    }
}

/// Whether a server's URL depends on nothing that is captured.
fn is_known(server: &Server<'_>) -> bool {
    let fixed = |expression: Expression<'_>| is_fixed(&expression);
    match server.kind() {
        ServerKind::Url(expression) => fixed(expression),
        ServerKind::Table(_, rows) => rows.iter().all(|row| fixed(row.value())),
        _ => true,
    }
}
