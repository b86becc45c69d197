//! What earlier compilers emitted works with this runtime: it compiles, calls, reads and writes as it did.
//!
//! See `tests/frozen/README.md`: a failure here is mended in the runtime, never in the frozen files.

use std::error::Error;

use couplet_mock::Mock;

type Outcome = Result<(), Box<dyn Error>>;

/// The modules of version 1 of the generated interface.
mod v1 {
    pub(crate) mod acuity_scheduling {
        include!("../frozen/v1/acuity_scheduling.rs");
    }
    pub(crate) mod answers {
        include!("../frozen/v1/answers.rs");
    }
    pub(crate) mod auth_in_path {
        include!("../frozen/v1/auth_in_path.rs");
    }
    pub(crate) mod auth_kinds {
        include!("../frozen/v1/auth_kinds.rs");
    }
    pub(crate) mod bodies {
        include!("../frozen/v1/bodies.rs");
    }
    pub(crate) mod config_hosts {
        include!("../frozen/v1/config_hosts.rs");
    }
    pub(crate) mod inputs {
        include!("../frozen/v1/inputs.rs");
    }
    pub(crate) mod types {
        include!("../frozen/v1/types.rs");
    }
}

/// Runs a call to its end.
fn run<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(call)
}

#[test]
fn every_frozen_module_is_compiled_here() {
    let files = couplet_tests::entries("tests/frozen/v1");
    assert!(!files.is_empty());
    for file in files {
        let line = format!("include!(\"../frozen/v1/{}.rs\")", couplet_tests::stem(&file));
        assert!(include_str!("frozen.rs").contains(&line), "frozen.rs lacks {line}");
    }
}

#[test]
fn a_call_goes_out_and_its_answer_is_read() -> Outcome {
    use v1::acuity_scheduling::{ApiKey, Client, Maybe, PLAN, actions::CreateAppointment};
    let answer =
        r#"{"id":7,"firstName":"Ada","lastName":"L","email":null,"datetime":"2026-02-03T14:00:00-0500"}"#;
    let mock = Mock::builder(PLAN)
        .with_credential("username", "12345")
        .with_credential("password", "not-a-real-key")
        .with_answer("create_appointment", 200, answer)
        .start()?;
    let credentials = ApiKey { username: "12345".into(), password: "not-a-real-key".into() };
    let client = Client::api_key(credentials).with_base_url(mock.url()).build()?;
    let input = CreateAppointment {
        datetime: "2026-02-03T14:00:00-0500".parse()?,
        appointment_type_id: 1,
        first_name: "Ada".to_owned(),
        last_name: "L".to_owned(),
        email: "ada@example.com".to_owned(),
    };
    let appointment = run(client.create_appointment(input).admin(true).send())?;
    assert_eq!((appointment.id, &appointment.email), (7, &Maybe::Null));
    assert_eq!(appointment.to_json(), answer);

    let requests = mock.requests();
    let request = requests.first().ok_or("a request")?;
    assert_eq!(
        (request.method(), request.path(), request.query()),
        ("POST", "/api/v1/appointments", "admin=true")
    );
    assert_eq!(request.header("authorization"), Some("Basic MTIzNDU6bm90LWEtcmVhbC1rZXk="));
    assert_eq!(request.header("user-agent"), Some("couplet-acuity-scheduling/0.1.0"));
    let body = r#"{"datetime":"2026-02-03T14:00:00-0500","appointmentTypeID":1,"firstName":"Ada","lastName":"L","email":"ada@example.com"}"#;
    assert_eq!(std::str::from_utf8(request.body())?, body);
    Ok(())
}

#[test]
fn bodies_are_written_as_they_were() -> Outcome {
    use v1::bodies::{Bytes, Client, PLAN, actions, types};
    let mock = Mock::start(PLAN)?;
    let client = Client::public().with_base_url(mock.url()).build()?;
    let contact = types::Contact {
        email: "a@example.com".to_owned(),
        addresses: Some(vec![types::Address { city: "Rīga".to_owned(), zip: None }]),
    };
    let name = || "n".to_owned();
    run(client.json_array(actions::JsonArray { contacts: vec![contact.clone()] }).send())?;
    run(client.json_tree(actions::JsonTree { name: " n ".to_owned() }).send())?;
    run(client.form_brackets(actions::FormBrackets { contact: contact.clone(), amount: 5 }).send())?;
    run(client.form_dots(actions::FormDots { contact }).send())?;
    run(client.text(actions::Text { text: name() }).send())?;
    run(client.binary("x", actions::Binary { file: Bytes::from(vec![0, 255]) }).send())?;
    let expected: [&[u8]; 6] = [
        "[{\"email\":\"a@example.com\",\"addresses\":[{\"city\":\"Rīga\"}]}]".as_bytes(),
        br#"{"data":{"type":"person","attributes":{"name":"n"},"since":2020,"active":true,"nothing":null}}"#,
        b"amount=5&customer%5Bemail%5D=a%40example.com&customer%5Baddresses%5D%5B0%5D%5Bcity%5D=R%C4%ABga",
        b"customer.email=a%40example.com&customer.addresses.0.city=R%C4%ABga",
        b"<p>n</p>",
        &[0, 255],
    ];
    let requests = mock.requests();
    assert_eq!(requests.len(), expected.len());
    for (request, expected) in requests.iter().zip(expected) {
        let shown = String::from_utf8_lossy(request.body());
        assert_eq!(request.body(), expected, "{:?} sent {shown}", request.action());
    }
    Ok(())
}

#[test]
fn every_plan_is_played() -> Outcome {
    use v1::{answers, auth_in_path, auth_kinds, config_hosts, inputs, types};
    let plans =
        [answers::PLAN, auth_in_path::PLAN, auth_kinds::PLAN, config_hosts::PLAN, inputs::PLAN, types::PLAN];
    for plan in plans {
        Mock::start(plan)?;
    }
    Ok(())
}

#[test]
fn values_are_read_and_written_as_they_were() -> Outcome {
    use v1::types::types::{Presence, Shape, Tree};
    for json in [
        r#"{"required":"r","nullable":null,"both":null,"holes":[1,null]}"#,
        r#"{"required":"r","optional":"o","nullable":"n","both":"b","listed":[],"holes":[]}"#,
    ] {
        assert_eq!(Presence::from_json(json)?.to_json(), json);
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Presence>(json)?)?, json);
    }
    let shape = r#"{"kind":"circle","radius":1.5}"#;
    assert!(matches!(Shape::from_json(shape)?, Shape::Circle(circle) if circle.radius == 1.5));
    let tree = r#"{"value":1,"left":{"value":2,"children":[]},"children":[{"value":3,"children":[]}]}"#;
    assert_eq!(Tree::from_json(tree)?.to_json(), tree);
    Ok(())
}
