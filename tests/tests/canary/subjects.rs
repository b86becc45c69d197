//! Every auth method of every connector and of the accepted cases, with a secret of its own in each place that takes one.

use couplet_compiler::connector::plan::{
    AuthKind, AuthMethod, Capture, Choice, Field, Flow, Format, Plan, Step, Token,
};
use couplet_compiler::{Arena, Diagnostics, lower, parse, validate};
use couplet_runtime::generated::v1::Builder;
use couplet_tests::{entries, exchanges, manifests, name, repository};
use serde_json::{Map, Value, json};

use crate::needles::Needle;

/// The accepted cases whose auth is worth it.
const CASES: [&str; 3] = ["auth-kinds", "auth-more", "auth-oauth2"];

/// One auth method of one connector.
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) plan: Plan<'static>,
    pub(crate) method: AuthMethod<'static>,
    pub(crate) needles: Vec<Needle>,
    /// The inputs with which an action is called, where they are known.
    inputs: Vec<(String, Map<String, Value>)>,
    builder: Builder<'static>,
}

/// All of them.
pub(crate) fn all() -> Vec<Subject> {
    let arena: &'static Arena = Box::leak(Box::default());
    let connectors = exchanges::connectors().into_iter().map(|folder| (folder, true));
    let cases =
        entries("tests/cases/accept").into_iter().filter(|folder| CASES.contains(&name(folder).as_str()));
    let folders = connectors.chain(cases.map(|folder| (folder, false)));
    folders
        .flat_map(|(folder, is_connector)| {
            let plan = plan(&folder.join("manifest.yaml"), arena);
            let known = if is_connector { exchanges::read(&name(&folder)) } else { Vec::new() };
            let inputs: Vec<_> = known.into_iter().map(|one| (one.action, one.input)).collect();
            let methods = plan.connector().auth().iter().enumerate();
            methods
                .filter(|(_, method)| !matches!(method.kind(), AuthKind::None))
                .map(|(place, _)| subject(&name(&folder), plan, place, inputs.clone()))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn plan(path: &std::path::Path, arena: &'static Arena) -> Plan<'static> {
    let sources = manifests::read(path);
    let mut diagnostics = Diagnostics::default();
    let connector = parse(&sources, &mut diagnostics)
        .and_then(|document| validate(&document, &mut diagnostics))
        .and_then(|manifest| lower(&manifest, arena, &mut diagnostics));
    connector.unwrap_or_else(|_| panic!("{}: {:?}", path.display(), diagnostics.sorted())).plan
}

fn subject(
    of: &str,
    plan: Plan<'static>,
    place: usize,
    inputs: Vec<(String, Map<String, Value>)>,
) -> Subject {
    let connector = plan.connector();
    let method = connector.auth()[place];
    let mut builder = Builder::new(&connector, place);
    let mut needles = Vec::new();
    let mut secret = |slot: &str, value: &str, is_issued: bool| {
        needles.push(Needle::new(format!("{of}/{}/{slot}", method.name()), value, is_issued));
    };
    for field in method.fields() {
        let value = value(field, &method);
        if field.is_secret() {
            secret(field.name(), distinctive(&value), false);
            builder = builder.secret(field.name(), value);
        } else {
            builder = builder.credential(field.name(), value);
        }
    }
    for field in connector.app().iter().chain(method.app()) {
        let value = value(field, &method);
        if field.is_secret() {
            secret(field.name(), &value, false);
            builder = builder.secret_app(field.name(), value);
        } else {
            builder = builder.app(field.name(), value);
        }
    }
    for field in connector.config().iter().filter(|field| field.default().is_none()) {
        builder = builder.config(field.name(), value(field, &method));
    }
    if let AuthKind::Token(token) = method.kind()
        && !token.obtain().is_empty()
    {
        for (name, shown) in [("access_token", false), ("refresh_token", false), ("token_type", true)] {
            let value = if shown { "Bearer".to_owned() } else { canary(name) };
            if !shown {
                secret(name, &value, true);
            }
            builder = builder.token(name, value);
        }
        for capture in captures(&method, token) {
            let value = captured(capture.name(), capture.format());
            if capture.is_secret() {
                secret(capture.name(), &value, true);
            }
            builder = builder.captured(capture.name(), value);
        }
    }
    for choice in method.connect().iter().filter_map(Step::choice) {
        let Choice { .. } = choice;
        builder = builder.captured(choice.name(), captured(choice.name(), choice.format()));
    }
    Subject { name: format!("{of}/{}", method.name()), plan, method, needles, inputs, builder }
}

impl Subject {
    pub(crate) fn builder(&self) -> Builder<'static> {
        self.builder.clone()
    }

    /// The inputs of an action; `None` where it needs some and none are known.
    pub(crate) fn inputs(
        &self,
        action: &couplet_compiler::connector::plan::Action<'_>,
    ) -> Option<Map<String, Value>> {
        let known =
            self.inputs.iter().find(|(name, _)| name == action.name()).map(|(_, inputs)| inputs.clone());
        known.or_else(|| action.inputs().iter().all(|input| input.is_optional()).then(Map::new))
    }

    /// Whether a person allows it in a browser.
    pub(crate) fn in_a_browser(&self) -> bool {
        match self.method.kind() {
            AuthKind::Token(token) => matches!(token.flow(), Flow::AuthorizationCode(_)),
            AuthKind::OAuth1(oauth) => oauth.dance().is_some(),
            _ => false,
        }
    }
}

fn captures(method: &AuthMethod<'static>, token: &Token<'static>) -> Vec<Capture<'static>> {
    let steps = token.obtain().iter().chain(token.prepare()).chain(method.connect());
    let of_steps = steps.flat_map(Step::captures);
    of_steps.chain(token.callback()).chain(token.captures()).copied().collect()
}

/// A secret that stands nowhere else.
fn canary(slot: &str) -> String {
    format!("canary.{slot}.q7Zk2/pX9+wv~{}", slot.len())
}

/// What of a key in PEM no other text has.
fn distinctive(value: &str) -> &str {
    value.lines().nth(2).filter(|line| value.starts_with("-----") && line.len() > 30).unwrap_or(value)
}

/// A value that a field takes: a secret of its own, where it may be any text.
fn value(field: &Field<'_>, method: &AuthMethod<'_>) -> String {
    if let Some(choice) = field.choices().first() {
        return (*choice).to_owned();
    }
    if field.name().contains("certificate") {
        return include_str!("certificate.pem").to_owned();
    }
    if field.is_secret() && (field.name().contains("private_key") || field.name().contains("signing_key")) {
        return key(field.name(), method);
    }
    match field.format() {
        Format::Integer | Format::Number => "12345".to_owned(),
        Format::Boolean => "true".to_owned(),
        Format::HeaderName => "x-canary".to_owned(),
        format @ (Format::HostLabel | Format::Origin(_) | Format::Url(_)) => captured(field.name(), format),
        _ => text(field),
    }
}

/// A text that matches a field's pattern.
fn text(field: &Field<'_>) -> String {
    let free = if field.is_secret() { canary(field.name()) } else { format!("plain-{}", field.name()) };
    let Some(pattern) = field.pattern() else { return free };
    let fits = jsonschema::validator_for(&json!({ "pattern": pattern })).expect("a pattern");
    let candidates = [
        free.as_str(),
        "plain",
        "1234567890",
        "12345",
        "ABCDEF",
        "abcdef",
        "abc-12345",
        "AB12345",
        "a@example.com",
        "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "https://example.com",
        "http://127.0.0.1:8080/callback",
        "myorg-account123",
        "AKIDEXAMPLEKEY123456",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    ];
    let found = candidates.iter().find(|text| fits.is_valid(&json!(text)));
    (*found.unwrap_or_else(|| panic!("no text matches {pattern}, of `{}`", field.name()))).to_owned()
}

/// A private key of the kind that the method signs with.
fn key(field: &str, method: &AuthMethod<'_>) -> String {
    let algorithm = match method.kind() {
        AuthKind::Token(token) if field != "private_key" || method.certificate().is_none() => {
            token.assertion().map(|assertion| assertion.algorithm().as_str())
        }
        _ => None,
    };
    if method.certificate().is_some() && field == "private_key" {
        return include_str!("certificate_key.pem").to_owned();
    }
    let file = match algorithm.unwrap_or("RS256") {
        "ES256" => "p256_pkcs8.pem",
        "ES384" => "p384_pkcs8.pem",
        "EdDSA" => "ed25519_pkcs8.pem",
        _ => "rsa_pkcs8.pem",
    };
    let path = repository("runtime/client/tests-data/keys").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn captured(name: &str, format: Format<'_>) -> String {
    let host = |hosts: &[&str]| {
        hosts.first().map_or("host.example.com".to_owned(), |host| host.replace("*.", "mock."))
    };
    match format {
        Format::HostLabel => "mock".to_owned(),
        Format::Origin(hosts) => format!("https://{}", host(hosts)),
        Format::Url(hosts) => format!("https://{}/path", host(hosts)),
        _ => canary(name),
    }
}
