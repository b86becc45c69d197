//! Hostile files: what is read is a regular file within the manifest's folder, and nothing blocks.

use std::path::{Path, PathBuf};
use std::process::Command;

use couplet_tests::repository;

/// A folder of its own for one test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("couplet-hostile-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// The base manifest, which includes something.
    fn manifest(&self, include: &str) -> PathBuf {
        let base =
            std::fs::read_to_string(repository("tests/cases/hostile/base.yaml")).expect("the base is there");
        let path = self.0.join("manifest.yaml");
        std::fs::write(&path, format!("{base}include: [{include}]\n")).expect("it is written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_manifest_that_is_no_regular_file_is_an_error_at_once() {
    let folder = Folder::new("kinds");
    let pipe = folder.0.join("pipe");
    assert!(
        Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()),
        "a pipe is made"
    );
    let dangling = folder.0.join("dangling.yaml");
    std::os::unix::fs::symlink("nowhere", &dangling).expect("a link");
    for path in [Path::new("/dev/zero"), &pipe, &folder.0, &dangling, Path::new("/nowhere/manifest.yaml")] {
        let error = couplet_build::read(path).map(|_| ()).expect_err("it is no manifest").to_string();
        assert!(!error.is_empty() && error.len() < 2_000, "{}: {error}", path.display());
    }
}

#[test]
fn what_is_included_stays_within_the_folder() {
    let folder = Folder::new("includes");
    let outside = Folder::new("outside");
    let secret = outside.0.join("secret.yaml");
    std::fs::write(&secret, "types: {Stolen: string}\n").expect("it is written");
    std::os::unix::fs::symlink(&secret, folder.0.join("link.yaml")).expect("a link");
    std::os::unix::fs::symlink(&outside.0, folder.0.join("linked")).expect("a link");
    let up = format!("../{}/secret.yaml", outside.0.file_name().unwrap_or_default().to_string_lossy());
    for include in ["link.yaml", "linked/", "linked/secret.yaml", &up, &secret.to_string_lossy()] {
        let path = folder.manifest(include);
        let read = couplet_build::read(&path);
        let stolen = read.is_ok_and(|sources| sources.files().any(|file| file.text().contains("Stolen")));
        assert!(!stolen, "{include} was read");
    }
}

#[test]
fn what_is_included_may_be_read_only() {
    let folder = Folder::new("read-only");
    let more = folder.0.join("more.yaml");
    std::fs::write(&more, "types: {More: string}\n").expect("it is written");
    let mut permissions = std::fs::metadata(&more).expect("it is there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&more, permissions).expect("it is ours");
    let sources = couplet_build::read(folder.manifest("more.yaml"));
    assert_eq!(sources.map(|sources| sources.files().count()).ok(), Some(2));
}
