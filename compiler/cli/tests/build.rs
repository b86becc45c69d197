//! `couplet build`: one and many, fresh and stale, and whatever must not be lost.

mod support;

use support::{Folder, SHOP};

#[test]
fn a_connector_gets_its_crate_beside_the_manifest() {
    let folder = Folder::with_shop();
    folder.run(&["build", "shop"]).ends(0).prints(&["wrote connectors/shop/crate ("]);
    assert!(folder.read("connectors/shop/crate/Cargo.toml").contains("couplet-shop"));
    assert!(folder.read("connectors/shop/crate/src/lib.rs").contains("forbid(unsafe_code)"));
    folder.run(&["build", "shop"]).ends(0).prints(&["fresh connectors/shop/crate"]);
    folder.run(&["build", "shop", "--check"]).ends(0).prints(&["fresh connectors/shop/crate"]);
    folder.run(&["build", "connectors/shop/manifest.yaml", "--out", "elsewhere"]).ends(0);
    assert_eq!(folder.read("elsewhere/src/lib.rs"), folder.read("connectors/shop/crate/src/lib.rs"));
}

#[test]
fn stale_output_is_found_and_not_touched() {
    let folder = Folder::with_shop();
    folder.run(&["build", "shop", "--check"]).ends(1).prints(&["stale connectors/shop/crate"]);
    assert!(!folder.path("connectors/shop/crate").exists());
    folder.run(&["build", "shop"]).ends(0);
    let before = folder.read("connectors/shop/crate/src/actions.rs");
    folder.write(
        "connectors/shop/manifest.yaml",
        &SHOP.replace("summary: One order", "summary: A single order"),
    );
    folder
        .run(&["build", "shop", "--check"])
        .ends(1)
        .prints(&["stale connectors/shop/crate", "src/"])
        .says(&["couplet build"]);
    assert_eq!(folder.read("connectors/shop/crate/src/actions.rs"), before);
    folder.run(&["build", "shop"]).ends(0).prints(&["wrote"]);
    folder.run(&["build", "shop", "--check"]).ends(0);
}

#[test]
fn many_are_built_and_counted() {
    let folder = Folder::new();
    for number in 1..=9 {
        let text = SHOP.replace("name: shop", &format!("name: shop-{number}"));
        let text = if number == 5 { text.replace("get: /me", "gte: /me") } else { text };
        folder.write(&format!("connectors/shop-{number}/manifest.yaml"), &text);
    }
    let ran = folder
        .run(&["build"])
        .ends(1)
        .prints(&["9 connectors: 8 written, 0 fresh, 1 failed ("])
        .says(&["unknown-key"]);
    assert_eq!(ran.stdout.lines().filter(|line| line.starts_with("wrote connectors/shop-")).count(), 8);
    folder.run(&["build", "connectors", "--out", "out"]).ends(1);
    assert!(folder.path("out/shop-1/Cargo.toml").is_file() && folder.path("out/shop-9/Cargo.toml").is_file());
    assert!(!folder.path("out/shop-5").exists());
}

#[test]
fn foreign_files_stay_unless_they_are_given_up() {
    let folder = Folder::with_shop();
    folder.write("mine/notes.txt", "keep me");
    folder.run(&["build", "shop", "--out", "mine"]).ends(1).says(&["did not write", "--force"]);
    assert_eq!(folder.read("mine/notes.txt"), "keep me");
    folder.run(&["build", "shop", "--out", "mine", "--force"]).ends(0);
    assert!(folder.path("mine/Cargo.toml").is_file() && !folder.path("mine/notes.txt").exists());
}

#[test]
fn a_loose_manifest_needs_a_place() {
    let folder = Folder::new();
    folder.write("shop.yaml", SHOP);
    folder
        .run(&["build", "shop.yaml"])
        .ends(1)
        .says(&["`shop.yaml` needs a place for its crate", "--out DIR"]);
    folder.run(&["build", "shop.yaml", "--out", "out"]).ends(0);
    assert!(folder.path("out/Cargo.toml").is_file());
}
