//! AWS Signature Version 4, in headers: a request and its instant in, the headers that sign it out.
//!
//! The steps and their names are AWS's: the canonical request, the string to sign, the signing key, the signature.
//! All of a request's headers are signed but those that change on the way.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::{AUTHORIZATION, HOST},
};
use zeroize::Zeroizing;

use super::sensitive;
use crate::{
    Error, Secret, Timestamp,
    crypto::digest::{hmac_sha256, sha256},
    expression::hex,
    percent,
};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TOKEN: &str = "x-amz-security-token";
/// What proxies and the client itself may still change, and the signature's own place.
const UNSIGNED: [&str; 7] =
    ["authorization", "connection", "expect", "te", "transfer-encoding", "user-agent", "x-amzn-trace-id"];

/// Whose signature it is.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'c> {
    pub(crate) access_key_id: &'c str,
    pub(crate) secret_access_key: &'c Secret,
    pub(crate) session_token: Option<&'c Secret>,
}

/// What the signature is good for.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) region: &'s str,
    pub(crate) service: &'s str,
    /// Whether `x-amz-content-sha256` is sent, as S3 wants.
    pub(crate) payload_hash: bool,
}

/// The parts of a request that are signed.
#[derive(Clone, Copy)]
pub(crate) struct Signable<'r> {
    pub(crate) method: &'r str,
    /// As the header `Host` will say it.
    pub(crate) host: &'r str,
    pub(crate) path: &'r str,
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: &'r [u8],
}

/// Signs a request as it will be sent, at an instant in seconds since 1970.
pub(crate) fn sign_request(
    request: &mut http::Request<Bytes>,
    credentials: Credentials<'_>,
    scope: Scope<'_>,
    instant: i64,
) -> Result<(), Error> {
    // An earlier signature may have been with a token.
    request.headers_mut().remove(TOKEN);
    let uri = request.uri();
    let signable = Signable {
        method: request.method().as_str(),
        host: &host(uri),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        headers: request.headers(),
        body: request.body(),
    };
    for (name, value) in sign(signable, credentials, scope, instant)? {
        request.headers_mut().insert(name, value);
    }
    Ok(())
}

/// The headers to add to a request.
pub(crate) fn sign(
    request: Signable<'_>,
    credentials: Credentials<'_>,
    scope: Scope<'_>,
    instant: i64,
) -> Result<Vec<(HeaderName, HeaderValue)>, Error> {
    if credentials.access_key_id.is_empty() || credentials.secret_access_key.expose_secret().is_empty() {
        return Err(Error::config("the AWS access key is empty"));
    }
    let at = stamp(instant)?;
    let encoding = Encoding::of(scope.service);
    let Canonical { text, names, mut added } =
        canonical(request, credentials.session_token, scope.payload_hash, encoding, &at)?;
    let signature = Signing { credentials, scope, at: &at }.signature(&text)?;
    let (id, scope) = (credentials.access_key_id, scope.text(&at)?);
    let header = format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
    added.push((AUTHORIZATION, sensitive(&header)?));
    Ok(added)
}

/// A canonical request, the names of the headers in it, and those of them that are still to be added.
struct Canonical {
    text: String,
    names: String,
    added: Vec<(HeaderName, HeaderValue)>,
}

fn canonical(
    request: Signable<'_>,
    token: Option<&Secret>,
    payload_hash: bool,
    encoding: Encoding,
    at: &str,
) -> Result<Canonical, Error> {
    let payload = hex(&sha256(request.body));
    let mut added = vec![(HeaderName::from_static("x-amz-date"), plain(at)?)];
    if let Some(token) = token {
        added.push((HeaderName::from_static(TOKEN), sensitive(token.expose_secret())?));
    }
    if payload_hash {
        added.push((HeaderName::from_static("x-amz-content-sha256"), plain(&payload)?));
    }
    let mut headers = request.headers.clone();
    headers.insert(HOST, plain(request.host)?);
    for (name, value) in &added {
        headers.insert(name, value.clone());
    }
    let headers = canonical_headers(&headers);
    let names = headers.keys().copied().collect::<Vec<_>>().join(";");
    let text = canonical_request(request, encoding, &headers, &names, &payload);
    Ok(Canonical { text, names, added })
}

/// How a path is written in the canonical request.
#[derive(Clone, Copy)]
struct Encoding {
    /// Whether `.`, `..` and empty segments are taken out.
    normalize: bool,
    /// Whether what is encoded is encoded once more.
    double: bool,
}

