//! Equal manifests give equal crates, wherever and however they are compiled, and a small change stays small.

use std::collections::BTreeMap;
use std::process::Command;

use couplet_compiler::{Diagnostics, SourceFile, Sources, compile};
use couplet_tests::{manifests, repository};

/// A case with a bit of everything.
const MANIFEST: &str = "tests/cases/hostile/base.yaml";

fn files(text: &str) -> BTreeMap<String, String> {
    let mut diagnostics = Diagnostics::default();
    let generated = compile(&Sources::new(SourceFile::new("manifest.yaml", text)), &mut diagnostics);
    let generated = generated.unwrap_or_else(|_| panic!("it compiles: {:?}", diagnostics.sorted()));
    generated.files().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

fn text() -> String {
    std::fs::read_to_string(repository(MANIFEST)).expect("the manifest is there")
}

#[test]
fn twice_is_the_same() {
    assert_eq!(files(&text()), files(&text()));
}

#[test]
fn line_ends_and_byte_order_marks_make_no_difference() {
    let lines = text();
    assert_eq!(files(&lines), files(&lines.replace('\n', "\r\n")));
    assert_eq!(files(&lines), files(&format!("\u{feff}{lines}")));
}

/// Runs this program again in another place, with another environment, to print what it makes.
#[test]
fn place_and_environment_make_no_difference() {
    if std::env::var_os("COUPLET_PRINT").is_some() {
        let folder = std::env::var("COUPLET_PRINT").expect("a folder");
        return std::fs::write(folder, format!("{:?}", files(&text()))).expect("it is written");
    }
    let run = |name: &str, variables: &[(&str, &str)], place: &str| {
        let path = std::env::temp_dir().join(format!("couplet-same-{}-{name}", std::process::id()));
        let program = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(program);
        command.args(["--exact", "place_and_environment_make_no_difference"]).current_dir(place);
        command.env("COUPLET_PRINT", &path).envs(variables.iter().copied());
        let output = command.output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let text = std::fs::read_to_string(&path).expect("it wrote");
        std::fs::remove_file(&path).expect("it is ours");
        text
    };
    let here = run("here", &[], env!("CARGO_MANIFEST_DIR"));
    let there =
        [("TZ", "Asia/Kathmandu"), ("LANG", "tr_TR.UTF-8"), ("HOME", "/nowhere"), ("USER", "somebody")];
    assert!(here.len() > 1_000, "it printed a crate");
    assert_eq!(here, run("there", &there, "/"));
}

#[test]
fn files_name_the_compiler_and_no_place_or_time() {
    let folder = repository("");
    let folder = folder.canonicalize().expect("the repository is there");
    for (path, text) in files(&text()) {
        let licence = path.starts_with("LICENSE");
        assert!(
            licence || path == "README.md" || text.contains("couplet"),
            "{path} does not name what wrote it"
        );
        assert!(!text.contains(&*folder.to_string_lossy()), "{path} names a place");
    }
}

#[test]
fn a_changed_line_changes_what_belongs_to_it() {
    let before = files(&text());
    let after = files(&text().replace("description: The number of the thing.", "description: Its number."));
    let changed: Vec<_> =
        before.iter().filter(|(path, text)| after[*path] != **text).map(|(path, _)| path).collect();
    assert!(!changed.is_empty() && changed.iter().all(|path| path.starts_with("src/")), "{changed:?}");
    for path in changed {
        let (before, after): (Vec<_>, Vec<_>) =
            (before[path].lines().collect(), after[path].lines().collect());
        assert_eq!(before.len(), after.len(), "{path}");
        let lines: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        assert!(lines.len() <= 3, "{path}: {lines:#?}");
    }
}

#[test]
fn the_order_of_members_is_the_manifests() {
    let sources = manifests::read(&repository(MANIFEST));
    let swapped = sources.manifest().text().replace("enum: [red, green]", "enum: [green, red]");
    let (before, after) = (files(sources.manifest().text()), files(&swapped));
    assert_ne!(before["src/types.rs"], after["src/types.rs"]);
}
