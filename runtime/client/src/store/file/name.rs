//! Ids as file names: different ids have different names, on file systems without upper case too.

use crate::store::StoreError;

/// How long a name may be, with what stands before it.
const LONGEST: usize = 240;

/// The name of an id: lower-case letters, digits, `-` and `_` as they are, any other byte as `=` and two digits.
pub(super) fn encode(id: &str) -> Result<String, StoreError> {
    let mut name = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            _ => name.push_str(&format!("={byte:02x}")),
        }
    }
    match name.len() {
        0 => Err(StoreError::new("the id of a connection is empty")),
        1..=LONGEST => Ok(name),
        _ => Err(StoreError::new("the id of a connection is too long for the name of a file")),
    }
}

/// The id of a name; `None` where [`encode`] does not give that name.
pub(super) fn decode(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.bytes().next() {
        let length = if first == b'=' { 3 } else { 1 };
        let part = rest.get(..length)?;
        bytes.push(if length == 3 { u8::from_str_radix(&part[1..], 16).ok()? } else { first });
        rest = &rest[length..];
    }
    let id = String::from_utf8(bytes).ok()?;
    encode(&id).is_ok_and(|encoded| encoded == name).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_a_name_of_its_own_that_leads_nowhere_else() {
        for (id, name) in [
            ("default", "default"),
            ("Default", "=44efault"),
            ("../etc/passwd", "=2e=2e=2fetc=2fpasswd"),
            ("a=b", "a=3db"),
            ("é\0", "=c3=a9=00"),
            ("con", "con"),
        ] {
            assert_eq!(encode(id).expect("it has a name"), name);
            assert_eq!(decode(name).as_deref(), Some(id));
        }
        for name in ["", "A", "=4", "=4G", "=61", "a.b", "=ff", "=2E", "é", "=é"] {
            assert_eq!(decode(name), None, "{name}");
        }
        assert!(encode("").is_err() && encode(&"a".repeat(241)).is_err() && encode(&"A".repeat(81)).is_err());
    }
}
