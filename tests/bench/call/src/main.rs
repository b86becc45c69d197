//! One action over loopback: what a request costs the client's CPU, through Couplet, through hyper's pooled client
//! and through reqwest. The server is a process of its own; the client has one thread, whose time is measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use bytes::Bytes;
use couplet_runtime::generated::v1;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::{Client as Hyper, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

const REQUESTS: usize = 4_000;
const ROUNDS: usize = 9;
const TOKEN: &str = "test-token-not-real";

const TOKEN_FIELD: v1::Expression<'static> =
    v1::Expression::reference(v1::Scope::Credentials, &[v1::Key::Name("token")]);
static CONNECTOR: v1::Connector<'static> = v1::Connector::new(
    "bench",
    "0.1.0",
    &[v1::Server::new("", v1::Expression::text("http://127.0.0.1"))],
    &[v1::AuthMethod::bearer("token", &[v1::Field::new("token").secret()], "Bearer", TOKEN_FIELD)],
);
static ACTION: v1::Action<'static> = v1::Action::new(
    "get_thing",
    v1::Method::Get,
    &[v1::PathPart::Literal("/things/"), v1::PathPart::Input(0)],
    v1::Effect::Read,
)
.with_inputs(&[v1::Input::new("id", v1::Location::Path), v1::Input::new("limit", v1::Location::Query)])
.with_answers(&[v1::Answer::new(v1::StatusSet::SUCCESS, v1::Media::Json)]);

#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
struct Thing {
    id: i64,
    name: String,
    note: String,
}
mod typed {
    use couplet_runtime::generated::v1;

    #[derive(Debug, Clone, PartialEq)]
    pub struct Thing {
        pub id: i64,
        pub name: String,
        pub note: String,
    }
    v1::record!(Thing { id = "id", name = "name", note = "note" });
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return serve();
    }
    let mut server = Command::new(std::env::current_exe().expect("this program has a path"))
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut port = String::new();
    BufReader::new(server.stdout.take().expect("it is piped"))
        .read_line(&mut port)
        .expect("it tells its port");
    let base = format!("http://127.0.0.1:{}", port.trim());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for concurrent in [1, 64] {
            compare(&base, concurrent).await;
        }
    });
    let _ = server.kill();
    let _ = server.wait();
}

async fn compare(base: &str, concurrent: usize) {
    let hyper: Hyper<HttpConnector, Empty<Bytes>> = Hyper::builder(TokioExecutor::new()).build_http();
    let reqwest = reqwest::Client::builder().no_proxy().build().expect("a client");
    let couplet =
        v1::Builder::new(&CONNECTOR, 0).secret("token", TOKEN).with_base_url(base).build().expect("a client");
    let mut times = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        times[0].push(cpu(concurrent, || bare(&hyper, base)).await);
        times[1].push(cpu(concurrent, || through_reqwest(&reqwest, base)).await);
        times[2].push(cpu(concurrent, || through_couplet(&couplet)).await);
        times[3].push(cpu(concurrent, || async { decoded(&bare_bytes(&hyper, base).await) }).await);
        times[4].push(cpu(concurrent, || typed_couplet(&couplet)).await);
    }
    let best = times.map(|times| times.into_iter().fold(f64::INFINITY, f64::min) * 1e6 / REQUESTS as f64);
    println!(
        "{concurrent} at a time, 1 KiB answers: CPU of the client per request (best of {ROUNDS} × {REQUESTS})"
    );
    println!(
        "  body only:  hyper {:6.2} µs   reqwest {:6.2} µs   couplet {:6.2} µs",
        best[0], best[1], best[2]
    );
    println!("  typed:      hyper and serde {:6.2} µs   couplet {:6.2} µs", best[3], best[4]);
    println!(
        "  couplet: {:.2} × hyper (aim: ≤ 1.05 ×), {:.2} × reqwest; typed {:.2} × hyper and serde",
        best[2] / best[0],
        best[2] / best[1],
        best[4] / best[3]
    );
}

/// Seconds of this thread's CPU for all requests, some at a time.
async fn cpu<F: Future>(concurrent: usize, request: impl Fn() -> F) -> f64 {
    let start = thread_time();
    for _ in 0..REQUESTS / concurrent {
        let mut batch: Vec<_> = (0..concurrent).map(|_| Box::pin(request())).collect();
        let mut open = vec![true; concurrent];
        std::future::poll_fn(|cx| {
            let mut waiting = false;
            for (future, open) in batch.iter_mut().zip(&mut open) {
                if *open {
                    *open = future.as_mut().poll(cx).is_pending();
                    waiting |= *open;
                }
            }
            if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
        })
        .await;
    }
    thread_time() - start
}

async fn bare(client: &Hyper<HttpConnector, Empty<Bytes>>, base: &str) {
    bare_bytes(client, base).await;
}

async fn bare_bytes(client: &Hyper<HttpConnector, Empty<Bytes>>, base: &str) -> Bytes {
    let request = http::Request::get(format!("{base}/things/7?limit=50"))
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("accept", "application/json")
        .header("user-agent", "bench/0.1.0")
        .body(Empty::new())
        .expect("a request");
    let response = client.request(request).await.expect("an answer");
    assert_eq!(response.status(), 200);
    response.into_body().collect().await.expect("a body").to_bytes()
}

fn decoded(bytes: &Bytes) {
    let thing: Thing = serde_json::from_slice(bytes).expect("a thing");
    assert_eq!(thing.id, 7);
}

async fn through_reqwest(client: &reqwest::Client, base: &str) {
    let response = client
        .get(format!("{base}/things/7?limit=50"))
        .bearer_auth(TOKEN)
        .header("accept", "application/json")
        .header("user-agent", "bench/0.1.0")
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    response.bytes().await.expect("a body");
}

async fn through_couplet(client: &v1::Client<'static>) {
    client.call(&ACTION).with(0, &7_i64).with(1, &50_i64).done().await.expect("an answer");
}

async fn typed_couplet(client: &v1::Client<'static>) {
    let thing: typed::Thing =
        client.call(&ACTION).with(0, &7_i64).with(1, &50_i64).output().await.expect("a thing");
    assert_eq!((thing.id, thing.name.len(), thing.note.len()), (7, 5, 970));
}

fn thread_time() -> f64 {
    let stat =
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells the time of a thread");
    stat.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).expect("a number") / 1e9
}

/// Answers every request of every connection with the same KiB.
fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("an address").port());
    let body = format!("{{\"id\":7,\"name\":\"thing\",\"note\":\"{}\"}}", "x".repeat(970));
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    for connection in listener.incoming().flatten() {
        let answer = answer.clone();
        std::thread::spawn(move || answer_all(connection, answer.as_bytes()));
    }
}

fn answer_all(mut connection: TcpStream, answer: &[u8]) {
    let _ = connection.set_nodelay(true);
    let (mut buffer, mut held) = ([0; 4096], Vec::new());
    while let Ok(read @ 1..) = connection.read(&mut buffer) {
        held.extend_from_slice(&buffer[..read]);
        while let Some(end) = held.windows(4).position(|window| window == b"\r\n\r\n") {
            held.drain(..end + 4);
            if connection.write_all(answer).is_err() {
                return;
            }
        }
    }
}
