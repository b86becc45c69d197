//! Events → nodes, with places, within the limits.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as YamlSpan, StrInput};

use super::scalar;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Reported};
use crate::document::{Entry, Kind, Node, Scalar, Style, Value};
use crate::limits;
use crate::source::{FileId, Span};

/// The value of a file; none where it holds only comments.
///
/// A description that is imported may hold more, and its keys are texts whatever YAML would read.
pub(super) fn build(
    id: FileId,
    text: &str,
    import: bool,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Node>, Reported> {
    let parser = Parser::new_from_str(text);
    let mut cx = Cx { id, text, import, parser, diagnostics, anchors: BTreeMap::new(), aliases: 0, nodes: 0 };
    cx.stream()
}

struct Cx<'t, 'd> {
    id: FileId,
    text: &'t str,
    import: bool,
    parser: Parser<'t, StrInput<'t>>,
    diagnostics: &'d mut Diagnostics,
    /// Anchored values, by anchor; none while one is being read.
    anchors: BTreeMap<usize, Option<Anchored>>,
    aliases: usize,
    nodes: usize,
}

/// A value that aliases may repeat.
struct Anchored {
    node: Node,
    /// The values that it holds, itself among them.
    size: usize,
    /// The levels that it has.
    height: usize,
}

impl<'t> Cx<'t, '_> {
    fn stream(&mut self) -> Result<Option<Node>, Reported> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(_, version) => {
                    self.directives(version.is_some(), span)?;
                    if root.is_some() {
                        let message = "the file holds a second document";
                        let help = "remove the line `---` or `...`, or move the second document to a file of its own";
                        let place = self.span(span);
                        return Err(
                            self.report(Diagnostic::new(Code::SEVERAL_DOCUMENTS, message, place).help(help))
                        );
                    }
                }
                event => {
                    let node = self.node(event, span, 1)?;
                    let nothing = matches!(&node.kind, Kind::Scalar(scalar) if node.span.is_empty() && scalar.value == Value::Null);
                    root = (!nothing).then_some(node);
                }
            }
        }
    }

    fn directives(&mut self, version: bool, span: YamlSpan) -> Result<(), Reported> {
        let place = self.span(span);
        let before = &self.text[..place.start];
        let directive = before.lines().rev().find(|line| line.starts_with('%'));
        if !version && directive.is_none() {
            return Ok(());
        }
        let start = directive.map_or(0, |line| line.as_ptr() as usize - self.text.as_ptr() as usize);
        let place = Span { file: self.id, start, end: start + directive.map_or(0, str::len) };
        let help = "remove it: a manifest is YAML 1.2 and has no tags";
        Err(self.report(
            Diagnostic::new(Code::YAML_DIRECTIVE, "a manifest has no YAML directives", place).help(help),
        ))
    }

    fn next(&mut self) -> Result<(Event<'t>, YamlSpan), Reported> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, YamlSpan::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: YamlSpan, depth: usize) -> Result<Node, Reported> {
        self.nodes += 1;
        if depth > limits::NESTING {
            return Err(self.too_deep(span));
        }
        if self.nodes > self.most_nodes() {
            let message = format!("the file holds more than {} values", self.most_nodes());
            let place = self.span(span);
            return Err(self.report(Diagnostic::new(Code::TOO_LARGE, message, place)));
        }
        if event.tag().is_some() {
            let place = span.tag_span().map_or(self.span(span), |tag| self.span(tag));
            let help = "remove the tag: what a value is follows from its place in the manifest";
            return Err(
                self.report(Diagnostic::new(Code::YAML_TAG, "a manifest has no YAML tags", place).help(help))
            );
        }
        let before = self.nodes;
        let (anchor, node) = match event {
            Event::Scalar(text, style, anchor, _) => (anchor, self.scalar(text.into_owned(), style, span)?),
            Event::SequenceStart(_, anchor, _) => {
                self.open(anchor);
                (anchor, self.sequence(span, depth)?)
            }
            Event::MappingStart(_, anchor, _) => {
                self.open(anchor);
                (anchor, self.mapping(span, depth)?)
            }
            Event::Alias(anchor) => return self.alias(anchor, span, depth),
            _ => return Err(self.malformed(span)),
        };
        if anchor != 0 {
            let (size, height) = (self.nodes - before + 1, height(&node));
            self.anchors.insert(anchor, Some(Anchored { node: node.clone(), size, height }));
        }
        Ok(node)
    }

    fn most_nodes(&self) -> usize {
        if self.import { limits::IMPORT_NODES } else { limits::FILE_NODES }
    }

    fn open(&mut self, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: YamlSpan) -> Result<Node, Reported> {
        let span = self.span(span);
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Quoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            _ => Style::Block,
        };
        if text.len() > limits::TEXT_BYTES {
            let message = format!("the text has {} bytes, and may have {}", text.len(), limits::TEXT_BYTES);
            return Err(self.report(Diagnostic::new(Code::TOO_LARGE, message, span)));
        }
        if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
            let message = format!("the text holds the control character U+{:04X}", u32::from(c));
            let help = "remove it: no name, value or documentation of a provider has one";
            self.report(Diagnostic::new(Code::CONTROL_CHARACTER, message, span).help(help));
        }
        let value =
            if style == Style::Plain { scalar::resolve(&text, span, self.diagnostics) } else { Value::Text };
        Ok(Node { span, kind: Kind::Scalar(Scalar { text, style, value }) })
    }

    fn sequence(&mut self, start: YamlSpan, depth: usize) -> Result<Node, Reported> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                let span = self.collection(start, span);
                return Ok(Node { span, kind: Kind::List(items) });
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn mapping(&mut self, start: YamlSpan, depth: usize) -> Result<Node, Reported> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut places = BTreeMap::new();
        let mut merges = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                let span = self.collection(start, span);
                let entries = self.merge(entries, merges)?;
                return Ok(Node { span, kind: Kind::Map(entries) });
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            let Some((text, style)) = self.key(&key) else { continue };
            if text == "<<" && style == Style::Plain {
                merges.push(value);
                continue;
            }
            if let Some(first) = places.get(&text) {
                let message = format!("the key `{text}` stands here twice");
                let diagnostic = Diagnostic::new(Code::DUPLICATE_KEY, message, key.span)
                    .label("again here")
                    .also(*first, "first here")
                    .help("remove one of the two, or join what they hold");
                self.report(diagnostic);
                continue;
            }
            places.insert(text.clone(), key.span);
            entries.push(Entry { key: text, key_span: key.span, value });
        }
    }

    /// The text of a key. A key that YAML reads as a number, a boolean or null is not a text.
    fn key(&mut self, key: &Node) -> Option<(String, Style)> {
        match &key.kind {
            Kind::Scalar(scalar) if scalar.value == Value::Text || self.import => {
                Some((scalar.text.clone(), scalar.style))
            }
            Kind::Scalar(scalar) => {
                let quoted = format!("'{}'", scalar.text.replace('\'', "''"));
                let message = format!("a key is a text, and this is {}", key.describe());
                let mut diagnostic = Diagnostic::new(Code::NOT_A_STRING_KEY, message, key.span);
                if !key.span.is_empty() {
                    diagnostic = diagnostic.suggest("quote it, to make it a text", key.span, quoted);
                }
                self.report(diagnostic);
                None
            }
            _ => {
                let message = format!("a key is a text, and this is {}", key.describe());
                let help = if self.text[key.span.start..].starts_with('{') {
                    "a text that begins with `{{` must be quoted: '{{ … }}'"
                } else {
                    "write a plain word before the colon"
                };
                self.report(Diagnostic::new(Code::NOT_A_STRING_KEY, message, key.span).help(help));
                None
            }
        }
    }

    /// `<<: *base` adds the members of a mapping, or of several, that do not stand here already.
    fn merge(&mut self, mut entries: Vec<Entry>, merges: Vec<Node>) -> Result<Vec<Entry>, Reported> {
        let mut known: BTreeSet<String> = match merges.is_empty() {
            true => BTreeSet::new(),
            false => entries.iter().map(|entry| entry.key.clone()).collect(),
        };
        for merge in merges {
            let bases = match merge.kind {
                Kind::List(items) => items,
                _ => vec![merge],
            };
            for base in bases {
                let Kind::Map(members) = base.kind else {
                    let message = format!("`<<` takes a mapping, and this is {}", base.describe());
                    return Err(self.report(Diagnostic::new(Code::WRONG_TYPE, message, base.span)));
                };
                for member in members {
                    if known.insert(member.key.clone()) {
                        entries.push(member);
                    }
                }
            }
        }
        Ok(entries)
    }

    fn alias(&mut self, anchor: usize, span: YamlSpan, depth: usize) -> Result<Node, Reported> {
        let place = self.span(span);
        self.aliases += 1;
        if self.aliases > limits::ALIASES {
            let message = format!("the file has more than {} aliases", limits::ALIASES);
            let help = "declare a type under `types` and name it where it is used";
            return Err(self.report(Diagnostic::new(Code::TOO_MANY_ALIASES, message, place).help(help)));
        }
        match self.anchors.get(&anchor) {
            Some(Some(Anchored { height, .. })) if depth - 1 + height > limits::NESTING => {
                Err(self.too_deep(span))
            }
            Some(Some(Anchored { node, size, .. })) => {
                self.nodes += size;
                let most = (self.text.len() * limits::EXPANSION).min(self.most_nodes());
                if self.nodes > most {
                    let message = "the aliases expand to far more than the file holds";
                    let help = "declare a type under `types` and name it where it is used";
                    return Err(
                        self.report(Diagnostic::new(Code::TOO_MANY_ALIASES, message, place).help(help))
                    );
                }
                Ok(Node { span: place, kind: node.kind.clone() })
            }
            _ => {
                let message = "the alias stands within the value that it names";
                let help = "a type may name itself: declare it under `types`";
                Err(self.report(Diagnostic::new(Code::UNKNOWN_ALIAS, message, place).help(help)))
            }
        }
    }

    fn syntax(&mut self, error: &ScanError) -> Reported {
        let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        let info = error.info();
        let line_start = self.text[..floor(self.text, at)].rfind('\n').map_or(0, |at| at + 1);
        let place = Span {
            file: self.id,
            start: floor(self.text, at),
            end: floor(self.text, (at + 1).min(self.text.len())),
        };
        if info.contains("nesting") || info.contains("recursion") || info.contains("too deep") {
            let message = format!("the file nests deeper than {} levels", limits::NESTING);
            return self.report(Diagnostic::new(Code::TOO_DEEP, message, place));
        }
        if info.contains("anchor") && info.contains("unknown") || info.contains("undefined alias") {
            let diagnostic = Diagnostic::new(Code::UNKNOWN_ALIAS, "the alias names no anchor", place)
                .help("an alias `*name` repeats a value that was marked `&name` before; quote a text that begins with `*`");
            return self.report(diagnostic);
        }
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let mut diagnostic = Diagnostic::new(Code::YAML_SYNTAX, format!("this is not YAML: {info}"), place);
        if let Some(help) = hint(line, &info) {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic)
    }

    fn too_deep(&mut self, span: YamlSpan) -> Reported {
        let place = self.span(span);
        let message = format!("the file nests deeper than {} levels", limits::NESTING);
        let help = "declare a type under `types` and name it where it is used";
        self.report(Diagnostic::new(Code::TOO_DEEP, message, place).help(help))
    }

    fn malformed(&mut self, span: YamlSpan) -> Reported {
        let place = self.span(span);
        self.report(Diagnostic::new(Code::YAML_SYNTAX, "this is not YAML: a value is missing", place))
    }

    fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        self.diagnostics.report(diagnostic)
    }

    fn span(&self, span: YamlSpan) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let start = floor(self.text, range.start);
        let end = floor(self.text, range.end.max(start));
        let trimmed = self.text[start..end].trim_end_matches(['\n', ' ', '\t']).len();
        Span { file: self.id, start, end: start + trimmed }
    }

    /// A collection reaches from its start to its last character that is not white space or a comment's line.
    fn collection(&self, start: YamlSpan, end: YamlSpan) -> Span {
        let start = self.span(start).start;
        let end = end.byte_range().map_or(start, |range| range.end).max(start);
        let mut text = &self.text[start..floor(self.text, end)];
        loop {
            text = text.trim_end();
            let line = text.rfind('\n').map_or(0, |at| at + 1);
            if line == 0 || !text[line..].trim_start().starts_with('#') {
                return Span { file: self.id, start, end: start + text.len() };
            }
            text = &text[..line];
        }
    }
}

