//! What a request has of its own: its instant, and two texts that nothing else has.

use std::sync::OnceLock;

use super::Failure;
use crate::crypto::random;

/// The values `now`, `uuid` and `nonce` of one request. However often a template names one, it is the same.
pub(crate) struct Moment {
    now_ms: i64,
    uuid: OnceLock<String>,
    nonce: OnceLock<String>,
}

impl Moment {
    /// A moment, by its milliseconds since 1970. The texts are made when they are asked for: few requests have any.
    pub(crate) fn at(now_ms: i64) -> Self {
        Self { now_ms, uuid: OnceLock::new(), nonce: OnceLock::new() }
    }

    /// Gives the moment these texts.
    pub(crate) fn with_texts(self, uuid: &str, nonce: &str) -> Self {
        Self { uuid: OnceLock::from(uuid.to_owned()), nonce: OnceLock::from(nonce.to_owned()), ..self }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now_ms
    }

    pub(crate) fn uuid(&self) -> Result<&str, Failure> {
        once(&self.uuid, random::uuid)
    }

    pub(crate) fn nonce(&self) -> Result<&str, Failure> {
        once(&self.nonce, random::nonce)
    }
}

fn once(cell: &OnceLock<String>, make: fn() -> Result<String, crate::Error>) -> Result<&str, Failure> {
    if let Some(text) = cell.get() {
        return Ok(text);
    }
    let text = make().map_err(|error| Failure::new(error.to_string()))?;
    Ok(cell.get_or_init(|| text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_stays_what_it_is() {
        let (one, other) = (Moment::at(7), Moment::at(7));
        assert_eq!((one.uuid(), one.nonce()), (one.uuid(), one.nonce()));
        assert_ne!(one.uuid(), other.uuid());
        assert_ne!(one.nonce(), other.nonce());
        let given = Moment::at(7).with_texts("u", "n");
        assert_eq!((given.now_ms(), given.uuid(), given.nonce()), (7, Ok("u"), Ok("n")));
    }
}
