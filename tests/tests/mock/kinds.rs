//! Sessions, certificates, bodies, and several steps.

use super::*;

#[tokio::test]
async fn sessions_pass() {
    for method in [
        "type: session\ncredentials: {user: string, password: {type: string, secret: true}}\nsteps:\n  - post: /login\n    body: {json: {user: '{{ credentials.user }}', password: '{{ credentials.password }}'}}\n    expect: {status: 200, if: '{{ response.body.ok }}'}\n    capture: {token: '{{ response.body.data.token }}', end: {value: '{{ response.body.expires }}', secret: false}}\nexpires_at: '{{ captured.end }}'\nheaders: {authorization: 'Bearer {{ captured.token }}'}",
        "type: session\ncredentials: {user: string, password: {type: string, secret: true}}\nsteps:\n  - post: /Login\n    body: {json: {UserName: '{{ credentials.user }}', Password: '{{ credentials.password }}'}}\n    capture: {cookie: '{{ response.cookie }}', node: {value: '{{ response.cookies.ROUTE }}', optional: true}}\nlifetime: 30m\nheaders: {cookie: '{{ captured.cookie }}'}",
        "type: session\ncredentials: {user: string, password: {type: string, secret: true}}\nsteps:\n  - post: /xml\n    body: {xml: {request: {'@version': '1', login: {user: '{{ credentials.user }}', password: '{{ credentials.password }}'}}}}\n    expect: {if: \"{{ response.xml.response.status == 'success' }}\"}\n    capture: {session: '{{ response.xml.response.api.sessionid }}'}\nlifetime: 30m\nheaders: {x-session: '{{ captured.session }}'}",
        "type: session\ncredentials: {key: {type: string, secret: true}}\nsteps:\n  - get: /challenge\n    capture: {challenge: \"{{ response.headers['x-challenge'] }}\"}\n  - post: /answer\n    body: {form: {answer: '{{ captured.challenge | hmac_sha256(credentials.key) | hex }}', challenge: '{{ captured.challenge }}'}}\n    expect: {if: \"{{ response.body.code in [0, 1] and response.body.error == none }}\"}\n    capture: {token: '{{ response.body.list[0].token }}'}\nlifetime: 30m\nbecause: It takes no header\nquery: {token: '{{ captured.token }}'}",
    ] {
        let mock = passes(method).await;
        assert!(mock.requests().iter().all(|request| request.status() < 300), "{}", told(&mock));
    }
}

#[tokio::test]
async fn a_session_that_has_ended_is_begun_anew() {
    let plan = plan(
        "type: session\ncredentials: {password: {type: string, secret: true}}\nsteps:\n  - post: /login\n    body: {json: {password: '{{ credentials.password }}'}}\n    capture: {token: '{{ response.body.token }}'}\nlifetime: 30m\nheaders: {x-token: '{{ captured.token }}'}\ndisconnect: [{post: /logout}]",
    );
    let mock = mock(plan);
    let client = connected(&mock, &mock, &plan).await.expect("a client");
    call(&client, &plan).await.expect("an answer");
    mock.expire_tokens();
    call(&client, &plan).await.unwrap_or_else(|error| panic!("{error}\n{}", told(&mock)));
    let verdicts = told(&mock);
    assert!(verdicts.contains("the session has expired"), "{verdicts}");
    client.disconnect().await.unwrap_or_else(|error| panic!("{error}\n{}", told(&mock)));
    assert_eq!(last(&mock).1, "fine: a step upon disconnecting");
    assert_eq!(send(&mock, "GET", "/v1/me", &[("x-token".to_owned(), "another".to_owned())], b"").0, 401);
    assert_eq!(last(&mock).1, "`captured.token` is not one that was issued");
    assert_eq!(send(&mock, "GET", "/v1/me", &[], b"").0, 401);
    assert_eq!(last(&mock).1, "the header `x-token` is missing");
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let plan = plan(
        "type: session\ncredentials: {password: {type: string, secret: true}}\nsteps:\n  - post: /login\n    body: {json: {password: '{{ credentials.password }}'}}\n    capture: {token: '{{ response.body.token }}'}\nlifetime: 30m\nheaders: {x-token: '{{ captured.token }}'}",
    );
    let of = Mock::builder(plan).with_credential("password", "another").start().expect("a mock");
    let at = mock(plan);
    refused(&of, &at, &plan, "the member `password` of the body has another value").await;
}

#[tokio::test]
async fn steps_upon_connecting_are_answered() {
    let mock = passes("type: oauth2\ngrant: client_credentials\ntoken_url: https://auth.example.com/token\nconnect:\n  - get: /me\n    capture: {account: '{{ response.body.account }}'}\n  - get: /sites\n    choose: {name: site, from: '{{ response.body }}', value: id, label: name}\nheaders: {authorization: 'Bearer {{ credentials.access_token }}', x-site: {value: '{{ captured.site | default(\"none\") }}'}}".replace("x-site: {value: '{{ captured.site | default(\"none\") }}'}", "x-kind: site").as_str()).await;
    assert!(mock.requests().iter().all(|request| request.status() < 300), "{}", told(&mock));
    assert_eq!(mock.requests().len(), 5, "{}", told(&mock));
}

#[tokio::test]
async fn members_of_the_body_are_checked() {
    let method = "type: session\ncredentials: {password: {type: string, secret: true}}\nsteps:\n  - post: /login\n    body: {json: {password: '{{ credentials.password }}'}}\n    capture: {token: '{{ response.body.token }}'}\nlifetime: 30m\nbody: {login: {token: '{{ captured.token }}'}}\nheaders: {x-token: '{{ captured.token }}'}";
    let mock = passes(method).await;
    let requests = mock.requests();
    let post = requests.iter().rfind(|request| request.action() == Some("add_item")).expect("a request");
    let token = post.header("x-token").expect("a token").to_owned();
    let headers = [("x-token".to_owned(), token), ("content-type".to_owned(), "application/json".to_owned())];
    let body = String::from_utf8_lossy(post.body()).replace("mock-token", "mock-other");
    assert_eq!(send(&mock, "POST", "/v1/items", &headers, body.as_bytes()).0, 401);
}

#[tokio::test]
async fn every_method_of_the_cases_comes_about_and_is_used() {
    let mut failures = Vec::new();
    for case in ["auth-kinds", "auth-in-path", "auth-more", "auth-oauth2"] {
        let path = couplet_tests::repository("tests/cases/accept").join(case).join("manifest.yaml");
        let plan = compiled(&couplet_tests::manifests::read(&path));
        for (place, method) in plan.connector().auth().iter().enumerate() {
            let mock = mock(plan);
            let outcome = match connected_by(place, &mock, &mock, &plan).await {
                Ok(client) => match plan.actions().iter().find(|action| action.inputs().is_empty()) {
                    Some(action) if action.auth().is_none() => client.call(action).json().await.map(drop),
                    _ => Ok(()),
                },
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                failures.push(format!("{case}, {}: {error}\n{}", method.name(), told(&mock)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
