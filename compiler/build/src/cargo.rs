//! What a build script tells cargo.
//!
//! Cargo obeys each line of a build script's output that begins with `cargo:`. Invariant: a line begins here, and
//! text of a manifest or a path cannot begin another.

use std::io::Write;
use std::path::Path;

use crate::Built;
use crate::error::one_line;

/// Prints the instructions, or says why it cannot.
pub(crate) fn tell(built: &Built, out: &mut impl Write) -> Result<(), String> {
    let mut lines = Vec::new();
    for path in &built.watched {
        lines.push(format!("cargo::rerun-if-changed={}", plain(path)?));
    }
    for warning in &built.warnings {
        lines.push(format!("cargo::warning={}", one_line(warning)));
    }
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))
        .and_then(|()| out.flush())
        .map_err(|error| format!("cannot tell cargo what was read: {error}"))
}

/// A path that cargo reads as it is: it takes a line, and cuts white space from its end.
fn plain(path: &Path) -> Result<&str, String> {
    path.to_str().filter(|text| text.trim() == *text && one_line(text) == *text).ok_or_else(|| {
        let shown = one_line(&path.to_string_lossy());
        format!("{shown}: cargo cannot watch a path with control characters or outer spaces: rename it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(watched: &[&str], warnings: &[&str]) -> Result<String, String> {
        let built = Built {
            watched: watched.iter().map(Into::into).collect(),
            warnings: warnings.iter().map(|&warning| warning.into()).collect(),
            ..Built::default()
        };
        let mut out = Vec::new();
        tell(&built, &mut out).map(|()| String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn each_instruction_is_a_line_of_its_own() {
        let warning = "m.yaml:1:1: weak\ncargo::rustc-link-arg=-evil\r\ncargo:rustc-cfg=evil\u{2028}";
        assert_eq!(
            told(&["a b=c/m.yaml", "ü"], &[warning]).as_deref(),
            Ok("cargo::rerun-if-changed=a b=c/m.yaml\n\
                cargo::rerun-if-changed=ü\n\
                cargo::warning=m.yaml:1:1: weak\\ncargo::rustc-link-arg=-evil\\r\\ncargo:rustc-cfg=evil\\u{2028}\n")
        );
    }

    #[test]
    fn a_path_that_cargo_would_misread_is_refused() {
        for path in ["a\ncargo::rustc-cfg=evil/m.yaml", "m.yaml ", "m\u{1b}.yaml"] {
            let error = told(&[path], &[]).expect_err(path);
            assert!(error.contains("rename it") && !error.contains('\n'), "{error}");
        }
    }
}
