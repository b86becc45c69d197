//! A mock is called as the provider would be: by the runtime, and by requests that are wrong.

use couplet_mock::{Fault, Mock, Plan};
use couplet_runtime::ErrorKind;
use couplet_runtime::generated::v1;

static CONNECTOR: v1::Connector<'static> = v1::Connector::new(
    "shop",
    "0.1.0",
    &[v1::Server::new("", v1::Expression::text("https://shop.example.com/api/v1"))],
    &[v1::AuthMethod::basic(
        "api_key",
        &[v1::Field::new("username").with_pattern("^[0-9]+$"), v1::Field::new("password").secret()],
        v1::Expression::reference(v1::Scope::Credentials, &[v1::Key::Name("username")]),
        v1::Expression::reference(v1::Scope::Credentials, &[v1::Key::Name("password")]),
    )],
)
.with_errors(&[
    v1::ErrorRule::new(v1::ErrorKind::Unauthorized)
        .with_status(v1::StatusSet::new(&[(401, 401)]))
        .with_message(v1::Expression::reference(
            v1::Scope::Response,
            &[v1::Key::Name("body"), v1::Key::Name("error"), v1::Key::Name("text")],
        )),
    v1::ErrorRule::new(v1::ErrorKind::Invalid).with_status(v1::StatusSet::new(&[(400, 400)])).with_code(
        v1::Expression::reference(v1::Scope::Response, &[v1::Key::Name("body"), v1::Key::Name("code")]),
    ),
]);

static GET: v1::Action<'static> = v1::Action::new(
    "get_item",
    v1::Method::Get,
    &[v1::PathPart::Literal("/items/"), v1::PathPart::Input(0)],
    v1::Effect::Read,
)
.with_inputs(&[v1::Input::new("id", v1::Location::Path)])
.with_answers(&[v1::Answer::new(v1::StatusSet::SUCCESS, v1::Media::Json).with_from(
    v1::Expression::reference(v1::Scope::Response, &[v1::Key::Name("body"), v1::Key::Name("data")]),
)]);

static CREATE: v1::Action<'static> =
    v1::Action::new("create_item", v1::Method::Post, &[v1::PathPart::Literal("/items")], v1::Effect::Create)
        .with_inputs(&[
            v1::Input::new("name", v1::Location::Body),
            v1::Input::new("count", v1::Location::Body).optional(),
        ])
        .with_body(v1::Body::new(v1::BodyKind::Json))
        .with_answers(&[v1::Answer::new(v1::StatusSet::new(&[(201, 201)]), v1::Media::Json)]);

const SCHEMAS: &str = r##"{"$defs":{"Item":{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"}},"required":["id","name"]}},
"actions":{"get_item":{"input":{"properties":{"id":{"type":"integer"}}},"outputs":[{"$ref":"#/$defs/Item"}]},
"create_item":{"input":{"properties":{"name":{"type":"string","minLength":1},"count":{"type":"integer","maximum":9}}},"outputs":[{"$ref":"#/$defs/Item"}]}}}"##;

fn plan() -> Plan<'static> {
    static ACTIONS: [v1::Action<'static>; 2] = [GET, CREATE];
    Plan::new(CONNECTOR, &ACTIONS).with_test(GET).with_schemas(SCHEMAS)
}

fn client(mock: &Mock) -> v1::Client<'static> {
    let value = |wanted: &str| {
        mock.credentials()
            .into_iter()
            .find(|(_, name, _)| *name == wanted)
            .map(|(_, _, value)| value.to_owned())
    };
    v1::Builder::new(&CONNECTOR, 0)
        .credential("username", value("username").expect("a user name"))
        .secret("password", value("password").expect("a password"))
        .with_base_url(mock.url())
        .build()
        .expect("a client")
}

#[tokio::test]
async fn an_action_is_answered_with_a_value_of_its_type() {
    let mock = Mock::start(plan()).expect("a mock");
    let client = client(&mock);
    let answer = client.call(&GET).with(0, &7_i64).json().await.expect("an answer");
    assert_eq!(answer.json, r#"{"id":1,"name":"name"}"#);
    let created = client.call(&CREATE).with(0, &"pen".to_owned()).json().await.expect("an answer");
    assert_eq!(created.status, 201);
    let seen: Vec<_> = mock
        .requests()
        .iter()
        .map(|request| (request.action().map(str::to_owned), request.status()))
        .collect();
    assert_eq!(seen, [(Some("get_item".to_owned()), 200), (Some("create_item".to_owned()), 201)]);
}

#[tokio::test]
async fn wrong_credentials_are_refused_where_the_rules_look() {
    let mock = Mock::start(plan()).expect("a mock");
    let client = v1::Builder::new(&CONNECTOR, 0)
        .credential("username", "999")
        .secret("password", "canary-of-a-password")
        .with_base_url(mock.url())
        .build()
        .expect("a client");
    let error = client.call(&GET).with(0, &7_i64).json().await.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.message().is_some_and(|message| message.contains("authorization")), "{error}");
    assert!(!format!("{:?}", mock.requests()).contains("canary"));
}

#[tokio::test]
async fn what_is_not_of_its_type_is_refused() {
    let mock = Mock::start(plan()).expect("a mock");
    let client = client(&mock);
    for (name, json) in [("name", "\"\""), ("name", "5"), ("count", "10")] {
        let mut call = client.call(&CREATE).with(0, &"pen".to_owned());
        call.set_json(name, json).expect("an input");
        let error = call.json().await.expect_err("an error");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, Some("invalid")), "{name} = {json}");
    }
    let error = client.call(&GET).with(0, &"x".to_owned()).json().await.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let missing = client.request(v1::Method::Get, "/nowhere").send().await.expect_err("an error");
    assert_eq!(missing.status(), Some(404));
    let method = client.request(v1::Method::Delete, "/items").send().await.expect_err("an error");
    assert_eq!(method.status(), Some(405));
}

#[tokio::test]
async fn faults_are_what_they_say() {
    for (fault, kind) in [
        (Fault::Status(503), ErrorKind::Unavailable),
        (Fault::Disconnect, ErrorKind::Transport),
        (Fault::CutBody, ErrorKind::Transport),
        (Fault::Html, ErrorKind::Decode),
    ] {
        let mock = Mock::builder(plan()).with_fault("get_item", fault).start().expect("a mock");
        let error = client(&mock).call(&GET).with(0, &7_i64).json().await.expect_err("an error");
        assert_eq!(error.kind(), kind, "{fault:?}: {error}");
    }
}
