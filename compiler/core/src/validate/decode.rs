//! How a node becomes a value of the manifest.
//!
//! Invariant: `decode` returns nothing only where it has reported why.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Reported, nearest};
use crate::document::{Entry, Kind, Node, Scalar, Style, Value};
use crate::limits;
use crate::source::{Span, Spanned};
use crate::validate::hints::{self, Hint};

/// A value of the manifest that can be read from a node.
pub(crate) trait Decode: Sized {
    /// Reads the value, or reports what is wrong.
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self>;
}

/// What decoders share.
pub(crate) struct Cx<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl<'d> Cx<'d> {
    pub(crate) fn new(diagnostics: &'d mut Diagnostics) -> Self {
        Self { diagnostics }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        self.diagnostics.report(diagnostic)
    }

    /// Reports, and gives nothing.
    pub(crate) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.report(diagnostic);
        None
    }

    pub(crate) fn wrong_type<T>(&mut self, node: &Node, wanted: &str) -> Option<T> {
        let message = format!("{wanted} belongs here, and this is {}", node.describe());
        let mut diagnostic = Diagnostic::new(Code::WRONG_TYPE, message, node.span);
        if let Kind::Scalar(scalar) = &node.kind {
            let text_wanted = wanted.contains("text") || wanted.contains("template");
            if text_wanted && scalar.style == Style::Plain && !node.span.is_empty() {
                let quoted = format!("'{}'", scalar.text);
                diagnostic = diagnostic.suggest("quote it, to make it a text", node.span, quoted);
            }
        }
        self.fail(diagnostic)
    }

    /// The members of a mapping.
    pub(crate) fn mapping<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<&'n [Entry]> {
        match &node.kind {
            Kind::Map(entries) => Some(entries),
            _ => self.wrong_type(node, wanted),
        }
    }

    /// The members of a mapping whose keys are fixed. One of very many members is not read: none of them means anything.
    pub(crate) fn fixed<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<&'n [Entry]> {
        let entries = self.mapping(node, wanted)?;
        self.at_most(entries.len(), limits::MEMBERS, "members", node)?;
        Some(entries)
    }

    /// Reports where there is more than is taken.
    pub(crate) fn at_most(&mut self, count: usize, most: usize, what: &str, node: &Node) -> Option<()> {
        if count <= most {
            return Some(());
        }
        let message = format!("there are {count} {what}, and at most {most} are taken");
        let span = Span { end: first_line(node), ..node.span };
        self.fail(Diagnostic::new(Code::TOO_LARGE, message, span))
    }

    /// The items of a list.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<&'n [Node]> {
        match &node.kind {
            Kind::List(items) => Some(items),
            _ => self.wrong_type(node, wanted),
        }
    }

    /// The scalar of a text.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<&'n Scalar> {
        match &node.kind {
            Kind::Scalar(scalar) if scalar.value == Value::Text => Some(scalar),
            _ => self.wrong_type(node, wanted),
        }
    }

    /// Reports a key that means nothing, and gives the key that was likely meant: one that the mapping lacks.
    pub(crate) fn unknown_key<'k>(
        &mut self,
        node: &Node,
        entry: &Entry,
        known: &[&'k str],
        what: &str,
    ) -> Option<&'k str> {
        let message = format!("{what} has no key `{}`", shorten(&entry.key));
        let mut diagnostic = Diagnostic::new(Code::UNKNOWN_KEY, message, entry.key_span);
        let mut lacking = known.iter().copied().filter(|key| node.get(key).is_none());
        let hint = hints::key(what, &entry.key);
        let meant = match hint {
            Some(Hint::Word(word)) => lacking.find(|key| *key == word),
            Some(Hint::Help(_)) => None,
            None => nearest(&entry.key, lacking),
        };
        diagnostic = match (meant, hint) {
            (Some(key), _) => diagnostic.suggest(format!("did you mean `{key}`?"), entry.key_span, key),
            (None, Some(Hint::Help(help))) => diagnostic.help(help),
            (None, _) => diagnostic.help(format!("it has {}", words(known))),
        };
        self.report(diagnostic);
        meant
    }

    pub(crate) fn missing_key(&mut self, node: &Node, key: &str, what: &str) {
        let message = format!("{what} needs the key `{key}`");
        let span = Span { end: first_line(node), ..node.span };
        self.report(Diagnostic::new(Code::MISSING_KEY, message, span).label("not in here"));
    }

    pub(crate) fn unknown_value<T>(
        &mut self,
        span: Span,
        text: &str,
        what: &str,
        known: &[&str],
    ) -> Option<T> {
        let message = format!("`{}` is no {what}", shorten(text));
        let diagnostic = Diagnostic::new(Code::UNKNOWN_VALUE, message, span);
        let diagnostic = match hints::value(what, text) {
            Some(Hint::Word(word)) => diagnostic.suggest(format!("did you mean `{word}`?"), span, word),
            Some(Hint::Help(help)) => diagnostic.help(help),
            None => diagnostic.suggest_nearest(text, known.iter().copied()),
        };
        self.fail(diagnostic.help(format!("it is one of {}", words(known))))
    }
}

/// The end of a node's first key, or of the node itself where it has none.
fn first_line(node: &Node) -> usize {
    match &node.kind {
        Kind::List(items) => items.first().map_or(node.span.end, |item| item.span.end.max(node.span.start)),
        Kind::Map(entries) => {
            entries.first().map_or(node.span.end, |entry| entry.key_span.end.max(node.span.start))
        }
        _ => node.span.end,
    }
}

