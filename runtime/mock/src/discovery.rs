//! Metadata by which clients find the endpoints: RFC 9728 of a protected resource, RFC 8414 of its authorization server.

use serde_json::{Value, json};

use crate::Shared;
use crate::made_up::path_of;
use crate::received::Request;
use crate::reply::Reply;

const RESOURCE: &str = "/.well-known/oauth-protected-resource";
const ENDPOINTS: [&str; 4] =
    ["authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint"];
const SERVERS: [&str; 2] = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

/// Answers a request for metadata, where a method of the Plan looks for it.
pub(crate) fn reply(shared: &Shared, request: &Request) -> Option<Reply> {
    let played = shared
        .played
        .iter()
        .find(|played| played.token().is_some_and(|token| token.discovery().is_some()))?;
    if request.method != "GET" {
        return None;
    }
    if let Some(path) = request.path.strip_prefix(RESOURCE) {
        let resource = played.token().and_then(|token| token.discovery());
        let url = resource.and_then(|url| played.rebuilder.json(&url, &played.known(), None).ok().flatten());
        let url =
            url.and_then(|json| serde_json::from_str::<Value>(&json).ok()).unwrap_or_else(|| path.into());
        let body = json!({ "resource": url, "authorization_servers": [issuer()] });
        return Some(Reply::json(200, &body, "fine: the metadata of the resource"));
    }
    if SERVERS.iter().any(|known| request.path.starts_with(known)) {
        let mut body = json!({
            "issuer": issuer(),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
            "authorization_response_iss_parameter_supported": true,
        });
        for name in ENDPOINTS {
            body[name] = endpoint(name).into();
        }
        return Some(Reply::json(200, &body, "fine: the metadata of the authorization server"));
    }
    None
}

/// What clients find, as they capture it.
pub(crate) fn captured() -> Vec<(&'static str, String)> {
    let endpoints = ENDPOINTS.iter().map(|name| (*name, endpoint(name)));
    let all = endpoints.chain([("issuer", issuer().to_owned())]);
    all.map(|(name, text)| (name, Value::from(text).to_string())).collect()
}

fn endpoint(name: &str) -> String {
    format!("{}{}", issuer(), path_of(name))
}

fn issuer() -> &'static str {
    "https://mock.example.com"
}
