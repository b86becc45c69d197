//! Files → folder, whole or not at all.
//!
//! The new folder is written beside the old one, then takes its place. A run that dies leaves the old folder or the
//! new one, never a mix of both; what else it left, the next run clears away. Between the two renames of the change
//! the old folder stands under [`Places::old`]; a run that finds it there and no folder puts it back first.
//!
//! Invariant: no link is followed, and nothing is removed that Couplet did not write, unless the caller says so.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use crate::Error;
use crate::tree::{self, Files, KEPT};

/// What is to happen to files of the output folder that Couplet did not write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Foreign {
    /// They stay, nothing is written, and the error lists them.
    #[default]
    Refuse,
    /// They are removed.
    Remove,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Whether anything changed. Where nothing did, no file was touched.
    pub changed: bool,
    /// Files that stood in the folder and are gone.
    pub removed: Vec<String>,
}

/// How many foreign files an error lists.
const LISTED: usize = 20;

pub(crate) fn write(files: &Files<'_>, folder: &Path, foreign: Foreign) -> Result<Written, Error> {
    let places = Places::of(folder)?;
    let failed = |error: io::Error| Error::io(&places.parent, "write into the folder", &error);
    fs::create_dir_all(&places.parent).map_err(failed)?;
    let _lock = lock(&places).map_err(failed)?;
    recover(&places).map_err(failed)?;

    let found = tree::walk(folder)?;
    if foreign == Foreign::Refuse {
        let files: Vec<_> =
            found.iter().filter(|file| !file.ours).map(|file| file.path.clone()).take(LISTED).collect();
        if !files.is_empty() {
            return Err(Error::Foreign { folder: folder.to_owned(), files });
        }
    }
    let difference = tree::difference(files, folder)?;
    if difference.is_empty() {
        return Ok(Written::default());
    }
    let unfinished = Unfinished(&places.new);
    fill(files, &places.new)?;
    exchange(&places).map_err(|error| Error::io(folder, "put the new folder in place", &error))?;
    drop(unfinished);
    recover(&places).map_err(failed)?;
    Ok(Written { changed: true, removed: difference.extra })
}

/// The folder, and what stands beside it while it is written.
struct Places {
    parent: PathBuf,
    folder: PathBuf,
    new: PathBuf,
    old: PathBuf,
}

impl Places {
    fn of(folder: &Path) -> Result<Self, Error> {
        let Some(name) = folder.file_name() else {
            let why = "the output folder needs a name of its own: write into a folder within it, or give its full path";
            return Err(Error::file(folder, why));
        };
        let parent = match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let beside = |end: &str| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(end);
            parent.join(hidden)
        };
        Ok(Self {
            new: beside(".couplet-new"),
            old: beside(".couplet-old"),
            folder: parent.join(name),
            parent,
        })
    }
}

/// Keeps other writers out until it is dropped, or the process ends. The folder itself is locked, so that no file
/// is left behind.
#[cfg(unix)]
fn lock(places: &Places) -> io::Result<File> {
    let file = File::open(&places.parent)?;
    locked(file)
}

#[cfg(not(unix))]
fn lock(places: &Places) -> io::Result<File> {
    let mut path = places.new.clone().into_os_string();
    path.push(".lock");
    locked(OpenOptions::new().create(true).append(true).open(path)?)
}

fn locked(file: File) -> io::Result<File> {
    match file.lock() {
        // Some network file systems have no locks.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        result => result.map(|()| file),
    }
}

/// Finishes or undoes what a run has left, whose turn it was before.
fn recover(places: &Places) -> io::Result<()> {
    remove(&places.new)?;
    if !exists(&places.old)? {
        return Ok(());
    }
    if !exists(&places.folder)? {
        return fs::rename(&places.old, &places.folder);
    }
    for name in KEPT {
        let (from, to) = (places.old.join(name), places.folder.join(name));
        if exists(&from)? && !exists(&to)? {
            fs::rename(from, to)?;
        }
    }
    remove(&places.old)
}

/// Writes a new folder; a file that is there already is an error.
fn fill(files: &Files<'_>, folder: &Path) -> Result<(), Error> {
    let create =
        |path: &Path| fs::create_dir_all(path).map_err(|error| Error::io(path, "create the folder", &error));
    create(folder)?;
    for (name, text) in files {
        let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !plain {
            return Err(Error::file(*name, "a generated path must stay in its folder"));
        }
        let path = folder.join(name);
        path.parent().map_or(Ok(()), create)?;
        file(&path, text).map_err(|error| Error::io(&path, "write the file", &error))?;
    }
    Ok(())
}