/// A list of words for a message.
pub(crate) fn words(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// A text for a message, cut where it is long.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        T::decode(node, cx).map(|value| Self::new(value, node.span))
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        T::decode(node, cx).map(Self::new)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let items = cx.list(node, "a list")?;
        cx.at_most(items.len(), limits::LIST_ITEMS, "items", node)?;
        let decoded: Vec<_> = items.iter().map(|item| T::decode(item, cx)).collect();
        decoded.into_iter().collect()
    }
}

impl Decode for bool {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Scalar(Scalar { value: Value::Bool(value), .. }) => Some(*value),
            Kind::Scalar(scalar) if matches!(scalar.text.as_str(), "yes" | "on" | "no" | "off") => {
                let value = matches!(scalar.text.as_str(), "yes" | "on");
                let message = format!("a boolean belongs here: `true` or `false`, not `{}`", scalar.text);
                let diagnostic = Diagnostic::new(Code::WRONG_TYPE, message, node.span);
                cx.fail(diagnostic.suggest(format!("write `{value}`"), node.span, value.to_string()))
            }
            _ => cx.wrong_type(node, "a boolean (`true` or `false`)"),
        }
    }
}

impl Decode for u64 {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Scalar(Scalar { value: Value::Int(value), .. }) => match Self::try_from(*value) {
                Ok(value) => Some(value),
                Err(_) => {
                    let message = format!("the number must not be negative, and this is `{value}`");
                    cx.fail(Diagnostic::new(Code::NUMBER_OUT_OF_RANGE, message, node.span))
                }
            },
            _ => cx.wrong_type(node, "a whole number"),
        }
    }
}

/// A number, as it stands in the manifest.
#[derive(Debug, Clone)]
pub struct Number(pub serde_json::Number);

impl Decode for Number {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match node.to_json() {
            serde_json::Value::Number(number) => Some(Self(number)),
            _ => cx.wrong_type(node, "a number"),
        }
    }
}

/// Any value, as JSON.
#[derive(Debug, Clone)]
pub struct Literal(pub serde_json::Value);

impl Decode for Literal {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        secrets(node, cx);
        Some(Self(node.to_json()))
    }
}

/// Warns of texts within a value that look like real credentials.
fn secrets(node: &Node, cx: &mut Cx<'_>) {
    match &node.kind {
        Kind::Scalar(scalar) => super::text::literal_secret(&scalar.text, node.span, cx),
        Kind::List(items) => items.iter().for_each(|item| secrets(item, cx)),
        Kind::Map(entries) => entries.iter().for_each(|entry| secrets(&entry.value, cx)),
    }
}

/// A mapping whose keys the author chooses.
#[derive(Debug, Clone)]
pub struct Members<K, T> {
    entries: Vec<(Spanned<String>, T)>,
    /// The places of the entries, in the order of their names.
    sorted: Vec<usize>,
    key: std::marker::PhantomData<K>,
}

/// What keys an author may choose.
pub(crate) trait KeyRule {
    /// What such a key is called in messages and in the schema.
    const WHAT: &'static str;
    /// The most that there may be.
    const MOST: usize;
    /// The regular expression of the schema.
    const PATTERN: &'static str;
    /// Why a key is not such a name, and the name that it could be.
    fn wrong(key: &str) -> Option<(String, Option<String>)>;
}

impl<K, T> Members<K, T> {
    /// The members, in the manifest's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Spanned<String>, &T)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        let found =
            self.sorted.binary_search_by(|place| self.entries[*place].0.value.as_str().cmp(name)).ok()?;
        Some(&self.entries[self.sorted[found]].1)
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.value.as_str())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

impl<K, T> Default for Members<K, T> {
    fn default() -> Self {
        Self { entries: Vec::new(), sorted: Vec::new(), key: std::marker::PhantomData }
    }
}

impl<K: KeyRule, T: Decode> Decode for Members<K, T> {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let members = cx.mapping(node, &format!("a mapping, by {}", K::WHAT))?;
        cx.at_most(members.len(), K::MOST, "members", node)?;
        let mut entries = Vec::with_capacity(members.len());
        let mut whole = true;
        for entry in members {
            let named = check_key::<K>(entry, cx);
            match T::decode(&entry.value, cx) {
                Some(value) if named => {
                    entries.push((Spanned::new(entry.key.clone(), entry.key_span), value))
                }
                _ => whole = false,
            }
        }
        let mut sorted: Vec<usize> = (0..entries.len()).collect();
        sorted.sort_by(|a, b| entries[*a].0.value.cmp(&entries[*b].0.value));
        whole.then_some(Self { entries, sorted, key: std::marker::PhantomData })
    }
}

fn check_key<K: KeyRule>(entry: &Entry, cx: &mut Cx<'_>) -> bool {
    let wrong = if entry.key.len() > limits::NAME_BYTES {
        Some((format!("it has {} bytes, and may have {}", entry.key.len(), limits::NAME_BYTES), None))
    } else {
        K::wrong(&entry.key)
    };
    let Some((why, mended)) = wrong else { return true };
    let message = format!("`{}` is no {}: {why}", shorten(&entry.key), K::WHAT);
    let mut diagnostic = Diagnostic::new(Code::BAD_NAME, message, entry.key_span);
    if let Some(mended) = mended {
        diagnostic = diagnostic.suggest(format!("write `{mended}`"), entry.key_span, mended);
    }
    cx.report(diagnostic);
    false
}
