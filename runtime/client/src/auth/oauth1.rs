//! OAuth 1.0 (RFC 5849): a request, its credentials, a nonce and a time in, the header `Authorization` out.
//!
//! RSA-SHA1 is refused: its signatures rest on SHA-1's resistance to collisions, which is gone. HMAC-SHA1 does not.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Uri,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use zeroize::Zeroizing;

use super::sensitive;
use crate::{
    Error, Secret,
    crypto::digest::{hmac_sha1, hmac_sha256},
    expression::base64,
    percent,
};

/// How a request is signed (RFC 5849, 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureMethod {
    HmacSha1,
    HmacSha256,
    Plaintext,
}

impl SignatureMethod {
    /// The value of `oauth_signature_method`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::Plaintext => "PLAINTEXT",
        }
    }

    /// The method of that name.
    pub(crate) fn from_name(name: &str) -> Result<Self, Error> {
        let all = [Self::HmacSha1, Self::HmacSha256, Self::Plaintext];
        all.into_iter().find(|known| known.name() == name).ok_or_else(|| {
            let known = all.map(Self::name).join(", ");
            Error::config(match name {
                "RSA-SHA1" => format!("the signature method RSA-SHA1 is not safe; use one of {known}"),
                _ => format!("`{name}` is no signature method of OAuth 1.0 here; known are {known}"),
            })
        })
    }
}

/// Who signs.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'c> {
    pub(crate) consumer_key: &'c str,
    pub(crate) consumer_secret: &'c Secret,
    /// The token and its secret; none while a request token is asked for.
    pub(crate) token: Option<(&'c str, &'c Secret)>,
}

/// What makes one signature unlike all others.
#[derive(Clone, Copy)]
pub(crate) struct Once<'o> {
    pub(crate) nonce: &'o str,
    /// In seconds since 1970.
    pub(crate) timestamp: i64,
}

/// How requests are signed, and what the header says besides.
#[derive(Clone, Copy)]
pub(crate) struct Options<'o> {
    pub(crate) method: SignatureMethod,
    pub(crate) realm: Option<&'o str>,
    /// Further protocol parameters: `oauth_version`, `oauth_callback`, `oauth_verifier`.
    pub(crate) extra: &'o [(&'o str, &'o str)],
}

/// Signs a request as it will be sent.
pub(crate) fn sign_request(
    request: &mut http::Request<Bytes>,
    credentials: Credentials<'_>,
    options: Options<'_>,
    once: Once<'_>,
) -> Result<(), Error> {
    let header = authorization(request, credentials, options, once)?;
    request.headers_mut().insert(AUTHORIZATION, header);
    Ok(())
}

fn authorization(
    request: &http::Request<Bytes>,
    credentials: Credentials<'_>,
    options: Options<'_>,
    once: Once<'_>,
) -> Result<HeaderValue, Error> {
    let timestamp = once.timestamp.to_string();
    let mut protocol = vec![("oauth_consumer_key", credentials.consumer_key)];
    protocol.extend(credentials.token.map(|(token, _)| ("oauth_token", token)));
    protocol.extend([
        ("oauth_signature_method", options.method.name()),
        ("oauth_timestamp", &timestamp),
        ("oauth_nonce", once.nonce),
    ]);
    protocol.extend_from_slice(options.extra);
    let signature = match options.method {
        SignatureMethod::Plaintext => key(credentials),
        method => {
            let base = base_string(request, &protocol)?;
            let sign = if method == SignatureMethod::HmacSha1 { hmac_sha1 } else { hmac_sha256 };
            Zeroizing::new(base64(&sign(key(credentials).as_bytes(), base.as_bytes())))
        }
    };
    protocol.push(("oauth_signature", &signature));
    let mut header = Zeroizing::new("OAuth ".to_owned());
    if let Some(realm) = options.realm {
        let realm = realm.replace('\\', "\\\\").replace('"', "\\\"");
        header.push_str(&format!("realm=\"{realm}\", "));
    }
    for (index, (name, value)) in protocol.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        header.push_str(&format!("{comma}{}=\"{}\"", encoded(name.as_bytes()), encoded(value.as_bytes())));
    }
    sensitive(&header)
}

