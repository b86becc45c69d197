//! Digests and keyed digests.

use ring::{digest, hmac};

use crate::Error;

/// SHA-1 (FIPS 180-4), for providers that ask for nothing better.
pub(crate) fn sha1(data: &[u8]) -> Vec<u8> {
    of(&digest::SHA1_FOR_LEGACY_USE_ONLY, data)
}

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(data: &[u8]) -> Vec<u8> {
    of(&digest::SHA256, data)
}

/// SHA-512 (FIPS 180-4).
pub(crate) fn sha512(data: &[u8]) -> Vec<u8> {
    of(&digest::SHA512, data)
}

/// SHA-512/256 (FIPS 180-4): not the start of SHA-512, but a digest of its own.
pub(crate) fn sha512_256(data: &[u8]) -> Vec<u8> {
    of(&digest::SHA512_256, data)
}

/// MD5 (RFC 1321), for providers that ask for nothing better.
#[cfg(feature = "md5")]
pub(crate) fn md5(data: &[u8]) -> Result<Vec<u8>, Error> {
    use md5::Digest as _;

    Ok(md5::Md5::digest(data).to_vec())
}

/// MD5 is not compiled in.
#[cfg(not(feature = "md5"))]
pub(crate) fn md5(_: &[u8]) -> Result<Vec<u8>, Error> {
    Err(Error::config("MD5 needs the feature `md5` of couplet-runtime"))
}

/// HMAC (RFC 2104) with SHA-1.
pub(crate) fn hmac_sha1(key: &[u8], data: &[u8]) -> Vec<u8> {
    keyed(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key, data)
}

/// HMAC (RFC 2104) with SHA-256.
pub(crate) fn hmac_sha256(key: &[u8], data: &[u8]) -> Vec<u8> {
    keyed(hmac::HMAC_SHA256, key, data)
}

/// HMAC (RFC 2104) with SHA-512.
pub(crate) fn hmac_sha512(key: &[u8], data: &[u8]) -> Vec<u8> {
    keyed(hmac::HMAC_SHA512, key, data)
}

fn of(algorithm: &'static digest::Algorithm, data: &[u8]) -> Vec<u8> {
    digest::digest(algorithm, data).as_ref().to_vec()
}

fn keyed(algorithm: hmac::Algorithm, key: &[u8], data: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), data).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::hex;

    fn unhex(text: &str) -> Vec<u8> {
        let digit = |byte: u8| char::from(byte).to_digit(16).unwrap();
        text.as_bytes().chunks(2).map(|pair| (digit(pair[0]) * 16 + digit(pair[1])) as u8).collect()
    }

    #[test]
    fn digests_of_abc_as_fips_180_4_has_them() {
        assert_eq!(hex(&sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(
            hex(&sha512(b"abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
        assert_eq!(
            hex(&sha512_256(b"abc")),
            "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"
        );
    }

    #[test]
    #[cfg(feature = "md5")]
    fn md5_of_rfc_1321() {
        assert_eq!(md5(b"").map(|digest| hex(&digest)).unwrap(), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(md5(b"abc").map(|digest| hex(&digest)).unwrap(), "900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    #[cfg(not(feature = "md5"))]
    fn md5_names_its_feature() {
        assert!(md5(b"").unwrap_err().to_string().contains("feature `md5`"));
    }

    /// The key, the data, and the tags by SHA-256 and SHA-512.
    type Case<'t> = (&'t [u8], &'t [u8], &'t str, &'t str);

    /// RFC 4231, 4.2 to 4.8, and RFC 2202 for SHA-1.
    #[test]
    fn hmac_of_rfc_4231() {
        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        let longer = b"This is a test using a larger than block-size key and a larger than block-size data. \
            The key needs to be hashed before being used by the HMAC algorithm.";
        let counting: Vec<u8> = (1..=25).collect();
        let cases: [Case<'_>; 7] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
                "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
            ),
            (
                &counting,
                &[0xcd; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
                "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
            ),
            // Tags of 128 bits.
            (
                &[0x0c; 20],
                b"Test With Truncation",
                "a3b6167473100ee06e0c796c2955552b",
                "415fad6271580a531d4179bc891d87a6",
            ),
            (
                &[0xaa; 131],
                long,
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
            ),
            (
                &[0xaa; 131],
                longer,
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
                "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
            ),
        ];
        for (key, data, with_256, with_512) in cases {
            assert!(hex(&hmac_sha256(key, data)).starts_with(with_256));
            assert!(hex(&hmac_sha512(key, data)).starts_with(with_512));
        }
        assert_eq!(hex(&hmac_sha1(&[0x0b; 20], b"Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
        assert_eq!(
            hex(&hmac_sha1(b"Jefe", b"what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "the figure is the result")]
    fn hmac_sha256_of_wycheproof() {
        let mut seen = 0;
        for line in include_str!("../../tests-data/hmac_sha256_wycheproof.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let words: Vec<&str> = line.split(' ').collect();
            let [number, key, message, tag, result] = words[..] else { panic!("{line}") };
            let bytes = |text: &str| if text == "-" { Vec::new() } else { unhex(text) };
            let (tag, whole) = (bytes(tag), hmac_sha256(&bytes(key), &bytes(message)));
            assert_eq!(whole[..tag.len()] == tag[..], result == "valid", "test {number}");
            seen += 1;
        }
        assert_eq!(seen, 174);
        println!("counted: HMAC-SHA256 of Wycheproof: {seen} of {seen} tests");
    }
}
