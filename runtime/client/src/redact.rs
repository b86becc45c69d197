//! Takes secrets out of text that is shown: a provider's message, a request that is printed and not sent.
//!
//! Each secret is looked for as it stands and in every encoding in which a request carries it: percent, form,
//! JSON, hexadecimal, and base64 also where it is only a part of what was encoded.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose};
use zeroize::Zeroizing;

use crate::{Secret, percent};

/// What stands in a secret's place.
pub(crate) const MASK: &str = "***";

/// How long a line of a secret is that is one by itself.
const LINE: usize = 16;

/// The secrets of one client or one call.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    needles: Vec<Zeroizing<String>>,
}

/// Secrets that a client came to know as it went: tokens, and what steps captured. The oldest are forgotten.
#[derive(Default)]
pub(crate) struct Learned {
    kept: Mutex<VecDeque<Secret>>,
    /// What only one request had, as an assertion.
    passing: Mutex<VecDeque<Secret>>,
}

/// How many are kept: those of several renewals, and of some requests.
const LEARNED: usize = 64;
const PASSING: usize = 16;

impl Learned {
    /// Adds secrets.
    pub(crate) fn learn<'s>(&self, secrets: impl Iterator<Item = &'s Secret>) {
        add(&self.kept, secrets, LEARNED);
    }

    /// Adds a secret of one request.
    pub(crate) fn learn_passing(&self, secret: &Secret) {
        add(&self.passing, std::iter::once(secret), PASSING);
    }

    /// The redactor with all of them.
    pub(crate) fn add_to(&self, mut redactor: Redactor) -> Redactor {
        for known in [&self.kept, &self.passing] {
            for secret in &*known.lock().unwrap_or_else(PoisonError::into_inner) {
                redactor.add(secret.expose_secret());
            }
        }
        redactor
    }
}

fn add<'s>(known: &Mutex<VecDeque<Secret>>, secrets: impl Iterator<Item = &'s Secret>, limit: usize) {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    for secret in secrets {
        if known.iter().any(|known| known.expose_secret() == secret.expose_secret()) {
            continue;
        }
        known.push_back(secret.clone());
        if known.len() > limit {
            known.pop_front();
        }
    }
}

impl Redactor {
    /// Adds a secret in all its encodings. One of several lines, as a key in PEM, is also known by each of them.
    pub(crate) fn add(&mut self, secret: &str) {
        self.add_one(secret);
        if secret.contains('\n') {
            let lines = secret.lines().map(str::trim);
            lines
                .filter(|line| line.len() >= LINE && !line.starts_with("-----"))
                .for_each(|line| self.add_one(line));
        }
    }

    fn add_one(&mut self, secret: &str) {
        if secret.is_empty() {
            return;
        }
        self.push(secret.to_owned());
        for encode in [percent::component, percent::form] {
            let mut text = String::new();
            encode(&mut text, secret.as_bytes());
            self.push(lower_escapes(&text));
            self.push(text);
        }
        let mut json = String::new();
        crate::json::write_string(&mut json, secret);
        self.push(json.trim_matches('"').to_owned());
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.push(hex.to_uppercase());
        self.push(hex);
        self.add_base64(secret);
    }

    /// The text without any of the secrets.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for needle in &self.needles {
            if text.contains(needle.as_str()) {
                text = replace(&text, needle);
            }
        }
        text
    }

    fn add_base64(&mut self, secret: &str) {
        for engine in [&general_purpose::STANDARD, &general_purpose::URL_SAFE] {
            let whole = engine.encode(secret);
            self.push(whole.trim_end_matches('=').to_owned());
            self.push(whole);
            // Within a longer text, the secret starts at one of three places of a group; the characters at its
            // ends also depend on its neighbours, those between them do not.
            for shift in 0..3 {
                let mut bytes = Zeroizing::new(vec![0; shift]);
                bytes.extend_from_slice(secret.as_bytes());
                let first = (shift * 8).div_ceil(6);
                let last = bytes.len() * 8 / 6;
                let text = engine.encode(&*bytes);
                if last.saturating_sub(first) >= 6 {
                    self.push(text[first..last].to_owned());
                }
            }
        }
    }

    fn push(&mut self, needle: String) {
        if needle.is_empty() || self.needles.iter().any(|known| **known == needle) {
            return;
        }
        let place = self.needles.partition_point(|known| known.len() >= needle.len());
        self.needles.insert(place, Zeroizing::new(needle));
    }
}

/// A needle of a few characters is found only where it stands alone; otherwise every text would be holes.
fn replace(text: &str, needle: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(needle) {
        let (before, after) = (&rest[..at], &rest[at + needle.len()..]);
        let alone = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        out.push_str(before);
        if needle.len() >= 4 || (alone(out.chars().next_back()) && alone(after.chars().next())) {
            out.push_str(MASK);
        } else {
            out.push_str(needle);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn lower_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escape = 0;
    for c in text.chars() {
        out.push(if escape > 0 { c.to_ascii_lowercase() } else { c });
        escape = if c == '%' { 2 } else { i32::max(escape - 1, 0) };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(secret: &str) -> Redactor {
        let mut redactor = Redactor::default();
        redactor.add(secret);
        redactor
    }

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        let secret = "s3cr/t key+\"é";
        let redactor = redactor(secret);
        let percent = "s3cr%2Ft%20key%2B%22%C3%A9";
        for shown in [
            secret.to_owned(),
            percent.to_owned(),
            percent.to_lowercase(),
            "s3cr%2Ft+key%2B%22%C3%A9".to_owned(),
            "s3cr/t key+\\\"é".to_owned(),
            general_purpose::STANDARD.encode(secret),
            general_purpose::URL_SAFE_NO_PAD.encode(secret),
        ] {
            assert_eq!(redactor.clean(&format!("<{shown}>")), "<***>");
        }
    }

    #[test]
    fn a_secret_is_found_inside_of_what_base64_wraps() {
        let redactor = redactor("correct horse battery");
        for user in ["", "u", "us", "use"] {
            let shown = general_purpose::STANDARD.encode(format!("{user}:correct horse battery"));
            let cleaned = redactor.clean(&shown);
            assert!(cleaned.contains(MASK), "{cleaned}");
            assert!(cleaned.len() < 14, "{cleaned}");
        }
    }

    #[test]
    fn a_line_of_a_key_is_found() {
        let redactor = redactor("-----BEGIN KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ\nshort\n-----END KEY-----\n");
        let encoded = general_purpose::STANDARD.encode("xMC4CAQAwBQYDK2VwBCIEIJ");
        let cleaned = redactor.clean(&format!("<MC4CAQAwBQYDK2VwBCIEIJ> short {encoded}"));
        assert!(cleaned.starts_with("<***> short ") && cleaned.len() < 20, "{cleaned}");
    }

    #[test]
    fn a_short_secret_does_not_eat_words() {
        let redactor = redactor("ab");
        assert_eq!(redactor.clean("about ab, tab"), "about ***, tab");
    }
}
