//! Text within a line of Markdown.

use crate::validate::text::is_host;

/// Escapes what Markdown, HTML and rustdoc would read as more than text. Where `linked`, a bare https URL becomes a
/// link.
pub(super) fn escape(text: &str, linked: bool, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if linked && let Some(url) = bare_url(rest) {
            out.push_str(&autolink(url));
            rest = &rest[url.len()..];
            continue;
        }
        if linked && ["http://", "https://", "www."].iter().any(|start| rest.starts_with(start)) {
            // What looks like a URL and is none to us must not become a link by itself.
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            push_code(&rest[..end], out);
            rest = &rest[end..];
            continue;
        }
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

/// Escapes what begins a block where a line begins.
pub(super) fn guard(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && line[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    if line.starts_with(['#', '-', '+', '=', ':', '/']) {
        return format!("\\{line}");
    }
    line.to_owned()
}

/// Writes code behind a text. Two that touched each other would be one.
pub(super) fn push_code(text: &str, out: &mut String) {
    if out.ends_with('`') {
        out.push(' ');
    }
    out.push_str(&code(text));
}

/// Code within a line.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let fence = "`".repeat(longest_run(&text) + 1);
    let edge = text.starts_with('`')
        || text.ends_with('`')
        || (text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty());
    let space = if edge { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The length of the longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A link that shows its URL; code, where it is no URL that a link may have.
pub(super) fn autolink(url: &str) -> String {
    if bare_url(url) == Some(url) { format!("<{url}>") } else { code(url) }
}

/// The https URL at the start of a text.
fn bare_url(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://")?;
    let length = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c)))
        .unwrap_or(rest.len());
    let url = text[..length + 8].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '*', '_', '&']);
    let host = url.get(8..)?.split(['/', '?', '#']).next()?;
    (is_host(host) && host.contains('.')).then_some(url)
}

/// A URL as the target of a link: one of https or mailto that ends where it should.
pub(super) fn target(url: &str) -> Option<String> {
    let fits = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\\\"`{}|^".contains(&byte));
    let mail = url.strip_prefix("mailto:").is_some_and(|address| address.contains('@'));
    let page = url
        .strip_prefix("https://")
        .is_some_and(|rest| is_host(rest.split(['/', '?', '#']).next().unwrap_or_default()));
    (fits && (mail || page)).then(|| {
        let url = url.replace('(', "%28").replace(')', "%29").replace('[', "%5B").replace(']', "%5D");
        // An entity would be read as the character that it names.
        let entity = |at: usize| {
            let rest = &url[at + 1..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).unwrap_or(rest.len());
            end > 0 && rest[end..].starts_with(';')
        };
        url.char_indices().fold(String::new(), |mut out, (at, c)| {
            if c == '&' && entity(at) {
                out.push_str("&amp;")
            } else {
                out.push(c)
            }
            out
        })
    })
}
