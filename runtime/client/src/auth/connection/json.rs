//! A connection as JSON: members by their names, a secret value as `{"secret": "…"}`, any other as
//! `{"value": …}`. Unknown members are kept as they are, so that an older program does not lose what a newer one
//! wrote.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::{Broken, Cause, Connection, Kept, Pending, Token};
use crate::{
    Secret,
    expression::{FieldValue, Value},
    json,
};

/// The version that this program writes, and the latest that it reads.
const VERSION: i64 = 1;

type Members<'t> = Vec<(Cow<'t, str>, Value<'t>)>;

pub(super) fn read(bytes: &[u8]) -> Result<Connection, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())?;
    let mut members = members(json::parse(text).map_err(|invalid| invalid.to_string())?, "the connection")?;
    match take(&mut members, "version") {
        Some(Value::Int(version)) if (1..=VERSION).contains(&version) => {}
        Some(Value::Int(version)) if version > VERSION => {
            return Err("a later version of Couplet wrote it; update this program".to_owned());
        }
        _ => return Err("its member `version` is missing".to_owned()),
    }
    Ok(Connection {
        connector: text_of(&mut members, "connector")?,
        method: text_of(&mut members, "method")?,
        config: kept(&mut members, "config")?,
        credentials: kept(&mut members, "credentials")?,
        captured: kept(&mut members, "captured")?,
        generation: number(&mut members, "generation")?.unwrap_or(0).unsigned_abs(),
        token: part(&mut members, "token", token)?,
        pending: part(&mut members, "pending", pending)?,
        broken: part(&mut members, "broken", broken)?,
        rest: rest(members),
    })
}

fn token(members: &mut Members<'_>) -> Result<Token, String> {
    Ok(Token {
        values: kept(members, "values")?,
        obtained_at: number(members, "obtained_at")?.ok_or("its token lacks `obtained_at`")?,
        expires_at: number(members, "expires_at")?,
        rest: rest(std::mem::take(members)),
    })
}

fn pending(members: &mut Members<'_>) -> Result<Pending, String> {
    Ok(Pending {
        since: number(members, "since")?.unwrap_or(0),
        by: text_of(members, "by")?,
        generation: number(members, "generation")?.unwrap_or(0).unsigned_abs(),
        lost: take(members, "lost").is_some_and(|value| value.is_true()),
    })
}

fn broken(members: &mut Members<'_>) -> Result<Broken, String> {
    let cause = match text_of(members, "cause")?.as_str() {
        "revoked" => Cause::Revoked,
        "interrupted" => Cause::Interrupted,
        "lost" => Cause::Lost,
        "refused" => Cause::Refused,
        other => Cause::Other(other.to_owned()),
    };
    Ok(Broken {
        cause,
        since: number(members, "since")?.unwrap_or(0),
        message: text_of(members, "message").unwrap_or_default(),
    })
}

fn members<'t>(value: Value<'t>, what: &str) -> Result<Members<'t>, String> {
    match value {
        Value::Map(members) => Ok(members),
        other => Err(format!("{what} is {}, not an object", other.kind())),
    }
}

fn take<'t>(members: &mut Members<'t>, name: &str) -> Option<Value<'t>> {
    let place = members.iter().position(|(known, _)| known == name)?;
    Some(members.remove(place).1).filter(|value| *value != Value::Null)
}

fn text_of(members: &mut Members<'_>, name: &str) -> Result<String, String> {
    match take(members, name) {
        Some(Value::Text(text)) => Ok(text.into_owned()),
        _ => Err(format!("its member `{name}` is not a text")),
    }
}

fn number(members: &mut Members<'_>, name: &str) -> Result<Option<i64>, String> {
    match take(members, name) {
        None => Ok(None),
        Some(Value::Int(number)) => Ok(Some(number)),
        Some(_) => Err(format!("its member `{name}` is not a whole number")),
    }
}

