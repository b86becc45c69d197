//! Seals records before they leave the process: a record in, bytes out that only the store key opens again.
//!
//! Each time a new key is derived (HKDF-SHA256, RFC 5869) from the store key and 256 random bits, and used once, for
//! ChaCha20-Poly1305 (RFC 8439). The id and the revision are sealed with the record, so that no record can be
//! put in the place of another one.
//!
//! The form: `CPLT`, the version 1, three zeros, the revision (8 bytes, the least first), the random bits (32), a check
//! of the key (16), a sum of all before (8), then the sealed record. The sum tells a damaged head from a wrong key.

use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey},
    digest,
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use zeroize::Zeroizing;

use super::{Record, Revision, StoreError, StoreKey, key::fill_random};

const MAGIC: [u8; 4] = *b"CPLT";
const VERSION: u8 = 1;
const SALT: usize = 32;
const CHECK: usize = 16;
const SUM: usize = 8;
const REVISION: usize = 8;
const SALT_AT: usize = 8 + REVISION;
const CHECK_AT: usize = SALT_AT + SALT;
const SUM_AT: usize = CHECK_AT + CHECK;
const HEAD: usize = SUM_AT + SUM;

/// Why sealed bytes do not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unopened {
    /// They are not what was written.
    Damaged,
    /// A later version wrote them.
    Later,
    /// Another key sealed them.
    WrongKey,
}

impl Unopened {
    /// The error, for a place such as ``the file `…` ``.
    pub(super) fn into_error(self, place: &str) -> StoreError {
        StoreError::new(match self {
            Self::Damaged => format!(
                "{place} is damaged, or was put in the place of another one; restore it, or remove it and connect again"
            ),
            Self::Later => format!("{place} was written by a later version of Couplet; update this program"),
            Self::WrongKey => format!(
                "{place} was sealed with another key than this one; use the key that it was written with, or remove it \
                 and connect again"
            ),
        })
    }
}

/// Seals a record of that id and revision.
pub(super) fn seal(
    key: &StoreKey,
    id: &str,
    revision: Revision,
    record: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let mut salt = [0; SALT];
    fill_random(&mut salt)?;
    let mut sealed = Vec::with_capacity(HEAD + record.len() + MAX_TAG_LEN);
    sealed.extend_from_slice(&MAGIC);
    sealed.extend_from_slice(&[VERSION, 0, 0, 0]);
    sealed.extend_from_slice(&revision.number().to_le_bytes());
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(&derive::<CHECK>(key, &salt, b"couplet store: check")[..]);
    let sum = sum(&sealed);
    sealed.extend_from_slice(&sum);
    let mut body = Zeroizing::new(Vec::with_capacity(record.len() + MAX_TAG_LEN));
    body.extend_from_slice(record);
    cipher(key, &salt)
        .seal_in_place_append_tag(nonce(), associated(id, revision), &mut *body)
        .map_err(|_| StoreError::new("the record is too large to be sealed"))?;
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

/// The revision that sealed bytes say they have. It can only be trusted once they have been opened.
pub(super) fn revision(sealed: &[u8]) -> Result<Revision, Unopened> {
    let head = sealed.get(..HEAD).ok_or(Unopened::Damaged)?;
    let (head, stated) = head.split_at(SUM_AT);
    if !head.starts_with(&MAGIC) {
        return Err(Unopened::Damaged);
    }
    if head[MAGIC.len()] > VERSION {
        return Err(Unopened::Later);
    }
    if head[MAGIC.len()] != VERSION || stated != sum(head) {
        return Err(Unopened::Damaged);
    }
    let number = head[8..SALT_AT].try_into().map_err(|_| Unopened::Damaged)?;
    Ok(Revision::new(u64::from_le_bytes(number)))
}

/// Opens what [`seal`] made for that id.
pub(super) fn open(key: &StoreKey, id: &str, sealed: &[u8]) -> Result<Record, Unopened> {
    let revision = revision(sealed)?;
    let (head, body) = sealed.split_at(HEAD);
    let salt = &head[SALT_AT..CHECK_AT];
    let check = derive::<CHECK>(key, salt, b"couplet store: check");
    if check[..] != head[CHECK_AT..SUM_AT] {
        return Err(Unopened::WrongKey);
    }
    let mut record = Zeroizing::new(body.to_vec());
    let length = cipher(key, salt)
        .open_in_place(nonce(), associated(id, revision), &mut record)
        .map_err(|_| Unopened::Damaged)?
        .len();
    record.truncate(length);
    Ok(Record::new(revision, std::mem::take(&mut *record)))
}

fn sum(head: &[u8]) -> [u8; SUM] {
    let mut sum = [0; SUM];
    sum.copy_from_slice(&digest::digest(&digest::SHA256, head).as_ref()[..SUM]);
    sum
}

fn cipher(key: &StoreKey, salt: &[u8]) -> LessSafeKey {
    let bytes = derive::<32>(key, salt, b"couplet store: record");
    let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes[..]).expect("a key of this cipher has 32 bytes");
    LessSafeKey::new(key)
}

