//! OAuth 2.0 (RFC 6749 and its kin).

use super::{Assertion, method};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Kind, Node};
use crate::manifest::object::{object, words};
use crate::manifest::{
    BaseUrl, Capture, CredentialField, Line, Members, Prose, Seconds, Snake, Step, Template, Token, Tree,
    Value, When, Wire, step,
};
use crate::source::{Span, Spanned};
use crate::validate::decode::{Cx, Decode, KeyRule, shorten};

method! {
    /// OAuth 2.0 (RFC 6749).
    "auth of type `oauth2`"
    pub struct OAuth2 {
        /// How the token is asked for.
        grant: "grant" required Spanned<Grant>,
        /// Who supplies `client_id` and `client_secret`: the integrator's `app`, or the connection's `credentials`. The app
        /// where a person allows it (`authorization_code`, `device_code`), the credentials otherwise.
        client: "client" optional Spanned<ClientOwner>,
        /// How the client proves who it is (RFC 6749, 2.3). `body` unless said otherwise.
        client_auth: "client_auth" optional Spanned<ClientAuth>,
        /// The authorization endpoint, where a person's browser goes.
        authorization_url: "authorization_url" optional Spanned<BaseUrl>,
        /// The token endpoint.
        token_url: "token_url" optional Spanned<BaseUrl>,
        /// Where the token is renewed. The token endpoint unless said otherwise.
        refresh_url: "refresh_url" optional Spanned<BaseUrl>,
        /// Where the token is given back (RFC 7009).
        revocation_url: "revocation_url" optional Spanned<BaseUrl>,
        /// The device authorization endpoint (RFC 8628).
        device_authorization_url: "device_authorization_url" optional Spanned<BaseUrl>,
        /// Where a client is registered (RFC 7591), with `registration: dynamic`.
        registration_url: "registration_url" optional Spanned<BaseUrl>,
        /// The server whose metadata tells the URLs (RFC 9728, RFC 8414), as MCP servers do: `'{{ config.server }}'`.
        discovery: "discovery" optional Spanned<Template>,
        /// `dynamic`: the client is registered when someone connects (RFC 7591).
        registration: "registration" optional Spanned<Registration>,
        /// What `iss` of the redirect must be (RFC 9207).
        issuer: "issuer" optional Spanned<Template>,
        /// Whether PKCE (RFC 7636, S256) is used. `false` needs a reason.
        pkce: "pkce" optional Spanned<Pkce>,
        /// The scopes, each with what it allows.
        scopes: "scopes" default Scopes,
        /// The scopes that are asked for unless a caller names others. All of them unless said.
        default_scopes: "default_scopes" optional Vec<Spanned<Value>>,
        /// What stands between scopes. A space unless said otherwise.
        scope_separator: "scope_separator" optional Spanned<Value>,
        /// What is signed: for the grant `jwt_bearer`, for `client_auth: private_key_jwt`, and for requests of your own, which
        /// see it as `credentials.assertion`.
        assertion: "assertion" optional Assertion,
        /// Changes of the authorization request.
        authorize: "authorize" optional Authorize,
        /// Changes of the token request; or requests of your own.
        token: "token" optional TokenRequest,
        /// Changes of the refresh request; requests of your own; or `none`, where nothing renews the token.
        refresh: "refresh" optional TokenRequest,
        /// Changes of the revocation request; or requests of your own.
        revoke: "revoke" optional TokenRequest,
        /// Changes of the device authorization request.
        device: "device" optional TokenChanges,
        /// Where the parts of the token stand in the answer.
        response: "response" optional TokenResponse,
        /// The unit of `expires_in`. Seconds unless said otherwise.
        expires_unit: "expires_unit" optional Spanned<Unit>,
        /// How long the token lives where the answer does not say: `90s`, `15m`, `1h`, `30d`.
        lifetime: "lifetime" optional Spanned<Seconds>,
        /// How long before its end the token is renewed. `5m` unless said; `0s` where the provider refuses an early refresh.
        refresh_before: "refresh_before" optional Spanned<Seconds>,
        /// Answers of the API that mean that the token has expired. 401 always does.
        expired: "expired" optional When,
        /// What else is kept, over `response`, `callback` (the redirect's parameters) and `captured`.
        ///
        /// Example: `'{{ callback.realmId }}'`
        capture: "capture" default Members<Snake, Capture>,
    }
}

