//! What is looked for: each secret, in every encoding in which someone could write it down.
//!
//! The encodings are written anew here: what the runtime's own redactor knows is not what is to be trusted.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret and its encodings.
pub(crate) struct Needle {
    /// Where the secret was put.
    pub(crate) slot: String,
    /// Whether it comes from the provider, so that only a client that was connected knows it.
    pub(crate) is_issued: bool,
    forms: Vec<String>,
}

impl Needle {
    pub(crate) fn new(slot: impl Into<String>, secret: &str, is_issued: bool) -> Self {
        let mut forms = vec![secret.to_owned(), percent(secret, "%20"), percent(secret, "+")];
        forms.push(with_small_escapes(&percent(secret, "%20")));
        let json = serde_json::Value::from(secret).to_string();
        forms.push(json.trim_matches('"').to_owned());
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        forms.extend([hex.to_uppercase(), hex]);
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            // Within a longer text the secret begins at one of three places of a group of four characters.
            for shift in 0..3 {
                let mut bytes = vec![0; shift];
                bytes.extend_from_slice(secret.as_bytes());
                let text = engine.encode(&bytes);
                let (first, last) = ((shift * 8).div_ceil(6), bytes.len() * 8 / 6);
                forms.push(text[first..last].to_owned());
            }
        }
        forms.retain(|form| form.len() >= 12);
        forms.sort();
        forms.dedup();
        Self { slot: slot.into(), is_issued, forms }
    }

    /// The encoding that a text holds.
    pub(crate) fn found_in(&self, text: &str) -> Option<&str> {
        self.forms.iter().map(String::as_str).find(|form| text.contains(form))
    }

    pub(crate) fn forms(&self) -> &[String] {
        &self.forms
    }
}

fn percent(text: &str, space: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push_str(space),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Some write the digits of an escape in small letters.
fn with_small_escapes(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at(2);
        out.push_str(&format!("%{}{rest}", digits.to_lowercase()));
    }
    out
}

#[test]
fn a_needle_is_found_in_every_encoding() {
    let needle = Needle::new("slot", "canary/s3cr+t \"é\" with a tail", false);
    for text in [
        "canary/s3cr+t \"é\" with a tail".to_owned(),
        "canary%2Fs3cr%2Bt+%22%C3%A9%22+with+a+tail".to_owned(),
        "canary/s3cr+t \\\"é\\\" with a tail".to_owned(),
        STANDARD_NO_PAD.encode("canary/s3cr+t \"é\" with a tail"),
        URL_SAFE_NO_PAD.encode("u:canary/s3cr+t \"é\" with a tail!"),
    ] {
        assert!(needle.found_in(&format!("<{text}>")).is_some(), "{text}");
    }
    assert!(needle.found_in("nothing of it").is_none());
}
