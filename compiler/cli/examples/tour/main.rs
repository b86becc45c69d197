//! Compiles a connector to a crate, starts its mock, and calls the mock through the generated client.
//!
//! `cargo run --example tour`, anywhere in a checkout. What it writes lies under `target/tour`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use couplet_build::Foreign;
use couplet_compiler::{Arena, Connector, Diagnostics, Sources};
use couplet_mock::Mock;

/// The program that a user of the generated crate writes.
const PROGRAM: &str = include_str!("program.txt");

fn main() {
    if let Err(error) = tour() {
        anstream::eprintln!("The tour stops here: {error}");
        std::process::exit(1);
    }
}

fn tour() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let manifest = root.join("connectors/acuity-scheduling/manifest.yaml");
    let folder = root.join("target/tour");

    anstream::println!("1. The manifest connectors/acuity-scheduling/manifest.yaml, compiled:\n");
    let sources = couplet_build::read(&manifest)?;
    // A mock plays its Plan for as long as the process runs.
    let arena: &'static Arena = Box::leak(Box::default());
    let connector = lower(&sources, arena)?;
    let generated = couplet_compiler::emit(&connector);
    let krate = folder.join("couplet-acuity-scheduling");
    couplet_build::write(&generated, &krate, Foreign::Refuse)?;
    for (path, text) in generated.files() {
        anstream::println!(
            "   {:>6} lines  target/tour/couplet-acuity-scheduling/{path}",
            text.lines().count()
        );
    }
    anstream::println!("\n   {} actions, {} types\n", connector.plan.actions().len(), connector.items.len());

    anstream::println!("2. The provider, played on this machine from the same manifest:\n");
    let mock = Mock::start(connector.plan)?;
    anstream::println!("   {}\n", mock.url());

    anstream::println!(
        "3. A program that links the crate (target/tour/program/src/main.rs), built and run:\n"
    );
    for line in PROGRAM.lines().filter(|line| line.is_empty() || line.starts_with("    ")).skip(3) {
        anstream::println!("   │ {}", line.strip_prefix("    ").unwrap_or(line));
    }
    anstream::println!();
    run(&root, &folder, &mock)?;

    anstream::println!("\n4. What the provider received:\n");
    for request in mock.requests() {
        let query = if request.query().is_empty() { String::new() } else { format!("?{}", request.query()) };
        anstream::println!(
            "   {} {}{query} → {} {}: {}",
            request.method(),
            request.path(),
            request.status(),
            request.action().unwrap_or("no action"),
            request.verdict()
        );
    }
    Ok(())
}

fn lower(sources: &Sources, arena: &'static Arena) -> Result<Connector<'static>, Box<dyn Error>> {
    let mut diagnostics = Diagnostics::default();
    let connector = couplet_compiler::parse(sources, &mut diagnostics)
        .and_then(|document| couplet_compiler::validate(&document, &mut diagnostics))
        .and_then(|manifest| couplet_compiler::lower(&manifest, arena, &mut diagnostics));
    connector.map_err(|_| couplet_compiler::diagnostic::to_text(&diagnostics.sorted(), sources, false).into())
}

/// Builds the program against the crate and this checkout's runtime, and runs it.
fn run(root: &Path, folder: &Path, mock: &Mock) -> Result<(), Box<dyn Error>> {
    let program = folder.join("program");
    std::fs::create_dir_all(program.join("src"))?;
    std::fs::write(program.join("src/main.rs"), PROGRAM)?;
    std::fs::write(program.join("Cargo.toml"), manifest(root))?;
    std::fs::copy(root.join("Cargo.lock"), program.join("Cargo.lock"))?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--manifest-path"]).arg(program.join("Cargo.toml"));
    command.env("CARGO_TARGET_DIR", target(root)).env("ACUITY_URL", mock.url());
    for (_, name, value) in mock.credentials() {
        command.env(format!("ACUITY_{}", name.to_uppercase()), value);
    }
    let status = command.status().map_err(|error| format!("cargo cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err("the program failed; what is above says why".into()) }
}

/// What was built for this checkout already is used again.
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn manifest(root: &Path) -> String {
    // A path within TOML's literal string: a checkout whose path holds a quote is not toured.
    let path = |name: &str| format!("{{ path = '{}' }}", root.join(name).display());
    format!(
        "[package]\nname = \"tour\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\ncouplet-acuity-scheduling = {{ path = \"../couplet-acuity-scheduling\" }}\n\
         tokio = {{ version = \"1\", features = [\"rt\", \"macros\", \"time\", \"net\"] }}\n\n\
         [profile.dev]\ndebug = 0\n\n[workspace]\n\n[patch.crates-io]\ncouplet-runtime = {}\ncouplet-plan = {}\n",
        path("runtime/client"),
        path("runtime/plan"),
    )
}
