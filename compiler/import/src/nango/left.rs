//! What an entry says that the language has no word for yet, and what it says that cannot be.

use serde_json::Value;

use super::cx::Cx;
use super::entry::text_of;

/// Keys that are read elsewhere.
const READ: [&str; 41] = [
    "display_name",
    "categories",
    "docs",
    "docs_connect",
    "setup_guide_url",
    "auth_mode",
    "alias",
    "proxy",
    "credentials",
    "connection_config",
    "integration_config",
    "token_url",
    "authorization_url",
    "refresh_url",
    "request_url",
    "registration_url",
    "authorization_params",
    "token_params",
    "refresh_params",
    "refresh_token_params",
    "token_headers",
    "refresh_token_headers",
    "body_format",
    "token_request_auth_method",
    "authorization_method",
    "scope_separator",
    "default_scopes",
    "disable_pkce",
    "token_response",
    "token_expires_in_ms",
    "expires_in_unit",
    "token_expiration_buffer",
    "token_response_metadata",
    "redirect_uri_metadata",
    "token_request_method",
    "additional_steps",
    "signature",
    "token",
    "signature_method",
    "client_registration",
    "require_client_certificate",
];
/// Further keys that are read elsewhere.
const ALSO_READ: [&str; 11] = [
    "authorization_url_replacements",
    "authorization_url_fragment",
    "authorization_url_skip_empty",
    "authorization_url_skip_encode",
    "token_url_skip_encode",
    "authorization_code_param_in_callback",
    "alternate_access_token_response_path",
    "token_response_headers",
    "assertion",
    "assertion_option",
    "refresh_token_response_metadata",
];

/// Takes down what is not read anywhere.
pub(super) fn read(cx: &mut Cx<'_>) {
    let entry = cx.entry;
    for (key, value) in entry.keys() {
        match key {
            "post_connection_script" => cx.left(
                key,
                format!("after connecting, Nango runs a script of its own ({}): what it fetches must be given or fetched by an action", name(value)),
            ),
            "pre_connection_deletion_script" => cx.left(key, format!("before a connection is deleted, Nango runs a script of its own ({})", name(value))),
            "credentials_verification_script" => cx.left(key, format!("Nango verifies the credentials with a script of its own ({})", name(value))),
            "webhook_routing_script" | "webhook_user_defined_secret" | "webhook_allowed_query_params" | "webhook_response_metadata" => {
                cx.left(key, format!("`{key}`: webhooks are a trigger's, and their verification is code of Nango's own"));
            }
            "connection_configuration" => {
                let names: Vec<_> = entry.texts(key).collect();
                cx.left(key, format!("what Nango's script finds out ({})", names.join(", ")));
            }
            "decode_url" | "auth" => {
                cx.defect(key, format!("`{key}` is read by nothing, in Nango either"));
            }
            "request_params" => cx.left(key, "further parameters of the request for a request token"),
            "registration_params" => cx.left(key, "further members of the registration of a client"),
            "installation" | "auth_type" | "authorization_code_param_in_webhook" => {
                cx.left(key, format!("`{key}`: what the provider installs from its own side is not known here"));
            }
            key if READ.contains(&key) || ALSO_READ.contains(&key) => {}
            key => cx.left(key, format!("`{key}` is not known here")),
        }
    }
    for (key, value) in entry.members("proxy") {
        let path = format!("proxy/{key}");
        match key {
            "base_url" | "headers" | "query" | "body" | "verification" => {}
            "retry" => retry(value, cx),
            "paginate" => paginate(value, cx),
            "decompress" => {}
            "connection_config" => {}
            "forward_headers_on_redirect" => {
                cx.left(
                    &path,
                    "headers follow redirects to other hosts there; here no credential leaves its own host",
                );
            }
            _ => cx.defect(&path, format!("`proxy.{key}` is not known")),
        }
    }
}

fn name(value: &Value) -> String {
    text_of(value).unwrap_or_default()
}

fn retry(value: &Value, cx: &mut Cx<'_>) {
    let path = "proxy/retry";
    let names = |key: &str| -> Vec<String> {
        match value.get(key) {
            Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
            Some(value) => text_of(value).into_iter().collect(),
            None => Vec::new(),
        }
    };
    for header in names("at") {
        if header.eq_ignore_ascii_case("retry-after") {
            cx.defect(
                "proxy/retry/at",
                "`retry-after` is a span of time, and is read as an instant: it is always past",
            );
        } else if header.to_ascii_lowercase().contains("limit")
            && header.to_ascii_lowercase().trim_start_matches("x-").split('-').any(|word| word == "limit")
            && !header.to_ascii_lowercase().contains("reset")
        {
            cx.defect(
                "proxy/retry/at",
                format!("`{header}` tells a limit, and is read as the instant when to try again"),
            );
        }
    }
    if let Some(pattern) = value.pointer("/in_body/value").and_then(Value::as_str)
        && pattern.len() > 1
        && pattern.starts_with('/')
        && pattern.ends_with('/')
    {
        let message = format!(
            "the pattern `{pattern}` stands between slashes, which are then part of it: it can never match"
        );
        cx.defect("proxy/retry/in_body/value", message);
    }
    let said: Vec<String> = ["after", "at", "remaining", "error_code"]
        .iter()
        .filter(|key| value.get(**key).is_some())
        .map(|key| format!("{key}: {}", names(key).join(", ")))
        .chain(value.get("in_body").map(|_| "in_body".to_owned()))
        .collect();
    cx.left(path, format!("when to try again ({}): the language has no word for it yet", said.join("; ")));
}

fn paginate(value: &Value, cx: &mut Cx<'_>) {
    let path = "proxy/paginate";
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let has = |key: &str| value.get(key).is_some();
    match kind {
        "cursor" if !has("cursor_path_in_response") => {
            cx.defect(
                path,
                "pages of type `cursor` have no `cursor_path_in_response`: only the first would ever be read",
            );
        }
        "link" if !has("link_path_in_response_body") && !has("link_rel_in_response_header") => {
            cx.defect(path, "pages of type `link` do not say where the link stands");
        }
        "offset" if !has("offset_name_in_request") => {
            cx.defect(path, "pages of type `offset` do not say which parameter counts")
        }
        "cursor" | "link" | "offset" => {}
        other => cx.defect(path, format!("pages are of the unknown type `{other}`")),
    }
    cx.left(path, format!("how lists are paged ({kind}): the language has no word for it yet"));
}
