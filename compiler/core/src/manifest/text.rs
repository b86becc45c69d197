//! Texts with rules.

use super::object::text;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Node;
use crate::source::Spanned;
use crate::validate::decode::{Cx, Decode};
use crate::validate::text as rules;

text! {
    /// A text on one line.
    pub struct Line, "a text", rules::line, { "type": "string", "minLength": 1, "pattern": "^[^\\n]*$" };
}

text! {
    /// A text in Markdown.
    pub struct Prose, "a text", rules::prose, { "type": "string" };
}

text! {
    /// A text that is sent, or compared with what was sent.
    pub struct Value, "a text", rules::value, { "type": "string" };
}

text! {
    /// The https URL of a page.
    pub struct PageUrl, "a text, the https URL of a page,", rules::page_url, { "type": "string", "format": "uri", "pattern": "^https://" };
}

/// A version (SemVer).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub String);

impl std::ops::Deref for Version {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Decode for Version {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        use crate::document::{Kind, Value};
        let text = match &node.kind {
            // `1.10` is a number to YAML; its text is judged, so that it never becomes 1.1.
            Kind::Scalar(scalar) if matches!(scalar.value, Value::Int(_) | Value::Float(_)) => &scalar.text,
            _ => &cx.text(node, "a text, a version as '1.2.3',")?.text,
        };
        rules::version(text, node.span, cx).map(Self)
    }
}

impl schemars::JsonSchema for Version {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Version".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$",
        })
    }
}

text! {
    /// An SPDX expression.
    pub struct License, "a text, an SPDX expression,", rules::license, { "type": "string", "default": "MIT OR Apache-2.0" };
}

text! {
    /// A connector's name.
    pub struct ConnectorName, "a text, a name,", rules::connector_name, {
        "type": "string", "maxLength": 50, "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
    };
}

text! {
    /// A category.
    pub struct Category, "a text, a category,", rules::category, {
        "type": "string", "minLength": 2, "maxLength": 20, "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
    };
}

/// What a provider is for: one to five words.
#[derive(Debug, Clone)]
pub struct Categories(pub Vec<Spanned<Category>>);

impl Categories {
    const MOST: usize = 5;
}

impl Decode for Categories {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let words = Vec::<Spanned<Category>>::decode(node, cx)?;
        if (1..=Self::MOST).contains(&words.len()) {
            return Some(Self(words));
        }
        let message =
            format!("a connector has one to {} categories, and here are {}", Self::MOST, words.len());
        let help = "keep those that people would look for";
        cx.fail(Diagnostic::new(Code::TOO_LARGE, message, node.span()).help(help))
    }
}

impl schemars::JsonSchema for Categories {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Categories".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let category = generator.subschema_for::<Category>();
        schemars::json_schema!({ "type": "array", "items": category, "minItems": 1, "maxItems": Self::MOST })
    }
}

text! {
    /// A file or a folder within the manifest's folder.
    pub struct Include, "a text, a file of this folder,", rules::value, { "type": "string", "pattern": r"^[A-Za-z0-9_-][A-Za-z0-9_./-]*(\.yaml|/)$" };
}

text! {
    /// A media type.
    pub struct MediaType, "a text, a media type,", rules::media_type, { "type": "string", "pattern": "^[^/]+/.+$" };
}

text! {
    /// A regular expression.
    pub struct Pattern, "a text, a regular expression,", rules::pattern, { "type": "string" };
}

/// A length of time, in seconds: `90s`, `15m`, `1h`, `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds(pub u32);

impl Decode for Seconds {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        use crate::document::{Kind, Value};
        let text = match &node.kind {
            // A number alone is told which unit it lacks.
            Kind::Scalar(scalar) if matches!(scalar.value, Value::Int(_)) => scalar.text.as_str(),
            _ => cx.text(node, "a text, a length of time as `90s`, `15m`, `1h` or `30d`,")?.text.as_str(),
        };
        let seconds = text.char_indices().last().and_then(|(at, unit)| {
            let factor = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return None,
            };
            let digits = &text[..at];
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|_| plain)?.checked_mul(factor)
        });
        if let Some(seconds) = seconds {
            return Some(Self(seconds));
        }
        let message = format!("`{}` is no length of time", crate::validate::decode::shorten(text));
        let diagnostic = Diagnostic::new(Code::BAD_DURATION, message, node.span);
        // Seconds alone, and a duration of ISO 8601 of one part: `PT1H`.
        let meant = match text.strip_prefix("PT").or_else(|| text.strip_prefix('P')) {
            Some(iso) => iso.to_ascii_lowercase(),
            None => format!("{text}s"),
        };
        let digits = meant.trim_end_matches(['s', 'm', 'h', 'd']);
        let plain = digits.len() + 1 == meant.len() && digits.bytes().all(|byte| byte.is_ascii_digit());
        cx.fail(if plain && (1..=9).contains(&digits.len()) && !text.contains(['s', 'm', 'h', 'd']) {
            diagnostic.suggest(format!("write `{meant}`"), node.span, meant)
        } else {
            diagnostic.help("write a whole number and its unit: `90s`, `15m`, `1h`, `30d`")
        })
    }
}

impl schemars::JsonSchema for Seconds {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Seconds".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+[smhd]$" })
    }
}

/// A text with expressions: `Token {{ credentials.key }}`. A number or a boolean stands for its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The text.
    pub text: String,
    /// How the text lies in the file.
    pub(crate) style: crate::document::Style,
}

impl Decode for Template {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        use crate::document::{Kind, Value};
        match &node.kind {
            Kind::Scalar(scalar) if scalar.value != Value::Null => {
                rules::template(&scalar.text, node.span, cx).map(|text| Self { text, style: scalar.style })
            }
            _ => cx.wrong_type(node, "a text or a template"),
        }
    }
}

impl schemars::JsonSchema for Template {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Template".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean"] })
    }
}
