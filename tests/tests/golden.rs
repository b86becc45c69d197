//! The crates of accepted manifests, each file as it is written to the disk, compiled as modules of one crate and used.
//!
//! `accept.rs` proves that they are what the compiler emits, and that none is missing here.

#![allow(
    clippy::new_ret_no_self,
    clippy::module_inception,
    reason = "names are the manifest's; generated code is linted as its own crate"
)]

use std::error::Error;

use couplet_compiler::connector::plan::Plan;
use couplet_compiler::{Arena, Diagnostics, lower, parse, validate};
use couplet_mock::Mock;
use couplet_tests::{manifests, repository};

#[rustfmt::skip]
#[path = "../cases/accept/acuity-scheduling/crate/src/lib.rs"]
pub mod acuity_scheduling;
#[rustfmt::skip]
#[path = "../cases/accept/answers/crate/src/lib.rs"]
pub mod answers;
#[rustfmt::skip]
#[path = "../cases/accept/auth-in-path/crate/src/lib.rs"]
pub mod auth_in_path;
#[rustfmt::skip]
#[path = "../cases/accept/auth-kinds/crate/src/lib.rs"]
pub mod auth_kinds;
#[rustfmt::skip]
#[path = "../cases/accept/auth-more/crate/src/lib.rs"]
pub mod auth_more;
#[rustfmt::skip]
#[path = "../cases/accept/auth-oauth2/crate/src/lib.rs"]
pub mod auth_oauth2;
#[rustfmt::skip]
#[path = "../cases/accept/bodies/crate/src/lib.rs"]
pub mod bodies;
#[rustfmt::skip]
#[path = "../cases/accept/config-hosts/crate/src/lib.rs"]
pub mod config_hosts;
#[rustfmt::skip]
#[path = "../cases/accept/documentation/crate/src/lib.rs"]
pub mod documentation;
#[rustfmt::skip]
#[path = "../cases/accept/includes/crate/src/lib.rs"]
pub mod includes;
#[rustfmt::skip]
#[path = "../cases/accept/inputs/crate/src/lib.rs"]
pub mod inputs;
#[rustfmt::skip]
#[path = "../cases/accept/minimal/crate/src/lib.rs"]
pub mod minimal;
#[rustfmt::skip]
#[path = "../cases/accept/names/crate/src/lib.rs"]
pub mod names;
#[rustfmt::skip]
#[path = "../cases/accept/types/crate/src/lib.rs"]
pub mod types;

type Outcome = Result<(), Box<dyn Error>>;

const PLANS: &[(&str, Plan<'static>)] = &[
    ("acuity-scheduling", acuity_scheduling::PLAN),
    ("answers", answers::PLAN),
    ("auth-in-path", auth_in_path::PLAN),
    ("auth-kinds", auth_kinds::PLAN),
    ("auth-more", auth_more::PLAN),
    ("auth-oauth2", auth_oauth2::PLAN),
    ("bodies", bodies::PLAN),
    ("config-hosts", config_hosts::PLAN),
    ("documentation", documentation::PLAN),
    ("includes", includes::PLAN),
    ("inputs", inputs::PLAN),
    ("minimal", minimal::PLAN),
    ("names", names::PLAN),
    ("types", types::PLAN),
];

/// The Plan that is printed as Rust is the Plan that tools execute in memory, field by field.
#[test]
fn every_plan_is_the_one_in_memory() {
    for (name, plan) in PLANS {
        let sources = manifests::read(&repository("tests/cases/accept").join(name).join("manifest.yaml"));
        let (arena, mut diagnostics) = (Arena::default(), Diagnostics::default());
        let connector = parse(&sources, &mut diagnostics)
            .and_then(|document| validate(&document, &mut diagnostics))
            .and_then(|manifest| lower(&manifest, &arena, &mut diagnostics))
            .unwrap_or_else(|_| panic!("{name} compiles"));
        assert_eq!(*plan, connector.plan, "{name}");
    }
    assert!(PLANS.len() > 10, "each case has a Plan");
}

/// Runs a call to its end.
fn run<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(call)
}

