//! The connection test.

use super::object::object;
use super::{Line, Members, Statuses, Template, Token};
use crate::document::{Kind, Node};
use crate::source::Spanned;
use crate::validate::decode::{Cx, Decode};

/// The connection test.
#[derive(Debug, Clone)]
pub enum Test {
    /// An action, by its name.
    Action(Spanned<String>),
    /// A request of its own.
    Request(TestRequest),
}

object! {
    /// A request that proves a connection.
    "a test"
    pub struct TestRequest {
        /// The path behind the base URL.
        get: "get" required Spanned<Line>,
        /// Query parameters: templates over `config`.
        query: "query" default Members<Token, Spanned<Template>>,
        /// Headers: templates over `config`.
        headers: "headers" default Members<Token, Spanned<Template>>,
        /// What the answer must be. Any status from 200 to 299 unless said otherwise.
        expect: "expect" optional Expect,
    }
}

object! {
    /// What an answer must be.
    "`expect`"
    pub struct Expect {
        /// The statuses that prove the connection.
        status: "status" required Spanned<Statuses>,
    }
}

impl Decode for Test {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        if matches!(node.kind, Kind::Map(_)) {
            return TestRequest::decode(node, cx).map(Self::Request);
        }
        let scalar = cx.text(node, "a text, the name of an action, or a mapping with `get`,")?;
        Some(Self::Action(Spanned::new(scalar.text.clone(), node.span)))
    }
}

impl schemars::JsonSchema for Test {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Test".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let request = generator.subschema_for::<TestRequest>();
        schemars::json_schema!({ "anyOf": [{ "type": "string" }, request] })
    }
}
