//! Texts that providers send beside bodies: challenges, redirects, XML, tokens, dates. Any text is read or refused, and
//! what was written by us is read back as the same.

#![no_main]

use couplet_runtime::reading;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((which, text)) = data.split_first() else { return Corpus::Reject };
    let Ok(text) = std::str::from_utf8(text) else { return Corpus::Reject };
    match which % 7 {
        0 => assert!(reading::challenges(text) <= text.len(), "there are no more challenges than letters"),
        1 => assert!(reading::redirect(text).is_none_or(|pairs| pairs <= text.len()), "nor parameters"),
        2 => xml(text),
        3 => drop(reading::claims(text)),
        4 => instant(None, text),
        5 => {
            let (format, text) = text.split_once('\n').unwrap_or((text, ""));
            instant(Some(format), text);
        }
        _ => drop(couplet_plan::duration_millis(text)),
    }
    Corpus::Keep
});

/// What was read is written as XML that reads as the same.
fn xml(text: &str) {
    if let Some(written) = reading::xml(text) {
        assert_eq!(reading::xml(&written).as_ref(), Some(&written), "it is another document");
    }
}

/// An instant that was read is one that RFC 3339 can say.
fn instant(format: Option<&str>, text: &str) {
    if let Some(said) = reading::instant(format, text) {
        assert_eq!(reading::instant(None, &said).as_ref(), Some(&said), "it is another instant");
    }
}
