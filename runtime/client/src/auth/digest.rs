//! HTTP Digest (RFC 7616, and RFC 2617 before it): what a server asked for in, the header `Authorization` out.
//!
//! Of several challenges the strongest is answered, whatever their order, so that none can be weakened on the way.

use http::{HeaderMap, HeaderValue, header::WWW_AUTHENTICATE};
use zeroize::Zeroizing;

use super::{
    challenge::{self, Challenge},
    sensitive,
};
use crate::{
    Error, ErrorKind, Secret,
    crypto::digest::{md5, sha256, sha512_256},
    expression::hex,
    percent,
};

/// More than any server sends; what comes must go back with every request.
const LIMIT: usize = 4096;

/// How the digests are made, from the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
    Sha512Trunc256,
}

/// A challenge that can be answered.
#[derive(Clone, Debug)]
pub(crate) struct DigestChallenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// The algorithm's name, where the server said one.
    name: Option<String>,
    /// Whether the secret is bound to the first nonce (`-sess`).
    session: bool,
    /// Whether requests are counted (`qop=auth`); not by servers of RFC 2069's time.
    counted: bool,
    hash_user: bool,
    /// Whether only the nonce was too old: the credentials are not wrong.
    stale: bool,
}

/// The request that is answered for.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) method: &'a str,
    /// The path and the query, as sent.
    pub(crate) target: &'a str,
    pub(crate) cnonce: &'a str,
    /// How many requests were made with the server's nonce, this one included.
    pub(crate) count: u32,
}

impl DigestChallenge {
    /// The strongest challenge of an answer with status 401.
    pub(crate) fn choose(headers: &HeaderMap) -> Result<Self, Error> {
        let mut best: Option<Self> = None;
        let mut refused = None;
        for value in headers.get_all(WWW_AUTHENTICATE) {
            let Ok(text) = std::str::from_utf8(value.as_bytes()) else { continue };
            for challenge in challenge::parse(text).iter().filter(|challenge| challenge.is("Digest")) {
                match Self::read(challenge) {
                    Ok(read) if best.as_ref().is_none_or(|best| best.algorithm < read.algorithm) => {
                        best = Some(read);
                    }
                    Ok(_) => {}
                    Err(why) => refused = Some(why),
                }
            }
        }
        best.ok_or_else(|| {
            let why = refused.unwrap_or("it sent no challenge of the scheme `Digest`");
            Error::new(
                ErrorKind::Unauthorized,
                format!("the server cannot be answered by HTTP Digest: {why}"),
            )
        })
    }

