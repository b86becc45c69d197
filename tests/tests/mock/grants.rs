//! OAuth 2.0: tokens that are issued, renewed, expired, revoked and stolen.

use super::*;

const CLIENT: &str = "type: oauth2\ngrant: client_credentials\ntoken_url: https://auth.example.com/token\nscopes: {read: Read, write: Write}";
const CODE: &str = "type: oauth2\ngrant: authorization_code\nissuer: https://auth.example.com\nauthorization_url: https://auth.example.com/authorize\ntoken_url: https://auth.example.com/token\nrevocation_url: https://auth.example.com/revoke\nscopes: {read: Read}";

#[tokio::test]
async fn every_grant_passes() {
    for method in [
        CLIENT,
        CODE,
        "type: oauth2\ngrant: client_credentials\nclient_auth: basic\ntoken_url: https://auth.example.com/token",
        "type: oauth2\ngrant: password\nbecause: No other grant\nclient_auth: none\ntoken_url: https://auth.example.com/token",
        "type: oauth2\ngrant: refresh_token\ntoken_url: https://auth.example.com/token",
        "type: oauth2\ngrant: device_code\nclient_auth: none\ndevice_authorization_url: https://auth.example.com/device\ntoken_url: https://auth.example.com/token\nscopes: {a: b}",
        "type: oauth2\ngrant: authorization_code\npkce: false\nbecause: Not known there\nauthorization_url: https://auth.example.com/a\ntoken_url: https://auth.example.com/token\nauthorize: {query: {prompt: consent}, rename: {client_id: client_key}, code: the_code}\ntoken: {as: json, params: {audience: 'https://api.example.com'}, headers: {x-version: '2'}}\nresponse: {access_token: '{{ response.body.data.token }}', refresh_token: '{{ response.body.data.refresh }}', token_type: Token, expires_in: '{{ response.body.data.minutes }}'}\nexpires_unit: minutes\nscope_separator: ','\nscopes: {a: A, b: B}",
        "type: oauth2\ngrant: authorization_code\nauthorization_url: https://auth.example.com/authorize\ntoken_url: https://auth.example.com/token\ncapture:\n  realm: '{{ callback.realmId }}'\n  site: {value: '{{ response.body.instance_url }}', format: origin, within: ['*.example.com']}\n  tenant: '{{ (response.body.id_token | claims).tid }}'\n  more: {value: '{{ (response.body.id_token | claims).org }}', optional: true}\nheaders: {authorization: 'Bearer {{ credentials.access_token }}', x-realm: '{{ captured.realm }}', x-tenant: '{{ captured.tenant }}'}",
        "type: oauth2\ngrant: authorization_code\ndiscovery: https://api.example.com/v1\nregistration: dynamic",
        "type: oauth2\ngrant: client_credentials\nclient_auth: private_key_jwt\ntoken_url: https://auth.example.com/token\ncredentials: {key: {type: string, secret: true}}\nassertion: {algorithm: PS256, key: '{{ credentials.key }}'}",
    ] {
        passes(method).await;
    }
}

