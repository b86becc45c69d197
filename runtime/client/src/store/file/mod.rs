//! Records in files: one for each connection, sealed, in a folder that nobody but its owner reaches.
//!
//! - `connection-NAME` is the record. It is written to `new-NAME`, then renamed: a crash at any byte leaves the old
//!   record or the new one. What a crash leaves beside it is removed by the next write.
//! - `write-NAME` is locked while a record is compared and written; `lease-NAME` is locked by the holder of the lease.
//!   The system frees such locks when their process ends, so a lease needs no time of its own.
//!
//! Processes of one machine may share the folder. Machines may do so only where the file system's locks reach all
//! of them.

mod name;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    fs::{self, File, TryLockError},
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{runtime::Handle, task, time};

use super::{
    Answer, Lease, Record, Revision, Store, StoreError, StoreKey,
    disk::{self, Budget, Owner},
    key, sealed,
};

/// How large a record may be.
const LARGEST: u64 = 16 << 20;
/// The pauses of whoever waits for another's write to end, and for how long.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(30);

/// Keeps records in files.
#[derive(Clone)]
pub struct FileStore(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    key: StoreKey,
    owner: Owner,
}

impl FileStore {
    /// A store in a folder, which is made where it is missing.
    ///
    /// # Errors
    ///
    /// The folder cannot be made or written to; it is a symbolic link, or belongs to another user, or others may
    /// reach it.
    pub fn open(folder: impl Into<PathBuf>, key: StoreKey) -> Result<Self, StoreError> {
        let folder = folder.into();
        disk::create_folder(&folder)?;
        let number = key::random_number()?;
        let owner = disk::check_folder(&folder, &folder.join(format!("probe-{number:016x}")))?;
        Ok(Self(Arc::new(Inner { folder, key, owner })))
    }

    /// The user's own store: the folder `couplet/connections` for configuration, and the key that
    /// [`StoreKey::find`] finds.
    ///
    /// # Errors
    ///
    /// There is no such folder, no key, or one of them cannot be used.
    pub fn of_user() -> Result<Self, StoreError> {
        let key = StoreKey::find()?;
        Self::open(key::user_folder()?.join("connections"), key)
    }

    /// The ids of all connections, in order.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<String>, StoreError> {
        let folder = &self.0.folder;
        let mut ids = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| disk::failed("read", folder, error))? {
            let entry = entry.map_err(|error| disk::failed("read", folder, error))?;
            let id =
                entry.file_name().to_str().and_then(|name| name::decode(name.strip_prefix("connection-")?));
            ids.extend(id);
        }
        ids.sort();
        Ok(ids)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Does work with the record's lock, on a thread that may wait for the disk.
    async fn locked<T: Send + 'static>(
        &self,
        id: &str,
        work: impl FnOnce(&Inner, &str, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let name = name::encode(id)?;
        let lock = self.write_lock(&name).await?;
        let (inner, id) = (Arc::clone(&self.0), id.to_owned());
        blocking(move || {
            let done = work(&inner, &id, &name);
            drop(lock);
            done
        })
        .await
    }

    async fn write_lock(&self, name: &str) -> Result<File, StoreError> {
        let path = self.0.path("write", name);
        let mut pause = FIRST_PAUSE;
        let mut waited = Duration::ZERO;
        loop {
            let at = path.clone();
            if let Some(lock) = blocking(move || try_lock(&at)).await? {
                return Ok(lock);
            }
            if waited > PATIENCE {
                let place = path.display();
                return Err(StoreError::new(format!(
                    "another process does not let go of `{place}`; is it stopped?"
                )));
            }
            time::sleep(pause).await;
            waited += pause;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Store for FileStore {
    fn load<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Record>> {
        Box::pin(async move {
            let (inner, name, id) = (Arc::clone(&self.0), name::encode(id)?, id.to_owned());
            blocking(move || inner.load(&id, &name)).await
        })
    }

    fn save<'a>(
        &'a self,
        id: &'a str,
        expected: Option<Revision>,
        bytes: &'a [u8],
    ) -> Answer<'a, Option<Revision>> {
        let bytes = zeroize::Zeroizing::new(bytes.to_vec());
        Box::pin(self.locked(id, move |inner, id, name| {
            inner.save(id, name, expected, &bytes, &mut Budget::endless())
        }))
    }

    fn delete<'a>(&'a self, id: &'a str, expected: Revision) -> Answer<'a, bool> {
        Box::pin(self.locked(id, move |inner, _, name| inner.delete(name, expected)))
    }

    fn lease<'a>(&'a self, id: &'a str, _: Duration) -> Answer<'a, Option<Lease>> {
        Box::pin(async move {
            let path = self.0.path("lease", &name::encode(id)?);
            let lock = blocking(move || try_lock(&path)).await?;
            Ok(lock.map(|lock| Lease::new(id, std::process::id().to_string()).with_hold(lock)))
        })
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        // The lock goes with the file.
        drop(lease);
        Box::pin(async { Ok(()) })
    }
}

