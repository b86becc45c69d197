//! Blocks → Markdown.

use super::escape::{guard, longest_run};
use super::read::Block;

/// The greatest number that a list begins with: an item's number has nine digits at most.
const MOST: u64 = 999_000_000;

/// The lines of some blocks.
pub(super) fn write(blocks: &[Block]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut before: Option<&Block> = None;
    let mut lists = 0;
    for block in blocks {
        // Lists that follow each other have other marks: else they were one.
        let place = match (before, block) {
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
        let written = one(block, place % 2 == 1);
        if written.is_empty() {
            continue;
        }
        if before.is_some() && !close {
            lines.push(String::new());
        }
        lines.extend(written);
        lists = place;
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
            let text = text.trim().trim_end_matches('#').trim_end();
            let marks = if *deep { "#####" } else { "####" };
            if text.is_empty() { Vec::new() } else { vec![format!("{marks} {text}")] }
        }
        Block::Code(code) => {
            let fence = "`".repeat(longest_run(code).max(2) + 1);
            let code = code.strip_suffix('\n').unwrap_or(code);
            let mut lines = vec![format!("{fence}text")];
            lines.extend(code.split('\n').map(|line| line.trim_end().to_owned()));
            lines.push(fence);
            lines
        }
        Block::Quote(blocks) => {
            write(blocks).iter().map(|line| format!("> {line}").trim_end().to_owned()).collect()
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
    for (number, item) in (start.unwrap_or(0).min(MOST)..).zip(items) {
        let written = write(item);
        if written.is_empty() {
            continue;
        }
        if loose && !lines.is_empty() {
            lines.push(String::new());
        }
        let mark = match (start, other) {
            (Some(_), false) => format!("{number}. "),
            (Some(_), true) => format!("{number}) "),
            (None, false) => "- ".to_owned(),
            (None, true) => "+ ".to_owned(),
        };
        for (place, line) in written.iter().enumerate() {
            let before = if place == 0 { mark.clone() } else { " ".repeat(mark.len()) };
            lines.push(format!("{before}{line}").trim_end().to_owned());
        }
    }
    lines
}
