//! The disk: files that only their owner reads, and writes that take place whole or not at all.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, ErrorKind, Write},
    path::Path,
};

use super::StoreError;

/// The user that a file belongs to, where the system knows users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner(#[cfg(unix)] u32);

#[cfg(all(test, unix))]
impl Owner {
    pub(super) fn another(self) -> Self {
        Self(self.0 + 1)
    }
}

/// How far a write may go: each byte and each step takes one. Tests stop a write anywhere, as a crash does.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn endless() -> Self {
        Self(usize::MAX)
    }

    #[cfg(test)]
    pub(super) fn new(budget: usize) -> Self {
        Self(budget)
    }

    fn step(&mut self) -> io::Result<()> {
        self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("stopped"))?;
        Ok(())
    }

    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let length = bytes.len().min(self.0);
        file.write_all(&bytes[..length])?;
        self.0 -= length;
        if length < bytes.len() { self.step() } else { Ok(()) }
    }
}

/// Opens a file for reading; `None` where there is none. A symbolic link, something else than a file, and a file
/// that others than its owner may reach are refused; so is another owner than the one that is given.
pub(super) fn open(path: &Path, owner: Option<Owner>) -> Result<Option<File>, StoreError> {
    let link = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, error)),
    };
    check(path, &link, "file", link.is_file(), owner)?;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, error)),
    };
    // What was opened may be another file than the one that was looked at.
    let opened = file.metadata().map_err(|error| failed("read", path, error))?;
    check(path, &opened, "file", opened.is_file(), owner)?;
    Ok(Some(file))
}

/// Makes a folder for its owner alone, and those above it as the system makes folders.
pub(super) fn create_folder(path: &Path) -> Result<(), StoreError> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).map_err(|error| failed("make", above, error))?;
    }
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed("make", path, error)),
        _ => Ok(()),
    }
}

/// Checks that a folder is one of ours, which nobody else may reach, and gives its owner.
pub(super) fn check_folder(path: &Path, probe: &Path) -> Result<Owner, StoreError> {
    let metadata = fs::symlink_metadata(path).map_err(|error| failed("read", path, error))?;
    check(path, &metadata, "folder", metadata.is_dir(), None)?;
    // Who we are shows in what we make.
    let file = create_new(probe).map_err(|error| failed("write to", path, error))?;
    let made = file.metadata().map(|metadata| owner_of(&metadata));
    fs::remove_file(probe).map_err(|error| failed("write to", path, error))?;
    let owner = made.map_err(|error| failed("write to", path, error))?;
    check(path, &metadata, "folder", true, Some(owner))?;
    Ok(owner)
}

fn check(
    path: &Path,
    metadata: &Metadata,
    what: &str,
    right: bool,
    owner: Option<Owner>,
) -> Result<(), StoreError> {
    let refused = |why: &str| Err(StoreError::new(format!("the {what} `{}` {why}", path.display())));
    if metadata.is_symlink() {
        return refused("is a symbolic link, which is not followed here; put the real one in its place");
    }
    if !right {
        return refused(&format!("is not a {what}; remove it"));
    }
    if others_may_reach(metadata) {
        let mode = if what == "folder" { "700" } else { "600" };
        return refused(&format!("can be reached by others than its owner; run `chmod {mode}` on it"));
    }
    if owner.is_some_and(|owner| owner != owner_of(metadata)) {
        return refused("belongs to another user; use one of your own");
    }
    Ok(())
}

#[cfg(unix)]
fn others_may_reach(metadata: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

#[cfg(unix)]
fn owner_of(metadata: &Metadata) -> Owner {
    Owner(std::os::unix::fs::MetadataExt::uid(metadata))
}

/// The folder of a user's configuration is that user's alone on such systems.
#[cfg(not(unix))]
fn others_may_reach(_: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn owner_of(_: &Metadata) -> Owner {
    Owner()
}

/// Writes a file whole: aside, to the disk, then into its place, and the folder to the disk. Nobody else may write
/// the same files at that time.
pub(super) fn replace(path: &Path, aside: &Path, bytes: &[u8], budget: &mut Budget) -> io::Result<()> {
    // A process that ended may have left one.
    match fs::remove_file(aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    budget.step()?;
    let mut file = create_new(aside)?;
    budget.write(&mut file, bytes)?;
    budget.step()?;
    file.sync_all()?;
    budget.step()?;
    fs::rename(aside, path)?;
    budget.step()?;
    sync_parent(path)
}

/// Writes a file whole if there is none yet. Gives whether it did.
pub(super) fn create_whole(path: &Path, aside: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    let write = || {
        let mut file = create_new(aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // Unlike renaming, linking does not replace what is there.
        let linked = fs::hard_link(aside, path);
        fs::remove_file(aside)?;
        match linked {
            Ok(()) => sync_parent(path).map(|()| true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    };
    write().map_err(|error| failed("write", path, error))
}

/// Removes a file for good. Gives whether there was one.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => sync_parent(path).map(|()| true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Opens or makes a file that is only there to be locked.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    private(&mut options);
    options.open(path)
}

/// Whether a file is still the one at its path.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |metadata: Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata().map(place), fs::symlink_metadata(path).map(place)) {
        (Ok(file), Ok(path)) => file == path,
        _ => false,
    }
}

/// Elsewhere an open file is never removed.
#[cfg(not(unix))]
pub(super) fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    options.open(path)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

#[cfg(unix)]
fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Elsewhere a folder cannot be opened as a file; the file system keeps its own order.
#[cfg(not(unix))]
fn sync_parent(_: &Path) -> io::Result<()> {
    Ok(())
}

pub(super) fn failed(what: &str, path: &Path, error: io::Error) -> StoreError {
    StoreError::new(format!("cannot {what} `{}`: {error}", path.display())).with_source(error)
}
