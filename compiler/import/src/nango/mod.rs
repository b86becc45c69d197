//! Nango's `providers.yaml` → manifests.
//!
//! Each entry of the file becomes a manifest of its own, an alias with all that its base says. What Nango does in code,
//! and not in this file, no importer can know: it is said where the entry names a script.

mod actions;
mod address;
mod auth;
mod captures;
mod cx;
mod entry;
mod expression;
mod fields;
mod guide;
mod left;
mod names;
mod request;
mod template;
mod urls;

use std::collections::BTreeSet;

use couplet_compiler::diagnostic::Severity;
use couplet_compiler::source::Span;
use couplet_compiler::{Arena, Diagnostics, Reported, SourceFile, Sources};

use crate::catalogue::{Catalogue, Import, Moved};
use crate::yaml::{self, Map, Yaml};
use cx::Cx;
use entry::Entry;
use fields::{Host, Place};

/// Turns a file of Nango's into manifests.
///
/// # Errors
///
/// What is no YAML is reported.
pub fn import(source: &SourceFile, diagnostics: &mut Diagnostics) -> Result<Catalogue, Reported> {
    let document = couplet_compiler::parse_import(source, diagnostics)?;
    let all = document.to_json();
    let mut taken = BTreeSet::new();
    let mut imports = Vec::new();
    for (name, value) in all.as_object().into_iter().flatten() {
        let span =
            document.pointer(&pointer(name)).map(couplet_compiler::document::Node::span).unwrap_or_default();
        let ours = connector_name(name, &mut taken);
        let mut import = Import {
            provider: name.clone(),
            name: ours,
            span,
            manifest: Err(Vec::new()),
            draft: None,
            findings: Vec::new(),
            moved: Vec::new(),
        };
        match all.as_object().map(|all| Entry::read(&document, all, name, value)) {
            Some(Ok(entry)) => read(&entry, &mut import),
            Some(Err(why)) => import.manifest = Err(vec![why]),
            None => {}
        }
        imports.push(import);
    }
    Ok(Catalogue { imports })
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn connector_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = names::connector(name);
    let reserved = validates(&plain);
    let base = if reserved { plain } else { format!("{plain}-api") };
    let mut ours = base.clone();
    let mut count = 2;
    while !taken.insert(ours.clone()) {
        ours = format!("{base}-{count}");
        count += 1;
    }
    ours
}

/// Whether a connector may have this name: the compiler itself says so.
fn validates(name: &str) -> bool {
    let source = SourceFile::new("manifest.yaml", format!("name: {name}\n"));
    let mut diagnostics = Diagnostics::default();
    if let Ok(document) = couplet_compiler::parse(&Sources::new(source), &mut diagnostics) {
        let _ = couplet_compiler::validate(&document, &mut diagnostics);
    }
    !diagnostics.sorted().iter().any(|diagnostic| diagnostic.code().as_str() == "bad-name")
}

fn read(entry: &Entry<'_>, import: &mut Import) {
    let mut cx = Cx::new(entry);
    let manifest = manifest(&import.name, &mut cx);
    import.moved = moved(&cx);
    let text = manifest.map(|manifest| {
        format!(
            "# yaml-language-server: $schema=../../schemas/connector.schema.json\n{}",
            yaml::write(&manifest)
        )
    });
    let mut reasons = cx.reasons;
    if let Some(text) = text.as_ref().filter(|_| reasons.is_empty()) {
        reasons = rejected(text);
    }
    import.findings = cx.findings;
    import.findings.sort_by_key(|finding| (finding.span, finding.kind));
    import.manifest = match text {
        Some(text) if reasons.is_empty() => Ok(text),
        text => {
            import.draft = text;
            Err(reasons)
        }
    };
}

/// What the compiler says against a manifest.
fn rejected(text: &str) -> Vec<String> {
    let sources = Sources::new(SourceFile::new("manifest.yaml", text));
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    if let Ok(document) = couplet_compiler::parse(&sources, &mut diagnostics)
        && let Ok(manifest) = couplet_compiler::validate(&document, &mut diagnostics)
    {
        let _ = couplet_compiler::lower(&manifest, &arena, &mut diagnostics);
    }
    let sorted = diagnostics.sorted();
    let errors = sorted.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error);
    errors
        .map(|diagnostic| {
            let place = shown(sources.text(diagnostic.span()));
            format!(
                "the manifest would not compile: {} ({}, `{place}`)",
                diagnostic.message(),
                diagnostic.code().as_str()
            )
        })
        .collect()
}

fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(60).collect()
}

