//! Percent-encoding: text in, a part of a URL or of a form out. Nothing is encoded twice or decoded.

use std::borrow::Cow;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends a text as one component of a path or a query: all but RFC 3986's unreserved characters is encoded.
pub(crate) fn component(out: &mut String, text: &[u8]) {
    encode(out, text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'));
}

/// Appends a text as `application/x-www-form-urlencoded` has it (WHATWG URL, 5.2): a space is `+`.
pub(crate) fn form(out: &mut String, text: &[u8]) {
    for (index, word) in text.split(|byte| *byte == b' ').enumerate() {
        if index > 0 {
            out.push('+');
        }
        encode(out, word, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_'));
    }
}

/// Appends a path that a person wrote: what may stand in a path stays, `%` included.
pub(crate) fn path(out: &mut String, text: &str) {
    encode(out, text.as_bytes(), |byte| {
        byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&byte)
    });
}

/// Decodes what is encoded, to look at it.
pub(crate) fn decode(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(decoded) if byte == b'%' => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

fn encode(out: &mut String, text: &[u8], plain: impl Fn(u8) -> bool) {
    out.reserve(text.len());
    for &byte in text {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(encode: fn(&mut String, &[u8]), text: &str) -> String {
        let mut out = String::new();
        encode(&mut out, text.as_bytes());
        out
    }

    #[test]
    fn a_component_keeps_only_unreserved_characters() {
        assert_eq!(of(component, "aZ0-._~"), "aZ0-._~");
        assert_eq!(of(component, "&admin=true#+ /é"), "%26admin%3Dtrue%23%2B%20%2F%C3%A9");
        assert_eq!(of(component, "%2e"), "%252e");
    }

    #[test]
    fn a_form_writes_a_space_as_plus() {
        assert_eq!(of(form, "a b+c~*"), "a+b%2Bc%7E*");
    }

    #[test]
    fn decoding_looks_through_one_layer() {
        assert_eq!(&*decode("%2e%2E/%zz%2"), b"../%zz%2");
    }
}
