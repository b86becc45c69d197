//! The challenge of HTTP Digest that a client answers, and how often it has (RFC 7616, 3.3 and 3.4).

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use couplet_plan::Expression;
use http::{Request, header::AUTHORIZATION};

use super::{
    digest::{self, DigestChallenge},
    text,
};
use crate::{
    Error, ErrorKind,
    expression::{Moment, Scopes},
    response::Received,
};

/// The challenge that the server sent last, and the number of requests that answered it.
#[derive(Default)]
pub(crate) struct Nonces(Mutex<Option<(DigestChallenge, u32)>>);

impl Nonces {
    /// Takes the challenge of an answer; requests from now on answer it. Gives whether that can help.
    pub(crate) fn challenged(&self, received: &Received) -> Result<bool, Error> {
        let challenge = DigestChallenge::choose(&received.headers)?;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = challenge.is_news(held.as_ref().map(|(before, _)| before));
        if is_news {
            *held = Some((challenge, 0));
        }
        Ok(is_news)
    }

    /// Answers the challenge, if there was one. Without, the request goes as it is, and is answered by one.
    pub(super) fn answer(
        &self,
        (user, password): (&Expression<'_>, &Expression<'_>),
        cx: &Scopes<'_>,
        moment: &Moment,
        request: &mut Request<Bytes>,
    ) -> Result<(), Error> {
        let (challenge, count) = {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Some((challenge, count)) = held.as_mut() else { return Ok(()) };
            *count = count.saturating_add(1);
            (challenge.clone(), *count)
        };
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let attempt = digest::Attempt {
            method: request.method().as_str(),
            target,
            cnonce: moment.nonce().map_err(|failure| failure.into_error(ErrorKind::Config))?,
            count,
        };
        let header = challenge.authorization(&text(user, cx)?, &text(password, cx)?, attempt)?;
        request.headers_mut().insert(AUTHORIZATION, header);
        Ok(())
    }
}
