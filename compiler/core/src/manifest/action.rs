//! Actions: functions that are one HTTP request each.

use super::object::{object, words};
use super::{Line, MediaType, Members, Output, PageUrl, Prose, Schema, Template, Token, Wire};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Kind, Node};
use crate::source::{Span, Spanned};
use crate::validate::decode::{Cx, Decode};

/// Something that an action takes: a field with a place in the request.
#[derive(Debug, Clone)]
pub struct Input(pub Schema);

object! {
    /// An action: what it takes, the request that it is, and what it answers.
    "an action"
    pub struct Action {
        /// What it does, on one line.
        summary: "summary" required Spanned<Line>,
        /// What else to know of it, in Markdown.
        description: "description" optional Spanned<Prose>,
        /// The provider's page on it.
        docs: "docs" optional Spanned<PageUrl>,
        /// Whether the provider advises against it.
        deprecated: "deprecated" optional bool,
        /// Sends a GET to this path behind the base URL. `{name}` is an input, sent as one segment.
        get: "get" optional Spanned<Line>,
        /// Sends a HEAD to this path behind the base URL. `{name}` is an input, sent as one segment.
        head: "head" optional Spanned<Line>,
        /// Sends a POST to this path behind the base URL. `{name}` is an input, sent as one segment.
        post: "post" optional Spanned<Line>,
        /// Sends a PUT to this path behind the base URL. `{name}` is an input, sent as one segment.
        put: "put" optional Spanned<Line>,
        /// Sends a PATCH to this path behind the base URL. `{name}` is an input, sent as one segment.
        patch: "patch" optional Spanned<Line>,
        /// Sends a DELETE to this path behind the base URL. `{name}` is an input, sent as one segment.
        delete: "delete" optional Spanned<Line>,
        /// What it takes, by names of the provider's: each stands in the path, the query, a header or the body.
        input: "input" default Members<Wire, Input>,
        /// Query parameters that are no inputs: templates over `input` and `config`.
        query: "query" default Members<Token, Spanned<Template>>,
        /// Headers that are no inputs: templates over `input` and `config`.
        headers: "headers" default Members<Token, Spanned<Template>>,
        /// What the request carries: `json` (the body inputs as one object) unless said otherwise.
        body: "body" optional Body,
        /// What it answers: a type; `{type, from, headers, as}`; or a list of answers by `status`.
        output: "output" optional Output,
        /// What it does to the provider's data. From the method unless said: GET and HEAD read, POST creates, PUT and
        /// PATCH update, DELETE deletes.
        effect: "effect" optional Spanned<EffectWord>,
        /// The auth methods that it works with: a list of names, or `none`. All of them unless said.
        auth: "auth" optional MethodAuth,
        /// The server that it goes to, by its name under `servers`.
        server: "server" optional Spanned<Line>,
    }
}

impl Action {
    /// The methods and paths that are said; a manifest has just one.
    pub fn routes(&self) -> impl Iterator<Item = Route<'_>> {
        use couplet_plan::Method;
        [
            (Method::Get, &self.get),
            (Method::Head, &self.head),
            (Method::Post, &self.post),
            (Method::Put, &self.put),
            (Method::Patch, &self.patch),
            (Method::Delete, &self.delete),
        ]
        .into_iter()
        .filter_map(|(method, path)| path.as_ref().map(|path| Route { method, path }))
    }
}

/// A method and a path.
#[derive(Debug, Clone, Copy)]
pub struct Route<'m> {
    /// The method.
    pub method: couplet_plan::Method,
    /// The path.
    pub path: &'m Spanned<Line>,
}

words! {
    /// What an action does to the provider's data.
    "effect"
    pub enum EffectWord {
        /// It changes nothing.
        Read = "read",
        /// It adds something.
        Create = "create",
        /// It changes something that is there.
        Update = "update",
        /// It removes something.
        Delete = "delete",
        /// It sets something going.
        Run = "run",
    }
}

words! {
    /// Where an input stands in the request.
    "place of an input"
    pub enum InputPlace {
        /// In the path, where `{name}` stands.
        Path = "path",
        /// A query parameter.
        Query = "query",
        /// A header.
        Header = "header",
        /// A member of the body.
        Body = "body",
    }
}

