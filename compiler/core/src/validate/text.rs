//! Texts with rules: what each must look like, and the mend where it does not.

use super::decode::{Cx, shorten};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits;
use crate::source::Span;

/// A text on one line.
pub(crate) fn line(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    if text.contains('\n') {
        let message = "this text stands on one line, and has several";
        let help = "put the rest under `description`";
        return cx.fail(Diagnostic::new(Code::WRONG_TYPE, message, span).help(help));
    }
    if text.trim().is_empty() {
        let message = "this text must say something, and is empty";
        return cx.fail(Diagnostic::new(Code::WRONG_TYPE, message, span));
    }
    prose(text, span, cx)
}

/// Markdown.
pub(crate) fn prose(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    if text.len() > limits::DESCRIPTION_BYTES {
        let message =
            format!("the text has {} bytes, and may have {}", text.len(), limits::DESCRIPTION_BYTES);
        return cx.fail(Diagnostic::new(Code::TOO_LARGE, message, span));
    }
    literal_secret(text, span, cx);
    visible(text, span, cx).map(str::to_owned)
}

/// A text that is sent or compared: any characters but those that hide.
pub(crate) fn value(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    literal_secret(text, span, cx);
    visible(text, span, cx).map(str::to_owned)
}

/// A template; its expressions are read when the manifest is lowered.
pub(crate) fn template(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    value(text, span, cx)
}

fn visible<'t>(text: &'t str, span: Span, cx: &mut Cx<'_>) -> Option<&'t str> {
    let hides = |c: char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
            | '\u{61c}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}' | '\u{2028}' | '\u{2029}' | '\u{85}')
    };
    match text.chars().find(|c| hides(*c)) {
        Some(c) => {
            let message =
                format!("the text holds U+{:04X}, a character that hides or turns text", u32::from(c));
            let help = "remove it: what people read must be what is there";
            cx.fail(Diagnostic::new(Code::HIDDEN_CHARACTER, message, span).help(help))
        }
        None => Some(text),
    }
}

/// Warns of what looks like a real credential. The text itself is not repeated.
pub(crate) fn literal_secret(text: &str, span: Span, cx: &mut Cx<'_>) {
    const STARTS: [(&str, usize); 9] = [
        ("sk_live_", 16),
        ("rk_live_", 16),
        ("ghp_", 30),
        ("github_pat_", 30),
        ("xoxb-", 20),
        ("xoxp-", 20),
        ("AKIA", 20),
        ("AIza", 35),
        ("-----BEGIN ", 20),
    ];
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let found = STARTS.iter().find_map(|(start, least)| {
        text.match_indices(start).find_map(|(at, _)| {
            let rest = &text.as_bytes()[at..];
            // A PEM block has spaces; a key ends with the first character that no key has.
            let length = match start.starts_with('-') {
                true => rest.len(),
                false => rest.iter().take_while(|byte| belongs(**byte)).count(),
            };
            (length >= *least).then_some((at, length))
        })
    });
    if let Some((at, length)) = found {
        let message = "this looks like a real credential";
        let help = "a manifest is public: declare a credential field, and give the value when you connect";
        // The text lies in the file as it is, with or without quotes, or else the whole scalar is meant.
        let span = match (span.end - span.start).checked_sub(text.len()) {
            Some(around @ (0 | 2)) => span.part(around / 2 + at, around / 2 + at + length),
            _ => span,
        };
        cx.report(Diagnostic::new(Code::LITERAL_SECRET, message, span).help(help));
    }
}

/// An https URL of a page.
pub(crate) fn page_url(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    let rest = text.strip_prefix("https://");
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let fits = host.is_some_and(|host| host.contains('.') && is_host(host))
        && text.bytes().all(|byte| {
            byte.is_ascii_graphic()
                && !matches!(
                    byte,
                    b'"' | b'<' | b'>' | b'[' | b']' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
                )
        })
        && text.match_indices('#').count() <= 1
        && escaped(text);
    if fits {
        return Some(text.to_owned());
    }
    let message = format!("`{}` is not the https URL of a page", shorten(text));
    let mut diagnostic = Diagnostic::new(Code::BAD_URL, message, span);
    diagnostic = match text.strip_prefix("http://") {
        Some(rest) => diagnostic.suggest("use https", span, format!("https://{rest}")),
        None => diagnostic.help("write `https://`, a host name, and a path if need be"),
    };
    cx.fail(diagnostic)
}