/// The key of the digests, and the signature of `PLAINTEXT`.
fn key(credentials: Credentials<'_>) -> Zeroizing<String> {
    let consumer = encoded(credentials.consumer_secret.expose_secret().as_bytes());
    let token = credentials.token.map(|(_, secret)| encoded(secret.expose_secret().as_bytes()));
    Zeroizing::new(format!("{consumer}&{}", token.unwrap_or_default()))
}

/// RFC 5849, 3.4.1.
fn base_string(request: &http::Request<Bytes>, protocol: &[(&str, &str)]) -> Result<String, Error> {
    let mut pairs: Vec<(String, String)> =
        protocol.iter().map(|(name, value)| (encoded(name.as_bytes()), encoded(value.as_bytes()))).collect();
    collect(&mut pairs, request.uri().query().unwrap_or_default());
    if is_form(request.headers()) {
        let body = std::str::from_utf8(request.body())
            .map_err(|_| Error::input("the form in the body is not UTF-8, so that it cannot be signed"))?;
        collect(&mut pairs, body);
    }
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let method = request.method().as_str().to_ascii_uppercase();
    let (url, pairs) = (encoded(base_url(request.uri()).as_bytes()), encoded(pairs.join("&").as_bytes()));
    Ok(format!("{method}&{url}&{pairs}"))
}

/// Adds the parameters of a query or a form, decoded and encoded again in the one way.
fn collect(pairs: &mut Vec<(String, String)>, form: &str) {
    let once = |text: &str| encoded(&percent::decode(&text.replace('+', " ")));
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((once(name), once(value)));
    }
}

/// RFC 5849, 3.4.1.3.1: a form counts, all else in a body does not.
fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = value.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// RFC 5849, 3.4.1.2: no query, no port that the scheme implies, scheme and host in lower case.
fn base_url(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let implied = |port: &u16| matches!((scheme.as_str(), port), ("https", 443) | ("http", 80));
    let port = uri.port_u16().filter(|port| !implied(port)).map(|port| format!(":{port}"));
    format!("{scheme}://{host}{}{}", port.unwrap_or_default(), uri.path())
}

