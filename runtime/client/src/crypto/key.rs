//! Private keys: PEM in, something that signs out.
//!
//! PKCS#8, PKCS#1 and SEC 1 are read; RSA from 2048 to 4096 bits, EC on P-256 and P-384, and Ed25519, which some
//! providers hand out as its 32 bytes in base64. No error shows a part of a key.

use ring::{
    rand::SystemRandom,
    rsa,
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use zeroize::Zeroizing;

use super::{
    digest::sha256,
    pem::{self, Section, encrypted},
};
use crate::{
    Error,
    expression::{base64, base64_decode},
};

/// The object identifiers by which a key says what it is, in DER.
mod oid {
    pub(super) const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
    pub(super) const EC: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
    pub(super) const P256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    pub(super) const P384: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x22";
    pub(super) const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";
}

/// A private key and its public half.
pub(crate) enum PrivateKey {
    Rsa(Box<rsa::KeyPair>),
    P256(Box<EcdsaKeyPair>),
    P384(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl PrivateKey {
    /// The key that a text holds: the first private key among its PEM sections, or an Ed25519 key's bytes in base64.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let sections = pem::sections(text)?;
        let Some(section) = private_section(&sections) else {
            return match sections.first() {
                Some(other) => Err(not_private(other.label)),
                None => bare_ed25519(text),
            };
        };
        match section.label {
            "PRIVATE KEY" => pkcs8(&section.der),
            "RSA PRIVATE KEY" => rsa::KeyPair::from_der(&section.der).map(Self::rsa).map_err(rejected("RSA")),
            "EC PRIVATE KEY" => sec1(&section.der),
            "ENCRYPTED PRIVATE KEY" => Err(encrypted(section.label)),
            "OPENSSH PRIVATE KEY" => Err(Error::config(
                "the private key is in OpenSSH's format: write it as PEM with `ssh-keygen -p -m PKCS8`",
            )),
            label => Err(Error::config(format!("keys of the kind `{label}` are not supported"))),
        }
    }

    /// What the key is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "an RSA key",
            Self::P256(_) => "an EC key on P-256",
            Self::P384(_) => "an EC key on P-384",
            Self::Ed25519(_) => "an Ed25519 key",
        }
    }

    /// The public half as SubjectPublicKeyInfo in DER (RFC 5280, 4.1.2.7).
    pub(crate) fn public_key_info(&self) -> Vec<u8> {
        match self {
            Self::Rsa(pair) => public_key_info(&[oid::RSA, b"\x05\x00"], pair.public().as_ref()),
            Self::P256(pair) => public_key_info(&[oid::EC, oid::P256], pair.public_key().as_ref()),
            Self::P384(pair) => public_key_info(&[oid::EC, oid::P384], pair.public_key().as_ref()),
            Self::Ed25519(pair) => public_key_info(&[oid::ED25519], pair.public_key().as_ref()),
        }
    }

    fn rsa(pair: rsa::KeyPair) -> Self {
        Self::Rsa(Box::new(pair))
    }

    fn ed25519(pair: Ed25519KeyPair) -> Self {
        Self::Ed25519(Box::new(pair))
    }
}

/// A key as TLS takes it.
pub(crate) fn for_tls(text: &str) -> Result<PrivateKeyDer<'static>, Error> {
    // TLS would not say what is wrong with it.
    PrivateKey::parse(text)?;
    let sections = pem::sections(text)?;
    let section = private_section(&sections).ok_or_else(not_pem)?;
    let der = section.der.to_vec();
    Ok(match section.label {
        "RSA PRIVATE KEY" => PrivatePkcs1KeyDer::from(der).into(),
        "EC PRIVATE KEY" => PrivateSec1KeyDer::from(der).into(),
        _ => PrivatePkcs8KeyDer::from(der).into(),
    })
}

/// The fingerprint of a key's public half: `SHA256:` and the digest of its SubjectPublicKeyInfo in base64.
pub(crate) fn fingerprint(text: &str) -> Result<String, Error> {
    let sections = pem::sections(text)?;
    let public = sections.iter().find(|section| section.label == "PUBLIC KEY");
    let digest = match public {
        Some(Section { der, .. }) => sha256(der),
        None => sha256(&PrivateKey::parse(text)?.public_key_info()),
    };
    Ok(format!("SHA256:{}", base64(&digest)))
}

