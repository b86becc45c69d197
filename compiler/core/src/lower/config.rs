//! Config and app fields, and the fields of auth methods.

use std::rc::Rc;

use couplet_plan::{Field, Format};

use super::expression::{Known, Root};
use super::types::{Builder, check_instance, check_keys, docs_of, remap};
use super::{Cx, Uses, docs, names};
use crate::connector::{Docs, ItemKind, Property, Type, Variant};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits;
use crate::manifest::{Form, Keywords, Manifest, Schema, TypeKeyword};
use crate::source::{Span, Spanned};

/// What the generated crate's builder calls its own.
const BUILDER: [&str; 15] = [
    "authorization",
    "build",
    "choose",
    "clone",
    "complete",
    "connect",
    "device",
    "fmt",
    "open",
    "with_base_url",
    "with_context",
    "with_scopes",
    "with_store",
    "with_timeout",
    "with_user_agent",
];

/// The config and app fields.
pub(super) struct Config<'a> {
    pub(super) config: Vec<Field<'a>>,
    pub(super) app: Vec<Field<'a>>,
    pub(super) properties: Vec<Property>,
    pub(super) known: Rc<Vec<(String, Known)>>,
    pub(super) app_known: Rc<Vec<(String, Known)>>,
    /// The config fields that some template names.
    pub(super) used: std::cell::RefCell<std::collections::BTreeSet<String>>,
}

impl Config<'_> {
    /// The scope `config`.
    pub(super) fn root(&self) -> Root {
        Root { name: "config", members: Rc::clone(&self.known) }
    }

    /// Takes down which fields a scope's expressions used.
    pub(super) fn note(&self, scope: &super::expression::Scope) {
        for root in ["config", "app"] {
            let used = scope.used_of(root).into_iter();
            self.used.borrow_mut().extend(used.map(|name| format!("{root}.{name}")));
        }
    }

    pub(super) fn remapped(mut self, places: &[usize]) -> Self {
        self.properties.iter_mut().for_each(|property| remap(&mut property.ty, places));
        self
    }

    /// Whether the field of that name was declared and rejected.
    pub(super) fn failed(&self, name: &str) -> bool {
        self.field(name).is_none() && self.known.iter().any(|(known, _)| known == name)
    }

    /// The plan's field of that name.
    pub(super) fn field(&self, name: &str) -> Option<&Field<'_>> {
        self.config.iter().find(|field| field.name() == name)
    }
}

/// Lowers the config and the app fields.
pub(super) fn lower<'a>(
    manifest: &Manifest,
    builder: &mut Builder<'_>,
    uses: &mut Uses,
    cx: &mut Cx<'_, 'a>,
) -> Config<'a> {
    let mut config = Config {
        config: Vec::new(),
        app: Vec::new(),
        properties: Vec::new(),
        known: Rc::default(),
        app_known: Rc::default(),
        used: std::cell::RefCell::default(),
    };
    let app: Vec<_> = manifest.app.iter().map(|(name, _)| format!("app_{}", name.value)).collect();
    let ours = BUILDER.into_iter().chain(app.iter().map(String::as_str));
    let mut idents = names::Names::with(&ours.collect::<Vec<_>>());
    for (name, field) in manifest.config.iter() {
        let Some(one) = lower_field(name, &field.0, false, cx) else {
            Rc::make_mut(&mut config.known).push((name.value.clone(), failed(false)));
            continue;
        };
        let ident = idents.take(names::snake(&name.value), &name.value, name.span, cx);
        let ty = match one.field.choices() {
            [] => one.ty.clone(),
            choices => {
                let mut names = names::Names::with(&["Unknown"]);
                let variants = choices.iter().map(|choice| {
                    let wanted = names::pascal_text(choice);
                    Variant { ident: names.free(&wanted), wire: (*choice).to_owned() }
                });
                let kind = ItemKind::Enum(variants.collect());
                builder.add(&format!("Config{}", names::pascal_text(&name.value)), one.docs.clone(), kind)
            }
        };
        uses.inputs.push(ty.clone());
        Rc::make_mut(&mut config.known).push((name.value.clone(), one.known));
        config.config.push(one.field);
        if let Some(ident) = ident {
            let required = !one.field.is_optional() && one.field.default().is_none();
            config.properties.push(Property {
                ident,
                name: name.value.clone(),
                ty,
                required,
                docs: one.docs,
            });
        }
    }
    for (name, field) in manifest.app.iter() {
        let Some(one) = lower_field(name, &field.0, false, cx) else {
            Rc::make_mut(&mut config.app_known).push((name.value.clone(), failed(false)));
            continue;
        };
        Rc::make_mut(&mut config.app_known).push((name.value.clone(), one.known));
        config.app.push(one.field);
    }
    config
}

