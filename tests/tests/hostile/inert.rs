//! Whether a text that came into a crate does anything there: compared with the crate of a harmless text in its place.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use syn::{Item, ItemImpl};

/// The files of a crate by their paths.
pub(crate) type Files = BTreeMap<String, String>;

/// The crate of a harmless text, with what its Rust says, read once.
pub(crate) struct Twin {
    files: Files,
    rust: BTreeMap<String, Rust>,
}

impl Twin {
    pub(crate) fn new(files: Files) -> Result<Self, String> {
        let sources = files.iter().filter(|(path, _)| path.ends_with(".rs"));
        let rust = sources.map(|(path, text)| {
            let rust = Rust::of(text).and_then(|rust| rust.facts.documented(text).map(|()| rust));
            Ok((path.clone(), rust.map_err(|why| format!("the twin's {path}: {why}"))?))
        });
        Ok(Self { rust: rust.collect::<Result<_, String>>()?, files })
    }
}

/// Compares a crate with that of a harmless text. `strict`: the text is documentation, so that nothing else differs.
pub(crate) fn check(files: &Files, twin: &Twin, strict: bool) -> Result<(), String> {
    if files.keys().ne(twin.files.keys()) {
        return Err(format!("the files are {:?}", files.keys()));
    }
    // What is the twin's to the byte is as harmless as it.
    for (path, text) in files.iter().filter(|(path, text)| twin.files[*path] != **text) {
        let checked = match path.rsplit_once('.').map(|(_, extension)| extension) {
            Some("rs") => rust(text, &twin.rust[path], strict),
            Some("toml") => toml(text, &twin.files[path]),
            Some("md") => {
                let twin = &twin.files[path];
                // Both begin with the comment that names the compiler.
                let header = twin.lines().next().filter(|line| line.starts_with("<!--")).unwrap_or_default();
                let rest = |text: &str| text.strip_prefix(header).unwrap_or(text).to_owned();
                markdown(&rest(text), &fences(&rest(twin)))
            }
            _ => Ok(()),
        };
        checked.map_err(|why| format!("{path}: {why}"))?;
    }
    Ok(())
}

/// Checks a crate that has no twin of its own shape: it has the files of another, and nothing that acts.
pub(crate) fn sound(files: &Files, other: &Files) -> Result<(), String> {
    if files.keys().ne(other.keys()) {
        return Err(format!("the files are {:?}", files.keys()));
    }
    let rust = |(path, _): &(&String, &String)| path.ends_with(".rs");
    let all = other.iter().filter(rust).map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n");
    let expected = Facts::of(&all)?;
    for (path, text) in files.iter().filter(rust) {
        syn::parse_file(text).map_err(|error| format!("{path} is not Rust: {error}"))?;
        let facts = Facts::of(text)?;
        facts
            .within(&expected)
            .and_then(|()| facts.documented(text))
            .map_err(|why| format!("{path}: {why}"))?;
    }
    Ok(())
}

/// Checks a crate by itself: its macros and attributes are among those that generated code has.
pub(crate) fn sound_alone(files: &Files) -> Result<(), String> {
    let macros = ["record", "open_enum", "union"];
    let attributes =
        ["allow", "deprecated", "derive", "doc", "forbid", "must_use", "non_exhaustive", "rustfmt"];
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let facts = Facts::of(text).map_err(|why| format!("{path}: {why}"))?;
        let other = facts.macros.iter().find(|name| !macros.contains(&name.as_str()));
        let names = facts.attributes.iter().map(|text| text.split([' ', '(']).next().unwrap_or_default());
        let attribute = names.into_iter().find(|name| !attributes.contains(name));
        if let Some(other) =
            other.map(String::as_str).or(attribute).or(facts.keywords.first().map(String::as_str))
        {
            return Err(format!("{path} has `{other}`"));
        }
        facts.documented(text).map_err(|why| format!("{path}: {why}"))?;
    }
    Ok(())
}

/// Whether a text stands in a crate as data: as a literal, or within one as JSON.
pub(crate) fn holds(files: &Files, wanted: &str) -> bool {
    let json = serde_json::Value::from(wanted).to_string();
    files.iter().filter(|(path, _)| path.ends_with(".rs")).any(|(_, text)| {
        let mut found = false;
        walk(text.parse().unwrap_or_default(), &mut |tree| {
            if !found
                && let TokenTree::Literal(literal) = tree
                && let Ok(literal) = syn::parse_str::<syn::LitStr>(&literal.to_string())
            {
                let value = literal.value();
                found |= value == wanted || value.contains(&json);
            }
        });
        found
    })
}

