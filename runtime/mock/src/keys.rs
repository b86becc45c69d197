//! Keys, certificates and random texts: made up, and good for nothing elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use couplet_plan::Algorithm;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
};

/// The RSA key of RFC 9500, section 2.1, which is published for tests: generating one takes seconds, and needs more than
/// what is in the tree.
const RSA: &str = "-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEAsPnoGUOnrpiSqt4XynxA+HRP7S+BSObI6qJ7fQAVSPtRkqso
tWxQYLEYzNEx5ZSHTGypibVsJylvCfuToDTfMul8b/CZjP2Ob0LdpYrNH6l5hvFE
89FU1nZQF15oVLOpUgA7wGiHuEVawrGfey92UE68mOyUVXGweJIVDdxqdMoPvNNU
l86BU02vlBiESxOuox+dWmuVV7vfYZ79Toh/LUK43YvJh+rhv4nKuF7iHjVjBd9s
B6iDjj70HFldzOQ9r8SRI+9NirupPTkF5AKNe6kUhKJ1luB7S27ZkvB3tSTT3P59
3VVJvnzOjaA1z6Cz+4+eRvcysqhrRgFlwI9TEwIDAQABAoIBAEEYiyDP29vCzx/+
dS3LqnI5BjUuJhXUnc6AWX/PCgVAO+8A+gZRgvct7PtZb0sM6P9ZcLrweomlGezI
FrL0/6xQaa8bBr/ve/a8155OgcjFo6fZEw3Dz7ra5fbSiPmu4/b/kvrg+Br1l77J
aun6uUAs1f5B9wW+vbR7tzbT/mxaUeDiBzKpe15GwcvbJtdIVMa2YErtRjc1/5B2
BGVXyvlJv0SIlcIEMsHgnAFOp1ZgQ08aDzvilLq8XVMOahAhP1O2A3X8hKdXPyrx
IVWE9bS9ptTo+eF6eNl+d7htpKGEZHUxinoQpWEBTv+iOoHsVunkEJ3vjLP3lyI/
fY0NQ1ECgYEA3RBXAjgvIys2gfU3keImF8e/TprLge1I2vbWmV2j6rZCg5r/AS0u
pii5CvJ5/T5vfJPNgPBy8B/yRDs+6PJO1GmnlhOkG9JAIPkv0RBZvR0PMBtbp6nT
Y3yo1lwamBVBfY6rc0sLTzosZh2aGoLzrHNMQFMGaauORzBFpY5lU50CgYEAzPHl
u5DI6Xgep1vr8QvCUuEesCOgJg8Yh1UqVoY/SmQh6MYAv1I9bLGwrb3WW/7kqIoD
fj0aQV5buVZI2loMomtU9KY5SFIsPV+JuUpy7/+VE01ZQM5FdY8wiYCQiVZYju9X
Wz5LxMNoz+gT7pwlLCsC4N+R8aoBk404aF1gum8CgYAJ7VTq7Zj4TFV7Soa/T1eE
k9y8a+kdoYk3BASpCHJ29M5R2KEA7YV9wrBklHTz8VzSTFTbKHEQ5W5csAhoL5Fo
qoHzFFi3Qx7MHESQb9qHyolHEMNx6QdsHUn7rlEnaTTyrXh3ifQtD6C0yTmFXUIS
CW9wKApOrnyKJ9nI0HcuZQKBgQCMtoV6e9VGX4AEfpuHvAAnMYQFgeBiYTkBKltQ
XwozhH63uMMomUmtSG87Sz1TmrXadjAhy8gsG6I0pWaN7QgBuFnzQ/HOkwTm+qKw
AsrZt4zeXNwsH7QXHEJCFnCmqw9QzEoZTrNtHJHpNboBuVnYcoueZEJrP8OnUG3r
UjmopwKBgAqB2KYYMUqAOvYcBnEfLDmyZv9BTVNHbR2lKkMYqv5LlvDaBxVfilE0
2riO4p6BaAdvzXjKeRrGNEKoHNBpOSfYCOM16NjL8hIZB1CaV3WbT5oY+jp7Mzd5
7d56RZOE+ERK2uz/7JX9VSsM/LbH9pJibd4e8mikDS9ntciqOH/3
-----END RSA PRIVATE KEY-----
";