words! {
    /// How a token is asked for.
    "grant"
    pub enum Grant {
        /// A person allows it in a browser (RFC 6749, 4.1).
        AuthorizationCode = "authorization_code",
        /// The client acts for itself (RFC 6749, 4.4).
        ClientCredentials = "client_credentials",
        /// A person's user name and password (RFC 6749, 4.3). Say with `because` why.
        Password = "password",
        /// A refresh token that a person has got elsewhere (RFC 6749, 6).
        RefreshToken = "refresh_token",
        /// A signed assertion (RFC 7523).
        JwtBearer = "jwt_bearer",
        /// A person allows it on another device (RFC 8628).
        DeviceCode = "device_code",
        /// The token request is your own: `token`.
        Custom = "custom",
    }
}

words! {
    /// Who supplies the client's credentials.
    "owner of the client"
    pub enum ClientOwner {
        /// The integrator: `app.client_id`, `app.client_secret`.
        App = "app",
        /// The connection: `credentials.client_id`, `credentials.client_secret`.
        Credentials = "credentials",
    }
}

words! {
    /// How the client proves who it is.
    "client authentication"
    pub enum ClientAuth {
        /// `client_id` and `client_secret` in the body (RFC 6749, 2.3.1).
        Body = "body",
        /// HTTP Basic (RFC 6749, 2.3.1).
        Basic = "basic",
        /// A signed assertion (RFC 7523, 2.2).
        PrivateKeyJwt = "private_key_jwt",
        /// Not at all: a public client sends `client_id` alone.
        None = "none",
    }
}

words! {
    /// How a client is registered.
    "registration"
    pub enum Registration {
        /// When someone connects (RFC 7591).
        Dynamic = "dynamic",
    }
}

words! {
    /// A unit of time.
    "unit"
    pub enum Unit {
        /// Seconds.
        Seconds = "seconds",
        /// Milliseconds.
        Milliseconds = "milliseconds",
        /// Minutes.
        Minutes = "minutes",
    }
}

words! {
    /// How parameters are sent.
    "way to send parameters"
    pub enum SentAs {
        /// `application/x-www-form-urlencoded`.
        Form = "form",
        /// A JSON object.
        Json = "json",
        /// Query parameters.
        Query = "query",
    }
}

words! {
    /// The method of a token request.
    "method of a token request"
    pub enum TokenMethod {
        /// `POST`.
        Post = "post",
        /// `GET`: the parameters stand in the query.
        Get = "get",
    }
}

object! {
    /// Changes of the authorization request (RFC 6749, 4.1.1).
    "`authorize`"
    pub struct Authorize {
        /// Query parameters, added or in the place of the standard ones.
        ///
        /// Example: `{prompt: consent, access_type: offline}`
        query: "query" default Members<Wire, Spanned<Template>>,
        /// Standard parameters that are left out.
        omit: "omit" default Vec<Spanned<Value>>,
        /// Standard parameters that have other names: `{client_id: client_key}`.
        rename: "rename" default Members<Wire, Spanned<Value>>,
        /// A fragment that stands before the query: `oauth/authorize`.
        fragment: "fragment" optional Spanned<Value>,
        /// The redirect's parameter that holds the code. `code` unless said otherwise.
        code: "code" optional Spanned<Value>,
    }
}

object! {
    /// Changes of a standard request.
    "changes of a request"
    pub struct TokenChanges {
        /// Parameters, added or in the place of the standard ones.
        params: "params" default Members<Wire, Spanned<Template>>,
        /// Standard parameters that are left out.
        omit: "omit" default Vec<Spanned<Value>>,
        /// Standard parameters that have other names: `{client_id: client_key}`.
        rename: "rename" default Members<Wire, Spanned<Value>>,
        /// Headers of the request, beside the standard ones or in their place.
        headers: "headers" default Members<Token, Spanned<Template>>,
        /// Query parameters beside the others.
        query: "query" default Members<Token, Spanned<Template>>,
        /// How the parameters are sent. As a form unless said otherwise.
        sent_as: "as" optional Spanned<SentAs>,
        /// The method. `post` unless said otherwise.
        method: "method" optional Spanned<TokenMethod>,
    }
}

/// Whether PKCE is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pkce(pub bool);

impl Decode for Pkce {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Kind::Scalar(scalar) = &node.kind else { return bool::decode(node, cx).map(Self) };
        let message = format!("`{}` does not say whether PKCE is used", shorten(&scalar.text));
        let diagnostic = Diagnostic::new(Code::WRONG_TYPE, message, node.span);
        cx.fail(match scalar.text.as_str() {
            "S256" | "s256" | "required" => {
                diagnostic.suggest("S256 is what is used: write `true`", node.span, "true")
            }
            "none" | "plain" | "unsupported" => diagnostic.help(
                "where the provider does not know S256, write `pkce: false`, and why with `because: …`",
            ),
            _ => return bool::decode(node, cx).map(Self),
        })
    }
}

