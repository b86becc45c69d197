//! The calls of the connectors' crates in `tests/wire` are what the manifests and the exchanges say now. `BLESS=1` writes
//! them anew.

use couplet_compiler::{Arena, Diagnostics, lower, parse, validate};
use couplet_tests::{connections, exchanges, golden, manifests, name, repository, wire_code};

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
        let name = name(folder);
        let code = wire_code::module(&connector, &connections::read(&name), &exchanges::read(&name));
        let module = repository("tests/wire").join(format!("{}.rs", name.replace('-', "_")));
        failures.extend(golden::check(&module, &code).err());
        names.push(name);
    }
    failures.extend(golden::check(&repository("tests/wire/mod.rs"), &wire_code::root(&names)).err());
    golden::report(folders.len(), &failures);
}
