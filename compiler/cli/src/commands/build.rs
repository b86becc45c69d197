//! `couplet build`: manifests → crates on the disk, or the proof that those there are fresh.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use couplet_build::Foreign;
use couplet_compiler::diagnostic::to_text;
use couplet_compiler::{Arena, Diagnostics};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use crate::locate::MANIFEST;
use crate::output::{self, count};
use crate::{discover, load, parallel};

/// From how many manifests on progress is shown.
const LONG_RUN: usize = 8;

/// Compiles manifests to crates.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Manifests, folders of one connector or of many, and names under ./connectors; by default all of ./connectors.
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// The folder to write to: of one manifest, the crate itself; of several, a folder for each by its name.
    /// By default a connector's own folder, in `crate`.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Writes nothing, and fails where a crate on the disk is not what its manifest says.
    #[arg(long)]
    check: bool,
    /// Removes files of the output folder that Couplet did not write.
    #[arg(long, conflicts_with = "check")]
    force: bool,
}

/// What became of one manifest.
enum Outcome {
    Written { folder: PathBuf, files: usize, changed: bool },
    Fresh { folder: PathBuf },
    Stale { folder: PathBuf, difference: String },
    Wrong { report: String, errors: usize },
    Failed(String, Option<String>),
}

/// Compiles all manifests, each on a thread of its own, and tells of them in order.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifests = discover::manifests(&args.paths)?;
    let several = manifests.len() > 1 || args.paths.iter().any(|path| is_folder_of_many(path));
    let bar = progress(manifests.len());
    let mut sum = Sum::default();
    let done = parallel::ordered(
        &manifests,
        |manifest| {
            let outcome = build(args, manifest, several);
            bar.inc(1);
            outcome
        },
        |manifest, outcome| bar.suspend(|| sum.tell(manifest, &outcome)),
    );
    bar.finish_and_clear();
    done?;
    if manifests.len() > 1 {
        output::line(&sum.sentence(args.check))?;
    }
    if sum.stale > 0 {
        output::help("`couplet build` with the same paths writes them anew");
    }
    if sum.wrong + sum.stale > 0 { Err(Failure::reported()) } else { Ok(()) }
}

fn build(args: &Args, manifest: &Path, several: bool) -> Outcome {
    let sources = match load::read(manifest) {
        Ok(sources) => sources,
        Err(failure) => return Outcome::Failed(failure.message().to_owned(), None),
    };
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    let Some(connector) = load::lower(&sources, &arena, &mut diagnostics) else {
        let report = to_text(&diagnostics.sorted(), &sources, true);
        return Outcome::Wrong { report, errors: diagnostics.errors() };
    };
    let Some(folder) = folder(args, manifest, &connector.package.name, several) else {
        let why = format!("`{}` needs a place for its crate", output::path(manifest));
        return Outcome::Failed(why, Some("say where with `--out DIR`".to_owned()));
    };
    let generated = couplet_compiler::emit(&connector);
    if args.check {
        return match couplet_build::check(&generated, &folder) {
            Ok(difference) if difference.is_empty() => Outcome::Fresh { folder },
            Ok(difference) => Outcome::Stale { folder, difference: difference.to_string() },
            Err(error) => Outcome::Failed(error.to_string(), None),
        };
    }
    let foreign = if args.force { Foreign::Remove } else { Foreign::Refuse };
    match couplet_build::write(&generated, &folder, foreign) {
        Ok(written) => {
            Outcome::Written { folder, files: generated.files().count(), changed: written.changed }
        }
        Err(error) => {
            let is_foreign = matches!(error, couplet_build::Error::Foreign { .. });
            let help =
                is_foreign.then(|| "choose another folder, or remove these files with `--force`".to_owned());
            Outcome::Failed(error.to_string(), help)
        }
    }
}

/// Where a manifest's crate goes.
fn folder(args: &Args, manifest: &Path, name: &str, several: bool) -> Option<PathBuf> {
    match &args.out {
        Some(out) if several => Some(out.join(name)),
        Some(out) => Some(out.clone()),
        None if manifest.file_name().is_some_and(|file| file == MANIFEST) => {
            Some(manifest.with_file_name("crate"))
        }
        None => None,
    }
}

fn is_folder_of_many(path: &str) -> bool {
    let path = Path::new(path);
    path.is_dir() && !path.join(MANIFEST).is_file()
}

fn progress(manifests: usize) -> ProgressBar {
    if manifests < LONG_RUN || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::try_from(manifests).unwrap_or(u64::MAX));
    match ProgressStyle::with_template("{bar:30} {pos}/{len} connectors {elapsed}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Numbers over all manifests.
#[derive(Default)]
struct Sum {
    connectors: usize,
    written: usize,
    stale: usize,
    wrong: usize,
    errors: usize,
}

impl Sum {
    fn tell(&mut self, manifest: &Path, outcome: &Outcome) -> Result<(), Failure> {
        self.connectors += 1;
        match outcome {
            Outcome::Written { folder, files, changed: true } => {
                self.written += 1;
                output::line(&format!("wrote {} ({})", output::path(folder), count(*files, "file")))
            }
            Outcome::Written { folder, .. } | Outcome::Fresh { folder } => {
                output::line(&format!("fresh {}", output::path(folder)))
            }
            Outcome::Stale { folder, difference } => {
                self.stale += 1;
                let lines: String =
                    difference.lines().map(|line| format!("  {}\n", output::safe(line))).collect();
                output::line(&format!("stale {}\n{lines}", output::path(folder)))
            }
            Outcome::Wrong { report, errors } => {
                self.wrong += 1;
                self.errors += errors;
                output::say(report);
                output::error(&format!(
                    "`{}` does not compile: {}",
                    output::path(manifest),
                    count(*errors, "error")
                ));
                Ok(())
            }
            Outcome::Failed(why, help) => {
                self.wrong += 1;
                output::error(why);
                help.iter().for_each(|help| output::help(help));
                Ok(())
            }
        }
    }

    /// `40 connectors: 37 written, 1 fresh, 2 failed (5 errors)`.
    fn sentence(&self, check: bool) -> String {
        let fresh = self.connectors - self.written - self.stale - self.wrong;
        let mut parts = Vec::new();
        if !check {
            parts.push(format!("{} written", self.written));
        }
        parts.push(format!("{fresh} fresh"));
        if self.stale > 0 {
            parts.push(format!("{} stale", self.stale));
        }
        if self.wrong > 0 {
            parts.push(format!("{} failed ({})", self.wrong, count(self.errors, "error")));
        }
        format!("{}: {}", count(self.connectors, "connector"), parts.join(", "))
    }
}
