//! The ways to authenticate.

mod oauth2;
mod session;
mod signed;

use super::object::{object, words};
use super::{CredentialField, Line, Members, Prose, Snake, Step, Template, Token, Tree};
use crate::diagnostic::nearest;
use crate::document::{Kind, Node};
use crate::source::Spanned;
use crate::validate::decode::{Cx, Decode};
pub use oauth2::{
    Authorize, ClientAuth, ClientOwner, Grant, OAuth2, Registration, SentAs, Steps, TokenChanges,
    TokenMethod, TokenRequest, TokenResponse, Unit,
};
pub use session::{Algorithm, Assertion, Jwt, Session, Signature};
pub use signed::{AwsSigV4, Digest, MutualTls, OAuth1, SignatureMethod};

/// A way to authenticate.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Where it stands.
    pub span: crate::source::Span,
    /// What it is.
    pub kind: AuthKind,
}

/// What all methods may say.
#[derive(Debug, Clone, Copy)]
pub struct Common<'m> {
    /// What a person reads.
    pub title: &'m Option<Spanned<Line>>,
    /// What to know of it.
    pub description: &'m Option<Spanned<Prose>>,
    /// Why a weak choice is made.
    pub because: Option<&'m Spanned<Line>>,
    /// Further credentials.
    pub credentials: Option<&'m Members<Snake, CredentialField>>,
    /// Headers that each request carries.
    pub headers: Option<&'m Members<Token, Spanned<Template>>>,
    /// Query parameters that each request carries.
    pub query: Option<&'m Members<Token, Spanned<Template>>>,
    /// What the body of each request carries.
    pub body: Option<&'m Tree>,
    /// What follows upon connecting.
    pub connect: &'m [Step],
    /// What comes before the credentials are forgotten.
    pub disconnect: &'m [Step],
    /// Whether requests are sent with a TLS client certificate.
    pub client_certificate: bool,
}

