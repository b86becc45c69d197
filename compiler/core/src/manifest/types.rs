//! Types: JSON Schema as OpenAPI 3.1 uses it, the short form `fields`, and the fields that a person or a program
//! supplies, which are a schema and a few words more.

use super::object::{description, object};
use super::{Input, Line, Literal, Members, Number, Pattern, Prose, Value, Wire};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Kind, Node, Value as Yaml};
use crate::limits;
use crate::source::{Span, Spanned};
use crate::validate::decode::{Cx, Decode, shorten};

/// A type.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Where it stands.
    pub span: Span,
    /// How it is written.
    pub form: Form,
}

/// How a type is written.
#[derive(Debug, Clone)]
pub enum Form {
    /// The name of a type.
    Name(String),
    /// A list of one: an array of that type.
    List(Box<Schema>),
    /// Keywords.
    Keywords(Box<Keywords>),
}

/// A member of a type under `fields`.
#[derive(Debug, Clone)]
pub struct Member(pub Schema);

/// A config or an app field.
#[derive(Debug, Clone)]
pub struct ConfigField(pub Schema);

/// A credential.
#[derive(Debug, Clone)]
pub struct CredentialField(pub Schema);

/// What `type` says.
#[derive(Debug, Clone)]
pub enum TypeKeyword {
    /// The name of a type, of JSON's or of the manifest's; and whether null is taken, too.
    Name(String, bool),
    /// An array of that type.
    List(Box<Schema>),
}

/// Whether further members of an object are kept.
#[derive(Debug, Clone)]
pub enum Additional {
    /// `true`, `false`.
    Any(bool),
    /// Those of that type.
    Typed(Box<Schema>),
}

/// Where a keyword may stand.
pub(crate) mod place {
    pub(crate) const TYPE: u8 = 1;
    pub(crate) const MEMBER: u8 = 2;
    pub(crate) const CONFIG: u8 = 4;
    pub(crate) const CREDENTIAL: u8 = 8;
    pub(crate) const INPUT: u8 = 16;
    /// Types, members and inputs.
    pub(crate) const DATA: u8 = TYPE | MEMBER | INPUT;
    /// Members and whatever is supplied.
    pub(crate) const FIELD: u8 = MEMBER | CONFIG | CREDENTIAL | INPUT;
    /// Members and inputs.
    pub(crate) const MEMBER_OR_INPUT: u8 = MEMBER | INPUT;
    /// Everywhere.
    pub(crate) const ALL: u8 = TYPE | FIELD;
}

