//! Markdown as it was understood: blocks, whose inline parts are written anew already.

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::escape::{autolink, escape, push_code, target};

/// Containers deeper than this are left out; what is in them stays.
const DEPTH: usize = 8;

/// A block.
pub(super) enum Block {
    /// Lines of text; `tight` where a list's item holds them without space around.
    Paragraph {
        text: String,
        tight: bool,
    },
    Heading {
        deep: bool,
        text: String,
    },
    Code(String),
    Quote(Vec<Self>),
    List {
        start: Option<u64>,
        items: Vec<Vec<Self>>,
    },
    Rule,
}

/// Reads a text that is clean. Without `marked`, emphasis is left out.
pub(super) fn read(text: &str, marked: bool) -> Vec<Block> {
    let mut reader = Reader { marked, open: vec![Open::Blocks(Vec::new())], ..Reader::default() };
    for event in Parser::new_ext(text, Options::empty()) {
        reader.event(event);
    }
    reader.end_text(true);
    while reader.open.len() > 1 {
        reader.close();
    }
    match reader.open.pop() {
        Some(Open::Blocks(blocks)) => blocks,
        _ => Vec::new(),
    }
}

/// A container that is being read.
enum Open {
    Blocks(Vec<Block>),
    Quote(Vec<Block>),
    List(Option<u64>, Vec<Vec<Block>>),
    Item(Vec<Block>),
}

/// An inline part that is being read.
enum Span {
    Emphasis(&'static str),
    Link(Option<String>),
    Autolink(String),
}

#[derive(Default)]
struct Reader {
    marked: bool,
    open: Vec<Open>,
    /// How many containers were left out, and are still open.
    left_out: usize,
    text: String,
    spans: Vec<(Span, String)>,
    /// A paragraph is open: what its lines become ends it.
    paragraph: bool,
    heading: Option<bool>,
    code: Option<String>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.plain(&text),
            },
            Event::Code(text) => push_code(&text, &mut self.text),
            Event::Html(text) | Event::InlineHtml(text) => self.plain(&text),
            Event::SoftBreak => self.line(false),
            Event::HardBreak => self.line(true),
            Event::Rule => {
                self.end_text(false);
                self.push(Block::Rule);
            }
            _ => {}
        }
    }

    fn plain(&mut self, text: &str) {
        for (place, line) in text.split('\n').enumerate() {
            if place > 0 {
                self.line(false);
            }
            let linked = self.spans.iter().any(|(span, _)| !matches!(span, Span::Emphasis(_)));
            escape(line, !linked, &mut self.text);
        }
    }

    fn line(&mut self, hard: bool) {
        if self.heading.is_some() || self.spans.iter().any(|(span, _)| !matches!(span, Span::Emphasis(_))) {
            self.text.push(' ');
        } else {
            self.text.push_str(if hard { "\\\n" } else { "\n" });
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => {
                self.end_text(true);
                self.paragraph = true;
            }
            Tag::Heading { level, .. } => {
                self.end_text(true);
                self.heading = Some(level > HeadingLevel::H4);
            }
            Tag::BlockQuote(_) => self.container(Open::Quote(Vec::new())),
            Tag::List(start) => self.container(Open::List(start, Vec::new())),
            Tag::Item => {
                self.end_text(true);
                if matches!(self.open.last(), Some(Open::List(..))) {
                    self.open.push(Open::Item(Vec::new()));
                }
            }
            Tag::CodeBlock(_) => {
                self.end_text(true);
                self.code = Some(String::new());
            }
            Tag::Emphasis => self.span(Span::Emphasis("*")),
            Tag::Strong => self.span(Span::Emphasis("**")),
            Tag::Link { link_type: LinkType::Autolink, dest_url, .. } => {
                self.span(Span::Autolink(dest_url.into_string()));
            }
            Tag::Link { link_type: LinkType::Email, .. } | Tag::Image { .. } => self.span(Span::Link(None)),
            Tag::Link { dest_url, .. } => {
                // A link within a link has none of its own.
                let outer = self.spans.iter().any(|(span, _)| matches!(span, Span::Link(Some(_))));
                self.span(Span::Link(target(&dest_url).filter(|_| !outer)));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock | TagEnd::Heading(_) => self.end_text(false),
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.push(Block::Code(code));
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) => {
                self.end_text(true);
                if self.left_out > 0 {
                    self.left_out -= 1;
                } else {
                    self.close();
                }
            }
            TagEnd::Item => {
                self.end_text(true);
                if matches!(self.open.last(), Some(Open::Item(_))) && self.left_out == 0 {
                    self.close();
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image => self.end_span(),
            _ => {}
        }
    }

    fn container(&mut self, container: Open) {
        self.end_text(true);
        if self.left_out > 0 || self.open.len() > DEPTH {
            self.left_out += 1;
        } else {
            self.open.push(container);
        }
    }

    /// Ends the innermost container.
    fn close(&mut self) {
        let block = match self.open.pop() {
            Some(Open::Quote(blocks)) => Block::Quote(blocks),
            Some(Open::List(start, items)) => Block::List { start, items },
            Some(Open::Item(blocks)) => {
                if let Some(Open::List(_, items)) = self.open.last_mut() {
                    items.push(blocks);
                }
                return;
            }
            Some(Open::Blocks(blocks)) => return self.open.push(Open::Blocks(blocks)),
            None => return,
        };
        self.push(block);
    }

    fn push(&mut self, block: Block) {
        if let Some(Open::Blocks(blocks) | Open::Quote(blocks) | Open::Item(blocks)) = self.open.last_mut() {
            blocks.push(block);
        }
    }

    /// Makes a block of the text that was read, where there is any.
    fn end_text(&mut self, tight: bool) {
        while !self.spans.is_empty() {
            self.end_span();
        }
        let text = std::mem::take(&mut self.text);
        let paragraph = std::mem::take(&mut self.paragraph);
        if let Some(deep) = self.heading.take() {
            self.push(Block::Heading { deep, text });
        } else if !text.trim().is_empty() {
            let tight = tight && !paragraph && matches!(self.open.last(), Some(Open::Item(_)));
            self.push(Block::Paragraph { text, tight });
        }
    }

    fn span(&mut self, span: Span) {
        let outer = std::mem::take(&mut self.text);
        self.spans.push((span, outer));
    }

    fn end_span(&mut self) {
        let Some((span, outer)) = self.spans.pop() else { return };
        let inner = std::mem::replace(&mut self.text, outer);
        let bare = inner.trim();
        match span {
            Span::Emphasis(mark) if self.marked && !bare.is_empty() => {
                // A mark with a space beside it marks nothing.
                let start = inner.len() - inner.trim_start().len();
                let end = start + bare.len();
                let (before, after) = (&inner[..start], &inner[end..]);
                self.text.push_str(&format!("{before}{mark}{bare}{mark}{after}"));
            }
            Span::Link(Some(url)) if bare.is_empty() => self.text.push_str(&autolink(&url)),
            Span::Link(Some(url)) => self.text.push_str(&format!("[{bare}]({url})")),
            Span::Autolink(url) => self.text.push_str(&autolink(&url)),
            Span::Emphasis(_) | Span::Link(None) => self.text.push_str(&inner),
        }
    }
}
