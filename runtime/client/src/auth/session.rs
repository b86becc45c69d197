//! What an auth method has got so far: the connection and its token, where it has one.

use std::sync::{Arc, Mutex, PoisonError};

use couplet_plan::{AuthKind, Token};
use tokio::sync::OnceCell;

use super::{
    Prepared,
    connection::Connection,
    issue,
    token::{Tokens, Why},
};
use crate::{
    Error, ErrorKind, Secret,
    client::{Core, Inner},
    errors,
    exchange::needs_runtime,
    expression::{FieldValue, Scopes, TOKEN_PARTS},
    response::Received,
    state::{State, capture_names, kept, put},
    store::Store,
};

/// What a client's requests are signed with, beside what was supplied.
pub(crate) enum Session<'p> {
    /// Nothing.
    Fixed,
    /// A token that is obtained and renewed.
    Tokens(Box<Held<'p>>),
}

/// A connection in a store, and its token.
pub(crate) struct Held<'p> {
    pub(crate) token: Token<'p>,
    pub(crate) tokens: Tokens<'p>,
    store: Arc<dyn Store>,
    id: String,
    /// What is stored where there is nothing yet.
    first: Option<Connection>,
    begun: OnceCell<()>,
    /// What was used last, as it was stored and as requests see it.
    latest: Mutex<Option<(Arc<Connection>, Arc<State<'p>>)>>,
}

impl<'p> Held<'p> {
    pub(crate) fn new(
        token: Token<'p>,
        tokens: Tokens<'p>,
        store: Arc<dyn Store>,
        id: String,
        first: Option<Connection>,
    ) -> Self {
        Self { token, tokens, store, id, first, begun: OnceCell::new(), latest: Mutex::default() }
    }

    /// The state with a token that can be used now.
    pub(crate) async fn fresh(&self, core: &Core<'p>, why: Why) -> Result<Arc<State<'p>>, Error> {
        needs_runtime()?;
        self.begun.get_or_try_init(|| self.begin()).await?;
        let connection = self.tokens.fresh(why).await.inspect_err(|error| {
            // A broken connection is not used any longer, be its last token as it may.
            if error.kind() == ErrorKind::ReconnectRequired {
                self.tokens.forget();
            }
        })?;
        core.owns(&connection)?;
        Ok(self.adopt(core, &connection))
    }

    /// The state as it is stored, be its token expired.
    pub(crate) async fn stored_state(&self, core: &Core<'p>) -> Result<Arc<State<'p>>, Error> {
        self.begun.get_or_try_init(|| self.begin()).await?;
        let Some(record) = self.store.load(&self.id).await? else {
            let detail = format!("there is no connection `{}`; connect first", self.id);
            return Err(Error::new(ErrorKind::ReconnectRequired, detail).unsent());
        };
        let connection = Connection::from_bytes(record.bytes())?;
        core.owns(&connection)?;
        let state = State::of(core, &connection);
        core.learned.learn(state.secrets());
        Ok(Arc::new(state))
    }

    /// What was used last.
    pub(crate) fn latest(&self) -> Option<Arc<State<'p>>> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.as_ref().map(|(_, state)| Arc::clone(state))
    }

    /// The connection as requests see it.
    pub(crate) fn adopt(&self, core: &Core<'p>, connection: &Arc<Connection>) -> Arc<State<'p>> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, state)) = &*latest
            && Arc::ptr_eq(known, connection)
        {
            return Arc::clone(state);
        }
        let state = Arc::new(State::of(core, connection));
        core.learned.learn(state.secrets());
        *latest = Some((Arc::clone(connection), Arc::clone(&state)));
        state
    }

    /// A method that needs no person begins by itself. Where another client was first, its connection counts.
    async fn begin(&self) -> Result<(), Error> {
        let Some(first) = &self.first else { return Ok(()) };
        if self.store.load(&self.id).await?.is_none() {
            self.store.save(&self.id, None, &first.to_bytes()).await?;
        }
        Ok(())
    }
}

