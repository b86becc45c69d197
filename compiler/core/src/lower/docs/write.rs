//! Blocks → Markdown.

use super::escape::{guard, longest_run};
use super::read::Block;

/// The lines of some blocks.
pub(super) fn write(blocks: &[Block]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut before: Option<&Block> = None;
    let mut lists = 0;
    for block in blocks {
        // Lists that follow each other have other marks: else they were one.
        lists = match (before, block) {
            (Some(Block::List { start: a, .. }), Block::List { start: b, .. })
                if a.is_some() == b.is_some() =>
            {
                lists + 1
            }
            _ => 0,
        };
        let close = matches!(
            (before, block),
            (Some(Block::Paragraph { tight: true, .. }), Block::List { start: None | Some(1), .. })
        );
        if before.is_some() && !close {
            lines.push(String::new());
        }
        lines.extend(one(block, lists % 2 == 1));
        before = Some(block);
    }
    lines
}

fn one(block: &Block, other: bool) -> Vec<String> {
    match block {
        Block::Paragraph { text, .. } => {
            let lines = text.split('\n').map(str::trim).filter(|line| !line.is_empty() && *line != "\\");
            let mut lines: Vec<_> = lines.map(guard).collect();
            // No line follows that a break could lead to.
            if let Some(last) = lines.last_mut() {
                let slashes = last.len() - last.trim_end_matches('\\').len();
                if slashes % 2 == 1 {
                    last.pop();
                }
            }
            lines
        }
        Block::Heading { deep, text } => {
            let marks = if *deep { "#####" } else { "####" };
            vec![format!("{marks} {}", text.trim().trim_end_matches('#').trim_end()).trim_end().to_owned()]
        }
        Block::Code(code) => {
            let fence = "`".repeat(longest_run(code).max(2) + 1);
            let code = code.strip_suffix('\n').unwrap_or(code);
            let mut lines = vec![format!("{fence}text")];
            lines.extend(code.split('\n').map(str::to_owned));
            lines.push(fence);
            lines
        }
        Block::Quote(blocks) => {
            let lines = write(blocks);
            if lines.is_empty() {
                return vec![">".to_owned()];
            }
            lines.iter().map(|line| format!("> {line}").trim_end().to_owned()).collect()
        }
        Block::List { start, items } => list(*start, items, other),
        Block::Rule => vec!["***".to_owned()],
    }
}

fn list(start: Option<u64>, items: &[Vec<Block>], other: bool) -> Vec<String> {
    let loose = items
        .iter()
        .flatten()
        .any(|block| !matches!(block, Block::Paragraph { tight: true, .. } | Block::List { .. }));
    let mut lines = Vec::new();
    for (number, item) in (start.unwrap_or(0)..).zip(items) {
        if loose && !lines.is_empty() {
            lines.push(String::new());
        }
        let mark = match (start, other) {
            (Some(_), false) => format!("{number}. "),
            (Some(_), true) => format!("{number}) "),
            (None, false) => "- ".to_owned(),
            (None, true) => "+ ".to_owned(),
        };
        let written = write(item);
        if written.is_empty() {
            lines.push(mark.trim_end().to_owned());
        }
        for (place, line) in written.iter().enumerate() {
            let before = if place == 0 { mark.clone() } else { " ".repeat(mark.len()) };
            lines.push(format!("{before}{line}").trim_end().to_owned());
        }
    }
    lines
}