fn part<'t, T>(
    parent: &mut Members<'t>,
    name: &str,
    read: impl FnOnce(&mut Members<'t>) -> Result<T, String>,
) -> Result<Option<T>, String> {
    take(parent, name).map(|value| read(&mut members(value, &format!("its member `{name}`"))?)).transpose()
}

fn kept(parent: &mut Members<'_>, name: &str) -> Result<Kept, String> {
    let Some(value) = take(parent, name) else {
        return Ok(Kept::new());
    };
    let mut kept = Kept::new();
    for (name, value) in members(value, &format!("its member `{name}`"))? {
        let mut form = members(value, "a value")?;
        let value = match (take(&mut form, "secret"), take(&mut form, "value")) {
            (Some(Value::Text(text)), None) => FieldValue::Secret(Secret::new(text)),
            (None, value) => FieldValue::Plain(value.unwrap_or(Value::Null).into_owned()),
            _ => return Err(format!("the value of `{name}` is neither secret nor plain")),
        };
        kept.push((name.into_owned(), value));
    }
    Ok(kept)
}

fn rest(members: Members<'_>) -> Vec<(String, Secret)> {
    let text = |value: Value<'_>| {
        let mut text = String::new();
        value.write_json(&mut text);
        Secret::new(text)
    };
    members.into_iter().map(|(name, value)| (name.into_owned(), text(value))).collect()
}

pub(super) fn write(connection: &Connection) -> Zeroizing<Vec<u8>> {
    // Written twice: without secrets to know the size, then into memory that does not move any more. What moves
    // leaves a copy behind that nobody overwrites.
    let mut measure = Writer { out: Zeroizing::new(String::new()), show: false, room: 0 };
    measure.connection(connection);
    let size = measure.out.len() + measure.room;
    let mut writer = Writer { out: Zeroizing::new(String::with_capacity(size)), show: true, room: 0 };
    writer.connection(connection);
    Zeroizing::new(std::mem::take(&mut *writer.out).into_bytes())
}

struct Writer {
    out: Zeroizing<String>,
    show: bool,
    /// What the secrets may take at most.
    room: usize,
}

impl Writer {
    fn connection(&mut self, connection: &Connection) {
        let Connection {
            connector,
            method,
            config,
            credentials,
            captured,
            generation,
            token,
            pending,
            broken,
            rest,
        } = connection;
        self.out.push('{');
        self.number("version", VERSION);
        self.text("connector", connector);
        self.text("method", method);
        self.number("generation", i64::try_from(*generation).unwrap_or(i64::MAX));
        self.kept("config", config);
        self.kept("credentials", credentials);
        self.kept("captured", captured);
        if let Some(token) = token {
            self.open("token");
            self.kept("values", &token.values);
            self.number("obtained_at", token.obtained_at);
            if let Some(time) = token.expires_at {
                self.number("expires_at", time);
            }
            self.rest(&token.rest);
            self.out.push('}');
        }
        if let Some(pending) = pending {
            self.open("pending");
            self.number("since", pending.since);
            self.text("by", &pending.by);
            self.number("generation", i64::try_from(pending.generation).unwrap_or(i64::MAX));
            self.name("lost");
            self.out.push_str(if pending.lost { "true" } else { "false" });
            self.out.push('}');
        }
        if let Some(broken) = broken {
            self.open("broken");
            self.text(
                "cause",
                match &broken.cause {
                    Cause::Revoked => "revoked",
                    Cause::Interrupted => "interrupted",
                    Cause::Lost => "lost",
                    Cause::Refused => "refused",
                    Cause::Other(word) => word,
                },
            );
            self.number("since", broken.since);
            self.text("message", &broken.message);
            self.out.push('}');
        }
        self.rest(rest);
        self.out.push('}');
    }