/// Writes a new file that anyone may read and nobody run, as far as the user's mask lets them.
pub(crate) fn file(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Puts the new folder in the old one's place. Where that fails, the old one is back.
fn exchange(places: &Places) -> io::Result<()> {
    if !exists(&places.folder)? {
        return fs::rename(&places.new, &places.folder);
    }
    fs::rename(&places.folder, &places.old)?;
    fs::rename(&places.new, &places.folder).inspect_err(|_| {
        // The first error is the one to report; the next run tries again.
        let _ = fs::rename(&places.old, &places.folder);
    })
}

/// Removes a half-written folder, however its writing ends.
struct Unfinished<'a>(&'a Path);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // Whatever stays, the next run removes.
        let _ = remove(self.0);
    }
}

fn exists(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a folder with all that it holds, or a link without what it leads to.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    const OLD: [(&str, &str); 3] = [
        ("Cargo.toml", "# Generated by couplet 0.1.0 from manifest.yaml. Do not edit.\nold\n"),
        ("src/gone.rs", "// Generated by couplet 0.1.0 from manifest.yaml. Do not edit.\n"),
        ("LICENSE-MIT", "MIT\n"),
    ];
    const NEW: [(&str, &str); 3] = [
        ("Cargo.toml", "# Generated by couplet 0.1.0 from manifest.yaml. Do not edit.\nnew\n"),
        ("src/lib.rs", "// Generated by couplet 0.1.0 from manifest.yaml. Do not edit.\n"),
        ("README.md", "<!-- Generated by couplet 0.1.0 from manifest.yaml. Do not edit. -->\n"),
    ];

    fn files(files: [(&'static str, &'static str); 3]) -> Files<'static> {
        files.into_iter().collect()
    }

    /// A folder that holds the old crate, a lock file and build output.
    fn written() -> (Folder, PathBuf) {
        let folder = Folder::new();
        let out = folder.path().join("crate");
        let first = write(&files(OLD), &out, Foreign::Refuse).expect("it is written");
        assert!(first.changed && first.removed.is_empty());
        folder.put("crate/Cargo.lock", "locked\n");
        folder.put("crate/target/debug/x", "built\n");
        (folder, out)
    }

    fn holds(out: &Path, expected: [(&'static str, &'static str); 3]) {
        assert_eq!(tree::difference(&files(expected), out).expect("it is read"), tree::Difference::default());
        assert_eq!(fs::read_to_string(out.join("Cargo.lock")).expect("kept"), "locked\n");
        assert_eq!(fs::read_to_string(out.join("target/debug/x")).expect("kept"), "built\n");
        let beside: Vec<_> = fs::read_dir(out.parent().expect("a parent")).expect("a folder").collect();
        assert_eq!(beside.len(), 1, "nothing is left beside it: {beside:?}");
    }

    #[test]
    fn a_new_crate_takes_the_old_ones_place() {
        let (_folder, out) = written();
        let second = write(&files(NEW), &out, Foreign::Refuse).expect("it is written");
        assert!(second.changed);
        assert_eq!(second.removed, ["LICENSE-MIT", "src/gone.rs"]);
        holds(&out, NEW);
    }

    #[test]
    fn what_is_fresh_is_not_touched() {
        let (_folder, out) = written();
        let time =
            |name: &str| fs::metadata(out.join(name)).and_then(|file| file.modified()).expect("a time");
        let before = (time("Cargo.toml"), time("src"));
        assert_eq!(write(&files(OLD), &out, Foreign::Refuse).expect("it is fresh"), Written::default());
        assert_eq!(before, (time("Cargo.toml"), time("src")));
        holds(&out, OLD);
    }

    #[test]
    fn a_difference_is_told_file_by_file() {
        let (folder, out) = written();
        folder.put("crate/src/mine.rs", "// mine\n");
        let told = tree::difference(&files(NEW), &out).expect("it is read").to_string();
        assert_eq!(
            told,
            "stale: Cargo.toml\nmissing: README.md\nmissing: src/lib.rs\n\
             extra: LICENSE-MIT\nextra: src/gone.rs\nextra: src/mine.rs\n"
        );
    }

    #[test]
    fn files_of_others_stay_unless_they_are_to_be_removed() {
        let (folder, out) = written();
        folder.put("crate/src/mine.rs", "fn mine() {}\n");
        folder.put("crate/.git/config", "");
        let error = write(&files(NEW), &out, Foreign::Refuse).expect_err("it is refused");
        assert!(
            matches!(&error, Error::Foreign { files, .. } if files == &[".git/config", "src/mine.rs"]),
            "{error}"
        );
        assert!(error.to_string().ends_with("did not write:\n  .git/config\n  src/mine.rs"), "{error}");
        assert_eq!(fs::read_to_string(out.join("src/mine.rs")).expect("it stays"), "fn mine() {}\n");

        let forced = write(&files(NEW), &out, Foreign::Remove).expect("it is written");
        assert_eq!(forced.removed, [".git/config", "LICENSE-MIT", "src/gone.rs", "src/mine.rs"]);
        holds(&out, NEW);
    }

    /// Wherever a run dies, the next one finds the old crate or the new one, whole.
    #[test]
    fn the_next_run_clears_up_behind_one_that_died() {
        let dies: [fn(&Places); 4] = [
            |places| fs::create_dir_all(places.new.join("src")).expect("half of the new"),
            |places| fill(&files(NEW), &places.new).expect("the new"),
            |places| {
                fill(&files(NEW), &places.new).expect("the new");
                fs::rename(&places.folder, &places.old).expect("the first step");
            },
            |places| {
                fill(&files(NEW), &places.new).expect("the new");
                exchange(places).expect("both steps");
            },
        ];
        for (moment, die) in dies.into_iter().enumerate() {
            let (_folder, out) = written();
            let places = Places::of(&out).expect("a name");
            die(&places);
            recover(&places).expect("cleared up");
            holds(&out, if moment == 3 { NEW } else { OLD });
            write(&files(NEW), &out, Foreign::Refuse).expect("it is written");
            holds(&out, NEW);
        }
    }

    #[test]
    fn writers_take_turns() {
        let (folder, out) = written();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (out, crate_) = (&out, files(if number % 2 == 0 { OLD } else { NEW }));
                scope.spawn(move || {
                    for _ in 0..5 {
                        write(&crate_, out, Foreign::Refuse).expect("it is written");
                    }
                });
            }
        });
        let whole = [OLD, NEW]
            .into_iter()
            .filter(|&one| tree::difference(&files(one), &out).expect("read").is_empty());
        assert_eq!(whole.count(), 1);
        assert_eq!(fs::read_to_string(folder.path().join("crate/Cargo.lock")).expect("kept"), "locked\n");
    }

    #[test]
    fn a_generated_path_stays_in_its_folder() {
        let folder = Folder::new();
        for path in ["../evil", "/evil", "a/../../evil", "./x/../../evil"] {
            let out = folder.path().join("crate");
            let error = write(&Files::from([(path, "x")]), &out, Foreign::Remove).expect_err(path);
            assert!(error.to_string().contains("must stay in its folder"), "{error}");
            assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing is left");
        }
    }

    #[test]
    fn a_folder_needs_a_name_and_must_not_be_a_file() {
        let folder = Folder::new();
        let file = folder.put("file", "mine\n");
        for out in [Path::new("/"), Path::new("."), Path::new(".."), &file] {
            assert!(write(&files(NEW), out, Foreign::Remove).is_err(), "{}", out.display());
        }
        assert_eq!(fs::read_to_string(file).expect("it stays"), "mine\n");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        use std::os::unix::fs::symlink;
        let (folder, out) = written();
        let elsewhere = folder.put("elsewhere/Cargo.toml", "# Generated by couplet 0.0.0\n");
        let link = folder.path().join("link");
        symlink(folder.path().join("elsewhere"), &link).expect("a link");
        let error = write(&files(NEW), &link, Foreign::Remove).expect_err("it is refused");
        assert!(error.to_string().contains("it is a link"), "{error}");

        fs::remove_file(out.join("Cargo.toml")).expect("it was there");
        symlink(&elsewhere, out.join("Cargo.toml")).expect("a link");
        symlink(folder.path().join("elsewhere"), out.join("src/all")).expect("a link");
        let error = write(&files(NEW), &out, Foreign::Refuse).expect_err("it is refused");
        assert!(
            matches!(&error, Error::Foreign { files, .. } if files == &["Cargo.toml", "src/all"]),
            "{error}"
        );
        write(&files(NEW), &out, Foreign::Remove).expect("the links are removed");
        assert_eq!(fs::read_to_string(elsewhere).expect("it stays"), "# Generated by couplet 0.0.0\n");
        assert!(!out.join("Cargo.toml").is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn files_can_be_read_by_all_and_run_by_none() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, out) = written();
        for (name, _) in OLD {
            let mode = fs::metadata(out.join(name)).expect("it is there").permissions().mode() & 0o777;
            assert_eq!(mode & !0o644, 0, "{name}: {mode:o}");
            assert_eq!(mode & 0o600, 0o600, "{name}: {mode:o}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_takes_nothing_leaves_no_part() {
        let error =
            write(&files(NEW), Path::new("/proc/couplet/crate"), Foreign::Refuse).expect_err("no folder");
        assert!(!error.to_string().contains('\n'), "{error}");
        let (_folder, out) = written();
        let mut more = files(NEW);
        // A file in the way of a folder, as good as a full disk.
        more.insert("Cargo.toml/x", "");
        assert!(write(&more, &out, Foreign::Refuse).is_err());
        holds(&out, OLD);
    }
}
