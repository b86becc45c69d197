//! Canaries: a secret of its own in every place that takes one, of every auth method of every connector; then every
//! action, every way to fail, and every step of connecting, with a provider that repeats all that it was told, in every
//! encoding. Nothing that anyone could see holds any of them: no error, no debug text, no log, no file, no panic, no
//! request to another origin.

mod logs;
mod needles;
mod situations;
mod subjects;

use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::sync::Arc;

use couplet_runtime::generated::v1::{Builder, Client, Method};
use couplet_runtime::store::{FileStore, Store, StoreKey};
use couplet_runtime::{Context, Error};

use logs::Logs;
use needles::Needle;
use situations::ELSEWHERE;
use subjects::Subject;

#[test]
fn no_secret_is_seen_anywhere() {
    let logs = Logs::listen();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let folder = std::env::temp_dir().join(format!("couplet-canary-{}", std::process::id()));
    let (mut leaks, mut texts, mut runs, mut secrets) = (Vec::new(), 0, 0, 0);
    let subjects = subjects::all();
    assert!(subjects.len() > 20, "{} auth methods", subjects.len());
    for subject in &subjects {
        secrets += subject.needles.len();
        let (everything, supplied) = (repeated(subject, true), repeated(subject, false));
        for situation in situations::ALL {
            let (transport, seen) = situations::provider(*situation, Arc::clone(&everything));
            let (anew, seen_anew) = situations::provider(*situation, Arc::clone(&supplied));
            let contexts =
                [transport, anew].map(|transport| Context::new().with_transport(Arc::new(transport)));
            let mut shown = Shown::default();
            runtime.block_on(everything_of(subject, &contexts, &folder, &mut shown));
            runs += shown.runs;
            shown.note("log", logs.take());
            texts += shown.texts.len();
            for (what, text) in &shown.texts {
                for needle in &subject.needles {
                    if let Some(form) = needle.found_in(text) {
                        leaks.push(format!(
                            "{situation:?}, {what}: {} as {form:?} in {text:.300}",
                            needle.slot
                        ));
                    }
                }
            }
            let hosts = [seen.hosts(), seen_anew.hosts()].concat();
            if hosts.iter().any(|host| host == ELSEWHERE) {
                leaks.push(format!("{}: a request followed to another origin", subject.name));
            }
        }
    }
    files(&folder, &subjects, &mut leaks);
    std::fs::remove_dir_all(&folder).expect("the stores are removed");
    let forms: usize =
        subjects.iter().flat_map(|subject| &subject.needles).map(|needle| needle.forms().len()).sum();
    couplet_tests::golden::counted(&format!(
        "canaries: {secrets} secrets of {} auth methods in {forms} forms, {} situations, {runs} runs, {texts} texts, {} leaks",
        subjects.len(),
        situations::ALL.len(),
        leaks.len(),
    ));
    assert!(leaks.is_empty(), "{} leaks, such as:\n{}", leaks.len(), leaks[..leaks.len().min(10)].join("\n"));
}

/// What a provider repeats: the secrets that it was told and, to a client that is connected, those that it issued.
fn repeated(subject: &Subject, issued: bool) -> Arc<str> {
    let needles = subject.needles.iter().filter(|needle| issued || !needle.is_issued);
    needles.flat_map(Needle::forms).cloned().collect::<Vec<_>>().join(" ").into()
}

/// What a program, or a person, could see.
#[derive(Default)]
struct Shown {
    texts: Vec<(String, String)>,
    runs: usize,
}

impl Shown {
    fn note(&mut self, what: &str, text: String) {
        self.texts.push((what.to_owned(), text));
    }

    fn debug(&mut self, what: &str, value: &dyn Debug) {
        self.note(what, format!("{value:?} {value:#?}"));
    }

    /// What an error says, in every way in which it can be asked.
    fn error(&mut self, what: &str, error: &Error) {
        self.runs += 1;
        let mut text = format!("{error} {error:#} {error:?} {error:#?}");
        let parts = [error.message(), error.code(), error.request_id(), error.action()];
        for part in parts.into_iter().flatten() {
            let _ = write!(text, " {part}");
        }
        let mut source = error.source();
        while let Some(cause) = source {
            let _ = write!(text, " {cause} {cause:?}");
            source = cause.source();
        }
        self.note(what, text);
    }

