//! The npm package `oidc-provider`, started as a program by `oidc/server.mjs`, and a person in front of it.

mod browser;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use couplet_compiler::{Arena, Diagnostics, SourceFile, Sources, lower, parse, validate};
use couplet_runtime::Context;
use couplet_runtime::generated::v1::{Builder, Client, Plan};
use serde_json::{Value, json};

pub use self::browser::Browser;
use crate::http;

/// Where the manifest says the provider is.
const PLACE: &str = "http://127.0.0.1:1";

/// A provider that runs, and the connector of its manifest.
#[derive(Debug)]
pub struct Provider {
    child: Child,
    said: Value,
    plan: Plan<'static>,
}

impl Provider {
    /// Starts a provider on a port of its own.
    ///
    /// # Panics
    ///
    /// It does not start, or the manifest does not compile.
    #[must_use]
    pub fn start() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc");
        let mut child = Command::new("node")
            .arg(here.join("server.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts: run `tests/peers/run`, which installs it");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        output.read_line(&mut line).expect("it speaks UTF-8");
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!("the provider did not start: run `tests/peers/run`, which installs it")
        });
        let text = std::fs::read_to_string(here.join("manifest.yaml")).expect("the manifest is there");
        let plan = compile(&text.replace(PLACE, said["issuer"].as_str().expect("it says its issuer")));
        Self { child, said, plan }
    }

    /// What it said of itself when it started: `issuer`, `callback`, `rs256`, `es256`.
    #[must_use]
    pub fn said(&self, name: &str) -> &str {
        self.said[name].as_str().unwrap_or_else(|| panic!("it says `{name}`"))
    }

    /// A builder of its connector with one auth method.
    ///
    /// # Panics
    ///
    /// There is no such method.
    #[must_use]
    pub fn builder(&self, method: &str) -> Builder<'static> {
        let connector = self.plan.connector();
        let place = connector.auth().iter().position(|known| known.name() == method);
        Builder::new(&connector, place.unwrap_or_else(|| panic!("the manifest has `{method}`")))
            .with_context(&Context::new().allow_private_addresses())
            .config("server", format!("{}/api", self.said("issuer")))
    }

    /// Calls an action that takes nothing.
    ///
    /// # Errors
    ///
    /// The call fails.
    ///
    /// # Panics
    ///
    /// There is no such action.
    pub async fn call(
        &self,
        client: &Client<'static>,
        action: &str,
    ) -> Result<Value, couplet_runtime::Error> {
        let action = self.plan.action(action).unwrap_or_else(|| panic!("the manifest has `{action}`"));
        let answer = client.call(&action).json().await?;
        Ok(serde_json::from_str(&answer.json).expect("the answer is JSON"))
    }

    /// What was asked of a path, and answered, in order: `method`, `path`, `query`, `authorization`, `form`, `status`,
    /// `answer`.
    #[must_use]
    pub fn asked(&self, path: &str) -> Vec<Value> {
        let log = self.command("GET", "/peer/log", &Value::Null);
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.into_iter().filter(|entry| entry["path"] == path).collect()
    }

    /// How many token requests of a grant there were.
    #[must_use]
    pub fn count(&self, grant: &str) -> usize {
        self.asked("/token").iter().filter(|entry| entry["form"]["grant_type"] == grant).count()
    }

    /// Drops every access token. Refresh tokens stay.
    pub fn drop_tokens(&self) {
        self.command("POST", "/peer/drop", &Value::Null);
    }

    /// Answers the next request of a path with this.
    pub fn answer_next(&self, path: &str, status: u16, body: &Value) {
        self.command("POST", "/peer/fault", &json!({"path": path, "status": status, "body": body}));
    }

    /// Carries the next request of a path out, and closes the connection in the place of an answer.
    pub fn lose_next(&self, path: &str) {
        self.command("POST", "/peer/fault", &json!({"path": path, "lost": true}));
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http::send(method, &format!("{}{path}", self.said("issuer")), &[], &text);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Plan of a manifest's text.
fn compile(text: &str) -> Plan<'static> {
    // A Plan lives in its arena, and this one as long as the tests.
    let arena: &'static Arena = Box::leak(Box::default());
    let sources = Sources::new(SourceFile::new("manifest.yaml", text));
    let mut diagnostics = Diagnostics::default();
    let connector = parse(&sources, &mut diagnostics)
        .and_then(|document| validate(&document, &mut diagnostics))
        .and_then(|manifest| lower(&manifest, arena, &mut diagnostics));
    match connector {
        Ok(connector) => connector.plan,
        Err(_) => panic!("the manifest does not compile: {:#?}", diagnostics.sorted()),
    }
}
