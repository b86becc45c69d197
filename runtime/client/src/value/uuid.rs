//! A universally unique identifier.

use super::text_value;

/// A universally unique identifier (RFC 9562), as `6ba7b810-9dad-11d1-80b4-00c04fd430c8`. It keeps its letters' case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(String);

text_value!(Uuid, "UUID", is_uuid);

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

impl Uuid {
    /// The 16 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 16] {
        let digits: Vec<u8> = self
            .0
            .bytes()
            .filter_map(|byte| char::from(byte).to_digit(16))
            .map(|digit| u8::try_from(digit).unwrap_or(0))
            .collect();
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = pair.iter().fold(0, |byte, digit| byte << 4 | digit);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Uuid;

    #[test]
    fn uuids_are_read() {
        let uuid: Uuid = "6BA7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a UUID");
        assert_eq!(uuid.to_bytes()[..4], [0x6b, 0xa7, 0xb8, 0x10]);
        assert!("6ba7b8109dad11d180b400c04fd430c8".parse::<Uuid>().is_err());
    }
}
