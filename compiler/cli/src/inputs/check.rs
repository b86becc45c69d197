//! Inputs against the action's schema: what is missing, and what is not of its type.

use couplet_runtime::generated::v1::{Action, Input as Declared};
use serde_json::{Map, Value};

use super::{Inputs, Schemas};
use crate::failure::Failure;
use crate::nearest;

/// The most findings that are told at once.
const TOLD: usize = 5;

/// Checks all inputs; nothing was sent yet.
pub(super) fn check(inputs: &Inputs, action: &Action<'_>, schemas: &Schemas) -> Result<(), Failure> {
    let missing: Vec<_> = action
        .inputs()
        .iter()
        .filter(|input| !input.is_optional() && input.default().is_none())
        .filter(|input| !inputs.values.contains_key(input.name()))
        .collect();
    if !missing.is_empty() {
        return Err(not_given(&missing, action, schemas));
    }
    let instance: Map<String, Value> = inputs
        .values
        .iter()
        .map(|(name, input)| (name.clone(), serde_json::from_str(&input.text()).unwrap_or_default()))
        .collect();
    let schema = schemas.document_of(action.name());
    let options = jsonschema::options().with_pattern_options(jsonschema::PatternOptions::regex());
    let validator = options.build(&schema).map_err(|_| {
        Failure::error(format!("the schema of the inputs of `{}` cannot be used", action.name()))
    })?;
    let instance = Value::Object(instance);
    let findings: Vec<_> =
        validator.iter_errors(&instance).take(TOLD).map(|error| finding(&error, action)).collect();
    let Some((first, more)) = findings.split_first() else { return Ok(()) };
    let failure = more
        .iter()
        .fold(Failure::usage(first.clone()), |failure, text| failure.help(format!("also: {text}")));
    Err(suggestion(&instance, action, schemas).into_iter().fold(failure, Failure::help))
}

fn not_given(missing: &[&Declared<'_>], action: &Action<'_>, schemas: &Schemas) -> Failure {
    let names: Vec<_> = missing.iter().map(|input| format!("`{}`", input.name())).collect();
    let plural = if names.len() == 1 { ("input", "is") } else { ("inputs", "are") };
    let message =
        format!("the {} {} of `{}` {} not given", plural.0, names.join(", "), action.name(), plural.1);
    let mut failure = Failure::usage(message);
    for input in missing.iter().take(12) {
        let name = input.name();
        let value = if input.is_secret() { "env:VARIABLE" } else { "…" };
        let takes = schemas.describe(schemas.input(action.name(), name));
        failure = failure.help(format!("`--input {name}={value}` takes {takes}"));
    }
    failure.help("`--describe` says what else the action takes, and what it answers")
}

/// One finding in a sentence. The value of a secret input is not shown.
fn finding(error: &jsonschema::ValidationError<'_>, action: &Action<'_>) -> String {
    let path = error.instance_path().to_string();
    let mut steps = path.split('/').skip(1);
    let input = steps.next().unwrap_or_default();
    let is_secret = action.inputs().iter().any(|known| known.name() == input && known.is_secret());
    let text = if is_secret { error.masked().to_string() } else { error.to_string() };
    let text: String = text.chars().take(300).collect();
    let rest: Vec<_> = steps.collect();
    match (input, rest.is_empty()) {
        ("", _) => format!("the inputs of `{}` do not fit: {text}", action.name()),
        (_, true) => format!("the input `{input}` does not fit: {text}"),
        (_, false) => format!("the input `{input}` does not fit at `{}`: {text}", rest.join(".")),
    }
}

/// The member that was likely meant, where an object has one that its type does not know.
fn suggestion(instance: &Value, action: &Action<'_>, schemas: &Schemas) -> Option<String> {
    let inputs = schemas.inputs(action.name())?;
    inputs.iter().find_map(|(name, schema)| {
        let value = instance.get(name)?;
        let (schema, value) = match value.as_array().and_then(|items| items.first()) {
            Some(first) => (schemas.elements(schema), first),
            None => (schema, value),
        };
        let known = schemas.members(schema)?;
        let names: Vec<_> = known.keys().map(String::as_str).collect();
        let unknown = value.as_object()?.keys().find(|key| !known.contains_key(key.as_str()))?;
        let meant = nearest::nearest(unknown, names)?;
        Some(format!("`{name}` has no member `{unknown}`: did you mean `{meant}`?"))
    })
}