/// The signature of an Ed25519 key (RFC 8032).
pub(crate) fn ed25519_sign(key: &str, data: &[u8]) -> Result<Vec<u8>, Error> {
    match PrivateKey::parse(key)? {
        PrivateKey::Ed25519(pair) => Ok(pair.sign(data).as_ref().to_vec()),
        other => Err(Error::config(format!("an Ed25519 key is needed, and this is {}", other.kind()))),
    }
}

fn private_section<'s, 't>(sections: &'s [Section<'t>]) -> Option<&'s Section<'t>> {
    sections.iter().find(|section| section.label.ends_with("PRIVATE KEY"))
}

fn pkcs8(der: &[u8]) -> Result<PrivateKey, Error> {
    // The algorithm stands behind the version and two lengths.
    let head = der.get(..der.len().min(48)).unwrap_or_default();
    let names = |oid: &[u8]| head.windows(oid.len()).any(|window| window == oid);
    if names(oid::RSA) {
        return rsa::KeyPair::from_pkcs8(der).map(PrivateKey::rsa).map_err(rejected("RSA"));
    }
    if names(oid::EC) && names(oid::P256) {
        return p256(der);
    }
    if names(oid::EC) && names(oid::P384) {
        return p384(der);
    }
    if names(oid::EC) {
        return Err(unknown_curve());
    }
    if names(oid::ED25519) {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der);
        return pair.map(PrivateKey::ed25519).map_err(rejected("Ed25519"));
    }
    Err(Error::config("the private key is neither RSA, nor EC, nor Ed25519, or its PEM text was changed"))
}

/// An EC key of the older form, which is the newer one's inner part.
fn sec1(der: &[u8]) -> Result<PrivateKey, Error> {
    let wrap = |curve: &[u8]| {
        let algorithm = sequence(&[oid::EC, curve]);
        Zeroizing::new(sequence(&[b"\x02\x01\x00", &algorithm, &Zeroizing::new(element(0x04, &[der]))]))
    };
    let names = |oid: &[u8]| der.windows(oid.len()).any(|window| window == oid);
    match (names(oid::P256), names(oid::P384)) {
        (true, _) => p256(&wrap(oid::P256)),
        (_, true) => p384(&wrap(oid::P384)),
        // `[0]` names a curve; without it the length of the number tells.
        _ if der.windows(3).any(|window| matches!(window, [0xa0, 5..=12, 0x06])) => Err(unknown_curve()),
        _ => p256(&wrap(oid::P256)).or_else(|_| p384(&wrap(oid::P384))),
    }
}

fn p256(der: &[u8]) -> Result<PrivateKey, Error> {
    ec(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, der).map(PrivateKey::P256)
}

fn p384(der: &[u8]) -> Result<PrivateKey, Error> {
    ec(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, der).map(PrivateKey::P384)
}

fn ec(algorithm: &'static signature::EcdsaSigningAlgorithm, der: &[u8]) -> Result<Box<EcdsaKeyPair>, Error> {
    EcdsaKeyPair::from_pkcs8(algorithm, der, &SystemRandom::new()).map(Box::new).map_err(rejected("EC"))
}

/// 32 bytes, or those and the 32 of the public half, in base64.
fn bare_ed25519(text: &str) -> Result<PrivateKey, Error> {
    let bytes = base64_decode(text.trim()).map(Zeroizing::new).unwrap_or_default();
    let pair = match bytes.split_at_checked(32) {
        Some((seed, [])) => Ed25519KeyPair::from_seed_unchecked(seed),
        Some((seed, public)) if public.len() == 32 => Ed25519KeyPair::from_seed_and_public_key(seed, public),
        _ => return Err(not_pem()),
    };
    pair.map(PrivateKey::ed25519).map_err(rejected("Ed25519"))
}

fn not_pem() -> Error {
    Error::config("the private key is not PEM: its `-----BEGIN … PRIVATE KEY-----` is missing")
}

fn not_private(label: &str) -> Error {
    Error::config(format!("a private key is needed, and the PEM text holds a `{label}`"))
}

