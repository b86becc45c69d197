//! Diagnostics as text for people, as JSON for tools, and as annotations for GitHub's checks.
//!
//! Invariants: no control character of a manifest reaches the output, so that a terminal obeys none of its text; what
//! looks like a credential is not shown again.

use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::{Code, Diagnostic, Severity};
use crate::limits;
use crate::source::{FileId, SourceFile, Sources, Span};

/// The longest line that is shown in full, in bytes.
const LONGEST_LINE: usize = 400;

/// Text for people. `color` adds ANSI styles.
#[must_use]
pub fn to_text(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    let secrets: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code() == Code::LITERAL_SECRET)
        .map(Diagnostic::span)
        .collect();
    // Where not all are shown, no warning takes the place of an error.
    let mut shown: Vec<&Diagnostic> = diagnostics.iter().collect();
    if shown.len() > limits::SHOWN {
        shown.sort_by_key(|diagnostic| diagnostic.severity() != Severity::Error);
    }
    for diagnostic in shown.into_iter().take(limits::SHOWN) {
        out.push_str(&renderer.render(&report(diagnostic, sources, &secrets)));
        out.push_str("\n\n");
    }
    if diagnostics.len() > limits::SHOWN {
        let _ = writeln!(out, "… and {} more: mend these first\n", diagnostics.len() - limits::SHOWN);
    }
    out
}

fn report<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources, secrets: &[Span]) -> Vec<Group<'a>> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level
        .primary_title(safe(diagnostic.message()))
        .id(diagnostic.code().as_str())
        .elements(snippets(diagnostic, sources, secrets));
    for help in diagnostic.helps() {
        group = group.element(Level::HELP.message(safe(help)));
    }
    group = group
        .element(Level::NOTE.message(format!("`couplet explain {}` says more", diagnostic.code().as_str())));
    let mut groups = vec![group];
    if let Some(suggestion) = diagnostic.suggestion() {
        let window = Window::around(sources.file(suggestion.span.file), &[suggestion.span], secrets);
        let patch = Patch::new(window.range(suggestion.span), safe(&suggestion.replacement));
        groups.push(
            Level::HELP
                .secondary_title(safe(&suggestion.text))
                .element(window.snippet(sources.file(suggestion.span.file)).patch(patch)),
        );
    }
    groups
}

fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
    secrets: &[Span],
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut files: Vec<_> = diagnostic.labels().iter().map(|label| label.span.file).collect();
    let mut seen = Vec::new();
    files.retain(|file| {
        !seen.contains(file) && {
            seen.push(*file);
            true
        }
    });
    let primary = diagnostic.labels().first();
    files
        .into_iter()
        .map(|id| {
            let file = sources.file(id);
            let labels: Vec<_> = diagnostic.labels().iter().filter(|label| label.span.file == id).collect();
            let spans: Vec<_> = labels.iter().map(|label| label.span).collect();
            let window = Window::around(file, &spans, secrets);
            let mut snippet = window.snippet(file);
            for label in labels {
                let kind =
                    if primary == Some(label) { AnnotationKind::Primary } else { AnnotationKind::Context };
                let annotation = kind.span(window.range(label.span));
                snippet = snippet.annotation(match label.text.as_str() {
                    "" => annotation,
                    text => annotation.label(safe(text)),
                });
            }
            snippet
        })
        .collect()
}

/// The lines of a file that are shown, with control characters replaced one for one, so that places hold.
struct Window {
    text: String,
    start: usize,
    line: usize,
}

impl Window {
    fn around(file: &SourceFile, spans: &[Span], secrets: &[Span]) -> Self {
        let text = file.text();
        let first = spans.iter().map(|span| span.start).min().unwrap_or(0).min(text.len());
        let last = spans.iter().map(|span| first_line_end(text, *span)).max().unwrap_or(0).min(text.len());
        let mut start = floor(text, text[..floor(text, first)].rfind('\n').map_or(0, |at| at + 1));
        let mut end = text[floor(text, last)..].find('\n').map_or(text.len(), |at| floor(text, last) + at);
        if end - start > LONGEST_LINE * 20 {
            start = start.max(floor(text, first.saturating_sub(LONGEST_LINE)));
            end = floor(text, end.min(first + LONGEST_LINE));
        }
        let (line, _) = file.line_column(start);
        let id = spans.first().map_or(FileId::MANIFEST, |span| span.file);
        let secret =
            |at: usize| secrets.iter().any(|span| span.file == id && (span.start..span.end).contains(&at));
        let shown = text[start..end.max(start)].char_indices().map(|(at, c)| match c {
            c if c.is_ascii_alphanumeric() && secret(start + at) => '*',
            c => masked(c),
        });
        Self { text: shown.collect(), start, line }
    }

