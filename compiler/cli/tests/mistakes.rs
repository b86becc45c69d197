//! The mistakes that a new user is likely to make, each with the message that gets them on.

mod support;

use support::{CANARY, Folder, SHOP, SHOP_ENVIRONMENT};

#[test]
fn a_connector_that_is_not_there() {
    let folder = Folder::with_shop();
    folder
        .run(&["call", "shp", "get_me"])
        .ends(2)
        .says(&["there is no connector `shp`", "did you mean `shop`?"]);
    folder.run(&["test", "stripe"]).ends(2).says(&["there is no connector `stripe`", "are: `shop`"]);
    folder.run(&["check", "shop.yaml"]).ends(2).says(&["there is no manifest `shop.yaml`"]);
    let empty = Folder::new();
    empty.run(&["call", "shop", "get_me"]).ends(2).says(&["no folder ./connectors", "couplet new shop"]);
    empty.run(&["check"]).ends(2).says(&["there is no manifest", "couplet new NAME"]);
}

#[test]
fn an_action_or_an_input_that_is_misspelt() {
    let folder = Folder::with_shop();
    folder.run(&["call", "shop", "get-ordr"]).ends(2).says(&[
        "`shop` has no action `get-ordr`",
        "did you mean `get_order`?",
        "couplet call shop",
    ]);
    folder
        .run(&["call", "shop", "list_orders", "--input", "limt=5"])
        .ends(2)
        .says(&["`list_orders` has no input `limt`", "did you mean `limit`?"]);
    folder.run(&["call", "shop", "create_order", "--input", "note=x"]).ends(2).says(&[
        "the input `lines` of `create_order` is not given",
        "--input lines=",
        "a list, each an object",
    ]);
}

#[test]
fn no_credentials() {
    let folder = Folder::with_shop();
    folder.run(&["test", "shop"]).ends(2).says(&[
        "the credentials `username`, `password` of `shop` are not given",
        "COUPLET_SHOP_USERNAME and COUPLET_SHOP_PASSWORD",
        "--credential password=env:VARIABLE",
        "--credentials FILE",
        "how to get them: 1. Open **Settings**, and copy the API key.",
    ]);
}

#[test]
fn a_secret_as_an_argument() {
    let folder = Folder::with_shop();
    let secret = format!("password={CANARY}");
    folder
        .run_with(SHOP_ENVIRONMENT, &["test", "shop", "--credential", &secret])
        .ends(2)
        .says(&[
            "`password` is a secret, and is not taken from an argument",
            "COUPLET_SHOP_PASSWORD",
            "issue a new one",
        ])
        .hides(CANARY);
    folder
        .run(&["test", "shop", "--credential", CANARY])
        .ends(2)
        .says(&["needs a name and a value"])
        .hides(CANARY);
    let misnamed = format!("passwort={CANARY}");
    folder
        .run(&["test", "shop", "--credential", &misnamed])
        .ends(2)
        .says(&["has no credential `passwort`", "did you mean `password`?"])
        .hides(CANARY);
    let header = format!("Authorization: Bearer {CANARY}");
    folder
        .run_with(SHOP_ENVIRONMENT, &["request", "shop", "/me", "-H", &header])
        .ends(2)
        .says(&["the header `Authorization` carries credentials"])
        .hides(CANARY);
    let voucher = format!("voucher={CANARY}");
    folder
        .run(&[
            "call",
            "shop",
            "create_order",
            "--input",
            "note=x",
            "--input",
            "lines:=[]",
            "--input",
            &voucher,
        ])
        .ends(2)
        .says(&["the input `voucher` is a secret"])
        .hides(CANARY);
}

#[test]
fn a_value_of_another_type() {
    let folder = Folder::with_shop();
    let call = |input: &str| folder.run(&["call", "shop", "list_orders", "--input", input]).ends(2);
    call("limit=ten").says(&["the input `limit` takes a whole number, and `ten` is not that"]);
    call("limit=1000").says(&["the input `limit` does not fit", "100"]);
    call("paid=yes").says(&["the input `paid` takes true or false, and `yes` is not that"]);
    call("limit:={").says(&["the input `limit` is not JSON"]);
    call("limit").says(&["`--input` needs a name and a value"]);
    folder
        .run(&[
            "call",
            "shop",
            "create_order",
            "--input",
            "note=x",
            "--input",
            r#"lines:=[{"sku":"a","amuont":1}]"#,
        ])
        .ends(2)
        .says(&["the input `lines` does not fit at `0`"]);
}

#[test]
fn a_typo_in_the_manifest() {
    let folder = Folder::new();
    folder.write("connectors/shop/manifest.yaml", &SHOP.replace("summary: One order", "sumary: One order"));
    for command in [
        &["check", "shop"][..],
        &["build", "shop"],
        &["call", "shop", "get_me"],
        &["dump", "shop", "--stage", "plan"],
    ] {
        folder.run(command).ends(1).says(&[
            "error[unknown-key]",
            "connectors/shop/manifest.yaml:",
            "did you mean `summary`?",
            "couplet explain unknown-key",
        ]);
    }
    assert!(!folder.path("connectors/shop/crate").exists());
}

#[test]
fn a_name_that_no_crate_can_have() {
    let folder = Folder::new();
    folder
        .run(&["new", "Acuity Scheduling"])
        .ends(2)
        .says(&["cannot be the name", "try `couplet new acuity-scheduling`"]);
    folder.run(&["new", "../evil"]).ends(2).says(&["cannot be the name", "couplet new evil"]);
    folder.run(&["new", "match"]).ends(2).says(&["`match` cannot be the name of a connector"]);
    assert!(!folder.path("connectors").exists());
}

#[test]
fn a_method_a_url_or_a_command_that_does_not_exist() {
    let folder = Folder::with_shop();
    folder
        .run(&["request", "shop", "GTE", "/me"])
        .ends(2)
        .says(&["`GTE` is no HTTP method", "did you mean `GET`?"]);
    folder
        .run(&["request", "shop", "https://evil.example/me"])
        .ends(2)
        .says(&["is a whole URL", "behind the base URL"]);
    folder.run(&["request", "shop", "GET"]).ends(2).says(&["a path must follow"]);
    folder.run(&["chekc"]).ends(2).says(&["check"]);
    folder
        .run(&["explain", "unknwn-key"])
        .ends(2)
        .says(&["there is no code `unknwn-key`", "did you mean `unknown-key`?"]);
}

#[test]
fn another_host_is_confirmed_before_it_gets_credentials() {
    let folder = Folder::with_shop();
    folder
        .run_with(SHOP_ENVIRONMENT, &["test", "shop", "--base-url", "https://evil.example/v1"])
        .ends(2)
        .says(&["https://evil.example, which nobody has confirmed", "--allow-origin https://evil.example"])
        .hides(CANARY);
    folder
        .run_with(
            SHOP_ENVIRONMENT,
            &[
                "test",
                "shop",
                "--base-url",
                "http://shop.example.com",
                "--allow-origin",
                "http://shop.example.com",
            ],
        )
        .ends(2)
        .says(&["plain http"])
        .hides(CANARY);
}
