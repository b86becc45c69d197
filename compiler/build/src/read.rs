//! Path of a manifest → its [`Sources`]. Reads regular files of the manifest's folder, and nothing else.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use couplet_compiler::{SourceFile, Sources, includes};

use crate::Error;

/// Reads a manifest and the files that it includes.
///
/// Diagnostics call the files by this path, and by paths beside it. An entry of `include` that names nothing is
/// left to the compiler, which reports it where it stands.
///
/// # Errors
///
/// A file is missing, too large, not UTF-8, no regular file, or lies outside the manifest's folder.
pub fn read(manifest: impl AsRef<Path>) -> Result<Sources, Error> {
    inputs(manifest.as_ref()).map(|inputs| inputs.sources)
}

/// What was read, and whose change calls for reading it again.
pub(crate) struct Inputs {
    pub(crate) sources: Sources,
    /// The files, and the folders that `include` names; in this order: manifest, then by name.
    pub(crate) watched: Vec<PathBuf>,
}

pub(crate) fn inputs(manifest: &Path) -> Result<Inputs, Error> {
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let root = fs::canonicalize(here).map_err(|error| Error::io(manifest, "read the manifest", &error))?;
    let mut reader = Reader { root, left: Sources::MAX_BYTES };
    let file = reader.file(manifest, "read the manifest")?;

    let mut watched = vec![manifest.to_owned()];
    let mut names = BTreeSet::new();
    for entry in includes(&file) {
        if entry.ends_with('/') {
            watched.push(folder.join(&entry));
            names.extend(reader.folder(folder, &entry)?);
        } else {
            names.insert(entry);
        }
    }
    let most = Sources::MAX_FILES - 1;
    if names.len() > most {
        let why = format!("it includes {} files, and may include {most}", names.len());
        return Err(Error::file(manifest, why));
    }
    let mut sources = Sources::new(file);
    for name in names {
        let path = folder.join(&name);
        if !is_missing(&path) {
            sources = sources.with_included(name, reader.file(&path, "read the included file")?);
        }
        watched.push(path);
    }
    Ok(Inputs { sources, watched })
}

