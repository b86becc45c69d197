//! `couplet auth login` against the npm package `oidc-provider`: the command itself, its redirect to this machine, and a
//! person with a browser.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use couplet_peers::http;
use couplet_peers::oidc::{Browser, Provider};

/// Where the manifest says the provider is.
const PLACE: &str = "http://127.0.0.1:1";

/// A folder with the connector and the store, gone with the test.
struct User<'p> {
    provider: &'p Provider,
    folder: PathBuf,
    program: OsString,
}

impl<'p> User<'p> {
    fn of(provider: &'p Provider, name: &str) -> Self {
        let program = std::env::var_os("COUPLET")
            .expect("COUPLET names the command: run `tests/peers/run`, which builds it");
        let folder = std::env::temp_dir().join(format!("couplet-{name}-{}", std::process::id()));
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc/manifest.yaml");
        let text = std::fs::read_to_string(manifest).expect("the manifest is there");
        std::fs::create_dir_all(folder.join("connectors/peer")).expect("a folder");
        let text = text.replace(PLACE, provider.said("issuer"));
        std::fs::write(folder.join("connectors/peer/manifest.yaml"), text).expect("a manifest");
        Self { provider, folder, program }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("COUPLET_STORE", self.folder.join("store"))
            .env("COUPLET_STORE_KEY", "0f".repeat(32))
            .env("COUPLET_PEER_SERVER", format!("{}/api", self.provider.said("issuer")))
            .stdin(Stdio::null());
        command
    }

    /// Starts a login, and gives what it prints line by line.
    fn login(&self, arguments: &[&str]) -> (Running, BufReader<ChildStdout>) {
        let login = ["auth", "login", "peer", "--no-browser", "--allow-private", "--allow-origin"];
        let all = [login.as_slice(), &[self.provider.said("issuer")], arguments].concat();
        let mut child = self.command(&all).stdout(Stdio::piped()).spawn().expect("the command runs");
        let output = child.stdout.take().expect("its output is piped");
        (Running(child), BufReader::new(output))
    }

    /// Runs a command to its good end.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the command runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("it speaks UTF-8")
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn line(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("it speaks UTF-8");
    line.trim().to_owned()
}

/// A command that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ends(mut child: Running, mut output: impl Read) -> String {
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("it speaks UTF-8");
    assert!(child.0.wait().expect("it ends").success(), "{rest}");
    rest
}

#[test]
fn the_command_connects_by_a_redirect_to_this_machine() {
    let provider = Provider::start();
    let user = User::of(&provider, "login");
    let (child, mut output) = user.login(&["--auth", "native", "--app", "client_id=native"]);
    let url = line(&mut output);
    let redirect_uri = http::parameter(&url, "redirect_uri").expect("it says where it listens");
    let callback = Browser::of("ada").allow(&url, &redirect_uri);
    let page = http::send("GET", &callback, &[], "");
    assert!(page.body.contains("You can close this window"), "{page:?}");
    assert!(
        ends(child, output)
            .contains("peer: connected as `peer` (native, with the scope openid offline_access email")
    );

    let used = ["--connection", "peer", "--allow-private"];
    assert!(user.run(&[&["call", "peer", "whoami"], used.as_slice()].concat()).contains(r#""sub": "ada""#));
    assert!(user.run(&["auth", "refresh", "peer", "--allow-private"]).contains("is renewed"));
    assert_eq!(provider.count("refresh_token"), 1);
    assert!(user.run(&[&["call", "peer", "whoami"], used.as_slice()].concat()).contains(r#""sub": "ada""#));
    assert!(user.run(&["auth", "status", "peer"]).contains("is renewed by a refresh token"));
    assert!(user.run(&["auth", "logout", "peer", "--allow-private"]).contains("is forgotten"));
    assert_eq!(provider.asked("/token/revocation").len(), 1);
}
