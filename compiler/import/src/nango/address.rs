//! Their URLs → ours: a host that no data can move.
//!
//! Where their template puts data into the host, there are three ways: a label of a literal domain, a table over the
//! values that the field may have, or an origin, which whoever connects confirms.

use super::cx::Cx;
use super::expression;
use super::fields::{self, Field, Host, Place};
use super::template::{Part, Template, alternatives};
use crate::yaml::{Map, Yaml};

/// A URL of ours, and what of theirs stood behind its path.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Address {
    pub(super) url: Yaml,
    pub(super) query: Vec<(String, String)>,
    pub(super) fragment: Option<String>,
}

/// Turns a URL of theirs into ours; where that cannot be, the reason is taken down.
pub(super) fn read(text: &str, path: &str, cx: &mut Cx<'_>) -> Option<Address> {
    let list = alternatives(text);
    let (chosen, other) = choose(&list, cx);
    let marked = Marked::read(&Template::read(chosen));
    let Some(other) = other else {
        if list.len() > 1 {
            cx.assumed(
                path,
                format!("of `{text}` only `{chosen}` is taken: the rest hangs on values that no one gives"),
            );
        }
        return marked.address(path, None, cx);
    };
    marked.address(path, Some(&Marked::read(&Template::read(other))), cx)
}

/// The alternative whose values a connection has, and the one without any values.
fn choose<'t>(list: &[&'t str], cx: &Cx<'_>) -> (&'t str, Option<&'t str>) {
    let given = |text: &str| {
        Template::read(text).names().iter().all(|name| {
            cx.field(name).is_some_and(|field| !(field.automated || field.default.as_deref() == Some("")))
        })
    };
    let first = list.first().copied().unwrap_or_default();
    let literal = list.iter().skip(1).find(|text| Template::read(text).literal().is_some());
    match list.iter().find(|text| given(text) && Template::read(text).literal().is_none()) {
        Some(chosen) => (chosen, literal.copied()),
        None => (literal.copied().unwrap_or(first), None),
    }
}

/// A URL whose placeholders are single characters, so that it can be taken apart as text.
struct Marked {
    text: String,
    parts: Vec<Part>,
}

const FIRST: u32 = 0xE000;
/// Where the base URL stands in an entry.
const BASE: &str = "proxy/base_url";

impl Marked {
    fn read(template: &Template) -> Self {
        let mut marked = Self { text: String::new(), parts: Vec::new() };
        for part in &template.parts {
            match part {
                Part::Literal(text) => marked.text.push_str(text),
                part => {
                    let place = FIRST + u32::try_from(marked.parts.len()).unwrap_or_default();
                    marked.text.extend(char::from_u32(place));
                    marked.parts.push(part.clone());
                }
            }
        }
        marked
    }

    fn part(&self, c: char) -> Option<&Part> {
        let place = u32::from(c).checked_sub(FIRST)?;
        self.parts.get(usize::try_from(place).ok()?)
    }