impl Inner {
    fn path(&self, kind: &str, name: &str) -> PathBuf {
        self.folder.join(format!("{kind}-{name}"))
    }

    fn load(&self, id: &str, name: &str) -> Result<Option<Record>, StoreError> {
        let Some((path, sealed)) = self.read(name)? else {
            return Ok(None);
        };
        sealed::open(&self.key, id, &sealed)
            .map(Some)
            .map_err(|unopened| unopened.into_error(&format!("the file `{}`", path.display())))
    }

    fn read(&self, name: &str) -> Result<Option<(PathBuf, Vec<u8>)>, StoreError> {
        let path = self.path("connection", name);
        let Some(file) = disk::open(&path, Some(self.owner))? else {
            return Ok(None);
        };
        let mut sealed = Vec::new();
        file.take(LARGEST).read_to_end(&mut sealed).map_err(|error| disk::failed("read", &path, error))?;
        Ok(Some((path, sealed)))
    }

    /// The revision of the record that is there. A damaged one has none that anybody could have seen.
    fn revision(&self, name: &str) -> Result<Option<Revision>, StoreError> {
        let Some((path, sealed)) = self.read(name)? else {
            return Ok(None);
        };
        sealed::revision(&sealed)
            .map(Some)
            .map_err(|unopened| unopened.into_error(&format!("the file `{}`", path.display())))
    }

    fn save(
        &self,
        id: &str,
        name: &str,
        expected: Option<Revision>,
        bytes: &[u8],
        budget: &mut Budget,
    ) -> Result<Option<Revision>, StoreError> {
        if self.revision(name)? != expected {
            return Ok(None);
        }
        let number = match expected {
            Some(revision) => revision.number().wrapping_add(1),
            // From anywhere, so that a record that is made anew has no revision of the one before.
            None => key::random_number()?,
        };
        let revision = Revision::new(number);
        let sealed = sealed::seal(&self.key, id, revision, bytes)?;
        let path = self.path("connection", name);
        disk::replace(&path, &self.path("new", name), &sealed, budget)
            .map_err(|error| disk::failed("write", &path, error))?;
        Ok(Some(revision))
    }

    fn delete(&self, name: &str, expected: Revision) -> Result<bool, StoreError> {
        if self.revision(name)? != Some(expected) {
            return Ok(false);
        }
        let path = self.path("connection", name);
        let removed = disk::remove(&path).map_err(|error| disk::failed("remove", &path, error))?;
        // What is left of it is of no use; where it cannot be removed it does no harm.
        let _ = fs::remove_file(self.path("new", name));
        #[cfg(unix)]
        {
            let lease = self.path("lease", name);
            if let Ok(Some(lock)) = try_lock(&lease) {
                let _ = fs::remove_file(lease);
                drop(lock);
            }
            let _ = fs::remove_file(self.path("write", name));
        }
        Ok(removed)
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore").field("folder", &self.0.folder).finish_non_exhaustive()
    }
}

/// Locks a file if nobody else does. The lock ends with the file.
fn try_lock(path: &Path) -> Result<Option<File>, StoreError> {
    loop {
        let file = disk::open_lock(path).map_err(|error| disk::failed("open", path, error))?;
        match file.try_lock() {
            // Whoever removes a connection removes its locks with it: then this one is nobody's any more.
            Ok(()) if disk::is_at(&file, path) => return Ok(Some(file)),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(disk::failed("lock", path, error)),
        }
    }
}

/// Runs what waits for the disk where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    if Handle::try_current().is_err() {
        return work();
    }
    match task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(StoreError::new("the runtime ended while a file was used").with_source(error)),
    }
}
