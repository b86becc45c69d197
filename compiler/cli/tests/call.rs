//! `couplet call`, `request` and `test`, against a provider on this machine.

mod support;

use support::{CANARY, Folder, Provider, SHOP, SHOP_ENVIRONMENT, base64};

const ORDER: &str = r#"{"id":7,"total":"12.50","status":"open"}"#;

fn at<'a>(provider: &'a Provider, arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--base-url", &provider.url]].concat()
}

#[test]
fn an_action_is_called_and_its_answer_printed() {
    let folder = Folder::with_shop();
    let provider = Provider::start(&[(200, "application/json", ORDER)]);
    let ran = folder
        .run_with(SHOP_ENVIRONMENT, &at(&provider, &["call", "shop", "get_order", "--input", "id=7"]))
        .ends(0);
    assert_eq!(ran.stdout, "{\n  \"id\": 7,\n  \"total\": \"12.50\",\n  \"status\": \"open\"\n}\n");
    assert_eq!(ran.stderr, "");
    let request = provider.request();
    assert!(request.starts_with("GET /orders/7 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&base64(format!("u:{CANARY}").as_bytes())), "{request}");
}

#[test]
fn inputs_are_read_by_their_types() {
    let folder = Folder::with_shop();
    folder.write("lines.json", r#"[{"sku":"a","amount":2}]"#);
    folder.write("voucher.txt", CANARY);
    let dry = |arguments: &[&str]| {
        folder.run_with(SHOP_ENVIRONMENT, &[arguments, &["--dry-run"]].concat()).ends(0).hides(CANARY)
    };
    dry(&[
        "call",
        "shop",
        "list_orders",
        "-i",
        "limit=5",
        "-i",
        "paid=true",
        "-i",
        "tags=a b",
        "-i",
        "tags=c",
    ])
    .prints(&["GET https://shop.example.com/v1/orders?limit=5&paid=true&tags=a%20b&tags=c\n"]);
    dry(&["call", "shop", "list_orders", "-i", r#"tags:=["x"]"#]).prints(&["/orders?tags=x\n"]);
    dry(&[
        "call",
        "shop",
        "create_order",
        "-i",
        "note=7",
        "-i",
        "lines=@lines.json",
        "-i",
        "voucher=@voucher.txt",
    ])
    .prints(&[r#""note":"7""#, r#""lines":[{"sku":"a","amount":2}]"#, r#""voucher":"***""#]);
    folder.write("inputs.yaml", "note: from the file\nlines: [{sku: b, amount: 1}]\n");
    dry(&["call", "shop", "create_order", "--inputs", "inputs.yaml"]).prints(&[r#""note":"from the file""#]);
    dry(&["call", "shop", "create_order", "--inputs", "inputs.yaml", "-i", "note=mine"])
        .prints(&[r#""note":"mine""#]);
    folder.write("wrong.yaml", "nota: x\n");
    folder
        .run(&["call", "shop", "create_order", "--inputs", "wrong.yaml"])
        .ends(2)
        .says(&["no input `nota`", "`note`"]);
}

#[test]
fn a_dry_run_needs_no_credentials_and_sends_nothing() {
    let folder = Folder::with_shop();
    let provider = Provider::start(&[(200, "application/json", "{}")]);
    let environment = [("COUPLET_SHOP_USERNAME", "u")];
    folder
        .run_with(&environment, &at(&provider, &["call", "shop", "get_me", "--dry-run"]))
        .ends(0)
        .prints(&["GET http://127.0.0.1:", "authorization: Basic ***"])
        .says(&["`password` is not given: a placeholder"]);
    assert!(provider.is_quiet());
}

#[test]
fn credentials_come_from_variables_and_files() {
    let folder = Folder::with_shop();
    let provider = Provider::start(&[(200, "application/json", r#"{"name":"x"}"#); 3]);
    let expected = base64(format!("u:{CANARY}").as_bytes());
    let named =
        at(&provider, &["test", "shop", "--credential", "username=u", "--credential", "password=env:MY_KEY"]);
    folder.run_with(&[("MY_KEY", CANARY)], &named).ends(0).hides(CANARY);
    assert!(provider.request().contains(&expected));
    folder.write("keys.yaml", &format!("username: u\npassword: {CANARY}\n"));
    let ran =
        folder.run(&at(&provider, &["test", "shop", "--credentials", "keys.yaml"])).ends(0).hides(CANARY);
    #[cfg(unix)]
    let ran = ran.says(&["other users can read the credentials file `keys.yaml`", "chmod 600"]);
    drop(ran);
    assert!(provider.request().contains(&expected));
    folder.write("keys.json", &format!(r#"{{"username": "u", "password": "{CANARY}"}}"#));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.path("keys.json"), mode).expect("permissions");
    }
    let ran =
        folder.run(&at(&provider, &["test", "shop", "--credentials", "keys.json"])).ends(0).hides(CANARY);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    assert!(provider.request().contains(&expected));
}

#[test]
fn a_wrong_credentials_file_shows_none_of_its_text() {
    let folder = Folder::with_shop();
    let run = |text: &str| {
        folder.write("keys.yaml", text);
        folder.run(&["test", "shop", "--credentials", "keys.yaml"]).hides(CANARY)
    };
    run(&format!("username: u\npassword: [{CANARY}\n"))
        .ends(1)
        .says(&["keys.yaml` cannot be read", "in line"]);
    run(&format!("username: u\npassword: [{CANARY}]\n")).ends(1).says(&["`password` is not one value"]);
    run(&format!("username: u\npasword: {CANARY}\n"))
        .ends(2)
        .says(&["has `pasword`", "did you mean `password`?"]);
    run(&format!("username: u\npassword: \"{CANARY}\\q\"\n")).ends(1).says(&["keys.yaml"]);
    run(CANARY).ends(1).says(&["keys.yaml"]);
    folder
        .run(&["test", "shop", "--credentials", "no.yaml"])
        .ends(1)
        .says(&["no.yaml", "there is no such file"]);
    folder
        .run(&["test", "shop", "--credential", "password=env:NOT_SET"])
        .ends(2)
        .says(&["the environment variable `NOT_SET` is not set"]);
}

#[test]
fn the_exchange_is_shown_without_secrets_even_where_it_fails() {
    let folder = Folder::with_shop();
    let echo = format!(
        r#"{{"message":"key {CANARY} is unknown","seen":"{}"}}"#,
        base64(format!("u:{CANARY}").as_bytes())
    );
    let provider = Provider::start(&[
        (401, "application/json", &echo),
        (200, "text/html", &format!("<b>{CANARY}</b>\u{1b}[31m")),
    ]);
    folder
        .run_with(SHOP_ENVIRONMENT, &at(&provider, &["call", "shop", "get_me", "-v"]))
        .ends(1)
        .says(&[
            "> GET http://127.0.0.1:",
            "> authorization: Basic ***",
            "< 401",
            "key *** is unknown",
            "COUPLET_SHOP_PASSWORD",
        ])
        .hides(CANARY);
    let ran = folder
        .run_with(SHOP_ENVIRONMENT, &at(&provider, &["call", "shop", "get_me", "-v"]))
        .ends(1)
        .says(&["< 200", "<b>***</b>", "`-v` shows it"])
        .hides(CANARY);
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}

#[test]
fn the_test_names_the_cause_and_the_mend() {
    let folder = Folder::with_shop();
    let provider = Provider::start(&[
        (200, "application/json", r#"{"name":"x"}"#),
        (401, "application/json", r#"{"message":"no such key"}"#),
        (403, "application/json", "{}"),
        (404, "text/plain", "nothing"),
        (429, "text/plain", "slow down"),
        (503, "text/plain", "down"),
    ]);
    let test =
        |code| folder.run_with(SHOP_ENVIRONMENT, &at(&provider, &["test", "shop"])).ends(code).hides(CANARY);
    test(0).prints(&["shop: the connection works (GET /me, status 200)"]);
    test(1).prints(&["does not work (unauthorized)"]).says(&[
        "no such key",
        "`password` came from the environment variable COUPLET_SHOP_PASSWORD",
        "`r-1`",
    ]);
    test(1).prints(&["(forbidden)"]).says(&["give the key or its user the permission"]);
    test(1).prints(&["(not_found)"]).says(&["`base_url`"]);
    test(1).prints(&["(rate_limited)"]).says(&["send less often"]);
    test(1).prints(&["(unavailable)"]).says(&["try again later"]);
    let nobody = ["test", "shop", "--base-url", "http://127.0.0.1:1"];
    folder
        .run_with(SHOP_ENVIRONMENT, &nobody)
        .ends(1)
        .prints(&["(transport)"])
        .says(&["is a mock still running?"]);
    let fixed = folder.path("connectors/shop/manifest.yaml");
    std::fs::write(fixed, SHOP.replace("test: get_me\n", "")).expect("a file");
    folder
        .run_with(SHOP_ENVIRONMENT, &["test", "shop"])
        .ends(1)
        .says(&["no connection test", "`test: get_me`"]);
}

#[test]
fn bytes_go_to_a_file_as_they_came() {
    let folder = Folder::with_shop();
    let provider = Provider::start(&[
        (200, "application/pdf", "%PDF-\u{1}"),
        (200, "application/pdf", "%PDF-\u{1}"),
        (204, "text/plain", ""),
    ]);
    let call = ["call", "shop", "get_invoice", "--input", "id=7"];
    let ran = folder
        .run_with(SHOP_ENVIRONMENT, &at(&provider, &[&call[..], &["--output", "invoice.pdf"]].concat()))
        .ends(0);
    assert_eq!((ran.stdout.as_str(), folder.read("invoice.pdf").as_str()), ("", "%PDF-\u{1}"));
    let ran = folder.run_with(SHOP_ENVIRONMENT, &at(&provider, &call)).ends(0);
    assert_eq!(ran.stdout, "%PDF-\u{1}");
    let ran = folder
        .run_with(SHOP_ENVIRONMENT, &at(&provider, &["call", "shop", "delete_order", "-i", "id=7"]))
        .ends(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("`delete_order` is done (status 204)"), "{}", ran.stderr);
}

#[test]
fn a_raw_request_has_the_connectors_auth() {
    let folder = Folder::with_shop();
    let provider = Provider::start(&[
        (200, "application/json", "[1]"),
        (200, "text/plain", "ok"),
        (404, "text/plain", "no"),
    ]);
    let ran = folder
        .run_with(
            SHOP_ENVIRONMENT,
            &at(&provider, &["request", "shop", "/things?a=1%202", "-q", "b=x&y", "-H", "X-Trace: t"]),
        )
        .ends(0)
        .hides(CANARY);
    assert_eq!(ran.stdout, "[\n  1\n]\n");
    let request = provider.request();
    assert!(request.starts_with("GET /things?a=1%202&b=x%26y HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains("x-trace: t\r\n") && request.contains(&base64(format!("u:{CANARY}").as_bytes())),
        "{request}"
    );
    folder.write("body.json", r#"{"a": 1}"#);
    let post = at(&provider, &["request", "shop", "post", "things", "--json", "@body.json"]);
    assert_eq!(folder.run_with(SHOP_ENVIRONMENT, &post).ends(0).stdout, "ok");
    let request = provider.request();
    assert!(
        request.starts_with("POST /things HTTP/1.1\r\n") && request.ends_with("\r\n\r\n{\"a\": 1}"),
        "{request}"
    );
    folder
        .run_with(SHOP_ENVIRONMENT, &at(&provider, &["request", "shop", "/no"]))
        .ends(1)
        .says(&["status 404"]);
    let form = ["request", "shop", "PUT", "/x", "--data", "a=b", "--dry-run"];
    folder.run(&form).ends(2);
    folder
        .run_with(SHOP_ENVIRONMENT, &form)
        .ends(0)
        .prints(&[
            "PUT https://shop.example.com/v1/x",
            "content-type: application/x-www-form-urlencoded",
            "\na=b\n",
            "Basic ***",
        ])
        .hides(CANARY);
}

#[test]
fn the_auth_method_is_the_one_that_what_is_there_suffices_for() {
    let folder = Folder::new();
    let text = SHOP
        .replace("auth:\n", "auth:\n  token: {type: bearer}\n")
        .replace("name: shop\n", "name: two-ways\n");
    folder.write("connectors/two-ways/manifest.yaml", &text);
    let dry = |environment: &[(&str, &str)], more: &[&str]| {
        folder.run_with(environment, &[&["call", "two-ways", "get_me", "--dry-run"], more].concat())
    };
    let token = ("COUPLET_TWO_WAYS_TOKEN", CANARY);
    let basic = [("COUPLET_TWO_WAYS_USERNAME", "u"), ("COUPLET_TWO_WAYS_PASSWORD", CANARY)];
    dry(&[token], &[]).ends(0).prints(&["authorization: Bearer ***"]).hides(CANARY);
    dry(&basic, &[]).ends(0).prints(&["authorization: Basic ***"]).hides(CANARY);
    dry(&[basic[0], basic[1], token], &[]).ends(2).says(&["several auth methods", "`token`, `api_key`"]);
    dry(&[basic[0], basic[1], token], &["--auth", "token"]).ends(0).prints(&["Bearer ***"]);
    dry(&[token], &["--auth", "tokn"]).ends(2).says(&["no auth method `tokn`", "did you mean `token`?"]);
}

#[test]
fn a_self_hosted_origin_is_confirmed_and_private_ones_twice() {
    let folder = Folder::new();
    let text =
        SHOP.replace("  base_url: https://shop.example.com/v1\n", "  base_url: '{{ config.instance }}/v1'\n");
    let text = text.replace(
        "auth:\n",
        "config:\n  instance: {title: Instance, format: origin, self_hosted: true}\nauth:\n",
    );
    folder.write("connectors/shop/manifest.yaml", &text);
    let test =
        |more: &[&str]| folder.run_with(SHOP_ENVIRONMENT, &[&["test", "shop"], more].concat()).hides(CANARY);
    test(&[])
        .ends(2)
        .says(&["the config value `instance` of `shop` is not given", "--config instance=VALUE"]);
    test(&["--config", "instance=https://git.example.org"]).ends(2).says(&[
        "`instance` sends your credentials to https://git.example.org",
        "--allow-origin https://git.example.org",
    ]);
    test(&["--config", "instance=https://10.0.0.1", "--allow-origin", "https://10.0.0.1"])
        .ends(2)
        .says(&["private", "--allow-private"]);
}

#[test]
fn an_action_is_described_without_being_called() {
    let folder = Folder::with_shop();
    let ran = folder.run(&["call", "shop", "list_orders", "--describe"]).ends(0);
    let expected = [
        "Orders\n",
        "  limit  a whole number, optional\n",
        "  tags   a list, each a text, optional\n",
        "It answers a list, each an object of id, total, status\n",
    ];
    let ran = ran.prints(&expected);
    assert_eq!(ran.stderr, "");
    folder.run(&["call", "shop", "get_me", "--describe"]).ends(0).prints(&["It takes no input."]);
    folder.run(&["call", "shop", "delete_order", "--describe"]).ends(0).prints(&["  id  a whole number"]);
}

#[test]
fn odd_values_are_refused_and_never_panic() {
    let folder = Folder::with_shop();
    for timeout in ["0", "nan", "inf", "-1", "x", "1e400"] {
        let flag = format!("--timeout={timeout}");
        folder.run_with(SHOP_ENVIRONMENT, &["test", "shop", &flag]).ends(2).hides(CANARY);
    }
    let deep = format!("lines:={}", "[".repeat(100_000));
    folder.run(&["call", "shop", "create_order", "-i", "note=x", "-i", &deep]).ends(2).says(&["is not JSON"]);
    folder
        .run_with(
            SHOP_ENVIRONMENT,
            &["test", "shop", "--base-url", &format!("https://u:{CANARY}@example.com")],
        )
        .ends(2)
        .hides(CANARY);
    let control = [("COUPLET_SHOP_USERNAME", "u"), ("COUPLET_SHOP_PASSWORD", "canary\r\nx: y")];
    folder.run_with(&control, &["test", "shop"]).ends(2).says(&["`password` cannot be used"]).hides("canary");
    folder.run(&["call", "shop", "list_orders", "-i", "=1"]).ends(2);
    folder.run(&["call", "shop", "list_orders", "-i", "limit=99999999999999999999"]).ends(2);
    folder
        .run(&["call", "shop", "get_order", "-i", "id=@no-such-file"])
        .ends(1)
        .says(&["cannot read `no-such-file`"]);
}
