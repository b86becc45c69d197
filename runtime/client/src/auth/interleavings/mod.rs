//! The refresh protocol under every schedule: the real code of `token` and `renewal` over a store, a provider and
//! clocks that are models.
//!
//! Each access to the store and each half of a token request is a step of its own; between steps any other task may
//! run, time may pass, a process may be killed, and the store or the provider may fail. The schedules are walked depth
//! first, each from the beginning. Of schedules that differ only in the order of steps that do not touch the same
//! thing, one is run (sleep sets: Godefroid, Partial-Order Methods, 1996).
//!
//! The provider rotates refresh tokens, takes each of them once, and revokes all when one comes twice.

mod explore;
mod world;

use self::{
    explore::{Limits, Process, Task, explore},
    world::{End, Faults, Shared},
};
use super::token::Why;
use crate::ErrorKind;

const EXPIRED: Task = Task::Use(Why::Proactive);
const REJECTED: Task = Task::Use(Why::Rejected { generation: 1 });

const ONE: Process = Process::of(&[EXPIRED]);
const TWO: Process = Process::of(&[EXPIRED, EXPIRED]);
const ONE_REJECTED: Process = Process::of(&[REJECTED]);

const INTERRUPTED: &str = "a process ended between the provider's answer and the storing of the new token";
const LOST: &str = "the answer to a token request never arrived";

/// Runs all schedules, and prints their number.
#[expect(clippy::print_stdout, reason = "the figure is the result")]
fn run(
    what: &str,
    start: impl Fn() -> Shared,
    processes: &[Process],
    limits: Limits,
    check: impl Fn(&Shared),
) {
    let schedules = explore(start, processes, limits, check);
    println!("counted: the refresh protocol, {what}: {schedules} schedules");
}

/// What holds without kills and faults: one refresh, and everybody has its token.
fn all_have_the_new_token(world: &Shared) {
    let world = world.lock();
    assert_eq!(world.provider.requests, 1, "requests");
    assert!(!world.provider.revoked);
    for end in &world.ends {
        assert!(matches!(end, Some(End::Token { generation: 2 })), "{end:?}");
    }
}

/// What holds always: at most one refresh for one expiry; nothing is lost but by a kill between the provider's answer
/// and the write, or by an answer that never came, and the cause is named; whoever was not killed ends, with the new
/// token if nothing was lost.
fn nothing_is_lost_without_a_named_cause(world: &Shared) {
    let world = world.lock();
    assert!(world.provider.successes <= 1, "refreshes");
    let lost = world.killed_with_an_answer || world.provider.lost;
    assert!(lost || !world.provider.revoked);
    for (end, dead) in world.ends.iter().zip(&world.dead) {
        match end {
            None => assert!(dead, "a task has no end"),
            Some(End::Error { kind: ErrorKind::ReconnectRequired, text }) => {
                // Of one that was killed nobody knows whether its answer was lost.
                let killed = world.killed_with_an_answer || world.provider.lost && world.dead.contains(&true);
                let named =
                    killed && text.contains(INTERRUPTED) || world.provider.lost && text.contains(LOST);
                assert!(named, "{text}");
            }
            Some(end) => assert!(matches!(end, End::Token { generation: 2 }), "{end:?}"),
        }
    }
}

#[test]
fn two_processes() {
    let limits = Limits { waits: 2, ..Limits::default() };
    run("two processes", Shared::expired, &[ONE; 2], limits, all_have_the_new_token);
    run("two processes after a 401", Shared::fresh, &[ONE_REJECTED; 2], limits, all_have_the_new_token);
}

#[test]
fn three_tasks() {
    let limits = Limits { waits: 2, ..Limits::default() };
    let three = Process::of(&[EXPIRED, EXPIRED, REJECTED]);
    run("three tasks of a process", Shared::expired, &[three], limits, all_have_the_new_token);
    let limits = Limits { waits: 1, ..Limits::default() };
    run("two tasks and a process", Shared::expired, &[TWO, ONE], limits, all_have_the_new_token);
    run("three processes", Shared::expired, &[ONE; 3], limits, all_have_the_new_token);
}

