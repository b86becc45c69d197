//! Hostile and random Markdown becomes documentation that rustdoc reads as text, code that does not run, and links to
//! https and mailto.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use super::{markdown, plain};

const PAYLOADS: [&str; 43] = [
    "*/ fn evil(){} /*",
    "/* unbalanced",
    "x\npub fn evil(){}\n//",
    "a\rb",
    "a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f",
    "\"]\n\"#]\nfn evil(){}\n\"##",
    "```\nstd::fs::write(\"MARKER\",\"x\").unwrap();\n```",
    "```rust\nevil();\n```",
    "~~~\nevil();\n~~~",
    "text\n\n    evil();\n    more();",
    "\tevil();\n \tevil();\n   \tevil();",
    "> ```rust\n> evil();\n> ```",
    "- ```rust\n  evil();\n  ```",
    "1. a\n\n   ~~~should_panic\n   evil();\n   ~~~",
    "```rust\nunclosed",
    "````\n```\nevil();\n```\n````",
    "```text\n~~~\n````\nevil();\n```",
    "```rust,ignore-x86_64\nevil();\n```",
    "```{.rust}\nevil();\n```",
    "```compile_fail,E0277,edition2021\nevil();\n```",
    "# use evil;\n## x\n#![x]",
    "#![doc = include_str!(\"/etc/passwd\")]",
    "[x](javascript:alert(1)) [y](data:text/html,x) [z](vbscript:x) [h](http://x.example)",
    "<javascript:alert(1)> <a@b.example> <https://a.example/?x&copy;>",
    "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n<iframe>\n<style>",
    "<div>\n\n    evil();\n\n</div>\n<!-- --> <?x ?> <![CDATA[x]]>",
    "![](https://evil.example/x.png) [![a](https://evil.example/x.png)](https://ok.example)",
    "[crate::Secret] [broken] [`Self`] [a][b] [c][] ![d][e]",
    "[Client]: https://evil.example\n[Client]",
    "https://bare.example/a(b)_c* http://bare.example www.bare.example <T> Vec<u8> &lt;b&gt;",
    "safe \u{202e}evil\u{2066} \u{200b}\u{feff}\u{e0041}\u{ad}\u{0}\u{1b}[31m",
    "/ slash\n! bang\n* star\ntrailing \\",
    "{} {0} {x:?} %s {{ 7*7 }} {% include \"x\" %}",
    "| a | b |\n|---|---|\n| 1 | <b> |",
    "[^1]\n\n[^1]: note",
    "- [ ] a\n- [x] b\n~~c~~ $d$ $$e$$",
    "a\n===\nb\n---\n***\n- - -\n+ + +",
    "[<https://a.example>](https://b.example) [https://c.example](https://d.example)",
    "***a*b** **c*d*** _e_f_ *\u{200b}* **![x](y)**",
    "[a](https://x.example/a_(b)_c%20) [b](<https://x.example/ d>) [c](https://x.example \"t\")",
    "`` ` `` `` a` `` ` `b` ` ` ` `",
    "1986. A year\n2) x\n999999999. y\n\n0. z",
    "- a\n- b\n\n\n- c\n\n+ d\n  1. e\n     > f\n     > - g",
];

const FRAGMENTS: [&str; 58] = [
    "# ",
    "## x",
    "- ",
    "1. ",
    "7) ",
    "> ",
    "```",
    "```rust\n",
    "~~~",
    "    code",
    "*",
    "**",
    "_",
    "__",
    "`",
    "``",
    "|",
    "[a](https://x.example/a_(b))",
    "[b]",
    "![i](https://e.example/x.png)",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "<p>\n",
    "https://a.example/x?y=1&z=2",
    "http://b.example",
    "www.c.example",
    "&amp;",
    "&lt;T&gt;",
    "&",
    "\\",
    "---",
    "===",
    "***",
    "+ ",
    "\n",
    "\n\n",
    "\n  ",
    "\n    ",
    "word",
    "Vec<u8>",
    "[^1]",
    "[x]: https://e.example",
    "<https://d.example>",
    "<a@b.example>",
    "[m](mailto:a@b.example)",
    "[`c`](https://x.example)",
    "!",
    "[",
    "]",
    "(",
    ")",
    "~~s~~",
    "[ ] ",
    "a\\\n",
    "  \n",
    "1986. A",
];

/// What rustdoc would make of it.
fn assert_inert(source: &str, inert: &str) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    let mut broken =
        |link: pulldown_cmark::BrokenLink<'_>| panic!("{source:?} → {inert:?}: {:?}", link.reference);
    for event in Parser::new_with_broken_link_callback(inert, options, Some(&mut broken)) {
        let fits = match &event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => &**info == "text",
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented) | Tag::Image { .. } | Tag::HtmlBlock) => {
                false
            }
            Event::Start(Tag::Table(_) | Tag::FootnoteDefinition(_) | Tag::Strikethrough) => false,
            Event::Start(Tag::Link { dest_url, .. }) => {
                dest_url.starts_with("https://") || dest_url.starts_with("mailto:")
            }
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => false,
            _ => true,
        };
        assert!(fits, "{source:?} → {inert:?}: {event:?}");
    }
    let hidden = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}')
    };
    assert!(!inert.contains(hidden), "{source:?} → {inert:?}");
    assert!(
        inert.trim() == inert && !inert.lines().any(|line| line.ends_with(' ')),
        "{source:?} → {inert:?}"
    );
}

fn check(source: &str) {
    let inert = markdown(source);
    assert_inert(source, &inert);
    assert_eq!(markdown(&inert), inert, "{source:?} is written anew");
    let line = plain(source);
    assert_inert(source, &line);
    assert!(!line.contains('\n'), "{source:?} → {line:?}");
}

#[test]
fn hostile_text_is_inert() {
    for payload in PAYLOADS {
        check(payload);
        check(&format!("> {payload}"));
        check(&format!("- {}", payload.replace('\n', "\n  ")));
        check(&format!("word {payload} word"));
    }
}

#[test]
fn random_text_is_inert() {
    let mut state = 7_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % bound as u64).expect("it is small")
    };
    for _ in 0..5_000 {
        let mut text = String::new();
        for _ in 0..2 + below(10) {
            text.push_str(FRAGMENTS[below(FRAGMENTS.len())]);
            text.push_str(["", " ", "\n"][below(3)]);
        }
        check(&text);
    }
}

#[test]
fn deep_text_is_read_without_depth() {
    for mark in ["> ", "- ", "1. ", "*", "[", "**a"] {
        check(&mark.repeat(5_000));
    }
}
