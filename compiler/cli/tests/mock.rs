//! `couplet mock`, called by `couplet call`, `request` and `test`: both ends of the wire are the command.

mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use support::{Folder, SHOP};

/// A running mock; it is stopped with the test.
struct Mock {
    child: Child,
    url: String,
    credentials: Vec<(String, String)>,
    introduction: String,
}

impl Mock {
    /// Starts a mock and reads what it says of itself, up to the command that it suggests.
    fn start(folder: &Folder, connector: &str) -> Self {
        Self::start_with(folder, &["mock", connector])
    }

    fn start_with(folder: &Folder, arguments: &[&str]) -> Self {
        let mut child = folder
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command runs");
        let mut introduction = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
        while !introduction.contains("couplet call ") {
            let Some(Ok(line)) = lines.next() else {
                let mut error = String::new();
                let _ = child.stderr.take().expect("stderr").read_to_string(&mut error);
                panic!("the mock ended: {introduction}{error}");
            };
            introduction.push_str(&line);
            introduction.push('\n');
        }
        let url = introduction.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"));
        let url = url.expect("a URL").to_owned();
        let pair = |line: &str| {
            let (_, pair) = line.trim().split_once(": ")?;
            let (name, value) = pair.split_once('=')?;
            name.starts_with("COUPLET_").then(|| (name.to_owned(), value.to_owned()))
        };
        let credentials = introduction.lines().filter_map(pair).collect();
        Self { child, url, credentials, introduction }
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        self.credentials.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Stops it and gives what it logged.
    fn stop(mut self) -> String {
        self.child.kill().expect("the mock is stopped");
        let mut log = String::new();
        self.child.stderr.take().expect("stderr").read_to_string(&mut log).expect("the log");
        log
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_mock_is_called_tested_and_asked() {
    let folder = Folder::with_shop();
    let mock = Mock::start(&folder, "shop");
    for part in [
        "Shop is played at http://127.0.0.1:",
        "api_key: COUPLET_SHOP_USERNAME=",
        "GET    /orders/{id}",
        "get_order",
    ] {
        assert!(mock.introduction.contains(part), "{}", mock.introduction);
    }
    let environment = mock.environment();
    assert_eq!(environment.len(), 2, "{}", mock.introduction);
    let run =
        |arguments: &[&str]| folder.run_with(&environment, &[arguments, &["--base-url", &mock.url]].concat());
    run(&["test", "shop"]).ends(0).prints(&["shop: the connection works"]);
    let order = run(&["call", "shop", "get_order", "--input", "id=7"]).ends(0);
    let json: serde_json::Value = serde_json::from_str(&order.stdout).expect("JSON");
    assert!(json["id"].is_i64() && json["total"].is_string(), "{}", order.stdout);
    let lines = r#"lines:=[{"sku":"a","amount":2}]"#;
    run(&["call", "shop", "create_order", "-i", "note=x", "-i", lines]).ends(0).prints(&["\"id\""]);
    run(&["request", "shop", "/orders?limit=2"]).ends(0).prints(&["["]);
    run(&["call", "shop", "delete_order", "-i", "id=7"]).ends(0);
    run(&["request", "shop", "/nowhere"]).ends(1).says(&["404"]);
    let wrong = [("COUPLET_SHOP_USERNAME", "u"), ("COUPLET_SHOP_PASSWORD", support::CANARY)];
    folder
        .run_with(&wrong, &["test", "shop", "--base-url", &mock.url])
        .ends(1)
        .prints(&["does not work (unauthorized)"])
        .says(&["COUPLET_SHOP_PASSWORD"])
        .hides(support::CANARY);
    let log = mock.stop();
    for part in
        ["200 GET /v1/me: ", "200 GET /v1/orders/7: ", "201 POST /v1/orders: ", "404 GET ", "401 GET "]
    {
        assert!(log.contains(part), "the log lacks {part}:\n{log}");
    }
    assert!(
        !log.contains(support::CANARY) && !log.contains(&support::base64(support::CANARY.as_bytes())),
        "{log}"
    );
}

#[test]
fn what_couplet_new_writes_is_played_and_called_at_once() {
    let folder = Folder::new();
    for (name, auth) in [("a-one", "basic"), ("a-two", "bearer"), ("a-three", "api_key"), ("a-four", "none")]
    {
        folder.run(&["new", name, "--auth", auth]).ends(0);
        let mock = Mock::start(&folder, name);
        let run = |arguments: &[&str]| {
            folder.run_with(&mock.environment(), &[arguments, &["--base-url", &mock.url]].concat()).ends(0)
        };
        run(&["test", name]).prints(&["the connection works"]);
        run(&["call", name, "get_me"]).prints(&["\"id\""]);
        run(&["call", name, "create_user", "--input", "name=Ada"]).prints(&["\"id\""]);
    }
}

/// The shop with methods whose credentials are keys and tokens.
fn with_keys() -> Folder {
    let folder = Folder::new();
    let methods = "auth:
  assertion:
    type: jwt
    credentials: {id: string, private_key: {type: string, secret: true}}
    assertion: {algorithm: ES256, key: '{{ credentials.private_key }}', claims: {iss: '{{ credentials.id }}'}}
  machine: {type: oauth2, grant: client_credentials, token_url: 'https://shop.example.com/token'}
";
    folder.write("connectors/shop/manifest.yaml", &SHOP.replace("auth:\n", methods));
    folder
}

#[test]
fn credentials_are_written_for_calls() {
    let folder = with_keys();
    let mock = Mock::start_with(&folder, &["mock", "shop", "--credentials", "mock.json"]);
    let key = "assertion: COUPLET_SHOP_PRIVATE_KEY is a key or a certificate: `--credentials FILE` writes it";
    assert!(mock.introduction.contains(key), "{}", mock.introduction);
    assert!(!mock.introduction.contains("BEGIN PRIVATE KEY"), "{}", mock.introduction);
    let path = folder.path("mock.json");
    #[cfg(unix)]
    {
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).expect("a file").permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(std::fs::read_to_string(&path).expect("a file").contains("BEGIN PRIVATE KEY"));
    for method in ["assertion", "machine"] {
        let arguments =
            ["call", "shop", "get_order", "-i", "id=7", "--credentials", "mock.json", "--auth", method];
        folder.run(&[&arguments[..], &["--base-url", &mock.url]].concat()).ends(0).prints(&["\"id\""]);
    }
    let suggested = mock.introduction.lines().last().expect("a suggestion");
    let words: Vec<_> = suggested.split_whitespace().skip(1).collect();
    assert!(words.starts_with(&["call", "shop"]) && words.contains(&"--auth"), "{suggested}");
    folder.run(&words).ends(0).prints(&["\"name\""]);
    let log = mock.stop();
    for part in ["200 POST /token: fine: a token is issued", "200 GET /v1/orders/7: fine"] {
        assert!(log.contains(part), "the log lacks {part}:\n{log}");
    }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let folder = Folder::with_shop();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();
    folder
        .run(&["mock", "shop", "--port", &port])
        .ends(1)
        .says(&[&format!("cannot listen on port {port}"), "leave out `--port`"]);
    folder.write("connectors/shop/manifest.yaml", &SHOP.replace("get: /me", "gte: /me"));
    folder.run(&["mock", "shop"]).ends(1).says(&["unknown-key"]);
}
