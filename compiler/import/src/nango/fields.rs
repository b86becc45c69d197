//! Their `connection_config`, `credentials` and `integration_config` → our fields.

use serde_json::Value;

use super::cx::Cx;
use super::entry::{is_true, text_of};
use super::names;
use crate::yaml::{Map, Yaml};

/// A field of theirs, and what became of it.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// What templates call it: `connectionConfig.domain`, `credentials.apiKey`.
    pub(super) from: String,
    /// Where it stands in the entry: `connection_config/domain`.
    pub(super) path: String,
    /// Its name in the manifest.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) host: Host,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) format: Option<String>,
    pub(super) example: Option<String>,
    pub(super) default: Option<String>,
    pub(super) values: Vec<String>,
    pub(super) secret: bool,
    pub(super) optional: bool,
    /// Whether Nango itself fills it, after the connection was made.
    pub(super) automated: bool,
    pub(super) prefix: Option<String>,
    pub(super) suffix: Option<String>,
    /// The section of the guide that says where to find it.
    pub(super) section: Option<String>,
    /// Where the provider tells it: an expression over the answer or the redirect.
    pub(super) source: Option<String>,
    /// Which step of a login tells it.
    pub(super) step: Option<usize>,
    /// Where a URL needs it, though it may be absent.
    pub(super) needed: Option<String>,
    /// Whether a template brought it, and no section declares it.
    pub(super) found: bool,
    /// Whether a template names it.
    pub(super) used: bool,
}

/// Who supplies a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Config,
    Credentials,
    App,
    /// The provider, in an answer or in the redirect.
    Captured,
}

/// What a field is to the host of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// Nothing.
    No,
    /// One label of a literal domain.
    Label,
    /// All of it: what stands before and behind their value in our origin, and the domain that it must be within.
    Origin { before: String, after: String, within: Vec<String> },
    /// The choice of a row.
    Row,
    /// All of it and a path: a URL that the provider names.
    Url,
}

/// Reads the fields that an entry declares.
pub(super) fn read(cx: &mut Cx<'_>) {
    for (section, scope, place) in [
        ("credentials", "credentials", Place::Credentials),
        ("connection_config", "connectionConfig", Place::Config),
        ("integration_config", "integrationConfig", Place::App),
    ] {
        let entry = cx.entry;
        for (name, spec) in entry.members(section) {
            let path = format!("{section}/{name}");
            // A credential that the integrator may give once for all is the connection's here.
            if section == "integration_config" && cx.field(&format!("credentials.{name}")).is_some() {
                cx.left(
                    &path,
                    format!(
                        "`{name}` may also be given once for all connections; here each connection gives it"
                    ),
                );
                continue;
            }
            if !spec.is_object() && !spec.is_null() {
                cx.defect(&path, format!("the field `{name}` is no mapping"));
            }
            let field = field(&path, &format!("{scope}.{name}"), name, spec, place, cx);
            add(field, cx);
        }
    }
}

/// Adds a field under a name that no other has.
pub(super) fn add(mut field: Field, cx: &mut Cx<'_>) {
    let taken = |name: &str, cx: &Cx<'_>| {
        cx.fields.iter().any(|other| other.name == name && other.place == field.place)
            || (field.place == Place::Config && matches!(name, "build" | "clone" | "fmt"))
    };
    let plain = field.name.clone();
    let mut count = 2;
    while taken(&field.name, cx) {
        field.name = format!("{plain}_{count}");
        count += 1;
    }
    cx.fields.push(field);
}

/// A field that templates name and nothing declares.
pub(super) fn undeclared(from: &str, path: &str, place: Place) -> Field {
    let name = from.rsplit('.').next().unwrap_or(from);
    Field {
        from: from.to_owned(),
        path: path.to_owned(),
        name: names::snake(name),
        place,
        host: Host::No,
        title: Some(names::title(name)),
        description: None,
        pattern: None,
        format: None,
        example: None,
        default: None,
        values: Vec::new(),
        secret: false,
        optional: false,
        automated: false,
        prefix: None,
        suffix: None,
        section: None,
        source: None,
        step: None,
        needed: None,
        found: false,
        used: false,
    }
}