impl<'p> Session<'p> {
    /// The state with which a request is sent now.
    pub(crate) async fn state(&self, core: &Core<'p>) -> Result<Arc<State<'p>>, Error> {
        match self {
            Self::Fixed => Ok(Arc::clone(&core.supplied)),
            Self::Tokens(held) => held.fresh(core, Why::Proactive).await,
        }
    }

    /// The state with which a request is sent once more, where its answer says that the token was not accepted.
    pub(crate) async fn after(
        &self,
        core: &Core<'p>,
        auth: &Prepared,
        state: &State<'p>,
        received: &Received,
    ) -> Result<Option<Arc<State<'p>>>, Error> {
        let Self::Tokens(held) = self else {
            return Ok(challenged(core, auth, received)?.then(|| Arc::clone(&core.supplied)));
        };
        if matches!(auth, Prepared::Nothing) || !is_expired(core, &held.token, state, received) {
            return Ok(None);
        }
        if !issue::renews(&held.token, state) {
            return Ok(None);
        }
        held.fresh(core, Why::Rejected { generation: state.generation }).await.map(Some)
    }
}

impl<'p> Inner<'p> {
    /// The state of a request, where it is known without waiting.
    pub(crate) fn known_state(&self, auth: &Prepared) -> Option<Arc<State<'p>>> {
        match &self.session {
            Session::Fixed => Some(Arc::clone(&self.supplied)),
            Session::Tokens(_) if matches!(auth, Prepared::Nothing) && self.servers.are_known() => {
                Some(self.latest())
            }
            Session::Tokens(_) => None,
        }
    }

    /// What the last request was sent with.
    pub(crate) fn latest(&self) -> Arc<State<'p>> {
        let held = match &self.session {
            Session::Fixed => None,
            Session::Tokens(held) => held.latest(),
        };
        held.unwrap_or_else(|| Arc::clone(&self.supplied))
    }

    /// What a request that is only shown is made with: where there is no token yet, a mask stands for it.
    pub(crate) fn shown_state(&self) -> Arc<State<'p>> {
        let Session::Tokens(held) = &self.session else { return self.latest() };
        if let Some(state) = held.latest() {
            return state;
        }
        if let Some(first) = held.first.as_ref().filter(|first| first.has_token()) {
            return Arc::new(State::of(self, first));
        }
        let mut state = (*self.supplied).clone();
        let mask = || FieldValue::Secret(Secret::new(crate::redact::MASK));
        for name in TOKEN_PARTS.iter().filter(|name| **name != "assertion") {
            if !state.has(name) {
                put(&mut state.credentials, name, mask());
            }
        }
        for name in capture_names(&self.method) {
            if !state.captured.iter().any(|(known, _)| *known == name) {
                put(&mut state.captured, name, mask());
            }
        }
        Arc::new(state)
    }
}

impl<'p> Core<'p> {
    /// Whether a connection is of this connector and method: no other's secrets are sent.
    pub(crate) fn owns(&self, connection: &Connection) -> Result<(), Error> {
        let (connector, method) = (self.connector.name(), self.method.name());
        if connection.connector() == connector && connection.method() == method {
            return Ok(());
        }
        Err(Error::config(format!(
            "the stored connection is of `{}` with the auth method `{}`, and not of `{connector}` with `{method}`; \
             connect again, or name another connection",
            connection.connector(),
            connection.method(),
        )))
    }

    /// A connection of what was supplied, without a token.
    pub(crate) fn connection(&self) -> Connection {
        let mut connection = Connection::new(self.connector.name(), self.method.name());
        connection.config = kept(&self.config);
        connection.credentials = kept(&self.supplied.credentials);
        connection.captured = kept(&self.supplied.captured);
        connection
    }
}

/// The token of a method whose requests need one that is obtained first.
pub(crate) fn token_of<'p>(core: &Core<'p>) -> Option<Token<'p>> {
    match core.method.kind() {
        AuthKind::Token(token) if !token.obtain().is_empty() => Some(*token),
        _ => None,
    }
}

/// Whether an answer is a challenge of HTTP Digest, which the next request answers.
pub(crate) fn challenged(core: &Core<'_>, auth: &Prepared, received: &Received) -> Result<bool, Error> {
    let digest = matches!(core.method.kind(), AuthKind::Digest(..)) && !matches!(auth, Prepared::Nothing);
    if !digest || received.status != 401 {
        return Ok(false);
    }
    core.nonces.challenged(received)
}

/// Whether an answer of the API says that the token is not accepted any longer.
fn is_expired<'p>(core: &Core<'p>, token: &Token<'p>, state: &State<'p>, received: &Received) -> bool {
    let cx = Scopes { response: Some(received), ..core.lasting(state) };
    received.status == 401 || token.expired().iter().any(|rule| errors::matches(rule, received.status, &cx))
}
