//! Keywords that belong together: one that says nothing of its type would be ignored, and is an error.

use serde_json::Value;

use super::build::BUILTIN;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::Cx;
use crate::manifest::{Keywords, TypeKeyword};
use crate::source::{Span, Spanned};

/// What a keyword makes of a type.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Text,
    Number,
    List,
    Object,
    Union,
    Reference,
}

impl Shape {
    fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Union => "one of several types",
            Self::Reference => "another type",
        }
    }
}

/// Reports keywords that contradict the type, or each other.
pub(in crate::lower) fn check(keywords: &Keywords, cx: &mut Cx<'_, '_>) {
    limits(keywords, cx);
    values(keywords, cx);
    let said = said(keywords);
    let ty = keywords.ty.as_ref();
    let named = ty.map(|ty| {
        let shape = match &ty.value {
            TypeKeyword::List(_) => Shape::List,
            TypeKeyword::Name(word, _) => match word.as_str() {
                "string" => Shape::Text,
                "integer" | "number" => Shape::Number,
                "array" => Shape::List,
                "object" => Shape::Object,
                // What is any value, or a boolean, has no keyword of its own.
                _ => Shape::Reference,
            },
        };
        (shape, "type", ty.span)
    });
    let mut first = named;
    for (shape, keyword, span) in said {
        let Some((known, word, place)) = first else {
            first = Some((shape, keyword, span));
            continue;
        };
        let object = |shape| shape == Shape::Object;
        // A union of objects is an object; so are merged parts.
        if known == shape || (shape == Shape::Union && object(known) && word == "type") {
            continue;
        }
        let message = format!(
            "`{keyword}` is said of {}, and by `{word}` this is {}",
            shape.words(),
            known_words(known, keywords)
        );
        let diagnostic = Diagnostic::new(Code::CONFLICTING_KEYS, message, span).also(place, "here");
        cx.report(diagnostic.help("remove one of the two, or declare a type of its own for it"));
        return;
    }
}

fn known_words(shape: Shape, keywords: &Keywords) -> &'static str {
    match keywords.ty.as_deref() {
        Some(TypeKeyword::Name(word, _)) if word == "boolean" => "a boolean",
        Some(TypeKeyword::Name(word, _)) if word == "any" => "any value",
        _ => shape.words(),
    }
}

/// The keywords that tell what a type is, and where each stands.
fn said(keywords: &Keywords) -> impl Iterator<Item = (Shape, &'static str, Span)> {
    macro_rules! at {
        ($shape:ident, $word:literal, $field:ident) => {
            keywords.$field.as_ref().map(|keyword| (Shape::$shape, $word, keyword.span))
        };
    }
    [
        at!(Reference, "$ref", reference),
        at!(Union, "oneOf", one_of),
        at!(Union, "anyOf", any_of),
        at!(Object, "allOf", all_of),
        at!(Object, "fields", fields),
        at!(Object, "properties", properties),
        at!(Object, "additionalProperties", additional),
        at!(Object, "minProperties", min_properties),
        at!(Object, "maxProperties", max_properties),
        at!(List, "items", items),
        at!(List, "minItems", min_items),
        at!(List, "maxItems", max_items),
        at!(Text, "minLength", min_length),
        at!(Text, "maxLength", max_length),
        at!(Text, "pattern", pattern),
        at!(Number, "minimum", minimum),
        at!(Number, "maximum", maximum),
        at!(Number, "exclusiveMinimum", exclusive_minimum),
        at!(Number, "exclusiveMaximum", exclusive_maximum),
        at!(Number, "multipleOf", multiple_of),
    ]
    .into_iter()
    .flatten()
}

/// The values of `enum` and `const` are of their type.
fn values(keywords: &Keywords, cx: &mut Cx<'_, '_>) {
    let word = match keywords.ty.as_deref() {
        Some(TypeKeyword::Name(word, _)) if BUILTIN.contains(&word.as_str()) => Some(word.as_str()),
        _ => None,
    };
    if let Some(values) = keywords.enumeration.as_ref().filter(|values| values.value.is_empty()) {
        let message = "an `enum` has a value at least";
        cx.report(
            Diagnostic::new(Code::WRONG_TYPE, message, values.span).help("name its values, or remove it"),
        );
    }
    let fits = |value: &Value| match word {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    let values = keywords.enumeration.iter().flat_map(|values| &values.value).chain(&keywords.constant);
    for value in values.filter(|value| !value.value.0.is_null() && !fits(&value.value.0)) {
        let message = format!("{} is no `{}`", value.value.0, word.unwrap_or("value"));
        cx.report(
            Diagnostic::new(Code::WRONG_TYPE, message, value.span)
                .help("mend the value, or say the `type` that it has"),
        );
    }
}

/// Reports limits that no value can meet.
fn limits(keywords: &Keywords, cx: &mut Cx<'_, '_>) {
    let number = |number: &Option<Spanned<crate::manifest::Number>>| {
        number.as_ref().and_then(|number| number.value.0.as_f64().map(|value| (value, number.span)))
    };
    #[expect(clippy::cast_precision_loss, reason = "lengths are compared, and small")]
    let count = |count: &Option<Spanned<u64>>| count.as_ref().map(|count| (count.value as f64, count.span));
    let pairs = [
        ("minimum", number(&keywords.minimum), "maximum", number(&keywords.maximum)),
        ("minimum", number(&keywords.minimum), "exclusiveMaximum", number(&keywords.exclusive_maximum)),
        ("exclusiveMinimum", number(&keywords.exclusive_minimum), "maximum", number(&keywords.maximum)),
        (
            "exclusiveMinimum",
            number(&keywords.exclusive_minimum),
            "exclusiveMaximum",
            number(&keywords.exclusive_maximum),
        ),
        ("minLength", count(&keywords.min_length), "maxLength", count(&keywords.max_length)),
        ("minItems", count(&keywords.min_items), "maxItems", count(&keywords.max_items)),
        ("minProperties", count(&keywords.min_properties), "maxProperties", count(&keywords.max_properties)),
    ];
    for (low, least, high, most) in pairs {
        if let (Some((least, first)), Some((most, second))) = (least, most)
            && (least > most || (least >= most && (low.starts_with("ex") || high.starts_with("ex"))))
        {
            let message = format!("no value meets both `{low}` and `{high}`");
            let diagnostic = Diagnostic::new(Code::CONTRADICTORY_LIMITS, message, first);
            cx.report(
                diagnostic.also(second, "together with this").help("exchange the two, or mend one of them"),
            );
        }
    }
    if let Some((step, span)) = number(&keywords.multiple_of).filter(|(step, _)| *step <= 0.0) {
        let message = format!("`multipleOf` is a number above zero, and this is {step}");
        cx.report(Diagnostic::new(Code::CONTRADICTORY_LIMITS, message, span));
    }
}