    /// Whether answering it can help where the one before was answered in vain: its nonce is another, or was too old.
    pub(crate) fn is_news(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| self.stale || self.nonce != before.nonce)
    }

    fn read(challenge: &Challenge<'_>) -> Result<Self, &'static str> {
        let name = challenge.get("algorithm");
        let (base, session) = match name.unwrap_or("MD5") {
            name if name.to_ascii_lowercase().ends_with("-sess") => (&name[..name.len() - 5], true),
            name => (name, false),
        };
        let algorithm = match base.to_ascii_uppercase().as_str() {
            "MD5" => Algorithm::Md5,
            "SHA-256" => Algorithm::Sha256,
            "SHA-512-256" => Algorithm::Sha512Trunc256,
            _ => return Err("its algorithm is none of SHA-512-256, SHA-256 and MD5"),
        };
        let qop = challenge
            .get("qop")
            .map(|list| list.split([',', ' ']).any(|qop| qop.eq_ignore_ascii_case("auth")));
        if qop == Some(false) {
            return Err("it asks for a `qop` other than `auth`");
        }
        let is_true = |name| challenge.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let (realm, nonce) = (challenge.get("realm").unwrap_or_default(), challenge.get("nonce"));
        let (nonce, opaque) = (nonce.ok_or("its challenge has no nonce")?, challenge.get("opaque"));
        if [realm, nonce, opaque.unwrap_or_default()].iter().any(|text| text.len() > LIMIT) {
            return Err("its challenge is too long");
        }
        Ok(Self {
            realm: realm.to_owned(),
            nonce: nonce.to_owned(),
            opaque: opaque.map(str::to_owned),
            algorithm,
            name: name.map(|_| canonical_name(algorithm, session)),
            session,
            counted: qop.is_some(),
            hash_user: is_true("userhash"),
            stale: is_true("stale"),
        })
    }

    /// The header that answers.
    pub(crate) fn authorization(
        &self,
        user: &Secret,
        password: &Secret,
        attempt: Attempt<'_>,
    ) -> Result<HeaderValue, Error> {
        let user = user.expose_secret();
        if user.contains(':') {
            return Err(Error::config("the user name has a colon, which HTTP Digest does not allow"));
        }
        let response = self.response(user, password, attempt)?;
        let mut header = Zeroizing::new(format!("Digest {}", self.user(user)?));
        let quoted = [("realm", self.realm.as_str()), ("uri", attempt.target)];
        quoted.iter().for_each(|(name, value)| header.push_str(&format!(", {name}={}", quote(value))));
        if let Some(name) = &self.name {
            header.push_str(&format!(", algorithm={name}"));
        }
        header.push_str(&format!(", nonce={}", quote(&self.nonce)));
        if self.counted {
            header.push_str(&format!(", nc={:08x}", attempt.count));
        }
        if self.counted || self.session {
            header.push_str(&format!(", cnonce={}", quote(attempt.cnonce)));
        }
        if self.counted {
            header.push_str(", qop=auth");
        }
        header.push_str(&format!(", response=\"{response}\""));
        if let Some(opaque) = &self.opaque {
            header.push_str(&format!(", opaque={}", quote(opaque)));
        }
        if self.hash_user {
            header.push_str(", userhash=true");
        }
        sensitive(&header)
    }

    /// RFC 7616, 3.4.1 to 3.4.3.
    fn response(&self, user: &str, password: &Secret, attempt: Attempt<'_>) -> Result<String, Error> {
        let (realm, nonce, cnonce) = (&self.realm, &self.nonce, attempt.cnonce);
        let secret = Zeroizing::new(format!("{user}:{realm}:{}", password.expose_secret()));
        let mut secret = Zeroizing::new(self.hash(&secret)?);
        if self.session {
            secret = Zeroizing::new(self.hash(&format!("{}:{nonce}:{cnonce}", *secret))?);
        }
        let request = self.hash(&format!("{}:{}", attempt.method, attempt.target))?;
        let middle =
            if self.counted { format!("{nonce}:{:08x}:{cnonce}:auth", attempt.count) } else { nonce.clone() };
        self.hash(&Zeroizing::new(format!("{}:{middle}:{request}", *secret)))
    }

    /// RFC 7616, 3.4.4: the name, its digest, or the name as RFC 8187 writes what is not ASCII.
    fn user(&self, user: &str) -> Result<String, Error> {
        if self.hash_user {
            return Ok(format!("username=\"{}\"", self.hash(&format!("{user}:{}", self.realm))?));
        }
        if user.is_ascii() {
            return Ok(format!("username={}", quote(user)));
        }
        let mut text = "username*=UTF-8''".to_owned();
        percent::component(&mut text, user.as_bytes());
        Ok(text)
    }

    fn hash(&self, text: &str) -> Result<String, Error> {
        Ok(hex(&match self.algorithm {
            Algorithm::Md5 => md5(text.as_bytes())?,
            Algorithm::Sha256 => sha256(text.as_bytes()),
            Algorithm::Sha512Trunc256 => sha512_256(text.as_bytes()),
        }))
    }
}

