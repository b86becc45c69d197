//! Connectors as the compiler lowers them, written by hand.

use couplet_runtime::generated::v1::{
    Action, Answer, AuthKind, AuthMethod, Authorization, Body, BodyKind, Capture, Choice, Connector, Effect,
    Entry, ErrorRule, Expression, Field, Flow, Format, Key, Media, Method, NamedTemplate, OAuth1,
    OAuth1Dance, PathPart, Scope, Server, SignatureMethod, StatusSet, Step, StepUrl, Token, TokenResponse,
};

type Ex = Expression<'static>;

pub(crate) const fn oauth(path: &'static [Key<'static>]) -> Ex {
    Expression::reference(Scope::OAuth, path)
}

pub(crate) const fn credential(path: &'static [Key<'static>]) -> Ex {
    Expression::reference(Scope::Credentials, path)
}

pub(crate) const fn app(path: &'static [Key<'static>]) -> Ex {
    Expression::reference(Scope::App, path)
}

pub(crate) const fn captured(path: &'static [Key<'static>]) -> Ex {
    Expression::reference(Scope::Captured, path)
}

pub(crate) const fn body(path: &'static [Key<'static>]) -> Ex {
    Expression::reference(Scope::Response, path)
}

const ACCESS_TOKEN: Ex = credential(&[Key::Name("access_token")]);
const TOKEN_TYPE: Ex = credential(&[Key::Name("token_type")]);
const REFRESH_TOKEN: Ex = credential(&[Key::Name("refresh_token")]);
const CLIENT_ID: Ex = app(&[Key::Name("client_id")]);
const CLIENT_SECRET: Ex = app(&[Key::Name("client_secret")]);
const REDIRECT_URI: Ex = oauth(&[Key::Name("redirect_uri")]);

pub(crate) const BEARER: &[NamedTemplate<'static>] = &[NamedTemplate::new(
    "authorization",
    Expression::concat(&[TOKEN_TYPE, Expression::text(" "), ACCESS_TOKEN]),
)];

/// RFC 6749's members.
pub(crate) const RESPONSE: TokenResponse<'static> =
    TokenResponse::new(body(&[Key::Name("body"), Key::Name("access_token")]))
        .with_token_type(body(&[Key::Name("body"), Key::Name("token_type")]))
        .with_refresh_token(body(&[Key::Name("body"), Key::Name("refresh_token")]))
        .with_scope(body(&[Key::Name("body"), Key::Name("scope")]))
        .with_expires_in(body(&[Key::Name("body"), Key::Name("expires_in")]), 1000);

const TOKEN_URL: StepUrl<'static> =
    StepUrl::Url(Server::new("token_url", Expression::text("https://login.example.com/oauth/token")));

const EXCHANGE: &[Step<'static>] = &[Step::new(Method::Post, TOKEN_URL).with_body(
    Body::new(BodyKind::Form).with_value(Expression::map(&[
        Entry::new("grant_type", Expression::text("authorization_code")),
        Entry::new("code", oauth(&[Key::Name("code")])),
        Entry::new("redirect_uri", REDIRECT_URI),
        Entry::new("code_verifier", oauth(&[Key::Name("code_verifier")])),
        Entry::new("client_id", CLIENT_ID),
        Entry::new("client_secret", CLIENT_SECRET),
    ])),
)];

const REFRESH: &[Step<'static>] = &[Step::new(Method::Post, TOKEN_URL).with_body(
    Body::new(BodyKind::Form).with_value(Expression::map(&[
        Entry::new("grant_type", Expression::text("refresh_token")),
        Entry::new("refresh_token", REFRESH_TOKEN),
        Entry::new("client_id", CLIENT_ID),
        Entry::new("client_secret", CLIENT_SECRET),
    ])),
)];

const REVOKE: &[Step<'static>] = &[Step::new(
    Method::Post,
    StepUrl::Url(Server::new("revocation_url", Expression::text("https://login.example.com/oauth/revoke"))),
)
.with_body(
    Body::new(BodyKind::Form).with_value(Expression::map(&[Entry::new("token", REFRESH_TOKEN).optional()])),
)];