#[tokio::test]
async fn every_algorithm_of_an_assertion_passes() {
    for algorithm in ["RS256", "RS384", "RS512", "PS384", "ES256", "ES384", "EdDSA", "HS256"] {
        let assertion = format!(
            "assertion:\n  algorithm: {algorithm}\n  key: '{{{{ credentials.key }}}}'\n  header: {{kid: '{{{{ credentials.id }}}}'}}\n  claims: {{iss: '{{{{ credentials.id }}}}', aud: 'https://auth.example.com', jti: '{{{{ uuid }}}}'}}"
        );
        let credentials = "credentials: {id: string, key: {type: string, secret: true}}";
        passes(&format!("type: oauth2\ngrant: jwt_bearer\ntoken_url: https://auth.example.com/token\n{credentials}\n{assertion}")).await;
        passes(&format!("type: jwt\n{credentials}\n{assertion}")).await;
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let plan = plan(CLIENT);
    let of = Mock::builder(plan).with_credential("client_secret", "another").start().expect("a mock");
    let at = mock(plan);
    refused(&of, &at, &plan, "the parameter `client_secret` has another value").await;
    let (status, answer) =
        form(&at, "/token", &[("grant_type", "client_credentials"), ("client_id", "mock-client-id")]);
    assert_eq!(status, 400);
    assert_eq!(member(&answer, "error"), "invalid_request", "{answer}");
    let secret = value(&at, "client_secret");
    let wrong = [
        ("grant_type", "password"),
        ("scope", "read write"),
        ("client_id", "mock-client-id"),
        ("client_secret", &secret),
    ];
    assert_eq!(member(&form(&at, "/token", &wrong).1, "error"), "unsupported_grant_type");
    let extra = [
        ("grant_type", "client_credentials"),
        ("scope", "read write"),
        ("client_id", "mock-client-id"),
        ("client_secret", &secret),
        ("x", "y"),
    ];
    let (status, answer) = form(&at, "/token", &extra);
    assert_eq!(
        (status, member(&answer, "error_description")),
        (400, "the parameter `x` does not belong here".to_owned())
    );
    let (status, _) = form(&at, "/token", &extra[..4]);
    assert_eq!(status, 200);
}

#[tokio::test]
async fn an_expired_token_is_renewed() {
    for method in [CLIENT, CODE] {
        let plan = plan(method);
        let mock = mock(plan);
        let client = connected(&mock, &mock, &plan).await.expect("a client");
        call(&client, &plan).await.expect("an answer");
        mock.expire_tokens();
        call(&client, &plan).await.unwrap_or_else(|error| panic!("{error}\n{}", told(&mock)));
        let verdicts: Vec<_> = mock.requests().iter().map(|request| request.verdict().to_owned()).collect();
        assert!(verdicts.iter().any(|verdict| verdict == "the access token has expired"), "{verdicts:?}");
        let issued = if method == CODE { "fine: the token is renewed" } else { "fine: a token is issued" };
        assert!(verdicts.iter().skip(3).any(|verdict| verdict == issued), "{verdicts:?}");
    }
}

#[tokio::test]
async fn the_lifetime_of_tokens_is_told() {
    let plan = plan(CLIENT);
    let lifetime = std::time::Duration::from_secs(90);
    let mock = Mock::builder(plan).with_token_lifetime(lifetime).start().expect("a mock");
    let secret = value(&mock, "client_secret");
    let pairs = [
        ("grant_type", "client_credentials"),
        ("scope", "read write"),
        ("client_id", "mock-client-id"),
        ("client_secret", &secret),
    ];
    let (_, answer) = form(&mock, "/token", &pairs);
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["expires_in"], 90, "{answer}");
    assert_eq!(answer["token_type"], "Bearer", "{answer}");
}

/// The parameters of a redirect.
fn parameter(url: &str, name: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("no `{name}` in {url}")).to_owned()
}

/// A consent by hand: the code.
fn code(mock: &Mock) -> String {
    // RFC 7636, appendix B.
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let url = format!(
        "/authorize?response_type=code&client_id=mock-client-id&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=read&state=s&code_challenge={challenge}&code_challenge_method=S256"
    );
    let callback = mock.consent(&url).unwrap_or_else(|why| panic!("{why}"));
    assert!(callback.starts_with("http://127.0.0.1/callback?"), "{callback}");
    assert_eq!(parameter(&callback, "state"), "s");
    assert_eq!(parameter(&callback, "iss"), "https%3A%2F%2Fauth.example.com");
    parameter(&callback, "code")
}

fn exchange(mock: &Mock, code: &str, verifier: &str) -> (u16, String) {
    let (id, secret) = (value(mock, "client_id"), value(mock, "client_secret"));
    form(
        mock,
        "/token",
        &[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", "http://127.0.0.1/callback"),
            ("code_verifier", verifier),
            ("client_id", &id),
            ("client_secret", &secret),
        ],
    )
}

#[test]
fn a_redirect_uri_is_the_same_in_both_requests() {
    let mock = mock(plan(CODE));
    let url = "/authorize?response_type=code&client_id=mock-client-id&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&scope=read&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let callback = mock.consent(url).expect("a consent");
    assert!(callback.starts_with("http://127.0.0.1:7777/callback?"), "{callback}");
    let (status, answer) = exchange(&mock, &parameter(&callback, "code"), VERIFIER);
    assert_eq!(status, 400, "{answer}");
    assert!(answer.contains("the redirect_uri is not the one that the code was given for"), "{answer}");
    assert_eq!(exchange(&mock, &code(&mock), VERIFIER).0, 200);
}

