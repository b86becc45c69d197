//! Expected outputs: files that `BLESS=1 cargo test` writes, and that a review reads.

use std::path::Path;

/// Whether outputs are to be written rather than compared.
#[must_use]
pub fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Compares a text with the file that holds what is expected, or writes it there.
///
/// # Errors
///
/// A sentence that shows the first line that differs and the command that accepts the new text.
pub fn check(path: &Path, actual: &str) -> Result<(), String> {
    let expected = std::fs::read_to_string(path).ok();
    if expected.as_deref() == Some(actual) {
        return Ok(());
    }
    if blessing() {
        let written =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, actual));
        return written.map_err(|error| format!("{}: {error}", path.display()));
    }
    let path = path.display();
    let Some(expected) = expected else {
        return Err(format!("{path} is missing; `BLESS=1 cargo test` writes it"));
    };
    let (line, was, is) = difference(&expected, actual);
    Err(format!(
        "{path}:{line} differs\n  expected: {was}\n  is:       {is}\n`BLESS=1 cargo test` accepts what is"
    ))
}

/// The first line that differs: its number, as expected, as it is.
fn difference<'t>(expected: &'t str, actual: &'t str) -> (usize, &'t str, &'t str) {
    let (mut was, mut is) = (expected.lines(), actual.lines());
    for line in 1.. {
        match (was.next(), is.next()) {
            (None, None) => return (line, "(the end)", "(other line ends)"),
            (was, is) if was != is => return (line, was.unwrap_or("(the end)"), is.unwrap_or("(the end)")),
            _ => {}
        }
    }
    unreachable!("texts end")
}

/// Fails with all that failed, and not just the first.
///
/// # Panics
///
/// There is a failure.
pub fn report(checked: usize, failures: &[String]) {
    assert!(checked > 0, "nothing was checked");
    assert!(failures.is_empty(), "{} of {checked} failed:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// Says what a test has counted: `tests/counted` prints it.
#[expect(clippy::print_stdout, reason = "the figure is the result")]
pub fn counted(what: &str) {
    println!("counted: {what}");
}