/// What is known of a field that was rejected: enough that nothing more is said where it is used.
pub(super) fn failed(secret: bool) -> Known {
    Known { ty: super::expression::Ty::Any, absent: false, null: false, secret }
}

/// Warns of fields that no template names.
pub(super) fn warn_unused(manifest: &Manifest, config: &Config<'_>, cx: &mut Cx<'_, '_>) {
    for (root, fields) in [("config", &manifest.config), ("app", &manifest.app)] {
        for (name, _) in fields.iter() {
            if !config.used.borrow().contains(&format!("{root}.{}", name.value)) {
                let message = format!("nothing uses the {root} field `{}`", name.value);
                let help = format!("remove it, or name it in a template: `{{{{ {root}.{} }}}}`", name.value);
                cx.report(Diagnostic::new(Code::UNUSED_FIELD, message, name.span).help(help));
            }
        }
    }
}

/// A field, lowered.
pub(super) struct Lowered<'a> {
    pub(super) field: Field<'a>,
    pub(super) ty: Type,
    pub(super) known: Known,
    pub(super) docs: Docs,
}

/// Lowers a field; `secret` is what it is unless it says otherwise.
pub(super) fn lower_field<'a>(
    name: &Spanned<String>,
    schema: &Schema,
    secret: bool,
    cx: &mut Cx<'_, 'a>,
) -> Option<Lowered<'a>> {
    let empty = Keywords::default();
    let keywords = schema.keywords().unwrap_or(&empty);
    let (ty, mut format) = field_type(schema, keywords, cx)?;
    let secret = keywords.secret.as_ref().map_or(secret, |secret| secret.value);
    if let Some(word) = &keywords.format {
        format = match special_format(&word.value, word.span, keywords, cx) {
            Some(Some(special)) => special,
            Some(None) => format,
            None => return None,
        };
    }
    if let (Some(within), false) = (&keywords.within, matches!(format, Format::Origin(_) | Format::Url(_))) {
        let message = "`within` is said of a field of format `origin` or `url`";
        cx.report(
            Diagnostic::new(Code::CONFLICTING_KEYS, message, within.span)
                .help("say `format: origin`, or remove it"),
        );
        return None;
    }
    let mut field = Field::new(cx.arena.text(&name.value)).with_format(format);
    if let Some(title) = &keywords.title {
        field = field.with_title(cx.arena.text(&title.value));
    }
    if secret {
        field = field.secret();
    }
    let optional = keywords.optional.as_ref().is_some_and(|optional| optional.value);
    if optional {
        field = field.optional();
    }
    if let Some(pattern) = &keywords.pattern {
        field = field.with_pattern(cx.arena.text(&pattern.value));
    }
    if let Some(values) = &keywords.enumeration {
        field = field.with_choices(choices(values, cx)?);
    }
    if let Some(default) = &keywords.default {
        if secret {
            let message = "a secret has no default";
            cx.report(
                Diagnostic::new(Code::WRONG_DEFAULT, message, default.span).help("make the field `optional`"),
            );
            return None;
        }
        check_default(format, default, cx);
        field = field.with_default(cx.arena.text(&default.value.0.to_string()));
    }
    check_values(schema, cx);
    let absent = optional && keywords.default.is_none();
    let known = Known { ty: cx.types.known(&ty), absent, null: false, secret };
    let rust = if secret { Type::Secret } else { ty };
    Some(Lowered { field, ty: rust, known, docs: docs_of(keywords) })
}

