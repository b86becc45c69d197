//! Runs the built command in a folder of its own, and plays a provider that says what a test wants it to say.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses its part")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::{env, fs, process, thread};

/// A folder that is gone with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("cli-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    /// A folder with `connectors/shop`.
    pub fn with_shop() -> Self {
        let folder = Self::new();
        folder.write("connectors/shop/manifest.yaml", SHOP);
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The command, with nothing of this process's environment that could matter to it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_couplet"));
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let upper = name.to_uppercase();
            if upper.starts_with("COUPLET_") || upper.ends_with("_PROXY") || upper.contains("COLOR") {
                command.env_remove(name);
            }
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Runs with environment variables.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).envs(variables.iter().copied()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Ran {
    fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the command runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code().expect("no signal ends it"),
        }
    }

    /// Ends with this code, or shows what it said.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Says all of this on stderr.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "stderr lacks {text:?}:\n{}", self.stderr);
        }
        self
    }

    /// Prints all of this on stdout.
    #[track_caller]
    pub fn prints(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stdout.contains(text), "stdout lacks {text:?}:\n{}", self.stdout);
        }
        self
    }

    /// Shows a secret nowhere, in no encoding.
    #[track_caller]
    pub fn hides(self, secret: &str) -> Self {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let all = format!("{}{}", self.stdout, self.stderr);
        for form in
            [secret.to_owned(), hex, base64(secret.as_bytes()), base64(format!("u:{secret}").as_bytes())]
        {
            assert!(!all.contains(form.trim_end_matches('=')), "the secret is shown as {form}:\n{all}");
        }
        self
    }
}

/// Base64 (RFC 4648, section 4).
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .chain([0, 0].iter().take(3 - chunk.len()))
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        for place in 0..4 {
            let digit = word >> (18 - 6 * place) & 63;
            let is_padding = place > chunk.len();
            out.push(if is_padding { '=' } else { char::from(DIGITS[digit as usize]) });
        }
    }
    out
}

/// A provider that answers one request after another, each with the next of its answers, and reports the requests.
pub struct Provider {
    pub url: String,
    requests: mpsc::Receiver<String>,
}

impl Provider {
    /// Each answer: status, content type, body.
    pub fn start(answers: &[(u16, &str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, requests) = mpsc::channel();
        let answers: Vec<_> = answers
            .iter()
            .map(|(status, media, body)| (*status, media.to_string(), body.to_string()))
            .collect();
        thread::spawn(move || {
            for (status, media, body) in answers {
                let Ok((stream, _)) = listener.accept() else { return };
                let mut reader = BufReader::new(stream);
                let mut head = String::new();
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                        break;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap_or(0);
                    }
                    head.push_str(&line);
                }
                let mut content = vec![0; length];
                let _ = reader.read_exact(&mut content);
                let _ = sender.send(format!("{head}\r\n{}", String::from_utf8_lossy(&content)));
                let _ = write!(
                    reader.get_mut(),
                    "HTTP/1.1 {status} X\r\ncontent-type: {media}\r\ncontent-length: {}\r\nx-request-id: r-1\r\n\
                     connection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { url, requests }
    }

    /// The next request that came.
    pub fn request(&self) -> String {
        self.requests.recv_timeout(std::time::Duration::from_secs(20)).expect("a request")
    }

    /// Whether no request came that was not asked for yet.
    pub fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

/// A provider with one auth method, as many have it.
pub const SHOP: &str = r"couplet: 1
name: shop
version: 0.1.0
title: Shop
description: Orders of a shop.
links: {docs: https://shop.example.com/docs}
setup:
  trial: {offered: false}
  sandbox: {required: false}
  partnership: {required: false}
  steps:
    api_key:
      - Open **Settings**, and copy the API key.
categories: [other]
auth:
  api_key:
    type: basic
    username: {title: User ID, pattern: '^[a-z0-9]+$'}
    password: {title: API key, secret: true}
api:
  base_url: https://shop.example.com/v1
  errors:
    - {when: {status: 401}, kind: unauthorized, message: '{{ response.body.message }}'}
test: get_me
types:
  Order:
    fields:
      id: {type: integer, format: int64}
      total: {type: string, format: decimal}
      status: {enum: [open, paid], optional: true}
  Line:
    fields:
      sku: string
      amount: integer
actions:
  get_me:
    summary: The account
    get: /me
    output: {fields: {name: string}}
  get_order:
    summary: One order
    get: /orders/{id}
    input: {id: {type: integer, format: int64}}
    output: Order
  list_orders:
    summary: Orders
    get: /orders
    input:
      limit: {type: integer, minimum: 1, maximum: 100, optional: true}
      paid: {type: boolean, optional: true}
      tags: {type: array, items: string, optional: true}
    output: [Order]
  create_order:
    summary: Order something
    post: /orders
    input:
      note: string
      lines: [Line]
      voucher: {type: string, secret: true, optional: true}
    output: {status: 201, type: Order}
  get_invoice:
    summary: The invoice as a file
    get: /orders/{id}/invoice
    input: {id: {type: integer, format: int64}}
    output: {as: binary}
  delete_order:
    summary: Forget an order
    delete: /orders/{id}
    input: {id: {type: integer, format: int64}}
";

/// The environment that has the shop's credentials.
pub const SHOP_ENVIRONMENT: &[(&str, &str)] =
    &[("COUPLET_SHOP_USERNAME", "u"), ("COUPLET_SHOP_PASSWORD", CANARY)];

/// A secret that no output may show.
pub const CANARY: &str = "canary-Zq83+kd/secret";