/// The levels of a value: one for a scalar.
fn height(node: &Node) -> usize {
    let below = match &node.kind {
        Kind::Scalar(_) => 0,
        Kind::List(items) => items.iter().map(height).max().unwrap_or_default(),
        Kind::Map(entries) => entries.iter().map(|entry| height(&entry.value)).max().unwrap_or_default(),
    };
    below + 1
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What is likely wrong with a line that is not YAML.
fn hint(line: &str, info: &str) -> Option<&'static str> {
    let value = line.split_once(": ").map_or(line, |(_, value)| value).trim_start();
    if line.starts_with('\t') || line.trim_start_matches(' ').starts_with('\t') {
        Some("indent with spaces: YAML takes no tabs there")
    } else if value.contains("{{") && !value.starts_with(['\'', '"']) {
        Some("quote a text that holds a template: '{{ … }}'")
    } else if value.starts_with(['@', '`', '%', '*', '&', '!']) {
        Some("quote a text that begins with this character")
    } else if value.contains(": ") && !value.starts_with(['{', '[', '\'', '"']) {
        Some("quote a text that holds a colon and a space")
    } else if info.contains("block mapping") || info.contains("block sequence") {
        Some("begin the members of one mapping, or of one list, in the same column")
    } else {
        None
    }
}