    fn outcome<T>(&mut self, what: &str, outcome: Result<T, Error>) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.runs += 1;
                Some(value)
            }
            Err(error) => {
                self.error(what, &error);
                None
            }
        }
    }
}

/// Runs all that can be done with a method.
async fn everything_of(
    subject: &Subject,
    [connected, anew]: &[Context; 2],
    folder: &std::path::Path,
    shown: &mut Shown,
) {
    let store = FileStore::open(folder, StoreKey::new([7; 32])).expect("a store");
    let store: Arc<dyn Store> = Arc::new(store);
    let builder = subject.builder().with_context(connected).with_store(store, subject.name.replace('/', "."));
    shown.debug("builder", &builder);
    let Some(client) = shown.outcome("build", builder.clone().build()) else { return };
    shown.debug("client", &client);
    for action in subject.plan.actions() {
        let Some(inputs) = subject.inputs(action) else { continue };
        let mut call = client.call(action);
        for (name, value) in &inputs {
            // Bytes are given as they are in exchanges; what does not fit is an error like any other.
            let _ = call.set_json(name, &value.to_string());
        }
        shown.debug("call", &call);
        if let Some(request) = shown.outcome("request", call.build_request()) {
            shown.debug("request", &request);
            shown.note("masked", request.masked());
        }
        shown.outcome(&format!("{}.{}", subject.name, action.name()), call.json().await);
    }
    let request = client.request(Method::Get, "/canary");
    shown.debug("raw request", &request);
    if let Some(response) = shown.outcome("raw", request.send().await) {
        shown.debug("response", &response);
    }
    connection(&client, shown).await;
    connecting(subject, &builder.with_context(anew), shown).await;
}

/// Runs what renews and ends a connection.
async fn connection(client: &Client<'static>, shown: &mut Shown) {
    shown.debug("connection", &client.connection());
    shown.outcome("refresh", client.connection().refresh().await);
    if let Some(status) = shown.outcome("status", client.connection().status().await) {
        shown.debug("status", &status);
    }
    shown.outcome("disconnect", client.connection().disconnect().await);
}

/// Runs what connects.
async fn connecting(subject: &Subject, builder: &Builder<'static>, shown: &mut Shown) {
    if subject.in_a_browser() {
        if let Some(authorization) = shown.outcome("authorization", builder.clone().authorization().await) {
            shown.debug("authorization", &authorization);
            let state = authorization.state();
            for callback in [
                format!("?code=canary.code.q7Zk2pX9wv&state={state}"),
                format!("?error=access_denied&error_description=no&state={state}"),
                "?code=canary.code.q7Zk2pX9wv&state=other".to_owned(),
            ] {
                let completed = builder.clone().complete(authorization.pending(), &callback);
                if let Some(completed) = shown.outcome("complete", completed.await) {
                    shown.debug("completed", &completed);
                }
            }
        }
    } else if let Some(completed) = shown.outcome("connect", builder.clone().connect().await) {
        shown.debug("completed", &completed);
    }
    shown.outcome("open", builder.clone().open().await);
}

/// No file of the stores holds a secret.
fn files(folder: &std::path::Path, subjects: &[Subject], leaks: &mut Vec<String>) {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").filter_map(Result::ok) {
            if entry.path().is_dir() {
                open.push(entry.path());
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(entry.path()).expect("a file")).into_owned();
            let needles = subjects.iter().flat_map(|subject| &subject.needles);
            let found = needles.filter(|needle| needle.found_in(&text).is_some());
            leaks.extend(found.map(|needle| format!("{}: {}", entry.path().display(), needle.slot)));
        }
    }
}

#[test]
fn a_panic_beside_a_secret_does_not_show_it() {
    let secret = couplet_runtime::Secret::from("canary.panic.q7Zk2pX9wv");
    let outcome = std::panic::catch_unwind(|| panic!("{secret:?} in {:?}", [&secret]));
    let said = outcome.expect_err("a panic").downcast::<String>().expect("a text");
    assert!(said.contains("***") && !said.contains("canary"), "{said}");
}