fn field_type<'a>(schema: &Schema, keywords: &Keywords, cx: &mut Cx<'_, 'a>) -> Option<(Type, Format<'a>)> {
    let (word, span) = match (&schema.form, keywords.ty.as_ref()) {
        (Form::Name(word), _) => (word.as_str(), schema.span),
        (Form::Keywords(_), Some(Spanned { value: TypeKeyword::Name(word, _), span })) => {
            (word.as_str(), *span)
        }
        (Form::Keywords(_), None) => ("string", schema.span),
        (_, ty) => ("list", ty.map_or(schema.span, |ty| ty.span)),
    };
    Some(match word {
        "string" => (Type::String, Format::Text),
        "integer" => (Type::I64, Format::Integer),
        "number" => (Type::F64, Format::Number),
        "boolean" => (Type::Bool, Format::Boolean),
        _ => {
            let message = format!("a field is a text, a number or a boolean, and not `{word}`");
            let names = ["string", "integer", "number", "boolean"];
            cx.report(Diagnostic::new(Code::UNKNOWN_TYPE, message, span).suggest_nearest(word, names));
            return None;
        }
    })
}

/// A format that means something to the runtime; the outer option is whether all is well.
#[expect(clippy::option_option, reason = "the outer one says that a mistake was reported")]
fn special_format<'a>(
    word: &str,
    span: Span,
    keywords: &Keywords,
    cx: &mut Cx<'_, 'a>,
) -> Option<Option<Format<'a>>> {
    Some(match word {
        "host-label" => Some(Format::HostLabel),
        "header-name" => Some(Format::HeaderName),
        "origin" | "url" => match &keywords.within {
            Some(patterns) if keywords.self_hosted == Some(true) => {
                let message = "an origin is confined, or any at all: not both";
                let help = "remove `self_hosted`, or `within`";
                cx.report(Diagnostic::new(Code::CONFLICTING_KEYS, message, patterns.span).help(help));
                return None;
            }
            Some(patterns) if patterns.value.is_empty() => {
                let message = "no host is within nothing";
                let help = "name the hosts that it may have: `within: ['*.example.com']`";
                cx.report(Diagnostic::new(Code::BAD_HOST_PATTERN, message, patterns.span).help(help));
                return None;
            }
            Some(patterns) => {
                let mut texts = Vec::new();
                for pattern in &patterns.value {
                    texts.push(host_pattern(&pattern.value, pattern.span, cx)?);
                }
                Some(confined(word, cx.arena.slice(&texts)))
            }
            None if keywords.self_hosted == Some(true) => Some(confined(word, &[])),
            None => {
                let message = "an origin that comes from data must be confined";
                let help = "name the hosts it may have: `within: ['*.example.com']`; or say `self_hosted: true`, and whoever connects confirms it";
                cx.report(Diagnostic::new(Code::HOST_FROM_DATA, message, span).help(help));
                return None;
            }
        },
        _ => None,
    })
}

/// An origin, or a URL, of one of these hosts.
fn confined<'a>(word: &str, hosts: &'a [&'a str]) -> Format<'a> {
    if word == "url" { Format::Url(hosts) } else { Format::Origin(hosts) }
}

/// Reports a default that the runtime would refuse.
fn check_default(format: Format<'_>, default: &Spanned<crate::manifest::Literal>, cx: &mut Cx<'_, '_>) {
    let Some(text) = default.value.0.as_str() else { return };
    let why = match format {
        Format::HostLabel if !is_label(text) => "it is no label of a host in small letters",
        Format::HeaderName if !super::headers::is_token(text) => "it is no name of a header",
        Format::HeaderName if super::headers::reserved(text).is_some() => {
            "a manifest does not set this header"
        }
        Format::Origin(hosts) if !is_origin(text, hosts) => {
            "it is no origin (`https://host`) that the field may have"
        }
        _ => return,
    };
    let message = format!("`{}` is no default of this field: {why}", crate::validate::decode::shorten(text));
    cx.report(Diagnostic::new(Code::WRONG_DEFAULT, message, default.span));
}

/// Whether a text is one label of a host, as the runtime takes it.
fn is_label(text: &str) -> bool {
    let small = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    small && crate::validate::text::is_host(text) && !text.starts_with("xn--")
}

/// Whether a text is an https origin, and one of these hosts where there are any.
fn is_origin(text: &str, hosts: &[&str]) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let within = |pattern: &&str| match pattern.strip_prefix('*') {
        Some(end) => host.len() > end.len() && host.ends_with(end),
        None => host == *pattern,
    };
    crate::validate::text::is_host(host)
        && !super::url::is_address(host)
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
        && (hosts.is_empty() || hosts.iter().any(within))
}