words! {
    /// How a list or an object is written outside a JSON body.
    "style"
    pub enum ParameterStyle {
        /// `a=1&a=2`, or `a=1,2` with `explode: false`.
        Form = "form",
        /// `a=1%202`.
        SpaceDelimited = "space_delimited",
        /// `a=1|2`.
        PipeDelimited = "pipe_delimited",
        /// `a[b]=1`.
        DeepObject = "deep_object",
        /// `a[]=1&a[]=2`.
        Brackets = "brackets",
        /// JSON text.
        Json = "json",
    }
}

object! {
    /// The action that lists the values to choose from.
    "`choices`"
    pub struct Choices {
        /// The action's name. It answers a list of objects.
        action: "action" required Spanned<Line>,
        /// The member of each that is the value.
        value: "value" required Spanned<Line>,
        /// The member of each that a person reads.
        label: "label" optional Spanned<Line>,
    }
}

/// The auth methods of an action.
#[derive(Debug, Clone)]
pub enum MethodAuth {
    /// It is sent without credentials.
    None,
    /// Only with these.
    Methods(Spanned<Vec<Spanned<String>>>),
}

/// What a request carries.
#[derive(Debug, Clone)]
pub struct Body {
    /// Where it stands.
    pub span: Span,
    /// How it is written, and its value where that is not the body inputs.
    pub tree: BodyTree,
    /// How a form writes what lies inside other values.
    pub nesting: Option<Spanned<Nesting>>,
    /// The media type, where it is not the kind's own.
    pub content_type: Option<Spanned<MediaType>>,
}

/// A body by its kind.
#[derive(Debug, Clone)]
pub enum BodyTree {
    /// JSON.
    Json(Option<Tree>),
    /// A form.
    Form(Option<Tree>),
    /// XML: one root.
    Xml(Tree),
    /// One text.
    Text(Spanned<Template>),
    /// Bytes.
    Binary(Spanned<Template>),
}

/// A value with templates in it.
#[derive(Debug, Clone)]
pub enum Tree {
    /// A template, or a text.
    Template(Spanned<Template>),
    /// A number, a boolean or null.
    Literal(Spanned<serde_json::Value>),
    /// A list.
    List(Vec<Tree>),
    /// An object.
    Map(Vec<(Spanned<String>, Tree)>),
}

words! {
    /// How a form writes what lies inside other values.
    "nesting"
    pub enum Nesting {
        /// `a[b][0]=c`.
        Brackets = "brackets",
        /// `a.b.0=c`.
        Dots = "dots",
        /// `a[b]=c` for objects and `a[]=c` for lists.
        EmptyBrackets = "empty_brackets",
        /// `a=c&a=d` for lists of plain values; nothing else nests.
        Repeat = "repeat",
    }
}

impl Decode for MethodAuth {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Scalar(scalar) if scalar.text == "none" => Some(Self::None),
            Kind::List(items) if !items.is_empty() => {
                let names = items.iter().map(|item| {
                    cx.text(item, "a text, the name of an auth method,")
                        .map(|scalar| Spanned::new(scalar.text.clone(), item.span))
                });
                let names = names.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
                Some(Self::Methods(Spanned::new(names, node.span)))
            }
            _ => cx.wrong_type(node, "a list of auth methods, or `none`,"),
        }
    }
}

impl schemars::JsonSchema for MethodAuth {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MethodAuth".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [{ "const": "none" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }]
        })
    }
}

const KINDS: [&str; 5] = ["json", "form", "xml", "text", "binary"];

