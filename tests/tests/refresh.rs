//! Processes that share one connection in a store of files, against a provider that rotates refresh tokens and revokes
//! all of them when one comes twice.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use couplet_runtime::store::{FileStore, StoreKey};
use couplet_tests::refresh::fleet::{Expired, Fleet, Round};

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
    Fleet::new(Arc::new(store), workers, tasks, says, move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refresh-worker"));
        command.arg(&folder).env("COUPLET_STORE_KEY", "5a".repeat(32));
        command
    })
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are the result")]
fn eight_processes_of_64_tasks_refresh_once_for_each_expiry() {
    let folder = Folder::new("refresh");
    let mut fleet = fleet(&folder.0, 8, 64, false);
    let mut refreshes = 0;
    for round in 0..20 {
        let expired = if round % 2 == 0 { Expired::InTime } else { Expired::Early };
        let Round { counts, tallies } = fleet.round(expired, |_| None);
        assert_eq!(
            (counts.refreshes, counts.most_at_once, counts.invalid_grants),
            (1, 1, 0),
            "round {round}"
        );
        for tally in tallies.iter().flatten() {
            assert_eq!((tally.accepted, tally.reconnect, &*tally.other), (64, 0, ""), "round {round}");
        }
        // In the first round the calendars, which are wrong, say how old the token is. From then on nobody sends one
        // that has expired in time.
        assert!(round == 0 || expired == Expired::Early || counts.rejected == 0, "{counts:?}");
        assert_eq!(counts.accepted, 8 * 64);
        refreshes += counts.refreshes;
    }
    println!(
        "8 processes of 64 tasks, 20 expiries: {refreshes} refreshes, never two at once, 0 invalid_grant"
    );
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are the result")]
fn killed_processes_lose_nothing_but_what_was_answered_and_not_stored() {
    const ROUNDS: usize = 120;
    const WORKERS: usize = 4;
    let folder = Folder::new("killed");
    let mut fleet = fleet(&folder.0, WORKERS, 4, true);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let (mut killed, mut lost) = (0, 0);
    for round in 0..ROUNDS {
        // xorshift64*: the same kills in every run, as far as the system schedules alike.
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        let expired = if random & 1 == 0 { Expired::InTime } else { Expired::Early };
        // Anywhere, or near the provider's answer.
        let anywhere = random & 2 == 0;
        let at = (random >> 8) as usize % if anywhere { 70 } else { 6 };
        let other = (random >> 32) as usize % (WORKERS * 3);
        let seen = AtomicUsize::new(0);
        let mut answered = None;
        let victim = Arc::new(AtomicUsize::new(usize::MAX));
        let chosen = Arc::clone(&victim);
        let Round { counts, tallies } = fleet.round(expired, move |event| {
            if event.issued {
                answered = Some(event.worker);
            }
            if !anywhere && answered != Some(event.worker) {
                return None;
            }
            // The one that is there, or any other.
            let worker = if anywhere && other < WORKERS { other } else { event.worker };
            let now = seen.fetch_add(1, Ordering::SeqCst) == at;
            now.then(|| chosen.swap(worker, Ordering::SeqCst)).map(|_| worker)
        });
        let victim = victim.load(Ordering::SeqCst);
        killed += usize::from(victim < WORKERS);
        assert!(counts.refreshes <= 1 && counts.most_at_once <= 1, "round {round}: {counts:?}");
        let mut reconnect = false;
        for tally in tallies.iter().flatten() {
            assert_eq!((tally.accepted + tally.reconnect, &*tally.other), (4, ""), "round {round}");
            if tally.reconnect > 0 {
                reconnect = true;
                let cause = "a process ended between the provider's answer and the storing of the new token";
                assert!(tally.told.contains(cause), "round {round}: {}", tally.told);
            }
        }
        if reconnect {
            // Only whoever had the answer and was killed can have lost it.
            assert_eq!(counts.issued_to, Some(victim), "round {round}");
            assert_eq!(counts.accepted, 0, "round {round}");
            lost += 1;
            fleet.connect();
        } else {
            assert_eq!(counts.invalid_grants, 0, "round {round}");
        }
        fleet.replace_dead();
    }
    println!(
        "{ROUNDS} expiries, {killed} processes killed: {lost} connections lost, each with its cause named"
    );
}
