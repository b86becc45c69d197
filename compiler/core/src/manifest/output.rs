//! What an action answers.

use super::object::{object, words};
use super::{Members, Schema, Statuses, Template, Token};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Kind, Node};
use crate::limits;
use crate::source::{Span, Spanned};
use crate::validate::decode::{Cx, Decode};

/// What an action answers.
#[derive(Debug, Clone)]
pub enum Output {
    /// One type, for every status that is a success.
    Type(Schema),
    /// Answers by their statuses; one alone may leave its status out.
    Answers(Vec<Answer>),
}

object! {
    /// One of an action's answers.
    "an answer"
    pub struct Answer {
        /// The statuses that announce it: `200`, `2xx`, a list. Needed where there are several answers.
        status: "status" optional Spanned<Statuses>,
        /// The type of its value; `none` where it has none.
        ty: "type" optional AnswerType,
        /// Where the value stands in the body: `'{{ response.body.data }}'`.
        from: "from" optional Spanned<Template>,
        /// Response headers that belong to the value, each with its type (`string`, `integer`…). They may be absent
        /// where they are `optional`.
        headers: "headers" default Members<Token, super::Member>,
        /// How the body is read: `json` unless said otherwise.
        media: "as" optional Spanned<AnswerMedia>,
    }
}

words! {
    /// How a body is read.
    "way to read a body"
    pub enum AnswerMedia {
        /// As JSON.
        Json = "json",
        /// As one text in UTF-8.
        Text = "text",
        /// As bytes.
        Binary = "binary",
    }
}

/// A type, or `none`.
#[derive(Debug, Clone)]
pub enum AnswerType {
    /// The answer has no value.
    None(Span),
    /// The type of its value.
    Type(Schema),
}

impl Decode for AnswerType {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Scalar(scalar) if scalar.text == "none" => Some(Self::None(node.span)),
            _ => Schema::decode(node, cx).map(Self::Type),
        }
    }
}

impl schemars::JsonSchema for AnswerType {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Schema::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Schema::json_schema(generator)
    }

    fn inline_schema() -> bool {
        false
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        Schema::schema_id()
    }
}

/// Whether a mapping is an answer, and not a type.
fn is_answer(node: &Node) -> bool {
    ["status", "from", "headers", "as"].iter().any(|key| node.get(key).is_some())
}

impl Decode for Output {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::List(items) if items.iter().any(is_answer) => {
                cx.at_most(items.len(), limits::STATUSES, "answers", node)?;
                let decoded: Vec<_> = items.iter().map(|item| Answer::decode(item, cx)).collect();
                decoded.into_iter().collect::<Option<_>>().map(Self::Answers)
            }
            Kind::List(items) if items.len() > 1 => {
                let message = "several answers are told apart by `status`";
                let help = "write `- {status: 200, type: Type}` for each; `[Type]` is an array, `oneOf: [A, B]` one of several types";
                cx.fail(Diagnostic::new(Code::WRONG_TYPE, message, node.span).help(help))
            }
            Kind::Map(_) if is_answer(node) => {
                Answer::decode(node, cx).map(|answer| Self::Answers(vec![answer]))
            }
            _ => Schema::decode(node, cx).map(Self::Type),
        }
    }
}

impl schemars::JsonSchema for Output {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Output".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let schema = generator.subschema_for::<Schema>();
        let answer = generator.subschema_for::<Answer>();
        // One of these keys tells an answer from a type.
        let marked = serde_json::json!({ "anyOf": [
            { "required": ["status"] }, { "required": ["from"] }, { "required": ["headers"] }, { "required": ["as"] },
        ] });
        schemars::json_schema!({
            "anyOf": [
                schema,
                { "allOf": [answer.clone(), marked.clone()] },
                { "type": "array", "items": answer, "minItems": 1, "maxItems": limits::STATUSES, "contains": marked },
            ]
        })
    }
}
