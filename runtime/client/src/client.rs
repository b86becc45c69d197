//! A client: a connector, the credentials of one account, and a way to send.

use std::{borrow::Cow, fmt, ops::Deref, sync::Arc, time::Duration};

use couplet_plan::{Action, AuthMethod, Connector, Method};
use http::{HeaderMap, header::USER_AGENT};

use crate::{
    Error, ErrorKind,
    auth::{Prepared, Session, nonces::Nonces},
    base_url::BaseUrl,
    call::Call,
    clock::Clock,
    context::{Moments, Used},
    expression::{Fields, Moment, Scopes, is_fixed},
    raw::RawRequest,
    redact::{Learned, Redactor},
    request::{set_header, style_of_template, template_value},
    servers::Servers,
    state::{Attempt, State},
    store::Store,
    style::{self, Pairs},
    transport::Transport,
};

/// Calls a provider's actions. Cloning it is cheap, and its clones share everything.
pub struct Client<'p>(pub(crate) Arc<Inner<'p>>);

/// A core, and what its auth method has got so far.
pub(crate) struct Inner<'p> {
    pub(crate) core: Arc<Core<'p>>,
    pub(crate) session: Session<'p>,
    /// Where the connection is kept.
    pub(crate) stored: Option<(Arc<dyn Store>, String)>,
}

/// All that is known of a client from the start.
pub(crate) struct Core<'p> {
    pub(crate) connector: Connector<'p>,
    pub(crate) method: AuthMethod<'p>,
    pub(crate) method_place: usize,
    pub(crate) config: Fields<'p>,
    pub(crate) app: Fields<'p>,
    /// What was supplied, before any token.
    pub(crate) supplied: Arc<State<'p>>,
    /// The names of the credentials that were given to this very client, and not read from a store.
    pub(crate) explicit: Vec<String>,
    /// The scopes that are asked for in the place of the Plan's, joined.
    pub(crate) scopes: Option<String>,
    pub(crate) servers: Servers,
    /// Headers of every request, as far as they are always the same.
    pub(crate) headers: HeaderMap,
    /// Whether there are others, too.
    pub(crate) has_late_headers: bool,
    /// Query parameters of every request, encoded; `None` where they are not always the same.
    pub(crate) query: Option<String>,
    pub(crate) auth: Prepared,
    pub(crate) redactor: Redactor,
    pub(crate) learned: Learned,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) moments: Moments,
    pub(crate) used: Used,
    /// The challenge of HTTP Digest that is being answered.
    pub(crate) nonces: Nonces,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timeout: Duration,
    pub(crate) max_response: usize,
    pub(crate) allow_private: bool,
}

impl<'p> Client<'p> {
    /// A call of an action; nothing is sent before it is awaited.
    pub fn call(&self, action: &Action<'p>) -> Call<'p> {
        Call::new(self.clone(), *action)
    }

    /// A request that the connector does not describe, with the same credentials. The path is appended to the
    /// base URL.
    pub fn request(&self, method: Method, path: &str) -> RawRequest<'p> {
        RawRequest::new(self.clone(), method, path)
    }

    /// A text without the client's secrets, whatever their encoding.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        self.0.redactor().clean(text)
    }
}

impl Clone for Client<'_> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("connector", &self.0.connector.name())
            .field("auth", &self.0.method.name())
            .finish_non_exhaustive()
    }
}

impl<'p> Deref for Inner<'p> {
    type Target = Core<'p>;

    fn deref(&self) -> &Core<'p> {
        &self.core
    }
}

impl<'p> Core<'p> {
    /// What an attempt sees by itself.
    pub(crate) fn scopes<'v>(&'v self, attempt: &'v Attempt<'_, 'p>) -> Scopes<'v> {
        Scopes { moment: Some(&attempt.moment), ..self.lasting(attempt.state) }
    }

    /// What there is to see of a connection's state, apart from any request.
    pub(crate) fn lasting<'v>(&'v self, state: &'v State<'p>) -> Scopes<'v> {
        Scopes {
            config: &self.config,
            app: &self.app,
            credentials: &state.credentials,
            captured: &state.captured,
            ..Scopes::default()
        }
    }

    /// All secrets that the client has, and has had of late.
    pub(crate) fn redactor(&self) -> Redactor {
        self.learned.add_to(self.redactor.clone())
    }

    pub(crate) fn server(&self, place: u16, cx: &Scopes<'_>) -> Result<Cow<'_, BaseUrl>, Error> {
        self.servers.get(place, &self.connector, cx)
    }

    /// The headers of every request.
    pub(crate) fn headers(&self, cx: &Scopes<'_>) -> Result<HeaderMap, Error> {
        let mut headers = self.headers.clone();
        if !self.has_late_headers {
            return Ok(headers);
        }
        for template in self.connector.headers().iter().filter(|template| !is_fixed(&template.value())) {
            if let Some(value) = template_value(template, cx, ErrorKind::Config)? {
                let text = style::plain(template.name(), value)?;
                set_header(&mut headers, template.name(), &text, false)?;
            }
        }
        Ok(headers)
    }

    /// The headers of a request that is none of the API's actions.
    pub(crate) fn agent(&self) -> HeaderMap {
        self.headers.get(USER_AGENT).map(|agent| (USER_AGENT, agent.clone())).into_iter().collect()
    }

    /// An attempt of its own, with a state.
    pub(crate) fn attempt<'a>(&self, state: &'a State<'p>) -> Attempt<'a, 'p> {
        Attempt { state, moment: self.moment() }
    }

    /// The moment of a request.
    pub(crate) fn moment(&self) -> Moment {
        self.moments.fixed().unwrap_or_else(|| Moment::at(self.clock.now()))
    }

    /// The query parameters of every request.
    pub(crate) fn query(&self, cx: &Scopes<'_>) -> Result<Pairs, Error> {
        match &self.query {
            Some(query) => Ok(Pairs::query(query.clone())),
            None => shared_query(&self.connector, cx),
        }
    }

    /// What authenticates an action: the client's method, nothing, or an error where the method does not do.
    pub(crate) fn auth_for(&self, action: &Action<'_>) -> Result<&Prepared, Error> {
        match action.auth() {
            Some([]) => Ok(&Prepared::Nothing),
            Some(methods) if !methods.iter().any(|method| usize::from(*method) == self.method_place) => {
                let names: Vec<_> = methods
                    .iter()
                    .filter_map(|method| self.connector.auth().get(usize::from(*method)))
                    .map(AuthMethod::name)
                    .collect();
                Err(Error::config(format!(
                    "this action needs the auth method {}, and the client has `{}`",
                    names.join(" or "),
                    self.method.name()
                )))
            }
            _ => Ok(&self.auth),
        }
    }
}

/// The query parameters that all actions of a connector share.
pub(crate) fn shared_query(connector: &Connector<'_>, cx: &Scopes<'_>) -> Result<Pairs, Error> {
    let mut pairs = Pairs::query(String::new());
    for template in connector.query() {
        if let Some(value) = template_value(template, cx, ErrorKind::Config)? {
            pairs.styled(template.name(), style_of_template(), value)?;
        }
    }
    Ok(pairs)
}
