//! What can go wrong at the compiler's ends: reading manifests and writing what is made of them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a manifest was not read, or its output not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file or a folder cannot be read or written.
    File {
        /// The file or the folder.
        path: PathBuf,
        /// Why, as a sentence without a full stop.
        why: String,
    },
    /// The output folder holds what Couplet did not write.
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The first of these files, by their paths in the folder.
        files: Vec<String>,
    },
    /// Manifests are wrong.
    Manifest {
        /// Every diagnostic, as text for people.
        report: String,
        /// How many errors there are.
        errors: usize,
    },
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>, why: impl Into<String>) -> Self {
        Self::File { path: path.into(), why: why.into() }
    }

    /// What the system said of a file, in words that need no errno.
    pub(crate) fn io(path: &Path, doing: &str, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => format!("cannot {doing}: there is no such file"),
            io::ErrorKind::PermissionDenied => format!("cannot {doing}: permission is denied"),
            io::ErrorKind::StorageFull => format!("cannot {doing}: the disk is full"),
            io::ErrorKind::ReadOnlyFilesystem => format!("cannot {doing}: the file system is read-only"),
            _ => format!("cannot {doing}: {error}"),
        };
        Self::file(path, why)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, why } => write!(f, "{}: {why}", one_line(&path.to_string_lossy())),
            Self::Foreign { folder, files } => {
                let folder = one_line(&folder.to_string_lossy());
                write!(f, "{folder}: the folder holds files that Couplet did not write:")?;
                files.iter().try_for_each(|file| write!(f, "\n  {}", one_line(file)))
            }
            Self::Manifest { report, .. } => f.write_str(report.trim_end()),
        }
    }
}

impl std::error::Error for Error {}

/// Text that neither a terminal nor cargo obeys: what controls is written as an escape.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                out.extend(c.escape_unicode());
            }
            _ if c.is_control() => out.extend(c.escape_default()),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_whatever_the_path_is_called() {
        let error = Error::file("a\ncargo::rustc-cfg=evil\u{1b}[31m\u{202e}", "it is a folder");
        assert_eq!(error.to_string(), "a\\ncargo::rustc-cfg=evil\\u{1b}[31m\\u{202e}: it is a folder");
    }
}