impl Encoding {
    /// S3 takes a path for a name, as it stands; all others do not.
    fn of(service: &str) -> Self {
        let other = !matches!(service, "s3" | "s3-outposts" | "s3-object-lambda" | "s3express");
        Self { normalize: other, double: other }
    }
}

impl Scope<'_> {
    fn text(&self, at: &str) -> Result<String, Error> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        for (what, text) in [("region", self.region), ("service", self.service)] {
            if text.is_empty() || !text.bytes().all(plain) {
                return Err(Error::config(format!(
                    "the AWS {what} is empty or has a character that none has"
                )));
            }
        }
        Ok(format!("{}/{}/{}/aws4_request", day(at), self.region, self.service))
    }
}

struct Signing<'s> {
    credentials: Credentials<'s>,
    scope: Scope<'s>,
    at: &'s str,
}

impl Signing<'_> {
    fn string_to_sign(&self, canonical: &str) -> Result<String, Error> {
        let (at, scope) = (self.at, self.scope.text(self.at)?);
        Ok(format!("{ALGORITHM}\n{at}\n{scope}\n{}", hex(&sha256(canonical.as_bytes()))))
    }

    fn signature(&self, canonical: &str) -> Result<String, Error> {
        let secret = Zeroizing::new(format!("AWS4{}", self.credentials.secret_access_key.expose_secret()));
        let mut key = Zeroizing::new(secret.as_bytes().to_vec());
        for part in [day(self.at), self.scope.region, self.scope.service, "aws4_request"] {
            key = Zeroizing::new(hmac_sha256(&key, part.as_bytes()));
        }
        Ok(hex(&hmac_sha256(&key, self.string_to_sign(canonical)?.as_bytes())))
    }
}

fn canonical_request(
    request: Signable<'_>,
    encoding: Encoding,
    headers: &BTreeMap<&str, String>,
    names: &str,
    payload: &str,
) -> String {
    let path = canonical_path(request.path, encoding);
    let query = canonical_query(request.query);
    let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    format!("{}\n{path}\n{query}\n{headers}\n{names}\n{payload}", request.method)
}

fn canonical_path(path: &str, encoding: Encoding) -> String {
    let normalized = if encoding.normalize { normalize(path) } else { path.to_owned() };
    let mut out = String::with_capacity(normalized.len());
    for (index, segment) in normalized.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        if encoding.double {
            percent::component(&mut out, segment.as_bytes());
        } else {
            // An encoded slash stands for a slash, which a name in S3 may hold.
            let segment = percent::decode(segment);
            for (index, part) in segment.split(|byte| *byte == b'/').enumerate() {
                if index > 0 {
                    out.push('/');
                }
                percent::component(&mut out, part);
            }
        }
    }
    if !out.starts_with('/') {
        out.insert(0, '/');
    }
    out
}

/// RFC 3986, 5.2.4, and without empty segments.
fn normalize(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut out = format!("/{}", kept.join("/"));
    let directory = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    if directory && !out.ends_with('/') {
        out.push('/');
    }
    out
}

/// The parameters, each encoded in the one way, in the order of what that gives.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encoded_once(name), encoded_once(value))
        })
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encoded_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    percent::component(&mut out, &percent::decode(&text.replace('+', " ")));
    out
}

/// Names in lower case and in order; values without outer spaces, and with one space where there are several.
fn canonical_headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut canonical: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| !UNSIGNED.contains(&name.as_str())) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let text = text.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        canonical
            .entry(name.as_str())
            .and_modify(|all| {
                all.push(',');
                all.push_str(&text);
            })
            .or_insert(text);
    }
    canonical
}

/// The authority, without the port that the scheme implies.
fn host(uri: &Uri) -> String {
    let port = uri
        .port_u16()
        .filter(|port| !matches!((uri.scheme_str(), port), (Some("https"), 443) | (Some("http"), 80)));
    let host = uri.host().unwrap_or_default();
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// `20150830T123600Z`.
fn stamp(instant: i64) -> Result<String, Error> {
    let text = Timestamp::from_unix_seconds(instant)
        .ok_or_else(|| Error::config("the clock is set to a year that cannot be"))?;
    Ok(text.as_str().replace(['-', ':'], ""))
}

fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or_default()
}

fn plain(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| Error::config("the host cannot stand in a header"))
}

#[cfg(test)]
mod tests;