    fn name(&mut self, name: &str) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        json::write_string(&mut self.out, name);
        self.out.push(':');
    }

    fn open(&mut self, name: &str) {
        self.name(name);
        self.out.push('{');
    }

    fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        json::write_string(&mut self.out, text);
    }

    fn number(&mut self, name: &str, number: i64) {
        self.name(name);
        self.out.push_str(&number.to_string());
    }

    fn kept(&mut self, name: &str, kept: &Kept) {
        self.open(name);
        for (name, value) in kept {
            self.open(name);
            match value {
                FieldValue::Plain(value) => {
                    self.name("value");
                    value.write_json(&mut self.out);
                }
                FieldValue::Secret(secret) => {
                    self.name("secret");
                    self.room += secret.expose_secret().len() * 6;
                    let text = if self.show { secret.expose_secret() } else { "" };
                    // `write_string` reserves what the text takes and two quotes, which the room holds.
                    json::write_string(&mut self.out, text);
                }
            }
            self.out.push('}');
        }
        self.out.push('}');
    }

    fn rest(&mut self, rest: &[(String, Secret)]) {
        for (name, json) in rest {
            self.name(name);
            self.room += json.expose_secret().len();
            self.out.push_str(if self.show { json.expose_secret() } else { "0" });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: &str = r#"{"version":1,"connector":"spotify","method":"oauth","generation":3,"config":{"region":{"value":"eu"},"page":{"value":7}},"credentials":{"client_secret":{"secret":"hunter2 \"\u0001"}},"captured":{"realm":{"value":[1.50,null]}},"token":{"values":{"access_token":{"secret":"at"},"token_type":{"value":"bEarer"}},"obtained_at":1000,"expires_at":4600000,"dpop":{"key":"k"}},"pending":{"since":5,"by":"1-2","generation":3,"lost":true},"broken":{"cause":"interrupted","since":6,"message":"no"},"later":{"a":[1,2]}}"#;

    #[test]
    fn a_connection_reads_back_as_it_was_written() {
        let connection = read(STORED.as_bytes()).expect("it is a connection");
        let bytes = write(&connection);
        assert_eq!(std::str::from_utf8(&bytes), Ok(STORED));
        assert_eq!(connection.token_text("access_token"), Some("at"));
        assert_eq!(connection.token_text("token_type"), Some("bEarer"));
        assert_eq!(connection.credential_text("client_secret"), Some("hunter2 \"\u{1}"));
    }

    #[test]
    fn memory_that_holds_secrets_does_not_move_while_it_is_written() {
        let connection = read(STORED.as_bytes()).expect("it is a connection");
        let mut measure = Writer { out: Zeroizing::new(String::new()), show: false, room: 0 };
        measure.connection(&connection);
        let size = measure.out.len() + measure.room;
        assert!(write(&connection).capacity() >= size, "the text was moved");
        assert!(write(&connection).len() <= size);
    }

    #[test]
    fn what_is_not_a_connection_is_refused_with_a_reason() {
        for (text, why) in [
            ("", "the text ends where a value is expected at byte 0"),
            ("[]", "the connection is a list, not an object"),
            ("{}", "its member `version` is missing"),
            (r#"{"version":2}"#, "a later version of Couplet wrote it; update this program"),
            (r#"{"version":1}"#, "its member `connector` is not a text"),
            (r#"{"version":1,"connector":"a","method":"b","token":{}}"#, "its token lacks `obtained_at`"),
            (
                r#"{"version":1,"connector":"a","method":"b","config":{"a":{"secret":1}}}"#,
                "the value of `a` is neither secret nor plain",
            ),
        ] {
            assert_eq!(read(text.as_bytes()).map(|_| ()).unwrap_err(), why, "{text}");
        }
        assert!(read(b"\xff").is_err());
    }

    #[test]
    fn debug_text_has_no_secret() {
        let connection = read(STORED.as_bytes()).expect("it is a connection");
        let text = format!("{connection:?}");
        assert!(!text.contains("hunter2") && !text.contains("\"at\""), "{text}");
    }
}
