//! `check` and `build` over 1,000 manifests of about 10 KB, against the time that the YAML parser alone needs for the
//! same bytes. CPU time of one thread, the best of some rounds.

use std::fmt::Write as _;
use std::hint::black_box;

use couplet_compiler::{Arena, Diagnostics, SourceFile, Sources, emit, lower, parse, validate};

const MANIFESTS: usize = 1_000;
const ROUNDS: usize = 5;

fn main() {
    let texts: Vec<String> = (0..MANIFESTS).map(manifest).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let sources: Vec<Sources> =
        texts.iter().map(|text| Sources::new(SourceFile::new("manifest.yaml", text.clone()))).collect();
    let yaml = best(|| texts.iter().for_each(|text| events(text)));
    let parsed = best(|| sources.iter().for_each(|sources| stages(sources, 1)));
    let validated = best(|| sources.iter().for_each(|sources| stages(sources, 2)));
    let checked = best(|| sources.iter().for_each(|sources| stages(sources, 3)));
    let built = best(|| sources.iter().for_each(|sources| stages(sources, 4)));
    println!(
        "{MANIFESTS} manifests, {bytes} bytes; CPU time of all, and how many times that of the YAML parser"
    );
    for (name, time) in [
        ("granit-parser alone", yaml),
        ("parse", parsed),
        ("… and validate", validated),
        ("… and lower: check", checked),
        ("… and emit: build", built),
    ] {
        println!("{name:22} {:9.1} ms  {:6.2} ×", time * 1e3, time / yaml);
    }
    let one = |stage| best(|| stages(&sources[0], stage)) * 1e3;
    println!("one manifest, warm: check {:.3} ms, build {:.3} ms (aim: check ≤ 2 ms)", one(3), one(4));
    println!("check {:.2} × the YAML parser (aim: ≤ 3 ×)", checked / yaml);
}

fn events(text: &str) {
    for event in granit_parser::Parser::new_from_str(text) {
        black_box(event.expect("the manifests are YAML"));
    }
}

/// Runs the first stages of the line.
fn stages(sources: &Sources, count: usize) {
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    let document = parse(sources, &mut diagnostics).expect("it parses");
    if count >= 2 {
        let manifest = validate(&document, &mut diagnostics).expect("it is a manifest");
        if count >= 3 {
            let connector = lower(&manifest, &arena, &mut diagnostics)
                .unwrap_or_else(|_| panic!("it compiles: {:?}", diagnostics.sorted()));
            if count >= 4 {
                black_box(emit(&connector));
            }
            black_box(&connector);
        }
    }
    black_box(&document);
}

fn best(mut work: impl FnMut()) -> f64 {
    let round = |_| {
        let start = cpu();
        work();
        cpu() - start
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

/// Seconds of CPU that this thread has used.
fn cpu() -> f64 {
    let stat =
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells the time of a thread");
    stat.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).expect("a number") / 1e9
}

/// A manifest of about 10 KB, as a person writes them.
fn manifest(number: usize) -> String {
    let mut text = format!(
        "couplet: 1\nname: provider-{number}\nversion: 1.{number}.0\ntitle: Provider {number}\n\
         description: Customers, orders and invoices of provider {number}.\n\
         links: {{docs: https://provider{number}.example/docs}}\ncategories: [commerce, billing]\n\
         setup:\n  trial: {{offered: true, note: Free for 14 days}}\n  steps:\n    token:\n      - Log in and open **Settings → API**.\n      - Choose *Create token* and copy it.\n\
         config:\n  region: {{title: Region, description: Where the data is kept., enum: [eu, us], default: eu}}\n\
         auth:\n  token:\n    type: bearer\n    title: Token\n\
         api:\n  base_url: {{by: config.region, eu: 'https://eu.provider{number}.example/v1', us: 'https://us.provider{number}.example/v1'}}\n\
         \x20 headers: {{X-Version: '2026-01-01'}}\n  errors:\n    - {{when: {{status: 401}}, kind: unauthorized, message: '{{{{ response.body.message }}}}'}}\n\
         \x20   - {{when: {{status: 400}}, kind: invalid, code: '{{{{ response.body.error }}}}', message: '{{{{ response.body.message }}}}'}}\n\
         test: get_account\ntypes:\n  Account: {{fields: {{id: integer, email: string}}}}\n"
    );
    let names = ["Customer", "Order", "Invoice", "Product", "Payment", "Refund", "Coupon", "Address"];
    for name in names {
        let _ = write!(
            text,
            "  {name}:\n    description: A {name} of the account.\n    fields:\n      id: {{type: integer, format: int64, description: Its number.}}\n      \
             createdAt: {{type: string, format: date-time, description: When it came about.}}\n      status: {{enum: [open, closed, archived]}}\n      \
             amount: {{type: string, format: decimal, optional: true}}\n      note: {{type: string, nullable: true, optional: true, description: What a person wrote about it.}}\n      \
             tags: [string]\n      owner: {{type: Account, optional: true}}\n"
        );
    }
    text.push_str(
        "actions:\n  get_account:\n    summary: The account\n    get: /account\n    output: Account\n",
    );
    for name in names {
        let lower = name.to_lowercase();
        let _ = write!(
            text,
            "  list_{lower}s:\n    summary: Every {lower} of the account, newest first\n    get: /{lower}s\n    input:\n      \
             limit: {{type: integer, minimum: 1, maximum: 100, default: 50, description: How many at the most.}}\n      \
             since: {{type: string, format: date, optional: true, description: Only those from this day on.}}\n      \
             status: {{enum: [open, closed, archived], optional: true}}\n    output: [{name}]\n  \
             get_{lower}:\n    summary: One {lower}\n    get: /{lower}s/{{id}}\n    input: {{id: {{type: integer, format: int64}}}}\n    output: {name}\n  \
             create_{lower}:\n    summary: Create a {lower}\n    description: Creates it, and gives it its number.\n    post: /{lower}s\n    input:\n      \
             amount: {{type: string, format: decimal}}\n      note: {{type: string, optional: true}}\n      tags: {{type: [string], optional: true}}\n      \
             notify: {{type: boolean, in: query, default: false}}\n    output: {name}\n  \
             delete_{lower}:\n    summary: Delete a {lower}\n    delete: /{lower}s/{{id}}\n    input: {{id: {{type: integer, format: int64}}}}\n"
        );
    }
    text
}
