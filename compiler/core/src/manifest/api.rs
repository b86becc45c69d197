//! Where the API lives, and what all its requests share.

use super::object::{described, object};
use super::{ErrorRule, Line, Members, Snake, Template, Token};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Kind, Node};
use crate::source::{Span, Spanned};
use crate::validate::decode::{Cx, Decode, KeyRule as _, shorten};

object! {
    /// Where the API lives, and what all its requests and answers share.
    "`api`"
    pub struct Api {
        /// The URL that paths are appended to: `https://api.example.com/v1`. Its host may hold a config field of
        /// format `host-label`; or write a table over an enum: `{by: config.env, live: …, sandbox: …}`.
        base_url: "base_url" required Spanned<BaseUrl>,
        /// Why plain http must be used; needed where a URL is one of this machine.
        because: "because" optional Spanned<Line>,
        /// Further base URLs, by names of your own. An action chooses one with `server`.
        servers: "servers" default Members<Snake, Spanned<BaseUrl>>,
        /// Headers of every request: templates over `config`.
        headers: "headers" default Members<Token, Spanned<Template>>,
        /// Query parameters of every request: templates over `config`.
        query: "query" default Members<Token, Spanned<Template>>,
        /// What answers mean that are errors. The first rule that matches decides.
        errors: "errors" default Vec<ErrorRule>,
    }
}

/// A base URL, or a table of them.
#[derive(Debug, Clone)]
pub enum BaseUrl {
    /// One URL, a template over `config`.
    Url(Spanned<Template>),
    /// One URL for each value of a config field: the field, and the URLs by its values.
    Table(Spanned<String>, Vec<(Spanned<String>, Spanned<Template>)>),
}

impl Decode for BaseUrl {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            return Spanned::<Template>::decode(node, cx).map(Self::Url);
        };
        let what = "a table of URLs";
        let Some(by) = node.get("by") else {
            cx.missing_key(node, "by", what);
            return None;
        };
        let by = cx
            .text(&by.value, "a text, as `config.env`,")
            .and_then(|scalar| field(&scalar.text, by.value.span, cx));
        let mut rows = Vec::new();
        let mut whole = true;
        for entry in entries.iter().filter(|entry| entry.key != "by") {
            match Spanned::<Template>::decode(&entry.value, cx) {
                Some(url) => rows.push((Spanned::new(entry.key.clone(), entry.key_span), url)),
                None => whole = false,
            }
        }
        by.filter(|_| whole).map(|by| Self::Table(by, rows))
    }
}

/// The config field that chooses, as `config.NAME`.
fn field(text: &str, span: Span, cx: &mut Cx<'_>) -> Option<Spanned<String>> {
    let name = text.strip_prefix("config.");
    if name.is_some_and(|name| Snake::wrong(name).is_none()) {
        return Some(Spanned::new(text.to_owned(), span));
    }
    let message = format!("a table of URLs is chosen by a config field, and not by `{}`", shorten(text));
    let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, message, span);
    cx.fail(match (name, Snake::wrong(text)) {
        (None, None) => diagnostic.suggest(format!("write `config.{text}`"), span, format!("config.{text}")),
        _ => diagnostic.help("write `config.` and the name of a field under `config`"),
    })
}

impl schemars::JsonSchema for BaseUrl {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BaseUrl".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let url = generator.subschema_for::<Template>();
        let by = described(
            schemars::json_schema!({ "type": "string", "pattern": r"^config\.[a-z][a-z0-9_]*$" }),
            &["The config field that chooses the URL: `config.env`."],
        );
        schemars::json_schema!({
            "anyOf": [
                url.clone(),
                { "type": "object", "properties": { "by": by }, "required": ["by"], "additionalProperties": url },
            ]
        })
    }
}
