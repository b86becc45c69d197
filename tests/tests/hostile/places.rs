//! Every text in every place.

use couplet_compiler::diagnostic::Severity;
use couplet_tests::golden;

use crate::mutate::{Payload, Slot, base, manifest, payloads, put, slots};
use crate::{compiled, document, inert};

#[test]
fn texts_in_documentation_are_rejected_or_inert() {
    everywhere(&["prose", "line"], true, &[]);
}

#[test]
fn texts_that_reach_the_provider_are_rejected_or_inert() {
    everywhere(&["wire", "template"], false, &[]);
}

#[test]
fn texts_in_the_place_of_names_are_rejected_or_inert() {
    everywhere(&["key"], false, &["identifier", "keyword", "name"]);
}

#[test]
fn texts_in_places_with_rules_are_rejected_or_inert() {
    everywhere(&["other"], false, &["wire", "package", "path", "host", "header", "cargo", "pattern"]);
}

/// One text in so many goes to each single place, unless `EVERYTHING=1` is set: of those that are made for such a
/// place, and of the others.
const SAMPLES: (usize, usize) = (24, 180);

/// Puts each text into all places of some kinds: together in one manifest; or, where texts of some families are made
/// for them, one place at a time.
fn everywhere(kinds: &[&str], strict: bool, families: &[&str]) {
    let twin = compiled(&manifest(&base())).expect("the base manifest compiles");
    let twin = inert::Twin::new(twin).expect("the crate of the base manifest is harmless");
    let slots: Vec<_> = slots().into_iter().filter(|slot| kinds.contains(&slot.is.as_str())).collect();
    let all = std::env::var_os("EVERYTHING").is_some();
    let mut run = Run { twin, strict, accepted: 0, rejected: 0, failures: Vec::new() };
    for (number, payload) in payloads().iter().enumerate() {
        if families.is_empty() {
            run.together(payload, slots.clone());
            continue;
        }
        let made = families.iter().any(|family| payload.id.starts_with(family));
        let sample = if made { SAMPLES.0 } else { SAMPLES.1 };
        let chosen = slots.iter().enumerate().filter(|(place, _)| all || (number + place) % sample == 0);
        chosen.for_each(|(_, slot)| run.together(payload, vec![slot.clone()]));
    }
    assert!(run.accepted > 20 && run.rejected > 20, "{} accepted, {} rejected", run.accepted, run.rejected);
    golden::report(run.accepted + run.rejected, &run.failures);
}

struct Run {
    twin: inert::Twin,
    strict: bool,
    accepted: usize,
    rejected: usize,
    failures: Vec<String>,
}

impl Run {
    /// Tries a text in some places at once, and leaves out those that are rejected until the others compile.
    fn together(&mut self, payload: &Payload, mut slots: Vec<Slot>) {
        while !slots.is_empty() {
            let mut tree = base();
            slots.iter().for_each(|slot| put(&mut tree, slot, &payload.text));
            let sources = manifest(&tree);
            let found = match compiled(&sources) {
                Ok(files) => return self.accepted(payload, &slots, &files),
                Err(found) => found,
            };
            let errors: Vec<_> = found.iter().filter(|found| found.severity() == Severity::Error).collect();
            let document = document(&sources);
            let hit = |slot: &Slot| {
                let node = document.as_ref().and_then(|document| document.pointer(&slot.at));
                let place = node.map(couplet_compiler::document::Node::span);
                place.is_some_and(|place| {
                    errors
                        .iter()
                        .any(|error| place.start <= error.span().start && error.span().end <= place.end)
                })
            };
            let (out, left): (Vec<_>, Vec<_>) = slots.iter().cloned().partition(hit);
            if slots.len() == 1 || !out.is_empty() {
                self.rejected += if slots.len() == 1 { 1 } else { out.len() };
                slots = if slots.len() == 1 { Vec::new() } else { left };
            } else {
                slots.into_iter().for_each(|slot| self.together(payload, vec![slot]));
                return;
            }
        }
    }

    fn accepted(&mut self, payload: &Payload, slots: &[Slot], files: &inert::Files) {
        self.accepted += slots.len();
        let name = |slots: &[Slot]| match slots {
            [slot] => slot.at.clone(),
            slots => format!("{} places", slots.len()),
        };
        if let Err(why) = inert::check(files, &self.twin, self.strict) {
            self.failures.push(format!("{} in {}: {why}", payload.id, name(slots)));
        }
        let wire: Vec<_> = slots.iter().filter(|slot| slot.is == "wire").cloned().collect();
        if !wire.is_empty() && !inert::holds(files, &payload.text) {
            self.failures.push(format!("{} in {}: the text is not what is sent", payload.id, name(&wire)));
        }
    }
}
