//! What people see: results on stdout, progress and diagnostics on stderr.
//!
//! Invariant: what is said on stderr obeys no control character of a manifest or a provider.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use clap::builder::styling::{AnsiColor, Color, Style};

use crate::failure::Failure;

/// For errors.
const ERROR: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::BrightRed)));
/// For warnings.
const WARNING: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Yellow)));
/// For what is fine.
pub(crate) const FINE: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Green)));
/// For what was found.
pub(crate) const FOUND: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Red)));
/// For what to do.
const HELP: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Cyan)));
/// For what is less important.
const DIM: Style = Style::new().dimmed();

/// Prints a result as it stands. Styles are taken out where no terminal shows them.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints a result and ends the line.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    print(&format!("{}\n", text.strip_suffix('\n').unwrap_or(text)))
}

/// Prints bytes as they are.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// Whether a terminal shows what goes to stdout.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Says on stderr what stands there already in its final form.
pub(crate) fn say(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Says a line on stderr.
pub(crate) fn note(text: &str) {
    say(&format!("{}\n", safe(text)));
}

/// Says a less important line on stderr.
pub(crate) fn dim(text: &str) {
    for line in text.lines() {
        say(&format!("{DIM}{}{DIM:#}\n", safe(line)));
    }
}

/// Says that something went wrong.
pub(crate) fn error(text: &str) {
    say(&format!("{ERROR}error{ERROR:#}: {}\n", safe(text)));
}

/// Says that something is likely wrong.
pub(crate) fn warning(text: &str) {
    say(&format!("{WARNING}warning{WARNING:#}: {}\n", safe(text)));
}

/// Says what to do.
pub(crate) fn help(text: &str) {
    say(&format!("  {HELP}help{HELP:#}: {}\n", safe(text)));
}

/// A text in a style.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{}{style:#}", safe(text))
}

/// A text that a terminal shows and does not obey.
pub(crate) fn safe(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether a terminal obeys a character, or it hides or turns text.
pub(crate) fn is_unsafe(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A path as people read it, with `/`.
pub(crate) fn path(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() }
}

/// A number and what it counts: `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
