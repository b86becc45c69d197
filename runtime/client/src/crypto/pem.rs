//! PEM (RFC 7468), as it comes out of forms, environments and JSON: the newlines may be lost, or be written as
//! `\n`, and anything may stand around the sections.

use zeroize::Zeroizing;

use crate::{Error, expression::base64_decode};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One `-----BEGIN …-----` and what it holds.
pub(crate) struct Section<'t> {
    /// `CERTIFICATE`, `PRIVATE KEY`, …
    pub(crate) label: &'t str,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// The sections of a text, in their order. There may be none.
pub(crate) fn sections(text: &str) -> Result<Vec<Section<'_>>, Error> {
    let mut sections = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (label, after) = after
            .split_once(DASHES)
            .filter(|(label, _)| label.len() < 40 && label.bytes().all(is_label))
            .ok_or_else(|| Error::config("the PEM text has a `-----BEGIN` line that does not end"))?;
        let (body, after) = after.split_once(END).ok_or_else(|| {
            Error::config(format!("the PEM text is cut off: `-----END {label}-----` is missing"))
        })?;
        sections.push(Section { label, der: decode(label, body)? });
        rest = after;
    }
    Ok(sections)
}

fn decode(label: &str, body: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    // RFC 1421's headers stand only before what a pass phrase encrypts.
    if body.contains(':') {
        return Err(encrypted(label));
    }
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\\' {
            characters.next_if(|next| matches!(next, 'n' | 'r'));
        } else if !character.is_whitespace() {
            text.push(character);
        }
    }
    match base64_decode(&text) {
        Ok(der) if !der.is_empty() => Ok(Zeroizing::new(der)),
        Ok(_) => Err(Error::config(format!("the PEM section `{label}` is empty"))),
        Err(_) => {
            Err(Error::config(format!("the PEM section `{label}` is not base64: it was changed or cut")))
        }
    }
}

/// A key that a pass phrase protects.
pub(super) fn encrypted(label: &str) -> Error {
    Error::config(format!(
        "the PEM section `{label}` is encrypted: decrypt it with `openssl pkcs8 -topk8 -nocrypt` first"
    ))
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
        sections(text)
            .map(|found| found.into_iter().map(|part| (part.label.to_owned(), part.der.to_vec())).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn lines_may_be_lost_or_escaped() {
        let expected = Ok(vec![("X Y".to_owned(), b"abcdefghi".to_vec())]);
        for text in [
            "-----BEGIN X Y-----\nYWJj\nZGVm\nZ2hp\n-----END X Y-----\n",
            "-----BEGIN X Y-----\r\nYWJj\r\nZGVmZ2hp\r\n-----END X Y-----",
            "-----BEGIN X Y-----\\nYWJj\\nZGVmZ2hp\\n-----END X Y-----\\n",
            "\"-----BEGIN X Y-----\\\\r\\\\nYWJj\\\\r\\\\nZGVmZ2hp\\\\n-----END X Y-----\"",
            "-----BEGIN X Y----- YWJj ZGVm Z2hp -----END X Y-----",
            "-----BEGIN X Y-----YWJjZGVmZ2hp-----END X Y-----",
            "Bag Attributes\n  a: b\n-----BEGIN X Y-----\nYWJjZGVmZ2hp\n-----END X Y-----\n",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        let two = "-----BEGIN A-----\nYQ==\n-----END A-----\n-----BEGIN B-----\nYg\n-----END B-----";
        assert_eq!(read(two).unwrap(), [("A".to_owned(), b"a".to_vec()), ("B".to_owned(), b"b".to_vec())]);
        assert_eq!(read("nothing here"), Ok(vec![]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, why) in [
            ("-----BEGIN X", "does not end"),
            ("-----BEGIN X-----\nYWJj", "`-----END X-----` is missing"),
            ("-----BEGIN X-----\nYW.j\n-----END X-----", "not base64"),
            ("-----BEGIN X-----\n-----END X-----", "is empty"),
            ("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nYWJj\n-----END X-----", "is encrypted"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(why) && !error.contains("YW"), "{error}");
        }
    }
}
