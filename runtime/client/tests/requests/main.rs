//! The request that an action is, byte for byte, and what is refused before anything is sent.

mod bodies;

use std::sync::Arc;

use couplet_runtime::{
    Context, ErrorKind,
    generated::v1::{
        Action, Answer, AuthMethod, BinaryOperator, Body, BodyKind, Builder, BuiltRequest, Call, Connector,
        Effect, Entry, Expression, Field, Filter, Format, Input, Key, KeyLocation, Location, Media, Method,
        NamedTemplate, Nesting, PathPart, Scope, Server, StatusSet, Style,
    },
    transport::{InMemory, Reason, TransportError},
};

const KEY: Expression<'static> = Expression::reference(Scope::Credentials, &[Key::Name("key")]);
const SHOP: Expression<'static> = Expression::reference(Scope::Config, &[Key::Name("shop")]);
const KEY_FIELD: &[Field<'static>] = &[Field::new("key").secret()];
const CANARY: &str = "s3cr/t+canary";

static CONNECTOR: Connector<'static> = Connector::new(
    "sample",
    "1.2.3",
    &[
        Server::new("", Expression::text("https://api.example.com/v1")),
        Server::new(
            "shop",
            Expression::concat(&[Expression::text("https://"), SHOP, Expression::text(".example.com")]),
        ),
    ],
    &[
        AuthMethod::none("none"),
        AuthMethod::basic(
            "basic",
            &[Field::new("user"), Field::new("key").secret()],
            Expression::reference(Scope::Credentials, &[Key::Name("user")]),
            KEY,
        ),
        AuthMethod::bearer("bearer", &[Field::new("key").secret()], "Bearer", KEY),
        key_in("query", KeyLocation::Query),
        key_in("cookie", KeyLocation::Cookie),
        key_in("body", KeyLocation::Body),
        key_in("header", KeyLocation::Header),
    ],
)
.with_config(&[Field::new("shop").with_format(Format::HostLabel).with_default("\"acme\"")])
.with_query(&[NamedTemplate::new("shop", SHOP)])
.with_headers(&[NamedTemplate::new("x-version", Expression::text("7"))]);

const fn key_in(name: &'static str, location: KeyLocation) -> AuthMethod<'static> {
    AuthMethod::api_key(name, KEY_FIELD, location, Expression::text("api_key"), KEY)
}

const fn input(name: &'static str) -> Expression<'static> {
    match name.as_bytes()[0] {
        b'a' => Expression::reference(Scope::Input, &[Key::Name("a")]),
        _ => Expression::reference(Scope::Input, &[Key::Name("b")]),
    }
}

static GET: Action<'static> = Action::new(
    "get",
    Method::Get,
    &[PathPart::Literal("/items/"), PathPart::Input(0), PathPart::Literal("/x")],
    Effect::Read,
)
.with_inputs(&[
    Input::new("id", Location::Path),
    Input::new("tags", Location::Query).with_style(Style::Brackets).optional(),
    Input::new("limit", Location::Query).with_default("10"),
    Input::new("trace", Location::Header).with_wire("X-Trace").optional(),
]);

static CREATE: Action<'static> =
    Action::new("create", Method::Post, &[PathPart::Literal("/items")], Effect::Create)
        .with_inputs(&[
            Input::new("a", Location::Body),
            Input::new("b", Location::Body).with_wire("B-b").optional(),
        ])
        .with_body(Body::new(BodyKind::Json));

static TREE: Action<'static> =
    Action::new("tree", Method::Put, &[PathPart::Literal("/tree")], Effect::Update)
        .with_inputs(&[
            Input::new("a", Location::Expression),
            Input::new("b", Location::Expression).optional(),
        ])
        .with_body(Body::new(BodyKind::Json).with_value(Expression::map(&[
            Entry::new("fixed", Expression::list(&[Expression::int(1), Expression::NULL])),
            Entry::new("a", input("a")),
            Entry::new("b", input("b")).optional(),
            Entry::new(
                "text",
                Expression::concat(&[Expression::text("<"), input("a"), Expression::text(">")]),
            ),
        ])));

static FORM: Action<'static> =
    Action::new("form", Method::Post, &[PathPart::Literal("/form")], Effect::Create)
        .with_inputs(&[Input::new("a", Location::Body), Input::new("b", Location::Body).optional()])
        .with_body(Body::new(BodyKind::Form).with_nesting(Nesting::Brackets));

static SHOP_ACTION: Action<'static> =
    Action::new("shop", Method::Get, &[PathPart::Literal("/shop")], Effect::Read).with_server(1);

static BEARER_ONLY: Action<'static> =
    Action::new("bearer_only", Method::Get, &[PathPart::Literal("/b")], Effect::Read).with_auth(&[2]);

static PUBLIC: Action<'static> =
    Action::new("public", Method::Get, &[PathPart::Literal("/p")], Effect::Read).with_auth(&[]);

/// A context in which nothing can be sent.
fn offline() -> Context {
    Context::new().with_transport(Arc::new(InMemory::new(|_| Err(TransportError::new(Reason::Connect)))))
}

fn builder(method: usize) -> Builder<'static> {
    let builder = Builder::new(&CONNECTOR, method).with_context(&offline());
    match method {
        0 => builder,
        1 => builder.credential("user", "me").secret("key", CANARY),
        _ => builder.secret("key", CANARY),
    }
}

