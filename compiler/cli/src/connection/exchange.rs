//! Shows exchanges on stderr: the request with its secrets masked, the answer without them.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use couplet_runtime::generated::v1::{BuiltRequest, Client};
use couplet_runtime::transport::Watcher;

use super::Connection;
use crate::output;

/// How much of a body is shown, in characters.
const SHOWN: usize = 8_000;

/// The answers that came, in their order.
#[derive(Clone, Default)]
pub(super) struct Answers(Arc<Mutex<Vec<Answer>>>);

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answers {
    /// What takes the answers down.
    pub(super) fn watcher(&self) -> Watcher {
        let answers = self.clone();
        Arc::new(move |answer| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers =
                answer.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
            answers.0.lock().unwrap_or_else(PoisonError::into_inner).push(Answer {
                status: answer.status().as_u16(),
                headers: headers.collect(),
                body: answer.body().to_vec(),
            });
        })
    }

    fn take(&self) -> Vec<Answer> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Connection<'_> {
    /// Shows a request that is about to be sent, where exchanges are shown.
    pub(crate) fn show_request(&self, request: &BuiltRequest) {
        if self.answers.is_some() {
            show('>', &request.masked());
        }
    }

    /// Shows the answers that came, where exchanges are shown.
    pub(crate) fn show_answers(&self) {
        for answer in self.answers.iter().flat_map(Answers::take) {
            show('<', &text(&answer, &self.client));
        }
    }
}

fn text(answer: &Answer, client: &Client<'_>) -> String {
    let mut out = format!("{}\n", answer.status);
    for (name, value) in &answer.headers {
        let shown = if name == "set-cookie" { "***".to_owned() } else { client.redact(value) };
        let _ = writeln!(out, "{name}: {shown}");
    }
    match std::str::from_utf8(&answer.body) {
        Ok("") => {}
        Ok(body) => {
            let body = client.redact(body);
            let shown: String = body.chars().take(SHOWN).collect();
            let more = if shown.len() < body.len() { "\n…" } else { "" };
            let _ = write!(out, "\n{shown}{more}\n");
        }
        Err(_) => {
            let _ = write!(out, "\n({} bytes)\n", answer.body.len());
        }
    }
    out
}

fn show(mark: char, text: &str) {
    for line in text.lines() {
        output::dim(format!("{mark} {line}").trim_end());
    }
}
