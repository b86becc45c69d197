//! Text of a manifest → documentation that is inert.
//!
//! The text is read as Markdown and written anew from what was understood: paragraphs, emphasis, lists, tables left as
//! text, code that never runs, links to https and mailto. HTML becomes text, images become their description, and
//! whatever could reach out of the documentation (a fence, a reference, an intra-doc link) is escaped.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use crate::connector::Docs;

/// Documentation of a title and a description, either of which may be missing.
pub(super) fn of(title: Option<&str>, description: Option<&str>) -> Docs {
    let title = title.map(|title| plain(title));
    let description = description.map(markdown).unwrap_or_default();
    Docs::inert(match title {
        Some(title) if description.is_empty() => title,
        Some(title) if !title.is_empty() => format!("{title}\n\n{description}"),
        _ => description,
    })
}

/// One line of plain text.
pub(super) fn line(text: &str) -> Docs {
    Docs::inert(plain(text))
}

/// A text as one line of Markdown that shows it as it stands.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    escape(&clean(text).split_whitespace().collect::<Vec<_>>().join(" "), &mut out);
    guard_start(&out)
}

/// Markdown that is inert.
pub(super) fn markdown(text: &str) -> String {
    let text = clean(text);
    let mut writer = Writer::default();
    for event in Parser::new_ext(&text, Options::empty()) {
        writer.event(event);
    }
    writer.finish()
}

/// Drops characters that hide or turn text, and makes every line end a line feed.
pub(super) fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars()
        .filter_map(|c| match c {
            '\n' => Some('\n'),
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\t' => Some(' '),
            c if c.is_control() => None,
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{61c}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{e0000}'..='\u{e007f}' => None,
            c => Some(c),
        })
        .collect()
}

#[derive(Default)]
struct Writer {
    out: String,
    /// What stands before each line: list indents and quote marks.
    prefix: Vec<&'static str>,
    lists: Vec<Option<u64>>,
    links: Vec<Option<String>>,
    /// The code block that is being read.
    code: Option<String>,
    image: usize,
    fresh: bool,
    tight: bool,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.text(&text),
            },
            Event::Code(code) => self.inline_code(&code),
            Event::Html(html) | Event::InlineHtml(html) => self.text(html.trim_end_matches('\n')),
            Event::SoftBreak => self.line(),
            Event::HardBreak => {
                self.out.push('\\');
                self.line();
            }
            Event::Rule => {
                self.block();
                self.out.push_str("---");
                self.fresh = true;
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.block(),
            Tag::Heading { level, .. } => {
                self.block();
                let marks = match level {
                    HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3 => "#### ",
                    _ => "##### ",
                };
                self.out.push_str(marks);
            }
            Tag::BlockQuote(_) => {
                self.block();
                self.out.push_str("> ");
                self.prefix.push("> ");
                self.tight = true;
            }
            Tag::CodeBlock(kind) => {
                self.block();
                let _ = matches!(kind, CodeBlockKind::Fenced(_));
                self.code = Some(String::new());
            }
            Tag::List(start) => {
                if self.lists.is_empty() {
                    self.block();
                }
                self.lists.push(start);
            }
            Tag::Item => {
                if !self.tight {
                    self.line();
                }
                self.tight = false;
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number += 1;
                        mark
                    }
                    _ => "- ".to_owned(),
                };
                self.out.push_str(&mark);
                self.prefix.push(if mark.len() > 2 { "   " } else { "  " });
                self.tight = true;
                self.fresh = false;
            }
            Tag::Emphasis => self.out.push('*'),
            Tag::Strong => self.out.push_str("**"),
            Tag::Link { link_type, dest_url, .. } => {
                let safe = safe_url(&dest_url).filter(|_| !matches!(link_type, LinkType::Email));
                if safe.is_some() {
                    self.out.push('[');
                }
                self.links.push(safe);
            }
            Tag::Image { .. } => self.image += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => {
                self.fresh = true;
                self.tight = false;
            }
            TagEnd::BlockQuote(_) => {
                self.prefix.pop();
                self.fresh = true;
            }
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.code_block(&code);
                self.fresh = true;
                self.tight = false;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.fresh = self.lists.is_empty();
                self.tight = false;
            }
            TagEnd::Item => {
                self.prefix.pop();
                self.fresh = false;
                self.tight = false;
            }
            TagEnd::Emphasis => self.out.push('*'),
            TagEnd::Strong => self.out.push_str("**"),
            TagEnd::Link => {
                if let Some(Some(url)) = self.links.pop() {
                    self.out.push_str("](");
                    self.out.push_str(&url);
                    self.out.push(')');
                }
            }
            TagEnd::Image => self.image = self.image.saturating_sub(1),
            _ => {}
        }
    }

    /// Begins a block: behind an empty line, unless nothing stands before it.
    fn block(&mut self) {
        if self.tight {
            self.tight = false;
            self.fresh = false;
            return;
        }
        if !self.out.is_empty() {
            self.line();
            if self.fresh || self.lists.is_empty() {
                let trimmed = self.out.trim_end_matches(' ').len();
                self.out.truncate(trimmed);
                self.line();
            }
        }
        self.fresh = false;
    }

    fn line(&mut self) {
        if self.out.is_empty() {
            return;
        }
        self.out.push('\n');
        for prefix in &self.prefix {
            self.out.push_str(prefix);
        }
    }

    fn text(&mut self, text: &str) {
        for (place, part) in text.split('\n').enumerate() {
            if place > 0 {
                self.line();
            }
            let mut escaped = String::new();
            escape(part, &mut escaped);
            let at_start = self.out.is_empty()
                || self.out.ends_with(['\n', ' '])
                    && self
                        .out
                        .lines()
                        .last()
                        .is_some_and(|line| line.trim_matches([' ', '>', '-']).is_empty());
            self.out.push_str(&if at_start { guard_start(&escaped) } else { escaped });
        }
    }

    fn inline_code(&mut self, code: &str) {
        let code = code.replace('\n', " ");
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest + 1);
        let space = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
        self.out.push_str(&format!("{fence}{space}{code}{space}{fence}"));
    }

    fn code_block(&mut self, code: &str) {
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        self.out.push_str(&fence);
        self.out.push_str("text");
        for line in code.trim_end_matches('\n').split('\n') {
            self.line();
            self.out.push_str(line);
        }
        self.line();
        self.out.push_str(&fence);
    }

    fn finish(mut self) -> String {
        if self.code.is_some() {
            self.end(TagEnd::CodeBlock);
        }
        let lines: Vec<&str> = self.out.lines().map(str::trim_end).collect();
        lines.join("\n").trim_matches('\n').to_owned()
    }
}

