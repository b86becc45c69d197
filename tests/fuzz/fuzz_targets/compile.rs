//! Any bytes are a manifest: they are rejected with a reason, or compile to a crate. Nothing panics or hangs, equal
//! bytes give equal crates, every Rust file parses, and no path leaves the crate's fixed set.

#![no_main]

use couplet_compiler::diagnostic::{Severity, to_github, to_json, to_text};
use couplet_compiler::{Diagnostics, SourceFile, Sources, compile, includes};
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};

/// The files of a crate.
const FILES: [&str; 9] = [
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "src/actions.rs",
    "src/client.rs",
    "src/lib.rs",
    "src/plan.rs",
    "src/types.rs",
];

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(file) = SourceFile::from_bytes("manifest.yaml", data.to_vec()) else { return Corpus::Reject };
    let sources = Sources::new(file);
    let first = run(&sources);
    assert_eq!(first, run(&sources), "equal manifests give equal crates");
    let _ = includes(sources.manifest());
    Corpus::Keep
});

fn run(sources: &Sources) -> Result<Vec<(String, String)>, String> {
    let mut diagnostics = Diagnostics::default();
    let result = compile(sources, &mut diagnostics);
    let found = diagnostics.sorted();
    let text = to_text(&found, sources, false);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "a control character in {text:?}");
    assert_eq!(to_github(&found, sources).lines().count(), found.len(), "an annotation is one line");
    let _ = to_json(&found, sources);
    let errors = found.iter().any(|found| found.severity() == Severity::Error);
    assert_eq!(result.is_err(), errors, "an outcome and its errors belong together");
    let Ok(generated) = result else { return Err(text) };
    let files: Vec<_> = generated.files().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    for (path, text) in &files {
        assert!(FILES.contains(&path.as_str()), "{path} is no file of a crate");
        if path.ends_with(".rs") {
            assert!(syn::parse_file(text).is_ok(), "{path} is not Rust");
        }
    }
    Ok(files)
}

// Bytes alone seldom stay YAML: every other time whole lines move, come twice, go, or come from a list of lines.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 2 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut random = seed;
    let mut next = |below: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % below.max(1)
    };
    let text = String::from_utf8_lossy(&data[..size]).into_owned();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=next(3) {
        let (at, from) = (next(lines.len()), next(lines.len()));
        match next(6) {
            0 if !lines.is_empty() => drop(lines.remove(at)),
            1 if !lines.is_empty() => lines.insert(at, lines[from].clone()),
            2 if !lines.is_empty() => lines.swap(at, from),
            3 if !lines.is_empty() => {
                let indent = " ".repeat(next(6) * 2);
                lines[at] = format!("{indent}{}", lines[at].trim_start());
            }
            4 if !lines.is_empty() => {
                // The value of one line in the place of another's.
                let value = lines[from].split_once(": ").map(|(_, value)| value.to_owned());
                if let (Some(value), Some((key, _))) = (value, lines[at].clone().split_once(": ")) {
                    lines[at] = format!("{key}: {value}");
                }
            }
            _ => {
                let known: Vec<_> = LINES.lines().collect();
                lines.insert(at, known[next(known.len())].to_owned());
            }
        }
    }
    let text = lines.join("\n") + "\n";
    let size = text.len().min(max_size);
    data[..size].copy_from_slice(&text.as_bytes()[..size]);
    size
});

/// Lines that a manifest may hold.
const LINES: &str = include_str!("../../cases/hostile/base.yaml");