impl schemars::JsonSchema for Pkce {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pkce".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "boolean", "default": true })
    }
}

/// Scopes by their names, each with what it allows.
#[derive(Debug, Clone, Default)]
pub struct Scopes(Members<Wire, Spanned<Prose>>);

impl std::ops::Deref for Scopes {
    type Target = Members<Wire, Spanned<Prose>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Decode for Scopes {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Kind::List(items) = &node.kind else { return Members::decode(node, cx).map(Self) };
        let message = "scopes are a mapping, each with what it allows, and this is a list";
        let diagnostic = Diagnostic::new(Code::WRONG_TYPE, message, node.span);
        let name = |item: &Node| match &item.kind {
            Kind::Scalar(scalar) if Wire::wrong(&scalar.text).is_none() => {
                Some(format!("'{}': ''", scalar.text.replace('\'', "''")))
            }
            _ => None,
        };
        let names: Option<Vec<_>> = items.iter().take(100).map(name).collect();
        cx.fail(match names {
            Some(names) if items.len() <= 100 => {
                let mended = format!("{{{}}}", names.join(", "));
                diagnostic.suggest("make it a mapping, and say what each allows", node.span, mended)
            }
            _ => diagnostic.help("write `scopes: {read: What it allows}`"),
        })
    }
}

impl schemars::JsonSchema for Scopes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Members::<Wire, Spanned<Prose>>::schema_name()
    }

    fn inline_schema() -> bool {
        Members::<Wire, Spanned<Prose>>::inline_schema()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Members::<Wire, Spanned<Prose>>::json_schema(generator)
    }
}

/// What becomes of a standard request.
#[derive(Debug, Clone)]
pub enum TokenRequest {
    /// It is changed.
    Changes(Box<TokenChanges>),
    /// These requests stand in its place.
    Steps(Steps),
    /// There is none.
    None(Span),
}

object! {
    /// Requests in the place of a standard one.
    "requests of your own"
    pub struct Steps {
        /// The requests, in order. The last one's answer holds the token.
        steps: "steps" required Vec<Step>,
    }
}

object! {
    /// Where the parts of a token stand: templates over `response` and `captured`.
    "`response`"
    pub struct TokenResponse {
        /// The access token. `'{{ response.body.access_token }}'` unless said.
        access_token: "access_token" optional Spanned<Template>,
        /// The type, kept and sent as it is: `'{{ response.body.token_type }}'` unless said; `Bearer` where the provider
        /// leaves it out.
        token_type: "token_type" optional Spanned<Template>,
        /// The refresh token. `'{{ response.body.refresh_token }}'` unless said.
        refresh_token: "refresh_token" optional Spanned<Template>,
        /// How long the token lives. `'{{ response.body.expires_in }}'` unless said.
        expires_in: "expires_in" optional Spanned<Template>,
        /// When it ends: an RFC 3339 text, or seconds or milliseconds since 1970.
        expires_at: "expires_at" optional Spanned<Template>,
        /// The scopes that were granted. `'{{ response.body.scope }}'` unless said.
        scope: "scope" optional Spanned<Template>,
    }
}

impl Decode for TokenRequest {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        if let Kind::Scalar(scalar) = &node.kind {
            if scalar.text == "none" {
                return Some(Self::None(node.span));
            }
            let message =
                format!("what a request says differently belongs here, and this is {}", node.describe());
            let help = "its URL stands beside it, as `token_url`; parameters stand here as `{params: {…}}`, or the whole \
                        request as `{post: https://…}`";
            return cx.fail(Diagnostic::new(Code::WRONG_TYPE, message, node.span).help(help));
        }
        if step::ROUTES.iter().any(|route| node.get(route).is_some()) {
            return Step::decode(node, cx)
                .map(|step| Self::Steps(Steps { span: node.span, steps: vec![step] }));
        }
        if node.get("steps").is_some() {
            return Steps::decode(node, cx).map(Self::Steps);
        }
        TokenChanges::decode(node, cx).map(Box::new).map(Self::Changes)
    }
}

impl schemars::JsonSchema for TokenRequest {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TokenRequest".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let changes = generator.subschema_for::<TokenChanges>();
        let steps = generator.subschema_for::<Steps>();
        let step = generator.subschema_for::<Step>();
        let routes: Vec<_> =
            step::ROUTES.iter().map(|route| serde_json::json!({ "required": [route] })).collect();
        schemars::json_schema!({
            "description": "Changes of a standard request; a request (`post: …`) or `steps` in its place; or `none`.",
            "anyOf": [{ "const": "none" }, changes, { "allOf": [step, { "anyOf": routes }] }, steps],
        })
    }
}
