//! Renewing a token at a caller's wish, giving a connection back, and forgetting it.

use couplet_plan::AuthKind;

use crate::{
    Error, ErrorKind,
    auth::{Session, issue, token::Why},
    client::{Client, Inner},
    state::State,
    step::Course,
    store::Record,
};

/// How often a record is read anew that others write at the same time.
const TRIES: usize = 8;

impl<'p> Client<'p> {
    /// Renews the token now, whatever it would last.
    ///
    /// # Errors
    ///
    /// The method has no token that is renewed, or the provider gives none.
    pub async fn refresh(&self) -> Result<(), Error> {
        let Session::Tokens(held) = &self.0.session else {
            let name = self.0.method.name();
            return Err(Error::config(format!("the auth method `{name}` has no token that is renewed")));
        };
        let state = held.stored_state(&self.0).await?;
        if !issue::renews(&held.token, &state) {
            return Err(Error::config(
                "there is nothing that renews the token: the provider gave no refresh token; connect again",
            ));
        }
        held.fresh(&self.0, Why::Rejected { generation: state.generation }).await.map(drop)
    }

    /// Gives the connection back to the provider, and forgets it. Should the provider not take it back, then the
    /// connection stays as it is, and the error says why; see [`Client::forget`].
    ///
    /// # Errors
    ///
    /// A request fails, or the store does.
    pub async fn disconnect(&self) -> Result<(), Error> {
        match self.0.give_back().await {
            // What the provider does not know any longer needs no giving back.
            Err(error) if error.kind() == ErrorKind::ReconnectRequired => {}
            other => other.map_err(|error| {
                let hint = "the connection was not given back and is kept; `forget` removes it all the same";
                let kind = error.kind();
                Error::new(kind, format!("{hint} ({error})")).with_source(error)
            })?,
        }
        self.forget().await
    }

    /// Removes the connection from the store, without a word to the provider.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn forget(&self) -> Result<(), Error> {
        let Some((store, id)) = &self.0.stored else { return Ok(()) };
        for _ in 0..TRIES {
            let Some(record) = store.load(id).await? else { break };
            if store.delete(id, Record::revision(&record)).await? {
                break;
            }
        }
        self.0.forget();
        Ok(())
    }
}

impl<'p> Inner<'p> {
    async fn give_back(&self) -> Result<(), Error> {
        let steps = self.method.disconnect();
        if !steps.is_empty() {
            let state = self.session.state(self).await?;
            let mut course = Course::new(self, State::clone(&state));
            course.signed = true;
            course.run(steps).await?;
        }
        let (AuthKind::Token(token), Session::Tokens(held)) = (self.method.kind(), &self.session) else {
            return Ok(());
        };
        if !token.revoke().is_empty() {
            let state = held.stored_state(self).await?;
            if state.generation > 0 {
                let mut course = issue::course(self, token, State::clone(&state));
                course.run(token.revoke()).await?;
            }
        }
        Ok(())
    }

    /// Makes the next request read the store.
    pub(crate) fn forget(&self) {
        if let Session::Tokens(held) = &self.session {
            held.tokens.forget();
        }
    }
}
