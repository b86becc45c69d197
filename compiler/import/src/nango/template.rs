//! Nango's templates: `${…}` in a text, functions over them, and `A || B`.

/// A template, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Template {
    pub(super) parts: Vec<Part>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Literal(String),
    /// `${connectionConfig.domain}`: the path.
    Name(String),
    /// `${now}`, `${now:FORMAT}`, `${now+7:days:FORMAT}`.
    Now {
        offset: Option<(i64, String)>,
        format: Option<String>,
    },
    /// `${base64(…)}`: the function, and its arguments.
    Call(String, Vec<Template>),
}

impl Template {
    /// Reads a template. A `${` that nothing closes is literal text.
    pub(super) fn read(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(end) = closing(&rest[start + 2..]).map(|end| start + 2 + end) else { break };
            literal(&rest[..start], &mut parts);
            parts.push(placeholder(rest[start + 2..end].trim()));
            rest = &rest[end + 1..];
        }
        literal(rest, &mut parts);
        Self { parts }
    }

    /// The text, where nothing in it is a placeholder.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The names in it, those within functions among them.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for part in &self.parts {
            match part {
                Part::Name(name) => names.push(name.as_str()),
                Part::Call(_, arguments) => names.extend(arguments.iter().flat_map(Self::names)),
                Part::Literal(_) | Part::Now { .. } => {}
            }
        }
        names
    }

    /// Whether some part fulfils a condition, those within functions among them.
    pub(super) fn any(&self, found: &dyn Fn(&Part) -> bool) -> bool {
        self.parts.iter().any(|part| {
            found(part)
                || matches!(part, Part::Call(_, arguments) if arguments.iter().any(|argument| argument.any(found)))
        })
    }
}

/// The alternatives of `A || B`, where at least one holds a placeholder.
pub(super) fn alternatives(text: &str) -> Vec<&str> {
    if !text.contains("${") || !text.contains("||") {
        return vec![text];
    }
    // A function's own `||` is none of ours: only those outside of braces count.
    let mut list = Vec::new();
    let (mut depth, mut start, mut at) = (0_usize, 0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 && bytes.get(at + 1) == Some(&b'|') => {
                list.push(text[start..at].trim());
                at += 1;
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    list.push(text[start..].trim());
    list.retain(|part| !part.is_empty());
    list
}

fn literal(text: &str, parts: &mut Vec<Part>) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Literal(before)) => before.push_str(text),
        _ => parts.push(Part::Literal(text.to_owned())),
    }
}

/// Where the brace that closes a placeholder stands.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn placeholder(text: &str) -> Part {
    if let Some(now) =
        text.strip_prefix("now").filter(|rest| rest.is_empty() || rest.starts_with([':', '+', '-']))
    {
        return moment(now).unwrap_or_else(|| Part::Name(text.to_owned()));
    }
    match text.split_once('(') {
        Some((name, rest)) if rest.ends_with(')') && name.chars().all(|c| c.is_ascii_alphanumeric()) => {
            Part::Call(name.to_owned(), arguments(&rest[..rest.len() - 1]))
        }
        _ => Part::Name(text.to_owned()),
    }
}

/// What stands behind `now`: an offset as `+7:days`, a format, both or neither.
fn moment(text: &str) -> Option<Part> {
    if let Some(format) = text.strip_prefix(':') {
        return Some(Part::Now { offset: None, format: Some(format.to_owned()) });
    }
    if text.is_empty() {
        return Some(Part::Now { offset: None, format: None });
    }
    let mut pieces = text.splitn(3, ':');
    let count = pieces.next()?.trim_start_matches('+').parse().ok()?;
    let unit = pieces.next()?.to_owned();
    Some(Part::Now { offset: Some((count, unit)), format: pieces.next().map(str::to_owned) })
}

/// The arguments of a function: templates, with commas between them. A quote is a character as any other.
fn arguments(text: &str) -> Vec<Template> {
    let mut list = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                list.push(Template::read(text[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    list.push(Template::read(text[start..].trim()));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Part {
        Part::Name(name.to_owned())
    }

    fn text(text: &str) -> Part {
        Part::Literal(text.to_owned())
    }

    #[test]
    fn texts_and_placeholders_are_told_apart() {
        assert_eq!(Template::read("a${b}c${d}").parts, [text("a"), name("b"), text("c"), name("d")]);
        assert_eq!(Template::read("a${b").parts, [text("a${b")]);
        assert_eq!(Template::read("").literal(), Some(""));
    }

    #[test]
    fn functions_take_templates() {
        let read = Template::read("${base64(${a}:${b})}");
        let inner = Template { parts: vec![name("a"), text(":"), name("b")] };
        assert_eq!(read.parts, [Part::Call("base64".to_owned(), vec![inner])]);
        assert_eq!(read.names(), ["a", "b"]);
        let read = Template::read("${sign(\"x\": (a, b) ${m}\n\"y\", ${key})}");
        let inner = Template { parts: vec![text("\"x\": (a, b) "), name("m"), text("\n\"y\"")] };
        assert_eq!(read.parts, [Part::Call("sign".to_owned(), vec![inner, Template::read("${key}")])]);
    }

    #[test]
    fn moments_have_offsets_and_formats() {
        let now = |text: &str| Template::read(text).parts.remove(0);
        assert_eq!(now("${now}"), Part::Now { offset: None, format: None });
        assert_eq!(now("${now:HH:mm}"), Part::Now { offset: None, format: Some("HH:mm".to_owned()) });
        let week = Part::Now { offset: Some((7, "days".to_owned())), format: Some("YYYY".to_owned()) };
        assert_eq!(now("${now+7:days:YYYY}"), week);
        assert_eq!(now("${nowhere}"), name("nowhere"));
    }

    #[test]
    fn alternatives_stand_outside_of_placeholders() {
        assert_eq!(alternatives("https://${a} || https://b"), ["https://${a}", "https://b"]);
        assert_eq!(alternatives("a || b"), ["a || b"]);
        assert_eq!(alternatives("${a}||x"), ["${a}", "x"]);
    }
}