const AUTHORIZATION: Authorization<'static> = Authorization::new(
    Server::new("authorization_url", Expression::text("https://login.example.com/authorize")),
    &[
        NamedTemplate::new("response_type", Expression::text("code")),
        NamedTemplate::new("client_id", CLIENT_ID),
        NamedTemplate::new("redirect_uri", REDIRECT_URI),
        NamedTemplate::new("scope", oauth(&[Key::Name("scope")])).optional(),
        NamedTemplate::new("state", oauth(&[Key::Name("state")])),
        NamedTemplate::new("code_challenge", oauth(&[Key::Name("code_challenge")])).optional(),
        NamedTemplate::new("code_challenge_method", Expression::text("S256")),
    ],
);

static CODE: Token<'static> = Token::new(Flow::AuthorizationCode(AUTHORIZATION), EXCHANGE, RESPONSE)
    .with_refresh(REFRESH)
    .with_revoke(REVOKE)
    .with_scopes(&["read", "write"], " ")
    .with_captures(&[
        Capture::new("realm", Expression::reference(Scope::Callback, &[Key::Name("realmId")])).optional()
    ]);

static CODE_WITH_ISSUER: Token<'static> = Token::new(
    Flow::AuthorizationCode(AUTHORIZATION.with_issuer(Expression::text("https://login.example.com"))),
    EXCHANGE,
    RESPONSE,
)
.with_refresh(REFRESH);

const CLIENT_CREDENTIALS: &[Step<'static>] = &[Step::new(Method::Post, TOKEN_URL).with_body(
    Body::new(BodyKind::Form).with_value(Expression::map(&[
        Entry::new("grant_type", Expression::text("client_credentials")),
        Entry::new("scope", oauth(&[Key::Name("scope")])).optional(),
        Entry::new("client_id", credential(&[Key::Name("client_id")])),
        Entry::new("client_secret", credential(&[Key::Name("client_secret")])),
    ])),
)];

static CLIENT: Token<'static> =
    Token::new(Flow::Direct, CLIENT_CREDENTIALS, RESPONSE).with_expired(&[ErrorRule::new(
        couplet_runtime::generated::v1::ErrorKind::Unauthorized,
    )
    .with_status(StatusSet::new(&[(403, 403)]))
    .with_condition(Expression::binary(
        couplet_runtime::generated::v1::BinaryOperator::Equal,
        &body(&[Key::Name("body"), Key::Name("code")]),
        &Expression::text("token_expired"),
    ))]);

static DEVICE: Token<'static> = Token::new(
    Flow::DeviceCode(Step::new(
        Method::Post,
        StepUrl::Url(Server::new("device", Expression::text("https://login.example.com/device"))),
    )),
    &[Step::new(Method::Post, TOKEN_URL).with_body(Body::new(BodyKind::Form).with_value(Expression::map(
        &[
            Entry::new("grant_type", Expression::text("urn:ietf:params:oauth:grant-type:device_code")),
            Entry::new("device_code", oauth(&[Key::Name("device_code")])),
            Entry::new("client_id", CLIENT_ID),
        ],
    )))],
    RESPONSE,
);

/// A session: a login by a path of the API, a token in a header of its own, and a host that the login tells.
static SESSION: Token<'static> = Token::new(
    Flow::Direct,
    &[Step::new(
        Method::Post,
        StepUrl::Url(Server::new("login", Expression::text("https://login.example.com/session"))),
    )
    .with_body(Body::new(BodyKind::Json).with_value(Expression::map(&[
        Entry::new("user", credential(&[Key::Name("username")])),
        Entry::new("password", credential(&[Key::Name("password")])),
    ])))
    .with_condition(body(&[Key::Name("body"), Key::Name("ok")]))
    .with_captures(&[
        Capture::new("token", body(&[Key::Name("body"), Key::Name("token")])).secret(),
        Capture::new("host", body(&[Key::Name("body"), Key::Name("host")]))
            .with_format(Format::Origin(&["*.example.com"])),
    ])],
    TokenResponse::NONE,
)
.with_lifetime(1800);

