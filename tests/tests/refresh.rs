//! Processes that share one connection in a store of files, against a provider that rotates refresh tokens and revokes
//! all of them when one comes twice.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use couplet_runtime::store::{FileStore, StoreKey};
use couplet_tests::refresh::{fleet::Fleet, rounds};

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("couplet-{name}-{}", std::process::id()));
        std::fs::create_dir(&folder).expect("a folder can be made");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn fleet(folder: &Path, workers: usize, tasks: usize, says: bool) -> Fleet {
    let folder = folder.join("connections");
    let store = FileStore::open(&folder, StoreKey::new([0x5a; 32])).expect("the store opens");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    Fleet::new(runtime, Arc::new(store), workers, tasks, says, move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refresh-worker"));
        command.arg(&folder).env("COUPLET_STORE_KEY", "5a".repeat(32));
        command
    })
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are the result")]
fn eight_processes_of_64_tasks_refresh_once_for_each_expiry() {
    let folder = Folder::new("refresh");
    rounds::once_for_each_expiry(&mut fleet(&folder.0, 8, 64, false));
    println!(
        "counted: files: 8 processes of 64 tasks, 20 expiries: 20 refreshes, never two at once, 0 invalid_grant"
    );
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are the result")]
fn killed_processes_lose_nothing_but_what_was_answered_and_not_stored() {
    let folder = Folder::new("killed");
    let (killed, lost) = rounds::killed(&mut fleet(&folder.0, 4, 4, true), 120);
    println!(
        "counted: files: 120 expiries, {killed} processes killed: {lost} connections lost, each with its cause named"
    );
}
