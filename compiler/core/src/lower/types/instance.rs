//! Whether a value is of a type: for defaults and examples.

use std::cell::Cell;

use serde_json::Value;

use crate::limits;
use crate::manifest::{Additional, Form, Keywords, Manifest, Schema, TypeKeyword};

/// Why a value is not of a type; nothing where it is. Types of the manifest are known where it is given.
pub(in crate::lower) fn check(value: &Value, schema: &Schema, manifest: Option<&Manifest>) -> Option<String> {
    of_schema(value, schema, &Cx { manifest, steps: Cell::new(0) }, 0)
}

/// How many types are looked at for one value: unions of unions could ask for any number.
const STEPS: usize = 100_000;

struct Cx<'m> {
    manifest: Option<&'m Manifest>,
    steps: Cell<usize>,
}

fn of_schema(value: &Value, schema: &Schema, cx: &Cx<'_>, depth: usize) -> Option<String> {
    cx.steps.set(cx.steps.get() + 1);
    if depth > limits::NESTING || cx.steps.get() > STEPS {
        return None;
    }
    match &schema.form {
        Form::Name(word) => of_name(value, word, cx, depth),
        Form::List(element) => of_list(value, Some(element), cx, depth),
        Form::Keywords(keywords) => of_keywords(value, keywords, cx, depth),
    }
}

fn of_name(value: &Value, word: &str, cx: &Cx<'_>, depth: usize) -> Option<String> {
    let fits = match word {
        "string" => value.is_string(),
        "integer" => is_whole(value),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        "any" => true,
        _ => {
            return cx
                .manifest
                .and_then(|known| known.types.get(word))
                .and_then(|schema| of_schema(value, schema, cx, depth + 1));
        }
    };
    (!fits).then(|| format!("it is {}, and the type is `{word}`", kind(value)))
}