fn refresh(mock: &Mock, token: &str) -> (u16, String) {
    let (id, secret) = (value(mock, "client_id"), value(mock, "client_secret"));
    form(
        mock,
        "/token",
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", &id),
            ("client_secret", &secret),
        ],
    )
}

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[test]
fn a_code_is_good_once_and_with_its_verifier() {
    let mock = mock(plan(CODE));
    let first = code(&mock);
    let (status, answer) = exchange(&mock, &first, "another-verifier-that-is-long-enough-to-be-one-0000");
    assert_eq!((status, member(&answer, "error").as_str()), (400, "invalid_grant"));
    assert!(answer.contains("the code_verifier is not that of the code_challenge"), "{answer}");
    let (status, answer) = exchange(&mock, "another", VERIFIER);
    assert_eq!((status, member(&answer, "error").as_str()), (400, "invalid_grant"));
    assert!(answer.contains("the code is not one that was issued"), "{answer}");
    let (status, answer) = exchange(&mock, &first, VERIFIER);
    assert_eq!(status, 200, "{answer}");
    let access = member(&answer, "access_token");
    let bearer = [("authorization".to_owned(), format!("Bearer {access}"))];
    assert_eq!(send(&mock, "GET", "/v1/me", &bearer, b"").0, 200);
    let (_, answer) = exchange(&mock, &first, VERIFIER);
    assert!(answer.contains("the code was used before"), "{answer}");
    assert_eq!(send(&mock, "GET", "/v1/me", &bearer, b"").0, 401);
    assert_eq!(last(&mock).1, "the access token has been revoked");
}

#[test]
fn an_authorization_request_that_is_wrong_goes_nowhere() {
    let mock = mock(plan(CODE));
    let right = "response_type=code&client_id=mock-client-id&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=read&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    mock.consent(&format!("/authorize?{right}")).expect("a consent");
    for (from, to, why) in [
        ("mock-client-id", "another", "the query parameter `client_id` has another value"),
        ("127.0.0.1", "evil.example.com", "the query parameter `redirect_uri` has another value"),
        ("&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "", "`code_challenge` is missing"),
        ("=S256", "=plain", "`code_challenge_method` has another value"),
        ("E9Melhoa2", "", "the code_challenge is not one of S256"),
    ] {
        let refused =
            mock.consent(&format!("/authorize?{}", right.replace(from, to))).expect_err("a refusal");
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn refresh_tokens_rotate_and_reuse_revokes_the_family() {
    let mock = mock(plan(CODE));
    let (_, answer) = exchange(&mock, &code(&mock), VERIFIER);
    let first = member(&answer, "refresh_token");
    let (status, answer) = refresh(&mock, &first);
    assert_eq!(status, 200, "{answer}");
    let (second, access) = (member(&answer, "refresh_token"), member(&answer, "access_token"));
    assert_ne!(first, second);
    let (status, answer) = refresh(&mock, &first);
    assert_eq!((status, member(&answer, "error").as_str()), (400, "invalid_grant"));
    assert!(answer.contains("was used before"), "{answer}");
    let (_, answer) = refresh(&mock, &second);
    assert!(answer.contains("the refresh token has been revoked"), "{answer}");
    let (_, answer) = refresh(&mock, "another");
    assert!(answer.contains("the refresh token is not one that was issued"), "{answer}");
    let bearer = [("authorization".to_owned(), format!("Bearer {access}"))];
    assert_eq!(send(&mock, "GET", "/v1/me", &bearer, b"").0, 401);
}

#[tokio::test]
async fn a_token_that_was_given_back_is_gone() {
    let plan = plan(CODE);
    let mock = mock(plan);
    let client = connected(&mock, &mock, &plan).await.expect("a client");
    client.disconnect().await.unwrap_or_else(|error| panic!("{error}\n{}", told(&mock)));
    assert_eq!(last(&mock), (200, "fine: the tokens are revoked".to_owned()));
    call(&client, &plan).await.expect_err("an error");
}

#[tokio::test]
async fn an_assertion_of_another_key_is_refused() {
    let method = "type: oauth2\ngrant: jwt_bearer\ntoken_url: https://auth.example.com/token\ncredentials: {id: string, key: {type: string, secret: true}}\nassertion: {algorithm: ES256, key: '{{ credentials.key }}', claims: {iss: '{{ credentials.id }}', jti: '{{ uuid }}'}}";
    refuses(method, "its signature is not of this key").await;
    let plan = plan(method);
    let at = mock(plan);
    let of = Mock::builder(plan)
        .with_credential("key", value(&at, "key"))
        .with_credential("id", "another")
        .start()
        .expect("a mock");
    refused(&of, &at, &plan, "its claim `iss` has another value").await;
}

#[tokio::test]
async fn an_assertion_is_taken_once() {
    let mock = passes("type: oauth2\ngrant: jwt_bearer\ntoken_url: https://auth.example.com/token\ncredentials: {key: {type: string, secret: true}}\nassertion: {algorithm: EdDSA, key: '{{ credentials.key }}', claims: {jti: '{{ uuid }}'}}").await;
    let requests = mock.requests();
    let first = requests.first().expect("a request");
    let kind = [("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let (status, answer) = send(&mock, "POST", "/token", &kind, first.body());
    assert_eq!(status, 400);
    assert!(answer.contains("its `jti` was used before"), "{answer}");
}
