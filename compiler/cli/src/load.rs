//! The path of a manifest → its connector. Files are read here; all else is the compiler's.

use std::path::Path;

use couplet_compiler::diagnostic::to_text;
use couplet_compiler::{Arena, Connector, Diagnostics, Sources};

use crate::failure::Failure;
use crate::output;

/// Reads a manifest and what it includes.
pub(crate) fn read(manifest: &Path) -> Result<Sources, Failure> {
    couplet_build::read(manifest).map_err(|error| Failure::error(error.to_string()))
}

/// Reads and compiles a manifest up to its connector. Errors are shown; warnings are what `check` is for.
pub(crate) fn connector<'a>(manifest: &Path, arena: &'a Arena) -> Result<Connector<'a>, Failure> {
    let sources = read(manifest)?;
    let mut diagnostics = Diagnostics::default();
    let connector = lower(&sources, arena, &mut diagnostics);
    connector.ok_or_else(|| {
        show(&sources, &diagnostics);
        let found = output::count(diagnostics.errors(), "error");
        Failure::error(format!("`{}` does not compile: {found}", output::path(manifest)))
    })
}

/// Text → Connector; what is wrong is in the diagnostics.
pub(crate) fn lower<'a>(
    sources: &Sources,
    arena: &'a Arena,
    diagnostics: &mut Diagnostics,
) -> Option<Connector<'a>> {
    let document = couplet_compiler::parse(sources, diagnostics).ok()?;
    let manifest = couplet_compiler::validate(&document, diagnostics).ok()?;
    couplet_compiler::lower(&manifest, arena, diagnostics).ok()
}

/// Shows diagnostics to people.
pub(crate) fn show(sources: &Sources, diagnostics: &Diagnostics) {
    output::say(&to_text(&diagnostics.sorted(), sources, true));
}