fn is_missing(path: &Path) -> bool {
    matches!(fs::symlink_metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

struct Reader {
    /// The manifest's folder, without links.
    root: PathBuf,
    /// The bytes that the connector may still have.
    left: usize,
}

impl Reader {
    fn file(&mut self, path: &Path, doing: &str) -> Result<SourceFile, Error> {
        let failed = |error: io::Error| Error::io(path, doing, &error);
        let real = self.within(path, fs::canonicalize(path).map_err(failed)?)?;
        // Asked before it is opened: to open a pipe is to wait for whoever writes into it.
        let size = regular(path, &fs::metadata(&real).map_err(failed)?)?;
        let file = File::open(&real).map_err(failed)?;
        regular(path, &file.metadata().map_err(failed)?)?;
        SourceFile::check_size(size).map_err(|why| Error::file(path, why))?;

        let mut bytes = Vec::new();
        file.take(SourceFile::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        self.left = self.left.checked_sub(bytes.len()).ok_or_else(|| {
            Error::file(
                path,
                format!("with this file the connector exceeds {} bytes (32 MiB)", Sources::MAX_BYTES),
            )
        })?;
        SourceFile::from_bytes(shown(path), bytes).map_err(|why| Error::file(path, why))
    }

    /// The names of a folder's YAML files, as `include` would name each.
    fn folder(&self, folder: &Path, entry: &str) -> Result<Vec<String>, Error> {
        let path = folder.join(entry);
        let failed = |error: io::Error| Error::io(&path, "read the included folder", &error);
        let real = match fs::canonicalize(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            real => self.within(&path, real.map_err(failed)?)?,
        };
        if !fs::metadata(&real).map_err(failed)?.is_dir() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for found in fs::read_dir(&real).map_err(failed)? {
            let name = found.map_err(failed)?.file_name();
            let Some(name) = name.to_str() else {
                return Err(Error::file(path.join(&name), "the file's name is not UTF-8: rename it"));
            };
            // What begins with a dot is an editor's.
            if name.ends_with(".yaml") && !name.starts_with('.') {
                names.push(format!("{entry}{name}"));
            }
        }
        Ok(names)
    }

    fn within(&self, path: &Path, real: PathBuf) -> Result<PathBuf, Error> {
        if real.starts_with(&self.root) {
            return Ok(real);
        }
        Err(Error::file(
            path,
            "it is a link that leads out of the manifest's folder; put the file itself there",
        ))
    }
}

/// The size of a regular file.
fn regular(path: &Path, metadata: &fs::Metadata) -> Result<u64, Error> {
    if metadata.is_dir() {
        let why = "it is a folder, and a file is needed; a manifest is called `manifest.yaml` as a rule";
        return Err(Error::file(path, why));
    }
    if !metadata.is_file() {
        return Err(Error::file(path, "it is no regular file, but a device, a pipe or a socket"));
    }
    Ok(metadata.len())
}

/// A path as people write it, the same on every system.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn names(inputs: &Inputs, folder: &Folder) -> (Vec<String>, Vec<String>) {
        let within = |path: &Path| shown(path.strip_prefix(folder.path()).expect("in the folder"));
        (
            inputs.sources.files().map(|file| within(Path::new(file.path()))).collect(),
            inputs.watched.iter().map(|path| within(path)).collect(),
        )
    }

    fn why(path: &Path) -> String {
        inputs(path).err().expect("it is refused").to_string()
    }

    #[test]
    fn reads_the_manifest_and_what_it_includes_in_the_order_of_names() {
        let folder = Folder::new();
        let manifest =
            folder.put("m.yaml", "include: [types.yaml, actions/, more/missing.yaml, types.yaml]\n");
        for name in [
            "types.yaml",
            "actions/b.yaml",
            "actions/a.yaml",
            "actions/.a.yaml.swp",
            "actions/README.md",
            "x.yaml",
        ] {
            folder.put(name, "types: {}\n");
        }
        let (read, watched) = names(&inputs(&manifest).expect("it is read"), &folder);
        assert_eq!(read, ["m.yaml", "actions/a.yaml", "actions/b.yaml", "types.yaml"]);
        assert_eq!(
            watched,
            ["m.yaml", "actions", "actions/a.yaml", "actions/b.yaml", "more/missing.yaml", "types.yaml"]
        );
    }

    #[test]
    fn says_in_one_line_what_it_cannot_read() {
        let folder = Folder::new();
        folder.put("latin.yaml", "");
        fs::write(folder.path().join("latin.yaml"), b"name: caf\xe9\n").expect("bytes");
        let cases = [
            ("missing.yaml", "there is no such file"),
            ("no/such/folder.yaml", "there is no such file"),
            (".", "it is a folder"),
            ("latin.yaml", "not UTF-8"),
        ];
        for (name, expected) in cases {
            let path = folder.path().join(name);
            let why = why(&path);
            assert!(why.starts_with(&shown(&path)) && why.contains(expected) && !why.contains('\n'), "{why}");
        }
    }

    #[test]
    fn a_file_may_have_a_mebibyte_and_no_more() {
        let folder = Folder::new();
        let most = "#".repeat(SourceFile::MAX_BYTES);
        assert!(inputs(&folder.put("most.yaml", &most)).is_ok());
        assert!(why(&folder.put("more.yaml", &format!("{most}#"))).contains("1048577 bytes"));
    }

    #[test]
    fn the_files_of_a_connector_may_have_32_mebibytes_and_no_more() {
        let folder = Folder::new();
        let manifest = folder.put("m.yaml", "include: [a/]\n");
        let most = "#".repeat(SourceFile::MAX_BYTES);
        (0..31).for_each(|n| drop(folder.put(&format!("a/{n}.yaml"), &most)));
        assert!(inputs(&manifest).is_ok());
        folder.put("a/31.yaml", &most);
        assert!(why(&manifest).contains("32 MiB"));
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_not_followed() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new();
        let outside = folder.put("secret.yaml", "types: {}\n");
        let manifest = folder.put("in/m.yaml", "include: [types.yaml]\n");
        symlink(&outside, folder.path().join("in/types.yaml")).expect("a link");
        assert!(why(&manifest).contains("leads out of the manifest's folder"));
        let manifest = folder.put("in/m.yaml", "include: [all/]\n");
        symlink(folder.path(), folder.path().join("in/all")).expect("a link");
        assert!(why(&manifest).contains("leads out of the manifest's folder"));
        symlink(&outside, folder.path().join("in/link.yaml")).expect("a link");
        assert!(why(&folder.path().join("in/link.yaml")).contains("leads out of the manifest's folder"));
        symlink("m.yaml", folder.path().join("in/near.yaml")).expect("a link");
        fs::remove_file(folder.path().join("in/all")).expect("a link");
        assert!(inputs(&folder.path().join("in/near.yaml")).is_ok(), "a link within the folder is fine");
    }

    #[cfg(unix)]
    #[test]
    fn neither_devices_nor_pipes_are_opened() {
        assert!(why(Path::new("/dev/zero")).contains("no regular file"));
        let folder = Folder::new();
        let socket = folder.path().join("socket.yaml");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        assert!(why(&socket).contains("no regular file"));
        let pipe = folder.path().join("pipe.yaml");
        if std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
            assert!(why(&pipe).contains("no regular file"));
        }
    }
}
