//! Manifests → one file of Rust for each, in `OUT_DIR`. For `build.rs`, and for tools that do the same.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use couplet_compiler::{
    Arena, Diagnostics, Reported, Sources, diagnostic, emit_module, lower, parse, validate,
};

use crate::error::one_line;
use crate::read::{Inputs, inputs};
use crate::{Error, cargo, tree, write};

/// Compiles manifests to modules, one file each.
///
/// ```no_run
/// couplet_build::Builder::new()
///     .manifest("connectors/acuity-scheduling/manifest.yaml")
///     .manifest("connectors/github/manifest.yaml")
///     .compile();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Builder {
    manifests: Vec<PathBuf>,
    out_dir: Option<PathBuf>,
}

/// What [`Builder::build`] made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Built {
    /// The files of Rust, in the order of the manifests.
    pub modules: Vec<PathBuf>,
    /// The files that were read and the folders that were listed: whose change calls for another build.
    pub watched: Vec<PathBuf>,
    /// What is likely wrong with the manifests, one line each: `file:line:column: message`.
    pub warnings: Vec<String>,
}

impl Builder {
    /// Compiles nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a manifest. A relative path starts from the working directory, which in `build.rs` is the package's
    /// folder.
    #[must_use]
    pub fn manifest(mut self, path: impl Into<PathBuf>) -> Self {
        self.manifests.push(path.into());
        self
    }

    /// Where the files go. Default: what the environment variable `OUT_DIR` says, which cargo sets for `build.rs`.
    #[must_use]
    pub fn out_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(path.into());
        self
    }

    /// Compiles, tells cargo what was read and warned of, and exits the process with the report where a manifest
    /// is wrong. For `build.rs`; elsewhere use [`build`](Self::build).
    pub fn compile(self) {
        let told = match self.build() {
            Ok(built) => cargo::tell(&built, &mut io::stdout().lock()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(report) = told {
            // Nobody is left to tell where this fails.
            let _ = writeln!(io::stderr(), "{report}");
            process::exit(1);
        }
    }

    /// Compiles, prints nothing, and leaves the process alone.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written, or a manifest is wrong. Then no module is written: the report holds what
    /// is wrong with any of the manifests.
    pub fn build(self) -> Result<Built, Error> {
        let out_dir = match self.out_dir {
            Some(path) => path,
            None => std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| {
                Error::file(
                    "OUT_DIR",
                    "the variable is not set: call this from build.rs, or name a folder with `out_dir`",
                )
            })?,
        };
        let mut built = Built::default();
        let mut modules = BTreeMap::new();
        let (mut report, mut errors) = (String::new(), 0);
        for manifest in &self.manifests {
            let Inputs { sources, watched } = inputs(manifest)?;
            built.watched.extend(watched);
            let mut diagnostics = Diagnostics::default();
            match module(&sources, &mut diagnostics) {
                Ok((name, text)) => {
                    built.warnings.extend(diagnostics.sorted().iter().map(|warning| line(warning, &sources)));
                    let path = out_dir.join(format!("{name}.rs"));
                    built.modules.push(path.clone());
                    if let Some((other, _)) = modules.insert(path, (manifest, text)) {
                        let why = format!("it makes the module `{name}`, as {} does", shown(other));
                        return Err(Error::file(manifest, why));
                    }
                }
                Err(_) => {
                    report.push_str(&diagnostic::to_text(&diagnostics.sorted(), &sources, false));
                    errors += diagnostics.errors();
                }
            }
        }
        if errors > 0 {
            return Err(Error::Manifest { report, errors });
        }
        fs::create_dir_all(&out_dir).map_err(|error| Error::io(&out_dir, "create the folder", &error))?;
        for (path, (manifest, text)) in &modules {
            place(path, text)?;
            forget(&out_dir, manifest, path)?;
        }
        Ok(built)
    }
}

/// A module's name and its text.
fn module(sources: &Sources, diagnostics: &mut Diagnostics) -> Result<(String, String), Reported> {
    let arena = Arena::default();
    let document = parse(sources, diagnostics)?;
    let manifest = validate(&document, diagnostics)?;
    let connector = lower(&manifest, &arena, diagnostics)?;
    Ok((connector.package.module.clone(), emit_module(&connector)))
}

fn line(warning: &diagnostic::Diagnostic, sources: &Sources) -> String {
    let file = sources.file(warning.span().file);
    let (line, column) = file.line_column(warning.span().start);
    let (message, code) = (one_line(warning.message()), warning.code());
    format!("{}:{line}:{column}: {message} ({})", one_line(file.path()), code.as_str())
}

fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy())
}

/// Writes a module's file in one step, and only where it changes: cargo looks at its time.
fn place(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |error: io::Error| Error::io(path, "write the file", &error);
    if path.is_file() && tree::holds(path, text)? {
        return Ok(());
    }
    let new = path.with_extension(format!("{}.new", process::id()));
    let written = write::file(&new, text).and_then(|()| fs::rename(&new, path));
    written.map_err(|error| {
        // What is left of it is in the way of nobody.
        let _ = fs::remove_file(&new);
        failed(error)
    })
}

/// Removes the file that this manifest made before it had another name, so that nothing includes it by mistake.
///
/// Several manifests, and several calls in one `build.rs`, share a folder: a note for each manifest tells whose
/// file is whose.
fn forget(out_dir: &Path, manifest: &Path, path: &Path) -> Result<(), Error> {
    let mut hasher = DefaultHasher::new();
    manifest.hash(&mut hasher);
    let note = out_dir.join(format!("{:016x}.couplet", hasher.finish()));
    let name = path.file_name().map(OsString::from).unwrap_or_default();
    let name = name.to_string_lossy();
    let before = fs::read_to_string(&note).unwrap_or_default();
    if before == name {
        return Ok(());
    }
    let stale = out_dir.join(&before);
    let plain = before
        .strip_suffix(".rs")
        .is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    if plain && tree::marked(&stale) {
        fs::remove_file(&stale).map_err(|error| Error::io(&stale, "remove the stale file", &error))?;
    }
    fs::write(&note, name.as_bytes()).map_err(|error| Error::io(&note, "write the file", &error))
}
