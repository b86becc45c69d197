//! The schemas of a Plan, as far as they tell how to read a value from a terminal.

use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// The schemas of a connector.
pub(crate) struct Schemas {
    document: Value,
}

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kinds {
    pub(super) string: bool,
    pub(super) integer: bool,
    pub(super) number: bool,
    pub(super) boolean: bool,
    pub(super) array: bool,
    pub(super) object: bool,
    pub(super) null: bool,
}

impl Schemas {
    /// Reads a Plan's schemas.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        serde_json::from_str(text)
            .map(|document| Self { document })
            .map_err(|error| Failure::error(format!("the connector's schemas cannot be read: {error}")))
    }

    /// What an input takes, and the first line that the manifest says of it.
    pub(crate) fn describe_input(&self, action: &str, name: &str) -> (String, Option<String>) {
        let schema = self.input(action, name);
        let about = ["description", "title"].iter().find_map(|word| schema.get(word)?.as_str());
        let about = about.and_then(|about| about.trim().lines().next()).map(str::to_owned);
        (self.describe(schema), about)
    }

    /// What each of an action's answers is.
    pub(crate) fn outputs(&self, action: &str) -> Vec<String> {
        let outputs =
            self.document.get("actions").and_then(|actions| actions.get(action)?.get("outputs")?.as_array());
        let describe = |schema: &Value| match schema {
            Value::Null => "nothing".to_owned(),
            schema => self.describe(schema),
        };
        outputs.into_iter().flatten().map(describe).collect()
    }

    /// The inputs of an action and their schemas, in the manifest's order.
    pub(super) fn inputs(&self, action: &str) -> Option<&Map<String, Value>> {
        self.document.get("actions")?.get(action)?.get("input")?.get("properties")?.as_object()
    }

    /// The schema of one input.
    pub(super) fn input(&self, action: &str, name: &str) -> &Value {
        self.inputs(action).and_then(|inputs| inputs.get(name)).unwrap_or(&Value::Null)
    }

    /// The schema of all inputs of an action, as a document of its own.
    pub(super) fn document_of(&self, action: &str) -> Value {
        let input = self.document.get("actions").and_then(|actions| actions.get(action)?.get("input"));
        let mut schema = input.cloned().unwrap_or_else(|| json!({}));
        if let (Some(defs), Value::Object(members)) = (self.document.get("$defs"), &mut schema) {
            members.insert("$defs".to_owned(), defs.clone());
        }
        schema
    }

    /// What a value of a schema may be.
    pub(super) fn kinds(&self, schema: &Value) -> Kinds {
        let mut kinds = Kinds::default();
        self.add_kinds(schema, &mut kinds, 0);
        kinds
    }

    /// The schema of a list's elements.
    pub(super) fn elements<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let schema = self.resolved(schema);
        schema.get("items").unwrap_or(&Value::Null)
    }

    /// The members of an object.
    pub(super) fn members<'s>(&'s self, schema: &'s Value) -> Option<&'s Map<String, Value>> {
        self.resolved(schema).get("properties")?.as_object()
    }

    /// A schema's kind in words: `an integer`, `a text (date-time)`, `one of active, closed`.
    pub(super) fn describe(&self, schema: &Value) -> String {
        let schema = self.resolved(schema);
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let shown: Vec<_> = values.iter().take(12).map(plain).collect();
            return format!("one of {}{}", shown.join(", "), if values.len() > 12 { ", …" } else { "" });
        }
        let kinds = self.kinds(schema);
        let format = schema.get("format").and_then(Value::as_str).map(|format| format!(" ({format})"));
        let word = match kinds {
            Kinds { string: true, .. } => "a text",
            Kinds { integer: true, number: false, .. } => "a whole number",
            Kinds { number: true, .. } => "a number",
            Kinds { boolean: true, .. } => "true or false",
            Kinds { array: true, .. } => {
                return format!("a list, each {}", self.describe(self.elements(schema)));
            }
            Kinds { object: true, .. } => return self.describe_object(schema),
            _ => "any JSON",
        };
        format!("{word}{}", format.unwrap_or_default())
    }

    fn describe_object(&self, schema: &Value) -> String {
        let Some(members) = schema.get("properties").and_then(Value::as_object) else {
            return "an object".to_owned();
        };
        let names: Vec<_> = members.keys().take(8).map(String::as_str).collect();
        let more = if members.len() > 8 { ", …" } else { "" };
        format!("an object of {}{more}", names.join(", "))
    }

    fn add_kinds(&self, schema: &Value, kinds: &mut Kinds, depth: usize) {
        let schema = self.resolved(schema);
        if depth > 8 {
            return;
        }
        let mut add = |word: &str| match word {
            "string" => kinds.string = true,
            "integer" => kinds.integer = true,
            "number" => kinds.number = true,
            "boolean" => kinds.boolean = true,
            "array" => kinds.array = true,
            "object" => kinds.object = true,
            "null" => kinds.null = true,
            _ => {}
        };
        match schema.get("type") {
            Some(Value::String(word)) => add(word),
            Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).for_each(add),
            _ => {
                if let Some(Value::Array(values)) = schema.get("enum") {
                    values.iter().for_each(|value| add(kind_of(value)));
                } else if let Some(value) = schema.get("const") {
                    add(kind_of(value));
                }
            }
        }
        for word in ["oneOf", "anyOf", "allOf"] {
            for part in schema.get(word).and_then(Value::as_array).into_iter().flatten() {
                self.add_kinds(part, kinds, depth + 1);
            }
        }
    }

    fn resolved<'s>(&'s self, mut schema: &'s Value) -> &'s Value {
        for _ in 0..16 {
            let Some(pointer) = schema.get("$ref").and_then(Value::as_str) else { break };
            let Some(target) = self.document.pointer(pointer.trim_start_matches('#')) else { break };
            schema = target;
        }
        schema
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