macro_rules! keywords {
    ($( $(#[doc = $doc:literal])* $field:ident: $key:literal in $place:path => $ty:ty, )*) => {
        /// The keywords of a type or a field.
        #[derive(Debug, Clone, Default)]
        pub struct Keywords {
            $( $(#[doc = $doc])* pub $field: Option<$ty>, )*
        }

        impl Keywords {
            fn decode_at(node: &Node, at: u8, cx: &mut Cx<'_>) -> Option<Self> {
                let mut keywords = Self::default();
                let mut whole = true;
                for entry in cx.fixed(node, "a type: a name, a list of one, or a mapping,")? {
                    match entry.key.as_str() {
                        $( $key if at & $place != 0 => {
                            keywords.$field = Decode::decode(&entry.value, cx);
                            whole &= keywords.$field.is_some();
                        } )*
                        _ => {
                            whole = false;
                            let known: Vec<&str> = [$(($key, $place)),*]
                                .into_iter()
                                .filter(|(_, place)| at & place != 0)
                                .map(|(key, _)| key)
                                .collect();
                            unknown(node, entry, at, &known, cx);
                        }
                    }
                }
                whole.then_some(keywords)
            }

            fn properties(at: u8, generator: &mut schemars::SchemaGenerator) -> serde_json::Map<String, serde_json::Value> {
                let mut properties = serde_json::Map::new();
                $( if at & $place != 0 {
                    let schema = generator.subschema_for::<$ty>();
                    let schema = super::object::described(schema, &[$($doc),*]);
                    properties.insert($key.to_owned(), schema.into());
                } )*
                properties
            }
        }
    };
}

keywords! {
    /// What it is: `string`, `integer`, `number`, `boolean`, `object`, `array`, `any`, the name of a type, or a list of one.
    /// `[string, 'null']` takes null, too.
    ty: "type" in place::ALL => Spanned<TypeKeyword>,
    /// What a person reads.
    title: "title" in place::ALL => Spanned<Line>,
    /// What it means, in Markdown. It becomes documentation.
    description: "description" in place::ALL => Spanned<Prose>,
    /// What a text or a number stands for: `date-time`, `date`, `uuid`, `decimal`, `byte`, `binary`, `int32`, `int64`,
    /// `uint64`, `float`, `double`, `email`, `uri`…; a config field may be a `host-label`, an `origin`, a `url` or a
    /// `header-name`.
    format: "format" in place::ALL => Spanned<Value>,
    /// The values that it has. A value that a provider adds later is kept.
    enumeration: "enum" in place::ALL => Spanned<Vec<Spanned<Literal>>>,
    /// The only value that it has.
    constant: "const" in place::DATA => Spanned<Literal>,
    /// A value where none is given. It makes a field optional.
    default: "default" in place::ALL => Spanned<Literal>,
    /// A value as it may be.
    example: "example" in place::ALL => Spanned<Literal>,
    /// Values as they may be.
    examples: "examples" in place::DATA => Vec<Spanned<Literal>>,
    /// A regular expression that a text must match. It is matched in linear time: no look-around, no back-references.
    pattern: "pattern" in place::ALL => Spanned<Pattern>,
    /// The fewest characters of a text.
    min_length: "minLength" in place::ALL => Spanned<u64>,
    /// The most characters of a text.
    max_length: "maxLength" in place::ALL => Spanned<u64>,
    /// The least number.
    minimum: "minimum" in place::ALL => Spanned<Number>,
    /// The greatest number.
    maximum: "maximum" in place::ALL => Spanned<Number>,
    /// A number that is too small.
    exclusive_minimum: "exclusiveMinimum" in place::DATA => Spanned<Number>,
    /// A number that is too great.
    exclusive_maximum: "exclusiveMaximum" in place::DATA => Spanned<Number>,
    /// A number that divides it.
    multiple_of: "multipleOf" in place::DATA => Spanned<Number>,
    /// The members of an object, in the short form: each is a name of a type or a field, and required unless it is
    /// `optional` or has a `default`.
    fields: "fields" in place::DATA => Spanned<Members<Wire, Member>>,
    /// The members of an object, as JSON Schema has them.
    properties: "properties" in place::DATA => Spanned<Members<Wire, Schema>>,
    /// The members of `properties` that are always there.
    required: "required" in place::DATA => Vec<Spanned<Value>>,
    /// Whether an object has further members, and their type. They are kept where it does.
    additional: "additionalProperties" in place::DATA => Spanned<Additional>,
    /// The type of an array's elements.
    items: "items" in place::DATA => Box<Schema>,
    /// The fewest elements.
    min_items: "minItems" in place::DATA => Spanned<u64>,
    /// The most elements.
    max_items: "maxItems" in place::DATA => Spanned<u64>,
    /// Whether no two elements are equal.
    unique_items: "uniqueItems" in place::DATA => bool,
    /// The fewest members.
    min_properties: "minProperties" in place::DATA => Spanned<u64>,
    /// The most members.
    max_properties: "maxProperties" in place::DATA => Spanned<u64>,
    /// One of several types, known by a `discriminator` or by which of them fits first.
    one_of: "oneOf" in place::DATA => Spanned<Vec<Schema>>,
    /// One of several types; the same as `oneOf`.
    any_of: "anyOf" in place::DATA => Spanned<Vec<Schema>>,
    /// The member whose value tells which of `oneOf` it is.
    discriminator: "discriminator" in place::DATA => Discriminator,
    /// An object with the members of all of these.
    all_of: "allOf" in place::DATA => Spanned<Vec<Schema>>,
    /// A type of this manifest: `#/types/NAME`. A plain name says the same.
    reference: "$ref" in place::DATA => Spanned<Value>,
    /// Whether the provider advises against it.
    deprecated: "deprecated" in place::DATA => bool,
    /// Whether only answers have it.
    read_only: "readOnly" in place::DATA => bool,
    /// Whether only requests have it.
    write_only: "writeOnly" in place::DATA => bool,
    /// Whether it may be absent.
    optional: "optional" in place::FIELD => Spanned<bool>,
    /// Whether it may be null.
    nullable: "nullable" in place::DATA => Spanned<bool>,
    /// Whether it is never shown: no log, no error, no Debug text holds it.
    secret: "secret" in place::FIELD => Spanned<bool>,
    /// Its name on the wire, where that is not the name here.
    name: "name" in place::MEMBER_OR_INPUT => Spanned<Value>,
    /// The hosts that an `origin` may have: `['*.example.com']`.
    within: "within" in place::CONFIG => Spanned<Vec<Spanned<Value>>>,
    /// Whether the provider runs on hosts of its users. Whoever connects confirms the origin.
    self_hosted: "self_hosted" in place::CONFIG => bool,
    /// Where it stands in the request: guessed from the path and the method unless said.
    place: "in" in place::INPUT => Spanned<super::InputPlace>,
    /// How a list or an object is written outside a JSON body.
    style: "style" in place::INPUT => Spanned<super::ParameterStyle>,
    /// Whether each element of a list is a parameter of its own: `a=1&a=2`. True unless said otherwise.
    explode: "explode" in place::INPUT => Spanned<bool>,
    /// The action that lists the values to choose from.
    choices: "choices" in place::INPUT => super::Choices,
}

object! {
    /// The member whose value tells of which type an object is.
    "`discriminator`"
    pub struct Discriminator {
        /// The member's name on the wire.
        property: "propertyName" required Spanned<Value>,
        /// The type for each of its values. Without it, the names of the types are the values.
        mapping: "mapping" default Members<super::Token, Spanned<Value>>,
    }
}

impl Schema {
    pub(crate) fn decode_at(node: &Node, at: u8, cx: &mut Cx<'_>) -> Option<Self> {
        let form = match &node.kind {
            Kind::Scalar(_) => {
                Form::Name(cx.text(node, "a type: a name, a list of one, or a mapping,")?.text.clone())
            }
            Kind::List(_) if at & (place::CONFIG | place::CREDENTIAL) != 0 => {
                return cx.wrong_type(node, "a field: the name of a type, or a mapping,");
            }
            Kind::List(items) => Form::List(Box::new(one(node, items, cx)?)),
            Kind::Map(_) => Form::Keywords(Box::new(Keywords::decode_at(node, at, cx)?)),
        };
        Some(Self { span: node.span, form })
    }

    /// The keywords, where it is written with any.
    pub(crate) fn keywords(&self) -> Option<&Keywords> {
        match &self.form {
            Form::Keywords(keywords) => Some(keywords),
            _ => None,
        }
    }
}

fn one(node: &Node, items: &[Node], cx: &mut Cx<'_>) -> Option<Schema> {
    match items {
        [item] => Schema::decode(item, cx),
        _ => {
            let message =
                format!("a list of one type means an array of it, and this list has {}", items.len());
            let help = "write `[Type]` for an array, or `oneOf: [A, B]` for one of several";
            cx.fail(Diagnostic::new(Code::WRONG_TYPE, message, node.span).help(help))
        }
    }
}

impl Decode for Schema {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        Self::decode_at(node, place::TYPE, cx)
    }
}

macro_rules! placed {
    ($($name:ident at $place:path, $words:literal;)*) => {
        $(
            impl Decode for $name {
                fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
                    Schema::decode_at(node, $place, cx).map(Self)
                }
            }

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    forms($place, $words, generator)
                }
            }
        )*
    };
}