/// A key is used for one record only, so that its nonce need not differ from any other.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn associated(id: &str, revision: Revision) -> Aad<Vec<u8>> {
    let mut data = b"couplet store 1".to_vec();
    data.extend_from_slice(&revision.number().to_le_bytes());
    data.extend_from_slice(id.as_bytes());
    Aad::from(data)
}

fn derive<const N: usize>(key: &StoreKey, salt: &[u8], purpose: &[u8]) -> Zeroizing<[u8; N]> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut derived = Zeroizing::new([0; N]);
    Salt::new(HKDF_SHA256, salt)
        .extract(key.bytes())
        .expand(&[purpose], Length(N))
        .and_then(|material| material.fill(&mut derived[..]))
        .expect("HKDF gives up to 8,160 bytes");
    derived
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> StoreKey {
        StoreKey::new([byte; 32])
    }

    #[test]
    fn what_was_sealed_opens_with_its_key_and_its_id_only() {
        let revision = Revision::new(7);
        let sealed = seal(&key(1), "a", revision, b"hunter2").expect("it is sealed");
        assert!(!sealed.windows(7).any(|part| part == b"hunter2"));
        let record = open(&key(1), "a", &sealed).expect("it opens");
        assert_eq!((record.revision(), record.bytes()), (revision, b"hunter2".as_slice()));
        assert_eq!(open(&key(2), "a", &sealed).map(drop), Err(Unopened::WrongKey));
        assert_eq!(open(&key(1), "b", &sealed).map(drop), Err(Unopened::Damaged));
        let again = seal(&key(1), "a", revision, b"hunter2").expect("it is sealed");
        assert_ne!(sealed, again);
    }

    #[test]
    fn every_changed_bit_and_every_missing_byte_is_seen() {
        let sealed = seal(&key(1), "a", Revision::new(7), b"hunter2").expect("it is sealed");
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                // The version is the one byte whose change says something else.
                let expected = if at == 4 && changed[at] > 1 { Unopened::Later } else { Unopened::Damaged };
                assert_eq!(open(&key(1), "a", &changed).map(drop), Err(expected), "byte {at}, bit {bit}");
            }
            assert_eq!(open(&key(1), "a", &sealed[..at]).map(drop), Err(Unopened::Damaged));
        }
    }

    #[test]
    fn an_older_record_cannot_take_the_place_of_a_newer_one() {
        let mut old = seal(&key(1), "a", Revision::new(7), b"old").expect("it is sealed");
        old[8..16].copy_from_slice(&8_u64.to_le_bytes());
        let sum = sum(&old[..SUM_AT]);
        old[SUM_AT..HEAD].copy_from_slice(&sum);
        assert_eq!(open(&key(1), "a", &old).map(drop), Err(Unopened::Damaged));
    }
}