/// A certificate for a client, which signs itself, and its key on P-256: made for this mock.
pub(crate) const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBlzCCAT2gAwIBAgIUUXa4WViGD8/h7PxKg0rlxfl8igkwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMY291cGxldC1tb2NrMCAXDTI2MTEyNDE2MDk0MloYDzIxMjYx
MDMxMTYwOTQyWjAXMRUwEwYDVQQDDAxjb3VwbGV0LW1vY2swWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASRMbwv2KNtQ+GiMDVcCvHo5t/zM0UPjMnbHkQVkJDAcI1S
8nuKIGmoAjnDebn4weUUN7lg5zj+gnIv/0b9Fx6Eo2UwYzAdBgNVHQ4EFgQUfraX
036ArYUFtiCsacED7sFQaLgwHwYDVR0jBBgwFoAUfraX036ArYUFtiCsacED7sFQ
aLgwDAYDVR0TAQH/BAIwADATBgNVHSUEDDAKBggrBgEFBQcDAjAKBggqhkjOPQQD
AgNIADBFAiA/pdcJUFcbtfbw68g5QJ+dGkLvOLVcXXxhM34wO+HapQIhAOwuFUsV
6rCfRcJQRqxg0rYW0lraDppReWVaE3/LjUy3
-----END CERTIFICATE-----
";

/// The key of [`CERTIFICATE`].
pub(crate) const CERTIFICATE_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwfQXPweuw67BRXxR
kIAb0TkFUkZ4/7xStnL2v1b8d32hRANCAASRMbwv2KNtQ+GiMDVcCvHo5t/zM0UP
jMnbHkQVkJDAcI1S8nuKIGmoAjnDebn4weUUN7lg5zj+gnIv/0b9Fx6E
-----END PRIVATE KEY-----
";

/// A private key for an algorithm; for HMAC a text.
pub(crate) fn for_algorithm(algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Es256 => ecdsa(false),
        Algorithm::Es384 => ecdsa(true),
        Algorithm::EdDsa => ed25519(),
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => random(48),
        _ => rsa(),
    }
}

/// A private key of Ed25519.
pub(crate) fn ed25519() -> String {
    Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
        .map_or_else(|_| String::new(), |key| pem(key.as_ref()))
}

/// The RSA key as PKCS#8 has it, which is what most providers hand out.
pub(crate) fn rsa() -> String {
    let lines: String = RSA.lines().filter(|line| !line.starts_with("-----")).collect();
    let Ok(key) = STANDARD.decode(lines) else { return RSA.to_owned() };
    let algorithm = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let within = [&b"\x02\x01\x00"[..], algorithm, &der(0x04, &key)].concat();
    pem(&der(0x30, &within))
}

/// A value in DER whose length takes two bytes.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[tag, 0x82, high, low][..], content].concat()
}

fn ecdsa(large: bool) -> String {
    let curve = if large { &ECDSA_P384_SHA384_FIXED_SIGNING } else { &ECDSA_P256_SHA256_FIXED_SIGNING };
    EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new())
        .map_or_else(|_| String::new(), |key| pem(key.as_ref()))
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", lines.join("\n"))
}

/// A text of as many random bytes that nobody guesses.
pub(crate) fn random(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    // Without the operating system's random bytes nothing here is worth anything; the text is then short, and refused.
    match SystemRandom::new().fill(&mut buffer) {
        Ok(()) => URL_SAFE_NO_PAD.encode(buffer).replace(['-', '_'], "x"),
        Err(_) => String::new(),
    }
}