fn rust(text: &str, twin: &Rust, strict: bool) -> Result<(), String> {
    let Rust { items, facts } = Rust::of(text)?;
    if items != twin.items {
        return Err(format!("its items are\n{items:?}\nand not\n{:?}", twin.items));
    }
    facts.within(&twin.facts)?;
    if strict && facts.code != twin.facts.code {
        return Err("its code, without documentation and literals, differs".to_owned());
    }
    facts.documented(text)
}

/// A file of Rust.
struct Rust {
    items: Vec<String>,
    facts: Facts,
}

impl Rust {
    fn of(text: &str) -> Result<Self, String> {
        let file = syn::parse_file(text).map_err(|error| format!("it is not Rust: {error}"))?;
        Ok(Self { items: kinds(&file.items), facts: Facts::of(text)? })
    }
}

/// What a file's tokens say.
#[derive(Default)]
struct Facts {
    macros: BTreeSet<String>,
    attributes: BTreeSet<String>,
    /// Those that no generated file has.
    keywords: BTreeSet<String>,
    docs: Vec<String>,
    /// Everything but documentation and the contents of literals.
    code: String,
}

impl Facts {
    fn of(text: &str) -> Result<Self, String> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("it is not Rust: {error}"))?;
        let mut facts = Self::default();
        facts.read(tokens);
        Ok(facts)
    }

    /// Nothing acts here that does not act in what is expected.
    fn within(&self, expected: &Self) -> Result<(), String> {
        for (what, has, may) in [
            ("macros", &self.macros, &expected.macros),
            ("attributes", &self.attributes, &expected.attributes),
            ("keywords", &self.keywords, &BTreeSet::new()),
        ] {
            if let Some(extra) = has.difference(may).next() {
                return Err(format!("among its {what} is `{extra}`"));
            }
        }
        Ok(())
    }

    /// The documentation is inert, and the file of this text shows all that it holds.
    fn documented(&self, text: &str) -> Result<(), String> {
        if let Some(hidden) = text.chars().find(|c| hides(*c)) {
            return Err(format!("it holds the character {}", hidden.escape_unicode()));
        }
        self.docs.iter().try_for_each(|docs| markdown(docs, &[]))
    }

    fn read(&mut self, tokens: TokenStream) {
        let trees: Vec<_> = tokens.into_iter().collect();
        let mut place = 0;
        let mut docs = String::new();
        while place < trees.len() {
            let punct =
                |place: usize, c| matches!(trees.get(place), Some(TokenTree::Punct(p)) if p.as_char() == c);
            if punct(place, '#') {
                let inner = usize::from(punct(place + 1, '!'));
                if let Some(TokenTree::Group(group)) = trees.get(place + 1 + inner) {
                    let attribute: Vec<_> = group.stream().into_iter().collect();
                    let name = attribute.first().map(ToString::to_string).unwrap_or_default();
                    match (name.as_str(), attribute.get(2)) {
                        ("doc", Some(TokenTree::Literal(literal))) => {
                            let line = syn::parse_str::<syn::LitStr>(&literal.to_string());
                            let line = line.map(|line| line.value()).unwrap_or_default();
                            docs.push_str(line.strip_prefix(' ').unwrap_or(&line));
                            docs.push('\n');
                        }
                        _ => {
                            self.attributes.insert(group.stream().to_string());
                        }
                    }
                    place += 2 + inner;
                    continue;
                }
            }
            self.docs.extend((!docs.is_empty()).then(|| std::mem::take(&mut docs)));
            match &trees[place] {
                TokenTree::Ident(ident) => {
                    let ident = ident.to_string();
                    let mutable =
                        matches!(trees.get(place + 1), Some(TokenTree::Ident(next)) if next == "mut");
                    if ["unsafe", "extern"].contains(&ident.as_str()) || (ident == "static" && mutable) {
                        self.keywords.insert(ident.clone());
                    }
                    if punct(place + 1, '!') && matches!(trees.get(place + 2), Some(TokenTree::Group(_))) {
                        self.macros.insert(ident.clone());
                    }
                    self.code.push_str(&ident);
                    self.code.push(' ');
                }
                TokenTree::Group(group) => {
                    self.code.push_str("( ");
                    self.read(group.stream());
                    // A list that needs several lines ends with a comma.
                    self.code.truncate(self.code.trim_end_matches(',').len());
                    self.code.push_str(") ");
                }
                TokenTree::Punct(punct) => self.code.push(punct.as_char()),
                TokenTree::Literal(_) => self.code.push_str("_ "),
            }
            place += 1;
        }
        self.docs.extend((!docs.is_empty()).then_some(docs));
    }
}

