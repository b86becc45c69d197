//! What a value may be, in sentences.

use super::plain;
use crate::manifest::{Keywords, Number};
use crate::source::Spanned;

/// The bounds that a schema sets; empty where it sets none.
pub(in crate::lower) fn bounds(keywords: &Keywords) -> String {
    let number = |least: Option<String>, most: Option<String>, unit: &str| match (least, most) {
        (Some(least), Some(most)) if least == most => Some(format!("Exactly {least}{unit}.")),
        (Some(least), Some(most)) => Some(format!("From {least} to {most}{unit}.")),
        (Some(least), None) => Some(format!("At least {least}{unit}.")),
        (None, Some(most)) => Some(format!("At most {most}{unit}.")),
        (None, None) => None,
    };
    let text = |value: &Option<Spanned<u64>>| value.as_ref().map(|value| value.value.to_string());
    let sentences = [
        number(keywords.minimum.as_ref().map(shown), keywords.maximum.as_ref().map(shown), ""),
        keywords.exclusive_minimum.as_ref().map(|least| format!("More than {}.", shown(least))),
        keywords.exclusive_maximum.as_ref().map(|most| format!("Less than {}.", shown(most))),
        number(text(&keywords.min_length), text(&keywords.max_length), " characters"),
        number(text(&keywords.min_items), text(&keywords.max_items), " elements"),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn shown(value: &Spanned<Number>) -> String {
    plain(&value.value.0.to_string())
}
