//! The URLs of an entry, which decide what its fields are to hosts.

use super::address::{self, Address};
use super::cx::Cx;
use super::fields::{self, Host, Place};
use crate::yaml::Yaml;

/// The URLs that an entry names, as ours.
#[derive(Debug, Default)]
pub(super) struct Urls {
    pub(super) base: Option<Address>,
    pub(super) authorization: Option<Address>,
    pub(super) token: Option<Address>,
    pub(super) refresh: Option<Address>,
    pub(super) request: Option<Address>,
    pub(super) registration: Option<Address>,
    /// Those of the further steps of a login.
    pub(super) steps: Vec<Option<Address>>,
}

/// Reads them all, so that templates that name the same fields know what these are.
pub(super) fn read(cx: &mut Cx<'_>) -> Urls {
    let mode = cx.entry.text("auth_mode").unwrap_or_default();
    // Only what the auth mode uses is read: a base may say more than its alias needs.
    let codes = matches!(mode, "OAUTH2" | "OAUTH1" | "MCP_OAUTH2" | "MCP_OAUTH2_GENERIC" | "CUSTOM");
    let mut urls = Urls { base: base(cx), ..Urls::default() };
    if codes {
        urls.authorization = one("authorization_url", cx);
        urls.request = one("request_url", cx);
        urls.registration = one("registration_url", cx);
    }
    let path = if cx.entry.get("token_url/APP").is_some() && matches!(mode, "APP" | "CUSTOM") {
        "token_url/APP"
    } else if cx.entry.get("token_url/OAUTH2").is_some() {
        "token_url/OAUTH2"
    } else {
        "token_url"
    };
    if !matches!(mode, "API_KEY" | "BASIC" | "NONE" | "JWT" | "SIGNATURE" | "AWS_SIGV4") {
        urls.token = one(path, cx);
        urls.refresh = one("refresh_url", cx);
    }
    let steps =
        cx.entry.get("additional_steps").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    for (at, step) in steps.iter().enumerate() {
        let path = format!("additional_steps/{at}/token_url");
        let url = step.get("token_url").and_then(serde_json::Value::as_str);
        urls.steps.push(url.and_then(|url| address::read(url, &path, cx)));
    }
    urls
}

fn one(path: &str, cx: &mut Cx<'_>) -> Option<Address> {
    let text = cx.entry.text(path)?;
    address::read(text, path, cx)
}

fn base(cx: &mut Cx<'_>) -> Option<Address> {
    let Some(url) = cx.entry.text("proxy/base_url").filter(|url| !is_stand_in(url)) else {
        return Some(own_address(cx));
    };
    let address = address::read(url, "proxy/base_url", cx)?;
    if !address.query.is_empty() || address.fragment.is_some() {
        cx.left("proxy/base_url", "what stands behind the path of the base URL");
    }
    Some(address)
}

/// Whether a URL stands for one that each caller has: its host is none of the internet's.
fn is_stand_in(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    super::template::Template::read(url).literal().is_some() && !host.is_empty() && !host.contains('.')
}

/// An API of one's own: whoever connects says where it lives.
fn own_address(cx: &mut Cx<'_>) -> Address {
    let mut field = fields::undeclared("proxy.base_url", "proxy/base_url", Place::Config);
    "origin".clone_into(&mut field.name);
    field.title = Some("Address".to_owned());
    field.description = Some("Where the API lives.".to_owned());
    field.host = Host::Origin { before: String::new(), after: String::new(), within: Vec::new() };
    field.used = true;
    fields::add(field, cx);
    cx.assumed("proxy/base_url", "the entry does not say where the API lives: whoever connects does");
    let name = cx.field("proxy.base_url").map_or_else(|| "origin".to_owned(), |field| field.name.clone());
    Address { url: Yaml::Text(format!("{{{{ config.{name} }}}}")), query: Vec::new(), fragment: None }
}
