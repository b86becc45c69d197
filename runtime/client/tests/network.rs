//! Calls over real connections to a server that misbehaves.

mod support;

use std::{net::TcpListener, time::Duration};

use couplet_runtime::{
    Context, Error, ErrorKind,
    generated::v1::{
        Action, Answer, AuthMethod, BinaryOperator, Body, BodyKind, Builder, Client, Connector, Effect,
        ErrorKind as Kind, ErrorRule, Expression, Field, Input, Key, Location, Media, Method, PathPart,
        RawAnswer, Scope, Server as Place, StatusSet,
    },
};
use support::{Server, Step, answer};

const CANARY: &str = "canary-7f3a9";
const TOKEN: Expression<'static> = Expression::reference(Scope::Credentials, &[Key::Name("token")]);

const fn body(path: &'static [Key<'static>]) -> Expression<'static> {
    Expression::reference(Scope::Response, path)
}

const OK: Expression<'static> = body(&[Key::Name("body"), Key::Name("ok")]);
const ERROR: Expression<'static> = body(&[Key::Name("body"), Key::Name("error")]);

static CONNECTOR: Connector<'static> = Connector::new(
    "sample",
    "1.2.3",
    &[Place::new("", Expression::text("https://api.example.com"))],
    &[AuthMethod::bearer("bearer", &[Field::new("token").secret()], "Bearer", TOKEN)],
)
.with_errors(&[
    ErrorRule::new(Kind::Forbidden)
        .with_status(StatusSet::SUCCESS)
        .with_condition(Expression::binary(BinaryOperator::Equal, &OK, &Expression::bool(false)))
        .with_code(ERROR),
    ErrorRule::new(Kind::QuotaExceeded).with_status(StatusSet::new(&[(429, 429)])).with_message(ERROR),
]);

static GET: Action<'static> = Action::new("get", Method::Get, &[PathPart::Literal("/item")], Effect::Read)
    .with_answers(&[Answer::new(StatusSet::SUCCESS, Media::Json)]);

static GET_DATA: Action<'static> =
    Action::new("get_data", Method::Get, &[PathPart::Literal("/data")], Effect::Read).with_answers(&[
        Answer::new(StatusSet::new(&[(200, 200)]), Media::Json).with_from(body(&[
            Key::Name("body"),
            Key::Name("data"),
            Key::Index(0),
        ])),
        Answer::new(StatusSet::new(&[(201, 204)]), Media::Text).with_headers(&["location", "x-absent"]),
        Answer::new(StatusSet::new(&[(404, 404)]), Media::None),
    ]);

static CREATE: Action<'static> =
    Action::new("create", Method::Post, &[PathPart::Literal("/item")], Effect::Create)
        .with_inputs(&[Input::new("name", Location::Body)])
        .with_body(Body::new(BodyKind::Json))
        .with_answers(&[Answer::new(StatusSet::SUCCESS, Media::Json)]);

fn client(url: &str, context: &Context) -> Client<'static> {
    Builder::new(&CONNECTOR, 0)
        .secret("token", CANARY)
        .with_base_url(url)
        .with_context(context)
        .build()
        .unwrap()
}

async fn get(server: &Server, action: &Action<'static>) -> Result<RawAnswer, Error> {
    let answer = client(&server.url(), &Context::new()).call(action).json().await;
    for shown in
        answer.iter().map(|answer| format!("{answer:?}")).chain(answer.as_ref().err().map(everything))
    {
        assert!(!shown.contains(CANARY), "{shown}");
    }
    answer
}

/// All that an error shows, causes included.
fn everything(error: &Error) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        shown.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    shown
}

async fn failed(server: &Server, action: &Action<'static>) -> Error {
    get(server, action).await.unwrap_err()
}