fn manifest(name: &str, cx: &mut Cx<'_>) -> Option<Map> {
    fields::read(cx);
    secrets(cx);
    auth::prepare(cx);
    let urls = urls::read(cx);
    let mut carried = request::read(cx);
    let method = auth::read(&urls, &mut carried, cx);
    let made = actions::read(cx);
    left::read(cx);
    needed(cx);
    let (base_url, method) = (urls.base?.url, method?);
    let mut api = Map::spread();
    api.set("base_url", base_url);
    api.set_filled("servers", made.servers);
    api.set_filled("headers", carried.headers);
    api.set_filled("query", carried.query);
    let mut document = head(name, cx);
    let mut methods = Map::spread();
    let guide = guide::steps(method.name, cx);
    methods.set(method.name, method.map);
    document.set_filled("setup", guide);
    document.set_filled("config", declared(Place::Config, cx));
    document.set_filled("app", declared(Place::App, cx));
    document.set("auth", methods);
    document.set("api", api);
    document.set_some("test", made.test);
    document.set("actions", made.actions);
    Some(document)
}

fn head(name: &str, cx: &mut Cx<'_>) -> Map {
    let title = cx.entry.text("display_name").map_or_else(|| names::title(name), fields::one_line);
    if cx.entry.text("display_name").is_none() {
        cx.defect("display_name", "the entry has no `display_name`");
    }
    let mut map = Map::spread();
    map.set("couplet", Yaml::Word("1".to_owned()));
    map.set("name", name);
    map.set("version", "0.1.0");
    map.set("title", title.as_str());
    map.set("description", format!("The API of {}.", title.trim_end_matches('.')));
    map.set("links", guide::links(cx));
    let categories = names::categories(cx.entry.texts("categories"));
    map.set("categories", categories.into_iter().map(Yaml::Text).collect::<Vec<_>>());
    map
}

/// What a URL needs must be given.
fn needed(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    for field in cx.fields.iter_mut().filter(|field| field.place == Place::Config) {
        if let Some(path) = field.needed.clone().filter(|_| field.optional && field.default.is_none()) {
            field.optional = false;
            found.push((path, field.name.clone()));
        }
    }
    for (path, name) in found {
        cx.assumed(&path, format!("`{name}` must be given: the URL needs it"));
    }
}

/// Config that is secret, or looks so, is a credential.
fn secrets(cx: &mut Cx<'_>) {
    let url = cx.entry.text("proxy/base_url").unwrap_or_default().to_owned();
    let mut looks = Vec::new();
    for field in cx.fields.iter_mut().filter(|field| field.place == Place::Config) {
        let name = field.name.as_str();
        let telling = ["secret", "password"].iter().any(|word| name.contains(word)) || name == "api_key";
        if telling && !field.secret && field.values.is_empty() && field.default.is_none() {
            field.secret = true;
            looks.push(field.path.clone());
        }
        let named = field.from.trim_start_matches("connectionConfig.").to_owned();
        if field.secret && !url.contains(&format!("connectionConfig.{named}}}")) {
            field.place = Place::Credentials;
            let taken =
                matches!(field.name.as_str(), "key" | "token" | "username" | "client_id" | "client_secret");
            if taken {
                field.name = format!("{}_value", field.name);
            }
        }
    }
    for path in looks {
        cx.defect(&path, "it looks like a secret, and is not declared as one: here it is one");
    }
}

/// The fields that a section declares.
fn declared(place: Place, cx: &Cx<'_>) -> Map {
    let mut map = Map::spread();
    for field in cx.fields.iter().filter(|field| field.place == place) {
        map.set(field.name.clone(), field.yaml());
    }
    map
}

/// Where the values of a connection of theirs belong in one of ours.
fn moved(cx: &Cx<'_>) -> Vec<Moved> {
    cx.fields
        .iter()
        .map(|field| {
            let scope = match field.place {
                Place::Config => "config",
                Place::Credentials => "credentials",
                Place::App => "app",
                Place::Captured => "captured",
            };
            let (before, after) = match &field.host {
                Host::Origin { before, after, .. } => (before.clone(), after.clone()),
                _ => (String::new(), String::new()),
            };
            let lowercase = matches!(field.host, Host::Label | Host::Origin { .. });
            Moved {
                from: field.from.clone(),
                to: format!("{scope}.{}", field.name),
                before,
                after,
                lowercase,
            }
        })
        .collect()
}

/// A place in the file, for messages.
#[must_use]
pub fn line(source: &SourceFile, span: Span) -> usize {
    source.line_column(span.start).0
}
