//! What every store must stand: rounds in which all goes well, and rounds in which processes are killed.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::fleet::{Expired, Fleet, Round};

/// Twenty expiries, by the clocks and by the API in turn, and one refresh for each.
///
/// # Panics
///
/// A token was refreshed twice, or a task has none.
pub fn once_for_each_expiry(fleet: &mut Fleet) {
    let (workers, tasks) = fleet.size();
    for round in 0..20 {
        let expired = if round % 2 == 0 { Expired::InTime } else { Expired::Early };
        let Round { counts, tallies } = fleet.round(expired, |_| None);
        assert_eq!(
            (counts.refreshes, counts.most_at_once, counts.invalid_grants),
            (1, 1, 0),
            "round {round}"
        );
        for tally in &tallies {
            let tally = tally.as_ref().expect("no worker ends by itself");
            assert_eq!((tally.accepted, tally.reconnect, &*tally.other), (tasks, 0, ""), "round {round}");
        }
        assert_eq!(usize::try_from(counts.accepted), Ok(workers * tasks));
        // In the first round the calendars, which are wrong, say how old the token is. From then on nobody sends one
        // that has expired in time.
        assert!(round == 0 || expired == Expired::Early || counts.rejected == 0, "{counts:?}");
    }
}

/// So many expiries, with a process killed in most of them. Gives how many were killed, and how often the connection
/// was lost.
///
/// # Panics
///
/// A token was refreshed twice; or the connection was lost though nobody was killed between the provider's answer and
/// the write; or the cause was not named.
pub fn killed(fleet: &mut Fleet, rounds: usize) -> (usize, usize) {
    let (workers, tasks) = fleet.size();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let (mut killed, mut lost) = (0, 0);
    for round in 0..rounds {
        // xorshift64*: the same kills in every run, as far as the system schedules alike.
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        let expired = if random & 1 == 0 { Expired::InTime } else { Expired::Early };
        let victim = Arc::new(AtomicUsize::new(usize::MAX));
        let Round { counts, tallies } = fleet.round(expired, choose(random, workers, &victim));
        let victim = victim.load(Ordering::SeqCst);
        killed += usize::from(victim < workers);
        assert!(counts.refreshes <= 1 && counts.most_at_once <= 1, "round {round}: {counts:?}");
        let mut reconnect = false;
        for tally in tallies.iter().flatten() {
            assert_eq!((tally.accepted + tally.reconnect, &*tally.other), (tasks, ""), "round {round}");
            if tally.reconnect > 0 {
                reconnect = true;
                let cause = "a process ended between the provider's answer and the storing of the new token";
                assert!(tally.told.contains(cause), "round {round}: {}", tally.told);
            }
        }
        if reconnect {
            // Only whoever had the answer and was killed can have lost it.
            assert_eq!((counts.issued_to, counts.accepted), (Some(victim), 0), "round {round}");
            lost += 1;
            fleet.connect();
        } else {
            assert_eq!(counts.invalid_grants, 0, "round {round}");
        }
        fleet.replace_dead();
    }
    (killed, lost)
}

/// Who is killed in a round, and at which event: anywhere, or near the provider's answer.
fn choose(
    random: u64,
    workers: usize,
    victim: &Arc<AtomicUsize>,
) -> impl FnMut(super::provider::Event) -> Option<usize> + Send + 'static {
    let anywhere = random & 2 == 0;
    let number = |shift: u32, of: usize| usize::try_from(random >> shift).unwrap_or(0) % of;
    let at = number(8, if anywhere { 70 } else { 6 });
    let other = number(32, workers * 3);
    let victim = Arc::clone(victim);
    let (mut seen, mut answered) = (0, None);
    move |event| {
        if event.issued {
            answered = Some(event.worker);
        }
        if !anywhere && answered != Some(event.worker) {
            return None;
        }
        seen += 1;
        if seen != at + 1 {
            return None;
        }
        // The one that is there, or any other.
        let worker = if anywhere && other < workers { other } else { event.worker };
        victim.store(worker, Ordering::SeqCst);
        Some(worker)
    }
}
