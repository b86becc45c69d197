//! `couplet new`: what it writes passes, and nothing is overwritten.

mod support;

use support::Folder;

#[test]
fn every_kind_passes_check() {
    let folder = Folder::new();
    for (name, auth) in [("a-one", "basic"), ("a-two", "bearer"), ("a-three", "api_key"), ("a-four", "none")]
    {
        folder
            .run(&["new", name, "--auth", auth, "--base-url", "https://api.example.org/v2/"])
            .ends(0)
            .prints(&[&format!("wrote connectors/{name}/manifest.yaml")])
            .says(&[&format!("couplet check {name}")]);
        assert!(
            folder
                .read(&format!("connectors/{name}/manifest.yaml"))
                .contains("base_url: https://api.example.org/v2\n")
        );
        assert!(
            folder
                .read(&format!("connectors/{name}/exchanges.yaml"))
                .contains("url: 'https://api.example.org/v2/me'")
        );
    }
    folder.run(&["check", "--deny-warnings"]).ends(0).prints(&["4 connectors: 4 fine\n"]);
}

#[test]
fn exchanges_agree_with_what_is_sent() {
    let folder = Folder::new();
    folder.run(&["new", "a-one", "--auth", "bearer"]).ends(0);
    let exchanges = folder.read("connectors/a-one/exchanges.yaml");
    assert!(exchanges.contains("authorization: 'Bearer test-token-not-real'"));
    let dry = folder.run_with(
        &[("COUPLET_A_ONE_TOKEN", "test-token-not-real")],
        &["call", "a-one", "get_me", "--dry-run"],
    );
    dry.ends(0).prints(&[
        "GET https://api.example.com/v1/me\n",
        "accept: application/json\n",
        "authorization: Bearer ***",
    ]);
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new();
    folder.run(&["new", "shop"]).ends(0);
    folder.write("connectors/shop/manifest.yaml", "mine");
    folder.run(&["new", "shop"]).ends(1).says(&["connectors/shop/manifest.yaml` exists already"]);
    assert_eq!(folder.read("connectors/shop/manifest.yaml"), "mine");
    folder.run(&["new", "shop", "--out", "other"]).ends(0);
    folder.run(&["check", "other"]).ends(0);
}

#[test]
fn a_base_url_that_cannot_be_used_is_refused() {
    let folder = Folder::new();
    for url in [
        "api.example.com",
        "http://api.example.com",
        "https://u:p@example.com",
        "x'\n: y",
        "https://{{ input.x }}",
    ] {
        let ran = folder.run(&["new", "shop", "--base-url", url]).ends(2);
        assert!(ran.stderr.contains("cannot be used"), "{url}: {}", ran.stderr);
    }
    assert!(!folder.path("connectors").exists());
}
