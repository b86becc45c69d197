//! Text → Document. Reports what is not YAML, what YAML has that a manifest may not use, and what is too much.

mod build;
mod include;
mod scalar;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Reported};
use crate::document::{Document, Kind, Node};
use crate::limits;
use crate::source::{FileId, SourceFile, Sources, Span};

/// Reads a connector's files into one document: what is included is merged into the manifest.
///
/// # Errors
///
/// Everything that is wrong with the YAML is reported.
pub fn parse(sources: &Sources, diagnostics: &mut Diagnostics) -> Result<Document, Reported> {
    let total: usize = sources.files().map(|file| file.text().len()).sum();
    if total > limits::CONNECTOR_BYTES {
        let message = format!("the connector has {total} bytes, and may have {}", limits::CONNECTOR_BYTES);
        return Err(diagnostics.report(Diagnostic::new(Code::TOO_LARGE, message, Span::default())));
    }
    let root = file(FileId::MANIFEST, sources.manifest(), diagnostics);
    let included: Vec<_> =
        sources.included().map(|(name, id, source)| (name, id, file(id, source, diagnostics))).collect();
    let root = root?;
    let mut parts = Vec::new();
    for (name, id, part) in included {
        parts.push((name, id, part?));
    }
    let root = include::merge(root, parts, diagnostics);
    diagnostics.barrier()?;
    Ok(Document { root, hash: hash(sources) })
}

/// Reads another description of providers into a document, for an importer. It may hold more than a manifest may.
///
/// # Errors
///
/// Everything that is wrong with the YAML is reported.
pub fn parse_import(source: &SourceFile, diagnostics: &mut Diagnostics) -> Result<Document, Reported> {
    let (id, text) = (FileId::MANIFEST, source.text());
    if text.len() > limits::IMPORT_BYTES {
        let message =
            format!("the file has {} bytes, and may have {} (64 MiB)", text.len(), limits::IMPORT_BYTES);
        return Err(diagnostics.report(Diagnostic::new(Code::TOO_LARGE, message, Span::default())));
    }
    control_characters(id, text, diagnostics)?;
    let root = build::build(id, text, true, diagnostics)?;
    diagnostics.barrier()?;
    match root {
        Some(root) => Ok(Document { root, hash: hash(&Sources::new(source.clone())) }),
        None => {
            let diagnostic = Diagnostic::new(Code::EMPTY_MANIFEST, "the file holds nothing", Span::default());
            Err(diagnostics.report(diagnostic.help("give the file that describes the providers")))
        }
    }
}

/// The SHA-256 of all files with their names, in hexadecimal.
fn hash(sources: &Sources) -> String {
    let mut hash = Sha256::new();
    for (name, file) in sources.named() {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update((file.text().len() as u64).to_le_bytes());
        hash.update(file.text());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The entries of a manifest's `include`, for whoever reads files: a name that ends with `/` is a folder, whose
/// `.yaml` files are meant. Entries that [`parse`] will reject are left out.
#[must_use]
pub fn includes(manifest: &SourceFile) -> Vec<String> {
    let mut ignored = Diagnostics::default();
    match file(FileId::MANIFEST, manifest, &mut ignored) {
        Ok(root) => include::entries(&root)
            .filter(|(text, _)| include::wrong(text).is_none())
            .map(|(text, _)| text.to_owned())
            .collect(),
        Err(_) => Vec::new(),
    }
}

fn file(id: FileId, source: &SourceFile, diagnostics: &mut Diagnostics) -> Result<Node, Reported> {
    let whole = Span { file: id, start: 0, end: 0 };
    let text = source.text();
    if text.len() > limits::FILE_BYTES {
        let message =
            format!("the file has {} bytes, and may have {} (1 MiB)", text.len(), limits::FILE_BYTES);
        let help = "move types and actions to files of their own and name them under `include`";
        return Err(diagnostics.report(Diagnostic::new(Code::TOO_LARGE, message, whole).help(help)));
    }
    control_characters(id, text, diagnostics)?;
    let node = build::build(id, text, false, diagnostics)?;
    match node {
        Some(node) if matches!(node.kind, Kind::Map(_)) => Ok(node),
        Some(node) => {
            let message = format!("a manifest is a mapping, and this is {}", node.describe());
            let help =
                "begin with `couplet: 1`, `name: …`; `couplet new NAME` writes a manifest to start from";
            Err(diagnostics.report(Diagnostic::new(Code::EMPTY_MANIFEST, message, node.span).help(help)))
        }
        None => {
            let help =
                "begin with `couplet: 1`, `name: …`; `couplet new NAME` writes a manifest to start from";
            Err(diagnostics
                .report(Diagnostic::new(Code::EMPTY_MANIFEST, "the file holds nothing", whole).help(help)))
        }
    }
}

fn control_characters(id: FileId, text: &str, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let wrong = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{feff}';
    let Some((start, c)) = text.char_indices().find(|(_, c)| wrong(*c)) else { return Ok(()) };
    let span = Span { file: id, start, end: start + c.len_utf8() };
    let message = format!("the control character U+{:04X} stands in the file", u32::from(c));
    let help = match c {
        '\r' => "end lines with a line feed, or with a carriage return and a line feed",
        _ => "remove it, or write it as an escape in a double-quoted text",
    };
    Err(diagnostics.report(Diagnostic::new(Code::CONTROL_CHARACTER, message, span).help(help)))
}