fn canonical_name(algorithm: Algorithm, session: bool) -> String {
    let name = match algorithm {
        Algorithm::Md5 => "MD5",
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha512Trunc256 => "SHA-512-256",
    };
    format!("{name}{}", if session { "-sess" } else { "" })
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(challenges: &[&str]) -> Result<DigestChallenge, String> {
        let mut headers = HeaderMap::new();
        for challenge in challenges {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_bytes(challenge.as_bytes()).unwrap());
        }
        DigestChallenge::choose(&headers).map_err(|error| error.to_string())
    }

    fn answer(challenges: &[&str], user: &str, password: &str, attempt: Attempt<'_>) -> String {
        let challenge = choose(challenges).unwrap();
        let header = challenge.authorization(&user.into(), &password.into(), attempt).unwrap();
        assert!(header.is_sensitive());
        String::from_utf8(header.as_bytes().to_vec()).unwrap()
    }

    const MUFASA: Attempt<'static> = Attempt {
        method: "GET",
        target: "/dir/index.html",
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        count: 1,
    };
    const SHA_256: &str = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, \
        nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

    fn with_md5() -> String {
        SHA_256.replace("SHA-256", "MD5")
    }

    #[test]
    fn sha_256_of_rfc_7616_3_9_1() {
        let expected = "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", \
            algorithm=SHA-256, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, \
            cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, \
            response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\", \
            opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        assert_eq!(answer(&[SHA_256], "Mufasa", "Circle of Life", MUFASA), expected);
        // The strongest is taken wherever it stands.
        let md5 = with_md5();
        for challenges in [
            &[SHA_256, &md5][..],
            &[&md5, SHA_256],
            &["Basic realm=\"x\"", &format!("Negotiate, {md5}, {SHA_256}")],
            &[&SHA_256.replace("SHA-256", "SHA-3"), SHA_256],
        ] {
            assert_eq!(answer(challenges, "Mufasa", "Circle of Life", MUFASA), expected);
        }
    }

    #[test]
    #[cfg(feature = "md5")]
    fn md5_of_rfc_7616_3_9_1() {
        let header = answer(&[&with_md5()], "Mufasa", "Circle of Life", MUFASA);
        assert!(header.contains("algorithm=MD5, "));
        assert!(header.contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""));
    }

    #[test]
    #[cfg(not(feature = "md5"))]
    fn md5_names_its_feature() {
        let challenge = choose(&[&with_md5()]).unwrap();
        let error = challenge.authorization(&"a".into(), &"b".into(), MUFASA).unwrap_err();
        assert!(error.to_string().contains("feature `md5`"));
    }

    /// The digests are those of the erratum 4897: the RFC's own were made with a draft of SHA-512/256.
    #[test]
    fn userhash_of_rfc_7616_3_9_2() {
        let challenge = "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, \
            nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", \
            opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, userhash=true";
        let attempt = Attempt {
            method: "GET",
            target: "/doe.json",
            cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
            count: 1,
        };
        assert_eq!(
            answer(&[challenge], "Jäsøn Doe", "Secret, or not?", attempt),
            "Digest username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b\", \
             realm=\"api@example.org\", uri=\"/doe.json\", algorithm=SHA-512-256, \
             nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", nc=00000001, \
             cnonce=\"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v\", qop=auth, \
             response=\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5\", \
             opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", userhash=true"
        );
        let plain =
            answer(&[&challenge.replace("userhash=true", "userhash=false")], "Jäsøn Doe", "x", attempt);
        assert!(plain.starts_with("Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, realm="), "{plain}");
        assert!(!plain.contains("userhash"));
    }

    #[test]
    #[cfg(feature = "md5")]
    fn the_example_of_rfc_2617_3_5() {
        let challenge = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
            nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let attempt = Attempt { cnonce: "0a4f113b", ..MUFASA };
        let header = answer(&[challenge], "Mufasa", "Circle Of Life", attempt);
        assert!(header.contains("response=\"6629fae49393a05397450978507c4ef1\""));
        // No algorithm was said, so that none is answered; and RFC 2069 counted nothing (its erratum 749).
        assert!(!header.contains("algorithm"));
        let old = "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
            opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        assert_eq!(
            answer(&[old], "Mufasa", "CircleOfLife", MUFASA),
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", uri=\"/dir/index.html\", \
             nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", response=\"1949323746fe6a43ef61f9606e7febea\", \
             opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""
        );
    }

    #[test]
    fn a_session_binds_the_secret_to_both_nonces() {
        let digest = |text: &str| hex(&sha256(text.as_bytes()));
        let header = answer(
            &["Digest realm=r, nonce=n, qop=auth, algorithm=sha-256-SESS"],
            "u",
            "p",
            Attempt { cnonce: "c", ..MUFASA },
        );
        let secret = digest(&format!("{}:n:c", digest("u:r:p")));
        let response = digest(&format!("{secret}:n:00000001:c:auth:{}", digest("GET:/dir/index.html")));
        assert!(header.contains(&format!("response=\"{response}\"")));
        assert!(header.contains("algorithm=SHA-256-sess"));
    }

    #[test]
    fn the_count_is_in_eight_digits_and_changes_the_response() {
        let header = |count| answer(&[SHA_256], "a", "b", Attempt { count, ..MUFASA });
        assert!(header(0x1f).contains("nc=0000001f"));
        let response = |header: String| header.split_once("response=").map(|(_, rest)| rest.to_owned());
        assert_ne!(response(header(1)), response(header(2)));
    }

    #[test]
    fn stale_is_told_from_wrong() {
        let stale = format!("{SHA_256}, stale=TRUE");
        assert!(choose(&[&stale]).unwrap().stale);
        assert!(!choose(&[SHA_256]).unwrap().stale);
    }

    #[test]
    fn what_a_server_says_cannot_break_the_header() {
        let header = answer(
            &["Digest realm=\"a\\\"b\\\\c\", nonce=\"n\\\", x=\\\"\", opaque=\"\", algorithm=SHA-256"],
            "u\"v",
            "p",
            Attempt { target: "/a?b=%22", ..MUFASA },
        );
        assert!(header.starts_with(
            r#"Digest username="u\"v", realm="a\"b\\c", uri="/a?b=%22", algorithm=SHA-256, nonce="n\", x=\"", response="#
        ));
        assert!(header.ends_with(", opaque=\"\""));
    }

    #[test]
    fn what_cannot_be_answered_is_said() {
        let long = format!("Digest nonce=\"{}\"", "a".repeat(LIMIT + 1));
        let unterminated = format!("Digest nonce=\"{}", "\\a".repeat(50_000));
        for (challenge, why) in [
            ("Basic realm=\"x\"", "no challenge of the scheme `Digest`"),
            ("Digest realm=\"x\"", "no nonce"),
            ("Digest nonce=n, algorithm=SHA-1", "none of SHA-512-256, SHA-256 and MD5"),
            ("Digest nonce=n, algorithm=-sess", "none of SHA-512-256"),
            ("Digest nonce=n, algorithm=ä-ses", "none of SHA-512-256"),
            ("Digest nonce=n, qop=\"auth-int\"", "other than `auth`"),
            (&long, "too long"),
            (&unterminated, "no challenge"),
        ] {
            let error = choose(&[challenge]).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        assert!(choose(&[]).unwrap_err().contains("no challenge"));
        let colon = choose(&[SHA_256]).unwrap().authorization(&"a:b".into(), &"c".into(), MUFASA);
        assert!(colon.unwrap_err().to_string().contains("colon"));
    }
}