placed! {
    Member at place::MEMBER, "A member of an object: the name of a type, a list of one (an array), or a field.";
    ConfigField at place::CONFIG, "A field of a connection: the name of a type (`string`, `integer`, `number`, `boolean`), or a mapping.";
    CredentialField at place::CREDENTIAL, "A credential: the name of a type, or a mapping.";
    Input at place::INPUT, "Something that an action takes: the name of a type, a list of one (an array), or a field.";
}

impl schemars::JsonSchema for Schema {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Type".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        forms(
            place::TYPE,
            "A type: the name of a type, a list of one (an array of it), or JSON Schema.",
            generator,
        )
    }
}

fn forms(at: u8, words: &str, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let properties = Keywords::properties(at, generator);
    let mut forms = vec![serde_json::json!({ "type": "string" })];
    if at & (place::CONFIG | place::CREDENTIAL) == 0 {
        let element = generator.subschema_for::<Schema>();
        forms.push(serde_json::json!({ "type": "array", "items": element, "minItems": 1, "maxItems": 1 }));
    }
    forms.push(
        serde_json::json!({ "type": "object", "properties": properties, "additionalProperties": false }),
    );
    schemars::json_schema!({ "description": description(&[words]), "anyOf": forms })
}

impl Decode for TypeKeyword {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            return Some(Self::Name(cx.text(node, "a text, the name of a type,")?.text.clone(), false));
        };
        let null = |item: &Node| matches!(&item.kind, Kind::Scalar(scalar) if scalar.value == Yaml::Null || scalar.text == "null");
        match items.as_slice() {
            [first, second] if null(second) => {
                Some(Self::Name(cx.text(first, "a text, the name of a type,")?.text.clone(), true))
            }
            [first, second] if null(first) => {
                Some(Self::Name(cx.text(second, "a text, the name of a type,")?.text.clone(), true))
            }
            items => one(node, items, cx).map(|schema| Self::List(Box::new(schema))),
        }
    }
}