fn encoded(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    percent::component(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An example: the request, who signs it, and what is said beside the nonce and the time.
    struct Example<'e> {
        request: http::Request<Bytes>,
        consumer: (&'e str, &'e str),
        token: Option<(&'e str, &'e str)>,
        once: (&'e str, i64),
        options: Options<'e>,
    }

    impl Example<'_> {
        fn header(&self) -> String {
            let secret = Secret::from(self.consumer.1);
            let token = self.token.map(|(token, secret)| (token, Secret::from(secret)));
            let credentials = Credentials {
                consumer_key: self.consumer.0,
                consumer_secret: &secret,
                token: token.as_ref().map(|(token, secret)| (*token, secret)),
            };
            let once = Once { nonce: self.once.0, timestamp: self.once.1 };
            let value = authorization(&self.request, credentials, self.options, once).unwrap();
            assert!(value.is_sensitive());
            value.to_str().unwrap().to_owned()
        }

        /// The signature, decoded.
        fn signature(&self) -> String {
            let header = self.header();
            let (_, signature) = header.split_once("oauth_signature=\"").unwrap();
            String::from_utf8(percent::decode(signature.trim_end_matches('"')).into_owned()).unwrap()
        }
    }

    fn request(method: &str, url: &str, form: Option<&str>) -> http::Request<Bytes> {
        let mut request = http::Request::builder().method(method).uri(url);
        if form.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        }
        request.body(Bytes::copy_from_slice(form.unwrap_or_default().as_bytes())).unwrap()
    }

    fn pair(pair: &serde_json::Value) -> (&str, &str) {
        (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())
    }

    const PRINTER: (&str, &str) = ("dpf43f3p2l4k3l03", "kd94hf93k423kf44");
    const SHA1: SignatureMethod = SignatureMethod::HmacSha1;
    const PLAIN: Options<'static> = Options { method: SHA1, realm: None, extra: &[] };
    const PHOTOS: Options<'static> = Options { realm: Some("Photos"), ..PLAIN };
    const VERSION: (&str, &str) = ("oauth_version", "1.0");

    #[test]
    fn the_three_requests_of_rfc_5849_1_2() {
        let initiate = Example {
            request: request("POST", "https://photos.example.net/initiate", None),
            consumer: PRINTER,
            token: None,
            once: ("wIjqoS", 137_131_200),
            options: Options { extra: &[("oauth_callback", "http://printer.example.com/ready")], ..PHOTOS },
        };
        assert_eq!(
            initiate.header(),
            "OAuth realm=\"Photos\", oauth_consumer_key=\"dpf43f3p2l4k3l03\", \
             oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131200\", oauth_nonce=\"wIjqoS\", \
             oauth_callback=\"http%3A%2F%2Fprinter.example.com%2Fready\", \
             oauth_signature=\"74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D\""
        );
        let token = Example {
            request: request("POST", "https://photos.example.net/token", None),
            consumer: PRINTER,
            token: Some(("hh5s93j4hdidpola", "hdhd0244k9j7ao03")),
            once: ("walatlh", 137_131_201),
            options: Options { extra: &[("oauth_verifier", "hfdp7dh39dks9884")], ..PHOTOS },
        };
        assert_eq!(token.signature(), "gKgrFCywp7rO0OXSjdot/IHF7IU=");
        let photos = Example {
            request: request("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", None),
            consumer: PRINTER,
            token: Some(("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")),
            once: ("chapoH", 137_131_202),
            options: PHOTOS,
        };
        assert_eq!(
            photos.header(),
            "OAuth realm=\"Photos\", oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_token=\"nnch734d00sl2jdk\", \
             oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131202\", oauth_nonce=\"chapoH\", \
             oauth_signature=\"MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D\""
        );
    }

    #[test]
    fn the_base_string_of_rfc_5849_3_4_1_1() {
        let request = request(
            "post",
            "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
            Some("c2&a3=2+q"),
        );
        let protocol = [
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ];
        assert_eq!(
            base_string(&request, &protocol).unwrap(),
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26\
             c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26\
             oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }

    #[test]
    fn the_urls_of_rfc_5849_3_4_1_2() {
        let of = |url: &'static str| base_url(&Uri::from_static(url));
        assert_eq!(of("http://EXAMPLE.COM:80/r%20v/X?id=123"), "http://example.com/r%20v/X");
        assert_eq!(of("https://www.example.net:8080/?q=1"), "https://www.example.net:8080/");
        assert_eq!(of("https://www.example.net:443"), "https://www.example.net/");
    }

    /// "Creating a signature" of X's documentation, formerly Twitter's.
    #[test]
    fn the_example_of_twitter() {
        let example = Example {
            request: request(
                "POST",
                "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
                Some("status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21"),
            ),
            consumer: ("xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"),
            token: Some((
                "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
                "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
            )),
            once: ("kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", 1_318_622_958),
            options: Options { extra: &[VERSION], ..PLAIN },
        };
        assert_eq!(example.signature(), "hCtSmYh+iHYCEqBWrE7C7hYmtUk=");
    }

    /// OAuth Core 1.0 Revision A, Appendix A (oauth.net).
    #[test]
    fn the_example_of_oauth_core_1_0a() {
        let request_token = Example {
            request: request("POST", "https://photos.example.net/request_token", None),
            consumer: PRINTER,
            token: None,
            once: ("hsu94j3884jdopsl", 1_191_242_090),
            options: Options {
                method: SignatureMethod::Plaintext,
                realm: None,
                extra: &[VERSION, ("oauth_callback", "http://printer.example.com/request_token_ready")],
            },
        };
        assert!(request_token.header().ends_with("oauth_signature=\"kd94hf93k423kf44%26\""));
        let photos = Example {
            request: request("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", None),
            consumer: PRINTER,
            token: Some(("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")),
            once: ("kllo9940pd9333jh", 1_191_242_096),
            options: Options { extra: &[VERSION], ..PLAIN },
        };
        assert_eq!(photos.signature(), "tR3+Ty81lMeYAr/Fid0kMTYa/WM=");
    }

    /// The community's example of duplicate names (oauth.googlecode.com).
    #[test]
    fn duplicate_names_are_sorted_by_their_values() {
        let example = Example {
            request: request(
                "GET",
                "http://www.example.net/resource?name=value1&name=value2&Name=value3&Name=value4",
                None,
            ),
            consumer: ("abcd", "efgh"),
            token: Some(("ijkl", "mnop")),
            once: ("NJoXy4OiHud", 1_438_360_868),
            options: Options { extra: &[VERSION], ..PLAIN },
        };
        assert_eq!(example.signature(), "S59QRSfIG/XpgtSCdOV24n86gsg=");
    }

    #[test]
    fn a_realm_is_quoted_and_never_breaks_the_header() {
        let example = |realm| Example {
            request: request("GET", "https://a.example/", None),
            consumer: PRINTER,
            token: None,
            once: ("n", 1),
            options: Options { realm: Some(realm), ..PLAIN },
        };
        assert!(example("a\"b\\c").header().starts_with(r#"OAuth realm="a\"b\\c", oauth_consumer_key"#));
        assert_eq!(example("a").signature(), example("b").signature());
        let secret = Secret::from("");
        let credentials = Credentials { consumer_key: "a", consumer_secret: &secret, token: None };
        let once = Once { nonce: "n", timestamp: 1 };
        let broken = authorization(&example("").request, credentials, example("a\nb").options, once);
        assert!(broken.is_err());
    }

    #[test]
    fn only_a_form_counts_of_a_body() {
        let of = |content_type: &str, body: &'static str| {
            let mut request = request("POST", "https://a.example/", None);
            request.headers_mut().insert(CONTENT_TYPE, content_type.parse().unwrap());
            *request.body_mut() = Bytes::from_static(body.as_bytes());
            base_string(&request, &[]).unwrap()
        };
        let nothing = "POST&https%3A%2F%2Fa.example%2F&";
        assert_eq!(of("application/json", "a=1"), nothing);
        assert_eq!(of("Application/X-WWW-Form-URLEncoded ;x=y", "a=1"), format!("{nothing}a%3D1"));
    }

    #[test]
    fn signing_anew_replaces_the_header() {
        let mut request = request("GET", "https://a.example/", None);
        let secret = Secret::from("s");
        let credentials = Credentials { consumer_key: "a", consumer_secret: &secret, token: None };
        for nonce in ["first", "second"] {
            sign_request(&mut request, credentials, PLAIN, Once { nonce, timestamp: 1 }).unwrap();
        }
        let all: Vec<_> = request.headers().get_all(AUTHORIZATION).iter().collect();
        assert!(all.len() == 1 && all[0].to_str().unwrap().contains("oauth_nonce=\"second\""));
    }

    #[test]
    fn rsa_sha1_is_refused() {
        let error = SignatureMethod::from_name("RSA-SHA1").unwrap_err().to_string();
        assert_eq!(
            error,
            "the signature method RSA-SHA1 is not safe; use one of HMAC-SHA1, HMAC-SHA256, PLAINTEXT"
        );
        assert!(SignatureMethod::from_name("hmac").is_err());
        assert_eq!(SignatureMethod::from_name("PLAINTEXT").unwrap(), SignatureMethod::Plaintext);
    }

    /// Sorted and repeated parameters, forms, and characters of all kinds, by every method.
    #[test]
    #[expect(clippy::print_stdout, reason = "the figure is the result")]
    fn oauthlib_signs_alike() {
        let suite = include_str!("../../tests-data/oauth1_oauthlib.json");
        let suite: serde_json::Value = serde_json::from_str(suite).unwrap();
        let cases = suite["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 32);
        println!("counted: requests that oauthlib signs alike: {0} of {0}", cases.len());
        for case in cases {
            let text = |member: &str| case[member].as_str().unwrap();
            let extra: Vec<_> = case["extra"].as_array().unwrap().iter().map(pair).collect();
            let example = Example {
                request: request(text("method"), text("url"), case["form"].as_str()),
                consumer: pair(&case["consumer"]),
                token: case["token"].is_array().then(|| pair(&case["token"])),
                once: (text("nonce"), 1_318_622_958),
                options: Options {
                    method: SignatureMethod::from_name(text("signature_method")).unwrap(),
                    realm: None,
                    extra: &extra,
                },
            };
            assert_eq!(example.signature(), text("signature"), "{case}");
        }
    }
}