static DANCE: OAuth1<'static> =
    OAuth1::new(SignatureMethod::HmacSha1, CLIENT_ID, CLIENT_SECRET).with_dance(OAuth1Dance::new(
        Server::new("request", Expression::text("https://login.example.com/request")),
        Server::new("authorize", Expression::text("https://login.example.com/authorize")),
        Server::new("access", Expression::text("https://login.example.com/access")),
        &[NamedTemplate::new("expiration", Expression::text("never"))],
        app(&[Key::Name("redirect_uri")]),
    ));

const APP: &[Field<'static>] =
    &[Field::new("client_id"), Field::new("client_secret").secret(), Field::new("redirect_uri")];

const SITES: &[Step<'static>] = &[Step::new(Method::Get, StepUrl::Path(0, &[PathPart::Literal("/sites")]))
    .with_choice(Choice::new("site", body(&[Key::Name("body")]), "id", "name"))];

const OUT: &[Step<'static>] = &[Step::new(Method::Post, StepUrl::Path(0, &[PathPart::Literal("/logout")]))];

const fn code(name: &'static str, token: &'static Token<'static>) -> AuthMethod<'static> {
    AuthMethod::new(name, &[], AuthKind::Token(token)).with_app(APP).with_headers(BEARER)
}

pub(crate) const CODE_METHOD: usize = 0;
pub(crate) const ISSUER_METHOD: usize = 1;
pub(crate) const CLIENT_METHOD: usize = 2;
pub(crate) const DEVICE_METHOD: usize = 3;
pub(crate) const SITES_METHOD: usize = 4;
pub(crate) const OAUTH1_METHOD: usize = 5;
pub(crate) const DIGEST_METHOD: usize = 6;
pub(crate) const BASIC_METHOD: usize = 7;

pub(crate) static CONNECTOR: Connector<'static> = Connector::new(
    "sample",
    "1.0.0",
    &[Server::new("", Expression::text("https://api.example.com/v1"))],
    &[
        code("code", &CODE),
        code("issuer", &CODE_WITH_ISSUER),
        AuthMethod::new(
            "client",
            &[Field::new("client_id"), Field::new("client_secret").secret()],
            AuthKind::Token(&CLIENT),
        )
        .with_headers(BEARER),
        AuthMethod::new("device", &[], AuthKind::Token(&DEVICE))
            .with_app(&[Field::new("client_id")])
            .with_headers(BEARER),
        code("sites", &CODE).with_connect(SITES).with_disconnect(OUT),
        AuthMethod::new("oauth1", &[], AuthKind::OAuth1(&DANCE)).with_app(APP),
        AuthMethod::new(
            "digest",
            &[Field::new("username"), Field::new("password").secret()],
            AuthKind::Digest(credential(&[Key::Name("username")]), credential(&[Key::Name("password")])),
        ),
        AuthMethod::basic(
            "basic",
            &[Field::new("username"), Field::new("password").secret()],
            credential(&[Key::Name("username")]),
            credential(&[Key::Name("password")]),
        )
        .with_connect(SITES),
    ],
);

/// A connector whose base URL a login tells.
pub(crate) static HOSTED: Connector<'static> = Connector::new(
    "hosted",
    "1.0.0",
    &[Server::new("", Expression::concat(&[captured(&[Key::Name("host")]), Expression::text("/api")]))],
    &[AuthMethod::new(
        "session",
        &[Field::new("username"), Field::new("password").secret()],
        AuthKind::Token(&SESSION),
    )
    .with_headers(&[NamedTemplate::new("x-session", captured(&[Key::Name("token")]))])],
);

pub(crate) static GET: Action<'static> =
    Action::new("get", Method::Get, &[PathPart::Literal("/items")], Effect::Read)
        .with_answers(&[Answer::new(StatusSet::SUCCESS, Media::Json)]);

pub(crate) static CREATE: Action<'static> =
    Action::new("create", Method::Post, &[PathPart::Literal("/items")], Effect::Create)
        .with_answers(&[Answer::new(StatusSet::SUCCESS, Media::Json)]);
