//! Connector → GeneratedCrate. It only writes down: nothing is decided here, and nothing can fail.
//!
//! Invariant: text of a manifest reaches Rust only as a token that was proven or as an escaped literal, TOML only as
//! an escaped string, and Markdown only as inert documentation.

mod actions;
mod auth;
mod client;
mod connect;
mod crate_manifest;
mod plan;
mod print;
mod readme;
mod tokens;
mod types;

use crate::connector::Connector;
use crate::generated_crate::GeneratedCrate;
use print::Module;

/// Printing recurses as deep as types nest. Without optimization that is more than the stack of a small thread holds.
const STACK: usize = 16 << 20;

/// The crate of a connector: a file for each module.
#[must_use]
pub fn emit(connector: &Connector<'_>) -> GeneratedCrate {
    with_stack(|| files(connector))
}

/// The same modules in one file, for `include!` within a module of a crate: it has no inner attribute and no path that
/// begins with `crate::`.
#[must_use]
pub fn emit_module(connector: &Connector<'_>) -> String {
    with_stack(|| single_file(connector))
}

/// Runs something with room; where no thread can be had, on the stack that is there.
fn with_stack<T: Send>(work: impl Fn() -> T + Sync) -> T {
    std::thread::scope(|scope| {
        match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, &work) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => work(),
        }
    })
}

fn files(connector: &Connector<'_>) -> GeneratedCrate {
    let package = &connector.package;
    let mut krate = GeneratedCrate::default();
    let header = print::header(package);
    krate.insert("Cargo.toml", crate_manifest::print(package));
    krate.insert("README.md", readme::print(connector));
    let modules = modules(connector);
    krate.insert("src/lib.rs", format!("{header}\n{}", client::root(connector, &modules)));
    for module in modules {
        krate.insert(module.path, format!("{header}\n{}", module.text()));
    }
    if package.license.contains("MIT") {
        krate.insert("LICENSE-MIT", include_str!("licenses/MIT.txt").to_owned());
    }
    if package.license.contains("Apache-2.0") {
        krate.insert("LICENSE-APACHE", include_str!("licenses/Apache-2.0.txt").to_owned());
    }
    krate
}

fn single_file(connector: &Connector<'_>) -> String {
    let mut text = print::header(&connector.package);
    text.push('\n');
    for line in client::reexports(connector).split_inclusive(";\n") {
        text.push_str(&format!("#[allow(unreachable_pub, unused_imports, reason = \"generated\")]\n{line}"));
    }
    for module in modules(connector) {
        let space = if module.visibility.is_empty() { "" } else { " " };
        // A program need not call all that a connector offers, and its lints are not meant for generated code.
        text.push_str(&format!(
            "\n{}#[allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic, reason = \"generated\")]\n",
            module.docs()
        ));
        text.push_str(&format!("{}{space}mod {} {{\n", module.visibility, module.name));
        for line in module.text().lines() {
            if !line.is_empty() {
                text.push_str("    ");
                text.push_str(line);
            }
            text.push('\n');
        }
        text.push_str("}\n");
    }
    text
}

fn modules(connector: &Connector<'_>) -> [Module; 4] {
    [actions::module(connector), client::module(connector), plan::module(connector), types::module(connector)]
}
