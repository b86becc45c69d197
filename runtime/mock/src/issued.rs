//! What a mock has issued: codes, tokens, and what answers told beside them.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use couplet_runtime::verify::Known;

use crate::bound::{Bound, put};

/// All that was issued since the mock began.
#[derive(Default)]
pub(crate) struct Issued {
    pub(crate) states: Vec<State>,
    pub(crate) codes: Vec<Code>,
    pub(crate) devices: Vec<Device>,
    /// What may be used only once: nonces, and the names of assertions.
    pub(crate) once: BTreeSet<String>,
    /// Challenges of HTTP Digest: the nonce, when it was made, and how often it was used.
    pub(crate) nonces: Vec<(String, i64, u32)>,
    /// Temporary credentials of OAuth 1.0, their secrets, and the verifier once a person has consented.
    pub(crate) temporary: Vec<Temporary>,
    pub(crate) revoked: BTreeSet<usize>,
    families: usize,
}

/// What a client has got of one method at some moment: tokens and captures.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) method: usize,
    pub(crate) credentials: Vec<(&'static str, String)>,
    /// As JSON.
    pub(crate) captured: Vec<(&'static str, String)>,
    pub(crate) callback: Vec<(String, String)>,
    /// All tokens that came of one consent.
    pub(crate) family: usize,
    pub(crate) ends_at: Option<i64>,
    /// Its refresh token has been replaced.
    pub(crate) used: bool,
    /// Its refresh token was supplied by a person, and is never replaced.
    pub(crate) lasting: bool,
}

/// A code that a person's consent brought.
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) state: State,
    pub(crate) used: bool,
    pub(crate) at: i64,
}

/// A device that waits for a person.
pub(crate) struct Device {
    pub(crate) code: String,
    pub(crate) polls: u32,
    pub(crate) used: bool,
    pub(crate) state: State,
}

/// Temporary credentials of OAuth 1.0.
pub(crate) struct Temporary {
    pub(crate) method: usize,
    pub(crate) token: String,
    pub(crate) secret: String,
    pub(crate) callback: String,
    pub(crate) verifier: Option<String>,
}

/// Which state a request shows.
pub(crate) enum Found {
    State(usize),
    /// No state has this value: its name, and whether it is a captured one.
    Unknown(&'static str, bool),
}

impl Issued {
    /// What the methods begin with.
    pub(crate) fn new(states: Vec<State>) -> Self {
        Self { states, ..Self::default() }
    }

    /// A family of its own.
    pub(crate) fn family(&mut self) -> usize {
        self.families += 1;
        self.families
    }

    /// The newest state of a method that has what a request shows.
    pub(crate) fn find(&self, method: usize, bound: &Bound) -> Found {
        let has = |state: &State, wanted: &dyn Fn(&State) -> bool| state.method == method && wanted(state);
        let all = |state: &State| {
            bound.credentials.iter().all(|(name, text)| *name == "assertion" || state.has(name, text))
                && bound.captured.iter().all(|(name, text)| state.has_captured(name, text))
        };
        if let Some(place) = self.states.iter().rposition(|state| has(state, &all)) {
            return Found::State(place);
        }
        let unknown = |wanted: &dyn Fn(&State) -> bool| !self.states.iter().any(|state| has(state, wanted));
        let credential = bound
            .credentials
            .iter()
            .find(|(name, text)| **name != "assertion" && unknown(&|state| state.has(name, text)));
        let captured =
            bound.captured.iter().find(|(name, text)| unknown(&|state| state.has_captured(name, text)));
        match (credential, captured) {
            (Some((name, _)), _) => Found::Unknown(name, false),
            (None, Some((name, _))) => Found::Unknown(name, true),
            (None, None) => Found::Unknown("state", true),
        }
    }

    /// The newest state of a method.
    pub(crate) fn newest(&self, method: usize) -> Option<usize> {
        self.states.iter().rposition(|state| state.method == method)
    }

    /// What a method begins with.
    pub(crate) fn first(&self, method: usize) -> Option<usize> {
        self.states.iter().position(|state| state.method == method)
    }

    /// Keeps a state. The oldest are forgotten, but for what each method begins with.
    pub(crate) fn keep(&mut self, state: State) -> usize {
        const MOST: usize = 4096;
        if self.states.len() >= MOST {
            let seeds = self.states.iter().take_while(|state| state.family == 0).count();
            self.states.drain(seeds..seeds + MOST / 4);
        }
        self.states.push(state);
        self.states.len() - 1
    }

    /// Whether a state can no longer be used, in words.
    pub(crate) fn ended(&self, state: &State) -> Option<&'static str> {
        if self.revoked.contains(&state.family) {
            return Some("has been revoked");
        }
        state.ends_at.is_some_and(|end| end <= now()).then_some("has expired")
    }
}

impl State {
    /// Whether it has a credential of that value.
    pub(crate) fn has(&self, name: &str, text: &str) -> bool {
        self.credentials.iter().any(|(known, value)| *known == name && value == text)
    }

    fn has_captured(&self, name: &str, text: &str) -> bool {
        self.captured.iter().any(|(known, json)| {
            *known == name
                && match serde_json::from_str(json) {
                    Ok(serde_json::Value::String(value)) => value == text,
                    _ => json == text,
                }
        })
    }

    /// Adds it to what is known of a request.
    pub(crate) fn add_to(&self, known: &mut Known<'static>) {
        for (name, text) in &self.credentials {
            put(&mut known.credentials, name, text.clone());
        }
        for (name, json) in &self.captured {
            put(&mut known.captured, name, json.clone());
        }
        known.callback.clone_from(&self.callback);
    }
}

/// The time, in milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