fn is_whole(value: &Value) -> bool {
    value.is_i64()
        || value.is_u64()
        || value.as_f64().is_some_and(|number| number.fract() == 0.0 && number.abs() < 9e15)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn of_list(value: &Value, element: Option<&Schema>, cx: &Cx<'_>, depth: usize) -> Option<String> {
    let Value::Array(items) = value else {
        return Some(format!("it is {}, and the type is a list", kind(value)));
    };
    let element = element?;
    items.iter().enumerate().find_map(|(place, item)| {
        of_schema(item, element, cx, depth + 1).map(|why| format!("element {place}: {why}"))
    })
}

fn of_keywords(value: &Value, keywords: &Keywords, cx: &Cx<'_>, depth: usize) -> Option<String> {
    let nullable = keywords.nullable.as_ref().is_some_and(|nullable| nullable.value);
    if value.is_null() && (nullable || matches!(keywords.ty.as_deref(), Some(TypeKeyword::Name(_, true)))) {
        return None;
    }
    if let Some(values) = &keywords.enumeration
        && !values.value.iter().any(|one| one.value.0 == *value)
    {
        return Some(format!("{value} is none of the values of its `enum`"));
    }
    if let Some(constant) = &keywords.constant
        && constant.value.0 != *value
    {
        return Some(format!("the only value is {}", constant.value.0));
    }
    let by_type = match keywords.ty.as_deref() {
        Some(TypeKeyword::Name(word, _)) => of_name(value, word, cx, depth),
        Some(TypeKeyword::List(element)) => of_list(value, Some(element), cx, depth),
        None => keywords.reference.as_ref().and_then(|reference| {
            of_name(value, reference.value.0.strip_prefix("#/types/").unwrap_or_default(), cx, depth)
        }),
    };
    by_type
        .or_else(|| of_text(value, keywords))
        .or_else(|| of_number(value, keywords))
        .or_else(|| of_array(value, keywords, cx, depth))
        .or_else(|| of_object(value, keywords, cx, depth))
        .or_else(|| of_union(value, keywords, cx, depth))
}

fn of_text(value: &Value, keywords: &Keywords) -> Option<String> {
    let text = value.as_str()?;
    let length = text.chars().count() as u64;
    if let Some(least) = keywords.min_length.as_ref().filter(|least| length < least.value) {
        return Some(format!("it has {length} characters, and `minLength` is {}", least.value));
    }
    if let Some(most) = keywords.max_length.as_ref().filter(|most| length > most.value) {
        return Some(format!("it has {length} characters, and `maxLength` is {}", most.value));
    }
    if let Some(pattern) = &keywords.pattern {
        let matches = crate::validate::text::compile_pattern(&pattern.value)
            .is_ok_and(|pattern| pattern.is_match(text));
        if !matches {
            return Some(format!("`{text}` does not match its pattern `{}`", &*pattern.value));
        }
    }
    let format = keywords.format.as_ref().map(|format| &*format.value);
    let fits = match format {
        Some("date-time") => looks_like(text, r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d"),
        Some("date") => looks_like(text, r"^\d{4}-\d\d-\d\d$"),
        Some("uuid") => looks_like(text, r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),
        Some("decimal") => looks_like(text, r"^[+-]?\d+(\.\d+)?$"),
        Some("host-label") => looks_like(text, r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
        Some("email") => text.contains('@'),
        Some("uri") => text.contains(':'),
        Some("byte") => looks_like(text, r"^[A-Za-z0-9+/]*={0,2}$"),
        Some("ipv4") => text.parse::<std::net::Ipv4Addr>().is_ok(),
        Some("ipv6") => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => true,
    };
    (!fits).then(|| format!("`{text}` is not of the format `{}`", format.unwrap_or_default()))
}

fn looks_like(text: &str, pattern: &str) -> bool {
    regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

fn of_number(value: &Value, keywords: &Keywords) -> Option<String> {
    let number = value.as_f64()?;
    let bound = |bound: &Option<crate::source::Spanned<crate::manifest::Number>>| {
        bound.as_ref().and_then(|bound| bound.value.0.as_f64())
    };
    if let Some(least) = bound(&keywords.minimum).filter(|least| number < *least) {
        return Some(format!("{value} is less than the minimum {least}"));
    }
    if let Some(most) = bound(&keywords.maximum).filter(|most| number > *most) {
        return Some(format!("{value} is more than the maximum {most}"));
    }
    if let Some(least) = bound(&keywords.exclusive_minimum).filter(|least| number <= *least) {
        return Some(format!("{value} is not more than {least}"));
    }
    if let Some(most) = bound(&keywords.exclusive_maximum).filter(|most| number >= *most) {
        return Some(format!("{value} is not less than {most}"));
    }
    if let Some(step) = bound(&keywords.multiple_of)
        .filter(|step| *step > 0.0 && ((number / step).round() - number / step).abs() > 1e-9)
    {
        return Some(format!("{value} is no multiple of {step}"));
    }
    let fits = match keywords.format.as_ref().map(|format| &*format.value) {
        Some("int32") => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Some("uint64") => value.is_u64(),
        // What does not say how large it is, is an `i64` in Rust.
        Some("int64") => !value.is_u64() || value.is_i64(),
        _ if matches!(keywords.ty.as_deref(), Some(TypeKeyword::Name(word, _)) if word == "integer") => {
            !value.is_u64() || value.is_i64()
        }
        _ => true,
    };
    (!fits).then(|| format!("{value} is out of the range of its format"))
}

fn of_array(value: &Value, keywords: &Keywords, cx: &Cx<'_>, depth: usize) -> Option<String> {
    let items = value.as_array()?;
    let length = items.len() as u64;
    if let Some(least) = keywords.min_items.as_ref().filter(|least| length < least.value) {
        return Some(format!("it has {length} elements, and `minItems` is {}", least.value));
    }
    if let Some(most) = keywords.max_items.as_ref().filter(|most| length > most.value) {
        return Some(format!("it has {length} elements, and `maxItems` is {}", most.value));
    }
    if keywords.unique_items == Some(true)
        && items.iter().enumerate().any(|(place, item)| items[..place].contains(item))
    {
        return Some("two of its elements are equal".to_owned());
    }
    keywords.items.as_ref().and_then(|element| of_list(value, Some(element), cx, depth))
}

fn of_object(value: &Value, keywords: &Keywords, cx: &Cx<'_>, depth: usize) -> Option<String> {
    let object = value.as_object();
    let fields = keywords.fields.iter().flat_map(|fields| fields.value.iter()).map(|(key, field)| {
        let words = field.0.keywords();
        let optional = words
            .is_some_and(|words| words.optional.as_ref().is_some_and(|o| o.value) || words.default.is_some());
        let wire = words
            .and_then(|words| words.name.as_ref())
            .map_or(key.value.as_str(), |name| name.value.0.as_str());
        (wire, &field.0, optional)
    });
    let required: Vec<&str> = keywords.required.iter().flatten().map(|name| &*name.value).collect();
    let properties = keywords
        .properties
        .iter()
        .flat_map(|properties| properties.value.iter())
        .map(|(key, schema)| (key.value.as_str(), schema, !required.contains(&key.value.as_str())));
    let members: Vec<_> = fields.chain(properties).collect();
    if members.is_empty() && keywords.additional.is_none() {
        return None;
    }
    let Some(object) = object else {
        return Some(format!("it is {}, and the type is an object", kind(value)));
    };
    for (name, schema, optional) in &members {
        match object.get(*name) {
            Some(member) => {
                if let Some(why) = of_schema(member, schema, cx, depth + 1) {
                    return Some(format!("member `{name}`: {why}"));
                }
            }
            None if *optional => {}
            None => return Some(format!("it has no member `{name}`")),
        }
    }
    let known = |name: &str| members.iter().any(|(member, ..)| *member == name);
    let mut further = object.iter().filter(|(name, _)| !known(name));
    match keywords.additional.as_deref() {
        Some(Additional::Typed(schema)) => further.find_map(|(name, member)| {
            of_schema(member, schema, cx, depth + 1).map(|why| format!("member `{name}`: {why}"))
        }),
        Some(Additional::Any(true)) => None,
        _ => further.next().map(|(name, _)| format!("the type has no member `{name}`")),
    }
}

fn of_union(value: &Value, keywords: &Keywords, cx: &Cx<'_>, depth: usize) -> Option<String> {
    let branches = keywords.one_of.as_ref().or(keywords.any_of.as_ref())?;
    let mut reasons = branches.value.iter().map(|branch| of_schema(value, branch, cx, depth + 1));
    let all = reasons.by_ref().collect::<Option<Vec<_>>>()?;
    Some(format!("it is of none of the types of `oneOf`: {}", all.first().map_or("", |why| why)))
}