fn field(path: &str, from: &str, name: &str, spec: &Value, place: Place, cx: &mut Cx<'_>) -> Field {
    const KNOWN: [&str; 18] = [
        "type",
        "title",
        "description",
        "example",
        "pattern",
        "optional",
        "format",
        "order",
        "default_value",
        "hidden",
        "prefix",
        "suffix",
        "doc_section",
        "secret",
        "automated",
        "enum",
        "warnings",
        "visible_when",
    ];
    let get = |key: &str| spec.get(key).and_then(text_of).map(|text| text.trim().to_owned());
    let filled = |key: &str| get(key).filter(|text| !text.is_empty());
    let mut field = undeclared(from, path, place);
    field.title = filled("title").map(one_line).or(field.title);
    field.description = filled("description").map(one_line);
    field.example = filled("example");
    field.pattern = filled("pattern");
    field.format = filled("format");
    field.default = get("default_value");
    field.prefix = filled("prefix");
    field.suffix = filled("suffix");
    field.section = filled("doc_section");
    let flag = |key: &str| spec.get(key).is_some_and(is_true);
    field.secret = flag("secret");
    field.optional = flag("optional");
    field.automated = flag("automated");
    field.values =
        spec.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(text_of).collect();
    let count = field.values.len();
    field.values.dedup();
    if field.values.len() < count {
        cx.defect(path, format!("a value of `{name}` stands twice"));
    }
    if let Some(kind) =
        filled("type").filter(|kind| !matches!(kind.as_str(), "string" | "boolean" | "integer" | "number"))
    {
        cx.defect(path, format!("`{name}` is of the unknown type `{kind}`"));
    }
    for key in ["warnings", "visible_when"] {
        if spec.get(key).is_some() {
            cx.left(path, format!("`{key}` of `{name}`: the language has no word for what a form shows"));
        }
    }
    for key in spec.as_object().into_iter().flatten().map(|(key, _)| key) {
        if !KNOWN.contains(&key.as_str()) {
            cx.defect(path, format!("`{name}` has the unknown key `{key}`"));
        }
    }
    check(&mut field, name, cx);
    field
}

/// What a field says of its own values must hold of its example and of its default.
fn check(field: &mut Field, name: &str, cx: &mut Cx<'_>) {
    let path = field.path.clone();
    let regex = field.pattern.as_deref().map(regex_lite::Regex::new);
    match regex {
        Some(Err(_)) => {
            let pattern = field.pattern.take().unwrap_or_default();
            cx.left(&path, format!("the pattern `{pattern}` of `{name}` cannot be matched in linear time"));
        }
        Some(Ok(regex)) => {
            let wrong = |text: &String| !text.is_empty() && !regex.is_match(text);
            if field.example.as_ref().is_some_and(wrong) {
                let example = field.example.take().unwrap_or_default();
                cx.defect(
                    &path,
                    format!("the example `{example}` of `{name}` does not match the pattern `{regex}`"),
                );
            }
            if field.default.as_ref().is_some_and(wrong) {
                let default = field.default.take().unwrap_or_default();
                cx.defect(
                    &path,
                    format!("the default `{default}` of `{name}` does not match the pattern `{regex}`"),
                );
            }
            if field.values.iter().any(wrong) {
                field.pattern = None;
                cx.defect(&path, format!("a value of `{name}` does not match the pattern `{regex}`"));
            }
        }
        None => {}
    }
    match field.format.as_deref() {
        Some("hostname" | "uri" | "uuid" | "email") | None => {}
        Some(format) => {
            cx.defect(&path, format!("`{name}` is of the unknown format `{format}`"));
            field.format = None;
        }
    }
    let odd = |text: &str| match field.format.as_deref() {
        Some("uuid") => !is_uuid(text),
        Some("email") => !text.contains('@'),
        _ => false,
    };
    if field.example.as_deref().is_some_and(odd) {
        let example = field.example.take().unwrap_or_default();
        cx.defect(&path, format!("the example `{example}` of `{name}` is not of its own format"));
    }
    if let Some(default) =
        field.default.clone().filter(|text| !field.values.is_empty() && !field.values.contains(text))
    {
        field.default = None;
        if !default.is_empty() {
            cx.defect(&path, format!("the default `{default}` of `{name}` is none of its values"));
        }
    }
    if field.secret && field.default.is_some() {
        let default = field.default.take().unwrap_or_default();
        field.optional = true;
        if !default.is_empty() {
            cx.left(&path, format!("the default of `{name}`: a secret has none"));
        }
    }
}