/// A method: keys of its own, and those that all methods have.
macro_rules! method {
    (
        $(#[doc = $doc:literal])*
        $what:literal
        pub struct $name:ident { $($fields:tt)* }
    ) => {
        object! {
            $(#[doc = $doc])*
            $what
            pub struct $name {
                /// What the method is.
                kind: "type" required $crate::manifest::auth::TypeWord,
                /// What a person reads.
                title: "title" optional Spanned<Line>,
                /// What to know of it, in Markdown.
                description: "description" optional Spanned<Prose>,
                $($fields)*
                /// What each request carries. A token (`oauth2`, `jwt`) stands in `authorization` unless headers or query parameters
                /// say otherwise; a `signature` is computed here, in this order, over `request`; with the other methods these
                /// stand beside what the method itself sends. They may name secrets.
                ///
                /// Example: `{authorization: 'Bearer {{ captured.token }}'}`
                headers: "headers" default Members<Token, Spanned<Template>>,
                /// Query parameters that each request carries.
                query: "query" default Members<Token, Spanned<Template>>,
                /// What the body of each request carries beside the action's own, merged member by member: a tree with
                /// templates, which may name secrets.
                body: "body" optional Tree,
                /// Why a weak choice is made, where the provider forces one; the set-up guide shows it.
                because: "because" optional Spanned<Line>,
                /// Further credentials, for the templates.
                credentials: "credentials" default Members<Snake, CredentialField>,
                /// Requests that follow once upon connecting, with the method's credentials. What they capture is seen as
                /// `captured.NAME`.
                connect: "connect" default Vec<Step>,
                /// Requests that come before the credentials are forgotten.
                disconnect: "disconnect" default Vec<Step>,
                /// Whether requests are sent with a TLS client certificate: the credentials `certificate` and `private_key`, in PEM.
                client_certificate: "client_certificate" optional bool,
            }
        }

        impl $name {
            pub(super) fn common(&self) -> $crate::manifest::auth::Common<'_> {
                $crate::manifest::auth::Common {
                    title: &self.title,
                    description: &self.description,
                    because: self.because.as_ref(),
                    credentials: Some(&self.credentials),
                    headers: Some(&self.headers),
                    query: Some(&self.query),
                    body: self.body.as_ref(),
                    connect: &self.connect,
                    disconnect: &self.disconnect,
                    client_certificate: self.client_certificate == Some(true),
                }
            }
        }
    };
}

use method;

/// What a method is, by its `type`: the words, the structs and their schemas.
macro_rules! kinds {
    ($( $(#[doc = $doc:literal])* $variant:ident($ty:ident) = $word:literal, )*) => {
        /// What a method is, by its `type`.
        #[derive(Debug, Clone)]
        pub enum AuthKind {
            $( $(#[doc = $doc])* $variant(Box<$ty>), )*
        }

        words! {
            /// What a method is.
            "auth method"
            pub enum TypeWord {
                $( $(#[doc = $doc])* $variant = $word, )*
            }
        }

        impl AuthKind {
            /// What all methods may say.
            #[must_use]
            pub fn common(&self) -> Common<'_> {
                match self {
                    $( Self::$variant(auth) => auth.common(), )*
                }
            }

            fn decode(word: TypeWord, node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
                Some(match word {
                    $( TypeWord::$variant => Self::$variant(Box::new($ty::decode(node, cx)?)), )*
                })
            }
        }

        fn branches(generator: &mut schemars::SchemaGenerator) -> Vec<schemars::Schema> {
            vec![$( branch::<$ty>($word, &[$($doc),*], generator), )*]
        }
    };
}

kinds! {
    /// A public API: nothing is needed.
    None(NoAuth) = "none",
    /// HTTP Basic (RFC 7617): a user name and a password.
    Basic(Basic) = "basic",
    /// A static token in the header `Authorization` (RFC 6750).
    Bearer(Bearer) = "bearer",
    /// A key in a header, the query, a cookie, the path or the body.
    ApiKey(ApiKey) = "api_key",
    /// OAuth 2.0 (RFC 6749).
    OAuth2(OAuth2) = "oauth2",
    /// One or more requests that log in, and capture a token or a cookie.
    Session(Session) = "session",
    /// A signed assertion (RFC 7519), sent as it is.
    Jwt(Jwt) = "jwt",
    /// Headers and query parameters that are computed for each request.
    Signature(Signature) = "signature",
    /// AWS Signature Version 4.
    AwsSigV4(AwsSigV4) = "aws_sigv4",
    /// OAuth 1.0 (RFC 5849).
    OAuth1(OAuth1) = "oauth1",
    /// HTTP Digest (RFC 7616).
    Digest(Digest) = "digest",
    /// A TLS client certificate alone.
    MutualTls(MutualTls) = "mtls",
}

object! {
    /// A public API: nothing is needed.
    "auth of type `none`"
    pub struct NoAuth {
        /// `none`: a public API.
        kind: "type" required TypeWord,
        /// What a person reads.
        title: "title" optional Spanned<Line>,
        /// What to know of it, in Markdown.
        description: "description" optional Spanned<Prose>,
    }
}

impl NoAuth {
    fn common(&self) -> Common<'_> {
        Common {
            title: &self.title,
            description: &self.description,
            because: None,
            credentials: None,
            headers: None,
            query: None,
            body: None,
            connect: &[],
            disconnect: &[],
            client_certificate: false,
        }
    }
}

method! {
    /// HTTP Basic (RFC 7617): a user name and a password.
    "auth of type `basic`"
    pub struct Basic {
        /// The user name: a credential, or a template over `credentials`.
        ///
        /// Example: `'{{ credentials.email }}/token'`
        username: "username" required CredentialOr,
        /// The password: a credential, or a template over `credentials`. Empty where it is not said.
        password: "password" optional CredentialOr,
    }
}

method! {
    /// A static token in the header `Authorization` (RFC 6750).
    "auth of type `bearer`"
    pub struct Bearer {
        /// The token: a credential, or a template over `credentials`. A secret `token` unless said otherwise.
        token: "token" optional CredentialOr,
        /// The word before the token. `Bearer` unless said otherwise.
        scheme: "scheme" optional Spanned<Line>,
    }
}

method! {
    /// A key of the provider's own making.
    "auth of type `api_key`"
    pub struct ApiKey {
        /// Where the key stands.
        place: "in" required Spanned<KeyPlace>,
        /// The name that it has there. In a path, `{NAME}` in the base URL is its place. A header's name may be a config
        /// field of format `header-name`: `'{{ config.header }}'`.
        name: "name" required Spanned<Template>,
        /// The key: a credential. A secret `key` unless said otherwise.
        key: "key" optional CredentialField,
        /// What is sent: a template over `credentials`. The key itself unless said otherwise.
        ///
        /// Example: `Token {{ credentials.key }}`
        value: "value" optional Spanned<Template>,
    }
}

words! {
    /// Where an API key stands.
    "place of a key"
    pub enum KeyPlace {
        /// A request header.
        Header = "header",
        /// A query parameter. Say with `because` why.
        Query = "query",
        /// A cookie.
        Cookie = "cookie",
        /// The URL's path, where `{NAME}` stands in the base URL. Say with `because` why.
        Path = "path",
        /// A member of the JSON or form body.
        Body = "body",
    }
}

/// A credential, or a template over credentials.
#[derive(Debug, Clone)]
pub enum CredentialOr {
    /// A credential of the key's own name.
    Field(CredentialField),
    /// A template over `credentials` and `config`.
    Template(Spanned<Template>),
}

impl Decode for CredentialOr {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => CredentialField::decode(node, cx).map(Self::Field),
            _ => Spanned::<Template>::decode(node, cx).map(Self::Template),
        }
    }
}

impl schemars::JsonSchema for CredentialOr {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CredentialOrTemplate".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let field = generator.subschema_for::<CredentialField>();
        let template = generator.subschema_for::<Template>();
        schemars::json_schema!({ "anyOf": [template, field] })
    }
}

impl Decode for Auth {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let entries = cx.mapping(node, "a mapping for an auth method")?;
        let Some(word) = node.get("type") else {
            let misspelt = entries.iter().find(|entry| nearest(&entry.key, ["type"]).is_some());
            match misspelt {
                Some(entry) => {
                    cx.unknown_key(node, entry, &["type"], "an auth method");
                }
                None => cx.missing_key(node, "type", "an auth method"),
            }
            return None;
        };
        let kind = AuthKind::decode(TypeWord::decode(&word.value, cx)?, node, cx)?;
        Some(Self { span: node.span, kind })
    }
}

impl schemars::JsonSchema for Auth {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Auth".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let branches = branches(generator);
        // Said once more beside the branches: editors offer the values of all of them, whatever else is still missing.
        let words = super::object::described(generator.subschema_for::<TypeWord>(), &["What the method is."]);
        schemars::json_schema!({
            "description": "A way to authenticate, by its `type`.",
            "type": "object",
            "properties": { "type": words },
            "required": ["type"],
            "oneOf": branches,
        })
    }
}

/// One method's schema: its `type` is the one word.
fn branch<T: schemars::JsonSchema>(
    word: &str,
    docs: &[&str],
    generator: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    let mut schema = T::json_schema(generator);
    let described = format!("`{word}`: {}", super::object::description(docs));
    if let Some(kind) = schema.pointer_mut("/properties/type") {
        *kind = serde_json::json!({ "const": word, "description": described });
    }
    schema
}