#[test]
fn processes_are_killed_at_every_step() {
    let limits = Limits { waits: 1, kills: 2, ..Limits::default() };
    let check = nothing_is_lost_without_a_named_cause;
    run("two processes, two kills", Shared::expired, &[ONE; 2], limits, check);
    run("two processes, two kills, after a 401", Shared::fresh, &[ONE_REJECTED; 2], limits, check);
    let limits = Limits { kills: 1, ..Limits::default() };
    run("three processes, a kill", Shared::expired, &[ONE; 3], limits, check);
}

#[test]
fn the_provider_fails() {
    let limits = Limits { faults: 2, ..Limits::default() };
    let check = nothing_is_lost_without_a_named_cause;
    run("two processes, two failures of the provider", Shared::expired, &[ONE; 2], limits, check);
    run("a process, two failures of the provider", Shared::expired, &[ONE], limits, check);
    let limits = Limits { faults: 1, ..Limits::default() };
    run("two tasks, a failure of the provider", Shared::expired, &[TWO], limits, check);
    let limits = Limits { faults: 1, kills: 1, ..Limits::default() };
    run("two processes, a failure and a kill", Shared::expired, &[ONE; 2], limits, check);
}

#[test]
fn the_store_fails() {
    let check = nothing_is_lost_without_a_named_cause;
    let limits = Limits { faults: 4, of: Faults::Store, ..Limits::default() };
    run("a process, four failures of the store", Shared::expired, &[ONE], limits, check);
    let limits = Limits { faults: 2, of: Faults::Store, ..Limits::default() };
    run("two processes, two failures of the store", Shared::expired, &[ONE; 2], limits, check);
    let limits = Limits { faults: 1, kills: 1, of: Faults::Store, ..Limits::default() };
    run("two processes, a failure of the store and a kill", Shared::expired, &[ONE; 2], limits, check);
}

#[test]
fn a_token_that_is_due_and_lasts_is_used_whatever_fails() {
    let check = |world: &Shared| {
        let world = world.lock();
        assert!(world.provider.successes <= 1, "refreshes");
        for end in &world.ends {
            let lost = world.provider.lost
                && matches!(end, Some(End::Error { kind: ErrorKind::ReconnectRequired, text }) if text.contains(LOST));
            assert!(lost || matches!(end, Some(End::Token { .. })), "{end:?}");
        }
    };
    let limits = Limits { faults: 1, ..Limits::default() };
    run("two processes, due, a failure", Shared::due, &[ONE; 2], limits, check);
    run("two tasks, due, a failure", Shared::due, &[TWO], limits, check);
}

#[test]
fn a_person_connects_anew_meanwhile() {
    let check = |world: &Shared| {
        let stored = world.connection();
        let token = stored.token_text("refresh_token").map(str::to_owned);
        assert_eq!(token.as_ref(), Some(&world.lock().provider.expects), "what the person connected is lost");
        assert!(stored.broken().is_none());
    };
    let person = Process::of(&[Task::Connect]);
    let limits = Limits::default();
    run("two processes and a person", Shared::expired, &[ONE, ONE, person], limits, check);
    let limits = Limits { kills: 1, ..Limits::default() };
    run("a process that is killed and a person", Shared::expired, &[ONE, person], limits, |world| {
        let person_was_killed = world.lock().dead[1];
        if !person_was_killed {
            check(world);
        }
    });
}

#[test]
#[should_panic(expected = "two token requests at once")]
fn the_walk_finds_what_a_store_without_leases_does() {
    let generous = || {
        let world = Shared::expired();
        world.lock().generous = true;
        world
    };
    explore(generous, &[ONE; 2], Limits::default(), |_| {});
}
