//! What authors of auth methods mean by the words of specifications and of other descriptions.

/// What an author meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Another word stands for it here.
    Word(&'static str),
    /// It is said elsewhere, or in another way.
    Help(&'static str),
}

use Hint::{Help, Word};

/// What stands where, the words that are written there, and what is meant.
type Row = (&'static str, &'static [&'static str], Hint);

/// Keys.
const KEYS: [Row; 27] = [
    (OAUTH2, &["grant_type", "flow"], Word("grant")),
    (OAUTH2, &["auth_url", "authorize_url", "authorization_endpoint", "auth_uri"], Word("authorization_url")),
    (OAUTH2, &["token_endpoint", "access_token_url", "token_uri"], Word("token_url")),
    (OAUTH2, &["refresh_endpoint", "refresh_token_url"], Word("refresh_url")),
    (OAUTH2, &["revoke_url", "revocation_endpoint", "revoke_endpoint"], Word("revocation_url")),
    (OAUTH2, &["device_url", "device_authorization_endpoint"], Word("device_authorization_url")),
    (OAUTH2, &["token_endpoint_auth_method", "client_authentication"], Word("client_auth")),
    (OAUTH2, &["expires_in", "token_lifetime", "ttl"], Word("lifetime")),
    (OAUTH2, &["separator", "scopes_separator"], Word("scope_separator")),
    (OAUTH2, &["client_id", "client_secret"], Help(CLIENT)),
    (OAUTH2, &["redirect_uri", "redirect_url", "callback_url"], Help(REDIRECT)),
    (OAUTH2, &["params", "token_params", "audience", "resource"], Help(PARAMETERS)),
    (OAUTH2, &["authorization_params", "authorize_params", "prompt", "access_type"], Help(PARAMETERS)),
    (OAUTH2, &["code_challenge_method"], Help("PKCE with S256 is used unless `pkce: false` says otherwise")),
    (OAUTH2, &["steps"], Help("requests of your own stand under `token: {steps: […]}`")),
    (CHANGES, &["capture"], Help("`capture` stands beside it, as a key of the method")),
    (CHANGES, &["url"], Help(URLS)),
    (CHANGES, &["body", "form", "json", "data"], Help(BODY)),
    (RESPONSE, &["capture"], Help("`capture` stands beside it, as a key of the method")),
    (RESPONSE, &["token"], Word("access_token")),
    (RESPONSE, &["lifetime", "expires_unit"], Help("it stands beside `response`, as a key of the method")),
    (SESSION, &["login", "login_steps"], Word("steps")),
    (SESSION, &["capture", "token"], Help("`capture` stands in the step whose answer holds the value")),
    (STEP, &["url", "method", "path"], Help("the method is the key, and the URL its value: `post: /login`")),
    (STEP, &["json", "form", "xml", "text"], Help("it stands under `body`: `body: {json: {…}}`")),
    (STEP, &["params", "parameters"], Word("query")),
    (
        STEP,
        &["status", "if"],
        Help("what the answer must be stands under `expect: {status: 200, if: '{{ … }}'}`"),
    ),
];

const OAUTH2: &str = "auth of type `oauth2`";
const SESSION: &str = "auth of type `session`";
const CHANGES: &str = "changes of a request";
const RESPONSE: &str = "`response`";
const STEP: &str = "a step";
const CLIENT: &str = "a manifest is public, and the client is its user's: the method asks for `app.client_id` and \
                      `app.client_secret`, or for credentials with `client: credentials`";
const REDIRECT: &str = "it is the integrator's: the method asks for `app.redirect_uri`";
const PARAMETERS: &str = "parameters of the token request stand under `token: {params: {…}}`, and those of the \
                          authorization URL under `authorize: {query: {…}}`";
const URLS: &str = "the URL stands beside it, as `token_url`, `refresh_url` or `revocation_url`; or write the whole \
                    request: `post: https://…`";
const BODY: &str = "parameters stand under `params`, and `as: json` sends them as JSON; or write the whole request: \
                    `post: https://…`";

/// Values.
const VALUES: [Row; 19] = [
    (METHOD, &["oauth", "oauth_2", "oauth20"], Word("oauth2")),
    (METHOD, &["oauth1a", "oauth_1"], Word("oauth1")),
    (METHOD, &["token", "pat", "access_token"], Word("bearer")),
    (METHOD, &["login", "cookie"], Word("session")),
    (METHOD, &["hmac"], Word("signature")),
    (METHOD, &["aws", "sigv4"], Word("aws_sigv4")),
    (METHOD, &["certificate", "tls"], Word("mtls")),
    (METHOD, &["client_credentials", "authorization_code", "jwt_bearer", "device_code"], Help(A_GRANT)),
    (GRANT, &["code", "auth_code", "pkce"], Word("authorization_code")),
    (GRANT, &["jwt", "service_account", "urn:ietf:params:oauth:grant-type:jwt-bearer"], Word("jwt_bearer")),
    (GRANT, &["device", "urn:ietf:params:oauth:grant-type:device_code"], Word("device_code")),
    (GRANT, &["implicit"], Help(IMPLICIT)),
    (GRANT, &["account_credentials"], Help("write `grant: custom`, and the request under `token`")),
    (CLIENT_AUTH, &["client_secret_basic", "header"], Word("basic")),
    (CLIENT_AUTH, &["client_secret_post", "post", "form"], Word("body")),
    (UNIT, &["s", "sec"], Word("seconds")),
    (UNIT, &["ms", "millis"], Word("milliseconds")),
    (UNIT, &["m", "min"], Word("minutes")),
    ("signature method", &["RSA-SHA1"], Help("RSA with SHA-1 is not signed with here: it is broken")),
];

const METHOD: &str = "auth method";
const GRANT: &str = "grant";
const CLIENT_AUTH: &str = "client authentication";
const UNIT: &str = "unit";
const A_GRANT: &str = "it is a grant of OAuth 2.0: write `type: oauth2` and `grant: …`";
const IMPLICIT: &str = "a token is not sent through a browser (RFC 9700, 2.1.2): use `authorization_code`";

/// What a key that means nothing was meant to be.
pub(crate) fn key(what: &str, written: &str) -> Option<Hint> {
    find(&KEYS, what, written)
}

/// What a value that means nothing was meant to be.
pub(crate) fn value(what: &str, written: &str) -> Option<Hint> {
    find(&VALUES, what, written)
}

fn find(rows: &[Row], what: &str, written: &str) -> Option<Hint> {
    let same = |word: &&&str| word.eq_ignore_ascii_case(&written.replace('-', "_")) || **word == written;
    rows.iter().find(|(place, words, _)| *place == what && words.iter().find(same).is_some()).map(|row| row.2)
}
