//! A client of a language server, as an editor is one: requests, notifications and diagnostics over its standard
//! input and output.
//!
//! A server that does not answer in time ends the test with a sentence; nothing here waits for a fixed time.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// How long a server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A language server that runs, and what it said.
#[derive(Debug)]
pub struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    diagnostics: BTreeMap<String, Vec<Value>>,
    settings: Value,
    next: u64,
}

impl Server {
    /// Starts a server and greets it.
    ///
    /// # Panics
    ///
    /// The program does not start, or does not answer.
    #[must_use]
    pub fn start(command: &mut Command, settings: Value) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the language server starts: run `tests/peers/run`, which installs it");
        let input = child.stdin.take().expect("its input is piped");
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut server = Self { child, input, messages, diagnostics: BTreeMap::new(), settings, next: 1 };
        let capabilities = json!({
            "workspace": {"configuration": true},
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": ["markdown", "plaintext"], "snippetSupport": true}},
                "hover": {"contentFormat": ["markdown", "plaintext"]},
            },
        });
        server
            .request("initialize", json!({"processId": null, "rootUri": null, "capabilities": capabilities}));
        server.notify("initialized", json!({}));
        let settings = server.settings.clone();
        server.notify("workspace/didChangeConfiguration", json!({"settings": settings}));
        server
    }

    /// Opens a document and gives the diagnostics that the server publishes for it.
    pub fn open(&mut self, uri: &str, text: &str) -> Vec<Value> {
        self.diagnostics.remove(uri);
        self.notify(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}),
        );
        self.wait(|server| server.diagnostics.get(uri).cloned())
    }

    /// Asks at a place of a document: line and column from 0.
    pub fn ask(&mut self, method: &str, uri: &str, line: usize, column: usize) -> Value {
        self.request(
            method,
            json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}),
        )
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.next;
        self.next += 1;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{method} failed: {message}");
                return message["result"].clone();
            }
            self.take(&message);
        }
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.write(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn wait<T>(&mut self, found: impl Fn(&Self) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            let message = self.receive();
            self.take(&message);
        }
    }

    /// Takes what the server says by itself: diagnostics are kept, its questions get an answer.
    fn take(&mut self, message: &Value) {
        let params = &message["params"];
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = params["uri"].as_str().unwrap_or_default().to_owned();
            self.diagnostics.insert(uri, params["diagnostics"].as_array().cloned().unwrap_or_default());
        } else if message.get("method").is_some() && message.get("id").is_some() {
            let result = match message["method"].as_str() {
                Some("workspace/configuration") => {
                    let items = params["items"].as_array().cloned().unwrap_or_default();
                    items
                        .iter()
                        .map(|item| self.settings[item["section"].as_str().unwrap_or("")].clone())
                        .collect()
                }
                _ => Value::Null,
            };
            self.write(&json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
        }
    }

    fn receive(&self) -> Value {
        self.messages.recv_timeout(PATIENCE).expect("the language server answers")
    }

    fn write(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())
            .expect("the language server reads");
        self.input.flush().expect("the language server reads");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One message: headers, an empty line, JSON.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length:") {
            length = value.trim().parse().ok();
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