fn call(method: usize, action: &Action<'static>, inputs: &[(&str, &str)]) -> Call<'static> {
    let mut call = builder(method).build().unwrap().call(action);
    for (name, json) in inputs {
        call.set_json(name, json).unwrap();
    }
    call
}

fn built(method: usize, action: &Action<'static>, inputs: &[(&str, &str)]) -> BuiltRequest {
    call(method, action, inputs).build_request().unwrap()
}

fn refused(action: &Action<'static>, inputs: &[(&str, &str)]) -> String {
    let error = call(0, action, inputs).build_request().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.is_unsent());
    error.to_string()
}

fn header(request: &BuiltRequest, name: &str) -> Option<String> {
    request.headers().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn body(request: &BuiltRequest) -> &str {
    std::str::from_utf8(request.body()).unwrap()
}

#[test]
fn a_get_has_its_url_and_default_headers() {
    let request = built(0, &GET, &[("id", "54321"), ("tags", r#"["a b", "c"]"#), ("trace", "\"t\"")]);
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.url(),
        "https://api.example.com/v1/items/54321/x?shop=acme&tags%5B%5D=a%20b&tags%5B%5D=c&limit=10"
    );
    let mut headers = request.headers();
    headers.sort();
    let expected = [
        ("accept", "application/json"),
        ("user-agent", "couplet-sample/1.2.3"),
        ("x-trace", "t"),
        ("x-version", "7"),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(request.body().is_empty());
}

#[test]
fn a_path_input_is_one_segment() {
    let path = |id: &str| built(0, &GET, &[("id", id)]).url();
    for (id, encoded) in [
        ("\"../../admin\"", "..%2F..%2Fadmin"),
        ("\"a/b\"", "a%2Fb"),
        ("\"%2e%2e\"", "%252e%252e"),
        ("\"?x=1\"", "%3Fx%3D1"),
        ("\"#f\"", "%23f"),
        ("\";x\"", "%3Bx"),
        ("\"a\\u0000\\r\\nb%\"", "a%00%0D%0Ab%25"),
        ("[1, 2]", "1,2"),
    ] {
        assert_eq!(path(id), format!("https://api.example.com/v1/items/{encoded}/x?shop=acme&limit=10"));
    }
    for id in ["\"\"", "\".\"", "\"..\"", "null", "[]"] {
        refused(&GET, &[("id", id)]);
    }
    assert_eq!(refused(&GET, &[]), "get: the input `id` is missing");
}

#[test]
fn header_injection_and_long_urls_are_refused() {
    for value in ["\"a\\r\\nb: c\"", "\"a\\nb\"", "\"a\\u0000\""] {
        refused(&GET, &[("id", "1"), ("trace", value)]);
    }
    let long = format!("\"{}\"", "x".repeat(8 * 1024));
    assert!(refused(&GET, &[("id", &long)]).contains("longer than 8 KiB"));
}

#[test]
fn each_auth_method_puts_the_key_in_its_place() {
    let id = [("id", "1")];
    assert_eq!(
        header(&built(1, &GET, &id), "authorization").as_deref(),
        Some("Basic bWU6czNjci90K2NhbmFyeQ==")
    );
    assert_eq!(header(&built(2, &GET, &id), "authorization").as_deref(), Some("Bearer s3cr/t+canary"));
    assert!(built(3, &GET, &id).url().ends_with("&limit=10&api_key=s3cr%2Ft%2Bcanary"));
    assert_eq!(header(&built(4, &GET, &id), "cookie").as_deref(), Some("api_key=s3cr/t+canary"));
    assert_eq!(body(&built(5, &CREATE, &[("a", "1")])), r#"{"a":1,"api_key":"s3cr/t+canary"}"#);
    assert_eq!(body(&built(5, &FORM, &[("a", "1")])), "a=1&api_key=s3cr%2Ft%2Bcanary");
    assert_eq!(header(&built(6, &GET, &id), "api_key").as_deref(), Some("s3cr/t+canary"));
}

#[test]
fn masked_requests_show_no_secret() {
    for method in 1..=6 {
        let inputs: &[(&str, &str)] = if method == 5 { &[("a", "1")] } else { &[("id", "1")] };
        let request = built(method, if method == 5 { &CREATE } else { &GET }, inputs);
        for shown in [request.masked(), format!("{request:?}")] {
            assert!(shown.contains("***"), "{shown}");
            for canary in [CANARY, "s3cr%2Ft", "czNjci90", "bWU6czNj", "2NhbmFye"] {
                assert!(!shown.contains(canary), "{shown}");
            }
        }
    }
}

#[test]
fn nothing_that_holds_a_secret_shows_it() {
    let builder = builder(1);
    let client = builder.clone().build().unwrap();
    let call = client.call(&GET);
    let raw = client.request(Method::Get, "/x");
    let shown = format!("{builder:?} {client:?} {call:?} {raw:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert_eq!(client.redact("echo s3cr/t+canary"), "echo ***");
}

#[test]
fn an_action_can_narrow_server_and_auth() {
    assert_eq!(built(2, &SHOP_ACTION, &[]).url(), "https://acme.example.com/shop?shop=acme");
    assert_eq!(header(&built(2, &PUBLIC, &[]), "authorization"), None);
    let error = call(1, &BEARER_ONLY, &[]).build_request().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(
        error.to_string(),
        "bearer_only: this action needs the auth method bearer, and the client has `basic`"
    );
}

#[test]
fn config_cannot_move_the_host() {
    for shop in [
        "evil.com/#",
        "a@evil.com",
        "evil.com:443/#",
        "acme.prod",
        "",
        "-a",
        "ACME",
        "evil\u{3002}com",
        "a\tb",
    ] {
        let error = builder(0).config("shop", shop).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{shop:?}");
    }
    assert!(builder(0).config("shop", "acme-2").build().is_ok());
}

#[test]
fn another_base_url_moves_every_server() {
    let build = |url: &str| builder(2).with_base_url(url).build();
    let client = build("http://127.0.0.1:8080/mock/").unwrap();
    assert_eq!(
        client.call(&SHOP_ACTION).build_request().unwrap().url(),
        "http://127.0.0.1:8080/shop?shop=acme"
    );
    assert_eq!(client.call(&PUBLIC).build_request().unwrap().url(), "http://127.0.0.1:8080/mock/p?shop=acme");
    assert!(build("http://example.com").is_err());
    assert!(build("https://10.0.0.1").is_err());
    assert!(build("ftp://example.com").is_err());
}

#[test]
fn raw_requests_stay_below_the_base_url() {
    let client = builder(3).build().unwrap();
    let raw = |path: &str| client.request(Method::Get, path).query("q", "a b").build_request();
    assert_eq!(
        raw("/new thing").unwrap().url(),
        "https://api.example.com/v1/new%20thing?shop=acme&q=a%20b&api_key=s3cr%2Ft%2Bcanary"
    );
    for path in [
        "",
        "x",
        "//evil.com/x",
        "\\\\evil.com/x",
        "https://evil.com",
        "http:evil",
        "\thttps://evil.com/",
        "/a/../b",
        "/%2e%2e/b",
        "/x?y=1",
        "/x#f",
        "/a\r\nb",
    ] {
        assert_eq!(raw(path).unwrap_err().kind(), ErrorKind::Input, "{path:?}");
    }
    let hop = client.request(Method::Post, "/x").header("Host", "evil.com").build_request();
    assert_eq!(hop.unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn a_basic_user_has_no_colon_and_fields_have_no_control_characters() {
    let basic = |user: &str, key: &str| {
        Builder::new(&CONNECTOR, 1)
            .with_context(&offline())
            .credential("user", user)
            .secret("key", key)
            .build()
    };
    assert!(basic("me", "a:b").is_ok());
    for (user, key) in [("a:b", "c"), ("a\n", "c"), ("a", "c\r\nx: y"), ("a", "\0")] {
        let error = basic(user, key).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!error.to_string().contains("x: y"));
    }
    let missing = Builder::new(&CONNECTOR, 1).credential("user", "me").build().unwrap_err();
    assert_eq!(missing.to_string(), "the credential `key` is missing");
}

#[test]
fn unknown_inputs_are_named() {
    let mut call = call(0, &GET, &[]);
    let error = call.set_json("ip", "1").unwrap_err();
    assert_eq!(error.to_string(), "get: there is no input `ip`; the inputs are: id, tags, limit, trace");
    assert_eq!(call.set_json("id", "{").unwrap_err().kind(), ErrorKind::Input);
}

static PLACES: Connector<'static> = Connector::new(
    "places",
    "0.1.0",
    &[
        Server::table(
            "",
            "env",
            &[
                NamedTemplate::new("live", Expression::text("https://api.example.com/bot{token}")),
                NamedTemplate::new("sandbox", Expression::text("https://sandbox.example.com/bot{token}")),
            ],
        ),
        Server::new(
            "instance",
            Expression::concat(&[
                Expression::reference(Scope::Config, &[Key::Name("instance")]),
                Expression::text("/data/"),
                Expression::reference(Scope::Config, &[Key::Name("tenant")]),
            ]),
        ),
    ],
    &[AuthMethod::api_key("bot", KEY_FIELD, KeyLocation::Path, Expression::text("token"), KEY)],
)
.with_config(&[
    Field::new("env").with_choices(&["live", "sandbox"]).with_default("\"live\""),
    Field::new("instance").with_format(Format::Origin(&["*.my.example.com"])),
    Field::new("tenant"),
]);

#[test]
fn urls_come_from_tables_origins_and_keys() {
    let builder = |tenant: &str| {
        let builder = Builder::new(&PLACES, 0).with_context(&offline()).secret("key", "12:a/b");
        builder.config("instance", "https://acme.my.example.com").config("tenant", tenant)
    };
    let urls = |builder: Builder<'static>| {
        let client = builder.build().unwrap();
        [&PUBLIC, &SHOP_ACTION].map(|action| client.call(action).build_request().unwrap().url())
    };
    assert_eq!(
        urls(builder("a b/..")),
        ["https://api.example.com/bot12%3Aa%2Fb/p", "https://acme.my.example.com/data/a%20b%2F../shop"]
    );
    assert_eq!(urls(builder("t").config("env", "sandbox"))[0], "https://sandbox.example.com/bot12%3Aa%2Fb/p");
    assert_eq!(
        urls(builder("t").with_base_url("http://127.0.0.1:9/bot{token}")),
        ["http://127.0.0.1:9/bot12%3Aa%2Fb/p", "http://127.0.0.1:9/data/t/shop"]
    );
    let shown = builder("t").build().unwrap().call(&PUBLIC).build_request().unwrap().masked();
    assert!(shown.starts_with("GET https://api.example.com/bot***/p\n"), "{shown}");
    for wrong in [
        builder(".."),
        builder(""),
        builder("t").config("env", "other"),
        builder("t").config("instance", "https://evil.com"),
        builder("t").config("instance", "https://acme.my.example.com.evil.com"),
        builder("t").config("instance", "http://acme.my.example.com"),
        builder("t").with_base_url("http://127.0.0.1:9"),
    ] {
        let shown = format!("{wrong:?}");
        assert_eq!(wrong.build().unwrap_err().kind(), ErrorKind::Config, "{shown}");
    }
}

#[tokio::test]
async fn accounts_that_share_a_context_do_not_share_credentials() {
    let echo = InMemory::new(|request| {
        let sent = request.headers().get("authorization").cloned();
        let text = sent.and_then(|value| value.to_str().map(str::to_owned).ok()).unwrap_or_default();
        Ok(http::Response::new(format!("\"{text}\"").into()))
    });
    static ECHO: Action<'static> = Action::new("echo", Method::Get, &[PathPart::Literal("/")], Effect::Read)
        .with_answers(&[Answer::new(StatusSet::SUCCESS, Media::Json)]);
    let context = Context::new().with_transport(Arc::new(echo));
    let clients: Vec<_> = (0..4)
        .map(|n| {
            Builder::new(&CONNECTOR, 2)
                .with_context(&context)
                .secret("key", format!("key-{n}"))
                .build()
                .unwrap()
        })
        .collect();
    let calls: Vec<_> = (0..2000).map(|n| (n % 4, tokio::spawn(clients[n % 4].call(&ECHO).json()))).collect();
    for (n, call) in calls {
        assert_eq!(call.await.unwrap().unwrap().json, format!("\"Bearer key-{n}\""));
    }
}