fn is_uuid(text: &str) -> bool {
    regex_lite::Regex::new(r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")
        .is_ok_and(|regex| regex.is_match(text))
}

/// A text on one line.
pub(super) fn one_line(text: impl AsRef<str>) -> String {
    text.as_ref().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Field {
    /// Whether its values have capitals alone: in a host they stand in small letters.
    pub(super) fn is_capital(&self) -> bool {
        self.pattern
            .as_deref()
            .is_some_and(|text| text.contains("A-Z") && !text.contains("a-z") && !text.contains('\\'))
    }

    /// The field as the manifest declares it.
    pub(super) fn yaml(&self) -> Yaml {
        let mut map = Map::new();
        map.set_some("title", self.title.as_deref());
        map.set_some("description", self.describe());
        match &self.host {
            Host::Label if self.values.is_empty() => map.set("format", "host-label"),
            Host::Origin { within, .. } => {
                map.set("format", "origin");
                if within.is_empty() {
                    map.set("self_hosted", true);
                } else {
                    map.set(
                        "within",
                        within.iter().map(|host| Yaml::from(host.as_str())).collect::<Vec<_>>(),
                    );
                }
            }
            _ => map.set_some(
                "format",
                self.format.as_deref().filter(|format| matches!(*format, "uuid" | "email" | "uri")),
            ),
        }
        if !self.values.is_empty() && !matches!(self.host, Host::Origin { .. }) {
            map.set("enum", self.values.iter().map(|value| Yaml::from(value.as_str())).collect::<Vec<_>>());
        }
        map.set_some("pattern", self.pattern());
        map.set_some("example", self.example());
        map.set_some("default", self.default.as_deref().map(|text| self.moved(text)));
        if self.secret {
            map.set("secret", true);
        }
        if self.optional && self.default.is_none() {
            map.set("optional", true);
        }
        if map.is_empty() { Yaml::from("string") } else { Yaml::Map(map) }
    }

    /// A value of theirs as a value of ours.
    fn moved(&self, text: &str) -> String {
        match &self.host {
            Host::Origin { before, after, .. } => format!("{before}{text}{after}"),
            _ => text.to_owned(),
        }
    }

    fn describe(&self) -> Option<String> {
        let around = match (&self.host, self.prefix.as_deref(), self.suffix.as_deref()) {
            (Host::Origin { .. }, ..) => Some("Its address, as `https://host`.".to_owned()),
            (_, prefix, Some(suffix)) => {
                Some(format!("In `{}…{suffix}`, what stands for `…`.", prefix.unwrap_or_default()))
            }
            (_, Some(prefix), None) if prefix != "https://" => Some(format!("What follows `{prefix}`.")),
            _ => None,
        };
        match (self.description.clone(), around) {
            (Some(text), Some(around)) => {
                let stop = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
                Some(format!("{text}{stop} {around}"))
            }
            (text, around) => text.or(around),
        }
    }

    fn pattern(&self) -> Option<String> {
        let pattern = self.pattern.as_deref()?;
        match &self.host {
            Host::Origin { before, after, .. } => origin_pattern(pattern, before, after),
            Host::Row | Host::Url => None,
            Host::Label if self.is_capital() => Some(pattern.to_ascii_lowercase()),
            Host::Label | Host::No => Some(pattern.to_owned()),
        }
    }

    fn example(&self) -> Option<String> {
        let example = self.moved(self.example.as_deref()?);
        match &self.host {
            Host::Origin { .. } => is_origin(&example).then_some(example),
            Host::Label => Some(example.to_ascii_lowercase()).filter(|example| is_label(example)),
            _ if self.values.is_empty() => Some(example),
            _ => self.values.contains(&example).then_some(example),
        }
    }
}

/// Their pattern of a host as a pattern of an origin. One that speaks of a path says nothing of an origin.
fn origin_pattern(pattern: &str, before: &str, after: &str) -> Option<String> {
    let inner = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let bare = inner
        .replace("\\/", "/")
        .replace("https?://", "")
        .replace("(https?://)?", "")
        .replace("https://", "");
    if bare.contains('/') || inner.contains('|') && !inner.starts_with('(') {
        return None;
    }
    let inner = if before.is_empty() { inner.to_owned() } else { inner.replace("(https?:\\/\\/)?", "") };
    let pattern = format!("^{}{inner}{}$", escape(before), escape(after));
    regex_lite::Regex::new(&pattern).is_ok().then_some(pattern)
}

fn escape(text: &str) -> String {
    text.replace('.', "\\.")
}

/// Whether a text is an https origin.
pub(super) fn is_origin(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| {
        let host = rest.split(':').next().unwrap_or_default();
        host.contains('.') && host.split('.').all(is_label)
    })
}

/// Whether a text is one label of a host.
pub(super) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
