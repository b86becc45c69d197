//! What answers mean that are errors.

use super::object::{object, words};
use super::{Members, Template, Token};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Kind, Node};
use crate::limits;
use crate::source::Spanned;
use crate::validate::decode::{Cx, Decode};

object! {
    /// A rule that makes an answer an error. The first rule that matches decides; an answer of 400 or more that none
    /// matches is an error by its status.
    "an error rule"
    pub struct ErrorRule {
        /// Which answers it matches.
        when: "when" required When,
        /// What the error means to a caller.
        kind: "kind" required Spanned<ErrorWord>,
        /// The provider's own code: a template over `response`.
        ///
        /// Example: `'{{ response.body.error.code }}'`
        code: "code" optional Spanned<Template>,
        /// The provider's message: a template over `response`.
        ///
        /// Example: `'{{ response.body.message }}'`
        message: "message" optional Spanned<Template>,
    }
}

object! {
    /// Which answers a rule matches: all that is said here must hold.
    "`when`"
    pub struct When {
        /// Statuses: `404`, `4xx`, `500-599`, or a list of these. A status below 400 can be an error, too.
        status: "status" optional Spanned<Statuses>,
        /// Headers, each with the value that it must have.
        headers: "headers" default Members<Token, Spanned<super::Value>>,
        /// A condition over `response`: `'{{ response.body.ok == false }}'`. What is absent makes it false.
        condition: "if" optional Spanned<Template>,
    }
}

words! {
    /// What an error means to a caller.
    "kind of error"
    pub enum ErrorWord {
        /// The request says something that the provider does not accept.
        Invalid = "invalid",
        /// The credentials are missing, wrong or expired.
        Unauthorized = "unauthorized",
        /// The credentials do not allow this.
        Forbidden = "forbidden",
        /// What the request names is not there.
        NotFound = "not_found",
        /// The request collides with the present state.
        Conflict = "conflict",
        /// What the request names was there once.
        Gone = "gone",
        /// The request is too large.
        TooLarge = "too_large",
        /// Too many requests in a short time.
        RateLimited = "rate_limited",
        /// What the account may use is used up.
        QuotaExceeded = "quota_exceeded",
        /// The place in a listing is no longer known.
        CursorExpired = "cursor_expired",
        /// The provider cannot answer now.
        Unavailable = "unavailable",
        /// An error that none of the others describes.
        Provider = "provider",
    }
}

/// A set of HTTP statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statuses(pub Vec<(u16, u16)>);

/// One status, or a range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRange(u16, u16);

impl Decode for Statuses {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let ranges = match &node.kind {
            Kind::List(items) if !items.is_empty() => {
                cx.at_most(items.len(), limits::STATUSES, "statuses", node)?;
                let decoded: Vec<_> = items.iter().map(|item| StatusRange::decode(item, cx)).collect();
                decoded.into_iter().collect::<Option<Vec<_>>>()?
            }
            _ => vec![StatusRange::decode(node, cx)?],
        };
        Some(Self(ranges.into_iter().map(|range| (range.0, range.1)).collect()))
    }
}

impl Decode for StatusRange {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let status = |text: &str| {
            text.parse::<u16>().ok().filter(|status| text.len() == 3 && (100..=599).contains(status))
        };
        if let Kind::Scalar(scalar) = &node.kind {
            let text = scalar.text.as_str();
            if let Some(status) = status(text) {
                return Some(Self(status, status));
            }
            if let Some(class) = text
                .strip_suffix("xx")
                .and_then(|class| class.parse::<u16>().ok())
                .filter(|class| (1..=5).contains(class))
            {
                return Some(Self(class * 100, class * 100 + 99));
            }
            if let Some((Some(first), Some(last))) =
                text.split_once('-').map(|(first, last)| (status(first), status(last)))
                && first <= last
            {
                return Some(Self(first, last));
            }
        }
        let message = format!("a status belongs here, and this is {}", node.describe());
        let help = "write a status (`404`), a class (`4xx`), a range (`500-504`) or a list of these";
        cx.fail(Diagnostic::new(Code::BAD_STATUS, message, node.span).help(help))
    }
}

impl schemars::JsonSchema for StatusRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StatusRange".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 100, "maximum": 599 },
                { "type": "string", "pattern": "^([1-5]xx|[1-5][0-9][0-9](-[1-5][0-9][0-9])?)$" },
            ]
        })
    }
}

impl schemars::JsonSchema for Statuses {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Statuses".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<StatusRange>();
        schemars::json_schema!({
            "anyOf": [one.clone(), { "type": "array", "items": one, "minItems": 1, "maxItems": limits::STATUSES }]
        })
    }
}
