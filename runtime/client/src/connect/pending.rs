//! What is kept between two requests of a flow: between sending a person away and getting them back, or while a person
//! chooses. It is JSON that only this runtime reads, and it is a secret.

use crate::{Error, Secret, auth::connection::Connection, client::Core, expression::Value, json};

/// How long a person may take, in milliseconds.
const LIFETIME: i64 = 10 * 60 * 1000;
/// By how much clocks of machines may differ.
const SKEW: i64 = 60 * 1000;

/// What a pending value must be of, and when it is read.
pub(super) struct About<'a> {
    pub(super) connector: &'a str,
    pub(super) method: &'a str,
    pub(super) now: i64,
}

impl<'a> About<'a> {
    pub(super) fn of(core: &'a Core<'_>) -> Self {
        Self { connector: core.connector.name(), method: core.method.name(), now: core.clock.now() }
    }
}

/// Texts by their names, and the connection as far as it is known.
pub(super) struct Pending {
    purpose: &'static str,
    texts: Vec<(&'static str, Secret)>,
    created_at: i64,
    pub(super) connection: Connection,
}

impl Pending {
    /// The start of a flow.
    pub(super) fn new(purpose: &'static str, now: i64, connection: Connection) -> Self {
        Self { purpose, texts: Vec::new(), created_at: now, connection }
    }

    pub(super) fn with(mut self, name: &'static str, text: impl Into<Secret>) -> Self {
        self.texts.push((name, text.into()));
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| *known == name).map(|(_, text)| text.expose_secret())
    }

    /// The text itself; only a value that this runtime wrote has it.
    pub(super) fn to_secret(&self) -> Secret {
        let mut out = String::from("{\"purpose\":");
        json::write_string(&mut out, self.purpose);
        out.push_str(&format!(",\"created_at\":{}", self.created_at));
        for (name, text) in &self.texts {
            out.push(',');
            json::write_string(&mut out, name);
            out.push(':');
            json::write_string(&mut out, text.expose_secret());
        }
        out.push_str(",\"connection\":");
        out.push_str(&String::from_utf8_lossy(&self.connection.to_bytes()));
        out.push('}');
        Secret::new(out)
    }

    /// Reads what [`Pending::to_secret`] wrote for this connector and method, and not too long ago.
    pub(super) fn read(
        secret: &Secret,
        purpose: &'static str,
        names: &[&'static str],
        about: &About<'_>,
    ) -> Result<Self, Error> {
        let wrong = |why: &str| Error::input(format!("the pending value cannot be used: {why}; begin anew"));
        let unreadable = || wrong("it is not what was given out when this began");
        let text = secret.expose_secret();
        let Ok(Value::Map(members)) = json::parse(text) else { return Err(unreadable()) };
        let member = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        if member("purpose") != Some(&Value::Text(purpose.into())) {
            return Err(unreadable());
        }
        let Some(Value::Int(created_at)) = member("created_at") else { return Err(unreadable()) };
        let age = about.now.saturating_sub(*created_at);
        if !(-SKEW..=LIFETIME).contains(&age) {
            return Err(wrong("it is older than ten minutes"));
        }
        let key = [couplet_plan::Key::Name("connection")];
        let connection = json::find(text, &key).ok().flatten().ok_or_else(unreadable)?;
        let connection = Connection::from_bytes(connection.as_bytes())?;
        if connection.connector() != about.connector || connection.method() != about.method {
            return Err(wrong("it is of another connector or another auth method"));
        }
        let texts = names.iter().filter_map(|name| match member(name) {
            Some(Value::Text(text)) => Some((*name, Secret::new(&**text))),
            _ => None,
        });
        Ok(Self { purpose, texts: texts.collect(), created_at: *created_at, connection })
    }
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub(super) fn equal(left: &str, right: &str) -> bool {
    let different =
        left.bytes().zip(right.bytes()).fold(0, |different, (left, right)| different | (left ^ right));
    left.len() == right.len() && std::hint::black_box(different) == 0
}
