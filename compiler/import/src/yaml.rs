//! YAML as a person would write it: short things on one line, long ones below each other.
//!
//! Invariant: what is written is read back as the same texts by any YAML 1.2 reader, and by older ones.

/// Columns of a line.
const WIDTH: usize = 116;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Yaml {
    /// A text. It is quoted where it must be.
    Text(String),
    /// A number or a boolean, as it is written.
    Word(String),
    /// Nothing.
    Null,
    /// Values below each other, or in brackets where they fit.
    List(Vec<Yaml>),
    /// Members below each other, or in braces where they fit.
    Map(Map),
}

/// Members in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Map {
    members: Vec<(String, Yaml)>,
    /// Whether each member has a line of its own, though all might fit on one.
    spread: bool,
}

impl Map {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Each member on a line of its own.
    pub(crate) fn spread() -> Self {
        Self { members: Vec::new(), spread: true }
    }

    /// Adds a member, or replaces the one of that name.
    pub(crate) fn set(&mut self, key: impl Into<String>, value: impl Into<Yaml>) {
        let (key, value) = (key.into(), value.into());
        match self.members.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => self.members.push((key, value)),
        }
    }

    /// Adds a member where there is a value.
    pub(crate) fn set_some(&mut self, key: &str, value: Option<impl Into<Yaml>>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// Adds a member where it holds anything.
    pub(crate) fn set_filled(&mut self, key: &str, value: Map) {
        if !value.is_empty() {
            self.set(key, value);
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Yaml> {
        self.members.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub(crate) fn into_members(self) -> impl Iterator<Item = (String, Yaml)> {
        self.members.into_iter()
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Yaml> {
        let place = self.members.iter().position(|(known, _)| known == key)?;
        Some(self.members.remove(place).1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(key, _)| key.as_str())
    }
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Yaml {
    fn from(value: bool) -> Self {
        Self::Word(value.to_string())
    }
}

impl From<Map> for Yaml {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Yaml>> for Yaml {
    fn from(list: Vec<Yaml>) -> Self {
        Self::List(list)
    }
}

impl From<&serde_json::Value> for Yaml {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) | Value::Number(_) => Self::Word(value.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                let mut map = Map::new();
                for (key, value) in members {
                    map.set(key.clone(), value);
                }
                Self::Map(map)
            }
        }
    }
}

/// Writes the members of a document. The sections that are mappings are set off by empty lines.
pub(crate) fn write(document: &Map) -> String {
    let mut out = String::new();
    for (key, value) in &document.members {
        if (matches!(value, Yaml::Map(_)) && key != "links" || key == "test") && !out.is_empty() {
            out.push('\n');
        }
        member(key, value, 0, &mut out);
    }
    out
}

fn member(key: &str, value: &Yaml, indent: usize, out: &mut String) {
    let key = scalar(key, true);
    let pad = " ".repeat(indent);
    let room = WIDTH.saturating_sub(indent + key.len() + 2);
    if let Some(line) = one_line(value, false).filter(|line| line.len() <= room || is_scalar(value)) {
        out.push_str(&format!("{pad}{key}: {line}\n"));
        return;
    }
    match value {
        Yaml::Text(text) => {
            let mark = if text.ends_with('\n') { "|" } else { "|-" };
            out.push_str(&format!("{pad}{key}: {mark}\n"));
            for line in text.trim_end_matches('\n').split('\n') {
                out.push_str(&match line {
                    "" => "\n".to_owned(),
                    line => format!("{pad}  {line}\n"),
                });
            }
        }
        Yaml::List(items) => {
            out.push_str(&format!("{pad}{key}:\n"));
            items.iter().for_each(|value| item(value, indent + 2, out));
        }
        Yaml::Map(map) => {
            out.push_str(&format!("{pad}{key}:\n"));
            map.members.iter().for_each(|(key, value)| member(key, value, indent + 2, out));
        }
        Yaml::Word(_) | Yaml::Null => {}
    }
}

fn item(value: &Yaml, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    let room = WIDTH.saturating_sub(indent + 2);
    if let Some(line) = one_line(value, false).filter(|line| line.len() <= room || is_scalar(value)) {
        out.push_str(&format!("{pad}- {line}\n"));
        return;
    }
    let mut below = String::new();
    match value {
        Yaml::Map(map) => {
            map.members.iter().for_each(|(key, value)| member(key, value, indent + 2, &mut below))
        }
        Yaml::List(items) => items.iter().for_each(|value| item(value, indent + 2, &mut below)),
        Yaml::Text(text) => below = format!("{pad}  {}\n", double_quoted(text)),
        Yaml::Word(_) | Yaml::Null => {}
    }
    // The first member stands behind the dash.
    out.push_str(&format!("{pad}- {}", below.get(indent + 2..).unwrap_or_default()));
}

fn is_scalar(value: &Yaml) -> bool {
    !matches!(value, Yaml::List(_) | Yaml::Map(_))
}

/// The value on one line, where it has such a form.
fn one_line(value: &Yaml, inside: bool) -> Option<String> {
    Some(match value {
        Yaml::Text(text) if text.trim_end_matches('\n').contains('\n') && !inside && is_block(text) => {
            return None;
        }
        Yaml::Text(text) => scalar(text, inside),
        Yaml::Word(word) => word.clone(),
        Yaml::Null => "null".to_owned(),
        Yaml::List(items) => {
            let items: Option<Vec<_>> = items.iter().map(|item| one_line(item, true)).collect();
            format!("[{}]", items?.join(", "))
        }
        Yaml::Map(map) if map.spread && !map.is_empty() => return None,
        Yaml::Map(map) => {
            let members: Option<Vec<_>> = map
                .members
                .iter()
                .map(|(key, value)| Some(format!("{}: {}", scalar(key, true), one_line(value, true)?)))
                .collect();
            format!("{{{}}}", members?.join(", "))
        }
    })
}

/// Whether a text can stand as a literal block.
fn is_block(text: &str) -> bool {
    text.lines().all(|line| !line.starts_with([' ', '\t']) && line.trim_end() == line)
        && !text.starts_with('\n')
        && !text.ends_with("\n\n")
        && !text.chars().any(|c| c.is_control() && c != '\n')
}

fn scalar(text: &str, inside: bool) -> String {
    if text.chars().any(|c| c.is_control()) {
        double_quoted(text)
    } else if is_plain(text, inside) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn double_quoted(text: &str) -> String {
    // JSON's escapes are YAML's, too.
    serde_json::Value::from(text).to_string()
}

/// Whether a text needs no quotes, for YAML 1.1 and 1.2 alike.
fn is_plain(text: &str, inside: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let word = text.to_ascii_lowercase();
    let meaning =
        ["null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "<<", "="];
    let begins = first.is_ascii_alphabetic()
        || first.is_ascii_digit()
        || matches!(first, '/' | '_' | '(' | '.' | '^' | '+' | '$')
        || !first.is_ascii();
    // `1.2.3` is a number to nobody.
    let numeric = text.matches('.').count() < 2
        && text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '.'))
        && text
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, '.' | '+' | '-' | ':' | '_' | 'x' | 'o'));
    begins
        && !numeric
        && !meaning.contains(&word.as_str())
        && text.trim() == text
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && !text.contains("{{")
        && !(inside && text.contains([',', '[', ']', '{', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(map: &Map) -> String {
        write(map)
    }

    #[test]
    fn short_mappings_stand_on_one_line_and_long_ones_do_not() {
        let mut field = Map::new();
        field.set("title", "API key");
        field.set("secret", true);
        let mut fields = Map::spread();
        fields.set("key", field.clone());
        field.set("description", "x".repeat(WIDTH));
        fields.set("other", field);
        let mut document = Map::new();
        document.set("config", fields);
        let expected = format!(
            "config:\n  key: {{title: API key, secret: true}}\n  other:\n    title: API key\n    secret: true\n    description: {}\n",
            "x".repeat(WIDTH)
        );
        assert_eq!(lines(&document), expected);
    }

    #[test]
    fn texts_that_mean_something_else_are_quoted() {
        for text in [
            "", "no", "0123", "1.5", "12:30", "a: b", "a #b", "'x'", "{{ a }}", "@x", "- a", "null", "-",
            "1e3",
        ] {
            assert!(scalar(text, false).starts_with('\''), "{text}");
        }
        for text in ["a", "2023-06-01T", "/v1/me", "^[0-9]$x", "https://a.example/b"] {
            assert_eq!(scalar(text, false), text);
        }
        assert_eq!(scalar("a, b", true), "'a, b'");
        assert_eq!(scalar("a\tb", false), "\"a\\tb\"");
    }

    #[test]
    fn paragraphs_stand_as_a_block() {
        let mut document = Map::new();
        document.set("description", "One.\n\nTwo.\n");
        assert_eq!(lines(&document), "description: |\n  One.\n\n  Two.\n");
    }

    #[test]
    fn the_first_member_of_a_listed_mapping_stands_behind_its_dash() {
        let mut step = Map::spread();
        step.set("post", "/login");
        step.set("expect", {
            let mut expect = Map::new();
            expect.set("status", Yaml::Word("200".to_owned()));
            expect
        });
        let mut document = Map::new();
        document.set("steps", vec![Yaml::Map(step)]);
        assert_eq!(lines(&document), "steps:\n  - post: /login\n    expect: {status: 200}\n");
    }
}
