//! Values that a mock makes up, so that everybody sees that they are.

use couplet_plan::{AuthKind, AuthMethod, Connector, Expression, Field, Filter, Format, Node, Scope};

use crate::keys;
use crate::walk::{names, visit};

/// A value of a field of a method: of its credentials or of its app.
pub(crate) fn of_method(method: &AuthMethod<'static>, scope: Scope, field: &Field<'static>) -> String {
    let key = key(method, scope, field.name());
    // A shared secret may have a form of its own; a key in PEM has the one that PEM has.
    let key = key.filter(|key| field.pattern().is_none() || key.starts_with("-----BEGIN"));
    key.unwrap_or_else(|| value(field))
}

/// A value of a field.
pub(crate) fn value(field: &Field<'_>) -> String {
    if let Some(choice) = field.choices().first() {
        return (*choice).to_owned();
    }
    if let Some(default) = field.default() {
        return default.trim_matches('"').to_owned();
    }
    // To this machine, at whatever port (RFC 8252, 7.3): programs without a host of their own can be sent back there.
    if field.name() == "redirect_uri" {
        return "http://127.0.0.1/callback".to_owned();
    }
    let plain = of_format(field.format(), field.name());
    match field.pattern() {
        Some(pattern) if !matches(pattern, &plain) => crate::sample::matching(pattern),
        _ => plain,
    }
}

/// Whether a text is one that a pattern takes.
fn matches(pattern: &str, text: &str) -> bool {
    let schema = serde_json::json!({ "type": "string", "pattern": pattern });
    let options = jsonschema::options().with_pattern_options(jsonschema::PatternOptions::regex());
    options.build(&schema).is_ok_and(|validator| validator.is_valid(&text.into()))
}

/// A value of a format that stands for a name.
pub(crate) fn of_format(format: Format<'_>, name: &str) -> String {
    let host = |hosts: &[&str]| hosts.first().map_or("mock.example.com", |host| host).replace("*.", "mock.");
    match format {
        Format::Integer | Format::Number => "12345".to_owned(),
        Format::Boolean => "true".to_owned(),
        Format::HostLabel => "mock".to_owned(),
        Format::HeaderName => "x-mock-key".to_owned(),
        Format::Origin(hosts) => format!("https://{}", host(hosts)),
        Format::Url(hosts) => format!("https://{}{}", host(hosts), path_of(name)),
        _ => format!("mock-{}", name.replace('_', "-")),
    }
}

/// The path of a URL that a mock makes up for a name.
pub(crate) fn path_of(name: &str) -> String {
    format!("/mock/{name}")
}

/// Where a credential is a key or a certificate, one.
fn key(method: &AuthMethod<'static>, scope: Scope, name: &str) -> Option<String> {
    let is = |expression: &Expression<'static>| names(expression, scope).contains(&name);
    if let Some((certificate, key)) = method.certificate() {
        if is(&certificate) {
            return Some(keys::CERTIFICATE.to_owned());
        }
        if is(&key) {
            return Some(keys::CERTIFICATE_KEY.to_owned());
        }
    }
    if let AuthKind::Token(token) = method.kind()
        && let Some(assertion) = token.assertion()
        && is(&assertion.key())
    {
        return Some(keys::for_algorithm(assertion.algorithm()));
    }
    let mut found = None;
    let mut look = |expression: &Expression<'static>| {
        visit(expression, &mut |part| match part.node() {
            Node::Filter(Filter::Ed25519, _, [key, ..]) if is(key) => found = Some(keys::ed25519()),
            Node::Filter(Filter::Fingerprint, key, _) if is(key) && found.is_none() => {
                found = Some(keys::rsa())
            }
            _ => {}
        });
    };
    method.headers().iter().chain(method.query()).for_each(|template| look(&template.value()));
    found
}

/// The app values that a method needs.
pub(crate) fn app_fields(
    connector: &Connector<'static>,
    method: &AuthMethod<'static>,
) -> Vec<Field<'static>> {
    let own = method.app();
    let shared = connector.app().iter().filter(|field| !own.iter().any(|known| known.name() == field.name()));
    own.iter().chain(shared).copied().collect()
}

/// Whether a redirect URI is one to this machine.
pub(crate) fn is_loopback(uri: &str) -> bool {
    ["http://127.0.0.1", "http://[::1]", "http://localhost"]
        .iter()
        .any(|host| uri.strip_prefix(host).is_some_and(|rest| rest.starts_with([':', '/'])))
}
