//! The manifest language as editors see it: a JSON Schema (draft 7, which YAML language servers know best).

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};

use crate::manifest::Manifest;
use crate::validate::decode::{KeyRule, Literal, Members, Number};

/// The JSON Schema of manifests.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Manifest>();
    schema.insert("title".to_owned(), "Couplet connector manifest, version 1".into());
    schema.into()
}

impl<T: JsonSchema> JsonSchema for crate::source::Spanned<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

impl<K: KeyRule, T: JsonSchema> JsonSchema for Members<K, T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("MembersOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> schemars::Schema {
        let value = generator.subschema_for::<T>();
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": value,
            "propertyNames": { "pattern": K::PATTERN, "maxLength": crate::limits::NAME_BYTES },
            "maxProperties": K::MOST,
        })
    }
}

impl JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number" })
    }
}

impl JsonSchema for Literal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Literal".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({})
    }
}