impl schemars::JsonSchema for TypeKeyword {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TypeName".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let element = generator.subschema_for::<Schema>();
        let nothing = serde_json::json!({ "enum": ["null", null] });
        schemars::json_schema!({
            "anyOf": [
                { "enum": ["string", "integer", "number", "boolean", "object", "array", "any"] },
                { "type": "string" },
                { "type": "array", "minItems": 1, "maxItems": 1, "items": element },
                { "type": "array", "minItems": 2, "items": [{ "type": "string" }, nothing.clone()], "additionalItems": false },
                { "type": "array", "minItems": 2, "items": [nothing, { "type": "string" }], "additionalItems": false },
            ]
        })
    }
}

impl Decode for Additional {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Scalar(scalar) if matches!(scalar.value, Yaml::Bool(_)) => {
                bool::decode(node, cx).map(Self::Any)
            }
            _ => Schema::decode(node, cx).map(|schema| Self::Typed(Box::new(schema))),
        }
    }
}

impl schemars::JsonSchema for Additional {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AdditionalProperties".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let schema = generator.subschema_for::<Schema>();
        schemars::json_schema!({ "anyOf": [{ "type": "boolean" }, schema] })
    }
}

/// Keywords of JSON Schema and OpenAPI that are not supported, and what says nearly the same.
const UNSUPPORTED: [(&str, &str); 20] = [
    ("not", "say in `description` what it must not be"),
    ("if", "write `oneOf` with the two shapes"),
    ("then", "write `oneOf` with the two shapes"),
    ("else", "write `oneOf` with the two shapes"),
    ("patternProperties", "write `additionalProperties` with one type"),
    ("propertyNames", "say in `description` how members are named"),
    ("unevaluatedProperties", "write `additionalProperties`"),
    ("unevaluatedItems", "write `items`"),
    ("prefixItems", "write `items` with `oneOf`"),
    ("contains", "write `items`"),
    ("minContains", "write `minItems`"),
    ("maxContains", "write `maxItems`"),
    ("dependentRequired", "make the members `optional` and say the rule in `description`"),
    ("dependentSchemas", "write `oneOf` with the shapes"),
    ("$defs", "declare the type under `types`"),
    ("definitions", "declare the type under `types`"),
    ("$dynamicRef", "name the type"),
    ("contentEncoding", "write `format: byte` for base64"),
    ("contentMediaType", "say it in `description`"),
    ("xml", "only JSON, forms, texts and bytes are sent and read"),
];

fn unknown(node: &Node, entry: &crate::document::Entry, at: u8, known: &[&str], cx: &mut Cx<'_>) {
    let key = entry.key.as_str();
    if let Some((_, instead)) = UNSUPPORTED.iter().find(|(word, _)| *word == key) {
        let message = format!("the keyword `{key}` of JSON Schema is not supported");
        cx.report(Diagnostic::new(Code::UNSUPPORTED_KEYWORD, message, entry.key_span).help(*instead));
        return;
    }
    if at == place::TYPE && matches!(key, "optional") {
        let message = "`optional` is said of a field, and this is a type";
        let help = "write the members under `fields`, or leave the member out of `required`";
        cx.report(Diagnostic::new(Code::UNSUPPORTED_KEYWORD, message, entry.key_span).help(help));
        return;
    }
    let what = match at {
        place::TYPE => "a type",
        place::MEMBER => "a member",
        place::CONFIG => "a config field",
        place::CREDENTIAL => "a credential",
        _ => "an input",
    };
    if entry.key.len() > limits::NAME_BYTES {
        let message = format!("{what} has no key `{}`", shorten(key));
        cx.report(Diagnostic::new(Code::UNKNOWN_KEY, message, entry.key_span));
        return;
    }
    cx.unknown_key(node, entry, known, what);
}
