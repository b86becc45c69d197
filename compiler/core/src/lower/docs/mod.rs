//! Text of a manifest → documentation that is inert.
//!
//! The text is read as Markdown and written anew from what was understood: paragraphs, emphasis, lists, tables left as
//! text, code that never runs, links to https and mailto. HTML becomes text, images become their description, and
//! whatever could reach out of the documentation (a fence, a reference, an intra-doc link) is escaped.

mod bounds;
mod escape;
mod read;
mod write;

pub(super) use bounds::bounds;

pub(super) use crate::connector::code;

use crate::connector::Docs;

/// Documentation of a title and a description, either of which may be missing.
pub(super) fn of(title: Option<&str>, description: Option<&str>) -> Docs {
    let title = title.map(plain);
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
    escape::escape(&clean(text).split_whitespace().collect::<Vec<_>>().join(" "), true, &mut out);
    escape::guard(&out)
}

/// A link to a page; the text is ours.
pub(super) fn link(text: &str, url: &str) -> String {
    escape::target(url).map_or_else(|| text.to_owned(), |url| format!("[{text}]({url})"))
}

/// Markdown that is inert. Written anew, it stays the same.
pub(super) fn markdown(text: &str) -> String {
    let text = clean(text);
    let rewrite = |text: &str, marked| write::write(&read::read(text, marked)).join("\n");
    let marked = rewrite(&text, true);
    if rewrite(&marked, true) == marked {
        return marked;
    }
    // Marks that touch each other mean something else when they are read again: then nothing is emphasized.
    rewrite(&text, false)
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

#[cfg(test)]
mod hostile;
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
    fn what_reaches_out_is_escaped() {
        assert_eq!(markdown("<img src=x onerror=alert(1)>"), "\\<img src=x onerror=alert(1)\\>");
        assert_eq!(markdown("![](https://evil.example/x.png)"), "");
        assert_eq!(markdown("[x](javascript:alert(1))"), "x");
        assert_eq!(markdown("[crate::Secret] [broken]"), "\\[crate::Secret\\] \\[broken\\]");
        assert_eq!(markdown("safe \u{202e} evil"), "safe  evil");
        assert_eq!(plain("/ slash\nand `more`"), "\\/ slash and \\`more\\`");
    }
}