#[test]
fn values_are_read_and_written_as_they_stand() -> Outcome {
    use types::types::{AllOutput, SchemaState, Shape, Value};
    let json = r#"{"formats":{"text":"t","integer":-9223372036854775808,"small":-2147483648,"large":18446744073709551615,"number":0.1,"single":1.5,"flag":true,"moment":"2026-02-03T14:00:00-0500","day":"2026-02-03","price":"12.340","id":"67e55044-10b1-426f-9247-bb680e5fe0c8","data":"AAEC","anything":{"a":[1,null]}},"presence":{"required":"r","nullable":null,"both":null,"holes":[1,null]},"schema":{"id":1,"state":"new","more":{"x":1}},"labels":{"a":"b"},"extra":{"further":2},"tree":{"value":1,"left":{"value":2,"children":[]},"right":null,"children":[{"value":3,"children":[]}]},"shape":{"kind":"square","side":2.5},"value":["a"],"whole":[{"id":"1","level":"low"}]}"#;
    let value = AllOutput::from_json(json)?;
    assert_eq!(value.to_json(), json);
    assert_eq!(value.formats.large, u64::MAX);
    assert_eq!(value.schema.state, SchemaState::Unknown("new".to_owned()));
    assert_eq!(value.schema.further.get("more").map(ToString::to_string).as_deref(), Some(r#"{"x":1}"#));
    assert_eq!(value.extra.further.get("further"), Some(&2));
    assert!(value.presence.optional.is_none() && value.presence.nullable.is_none());
    assert_eq!(value.presence.both, types::Maybe::Null);
    assert!(matches!(&value.shape, Shape::Square(square) if square.side == 2.5));
    assert!(matches!(&value.value, Value::StringList(list) if list == &["a"]));
    assert_eq!(value.tree.left.as_ref().map(|tree| tree.value), Some(2));
    // serde sees the same.
    let bridged: AllOutput = serde_json::from_str(json)?;
    assert_eq!(bridged, value);
    assert_eq!(serde_json::to_string(&value)?, json);
    Ok(())
}

#[test]
fn what_nobody_foresaw_is_kept_or_told() -> Outcome {
    use types::types::{Circle, Shape};
    let unknown = Shape::from_json(r#"{"kind":"hexagon","side":1}"#)?;
    assert!(matches!(&unknown, Shape::Unknown(_)), "{unknown:?}");
    assert_eq!(unknown.to_json(), r#"{"kind":"hexagon","side":1}"#);
    let error = Circle::from_json(r#"{"kind":"circle"}"#).expect_err("a member is missing").to_string();
    assert!(error.contains("radius"), "{error}");
    Ok(())
}

#[test]
fn one_of_several_answers_is_a_variant() -> Outcome {
    use answers::Client;
    use answers::actions::ExportOutput;
    let export = |status: u16, body: &'static str| {
        let mock = Mock::builder(answers::PLAN).with_answer("export", status, body).start()?;
        let client = Client::public().with_base_url(mock.url()).build()?;
        Ok::<_, Box<dyn Error>>(run(client.export().send())?)
    };
    assert!(matches!(export(200, r#"{"data":[{"id":7}]}"#)?, ExportOutput::Ok(rows) if rows[0].id == 7));
    assert_eq!(export(204, "")?, ExportOutput::NoContent);
    Ok(())
}

#[test]
fn inputs_arrive_where_they_belong() -> Outcome {
    use inputs::{Client, Date};
    let mock = Mock::start(inputs::PLAN)?;
    let client = Client::public().with_base_url(mock.url()).build()?;
    let filter =
        inputs::types::Filter { state: Some("a b".to_owned()), since: Some("2026-01-02".parse::<Date>()?) };
    let call = client
        .search("x/y", inputs::types::SearchKind::Book)
        .ids(vec![1, 2])
        .tags(vec!["a".to_owned(), "b&c".to_owned()])
        .filter(filter)
        .limit(5)
        .trace("t");
    run(call.send())?;
    let requests = mock.requests();
    let request = requests.first().ok_or("a request")?;
    assert_eq!(request.path(), "/v1/spaces/x%2Fy/things/book.json");
    assert_eq!(
        request.query(),
        "ids=1,2&tags=a&tags=b%26c&filter%5Bstate%5D=a%20b&filter%5Bsince%5D=2026-01-02&limit=5"
    );
    assert_eq!(request.header("x-trace"), Some("t"));
    assert_eq!(request.header("accept-language"), Some("en"));
    Ok(())
}

#[test]
fn every_constructor_of_a_client_has_its_credentials_accepted() -> Outcome {
    use auth_kinds::{
        Basic, Bearer, Body, Client, Composed, Cookie, CustomHeader, EmptyPassword, Header, Query, Scheme,
    };
    let mock = Mock::start(auth_kinds::PLAN)?;
    let known = mock.credentials();
    let value = |method: &str, name: &str| {
        let found = known.iter().find(|(m, n, _)| *m == method && *n == name);
        found.map(|(_, _, value)| (*value).to_owned()).unwrap_or_else(|| panic!("{method}.{name}"))
    };
    let key = |method: &str| auth_kinds::Secret::from(value(method, "key"));
    let builders = [
        Client::basic(Basic {
            username: value("basic", "username"),
            password: value("basic", "password").into(),
        }),
        Client::empty_password(EmptyPassword { username: value("empty_password", "username").into() }),
        Client::composed(Composed {
            email: value("composed", "email"),
            token: value("composed", "token").into(),
        }),
        Client::bearer(Bearer { token: value("bearer", "token").into() }),
        Client::scheme(Scheme { token: value("scheme", "token").into() }),
        Client::header(Header { key: key("header") }),
        Client::custom_header(CustomHeader { key: key("custom_header") }),
        Client::query(Query { key: key("query") }),
        Client::cookie(Cookie { key: key("cookie") }),
    ];
    let count = builders.len();
    for builder in builders {
        run(builder.with_base_url(mock.url()).build()?.get_me().send())?;
    }
    let body = Client::body(Body { key: key("body") }).with_base_url(mock.url()).build()?;
    let save = || auth_kinds::actions::Save { text: "t".to_owned() };
    run(body.save(save()).send())?;
    assert_eq!(mock.requests().len(), count + 1);
    assert!(mock.requests().iter().all(|request| request.status() < 300), "{:?}", mock.requests());
    // `save` is not for the public.
    let wrong = Client::bearer(Bearer { token: "wrong".into() }).with_base_url(mock.url()).build()?;
    let error = run(wrong.save(save()).send()).expect_err("another token");
    assert_eq!(error.kind(), auth_kinds::ErrorKind::Unauthorized);
    Ok(())
}
