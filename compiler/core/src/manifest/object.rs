//! Macros that define a part of the manifest: the type, its decoding and its schema in one place, so that they
//! cannot drift.

/// Joins the lines of a doc comment as they stand in the schema.
pub(crate) fn description(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

/// Puts a description on a schema that may be a reference.
pub(crate) fn described(schema: schemars::Schema, lines: &[&str]) -> schemars::Schema {
    let mut schema = schema;
    schema.insert("description".to_owned(), description(lines).into());
    schema
}

/// A mapping with fixed keys.
///
/// `required` keys must stand; `optional` keys become `Option`; `default` keys become the type's default where they
/// do not stand. What stands `beside` is no key: whoever decodes fills it in.
macro_rules! object {
    (
        $(#[doc = $doc:literal])*
        $what:literal
        pub struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident: $key:literal $mode:ident $ty:ty, )*
        }
        $( beside $(#[doc = $beside_doc:literal])* $beside:ident: $beside_ty:ty )?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            /// Where it stands.
            pub span: $crate::source::Span,
            $( $(#[doc = $field_doc])* pub $field: object!(@type $mode $ty), )*
            $( $(#[doc = $beside_doc])* pub(crate) $beside: $beside_ty, )?
        }

        impl $crate::validate::decode::Decode for $name {
            fn decode(
                node: &$crate::document::Node,
                cx: &mut $crate::validate::decode::Cx<'_>,
            ) -> Option<Self> {
                let entries = cx.fixed(node, concat!("a mapping for ", $what))?;
                let mut whole = true;
                // Keys that are there, but misspelt.
                let mut meant: Vec<&str> = Vec::new();
                $( let mut $field: Option<$ty> = None; )*
                for entry in entries {
                    match entry.key.as_str() {
                        $( $key => {
                            $field = $crate::validate::decode::Decode::decode(&entry.value, cx);
                            whole &= $field.is_some();
                        } )*
                        _ => {
                            whole = false;
                            meant.extend(cx.unknown_key(node, entry, &[$($key),*], $what));
                        }
                    }
                }
                $( object!(@check $mode $field, $key, $what, node, cx, whole, meant); )*
                if !whole {
                    return None;
                }
                Some(Self {
                    span: node.span,
                    $( $field: object!(@take $mode $field), )*
                    $( $beside: <$beside_ty>::default(), )?
                })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut properties = serde_json::Map::new();
                $( properties.insert(
                    $key.to_owned(),
                    $crate::manifest::object::described(
                        generator.subschema_for::<$ty>(),
                        &[$($field_doc),*],
                    ).into(),
                ); )*
                let required: Vec<&str> = [$( object!(@required $mode $key) ),*].into_iter().flatten().collect();
                schemars::json_schema!({
                    "type": "object",
                    "description": $crate::manifest::object::description(&[$($doc),*]),
                    "properties": properties,
                    "required": required,
                    "additionalProperties": false,
                })
            }
        }
    };
    (@type required $ty:ty) => { $ty };
    (@type optional $ty:ty) => { Option<$ty> };
    (@type default $ty:ty) => { $ty };
    (@check required $field:ident, $key:literal, $what:literal, $node:ident, $cx:ident, $whole:ident, $meant:ident) => {
        if $field.is_none() && $node.get($key).is_none() {
            $whole = false;
            if !$meant.contains(&$key) {
                $cx.missing_key($node, $key, $what);
            }
        }
    };
    (@check $mode:ident $($rest:tt)*) => {};
    (@take required $field:ident) => { $field? };
    (@take optional $field:ident) => { $field };
    (@take default $field:ident) => { $field.unwrap_or_default() };
    (@required required $key:literal) => { Some($key) };
    (@required $mode:ident $key:literal) => { None };
}

/// One of some words.
macro_rules! words {
    (
        $(#[doc = $doc:literal])*
        $what:literal
        pub enum $name:ident {
            $( $(#[doc = $word_doc:literal])* $variant:ident = $word:literal, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $( $(#[doc = $word_doc])* $variant, )*
        }

        impl $name {
            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )*
                }
            }
        }

        impl $crate::validate::decode::Decode for $name {
            fn decode(
                node: &$crate::document::Node,
                cx: &mut $crate::validate::decode::Cx<'_>,
            ) -> Option<Self> {
                let scalar = cx.text(node, concat!("a text, ", $what, ","))?;
                match scalar.text.as_str() {
                    $( $word => Some(Self::$variant), )*
                    other => cx.unknown_value(node.span, other, $what, &[$($word),*]),
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": $crate::manifest::object::description(&[$($doc),*]),
                    "oneOf": [$({
                        "const": $word,
                        "description": $crate::manifest::object::description(&[$($word_doc),*]),
                    }),*],
                })
            }
        }
    };
}

/// A text with rules: a tuple struct over a `String`.
macro_rules! text {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident, $wanted:literal, $check:path, $schema:tt;
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(pub String);

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl $crate::validate::decode::Decode for $name {
            fn decode(
                node: &$crate::document::Node,
                cx: &mut $crate::validate::decode::Cx<'_>,
            ) -> Option<Self> {
                let scalar = cx.text(node, $wanted)?;
                $check(&scalar.text, node.span, cx).map(Self)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

pub(crate) use {object, text, words};
