//! A manifest, as it is written: typed, with places, nothing resolved.
//!
//! The JSON Schema that editors use is derived from these types, and their documentation is its descriptions.
//!
//! Invariant: only `validate` builds a manifest, and only from a document that the schema accepts.

mod action;
mod api;
mod auth;
mod errors;
pub(crate) mod object;
mod output;
mod setup;
mod step;
mod test;
mod text;
mod types;

pub use action::{
    Action, Body, BodyTree, Choices, Input, InputPlace, MethodAuth, Nesting, ParameterStyle, Route, Tree,
};
pub use api::{Api, BaseUrl};
pub use auth::{
    Algorithm, ApiKey, Assertion, Auth, AuthKind, Authorize, AwsSigV4, Basic, Bearer, ClientAuth,
    ClientOwner, Common, CredentialOr, Digest, Grant, Jwt, KeyPlace, MutualTls, NoAuth, OAuth1, OAuth2,
    Registration, SentAs, Session, Signature, SignatureMethod, Steps, TokenChanges, TokenMethod,
    TokenRequest, TokenResponse, Unit,
};
pub use errors::{ErrorRule, ErrorWord, StatusRange, Statuses, When};
pub use output::{Answer, AnswerMedia, AnswerType, Output};
pub use setup::{Links, Partnership, Sandbox, Setup, Trial};
pub use step::{Capture, CaptureFields, CaptureFormat, Choose, Step, StepAuth, StepExpect};
pub use test::{Expect, Test, TestRequest};
pub use text::{
    Categories, Category, ConnectorName, Include, License, Line, MediaType, PageUrl, Pattern, Prose, Seconds,
    Template, Value, Version,
};
pub use types::{
    Additional, ConfigField, CredentialField, Discriminator, Form, Keywords, Member, Schema, TypeKeyword,
};

pub use crate::validate::decode::{Literal, Members, Number};
pub use crate::validate::names::{ActionName, Pascal, Snake, Token, Wire};

use crate::source::Spanned;
use object::object;

object! {
    /// A connector: one provider, described once.
    ///
    /// From it come a typed Rust crate, calls from the terminal, a mock provider and a set-up guide.
    "a manifest"
    pub struct Manifest {
        /// The version of the manifest language: `1`.
        couplet: "couplet" required Spanned<LanguageVersion>,
        /// The connector's name, in lower-case words joined by `-`. Its crate is `couplet-NAME`.
        ///
        /// Example: `acuity-scheduling`
        name: "name" required Spanned<ConnectorName>,
        /// The connector's own version (SemVer), which is its crate's version.
        ///
        /// Example: `0.1.0`
        version: "version" required Spanned<Version>,
        /// The provider's name, as people write it.
        title: "title" required Spanned<Line>,
        /// What the connector reaches, in a sentence or more of Markdown. The first line stands in the crate registry.
        description: "description" required Spanned<Prose>,
        /// The licence of the generated crate, as an SPDX expression. `MIT OR Apache-2.0` unless said otherwise.
        license: "license" optional Spanned<License>,
        /// Pages of the provider.
        links: "links" required Links,
        /// What the provider is for, in one to five words.
        ///
        /// Example: `[scheduling]`
        categories: "categories" required Spanned<Categories>,
        /// Files of this folder that hold more `types` and `actions`: `types.yaml`, or `actions/` for all `.yaml`
        /// files of a folder.
        include: "include" optional Vec<Spanned<Include>>,
        /// How a person gets credentials.
        setup: "setup" optional Setup,
        /// What a connection is configured with: region, tenant, environment. Expressions see it as `config`.
        config: "config" default Members<Snake, ConfigField>,
        /// What the integrator registered once with the provider. Expressions see it as `app`.
        app: "app" default Members<Snake, ConfigField>,
        /// The ways to authenticate, by names of your own. A connection uses one of them.
        auth: "auth" required Spanned<Members<Snake, Auth>>,
        /// Where the API lives, and what all its requests and answers share.
        api: "api" required Api,
        /// The connection test: the name of an action that reads and needs no input, or a request of its own.
        test: "test" optional Test,
        /// Types that actions share, in JSON Schema or in the short form `fields`.
        types: "types" default Members<Pascal, Schema>,
        /// What the connector can do. Each action is a function and one HTTP request.
        actions: "actions" required Spanned<Members<ActionName, Action>>,
    }
    beside
    /// The SHA-256 of the files, in hexadecimal.
    hash: String
}

/// The version of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LanguageVersion;

impl crate::validate::decode::Decode for LanguageVersion {
    fn decode(node: &crate::document::Node, cx: &mut crate::validate::decode::Cx<'_>) -> Option<Self> {
        use crate::diagnostic::{Code, Diagnostic};
        match u64::decode(node, cx)? {
            1 => Some(Self),
            other => {
                let message =
                    format!("this compiler knows version 1 of the language, and not version {other}");
                let diagnostic = Diagnostic::new(Code::UNSUPPORTED_LANGUAGE, message, node.span);
                cx.fail(diagnostic.suggest("write `1`", node.span, "1"))
            }
        }
    }
}

impl schemars::JsonSchema for LanguageVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LanguageVersion".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": 1 })
    }
}
