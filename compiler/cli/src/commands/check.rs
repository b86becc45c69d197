//! `couplet check`: every mistake of every manifest, with its place and its mend.

use std::path::Path;

use clap::ValueEnum;
use couplet_compiler::diagnostic::{to_github, to_json, to_text};
use couplet_compiler::{Arena, Diagnostics};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, FINE, FOUND, count};
use crate::{discover, load, parallel};

/// Checks manifests and reports every mistake, with its place and its mend.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Manifests, folders of one connector or of many, and names under ./connectors; by default all of ./connectors,
    /// or of the present folder.
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// How findings are told.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Warnings fail, too.
    #[arg(long)]
    deny_warnings: bool,
}

/// How findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: findings on stderr, a line for each manifest on stdout.
    Text,
    /// For tools: one JSON document on stdout.
    Json,
    /// For GitHub's checks: annotations on stdout.
    Github,
}

/// What became of one manifest.
struct Verdict {
    errors: usize,
    warnings: usize,
    /// In the format that was asked for.
    text: String,
    json: Value,
}

/// Numbers over all manifests.
#[derive(Default)]
struct Sum {
    connectors: usize,
    wrong: usize,
    errors: usize,
    warnings: usize,
}

/// Checks all manifests, each on a thread of its own, and tells of them in order.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifests = discover::manifests(&args.paths)?;
    let mut sum = Sum::default();
    let mut list = Vec::new();
    parallel::ordered(
        &manifests,
        |manifest| check(manifest, args.format),
        |manifest, verdict| {
            sum.add(&verdict);
            match args.format {
                Format::Text => tell(manifest, &verdict)?,
                Format::Json => list.push(json!({
                    "manifest": output::path(manifest),
                    "errors": verdict.errors,
                    "warnings": verdict.warnings,
                    "diagnostics": verdict.json,
                })),
                Format::Github => output::print(&verdict.text)?,
            }
            Ok(())
        },
    )?;
    match args.format {
        Format::Text => output::line(&sum.sentence())?,
        Format::Github => output::note(&sum.sentence()),
        Format::Json => output::line(&format!(
            "{:#}",
            json!({
                "connectors": list,
                "summary": {
                    "connectors": sum.connectors,
                    "fine": sum.connectors - sum.wrong,
                    "with_errors": sum.wrong,
                    "errors": sum.errors,
                    "warnings": sum.warnings,
                },
            })
        ))?,
    }
    let denied = args.deny_warnings && sum.warnings > 0;
    if sum.errors > 0 || denied { Err(Failure::reported()) } else { Ok(()) }
}

fn check(manifest: &Path, format: Format) -> Verdict {
    let sources = match load::read(manifest) {
        Ok(sources) => sources,
        Err(failure) => return Verdict::unread(manifest, format, failure.message()),
    };
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    load::lower(&sources, &arena, &mut diagnostics);
    let sorted = diagnostics.sorted();
    let (text, json) = match format {
        Format::Text => (to_text(&sorted, &sources, true), Value::Null),
        Format::Json => (String::new(), to_json(&sorted, &sources)),
        Format::Github => (to_github(&sorted, &sources), Value::Null),
    };
    Verdict { errors: diagnostics.errors(), warnings: diagnostics.warnings(), text, json }
}

fn tell(manifest: &Path, verdict: &Verdict) -> Result<(), Failure> {
    output::say(&verdict.text);
    let state = match (verdict.errors, verdict.warnings) {
        (0, 0) => output::styled(FINE, "fine"),
        (0, warnings) => format!("{} ({})", output::styled(FINE, "fine"), count(warnings, "warning")),
        (errors, 0) => output::styled(FOUND, &count(errors, "error")),
        (errors, warnings) => {
            format!("{}, {}", output::styled(FOUND, &count(errors, "error")), count(warnings, "warning"))
        }
    };
    output::line(&format!("{}: {state}", output::safe(&output::path(manifest))))
}

impl Verdict {
    /// Of a manifest that could not be read at all.
    fn unread(manifest: &Path, format: Format, why: &str) -> Self {
        let path = output::path(manifest);
        let text = match format {
            Format::Text => format!("error: {}\n\n", output::safe(why)),
            Format::Json => String::new(),
            Format::Github => {
                let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
                let property = escaped(&path).replace(':', "%3A").replace(',', "%2C");
                format!("::error file={property},title=unreadable::{}\n", escaped(why))
            }
        };
        let json = json!([{
            "code": "unreadable",
            "severity": "error",
            "message": why,
            "labels": [],
            "help": [],
            "suggestion": null,
        }]);
        Self { errors: 1, warnings: 0, text, json }
    }
}

impl Sum {
    fn add(&mut self, verdict: &Verdict) {
        self.connectors += 1;
        self.wrong += usize::from(verdict.errors > 0);
        self.errors += verdict.errors;
        self.warnings += verdict.warnings;
    }

    /// `40 connectors: 38 fine, 2 with errors (5 errors, 1 warning)`.
    fn sentence(&self) -> String {
        let mut text =
            format!("{}: {} fine", count(self.connectors, "connector"), self.connectors - self.wrong);
        if self.wrong > 0 {
            text.push_str(&format!(", {} with errors", self.wrong));
        }
        let mut found = Vec::new();
        if self.errors > 0 {
            found.push(count(self.errors, "error"));
        }
        if self.warnings > 0 {
            found.push(count(self.warnings, "warning"));
        }
        if !found.is_empty() {
            text.push_str(&format!(" ({})", found.join(", ")));
        }
        text
    }
}
