//! `couplet import`: other descriptions of providers → manifests on the disk, and what is to be said of them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Subcommand, ValueEnum};
use couplet_compiler::diagnostic::to_text;
use couplet_compiler::{Diagnostics, SourceFile, Sources};
use couplet_import::{Catalogue, Import, Kind, nango};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::locate::MANIFEST;
use crate::output::{self, FINE, FOUND, count};

/// Turns other descriptions of providers into manifests.
///
/// Each provider becomes a folder with a manifest that passes `couplet check`. What the description says and a manifest
/// cannot say, what was assumed, and what is wrong in the description itself are told with their lines. A provider that
/// cannot be a manifest is told with the reason.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    from: From,
}

/// The kinds of description.
#[derive(Debug, Subcommand)]
enum From {
    Nango(Nango),
}

/// Nango's `providers.yaml`: each provider's auth, hosts, fields and headers.
#[derive(Debug, clap::Args)]
struct Nango {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The providers, by their names in the file; all of them by default.
    #[arg(value_name = "PROVIDER")]
    providers: Vec<String>,
    /// The folder to write to: a folder for each connector. Without it a single manifest goes to stdout, and several are
    /// only reported.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Writes over manifests that are there already.
    #[arg(long)]
    force: bool,
    /// How findings are told.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// How findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: findings on stderr, results on stdout.
    Text,
    /// For tools: one JSON document on stdout.
    Json,
}

/// Imports, writes and tells.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let From::Nango(args) = &args.from;
    let source = read(&args.file)?;
    let mut diagnostics = Diagnostics::default();
    let Ok(mut catalogue) = nango::import(&source, &mut diagnostics) else {
        output::say(&to_text(&diagnostics.sorted(), &Sources::new(source), true));
        return Err(Failure::error(format!("`{}` cannot be read", output::path(&args.file))));
    };
    select(&mut catalogue, &args.providers)?;
    if let Some(out) = &args.out {
        for import in &catalogue.imports {
            write(import, out, args.force)?;
        }
    }
    match args.format {
        Format::Json => output::line(&format!("{:#}", to_json(&catalogue, &source)))?,
        Format::Text => tell(&catalogue, &source, args)?,
    }
    if catalogue.imports.iter().all(|import| import.manifest.is_ok()) {
        Ok(())
    } else {
        Err(Failure::reported())
    }
}

fn read(path: &Path) -> Result<SourceFile, Failure> {
    let cannot = |error: &io::Error| Failure::file("read", path, error);
    let bytes = fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if bytes > SourceFile::MAX_IMPORT_BYTES as u64 {
        let most = SourceFile::MAX_IMPORT_BYTES >> 20;
        return Err(Failure::error(format!(
            "`{}` has {bytes} bytes, and may have {most} MiB",
            output::path(path)
        )));
    }
    let text = fs::read_to_string(path).map_err(|error| cannot(&error))?;
    Ok(SourceFile::new(output::path(path), text))
}

fn select(catalogue: &mut Catalogue, providers: &[String]) -> Result<(), Failure> {
    if providers.is_empty() {
        return Ok(());
    }
    for wanted in providers {
        let known = |import: &Import| import.provider == *wanted || import.name == *wanted;
        if !catalogue.imports.iter().any(known) {
            let names = catalogue.imports.iter().map(|import| import.provider.as_str());
            let failure = Failure::error(format!("the file has no provider `{}`", output::safe(wanted)));
            return Err(match crate::nearest::nearest(wanted, names) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure,
            });
        }
    }
    catalogue
        .imports
        .retain(|import| providers.contains(&import.provider) || providers.contains(&import.name));
    Ok(())
}

fn write(import: &Import, out: &Path, force: bool) -> Result<(), Failure> {
    let Ok(text) = &import.manifest else { return Ok(()) };
    let folder = out.join(&import.name);
    let path = folder.join(MANIFEST);
    if !force && path.exists() && fs::read_to_string(&path).is_ok_and(|there| there != *text) {
        let failure = Failure::error(format!("`{}` is there already", output::path(&path)));
        return Err(failure.help("`--force` writes over it"));
    }
    fs::create_dir_all(&folder).map_err(|error| Failure::file("write", &folder, &error))?;
    fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))
}

fn tell(catalogue: &Catalogue, source: &SourceFile, args: &Nango) -> Result<(), Failure> {
    let single = matches!(catalogue.imports.as_slice(), [_]);
    for import in &catalogue.imports {
        for finding in &import.findings {
            let line = nango::line(source, finding.span);
            let kind = finding.kind.as_str();
            output::note(&format!(
                "{}:{line}: {}: {kind}: {}",
                source.path(),
                import.provider,
                finding.message
            ));
        }
        match &import.manifest {
            Ok(text) if single && args.out.is_none() => output::print(text)?,
            Ok(_) => {
                let state = output::styled(FINE, "fine");
                output::line(&format!("{}: {state}{}", output::safe(&import.name), counted(import)))?;
            }
            Err(reasons) => {
                let line = nango::line(source, import.span);
                let state = output::styled(FOUND, "no manifest");
                output::line(&format!("{} (line {line}): {state}", output::safe(&import.provider)))?;
                for reason in reasons {
                    output::line(&format!("  {}", output::safe(reason)))?;
                }
            }
        }
    }
    if !single {
        output::line(&sentence(catalogue))?;
    }
    Ok(())
}

fn counted(import: &Import) -> String {
    let of = |kind: Kind| import.findings.iter().filter(|finding| finding.kind == kind).count();
    let mut parts = Vec::new();
    for (kind, word) in [(Kind::Defect, "defect"), (Kind::Left, "thing"), (Kind::Assumed, "assumption")] {
        match (of(kind), kind) {
            (0, _) => {}
            (found, Kind::Left) => parts.push(format!("{} left out", count(found, word))),
            (found, _) => parts.push(count(found, word)),
        }
    }
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// `515 providers: 505 manifests, 10 without`.
fn sentence(catalogue: &Catalogue) -> String {
    let all = catalogue.imports.len();
    let fine = catalogue.imports.iter().filter(|import| import.manifest.is_ok()).count();
    format!("{}: {}, {} without one", count(all, "provider"), count(fine, "manifest"), all - fine)
}

fn to_json(catalogue: &Catalogue, source: &SourceFile) -> Value {
    let providers: Vec<Value> = catalogue
        .imports
        .iter()
        .map(|import| {
            let findings: Vec<Value> = import
                .findings
                .iter()
                .map(|finding| {
                    json!({
                        "kind": finding.kind.as_str(),
                        "message": finding.message,
                        "line": nango::line(source, finding.span),
                    })
                })
                .collect();
            let moved: Vec<Value> = import
                .moved
                .iter()
                .map(|moved| {
                    json!({"from": moved.from, "to": moved.to, "before": moved.before,
                    "after": moved.after, "lowercase": moved.lowercase})
                })
                .collect();
            json!({
                "provider": import.provider,
                "name": import.name,
                "line": nango::line(source, import.span),
                "manifest": import.manifest.as_ref().ok(),
                "draft": import.draft,
                "reasons": import.manifest.as_ref().err().cloned().unwrap_or_default(),
                "findings": findings,
                "moved": moved,
            })
        })
        .collect();
    json!({ "providers": providers })
}