fn walk(tokens: TokenStream, visit: &mut impl FnMut(&TokenTree)) {
    for tree in tokens {
        visit(&tree);
        if let TokenTree::Group(group) = tree {
            walk(group.stream(), visit);
        }
    }
}

/// The kinds of items, with those inside of them.
fn kinds(items: &[Item]) -> Vec<String> {
    let kind = |item: &Item| match item {
        Item::Const(_) => "const".to_owned(),
        Item::Enum(item) => format!("enum {}", item.variants.len()),
        Item::Fn(_) => "fn".to_owned(),
        Item::Impl(ItemImpl { items, .. }) => format!("impl {}", items.len()),
        Item::Macro(_) => "macro".to_owned(),
        Item::Mod(item) => {
            format!("mod {:?}", item.content.as_ref().map(|(_, items)| kinds(items)).unwrap_or_default())
        }
        Item::Static(_) => "static".to_owned(),
        Item::Struct(item) => format!("struct {}", item.fields.len()),
        Item::Type(_) => "type".to_owned(),
        Item::Use(_) => "use".to_owned(),
        _ => "something else".to_owned(),
    };
    items.iter().map(kind).collect()
}

/// Whether a character hides, turns or breaks the text around it.
fn hides(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Documentation: no HTML, no image, no link but to https and mailto, and no code but as text or as `fences` say.
fn markdown(text: &str, fences: &[String]) -> Result<(), String> {
    if let Some(hidden) = text.chars().find(|c| hides(*c)) {
        return Err(format!("the documentation holds the character {}", hidden.escape_unicode()));
    }
    let mut code = self::fences(text);
    code.retain(|info| info != "text");
    let mut known = fences.to_vec();
    known.retain(|info| info != "text");
    if code != known {
        return Err(format!("code blocks of {code:?} in:\n{text}"));
    }
    for event in parser(text) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => return Err(format!("HTML `{html}` in:\n{text}")),
            Event::Start(Tag::Image { dest_url, .. }) => return Err(format!("an image of {dest_url}")),
            Event::Start(Tag::Link { dest_url, .. }) if !harmless(&dest_url) => {
                return Err(format!("a link to {dest_url} in:\n{text}"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The runtime's documentation is a place that we name ourselves; all else is the provider's.
fn harmless(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("mailto:") || url.starts_with("crate::") || is_path(url)
}

/// A Rust path of our own making, as `Client::get_thing`.
fn is_path(url: &str) -> bool {
    let parts = url.split("::").map(|part| part.strip_prefix("r#").unwrap_or(part));
    parts
        .into_iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// The info words of the code blocks; an indented block has none.
fn fences(text: &str) -> Vec<String> {
    parser(text)
        .filter_map(|event| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => Some(info.into_string()),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Some("(indented)".to_owned()),
            _ => None,
        })
        .collect()
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::all())
}

/// A package's manifest has the keys of its twin, at every level.
fn toml(text: &str, twin: &str) -> Result<(), String> {
    let parse = |text: &str| text.parse::<toml::Table>().map_err(|error| format!("it is not TOML: {error}"));
    let (keys, expected) = (keys(&toml::Value::Table(parse(text)?)), keys(&toml::Value::Table(parse(twin)?)));
    if keys == expected { Ok(()) } else { Err(format!("its keys are {keys:?}, and not {expected:?}")) }
}

fn keys(value: &toml::Value) -> Vec<String> {
    let toml::Value::Table(table) = value else { return Vec::new() };
    let below = |(key, value): (&String, &toml::Value)| {
        let mut below: Vec<_> = keys(value).iter().map(|inner| format!("{key}.{inner}")).collect();
        below.insert(0, key.clone());
        below
    };
    table.iter().flat_map(below).collect()
}
