//! How fast records are read and written.

use std::{
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant},
};

use couplet_runtime::generated::v1;

const RECORDS: usize = 100_000;
const ROUNDS: usize = 7;

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Derived {
    id: i64,
    first_name: String,
    last_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    created_at: String,
    updated_at: String,
    amount: f64,
    currency: String,
    active: bool,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    owner: DerivedOwner,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct DerivedOwner {
    id: i64,
    name: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Generated {
    id: i64,
    first_name: String,
    last_name: String,
    email: Option<String>,
    created_at: String,
    updated_at: String,
    amount: f64,
    currency: String,
    active: bool,
    tags: Vec<String>,
    notes: Option<String>,
    owner: GeneratedOwner,
}
v1::record!(Generated {
    id = "id", first_name = "first_name", last_name = "last_name", email = "email" optional, created_at = "created_at",
    updated_at = "updated_at", amount = "amount", currency = "currency", active = "active", tags = "tags",
    notes = "notes" optional, owner = "owner",
});

#[derive(Debug, Clone, PartialEq)]
struct GeneratedOwner {
    id: i64,
    name: String,
}
v1::record!(GeneratedOwner { id = "id", name = "name" });

/// Measures and prints.
pub fn run() {
    let json = records();
    let derived: Vec<Derived> = serde_json::from_str(&json).expect("records");
    let generated: Vec<Generated> = v1::from_json(&json).expect("records");
    let written = (serde_json::to_string(&derived).expect("JSON"), v1::to_json(&generated));
    assert_eq!(written.0, written.1, "both write the same");
    println!("{RECORDS} records of {} bytes; MB/s, the best of {ROUNDS} rounds", json.len() / RECORDS);
    let decode = (
        best(|| drop(black_box(serde_json::from_str::<Vec<Derived>>(&json).expect("records")))),
        best(|| drop(black_box(v1::from_json::<Vec<Generated>>(&json).expect("records")))),
    );
    let encode = (
        best(|| drop(black_box(serde_json::to_string(&derived).expect("JSON")))),
        best(|| drop(black_box(v1::to_json(&generated)))),
    );
    for (what, bytes, (theirs, ours)) in [("decode", json.len(), decode), ("encode", written.0.len(), encode)]
    {
        let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
        let ratio = speed(ours) / speed(theirs);
        println!("{what}: derive {:5.0}, generated {:5.0}: {ratio:.2} ×", speed(theirs), speed(ours));
    }
}

fn best(mut work: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(once).min().unwrap_or_default()
}

fn records() -> String {
    let mut json = String::from("[");
    for id in 0..RECORDS {
        if id > 0 {
            json.push(',');
        }
        let _ = write!(
            json,
            r#"{{"id":{id},"first_name":"Ada{id}","last_name":"Lovelace","email":"ada{id}@example.com","created_at":"2024-03-01T12:00:00Z","updated_at":"2024-03-01T12:00:00Z","amount":{}.25,"currency":"EUR","active":true,"tags":["alpha","beta"],"notes":null,"extra_unknown":"some text that nobody asked for","owner":{{"id":7,"name":"Owner name"}}}}"#,
            id % 1_000
        );
    }
    json.push(']');
    json
}
