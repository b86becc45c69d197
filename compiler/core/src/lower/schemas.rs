//! The JSON Schemas of a Plan: what mocks and tools know of types, inputs and answers.

use serde_json::{Map, Value, json};

use super::actions::Draft;
use crate::manifest::{Additional, Form, Keywords, Manifest, Schema, TypeKeyword};

/// One JSON document; see `Plan::with_schemas`.
pub(super) fn document(manifest: &Manifest, actions: &[Draft<'_>]) -> String {
    let defs: Map<String, Value> =
        manifest.types.iter().map(|(name, schema)| (name.value.clone(), schema_of(schema))).collect();
    let actions: Map<String, Value> = actions
        .iter()
        .map(|draft| {
            let mut properties = Map::new();
            let mut required = Vec::new();
            for input in &draft.inputs {
                properties.insert(input.name.value.clone(), schema_of(input.schema));
                if !input.optional() {
                    required.push(Value::from(input.name.value.clone()));
                }
            }
            let mut input =
                json!({ "type": "object", "properties": properties, "additionalProperties": false });
            if !required.is_empty() {
                input["required"] = required.into();
            }
            let outputs: Vec<Value> = draft.answers.iter().map(answer).collect();
            (draft.name.value.clone(), json!({ "input": input, "outputs": outputs }))
        })
        .collect();
    json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": defs, "actions": actions })
        .to_string()
}

fn answer(draft: &super::output::Draft<'_>) -> Value {
    let body = draft.schema.map(schema_of).or_else(|| match draft.media {
        couplet_plan::Media::Text | couplet_plan::Media::Binary => Some(json!({ "type": "string" })),
        _ => None,
    });
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in draft.headers() {
        let name = name.to_ascii_lowercase();
        properties.insert(name.clone(), schema_of(schema));
        let optional = schema
            .keywords()
            .and_then(|keywords| keywords.optional.as_ref())
            .is_some_and(|optional| optional.value);
        if !optional {
            required.push(Value::from(name));
        }
    }
    if properties.is_empty() {
        return body.unwrap_or(Value::Null);
    }
    if let Some(body) = body {
        properties.insert("body".to_owned(), body);
        required.push("body".into());
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

fn schema_of(schema: &Schema) -> Value {
    match &schema.form {
        Form::Name(word) => named(word),
        Form::List(element) => json!({ "type": "array", "items": schema_of(element) }),
        Form::Keywords(keywords) => keywords_of(keywords),
    }
}

fn named(word: &str) -> Value {
    match word {
        "any" | "none" => json!({}),
        "string" | "integer" | "number" | "boolean" | "object" | "array" | "null" => json!({ "type": word }),
        _ => json!({ "$ref": format!("#/$defs/{word}") }),
    }
}

fn keywords_of(keywords: &Keywords) -> Value {
    let mut nullable = keywords.nullable.as_ref().is_some_and(|nullable| nullable.value);
    let mut out = match keywords.ty.as_deref() {
        Some(TypeKeyword::Name(word, null)) => {
            nullable |= null;
            named(word)
        }
        Some(TypeKeyword::List(element)) => json!({ "type": "array", "items": schema_of(element) }),
        None => json!({}),
    };
    if let Some(reference) = &keywords.reference {
        out["$ref"] = format!("#/$defs/{}", reference.value.0.trim_start_matches("#/types/")).into();
    }
    annotations(keywords, &mut out);
    limits(keywords, &mut out);
    members(keywords, &mut out);
    let all = |schemas: &[Schema]| schemas.iter().map(schema_of).collect::<Vec<_>>();
    if let Some(branches) = keywords.one_of.as_ref().or(keywords.any_of.as_ref()) {
        out["anyOf"] = all(&branches.value).into();
    }
    if let Some(parts) = &keywords.all_of {
        out["allOf"] = all(&parts.value).into();
    }
    if let Some(items) = &keywords.items {
        out["type"] = "array".into();
        out["items"] = schema_of(items);
    }
    if nullable { with_null(out) } else { out }
}

fn with_null(mut schema: Value) -> Value {
    match schema.get("type").cloned() {
        Some(Value::String(word)) => {
            schema["type"] = json!([word, "null"]);
            if let Some(Value::Array(values)) = schema.get_mut("enum")
                && !values.contains(&Value::Null)
            {
                values.push(Value::Null);
            }
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

fn annotations(keywords: &Keywords, out: &mut Value) {
    if let Some(title) = &keywords.title {
        out["title"] = title.value.0.clone().into();
    }
    if let Some(description) = &keywords.description {
        out["description"] = description.value.0.clone().into();
    }
    if let Some(format) = &keywords.format {
        out["format"] = format.value.0.clone().into();
    }
    if let Some(values) = &keywords.enumeration {
        out["enum"] = values.value.iter().map(|value| value.value.0.clone()).collect();
    }
    if let Some(constant) = &keywords.constant {
        out["const"] = constant.value.0.clone();
    }
    if let Some(default) = &keywords.default {
        out["default"] = default.value.0.clone();
    }
    let examples: Vec<Value> = keywords
        .example
        .iter()
        .chain(keywords.examples.iter().flatten())
        .map(|example| example.value.0.clone())
        .collect();
    if !examples.is_empty() {
        out["examples"] = examples.into();
    }
    if keywords.deprecated == Some(true) {
        out["deprecated"] = true.into();
    }
}

fn limits(keywords: &Keywords, out: &mut Value) {
    let numbers = [
        ("minimum", &keywords.minimum),
        ("maximum", &keywords.maximum),
        ("exclusiveMinimum", &keywords.exclusive_minimum),
        ("exclusiveMaximum", &keywords.exclusive_maximum),
        ("multipleOf", &keywords.multiple_of),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            out[name] = number.value.0.clone().into();
        }
    }
    let counts = [
        ("minLength", &keywords.min_length),
        ("maxLength", &keywords.max_length),
        ("minItems", &keywords.min_items),
        ("maxItems", &keywords.max_items),
        ("minProperties", &keywords.min_properties),
        ("maxProperties", &keywords.max_properties),
    ];
    for (name, count) in counts {
        if let Some(count) = count {
            out[name] = count.value.into();
        }
    }
    if let Some(pattern) = &keywords.pattern {
        out["pattern"] = pattern.value.0.clone().into();
    }
    if keywords.unique_items == Some(true) {
        out["uniqueItems"] = true.into();
    }
}

fn members(keywords: &Keywords, out: &mut Value) {
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    for (key, field) in keywords.fields.iter().flat_map(|fields| fields.value.iter()) {
        let words = field.0.keywords();
        let wire = words.and_then(|words| words.name.as_ref()).map_or(&key.value, |name| &name.value.0);
        let optional = words
            .is_some_and(|words| words.optional.as_ref().is_some_and(|o| o.value) || words.default.is_some());
        properties.insert(wire.clone(), schema_of(&field.0));
        if !optional {
            required.push(wire.clone().into());
        }
    }
    for (key, schema) in keywords.properties.iter().flat_map(|properties| properties.value.iter()) {
        properties.insert(key.value.clone(), schema_of(schema));
    }
    required.extend(keywords.required.iter().flatten().map(|name| Value::from(name.value.0.clone())));
    if !properties.is_empty() {
        out["type"] = "object".into();
        out["properties"] = properties.into();
    }
    if !required.is_empty() {
        out["required"] = required.into();
    }
    match keywords.additional.as_deref() {
        Some(Additional::Typed(schema)) => {
            out["type"] = "object".into();
            out["additionalProperties"] = schema_of(schema);
        }
        Some(Additional::Any(false)) if keywords.properties.is_some() || keywords.fields.is_some() => {}
        _ => {}
    }
}
