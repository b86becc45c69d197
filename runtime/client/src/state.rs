//! What a connection holds at some moment, and what one request is made from.

use couplet_plan::{AuthKind, AuthMethod, Capture, Flow, Step};

use crate::{
    Secret,
    auth::{
        connection::{Connection, Kept},
        discovery,
    },
    client::Core,
    expression::{FieldValue, Fields, Moment, TOKEN_PARTS},
};

/// What a connection holds: the credentials, what a token brings among them, and what steps captured. It never
/// changes; a token that is renewed makes a new one.
#[derive(Clone, Default)]
pub(crate) struct State<'p> {
    pub(crate) credentials: Fields<'p>,
    pub(crate) captured: Fields<'p>,
    /// Which token it is; 0 where there is none.
    pub(crate) generation: u64,
}

/// One attempt to send a request: each has its own instant, UUID and nonce.
pub(crate) struct Attempt<'a, 'p> {
    pub(crate) state: &'a State<'p>,
    pub(crate) moment: Moment,
}

impl<'p> State<'p> {
    /// Everything in it that must not be shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        secrets_of(&self.credentials).chain(secrets_of(&self.captured))
    }

    /// Whether it has a credential of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.credentials.iter().any(|(known, _)| *known == name)
    }

    /// What was supplied, with what a connection has beside it. What a caller gave to this very client counts more
    /// than what is stored.
    pub(crate) fn of(core: &Core<'p>, connection: &Connection) -> Self {
        let mut state = Self::without_token(core, connection);
        state.take(&core.method, connection);
        state
    }

    /// The same without the connection's token: what a first one is obtained with.
    pub(crate) fn without_token(core: &Core<'p>, connection: &Connection) -> Self {
        let mut state = (*core.supplied).clone();
        let fields = core.method.fields().iter().map(couplet_plan::Field::name);
        for (name, value) in named(fields, &connection.credentials) {
            if !core.explicit.iter().any(|given| given == name) {
                put(&mut state.credentials, name, value);
            }
        }
        state.take_captured(&core.method, connection);
        state
    }

    /// Takes the token of a connection, and what it captured.
    pub(crate) fn take(&mut self, method: &AuthMethod<'p>, connection: &Connection) {
        if let Some(token) = &connection.token {
            for (name, value) in named(TOKEN_PARTS.iter().copied(), &token.values) {
                put(&mut self.credentials, name, value);
            }
        }
        self.take_captured(method, connection);
        self.generation = connection.generation();
    }

    fn take_captured(&mut self, method: &AuthMethod<'p>, connection: &Connection) {
        for (name, value) in named(capture_names(method).into_iter(), &connection.captured) {
            put(&mut self.captured, name, value);
        }
    }
}

/// The values that have a name of a Plan's.
pub(crate) fn named<'p>(names: impl Iterator<Item = &'p str>, kept: &Kept) -> Fields<'p> {
    names
        .filter_map(|name| {
            let (_, value) = kept.iter().find(|(known, _)| known == name)?;
            Some((name, value.clone()))
        })
        .collect()
}

/// Values as a connection keeps them.
pub(crate) fn kept(fields: &[(&str, FieldValue)]) -> Kept {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// Adds values to those that a connection keeps, in the place of those of the same names.
pub(crate) fn add(kept: &mut Kept, fields: &[(&str, FieldValue)]) {
    for (name, value) in fields {
        match kept.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value.clone(),
            None => kept.push(((*name).to_owned(), value.clone())),
        }
    }
}

/// The names of everything that a method's steps capture.
pub(crate) fn capture_names<'p>(method: &AuthMethod<'p>) -> Vec<&'p str> {
    let mut names = Vec::new();
    let mut of_steps = |steps: &'p [Step<'p>]| {
        for step in steps {
            names.extend(step.captures().iter().map(Capture::name));
            names.extend(step.choice().map(|choice| choice.name()));
        }
    };
    of_steps(method.connect());
    if let AuthKind::Token(token) = method.kind() {
        of_steps(token.prepare());
        of_steps(token.obtain());
        of_steps(token.refresh().unwrap_or_default());
        names.extend(token.callback().iter().chain(token.captures()).map(Capture::name));
        if token.discovery().is_some() {
            names.extend(discovery::names().map(|name| -> &'p str { name }));
        }
        if let Flow::DeviceCode(step) = token.flow() {
            names.extend(step.captures().iter().map(Capture::name));
        }
    }
    names
}

/// The secrets among some fields.
pub(crate) fn secrets_of<'f>(fields: &'f [(&str, FieldValue)]) -> impl Iterator<Item = &'f Secret> {
    fields.iter().filter_map(|(_, value)| match value {
        FieldValue::Secret(secret) => Some(secret),
        FieldValue::Plain(_) => None,
    })
}

/// Sets a value in the place of one of the same name.
pub(crate) fn put<'p>(fields: &mut Fields<'p>, name: &'p str, value: FieldValue) {
    match fields.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = value,
        None => fields.push((name, value)),
    }
}
