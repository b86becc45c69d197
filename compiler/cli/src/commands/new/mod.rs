//! `couplet new`: a manifest that already passes, with comments, and exchanges that agree with it.

mod template;

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use couplet_compiler::{Arena, Diagnostics, SourceFile, Sources};

use crate::failure::Failure;
use crate::locate::{self, CONNECTORS, MANIFEST};
use crate::{load, output};

const DEFAULT_BASE_URL: &str = "https://api.example.com/v1";

/// Writes a manifest to start from, with comments, that already passes `couplet check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The connector's name: lower-case words with hyphens, as `acuity-scheduling`. It is written to
    /// ./connectors/NAME, or to ./NAME within a folder `connectors`.
    name: String,
    /// How requests prove who sends them.
    #[arg(long, value_name = "TYPE", default_value = "bearer")]
    auth: Auth,
    /// Where the API lives.
    #[arg(long, value_name = "URL", default_value = DEFAULT_BASE_URL)]
    base_url: String,
    /// The folder to write to.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// How requests prove who sends them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Auth {
    /// A user name and a password.
    Basic,
    /// A token in the header `Authorization`.
    Bearer,
    /// A key in a header of the provider's own.
    ApiKey,
    /// Nothing: a public API.
    None,
}

/// Writes the files.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    check_name(&args.name)?;
    let base_url = args.base_url.trim_end_matches('/');
    check_compiled(args, base_url)?;
    let manifest = template::manifest(&args.name, args.auth, base_url);
    let exchanges = template::exchanges(&args.name, args.auth, base_url);
    let folder = args.out.clone().unwrap_or_else(|| folder(&args.name));
    let files = [(folder.join(MANIFEST), manifest), (folder.join("exchanges.yaml"), exchanges)];
    for (path, _) in &files {
        if path.exists() {
            return Err(Failure::error(format!(
                "`{}` exists already, and is not overwritten",
                output::path(path)
            ))
            .help("choose another name, or another folder with `--out DIR`"));
        }
    }
    fs::create_dir_all(&folder).map_err(|error| Failure::file("make the folder", &folder, &error))?;
    for (path, text) in &files {
        fs::write(path, text).map_err(|error| Failure::file("write", path, &error))?;
        output::line(&format!("wrote {}", output::path(path)))?;
    }
    output::note("");
    output::note("next:");
    let connector =
        if locate::manifest(&args.name).is_ok() { args.name.clone() } else { output::path(&folder) };
    for (command, what) in [
        (format!("couplet check {connector}"), "find every mistake while you write"),
        (format!("couplet request {connector} GET /me"), "try the provider before any action is written"),
        (format!("couplet mock {connector}"), "play the provider on this machine"),
        (format!("couplet build {connector}"), "compile it to a crate"),
    ] {
        output::note(&format!("  {command:<48} {what}"));
    }
    Ok(())
}

fn folder(name: &str) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let within = here.file_name().is_some_and(|name| name == CONNECTORS);
    if within { PathBuf::from(name) } else { Path::new(CONNECTORS).join(name) }
}

/// The rule for names, with a name that follows it.
fn check_name(name: &str) -> Result<(), Failure> {
    let fits = name.split('-').all(|word| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    }) && name.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && name.len() <= 55;
    if fits {
        return Ok(());
    }
    let mended = mended(name);
    let failure = Failure::usage(format!("`{name}` cannot be the name of a connector"))
        .help("a name is lower-case words with hyphens between them, starts with a letter, and has 55 characters at the most");
    Err(failure.help_if((!mended.is_empty()).then(|| format!("try `couplet new {mended}`"))))
}

fn mended(name: &str) -> String {
    let mut out = String::new();
    let mut previous_lower = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && previous_lower {
                out.push('-');
            }
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        previous_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    let out = out.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let cut: String = out.chars().take(55).collect();
    cut.trim_end_matches('-').to_owned()
}

/// The compiler has the last word on the name and the URL.
fn check_compiled(args: &Args, base_url: &str) -> Result<(), Failure> {
    let what = format!("`{}` cannot be the name of a connector", args.name);
    compiles(&template::manifest(&args.name, args.auth, DEFAULT_BASE_URL), &what)?;
    let what = format!("`--base-url {base_url}` cannot be used");
    compiles(&template::manifest(&args.name, args.auth, base_url), &what)
}

fn compiles(text: &str, what: &str) -> Result<(), Failure> {
    let sources = Sources::new(SourceFile::new(MANIFEST, text));
    let mut diagnostics = Diagnostics::default();
    if load::lower(&sources, &Arena::default(), &mut diagnostics).is_some() {
        return Ok(());
    }
    let found = diagnostics.sorted();
    let first = found.first();
    let why = first.map_or("the manifest would not compile", |first| first.message());
    let failure = Failure::usage(format!("{what}: {why}"));
    Err(first.into_iter().flat_map(|first| first.helps()).cloned().fold(failure, Failure::help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_mended() {
        for (wrong, right) in [
            ("Acuity Scheduling", "acuity-scheduling"),
            ("AcuityScheduling", "acuity-scheduling"),
            ("acuity_scheduling", "acuity-scheduling"),
            ("1password", "password"),
            ("--x--", "x"),
            ("日本", ""),
        ] {
            assert_eq!(mended(wrong), right);
            assert!(check_name(wrong).is_err());
            assert!(right.is_empty() || check_name(right).is_ok());
        }
    }

    #[test]
    fn every_template_passes() {
        for auth in Auth::value_variants() {
            let text = template::manifest("my-provider", *auth, "https://api.example.com/v1");
            let sources = Sources::new(SourceFile::new(MANIFEST, text));
            let mut diagnostics = Diagnostics::default();
            let arena = Arena::default();
            assert!(
                load::lower(&sources, &arena, &mut diagnostics).is_some(),
                "{auth:?}: {:#?}",
                diagnostics.sorted()
            );
            assert_eq!(diagnostics.warnings(), 0, "{auth:?}: {:#?}", diagnostics.sorted());
        }
    }
}
