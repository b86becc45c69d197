//! The Plan's schemas.

use serde_json::{Map, Value, json};

/// The schemas of types, inputs and answers.
pub(crate) struct Schemas {
    root: Value,
}

impl Schemas {
    pub(crate) fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(|root| Self { root })
    }

    /// The type of that name.
    pub(crate) fn named(&self, reference: &str) -> Option<&Value> {
        self.root.get("$defs")?.get(reference.strip_prefix("#/$defs/")?)
    }

    /// The schema of an input of an action.
    pub(crate) fn input(&self, action: &str, input: &str) -> Option<&Value> {
        self.root.get("actions")?.get(action)?.get("input")?.get("properties")?.get(input)
    }

    /// The schema of one of an action's answers.
    pub(crate) fn output(&self, action: &str, place: usize) -> Option<&Value> {
        self.root.get("actions")?.get(action)?.get("outputs")?.get(place)
    }

    /// What is wrong with a value, in a sentence; nothing where it is of the schema.
    pub(crate) fn wrong(&self, schema: &Value, value: &Value) -> Option<String> {
        let mut whole = match schema {
            Value::Object(members) => members.clone(),
            _ => Map::new(),
        };
        whole.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        whole.insert("$defs".to_owned(), self.root.get("$defs").cloned().unwrap_or_default());
        let validator = jsonschema::options()
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(&Value::Object(whole))
            .ok()?;
        let error = validator.iter_errors(value).next()?;
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { String::new() } else { format!(" at `{place}`") };
        Some(format!("{error}{place}"))
    }
}