#[tokio::test]
async fn an_answer_comes_back() {
    let server = Server::answering(&answer("200 OK", "content-type: application/json\r\n", r#"{"id": 1}"#));
    let answer = get(&server, &GET).await.unwrap();
    assert_eq!((answer.status, answer.index, answer.json.as_str()), (200, Some(0), r#"{"id": 1}"#));
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /item HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("\r\nauthorization: Bearer {CANARY}\r\n")), "{request}");
    assert!(!request.contains("accept-encoding"), "{request}");
}

#[tokio::test]
async fn chunks_are_joined() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n[1, \r\n2\r\n2]\r\n0\r\n\r\n";
    assert_eq!(get(&Server::answering(chunked), &GET).await.unwrap().json, "[1, 2]");
}

#[tokio::test]
async fn a_part_of_the_body_and_headers_can_be_the_value() {
    let server = Server::answering(&answer("200 OK", "", r#"{"data": [{"n": 1.50}, 2]}"#));
    assert_eq!(get(&server, &GET_DATA).await.unwrap().json, r#"{"n": 1.50}"#);
    let server = Server::answering(&answer("201 Created", "location: /x\r\n", "he said \"hi\""));
    let raw = get(&server, &GET_DATA).await.unwrap();
    assert_eq!((raw.index, raw.json.as_str()), (Some(1), r#"{"body":"he said \"hi\"","location":"/x"}"#));
    let server = Server::answering(&answer("404 Not Found", "", "gone"));
    assert_eq!(get(&server, &GET_DATA).await.unwrap().index, Some(2));
    let server = Server::answering(&answer("200 OK", "", r#"{"data": []}"#));
    let error = failed(&server, &GET_DATA).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("`response.body.data[0]` is absent"), "{error}");
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = client(&format!("http://127.0.0.1:{port}"), &Context::new());
    let error = client.call(&GET).done().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.is_unsent() && error.is_retryable());
    assert!(error.to_string().starts_with("get: 127.0.0.1: the connection failed"), "{error}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_talked_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
    });
    let client = client(&format!("https://127.0.0.1:{port}"), &Context::new());
    let error = client.call(&GET).done().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.is_unsent() && !error.is_retryable());
    assert!(error.to_string().contains("TLS failed"), "{error}");
}

#[tokio::test]
async fn interim_answers_and_bodies_that_may_not_be_are_skipped() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n";
    let server = Server::answering(&(interim.to_owned() + &answer("200 OK", "", "{}")));
    assert_eq!(get(&server, &GET).await.unwrap().json, "{}");
    let server = Server::answering("HTTP/1.1 204 No Content\r\nlocation: /y\r\n\r\nnot a body");
    assert_eq!(get(&server, &GET_DATA).await.unwrap().json, r#"{"body":"","location":"/y"}"#);
}

#[tokio::test]
async fn too_many_headers_are_an_error() {
    let headers: String = (0..1000).map(|n| format!("x-{n}: y\r\n")).collect();
    let error = failed(&Server::answering(&answer("200 OK", &headers, "{}")), &GET).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn a_body_that_is_cut_is_an_error() {
    for cut in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"id\":",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\ncontent-len",
    ] {
        let error = failed(&Server::answering(cut), &GET).await;
        assert_eq!(error.kind(), ErrorKind::Transport, "{cut:?}");
        assert!(!error.is_unsent(), "{cut:?}");
        assert!(error.to_string().contains("broke before the answer was complete"), "{error}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_an_error() {
    for wrong in [
        "SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    ] {
        let error = failed(&Server::answering(wrong), &GET).await;
        assert_eq!(error.kind(), ErrorKind::Transport, "{wrong:?}: {error}");
    }
}

#[tokio::test]
async fn what_follows_the_body_is_ignored() {
    let server = Server::answering(&(answer("200 OK", "", "{}") + "HTTP/1.1 200 OK\r\n\r\n"));
    assert_eq!(get(&server, &GET).await.unwrap().json, "{}");
}

#[tokio::test]
async fn a_slow_server_times_out() {
    for start in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"] {
        let server = Server::start(vec![Step::Stall(start.as_bytes().to_vec())]);
        let context = Context::new().with_timeout(Duration::from_millis(100));
        let error = client(&server.url(), &context).call(&GET).done().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.is_timeout() && !error.is_unsent());
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closes_is_not_used_again() {
    let step = Step::Write(answer("200 OK", "connection: close\r\n", "{}").into_bytes());
    let server = Server::start(vec![step; 20]);
    let client = client(&server.url(), &Context::new());
    for _ in 0..20 {
        client.call(&GET).done().await.unwrap();
    }
    assert_eq!(server.requests().len(), 20);
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let context = Context::new().with_max_response(16);
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n123456789\r\n9\r\n123456789\r\n0\r\n\r\n";
    for large in [answer("200 OK", "", "12345678901234567"), chunked.to_owned()] {
        let server = Server::answering(&large);
        let error = client(&server.url(), &context).call(&GET).done().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
    }
    let server = Server::answering(&answer("200 OK", "", "1234567890123456"));
    assert!(client(&server.url(), &context).call(&GET).done().await.is_ok());
}

#[tokio::test]
async fn a_credential_does_not_follow_a_redirect_to_another_origin() {
    let other = Server::answering(&answer("200 OK", "", "{}"));
    for location in
        [format!("{}/steal", other.url()), other.url().replace("http:", ""), "https://127.0.0.1/".to_owned()]
    {
        let server = Server::answering(&answer("302 Found", &format!("location: {location}\r\n"), ""));
        let error = failed(&server, &GET).await;
        assert_eq!(error.kind(), ErrorKind::Provider);
        assert_eq!(error.status(), Some(302));
        assert!(error.to_string().contains("another origin"), "{error}");
    }
    assert_eq!(other.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn redirects_within_the_origin_are_followed() {
    let hop = |to: &str| {
        Step::Write(
            answer("307 Temporary Redirect", &format!("connection: close\r\nlocation: {to}\r\n"), "")
                .into_bytes(),
        )
    };
    let end = Step::Write(answer("200 OK", "", "[1]").into_bytes());
    let server = Server::start(vec![hop("/next?a=1"), hop("/last"), end]);
    assert_eq!(get(&server, &GET).await.unwrap().json, "[1]");
    let lines: Vec<_> =
        server.requests().iter().filter_map(|request| request.lines().next().map(str::to_owned)).collect();
    assert_eq!(lines, ["GET /item HTTP/1.1", "GET /next?a=1 HTTP/1.1", "GET /last HTTP/1.1"]);
    let endless = Server::start(vec![hop("/item"); 8]);
    assert!(failed(&endless, &GET).await.to_string().contains("without an end"));
    assert_eq!(endless.requests().len(), 6);
}

#[tokio::test]
async fn a_post_is_not_redirected() {
    let server =
        Server::start(vec![
            Step::Write(answer("307 Temporary Redirect", "location: /x\r\n", "").into_bytes());
            2
        ]);
    let mut call = client(&server.url(), &Context::new()).call(&CREATE);
    call.set_json("name", "\"x\"").unwrap();
    let error = call.json().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Provider, Some(307)));
    assert_eq!(server.requests().len(), 1);
    assert!(server.requests()[0].ends_with("\r\n\r\n{\"name\":\"x\"}"));
}

#[tokio::test]
async fn statuses_have_kinds() {
    for (status, kind) in [
        ("400 Bad Request", ErrorKind::Invalid),
        ("401 Unauthorized", ErrorKind::Unauthorized),
        ("403 Forbidden", ErrorKind::Forbidden),
        ("404 Not Found", ErrorKind::NotFound),
        ("409 Conflict", ErrorKind::Conflict),
        ("410 Gone", ErrorKind::Gone),
        ("413 Too Large", ErrorKind::TooLarge),
        ("418 Teapot", ErrorKind::Provider),
        ("422 Unprocessable", ErrorKind::Invalid),
        ("429 Too Many", ErrorKind::QuotaExceeded),
        ("500 Oops", ErrorKind::Unavailable),
        ("503 Busy", ErrorKind::Unavailable),
        ("501 Not Implemented", ErrorKind::Provider),
    ] {
        let server = Server::answering(&answer(status, "x-request-id: r-1\r\n", r#"{"error": "why"}"#));
        let error = failed(&server, &GET).await;
        assert_eq!(error.kind(), kind, "{status}");
        assert_eq!(error.status().map(|status| status.to_string()), status.get(..3).map(str::to_owned));
        assert_eq!((error.action(), error.request_id()), (Some("get"), Some("r-1")));
    }
}

#[tokio::test]
async fn a_200_can_be_an_error() {
    let server = Server::answering(&answer("200 OK", "", r#"{"ok": false, "error": "not_in_channel"}"#));
    let error = failed(&server, &GET).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Forbidden, Some(200)));
    assert_eq!(error.code(), Some("not_in_channel"));
    let server = Server::answering(&answer("200 OK", "", r#"{"ok": true}"#));
    assert!(get(&server, &GET).await.is_ok());
}

#[tokio::test]
async fn html_in_the_place_of_json_is_an_error() {
    let page = "<html>Log in to the Wi-Fi</html>";
    let server = Server::answering(&answer("200 OK", "content-type: text/html; charset=utf-8\r\n", page));
    let error = failed(&server, &GET).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("text/html") && !error.to_string().contains("Wi-Fi"), "{error}");
    for body in ["", " ", "{\"a\":1", "\u{feff}{}"] {
        let server = Server::answering(&answer("200 OK", "content-type: application/json\r\n", body));
        assert_eq!(failed(&server, &GET).await.kind(), ErrorKind::Decode, "{body:?}");
    }
}

#[tokio::test]
async fn an_echoed_secret_is_scrubbed() {
    let echo = format!(r#"{{"error": "bad token {CANARY} (Y2FuYXJ5LTdmM2E5)"}}"#);
    for status in ["429 Too Many", "401 Unauthorized"] {
        let headers = format!("content-type: application/json\r\nx-request-id: {CANARY}\r\n");
        let error = failed(&Server::answering(&answer(status, &headers, &echo)), &GET).await;
        let message = error.message().unwrap();
        assert!(message.contains("bad token *** (***)"), "{message}");
    }
}

#[tokio::test]
async fn typed_values_go_in_and_come_out() {
    let server = Server::answering(&answer("200 OK", "", "[\"out\"]"));
    let call = client(&server.url(), &Context::new()).call(&CREATE).with(0, &"in".to_owned());
    assert_eq!(call.output::<Vec<String>>().await.unwrap(), ["out"]);
    assert!(server.requests()[0].ends_with("\r\n\r\n{\"name\":\"in\"}"));
    for wrong in [format!("[\"{CANARY}\"]"), format!("{{\"{CANARY}\": 1}}"), CANARY.to_owned()] {
        let server = Server::answering(&answer("200 OK", "content-type: text/x-odd\r\n", &wrong));
        let error = client(&server.url(), &Context::new()).call(&GET).output::<Vec<i64>>().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status(), error.action()),
            (ErrorKind::Decode, Some(200), Some("get"))
        );
        assert!(error.to_string().contains("text/x-odd") && !everything(&error).contains(CANARY), "{error}");
    }
}

#[tokio::test]
async fn a_call_can_be_spawned() {
    let server = Server::answering(&answer("200 OK", "", "{}"));
    let call = client(&server.url(), &Context::new()).call(&GET);
    assert!(tokio::spawn(call.done()).await.unwrap().is_ok());
}

#[test]
fn a_call_without_a_runtime_is_an_error() {
    let client = client("http://127.0.0.1:1", &Context::new());
    let mut future = Box::pin(client.call(&GET).done());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut cx) {
        std::task::Poll::Ready(Err(error)) => assert_eq!(error.kind(), ErrorKind::Config),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn raw_requests_share_the_credentials() {
    let server = Server::answering(&answer("200 OK", "x-a: b\r\n", "[1]"));
    let client = client(&server.url(), &Context::new());
    let response = client.request(Method::Post, "/new").json_text("{\"a\":1}").send().await.unwrap();
    assert_eq!(
        (response.status(), response.text().unwrap(), response.header("x-a")),
        (200, "[1]", Some("b"))
    );
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /new HTTP/1.1\r\n") && request.contains(CANARY), "{request}");
    assert!(request.ends_with("{\"a\":1}"), "{request}");
}