pub(super) fn host_pattern<'a>(pattern: &str, span: Span, cx: &mut Cx<'_, 'a>) -> Option<&'a str> {
    let host = pattern.strip_prefix("*.").unwrap_or(pattern);
    if crate::validate::text::is_host(host)
        && host.contains('.')
        && !super::url::is_address(host)
        && !host.bytes().any(|byte| byte.is_ascii_uppercase())
    {
        return Some(cx.arena.text(pattern));
    }
    let message =
        format!("`{}` is no host and no pattern of hosts", crate::validate::decode::shorten(pattern));
    let help =
        "write `api.example.com`, or `*.example.com` for the hosts below a domain of two labels or more";
    cx.report(Diagnostic::new(Code::BAD_HOST_PATTERN, message, span).help(help));
    None
}

fn choices<'a>(
    values: &Spanned<Vec<Spanned<crate::manifest::Literal>>>,
    cx: &mut Cx<'_, 'a>,
) -> Option<&'a [&'a str]> {
    if values.value.len() > limits::ENUM_VALUES {
        let count = values.value.len();
        let message = format!("an enum has at most {} values, and this has {count}", limits::ENUM_VALUES);
        let help = "leave `enum` out: it is a text";
        cx.report(Diagnostic::new(Code::TOO_LARGE, message, values.span).help(help));
        return None;
    }
    let mut texts: Vec<&str> = Vec::new();
    for value in &values.value {
        let Some(text) = value.value.0.as_str() else {
            let message = "the values of a field are texts";
            cx.report(Diagnostic::new(Code::WRONG_TYPE, message, value.span).help("quote it"));
            return None;
        };
        if texts.contains(&text) {
            let message = format!("the value `{text}` stands twice");
            cx.report(
                Diagnostic::new(Code::DUPLICATE_ENUM_VALUE, message, value.span)
                    .help("remove one of the two"),
            );
            return None;
        }
        texts.push(cx.arena.text(text));
    }
    Some(cx.arena.slice(&texts))
}

/// Reports a default and an example that are not of their own type, and limits that nothing can meet.
pub(super) fn check_values(schema: &Schema, cx: &mut Cx<'_, '_>) {
    check_values_in(schema, None, cx);
}

/// The same, for a schema that names types of the manifest.
pub(super) fn check_values_in(schema: &Schema, manifest: Option<&Manifest>, cx: &mut Cx<'_, '_>) {
    let Some(keywords) = schema.keywords() else { return };
    check_keys(keywords, cx);
    let of_type = |value: &serde_json::Value| check_instance(value, schema, manifest);
    if let Some(default) = &keywords.default
        && let Some(why) = of_type(&default.value.0)
    {
        let message = format!("the default is not of its own type: {why}");
        cx.report(Diagnostic::new(Code::WRONG_DEFAULT, message, default.span));
    }
    for example in keywords.example.iter().chain(keywords.examples.iter().flatten()) {
        if let Some(why) = of_type(&example.value.0) {
            let message = format!("the example is not of its own type: {why}");
            cx.report(Diagnostic::new(Code::UNMATCHED_EXAMPLE, message, example.span));
        }
    }
}

/// Documentation of a field for people: its title and what it means.
pub(super) fn title_docs(title: &str) -> Docs {
    docs::line(title)
}
