//! `couplet auth` and `--connection`, against a provider on this machine.

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use support::{CANARY, Folder, Provider, SHOP, SHOP_ENVIRONMENT};

/// The shop with every way to connect.
fn folder() -> Folder {
    let folder = Folder::new();
    let methods = r"auth:
  oauth:
    type: oauth2
    grant: authorization_code
    authorization_url: https://shop.example.com/authorize
    token_url: https://shop.example.com/token
    revocation_url: https://shop.example.com/revoke
    scopes: {orders: Read orders}
    issuer: https://shop.example.com
    capture: {account: {value: '{{ response.body.account }}', optional: true}}
    connect:
      - get: /sites
        choose: {name: site, from: '{{ response.body }}', value: id, label: name}
  machine:
    type: oauth2
    grant: client_credentials
    token_url: https://shop.example.com/token
  device:
    type: oauth2
    grant: device_code
    client_auth: none
    device_authorization_url: https://shop.example.com/device
    token_url: https://shop.example.com/token
";
    folder.write("connectors/shop/manifest.yaml", &SHOP.replace("auth:\n", methods));
    folder
}

const APP: [(&str, &str); 2] =
    [("COUPLET_SHOP_CLIENT_ID", "client-1"), ("COUPLET_SHOP_CLIENT_SECRET", "app-secret-Qw7!/x")];
const JSON: &str = "application/json";
const TOKEN: &str = r#"{"access_token":"access-1-Zz/9+","token_type":"bearer","expires_in":3600,
    "refresh_token":"refresh-1-Yy","account":"a-7","scope":"orders"}"#;

/// The environment of a user whose connections are in a folder of the test's.
fn variables<'a>(store: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("COUPLET_STORE", store), ("COUPLET_STORE_KEY", KEY), ("BROWSER", "/no/such/browser")];
    all.extend(more);
    all
}

const KEY: &str = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";
const OTHER_KEY: &str = "0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e";

/// A login in a browser that runs, with the URL that it printed.
struct Login {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    url: String,
}

impl Login {
    fn start(folder: &Folder, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut child = folder
            .command(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command runs");
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut url = String::new();
        output.read_line(&mut url).expect("a URL");
        Self { child, output, url: url.trim().to_owned() }
    }

    fn parameter(&self, name: &str) -> String {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.filter(|(known, _)| *known == name).map(|(_, value)| decoded(value)).next();
        found.unwrap_or_else(|| panic!("{} has no {name}", self.url))
    }

    /// Comes back with a query, as a browser does, and gives what the page says.
    fn redirect(&self, query: &str) -> String {
        let uri = self.parameter("redirect_uri");
        let (authority, path) =
            uri.strip_prefix("http://").and_then(|uri| uri.split_once('/')).expect("loopback");
        get(authority, &format!("/{path}?{query}"), authority)
    }

    fn ends(mut self, code: i32) -> (String, String) {
        let status = self.child.wait().expect("it ends");
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.output.read_to_string(&mut stdout).expect("text");
        self.child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("text");
        assert_eq!(status.code(), Some(code), "stdout:\n{stdout}\nstderr:\n{stderr}");
        for secret in ["app-secret-Qw7", "access-1-Zz", "refresh-1-Yy", "code-1-Xx"] {
            assert!(
                !stdout.contains(secret) && !stderr.contains(secret),
                "{secret} is shown:\n{stdout}\n{stderr}"
            );
        }
        (stdout, stderr)
    }
}

fn get(authority: &str, target: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(authority).expect("it listens");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).expect("text")
}

