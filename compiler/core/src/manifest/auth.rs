//! The ways to authenticate.

use super::object::{object, words};
use super::{CredentialField, Line, Members, Prose, Snake, Template};
use crate::diagnostic::nearest;
use crate::document::{Kind, Node};
use crate::source::Spanned;
use crate::validate::decode::{Cx, Decode};

/// A way to authenticate.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Where it stands.
    pub span: crate::source::Span,
    /// What it is.
    pub kind: AuthKind,
}

/// What a method is, by its `type`.
#[derive(Debug, Clone)]
pub enum AuthKind {
    /// A public API.
    None(NoAuth),
    /// A user name and a password.
    Basic(Basic),
    /// A static token.
    Bearer(Bearer),
    /// A key of the provider's own making.
    ApiKey(ApiKey),
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

object! {
    /// HTTP Basic (RFC 7617): a user name and a password.
    "auth of type `basic`"
    pub struct Basic {
        /// `basic`: HTTP Basic (RFC 7617).
        kind: "type" required TypeWord,
        /// What a person reads.
        title: "title" optional Spanned<Line>,
        /// What to know of it, in Markdown.
        description: "description" optional Spanned<Prose>,
        /// The user name: a credential, or a template over `credentials`.
        ///
        /// Example: `'{{ credentials.email }}/token'`
        username: "username" required CredentialOr,
        /// The password: a credential, or a template over `credentials`. Empty where it is not said.
        password: "password" optional CredentialOr,
        /// Further credentials, for the templates.
        credentials: "credentials" default Members<Snake, CredentialField>,
    }
}

object! {
    /// A static token in the header `Authorization` (RFC 6750).
    "auth of type `bearer`"
    pub struct Bearer {
        /// `bearer`: a static token in the header `Authorization` (RFC 6750).
        kind: "type" required TypeWord,
        /// What a person reads.
        title: "title" optional Spanned<Line>,
        /// What to know of it, in Markdown.
        description: "description" optional Spanned<Prose>,
        /// The token: a credential, or a template over `credentials`. A secret `token` unless said otherwise.
        token: "token" optional CredentialOr,
        /// The word before the token. `Bearer` unless said otherwise.
        scheme: "scheme" optional Spanned<Line>,
        /// Further credentials, for the template.
        credentials: "credentials" default Members<Snake, CredentialField>,
    }
}

object! {
    /// A key of the provider's own making.
    "auth of type `api_key`"
    pub struct ApiKey {
        /// `api_key`: a key in a header, the query, a cookie, the path or the body.
        kind: "type" required TypeWord,
        /// What a person reads.
        title: "title" optional Spanned<Line>,
        /// What to know of it, in Markdown.
        description: "description" optional Spanned<Prose>,
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
        /// Further credentials, for the template.
        credentials: "credentials" default Members<Snake, CredentialField>,
        /// Why the key stands in the query or in the path, where logs may keep it; needed there.
        because: "because" optional Spanned<Line>,
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

words! {
    /// What a method is.
    "auth method"
    pub enum TypeWord {
        /// A public API: nothing is needed.
        None = "none",
        /// HTTP Basic: a user name and a password.
        Basic = "basic",
        /// A static token in the header `Authorization`.
        Bearer = "bearer",
        /// A key in a header, the query, a cookie, the path or the body.
        ApiKey = "api_key",
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
        let kind = match TypeWord::decode(&word.value, cx)? {
            TypeWord::None => AuthKind::None(NoAuth::decode(node, cx)?),
            TypeWord::Basic => AuthKind::Basic(Basic::decode(node, cx)?),
            TypeWord::Bearer => AuthKind::Bearer(Bearer::decode(node, cx)?),
            TypeWord::ApiKey => AuthKind::ApiKey(ApiKey::decode(node, cx)?),
        };
        Some(Self { span: node.span, kind })
    }
}

impl schemars::JsonSchema for Auth {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Auth".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        fn branch<T: schemars::JsonSchema>(
            word: &str,
            generator: &mut schemars::SchemaGenerator,
        ) -> schemars::Schema {
            let mut schema = T::json_schema(generator);
            let described = schema.pointer("/properties/type/description").cloned();
            if let Some(kind) = schema.pointer_mut("/properties/type") {
                *kind = serde_json::json!({ "const": word, "description": described });
            }
            schema
        }
        let branches = [
            branch::<NoAuth>("none", generator),
            branch::<Basic>("basic", generator),
            branch::<Bearer>("bearer", generator),
            branch::<ApiKey>("api_key", generator),
        ];
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
