//! An error of a call → what it means for the person at the terminal, and what to do.

use couplet_runtime::{Error, ErrorKind};

use super::Connection;
use super::stored::{login, store_failure};
use crate::failure::Failure;

/// What messages name.
#[derive(Debug)]
pub(crate) struct Told {
    /// The connector.
    pub(crate) connector: String,
    /// The stored connection, where one is used.
    pub(crate) connection: Option<String>,
    /// Where each value came from.
    pub(crate) origins: Vec<(String, String)>,
}

impl Connection<'_> {
    /// The failure of a command, with what to do about it.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        self.told.failure_saying(error, self.client.redact(&error.to_string()))
    }
}

impl Told {
    /// Of a connector, and nothing else yet.
    pub(crate) fn new(connector: &str) -> Self {
        Self { connector: connector.to_owned(), connection: None, origins: Vec::new() }
    }

    /// Where a value came from that a message names.
    pub(crate) fn origin_of(&self, message: &str) -> Option<String> {
        let named = |name: &str| message.contains(&format!("`{name}`"));
        let found = self.origins.iter().find(|(name, _)| named(name));
        found.map(|(_, origin)| format!("the value came from {origin}"))
    }

    /// The failure of a command, with what to do about it.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        self.failure_saying(error, error.to_string())
    }

    fn failure_saying(&self, error: &Error, message: String) -> Failure {
        if error.kind() == ErrorKind::Store {
            return store_failure(error);
        }
        let failure = match error.kind() {
            ErrorKind::Input | ErrorKind::Config => Failure::usage(message),
            _ => Failure::error(message),
        };
        let failure = self.mends(error).into_iter().fold(failure, Failure::help);
        failure.help_if(error.request_id().map(|id| format!("the provider knows this request as `{id}`")))
    }

    /// What to do about an error.
    fn mends(&self, error: &Error) -> Vec<String> {
        let mut mends = Vec::new();
        match error.kind() {
            ErrorKind::ReconnectRequired => {
                let name = self.connection.as_deref().unwrap_or(&self.connector);
                mends.push(format!("connect the account again: `{}`", login(&self.connector, name)));
            }
            ErrorKind::Unauthorized => {
                mends.push("the provider does not take these credentials: are they whole, current, and of this account?".to_owned());
                mends.extend(self.origins.iter().map(|(name, origin)| format!("`{name}` came from {origin}")));
            }
            ErrorKind::Forbidden => mends.push(
                "the credentials are known, and do not allow this: give the key or its user the permission, or use another"
                    .to_owned(),
            ),
            ErrorKind::NotFound | ErrorKind::Gone => mends.push(
                "the provider knows no such thing: check the ids, and the path and `base_url` of the manifest; `-v` shows the URL"
                    .to_owned(),
            ),
            ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::TooLarge => {
                mends.push("the provider read the request and refused it: `-v` shows both".to_owned());
            }
            ErrorKind::RateLimited | ErrorKind::QuotaExceeded => {
                mends.push("wait, and send less often; the provider's documentation says how much is allowed".to_owned());
            }
            ErrorKind::Unavailable | ErrorKind::Provider => {
                mends.push("the trouble is on the provider's side: try again later, or look at its status page".to_owned());
            }
            ErrorKind::Transport => mends.push(
                "no answer came: check the network, the proxy (HTTPS_PROXY), and the host in `base_url`; is a mock still running?"
                    .to_owned(),
            ),
            ErrorKind::Timeout => mends.push("no whole answer came in time: `--timeout SECONDS` waits longer".to_owned()),
            ErrorKind::Decode => mends.push(
                "the answer is not what the manifest's `output` says: `-v` shows it; mend the one or the other".to_owned(),
            ),
            // The one decision that is the operator's, whatever the runtime's sentence around it.
            ErrorKind::Config if error.to_string().contains("private") => {
                mends.push("if you trust the host, let it be private: `--allow-private`".to_owned());
            }
            _ => {}
        }
        mends
    }
}