#[test]
fn a_login_in_a_browser_comes_back_to_this_machine() {
    let folder = folder();
    let store = folder.path("store").display().to_string();
    let sites = r#"[{"id":"s1","name":"One"},{"id":"s2","name":"Two"}]"#;
    let provider = Provider::start(&[
        (200, JSON, TOKEN),
        (200, JSON, sites),
        (200, JSON, r#"{"name":"Ada"}"#),
        (200, JSON, r#"{"name":"Ada"}"#),
        (
            200,
            JSON,
            r#"{"access_token":"access-2","token_type":"bearer","expires_in":3600,"refresh_token":"refresh-2"}"#,
        ),
        (200, JSON, "{}"),
    ]);
    let environment = variables(&store, &APP);
    let base = ["--base-url", provider.url.as_str()];
    let arguments = [
        "auth",
        "login",
        "shop",
        "--auth",
        "oauth",
        "--connection",
        "mine",
        "--no-browser",
        "--choose",
        "site=s2",
    ];
    let login = Login::start(&folder, &environment, &[&arguments[..], &base].concat());
    assert!(login.url.starts_with(&format!("{}/authorize?", provider.url)), "{}", login.url);
    assert_eq!(login.parameter("client_id"), "client-1");
    assert_eq!(login.parameter("code_challenge_method"), "S256");
    let redirect_uri = login.parameter("redirect_uri");
    let authority =
        redirect_uri.strip_prefix("http://").and_then(|uri| uri.strip_suffix("/callback")).expect("loopback");
    // What is not the redirect changes nothing.
    assert!(get(authority, "/favicon.ico", authority).starts_with("HTTP/1.1 404 "));
    assert!(get(authority, "/callback?code=x&state=y", "rebound.example.com").starts_with("HTTP/1.1 404 "));
    let state = login.parameter("state");
    let page = login.redirect(&format!("code=code-1-Xx&state={state}&iss=https%3A%2F%2Fshop.example.com"));
    assert!(page.contains("You can close this window"), "{page}");
    let (stdout, stderr) = login.ends(0);
    assert!(
        stdout.contains(
            "shop: connected as `mine` (oauth, with the scope orders; its token ends in 59 minutes)"
        ) || stdout.contains("its token ends in 60 minutes)"),
        "{stdout}"
    );
    assert!(stderr.contains("Connect an account of Shop"), "{stderr}");
    let exchange = provider.request();
    assert!(exchange.starts_with("POST /token "), "{exchange}");
    assert!(exchange.contains("code=code-1-Xx") && exchange.contains("code_verifier="), "{exchange}");
    assert!(provider.request().starts_with("GET /sites "));
    assert!(provider.request().contains("authorization: bearer access-1-Zz/9+"));

    is_used_and_given_back(&folder, &store, &provider);
}

/// From here on neither app values nor credentials are asked for.
fn is_used_and_given_back(folder: &Folder, store: &str, provider: &Provider) {
    let base = ["--base-url", provider.url.as_str()];
    let environment = variables(store, &[]);
    folder
        .run_with(
            &environment,
            &[&["call", "shop", "get_me", "--connection", "mine", "-v"][..], &base].concat(),
        )
        .ends(0)
        .prints(&["Ada"])
        .says(&["> authorization: bearer ***"])
        .hides("access-1-Zz/9+");
    assert!(provider.request().contains("authorization: bearer access-1-Zz/9+"));
    folder
        .run_with(&environment, &["auth", "status", "shop"])
        .ends(0)
        .prints(&["mine shop (oauth)", "site=s2", "scope: orders", "is renewed by a refresh token"])
        .hides("access-1-Zz/9+")
        .hides("refresh-1-Yy")
        .hides("app-secret-Qw7!/x");
    folder
        .run_with(&environment, &["auth", "status", "--format", "json"])
        .ends(0)
        .prints(&[r#""connection": "mine""#, r#""has_refresh_token": true"#, r#""broken": null"#])
        .hides("refresh-1-Yy");
    folder
        .run_with(&environment, &[&["auth", "refresh", "shop", "--connection", "mine"][..], &base].concat())
        .ends(0)
        .prints(&["the token of `mine` is renewed"]);
    let refresh = provider.request();
    assert!(
        refresh.contains("grant_type=refresh_token") && refresh.contains("client_secret=app-secret"),
        "{refresh}"
    );
    folder
        .run_with(&environment, &[&["auth", "logout", "shop", "--connection", "mine"][..], &base].concat())
        .ends(0)
        .prints(&["the connection `mine` is forgotten"]);
    assert!(provider.request().starts_with("POST /revoke "));
    folder
        .run_with(&environment, &["call", "shop", "get_me", "--connection", "mine"])
        .ends(2)
        .says(&["there is no connection `mine`", "couplet auth login shop --connection mine"]);
    let left: Vec<_> =
        std::fs::read_dir(store).expect("the store").flatten().map(|entry| entry.file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_redirect_that_is_not_of_the_login_is_refused() {
    let folder = folder();
    let store = folder.path("store").display().to_string();
    let provider = Provider::start(&[]);
    let environment = variables(&store, &APP);
    for (query, says) in [
        (
            "code=code-1-Xx&state=wrong&iss=https%3A%2F%2Fshop.example.com",
            "`state` is not of this authorization",
        ),
        ("code=code-1-Xx", "has no `state`"),
        (
            "code=code-1-Xx&state={state}&iss=https%3A%2F%2Fevil.example.com",
            "`iss` is not https://shop.example.com",
        ),
        ("code=code-1-Xx&state={state}", "the redirect has no `iss`"),
        (
            "error=access_denied&state={state}&iss=https%3A%2F%2Fshop.example.com",
            "has not allowed the connection",
        ),
        (
            "error=invalid_request&error_description=redirect_uri%20unknown&state={state}&iss=https%3A%2F%2Fshop.example.com",
            "register that, or say the one that is: `--app redirect_uri=URI`",
        ),
    ] {
        let arguments =
            ["auth", "login", "shop", "--auth", "oauth", "--no-browser", "--base-url", provider.url.as_str()];
        let login = Login::start(&folder, &environment, &arguments);
        let page = login.redirect(&query.replace("{state}", &login.parameter("state")));
        assert!(page.contains("the terminal says why"), "{page}");
        let (_, stderr) = login.child_ends();
        assert!(stderr.contains(says), "{query}:\n{stderr}");
        assert!(provider.is_quiet());
    }
    folder.run_with(&environment, &["auth", "status"]).ends(0).says(&["nothing is connected yet"]);
}

impl Login {
    /// Ends with a failure, whichever it is.
    fn child_ends(mut self) -> (String, String) {
        let code = self.child.wait().expect("it ends").code().expect("no signal");
        assert!(code == 1 || code == 2, "{code}");
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.output.read_to_string(&mut stdout).expect("text");
        self.child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("text");
        assert!(!stderr.contains("code-1-Xx") && !stderr.contains("panicked"), "{stderr}");
        (stdout, stderr)
    }
}

#[test]
fn a_redirect_to_another_machine_is_pasted() {
    let folder = folder();
    let store = folder.path("store").display().to_string();
    let provider = Provider::start(&[
        (200, JSON, TOKEN),
        (200, JSON, r#"[{"id":"s1","name":"One"}]"#),
        (200, JSON, r#"{"name":"Ada"}"#),
    ]);
    let environment = variables(&store, &APP);
    let arguments = [
        "auth",
        "login",
        "shop",
        "--auth",
        "oauth",
        "--app",
        "redirect_uri=https://app.example.com/cb",
        "--base-url",
        provider.url.as_str(),
    ];
    let mut login = Login::start(&folder, &environment, &arguments);
    assert_eq!(login.parameter("redirect_uri"), "https://app.example.com/cb");
    let state = login.parameter("state");
    let mut input = login.child.stdin.take().expect("piped");
    writeln!(
        input,
        "https://app.example.com/cb?code=code-1-Xx&state={state}&iss=https%3A%2F%2Fshop.example.com"
    )
    .expect("it reads");
    let (stdout, stderr) = login.ends(0);
    assert!(stdout.contains("connected as `shop`"), "{stdout}");
    assert!(stderr.contains("paste the address"), "{stderr}");
}

#[test]
fn a_wrong_key_and_a_wrong_name_say_what_to_do() {
    let folder = Folder::with_shop();
    let store = folder.path("store").display().to_string();
    let provider = Provider::start(&[(200, JSON, r#"{"name":"Ada"}"#), (200, JSON, r#"{"name":"Ada"}"#)]);
    let environment = variables(&store, SHOP_ENVIRONMENT);
    let base = ["--base-url", provider.url.as_str()];
    folder
        .run_with(&environment, &[&["auth", "login", "shop", "--connection", "work"][..], &base].concat())
        .ends(0)
        .prints(&["shop: connected as `work` (api_key; it has no token that ends)"])
        .says(&["Open **Settings**", "the connection test of the connector passed"])
        .hides(CANARY);
    let environment = variables(&store, &[]);
    folder
        .run_with(&environment, &[&["test", "shop", "--connection", "work"][..], &base].concat())
        .ends(0)
        .prints(&["the connection works"]);
    folder.run_with(&environment, &["test", "shop", "--connection", "wrk"]).ends(2).says(&[
        "there is no connection `wrk`",
        "did you mean `work`?",
        "couplet auth login shop --connection wrk",
    ]);
    let other = [("COUPLET_STORE", store.as_str()), ("COUPLET_STORE_KEY", OTHER_KEY)];
    folder
        .run_with(&other, &["test", "shop", "--connection", "work"])
        .ends(1)
        .says(&["was sealed with another key", "COUPLET_STORE_KEY_COMMAND"]);
    folder
        .run_with(&environment, &["auth", "logout", "shop", "--connection", "work"])
        .ends(0)
        .prints(&["is forgotten"]);
    folder
        .run_with(&environment, &["auth", "refresh", "shop"])
        .ends(2)
        .says(&["no account of `shop` is connected"]);
    folder
        .run_with(&environment, &["auth", "login", "shop", "--connection", "a:b"])
        .ends(2)
        .says(&["`a:b` cannot be the name of a connection"]);
}

#[test]
fn credentials_that_do_not_work_are_not_stored() {
    let folder = Folder::with_shop();
    let store = folder.path("store").display().to_string();
    let provider = Provider::start(&[(401, JSON, r#"{"message":"no"}"#)]);
    let environment = variables(&store, SHOP_ENVIRONMENT);
    folder
        .run_with(&environment, &["auth", "login", "shop", "--base-url", &provider.url])
        .ends(1)
        .says(&["nothing was stored", "`password` came from the environment variable COUPLET_SHOP_PASSWORD"])
        .hides(CANARY);
    folder.run_with(&environment, &["auth", "status"]).ends(0).says(&["nothing is connected yet"]);
}

#[test]
fn a_method_that_needs_no_person_works_without_a_login() {
    let folder = folder();
    let store = folder.path("store").display().to_string();
    let token = r#"{"access_token":"access-1-Zz/9+","token_type":"Bearer","expires_in":3600}"#;
    let provider = Provider::start(&[(200, JSON, token), (200, JSON, r#"{"name":"Ada"}"#)]);
    let environment = variables(&store, &APP);
    folder
        .run_with(
            &environment,
            &["call", "shop", "get_me", "--auth", "machine", "-v", "--base-url", provider.url.as_str()],
        )
        .ends(0)
        .prints(&["Ada"])
        .hides("access-1-Zz/9+")
        .hides("app-secret-Qw7!/x");
    assert!(provider.request().contains("grant_type=client_credentials"));
    assert!(provider.request().contains("authorization: Bearer access-1-Zz/9+"));
    folder
        .run_with(&environment, &["call", "shop", "get_me", "--auth", "oauth"])
        .ends(2)
        .says(&["needs a person who allows it first", "couplet auth login shop --auth oauth"]);
    assert!(!folder.path("store").exists());
}

#[test]
fn a_login_on_another_device_shows_the_code() {
    let folder = folder();
    let store = folder.path("store").display().to_string();
    let begun = r#"{"device_code":"device-1","user_code":"WDJB-MJHT","verification_uri":"https://shop.example.com/go",
        "expires_in":600,"interval":1}"#;
    let provider = Provider::start(&[
        (200, JSON, begun),
        (400, JSON, r#"{"error":"authorization_pending"}"#),
        (200, JSON, TOKEN),
        (200, JSON, r#"{"name":"Ada"}"#),
    ]);
    let environment = variables(&store, &APP[..1]);
    folder
        .run_with(
            &environment,
            &[
                "auth",
                "login",
                "shop",
                "--auth",
                "device",
                "--no-browser",
                "--base-url",
                provider.url.as_str(),
            ],
        )
        .ends(0)
        .prints(&["WDJB-MJHT\n", "https://shop.example.com/go\n", "connected as `shop` (device"])
        .hides("device-1");
}

#[test]
fn a_lost_grant_names_the_login() {
    let folder = folder();
    let store = folder.path("store").display().to_string();
    let short = r#"{"access_token":"access-1-Zz/9+","token_type":"bearer","expires_in":3600,"refresh_token":"refresh-1-Yy"}"#;
    let provider = Provider::start(&[
        (200, JSON, short),
        (200, JSON, r#"[{"id":"s1","name":"One"}]"#),
        (200, JSON, r#"{"name":"Ada"}"#),
        (400, JSON, r#"{"error":"invalid_grant","error_description":"refresh-1-Yy is revoked"}"#),
    ]);
    let environment = variables(&store, &APP);
    let base = ["--base-url", provider.url.as_str()];
    let login = Login::start(
        &folder,
        &environment,
        &[&["auth", "login", "shop", "--auth", "oauth", "--no-browser"][..], &base].concat(),
    );
    login.redirect(&format!(
        "code=code-1-Xx&state={}&iss=https%3A%2F%2Fshop.example.com",
        login.parameter("state")
    ));
    login.ends(0);
    for arguments in
        [["auth", "refresh", "shop"].as_slice(), &["call", "shop", "get_me", "--connection", "shop"]]
    {
        folder
            .run_with(&environment, &[arguments, &base].concat())
            .ends(1)
            .says(&[
                "no longer accepts this connection",
                "connect the account again: `couplet auth login shop`",
            ])
            .hides("refresh-1-Yy");
    }
    folder
        .run_with(&environment, &["auth", "status", "shop"])
        .ends(0)
        .prints(&["broken: ", "no longer accepts this connection"])
        .hides("refresh-1-Yy");
    folder
        .run_with(&environment, &["auth", "logout", "shop", "--base-url", "http://127.0.0.1:1"])
        .ends(1)
        .says(&["`--forget` forgets the connection all the same"]);
    folder
        .run_with(&environment, &["auth", "logout", "shop", "--forget", "--base-url", "http://127.0.0.1:1"])
        .ends(0)
        .says(&["the provider was not told"]);
}
