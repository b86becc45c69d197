use std::{
    path::PathBuf,
    sync::{Arc, Barrier},
    thread,
};

use super::*;
use crate::store::contract::{self, now, ready};

/// A folder that is gone after the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        let number = key::random_number().expect("there are random numbers");
        let path = std::env::temp_dir().join(format!("couplet-{number:016x}"));
        fs::create_dir(&path).expect("a folder can be made");
        Self(path)
    }

    fn store(&self) -> FileStore {
        FileStore::open(self.0.join("connections"), StoreKey::new([7; 32])).expect("the store opens")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn record(store: &FileStore, id: &str) -> Result<Vec<u8>, String> {
    match ready(store.load(id)) {
        Ok(record) => Ok(record.expect("there is a record").bytes().to_vec()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn the_store_keeps_its_promises() {
    let folder = Temporary::new();
    contract::check(&folder.store());
}

#[test]
fn ids_are_listed_and_deleted_ones_leave_no_file() {
    let folder = Temporary::new();
    let store = folder.store();
    for id in ["b", "../A", "default"] {
        let revision = now(store.save(id, None, id.as_bytes())).expect("it is new");
        drop(now(store.lease(id, Duration::ZERO)).expect("it is free"));
        if id == "b" {
            assert!(now(store.delete(id, revision)));
        }
    }
    assert_eq!(store.list().expect("the folder can be read"), ["../A", "default"]);
    let files = fs::read_dir(store.folder()).expect("the folder can be read");
    let left = files.filter_map(Result::ok).filter(|file| file.file_name().to_string_lossy().ends_with("-b"));
    assert_eq!(left.count(), usize::from(cfg!(not(unix))) * 2);
}

#[test]
fn a_crash_at_any_byte_leaves_the_old_record_or_the_new_one() {
    let folder = Temporary::new();
    let store = folder.store();
    let mut revision = now(store.save("a", None, b"old")).expect("it is new");
    let (mut olds, mut news) = (0, 0);
    for budget in 0.. {
        let saved = store.0.save("a", "a", Some(revision), b"the new one", &mut Budget::new(budget));
        // What is left is what another process finds.
        let found = record(&folder.store(), "a").expect("the record can be read");
        match (&*found, &saved) {
            (b"old", Err(_)) => olds += 1,
            (b"the new one", _) => news += 1,
            _ => panic!("{found:?} after {budget} steps"),
        }
        revision = now(store.load("a")).expect("there is a record").revision();
        revision = now(store.save("a", Some(revision), b"old")).expect("the next write takes place");
        if saved.is_ok() {
            break;
        }
    }
    // The head has 72 bytes, the tag 16; three steps come before the renaming, one after it.
    assert_eq!((olds, news), (72 + 11 + 16 + 3, 2));
    assert!(!store.0.path("new", "a").exists());
}

#[test]
fn a_damaged_file_a_swapped_one_and_a_wrong_key_have_their_own_errors() {
    let folder = Temporary::new();
    let store = folder.store();
    for id in ["a", "b"] {
        now(store.save(id, None, id.as_bytes())).expect("it is new");
    }
    let (a, b) = (store.0.path("connection", "a"), store.0.path("connection", "b"));
    fs::copy(&a, &b).expect("it can be copied");
    let error = record(&store, "b").expect_err("it is the record of another");
    assert!(error.contains("connection-b` is damaged, or was put in the place of another one"), "{error}");

    let other = FileStore::open(store.folder(), StoreKey::new([8; 32])).expect("the store opens");
    let error = record(&other, "a").expect_err("the key is wrong");
    assert!(error.contains("connection-a` was sealed with another key than this one"), "{error}");

    for length in [0, 71, 80] {
        let bytes = fs::read(&a).expect("it can be read");
        fs::write(&b, &bytes[..length]).expect("it can be written");
        let error = record(&store, "b").expect_err("it is not whole");
        assert!(error.contains("is damaged"), "{error}");
    }
    let saved = ready(store.save("b", None, b""));
    assert!(!matches!(saved, Ok(Some(_))), "a damaged record is not overwritten in silence");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").mode() & 0o777
    }

    #[test]
    fn nobody_else_can_reach_what_is_made() {
        let folder = Temporary::new();
        let store = folder.store();
        now(store.save("a", None, b"a")).expect("it is new");
        drop(now(store.lease("a", Duration::ZERO)));
        assert_eq!(mode(store.folder()), 0o700);
        for file in fs::read_dir(store.folder()).expect("the folder can be read").filter_map(Result::ok) {
            assert_eq!(mode(&file.path()), 0o600, "{:?}", file.file_name());
        }
    }

    #[test]
    fn what_others_can_reach_is_refused() {
        let folder = Temporary::new();
        let store = folder.store();
        now(store.save("a", None, b"a")).expect("it is new");
        let path = store.0.path("connection", "a");
        for mode in [0o640, 0o604, 0o610, 0o601, 0o644] {
            set_mode(&path, mode);
            let error = record(&store, "a").expect_err("others can reach it");
            assert!(
                error.ends_with("can be reached by others than its owner; run `chmod 600` on it"),
                "{error}"
            );
            assert!(ready(store.save("a", None, b"")).is_err());
        }
        set_mode(&path, 0o600);
        assert!(record(&store, "a").is_ok());
        for mode in [0o750, 0o705, 0o710, 0o755] {
            set_mode(store.folder(), mode);
            let error =
                FileStore::open(store.folder(), StoreKey::new([7; 32])).expect_err("others can reach it");
            assert!(error.to_string().ends_with("run `chmod 700` on it"), "{error}");
        }
    }

    #[test]
    fn symbolic_links_are_not_followed() {
        let folder = Temporary::new();
        let store = folder.store();
        now(store.save("a", None, b"a")).expect("it is new");
        let (a, b) = (store.0.path("connection", "a"), store.0.path("connection", "b"));
        symlink(&a, &b).expect("a link can be made");
        let error = record(&store, "b").expect_err("it is a link");
        assert!(error.contains("connection-b` is a symbolic link"), "{error}");
        let link = folder.0.join("link");
        symlink(store.folder(), &link).expect("a link can be made");
        let error = FileStore::open(&link, StoreKey::new([7; 32])).expect_err("it is a link");
        assert!(error.to_string().contains("link` is a symbolic link"), "{error}");
        fs::remove_file(&b).expect("it can be removed");
        fs::create_dir(&b).expect("a folder can be made");
        assert!(record(&store, "b").expect_err("it is a folder").ends_with("is not a file; remove it"));
    }

    #[test]
    fn files_of_another_user_are_refused() {
        let folder = Temporary::new();
        let store = folder.store();
        now(store.save("a", None, b"a")).expect("it is new");
        let path = store.0.path("connection", "a");
        assert!(disk::open(&path, Some(store.0.owner)).is_ok());
        let error = disk::open(&path, Some(store.0.owner.another())).expect_err("it is not theirs");
        assert!(error.to_string().ends_with("belongs to another user; use one of your own"), "{error}");
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = Temporary::new();
        let path = folder.0.join("config/couplet/store.key");
        let barrier = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (path, barrier) = (path.clone(), Arc::clone(&barrier));
                thread::spawn(move || {
                    barrier.wait();
                    StoreKey::from_file(&path).expect("there is a key").bytes().to_vec()
                })
            })
            .collect();
        let keys: Vec<_> = threads.into_iter().map(|thread| thread.join().expect("it ends")).collect();
        assert!(keys.iter().all(|key| *key == keys[0]) && keys[0] != [0; 32]);
        assert_eq!((mode(&path), mode(path.parent().expect("it has a folder"))), (0o600, 0o700));
        set_mode(&path, 0o640);
        assert!(StoreKey::from_file(&path).is_err());
    }
}

#[test]
fn of_many_writers_at_once_one_wins_each_time() {
    let folder = Temporary::new();
    now(folder.store().save("a", None, b"0")).expect("it is new");
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let store = folder.store();
            thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .build()
                    .expect("there is a runtime");
                runtime.block_on(async {
                    let mut done = 0;
                    while done < 20 {
                        let record = store.load("a").await.expect("it loads").expect("it is there");
                        let number: u32 = String::from_utf8_lossy(record.bytes()).parse().expect("a number");
                        let next = (number + 1).to_string();
                        let saved = store.save("a", Some(record.revision()), next.as_bytes()).await;
                        done += i32::from(saved.expect("it saves").is_some());
                    }
                });
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("it ends");
    }
    assert_eq!(record(&folder.store(), "a").as_deref(), Ok(b"160".as_slice()));
}