/// Whether each `%` of a text stands before two hexadecimal digits.
fn escaped(text: &str) -> bool {
    text.match_indices('%').all(|(at, _)| {
        text.as_bytes().get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Whether a text is a host name: labels of letters, digits and hyphens, joined by dots.
pub(crate) fn is_host(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// SemVer 2.0.0, without build metadata.
pub(crate) fn version(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let number = |part: &str| {
        (1..=9).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let parts: Vec<_> = core.split('.').collect();
    let identifier = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && (number(part) || !part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let fits = parts.len() == 3
        && parts.iter().all(|part| number(part))
        && pre.is_none_or(|pre| pre.len() <= 40 && pre.split('.').all(identifier));
    if fits {
        return Some(text.to_owned());
    }
    let message = format!("`{}` is not a version: three numbers, as `1.2.3`", shorten(text));
    let mut diagnostic = Diagnostic::new(Code::BAD_VERSION, message, span);
    let numbers: Vec<_> = core.split('.').collect();
    if numbers.len() < 3 && numbers.iter().all(|part| number(part)) {
        let mended = format!("{core}{}", ".0".repeat(3 - numbers.len()));
        diagnostic = diagnostic.suggest(format!("write `{mended}`"), span, mended);
    }
    cx.fail(diagnostic)
}

const LICENSES: [&str; 12] = [
    "0BSD",
    "AGPL-3.0-only",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "GPL-3.0-only",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unlicense",
];

/// An SPDX expression over well-known licences.
pub(crate) fn license(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    let words: Vec<_> = text.split(' ').collect();
    let wrong = words.iter().enumerate().find(|(place, word)| {
        if place % 2 == 0 { !LICENSES.contains(word) } else { !matches!(**word, "OR" | "AND") }
    });
    if wrong.is_none() && words.len() % 2 == 1 {
        return Some(text.to_owned());
    }
    let message = format!("`{}` is no SPDX expression that is known here", shorten(text));
    let mut diagnostic = Diagnostic::new(Code::BAD_LICENSE, message, span);
    if words.len() == 1 {
        diagnostic = diagnostic.suggest_nearest(text, LICENSES);
    }
    cx.fail(diagnostic.help(format!("join some of {} by `OR` or `AND`", super::decode::words(&LICENSES))))
}

/// The connector's name.
pub(crate) fn connector_name(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    const TAKEN: [&str; 30] = [
        "aux",
        "con",
        "nul",
        "prn",
        "com1",
        "com2",
        "com3",
        "com4",
        "com5",
        "com6",
        "com7",
        "com8",
        "com9",
        "lpt1",
        "lpt2",
        "lpt3",
        "lpt4",
        "lpt5",
        "lpt6",
        "lpt7",
        "lpt8",
        "lpt9",
        "core",
        "std",
        "alloc",
        "test",
        "proc-macro",
        "build",
        "runtime",
        "plan",
    ];
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let shape = text.split('-').all(word) && text.starts_with(|c: char| c.is_ascii_lowercase());
    if shape && text.len() <= 50 && !TAKEN.contains(&text) && !is_keyword(&text.replace('-', "_")) {
        return Some(text.to_owned());
    }
    let why = if !shape {
        "it is made of lower-case words joined by `-`, and begins with a letter"
    } else if text.len() > 50 {
        "it has at most 50 letters"
    } else {
        "Rust or an operating system reserves it"
    };
    let message = format!("`{}` cannot name a connector: {why}", shorten(text));
    let mut diagnostic = Diagnostic::new(Code::BAD_NAME, message, span);
    let mended = kebab(text);
    if !shape
        && !mended.is_empty()
        && mended.starts_with(|c: char| c.is_ascii_lowercase())
        && text.is_ascii()
        && mended.len() <= 50
    {
        diagnostic = diagnostic.suggest(format!("write `{mended}`"), span, mended);
    }
    cx.fail(diagnostic)
}

fn kebab(text: &str) -> String {
    crate::validate::names::words_of(text).join("-")
}

/// The words that Rust's edition 2024 uses or reserves.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Whether Rust reserves a word.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// A category.
pub(crate) fn category(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    let fits = (2..=20).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    if fits {
        return Some(text.to_owned());
    }
    let message =
        format!("`{}` is no category: lower-case words joined by `-`, 20 letters at most", shorten(text));
    let mut diagnostic = Diagnostic::new(Code::BAD_NAME, message, span);
    let mended = kebab(text);
    if text.is_ascii()
        && (2..=20).contains(&mended.len())
        && mended.starts_with(|c: char| c.is_ascii_lowercase())
    {
        diagnostic = diagnostic.suggest(format!("write `{mended}`"), span, mended);
    }
    cx.fail(diagnostic)
}

/// A media type (RFC 9110, 8.3.1).
pub(crate) fn media_type(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    let (essence, parameters) =
        text.split_once(';').map_or((text, None), |(essence, rest)| (essence, Some(rest)));
    let fits = essence.split_once('/').is_some_and(|(kind, sub)| token(kind) && token(sub))
        && parameters.is_none_or(|rest| {
            rest.split(';').all(|part| {
                part.trim().split_once('=').is_some_and(|(name, value)| token(name) && token(value))
            })
        });
    if fits {
        return Some(text.to_owned());
    }
    let message = format!("`{}` is no media type", shorten(text));
    cx.fail(
        Diagnostic::new(Code::BAD_MEDIA_TYPE, message, span)
            .help("write it as `text/csv` or `text/plain; charset=utf-8`"),
    )
}

/// A regular expression that the runtime can execute in linear time.
pub(crate) fn pattern(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<String> {
    if text.len() > limits::PATTERN_BYTES {
        let message = format!("the pattern has {} bytes, and may have {}", text.len(), limits::PATTERN_BYTES);
        return cx.fail(Diagnostic::new(Code::BAD_PATTERN, message, span));
    }
    match compile_pattern(text) {
        Ok(_) => value(text, span, cx),
        Err(why) => {
            let message = format!("`{}` is no pattern that can be matched here: {why}", shorten(text));
            let mut diagnostic = Diagnostic::new(Code::BAD_PATTERN, message, span);
            if text.contains("(?=") || text.contains("(?!") || text.contains("(?<") {
                diagnostic = diagnostic.help("look-around is not supported: patterns are matched in linear time; say it without, or in words");
            } else if text.contains("\\p{") || text.contains("\\P{") {
                diagnostic =
                    diagnostic.help("Unicode classes are not supported: list the ranges, as `[A-Za-z]`");
            } else if regex_lite::Regex::new(r"\\[1-9]").is_ok_and(|back| back.is_match(text)) {
                diagnostic =
                    diagnostic.help("back-references are not supported: patterns are matched in linear time");
            }
            cx.fail(diagnostic)
        }
    }
}

/// Compiles a pattern as the runtime does.
pub(crate) fn compile_pattern(text: &str) -> Result<regex_lite::Regex, String> {
    regex_lite::RegexBuilder::new(text)
        .size_limit(limits::PATTERN_COMPILED_BYTES)
        .build()
        .map_err(|error| error.to_string())
}