fn unknown_curve() -> Error {
    Error::config("the EC key is on a curve that is not supported: P-256 and P-384 are")
}

/// What ring says of a key, in a sentence.
fn rejected(kind: &'static str) -> impl Fn(ring::error::KeyRejected) -> Error {
    move |reason| {
        Error::config(match (kind, reason.to_string().as_str()) {
            (_, "TooSmall") => "the RSA key is shorter than 2048 bits, which is not safe".to_owned(),
            (_, "TooLarge") => "the RSA key is longer than 4096 bits, which is not supported".to_owned(),
            (_, "InconsistentComponents") => {
                format!("the {kind} key contradicts itself: its private and public halves do not fit")
            }
            ("EC", "InvalidEncoding") => {
                "the EC key cannot be read: it was cut, or it lacks its public half, \
                which `openssl ec -in FILE` adds"
                    .to_owned()
            }
            _ => format!("the {kind} key cannot be read: it was changed or cut"),
        })
    }
}

fn public_key_info(algorithm: &[&[u8]], key: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(algorithm), &element(0x03, &[&[0], key])])
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, parts)
}

/// An element of DER: its tag, its length, its parts.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let digits = length.to_be_bytes();
        let digits = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
        out.push(0x80 | digits.len() as u8);
        out.extend_from_slice(digits);
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // The RSA key is that of RFC 7515, A.2, the key on P-256 that of A.3, and Ed25519's that of RFC 8037, A.1; the
    // others were made by OpenSSL for these tests.
    macro_rules! pem {
        ($name:literal) => {
            include_str!(concat!("../../tests-data/keys/", $name, ".pem"))
        };
    }

    fn error(text: &str) -> String {
        PrivateKey::parse(text).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn keys_of_every_form_are_read() {
        for (text, kind) in [
            (pem!("rsa_pkcs8"), "an RSA key"),
            (pem!("rsa_pkcs1"), "an RSA key"),
            (pem!("p256_pkcs8"), "an EC key on P-256"),
            (pem!("p256_sec1"), "an EC key on P-256"),
            (pem!("p384_pkcs8"), "an EC key on P-384"),
            (pem!("p384_sec1"), "an EC key on P-384"),
            (pem!("ed25519_pkcs8"), "an Ed25519 key"),
            ("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", "an Ed25519 key"),
        ] {
            for text in
                [text.to_owned(), text.replace('\n', " "), text.replace('\n', "\\n"), text.replace('\n', "")]
            {
                let key = PrivateKey::parse(&text);
                assert_eq!(key.map(|key| key.kind()).map_err(|error| error.to_string()), Ok(kind));
            }
        }
        let bundle = format!("{}{}{}", pem!("rsa_public"), pem!("p256_sec1"), pem!("rsa_pkcs1"));
        assert_eq!(PrivateKey::parse(&bundle).unwrap().kind(), "an EC key on P-256");
    }

    /// A number, a curve if any, and the public half: SEC 1 leaves the curve out where the algorithm says it.
    #[test]
    fn an_ec_key_may_leave_its_curve_out() {
        for text in [pem!("p256_sec1"), pem!("p384_sec1")] {
            let der = pem::sections(text).unwrap().remove(0).der;
            let start = der.windows(2).position(|window| window[0] == 0xa0 && window[1] < 13).unwrap();
            let length = usize::from(der[start + 1]) + 2;
            let head = if der[1] < 0x80 { 2 } else { 3 };
            let bare = sequence(&[&der[head..start], &der[start + length..]]);
            assert_eq!(sec1(&bare).unwrap().kind(), PrivateKey::parse(text).unwrap().kind());
        }
    }

    #[test]
    fn what_is_wrong_with_a_key_is_said() {
        let cut = &pem!("rsa_pkcs8")[..353];
        let half = format!("{cut}\n-----END PRIVATE KEY-----");
        let changed = pem!("p256_pkcs8").replace("MIG", "MIA");
        for (text, why) in [
            ("hunter2", "is not PEM: its `-----BEGIN … PRIVATE KEY-----` is missing"),
            ("", "is not PEM"),
            (cut, "cut off: `-----END PRIVATE KEY-----` is missing"),
            (&half, "the RSA key cannot be read"),
            (&changed, "the EC key cannot be read"),
            (pem!("rsa_public"), "a private key is needed, and the PEM text holds a `PUBLIC KEY`"),
            (pem!("rsa_encrypted"), "is encrypted: decrypt it with"),
            (pem!("rsa_pkcs1_encrypted"), "is encrypted: decrypt it with"),
            (pem!("rsa_openssh"), "`ssh-keygen -p -m PKCS8`"),
            (pem!("rsa_1024"), "shorter than 2048 bits"),
            (pem!("p521_pkcs8"), "a curve that is not supported"),
            (pem!("secp256k1_sec1"), "a curve that is not supported"),
            (pem!("p256_no_public"), "lacks its public half"),
            ("-----BEGIN DSA PRIVATE KEY-----\nYWJj\n-----END DSA PRIVATE KEY-----", "`DSA PRIVATE KEY`"),
            (
                "-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----",
                "neither RSA, nor EC, nor Ed25519",
            ),
        ] {
            let error = error(text);
            assert!(error.contains(why), "{error}: {why}");
            assert!(!error.contains("MII") && !error.contains("YWJj"), "{error}");
        }
    }

    /// The digests are OpenSSL's: `openssl pkey -pubout -outform DER | openssl dgst -sha256 -binary | base64`.
    #[test]
    fn fingerprints_are_of_the_public_half() {
        for (text, expected) in [
            (pem!("rsa_pkcs8"), "SHA256:b9E8JDWjYefFiM0X9V9a098Bd6ZsFyemogCEX016uIw="),
            (pem!("rsa_pkcs1"), "SHA256:b9E8JDWjYefFiM0X9V9a098Bd6ZsFyemogCEX016uIw="),
            (pem!("rsa_public"), "SHA256:b9E8JDWjYefFiM0X9V9a098Bd6ZsFyemogCEX016uIw="),
            (pem!("p256_sec1"), "SHA256:K9G7DESol8MKeqCZHN442AYv5EHeUNoPRoJTRPYC6Cc="),
            (pem!("p384_pkcs8"), "SHA256:6ify7DP2dKzXmEJt91XsOjzO6mzNk6OwH/sqmhGixQo="),
            (pem!("ed25519_pkcs8"), "SHA256:BuP9j9opu2CrWVV95h7bCuzbIxE0vjDnW0Vfjht5L6k="),
        ] {
            assert_eq!(fingerprint(text).unwrap(), expected);
        }
    }

    #[test]
    fn ed25519_of_rfc_8032_7_1() {
        use crate::expression::hex;

        // The first test: RFC 8037 took its key from here.
        let expected = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
                        d25bf5f0595bbe24655141438e7a100b";
        let pair = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
        for key in [pem!("ed25519_pkcs8"), pair] {
            assert_eq!(hex(&ed25519_sign(key, b"").unwrap()), expected);
        }
        let error = ed25519_sign(pem!("rsa_pkcs8"), b"").unwrap_err().to_string();
        assert_eq!(error, "an Ed25519 key is needed, and this is an RSA key");
        let flipped = pair.replace("2DXW", "2DXX");
        assert!(ed25519_sign(&flipped, b"").unwrap_err().to_string().contains("do not fit"));
    }

    proptest::proptest! {
        /// Keys with bytes changed and ends cut are read or refused.
        #[test]
        fn no_key_panics(
            form in 0_usize..4,
            changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), 0_u8..=255), 0..4),
            end in proptest::prelude::any::<proptest::sample::Index>(),
        ) {
            let text = [pem!("rsa_pkcs1"), pem!("p256_sec1"), pem!("p384_pkcs8"), pem!("ed25519_pkcs8")][form];
            let section = pem::sections(text).unwrap().remove(0);
            let mut der = section.der.to_vec();
            for (place, byte) in &changes {
                let place = place.index(der.len());
                der[place] = *byte;
            }
            der.truncate(end.index(der.len()) + 1);
            let label = section.label;
            let text = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", base64(&der));
            PrivateKey::parse(&text).ok();
            PrivateKey::parse(&text[..end.index(text.len())]).ok();
        }
    }
}