/// Escapes what Markdown, HTML and rustdoc would read as more than text. A bare https URL becomes a link.
fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(url) = bare_url(rest) {
            out.push('<');
            out.push_str(url);
            out.push('>');
            rest = &rest[url.len()..];
            continue;
        }
        if rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("www.") {
            // What looks like a URL and is none to us must not become a link by itself.
            let end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
            let word = &rest[..end];
            out.push('`');
            out.push_str(&word.replace('`', "'"));
            out.push('`');
            rest = &rest[end..];
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '|' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
}

/// The https URL at the start of a text.
fn bare_url(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://")?;
    let length = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c)))
        .unwrap_or(rest.len());
    let url = text[..length + 8].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '*', '_']);
    let host = url[8..].split(['/', '?', '#']).next().unwrap_or_default();
    (crate::validate::text::is_host(host) && host.contains('.')).then_some(url)
}

/// A URL that a link may have.
fn safe_url(url: &str) -> Option<String> {
    let fits = url.bytes().all(|byte| {
        byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'\\' | b'"' | b'`')
    });
    let mail = url.strip_prefix("mailto:").is_some_and(|address| address.contains('@'));
    let page = url.strip_prefix("https://").is_some_and(|rest| {
        crate::validate::text::is_host(rest.split(['/', '?', '#']).next().unwrap_or_default())
    });
    (fits && (mail || page)).then(|| url.to_owned())
}

/// Escapes what begins a block where a line begins.
fn guard_start(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && text[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    if text.starts_with(['#', '-', '+', '=', ':', '/']) {
        return format!("\\{text}");
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{markdown, plain};

    #[test]
    fn text_stays_readable() {
        let text = "Log in and open **Business Settings → API**.\n\n1. Choose `Show`.\n2. Copy it.\n\nSee [the docs](https://example.com/a?b=1).";
        assert_eq!(markdown(text), text);
        assert_eq!(markdown("- a\n- b\n  - c\n"), "- a\n- b\n  - c");
    }

    #[test]
    fn nothing_runs() {
        for hostile in [
            "```\nlet x = 1;\n```",
            "~~~rust\nx\n~~~",
            "text\n\n    indented",
            "> ```rust\n> x\n> ```",
            "- ```\n  x\n  ```",
            "```\nunclosed",
        ] {
            let inert = markdown(hostile);
            for line in inert.lines() {
                let line = line.trim_start_matches([' ', '>', '-']);
                assert!(!line.starts_with("~~~"), "{inert}");
                assert!(!line.starts_with("```") || line == "```" || line == "```text", "{inert}");
            }
            assert_eq!(markdown(&inert), inert, "written anew it is the same");
        }
    }

    #[test]
    fn what_reaches_out_is_escaped() {
        assert_eq!(markdown("<img src=x onerror=alert(1)>"), "\\<img src=x onerror=alert(1)\\>");
        assert_eq!(markdown("![](https://evil.example/x.png)"), "");
        assert_eq!(markdown("[x](javascript:alert(1))"), "x");
        assert_eq!(markdown("[crate::Secret] [broken]"), "\\[crate::Secret\\] \\[broken\\]");
        assert_eq!(markdown("safe \u{202e} evil"), "safe  evil");
        assert_eq!(plain("/ slash\nand `more`"), "\\/ slash and \\`more\\`");
    }
}