impl Decode for Body {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let bare = |tree| Some(Self { span: node.span, tree, nesting: None, content_type: None });
        let entries = match &node.kind {
            Kind::Scalar(scalar) if scalar.text == "json" => return bare(BodyTree::Json(None)),
            Kind::Scalar(scalar) if scalar.text == "form" => return bare(BodyTree::Form(None)),
            _ => cx.fixed(
                node,
                "`json`, `form`, or a mapping with one of `json`, `form`, `xml`, `text` and `binary`,",
            )?,
        };
        let (mut tree, mut nesting, mut content_type) = (None, None, None);
        let mut whole = true;
        for entry in entries {
            let key = entry.key.as_str();
            if KINDS.contains(&key) {
                if let Some((first, _)) = &tree {
                    let message = "a body is of one kind";
                    let diagnostic = Diagnostic::new(Code::CONFLICTING_KEYS, message, entry.key_span);
                    cx.report(diagnostic.also(*first, "and this is another").help("remove one of the two"));
                    whole = false;
                    continue;
                }
                tree = kind(key, &entry.value, cx).map(|tree| (entry.key_span, tree));
                whole &= tree.is_some();
            } else if key == "nesting" {
                nesting = Spanned::<Nesting>::decode(&entry.value, cx);
                whole &= nesting.is_some();
            } else if key == "content_type" {
                content_type = Spanned::<MediaType>::decode(&entry.value, cx);
                whole &= content_type.is_some();
            } else {
                whole = false;
                cx.unknown_key(
                    node,
                    entry,
                    &["json", "form", "xml", "text", "binary", "nesting", "content_type"],
                    "a body",
                );
            }
        }
        if tree.is_none() && whole {
            cx.missing_key(node, "json", "a body");
        }
        let (_, tree) = tree?;
        whole.then_some(Self { span: node.span, tree, nesting, content_type })
    }
}

fn kind(key: &str, node: &Node, cx: &mut Cx<'_>) -> Option<BodyTree> {
    let nothing = matches!(&node.kind, Kind::Scalar(scalar) if scalar.value == crate::document::Value::Null);
    Some(match key {
        "json" if nothing => BodyTree::Json(None),
        "form" if nothing => BodyTree::Form(None),
        "json" => BodyTree::Json(Some(Tree::decode(node, cx)?)),
        "form" => BodyTree::Form(Some(Tree::decode(node, cx)?)),
        "xml" => BodyTree::Xml(Tree::decode(node, cx)?),
        "text" => BodyTree::Text(Decode::decode(node, cx)?),
        _ => BodyTree::Binary(Decode::decode(node, cx)?),
    })
}

impl Decode for Tree {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Scalar(scalar) if scalar.value == crate::document::Value::Text => {
                Decode::decode(node, cx).map(Self::Template)
            }
            Kind::Scalar(_) => Some(Self::Literal(Spanned::new(node.to_json(), node.span))),
            Kind::List(items) => {
                let items: Vec<_> = items.iter().map(|item| Self::decode(item, cx)).collect();
                items.into_iter().collect::<Option<_>>().map(Self::List)
            }
            Kind::Map(entries) => {
                let members: Vec<_> = entries
                    .iter()
                    .map(|entry| {
                        let value = Self::decode(&entry.value, cx)?;
                        Some((Spanned::new(entry.key.clone(), entry.key_span), value))
                    })
                    .collect();
                members.into_iter().collect::<Option<_>>().map(Self::Map)
            }
        }
    }
}

impl schemars::JsonSchema for Tree {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tree".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({})
    }
}

impl schemars::JsonSchema for Body {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Body".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        use super::object::described;
        let template = generator.subschema_for::<Template>();
        let nesting = described(
            generator.subschema_for::<Nesting>(),
            &["How a form writes what lies inside other values. `brackets` unless said."],
        );
        let content_type = described(
            generator.subschema_for::<MediaType>(),
            &["The media type, where it is not the kind's own."],
        );
        let tree = |words: &str| described(schemars::json_schema!({}), &[words]);
        schemars::json_schema!({
            "anyOf": [
                { "enum": ["json", "form"] },
                {
                    "type": "object",
                    "properties": {
                        "json": tree("A JSON value with templates in it. Without any, the body inputs as one object."),
                        "form": tree("A form's members, with templates in them. Without any, the body inputs."),
                        "xml": tree(
                            "An XML element, its root, with templates in it. `@name` is an attribute, `$` the text beside attributes, and a list repeats its element.",
                        ),
                        "text": described(template.clone(), &["One text: a template."]),
                        "binary": described(template, &["Bytes: a template that is one input of format `binary`."]),
                        "nesting": nesting,
                        "content_type": content_type,
                    },
                    "additionalProperties": false,
                    "oneOf": [
                        { "required": ["json"] }, { "required": ["form"] }, { "required": ["xml"] }, { "required": ["text"] }, { "required": ["binary"] },
                    ],
                },
            ]
        })
    }
}
