//! `couplet auth login` at a terminal, which `script` of util-linux gives it: what it asks, and in which order.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A command that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn couplet() -> PathBuf {
    let program = std::env::var_os("COUPLET");
    program.expect("COUPLET names the command: run `tests/peers/run`, which builds it").into()
}

/// A mock of Spotify, and its URL.
fn mock(repository: &Path) -> (Running, String) {
    let mut child = Command::new(couplet())
        .args(["mock", "spotify"])
        .current_dir(repository)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command runs");
    let mut first = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
    output.read_line(&mut first).expect("it speaks UTF-8");
    let url = first.split_whitespace().last().expect("it says where it is").to_owned();
    // It goes on to say what it answers.
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    (Running(child), url)
}

/// Reads what a terminal shows up to a question.
fn until(question: &str, terminal: &mut impl Read, shown: &mut String) {
    let begun = shown.len();
    let mut byte = [0];
    while !shown[begun..].ends_with(question) {
        let count = terminal.read(&mut byte).expect("the terminal is read");
        assert!(count == 1, "`{question}` is not asked: {shown}");
        shown.push(char::from(byte[0]));
    }
}

#[test]
fn a_person_at_a_terminal_is_asked_for_what_is_missing() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (_mock, url) = mock(&repository);
    let folder = std::env::temp_dir().join(format!("couplet-terminal-{}", std::process::id()));
    // The terminal echoes nothing: the command asks for a secret before it turns the echo off, and this test types fast.
    let line = format!("stty -echo; '{}' auth login spotify --base-url {url}", couplet().display());
    let child = Command::new("script")
        .args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"])
        .current_dir(&repository)
        .env("COUPLET_STORE", &folder)
        .env("COUPLET_STORE_KEY", "0f".repeat(32))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child =
        Running(child.expect("this needs `script`: install your system's package bsdutils or util-linux"));
    let mut keyboard = child.0.stdin.take().expect("its input is piped");
    let mut terminal = child.0.stdout.take().expect("its output is piped");
    let mut shown = String::new();
    for (question, answer) in [
        ("2. app\r\n1 to 2: ", "3"),
        ("1 to 2: ", "2"),
        ("(app value `client_id`): ", "mock-client-id"),
        ("(app value `client_secret`), not shown: ", "mock-client-secret"),
    ] {
        until(question, &mut terminal, &mut shown);
        keyboard.write_all(format!("{answer}\n").as_bytes()).expect("the keyboard works");
    }
    terminal.read_to_string(&mut shown).expect("it speaks UTF-8");
    let good = child.0.wait().expect("it ends").success();
    let _ = std::fs::remove_dir_all(&folder);
    assert!(good && shown.contains("connected as `spotify`"), "{shown}");
}