    fn name(&self, c: char) -> Option<&str> {
        match self.part(c)? {
            Part::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The names of the placeholders in a text.
    fn names<'s>(&'s self, text: &'s str) -> impl Iterator<Item = &'s str> {
        text.chars().filter_map(|c| self.name(c))
    }

    /// A text with its placeholders written out, as our template.
    fn ours(&self, text: &str, path: &str, cx: &mut Cx<'_>) -> Option<String> {
        let mut parts = self.template(text);
        // The key itself has a place in the path of the base URL.
        for part in parts.iter_mut().filter(|_| path == BASE) {
            if matches!(part, Part::Name(name) if matches!(name.as_str(), "apiKey" | "credentials.apiKey")) {
                *part = Part::Literal("{key}".to_owned());
            }
        }
        expression::of(&Template { parts }, path, cx)
    }

    fn template(&self, text: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        for c in text.chars() {
            match (self.part(c), parts.last_mut()) {
                (Some(part), _) => parts.push(part.clone()),
                (None, Some(Part::Literal(text))) => text.push(c),
                (None, _) => parts.push(Part::Literal(c.to_string())),
            }
        }
        parts
    }

    fn address(&self, path: &str, fallback: Option<&Self>, cx: &mut Cx<'_>) -> Option<Address> {
        let (rest, fragment) = split(&self.text, '#');
        let (rest, query) = split(rest, '?');
        for name in self.names(rest) {
            if let Some(field) = cx.field_mut(name) {
                field.needed = Some(path.to_owned());
            }
        }
        let url = self.url(rest, path, fallback, cx)?;
        let mut list = Vec::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            list.push((key.to_owned(), self.ours(value, path, cx)?));
        }
        let fragment = match fragment {
            Some(text) => Some(self.ours(text, path, cx)?),
            None => None,
        };
        Some(Address { url, query: list, fragment })
    }

    fn url(&self, text: &str, path: &str, fallback: Option<&Self>, cx: &mut Cx<'_>) -> Option<Yaml> {
        let (before, rest) = match text.strip_prefix("https://") {
            Some(rest) => ("https://", rest),
            None if text.chars().next().is_some_and(|c| self.part(c).is_some()) => ("", text),
            None if text.starts_with("http://") => {
                cx.fail(format!("the URL `{text}` is plain http: credentials would be sent in the clear"));
                return None;
            }
            None => {
                cx.fail(format!("`{text}` is no URL: it does not begin with `https://`"));
                return None;
            }
        };
        let end = rest.find('/').unwrap_or(rest.len());
        let (host, tail) = rest.split_at(end);
        // Paths are appended to the base URL; any other is a path to its end.
        let tail = if path == BASE { tail.trim_end_matches('/') } else { tail };
        let before = if before == "https://" { self.without_scheme(host, path, cx) } else { before };
        if let Some(field) = self.row_field(host, cx) {
            return self.table(&field, before, host, tail, path, fallback, cx);
        }
        if self.names(host).next().is_none() && !host.chars().any(|c| self.part(c).is_some()) {
            return Some(Yaml::Text(format!(
                "https://{}{}",
                host.to_ascii_lowercase(),
                self.ours(tail, path, cx)?
            )));
        }
        if before == "https://" && fallback.is_none() && self.all_labels(host, cx) {
            for name in self.names(host).map(str::to_owned).collect::<Vec<_>>() {
                let field = cx.field_mut(&name)?;
                if field.host == Host::No {
                    field.host = Host::Label;
                }
                field.needed = Some(path.to_owned());
            }
            let mut url = "https://".to_owned();
            for c in host.chars() {
                match self.name(c).map(str::to_owned) {
                    Some(name) => {
                        let field = cx.field_mut(&name)?;
                        field.used = true;
                        url.push_str(&format!("{{{{ config.{} }}}}", field.name));
                    }
                    None => url.push(c.to_ascii_lowercase()),
                }
            }
            return Some(Yaml::Text(url + &self.ours(tail, path, cx)?));
        }
        self.origin(before, host, tail, path, fallback, cx)
    }

    /// `https://`, but before a value that is a URL already.
    fn without_scheme(&self, host: &str, path: &str, cx: &mut Cx<'_>) -> &'static str {
        let starts = host.chars().next().and_then(|c| self.name(c)).and_then(|name| cx.field(name));
        let is_url = starts.is_some_and(|field| {
            field.format.as_deref() == Some("uri")
                || field.pattern.as_deref().is_some_and(|pattern| pattern.starts_with("^http"))
                || field.prefix.is_none()
                    && field.example.as_deref().is_some_and(|text| text.starts_with("https://"))
        });
        if !is_url {
            return "https://";
        }
        cx.defect(path, "`https://` stands before a value that is a URL already");
        ""
    }

    /// Whether each placeholder of a host is a label, or a part of one, in a literal domain of two labels or more.
    fn all_labels(&self, host: &str, cx: &Cx<'_>) -> bool {
        let chars: Vec<char> = host.chars().collect();
        let last = chars.iter().rposition(|c| self.part(*c).is_some()).unwrap_or_default();
        let domain: String = chars.iter().skip(last + 1).collect();
        let labels = domain.trim_start_matches('-').split('.').filter(|label| !label.is_empty()).count();
        labels >= 2
            && chars.iter().enumerate().filter(|(_, c)| self.part(**c).is_some()).all(|(at, c)| {
                let starts = at == 0 || matches!(chars[at - 1], '.' | '-');
                let ends = chars.get(at + 1).is_some_and(|c| matches!(c, '.' | '-'));
                let field = self.name(*c).and_then(|name| cx.field(name));
                starts
                    && ends
                    && field.is_some_and(|field| {
                        field.place == Place::Config
                            && matches!(field.host, Host::No | Host::Label)
                            && field
                                .values
                                .iter()
                                .all(|value| fields::is_label(value) && *value == value.to_ascii_lowercase())
                    })
            })
    }

    /// The field whose values choose the host, where they do not simply stand in it.
    fn row_field(&self, host: &str, cx: &Cx<'_>) -> Option<Field> {
        if self.all_labels(host, cx) && host.chars().all(|c| self.part(c).is_none() || self.name(c).is_some())
        {
            return None;
        }
        let mut fields = self.names(host).filter_map(|name| cx.field(name));
        fields.find(|field| !field.values.is_empty() && field.place == Place::Config).cloned()
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one URL")]
    fn table(
        &self,
        field: &Field,
        before: &str,
        host: &str,
        tail: &str,
        path: &str,
        fallback: Option<&Self>,
        cx: &mut Cx<'_>,
    ) -> Option<Yaml> {
        let mut rows = Map::spread();
        rows.set("by", format!("config.{}", field.name));
        let fallback = fallback.map(|fallback| fallback.text.trim_end_matches('/').to_owned());
        let mut default = None;
        for value in &field.values {
            let place = |text: &str| -> String {
                text.chars()
                    .map(|c| if self.name(c) == Some(&field.from) { value.clone() } else { c.to_string() })
                    .collect()
            };
            let row = format!("{before}{}{}", place(host), place(tail));
            if Some(&row) == fallback.as_ref() {
                default = Some(value.clone());
            }
            let inner = Marked { text: row, parts: self.parts.clone() };
            match inner.url(&inner.text.clone(), path, None, cx)? {
                Yaml::Text(url) => rows.set(value.clone(), url),
                _ => {
                    cx.fail(format!("the host of `{}` hangs on several choices at once", cx.entry.name));
                    return None;
                }
            }
        }
        let known = cx.field_mut(&field.from)?;
        known.used = true;
        if matches!(known.host, Host::No) {
            known.host = Host::Row;
        }
        if known.default.is_none() {
            known.default = default;
        }
        known.needed = Some(path.to_owned());
        Some(Yaml::Map(rows))
    }

    /// The whole host is one field: an origin.
    fn origin(
        &self,
        before: &str,
        host: &str,
        tail: &str,
        path: &str,
        fallback: Option<&Self>,
        cx: &mut Cx<'_>,
    ) -> Option<Yaml> {
        let mut inside = host.chars().filter(|c| self.part(*c).is_some());
        let (Some(one), None) = (inside.next(), inside.next()) else {
            return self.joined(before, host, tail, path, cx);
        };
        let Some(name) = self.name(one).map(str::to_owned) else {
            cx.fail("the host of a URL is computed");
            return None;
        };
        let _ = expression::reference(&name, path, cx)?;
        let (left, right) = host.split_once(one)?;
        let (left, right) = (format!("{before}{left}"), right.to_owned());
        let known = cx.field(&name)?.clone();
        let bare = left.trim_start_matches("https://");
        let domain = right.trim_start_matches(|c| c != '.').trim_start_matches('.');
        let within = match known.values.as_slice() {
            [] if domain.contains('.') => vec![format!("*.{domain}")],
            values => {
                values.iter().map(|value| format!("{bare}{value}{right}").to_ascii_lowercase()).collect()
            }
        };
        let wanted = Host::Origin { before: left, after: right, within };
        let name = match &known.host {
            _ if known.place == Place::Captured => return self.captured(before, host, tail, path, cx),
            Host::No => name,
            host if *host == wanted => name,
            // The same value makes another host here: that one is asked for by itself.
            _ => self.second_origin(&known, &wanted, path, cx),
        };
        if known.place != Place::Config {
            cx.fail(format!("the host of a URL is the credential `{}`", known.name));
            return None;
        }
        let field = cx.field_mut(&name)?;
        field.host = wanted;
        field.used = true;
        let ours = field.name.clone();
        if let Some(fallback) = fallback {
            let rest = fallback.text.strip_prefix("https://").unwrap_or_default();
            let end = rest.find('/').unwrap_or(rest.len());
            if field.default.is_none() && fallback.parts.is_empty() {
                // What is kept is the value as theirs would be.
                field.default = Some(rest[..end].to_owned());
            }
        }
        field.needed = Some(path.to_owned());
        Some(Yaml::Text(format!("{{{{ config.{ours} }}}}{}", self.ours(tail, path, cx)?)))
    }

    /// A second field for a host that the first field's value makes otherwise.
    fn second_origin(&self, known: &Field, wanted: &Host, path: &str, cx: &mut Cx<'_>) -> String {
        let role = path.rsplit('/').next().unwrap_or(path).trim_end_matches("_url");
        let from = format!("{}#{role}", known.from);
        if cx.field(&from).is_none_or(|field| field.host != *wanted) {
            let mut field = known.clone();
            field.from.clone_from(&from);
            field.name = format!("{role}_origin");
            field.host = Host::No;
            field.title = known.title.as_ref().map(|title| format!("{title} ({})", role.replace('_', " ")));
            fields::add(field, cx);
            cx.assumed(path, format!("`{}` makes two hosts: the second is asked for by itself", known.name));
        }
        from
    }

    /// Several values make the host: they are asked for as one origin.
    fn joined(&self, before: &str, host: &str, tail: &str, path: &str, cx: &mut Cx<'_>) -> Option<Yaml> {
        let names: Vec<String> = self.names(host).map(str::to_owned).collect();
        for name in &names {
            let _ = expression::reference(name, path, cx)?;
        }
        let from = format!("{before}{}", self.plain(host));
        if cx.field(&from).is_none() {
            let mut field = fields::undeclared(&from, path, Place::Config);
            field.name = "origin".to_owned();
            field.title = Some("Address".to_owned());
            field.description = Some(format!("Where the account lives: `{from}`."));
            field.host = Host::Origin { before: String::new(), after: String::new(), within: Vec::new() };
            fields::add(field, cx);
            cx.assumed(
                path,
                format!("the host `{from}` is made of several values, and asked for as one address"),
            );
        }
        let field = cx.field_mut(&from)?;
        field.used = true;
        let ours = field.name.clone();
        Some(Yaml::Text(format!("{{{{ config.{ours} }}}}{}", self.ours(tail, path, cx)?)))
    }

    /// A host that the provider names: the capture is the origin.
    fn captured(&self, before: &str, host: &str, tail: &str, path: &str, cx: &mut Cx<'_>) -> Option<Yaml> {
        let name = self.names(host).next()?.to_owned();
        let field = cx.field_mut(&name)?;
        field.used = true;
        let (left, right) = host.split_once(|c: char| u32::from(c) >= FIRST)?;
        let domain = right.trim_start_matches('.').split(':').next().unwrap_or_default().to_owned();
        let within = if domain.contains('.') { vec![format!("*.{domain}")] } else { Vec::new() };
        field.host = if path.starts_with("additional_steps") && left.is_empty() {
            Host::Url
        } else {
            Host::Origin { before: format!("{before}{left}"), after: right.to_owned(), within }
        };
        let ours = field.name.clone();
        Some(Yaml::Text(format!("{{{{ captured.{ours} }}}}{}", self.ours(tail, path, cx)?)))
    }

    /// A text as it stood in the file.
    fn plain(&self, text: &str) -> String {
        text.chars()
            .map(|c| self.name(c).map_or_else(|| c.to_string(), |name| format!("${{{name}}}")))
            .collect()
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}
