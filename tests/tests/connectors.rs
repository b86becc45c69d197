//! The calls of the connectors' crates in `tests/wire` are what the manifests and the exchanges say now. `BLESS=1` writes
//! them anew.

use couplet_compiler::{Arena, Diagnostics, lower, parse, validate};
use couplet_tests::{exchanges, golden, manifests, name, repository, wire_code};

#[test]
fn calls_are_fresh() {
    let folders = exchanges::connectors();
    let mut failures = Vec::new();
    let mut names = Vec::new();
    for folder in &folders {
        let arena = Arena::default();
        let mut diagnostics = Diagnostics::default();
        let sources = manifests::read(&folder.join("manifest.yaml"));
        let connector = parse(&sources, &mut diagnostics)
            .and_then(|document| validate(&document, &mut diagnostics))
            .and_then(|manifest| lower(&manifest, &arena, &mut diagnostics));
        let connector =
            connector.unwrap_or_else(|_| panic!("{}: {:?}", folder.display(), diagnostics.sorted()));
        let code = wire_code::module(&connector, &exchanges::read(&name(folder)));
        let module = repository("tests/wire").join(format!("{}.rs", name(folder).replace('-', "_")));
        failures.extend(golden::check(&module, &code).err());
        names.push(name(folder));
    }
    failures.extend(golden::check(&repository("tests/wire/mod.rs"), &wire_code::root(&names)).err());
    golden::report(folders.len(), &failures);
}