    /// A span within the window, cut to its first line.
    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let start = floor(&self.text, span.start.saturating_sub(self.start).min(self.text.len()));
        let end = floor(&self.text, span.end.saturating_sub(self.start).clamp(start, self.text.len()));
        let line_end = self.text[start..end].find('\n').map_or(end, |at| start + at);
        start..line_end
    }

    fn snippet<'a, T: Clone>(&self, file: &SourceFile) -> Snippet<'a, T> {
        Snippet::source(self.text.clone()).line_start(self.line).path(safe(file.path())).fold(true)
    }
}

fn first_line_end(text: &str, span: Span) -> usize {
    let start = floor(text, span.start.min(text.len()));
    let end = floor(text, span.end.clamp(start, text.len()));
    text[start..end].find('\n').map_or(end, |at| start + at)
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A character that a terminal shows and does not obey, of the same length in UTF-8.
fn masked(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        _ if c.len_utf8() == 1 && c.is_control() => '?',
        _ if c.is_control() => '\u{a4}',
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
            '\u{25a1}'
        }
        '\u{e0000}'..='\u{e007f}' => '\u{1f6a9}',
        _ => c,
    }
}

fn safe(text: &str) -> String {
    text.chars()
        .map(|c| match masked(c) {
            '\n' => '\u{23ce}',
            '\t' => ' ',
            c => c,
        })
        .collect()
}

/// JSON for tools: a list of objects, one for each diagnostic.
///
/// Each has `code`, `severity`, `message`, `labels` (with `file`, `line`, `column`, `end_line`, `end_column`, all from
/// 1, `start` and `end` in bytes, and `text`), `help`, and `suggestion` (the same place, `text` and `replacement`).
#[must_use]
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> serde_json::Value {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let labels: Vec<_> = diagnostic
                .labels()
                .iter()
                .map(|label| place(label.span, sources, &[("text", label.text.as_str())]))
                .collect();
            let suggestion = diagnostic.suggestion().map(|suggestion| {
                let more =
                    [("text", suggestion.text.as_str()), ("replacement", suggestion.replacement.as_str())];
                place(suggestion.span, sources, &more)
            });
            serde_json::json!({
                "code": diagnostic.code().as_str(),
                "severity": diagnostic.severity().as_str(),
                "message": diagnostic.message(),
                "labels": labels,
                "help": diagnostic.helps(),
                "suggestion": suggestion,
            })
        })
        .collect()
}

fn place(span: Span, sources: &Sources, more: &[(&str, &str)]) -> serde_json::Value {
    let file = sources.file(span.file);
    let (line, column) = file.line_column(span.start);
    let (end_line, end_column) = file.line_column(span.end);
    let mut value = serde_json::json!({
        "file": file.path(),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "start": span.start,
        "end": span.end,
    });
    for (name, text) in more {
        value[*name] = (*text).into();
    }
    value
}

/// Annotations for GitHub's checks: one workflow command a line.
#[must_use]
pub fn to_github(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let file = sources.file(diagnostic.span().file);
        let (line, column) = file.line_column(diagnostic.span().start);
        let (end_line, end_column) = file.line_column(diagnostic.span().end);
        let mut message = diagnostic.message().to_owned();
        for help in diagnostic.helps() {
            message.push('\n');
            message.push_str(help);
        }
        if let Some(suggestion) = diagnostic.suggestion() {
            message.push('\n');
            message.push_str(&suggestion.text);
        }
        let _ = writeln!(
            out,
            "::{} file={},line={line},col={column},endLine={end_line},endColumn={end_column},title={}::{}",
            diagnostic.severity().as_str(),
            property(file.path()),
            property(diagnostic.code().as_str()),
            data(&message),
        );
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
