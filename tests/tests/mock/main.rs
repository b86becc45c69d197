//! A client against the mock of its own Plan, for each way to authenticate: what is right passes, and what is wrong is
//! refused with the reason.

mod grants;
mod kinds;
mod signatures;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use couplet_compiler::connector::plan::{AuthKind, Flow, Plan};
use couplet_compiler::{Arena, Diagnostics, SourceFile, Sources, lower, parse, validate};
use couplet_mock::Mock;
use couplet_runtime::Error;
use couplet_runtime::generated::v1::Client;

/// The Plan of a manifest with this method.
fn plan(method: &str) -> Plan<'static> {
    let indented: String = method.trim().lines().map(|line| format!("    {line}\n")).collect();
    let text = format!(
        "couplet: 1\nname: shop\nversion: 0.1.0\ntitle: Shop\ndescription: A shop.\n\
         links: {{docs: https://docs.example.com}}\ncategories: [testing]\n\
         config: {{account: string}}\nauth:\n  main:\n{indented}\
         api:\n  base_url: https://api.example.com/v1\nactions:\n\
         \x20 get_me: {{summary: The account, get: /me, output: {{fields: {{id: integer}}}}}}\n\
         \x20 add_item:\n    summary: Add an item\n    post: /items\n    input: {{name: string}}\n    output: {{fields: {{id: integer}}}}\n",
    );
    compiled(&Sources::new(SourceFile::new("manifest.yaml", text)))
}

/// The Plan of a manifest.
fn compiled(sources: &Sources) -> Plan<'static> {
    let arena: &'static Arena = Box::leak(Box::default());
    let mut diagnostics = Diagnostics::default();
    let lowered = parse(sources, &mut diagnostics)
        .and_then(|document| validate(&document, &mut diagnostics))
        .and_then(|manifest| lower(&manifest, arena, &mut diagnostics));
    lowered.map_or_else(|_| panic!("{:?}", diagnostics.sorted()), |connector| connector.plan)
}

fn mock(plan: Plan<'static>) -> Mock {
    Mock::start(plan).expect("a mock")
}

/// A client of a connection that has come about as its method says. `of` is the mock whose values it has, and `at` the
/// one that it talks to.
async fn connected(of: &Mock, at: &Mock, plan: &Plan<'static>) -> Result<Client<'static>, Error> {
    connected_by(0, of, at, plan).await
}

/// Likewise, by the method at a place of the list.
async fn connected_by(
    place: usize,
    of: &Mock,
    at: &Mock,
    plan: &Plan<'static>,
) -> Result<Client<'static>, Error> {
    let builder = || of.client(place).with_base_url(at.url());
    let kind = plan.connector().auth()[place].kind();
    let by_person = match kind {
        AuthKind::Token(token) => matches!(token.flow(), Flow::AuthorizationCode(_)),
        AuthKind::OAuth1(method) => method.dance().is_some(),
        _ => false,
    };
    if by_person {
        let authorization = builder().authorization().await?;
        let callback = at.consent(authorization.url()).unwrap_or_else(|why| panic!("{why}"));
        return builder().complete(authorization.pending(), &callback).await?.client();
    }
    if matches!(kind, AuthKind::Token(token) if matches!(token.flow(), Flow::DeviceCode(_))) {
        let mut device = builder().device().await?;
        assert!(device.poll().await?.is_none(), "the person has decided at once");
        return device.poll().await?.expect("the person has decided").client();
    }
    builder().connect().await?.client()
}

/// Calls the two actions.
async fn call(client: &Client<'static>, plan: &Plan<'static>) -> Result<(), Error> {
    client.call(&plan.action("get_me").expect("an action")).json().await?;
    let mut call = client.call(&plan.action("add_item").expect("an action"));
    call.set_json("name", "\"pen & paper\"")?;
    call.json().await.map(drop)
}

/// What the mock thought of the last request.
fn last(mock: &Mock) -> (u16, String) {
    let requests = mock.requests();
    let last = requests.last().expect("a request");
    (last.status(), last.verdict().to_owned())
}

fn told(mock: &Mock) -> String {
    let line = |request: &couplet_mock::Request| {
        format!("  {} {} {} {}", request.status(), request.method(), request.path(), request.verdict())
    };
    mock.requests().iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Connects and calls; the mock takes all of it.
async fn passes(method: &str) -> Mock {
    let plan = plan(method);
    let mock = mock(plan);
    let client = connected(&mock, &mock, &plan).await;
    let client = client.unwrap_or_else(|error| panic!("{method}\n{error}\n{}", told(&mock)));
    let called = call(&client, &plan).await;
    called.unwrap_or_else(|error| panic!("{method}\n{error}\n{}", told(&mock)));
    mock
}

/// A client with the values of another mock is refused, by the reason that is given.
async fn refuses(method: &str, why: &str) {
    let plan = plan(method);
    let (of, at) = (mock(plan), mock(plan));
    refused(&of, &at, &plan, why).await;
}

async fn refused(of: &Mock, at: &Mock, plan: &Plan<'static>, why: &str) {
    let outcome = match connected(of, at, plan).await {
        Ok(client) => call(&client, plan).await,
        Err(error) => Err(error),
    };
    assert!(outcome.is_err(), "{}", told(at));
    let (status, verdict) = last(at);
    assert!(matches!(status, 400 | 401), "{}", told(at));
    assert!(verdict.contains(why), "{why:?} is not in\n{}", told(at));
}

/// Sends a request as it is written: its status and its body.
fn send(mock: &Mock, method: &str, target: &str, headers: &[(String, String)], body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(mock.address()).expect("a connection");
    let mut head = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| name == "host") {
        head.push_str(&format!("host: {}\r\n", mock.address()));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned()))
}

/// Sends a form.
fn form(mock: &Mock, target: &str, pairs: &[(&str, &str)]) -> (u16, String) {
    let encode = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        text.bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect::<String>()
    };
    let body: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let kind = ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned());
    send(mock, "POST", target, &[kind], body.join("&").as_bytes())
}

/// A credential or app value that a mock accepts.
fn value(mock: &Mock, name: &str) -> String {
    let all = mock.credentials().into_iter().chain(mock.app());
    let found = all.into_iter().find(|(_, known, _)| *known == name).map(|(_, _, value)| value.to_owned());
    found.unwrap_or_else(|| panic!("there is no `{name}`"))
}

/// A member of an answer.
fn member(answer: &str, name: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer).expect("JSON");
    answer[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {answer}")).to_owned()
}
