//! Two ways, one wire, one truth: for every connector and every exchange that was written by hand from the provider's
//! documentation, the request of the Plan in memory and the request of the generated crate are those very bytes, the
//! answer becomes what it says, and the mock takes the request.

use couplet_compiler::connector::Connector;
use couplet_compiler::{Arena, Diagnostics, lower, parse, validate};
use couplet_tests::exchanges::{self, Exchange};
use couplet_tests::{golden, manifests};

mod compare;
mod connections;
mod crates;
#[rustfmt::skip]
#[path = "../../wire/mod.rs"]
mod generated;
mod lives;
mod mock;
mod plan;
mod typed;

/// Every connector with its exchanges.
pub(crate) struct Connectors {
    arena: Arena,
    names: Vec<String>,
}

impl Connectors {
    pub(crate) fn load() -> Self {
        let names: Vec<_> = exchanges::connectors().iter().map(|path| couplet_tests::name(path)).collect();
        assert!(names.len() >= 4, "the connectors are {names:?}");
        Self { arena: Arena::default(), names }
    }

    fn lower(&self, name: &str) -> Connector<'_> {
        let sources =
            manifests::read(&couplet_tests::repository("connectors").join(name).join("manifest.yaml"));
        let mut diagnostics = Diagnostics::default();
        parse(&sources, &mut diagnostics)
            .and_then(|document| validate(&document, &mut diagnostics))
            .and_then(|manifest| lower(&manifest, &self.arena, &mut diagnostics))
            .unwrap_or_else(|_| panic!("{name}: {:?}", diagnostics.sorted()))
    }
}

/// Runs something for each exchange of each connector, and fails with all that failed.
pub(crate) fn each(
    connectors: &Connectors,
    check: impl Fn(&Connector<'_>, &Exchange, &tokio::runtime::Runtime) -> Result<(), String>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (mut checked, mut failures) = (0, Vec::new());
    for name in &connectors.names {
        let connector = connectors.lower(name);
        let exchanges = exchanges::read(name);
        assert!(!exchanges.is_empty(), "{name} has no exchanges");
        for (number, exchange) in exchanges.iter().enumerate() {
            checked += 1;
            if let Err(why) = check(&connector, exchange, &runtime) {
                failures.push(format!("{name}, exchange {number} ({}): {why}", exchange.action));
            }
        }
    }
    golden::counted(&format!("exchanges by the Plan in memory: {} of {checked}", checked - failures.len()));
    golden::report(checked, &failures);
}

#[test]
fn every_action_has_an_exchange() {
    let connectors = Connectors::load();
    for name in &connectors.names {
        let exchanges = exchanges::read(name);
        let connector = connectors.lower(name);
        let missing: Vec<_> = connector
            .plan
            .actions()
            .iter()
            .map(|action| action.name())
            .filter(|action| exchanges.iter().all(|exchange| exchange.action != *action))
            .collect();
        assert!(missing.is_empty(), "{name} has no exchange for {missing:?}");
    }
}
