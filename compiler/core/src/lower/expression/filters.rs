//! The filters: what each takes and gives.

use couplet_plan::Filter;

use super::scope::Ty;

/// A filter: its name, what it takes and what it gives.
pub(super) struct FilterRow {
    pub(super) name: &'static str,
    pub(super) filter: Filter,
    pub(super) takes: Takes,
    /// The fewest and the most arguments.
    pub(super) arguments: (usize, usize),
    pub(super) gives: Gives,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Takes {
    Any,
    /// A text, or what has a form as text.
    Text,
    /// A text, and nothing that only has a form as text.
    Exact,
    /// A text or bytes.
    Bytes,
    /// A text or a list.
    Sequence,
    /// A text, a list or an object.
    Collection,
}

#[derive(Clone, Copy)]
pub(super) enum Gives {
    Text,
    Texts,
    Int,
    Number,
    Bool,
    Bytes,
    Element,
    Same,
}

pub(super) const FILTERS: [FilterRow; 20] = [
    row("lower", Filter::Lower, Takes::Text, (0, 0), Gives::Text),
    row("upper", Filter::Upper, Takes::Text, (0, 0), Gives::Text),
    row("trim", Filter::Trim, Takes::Text, (0, 0), Gives::Text),
    row("replace", Filter::Replace, Takes::Text, (2, 2), Gives::Text),
    row("split", Filter::Split, Takes::Exact, (0, 1), Gives::Texts),
    row("join", Filter::Join, Takes::Sequence, (0, 1), Gives::Text),
    row("first", Filter::First, Takes::Sequence, (0, 0), Gives::Element),
    row("last", Filter::Last, Takes::Sequence, (0, 0), Gives::Element),
    row("length", Filter::Length, Takes::Collection, (0, 0), Gives::Int),
    row("matches", Filter::Matches, Takes::Text, (1, 1), Gives::Bool),
    row("int", Filter::Int, Takes::Text, (0, 0), Gives::Int),
    row("float", Filter::Float, Takes::Text, (0, 0), Gives::Number),
    row("string", Filter::String, Takes::Text, (0, 0), Gives::Text),
    row("json", Filter::Json, Takes::Any, (0, 0), Gives::Text),
    row("default", Filter::Default, Takes::Any, (0, 1), Gives::Same),
    row("base64", Filter::Base64, Takes::Bytes, (0, 0), Gives::Text),
    row("base64url", Filter::Base64Url, Takes::Bytes, (0, 0), Gives::Text),
    row("base64_decode", Filter::Base64Decode, Takes::Text, (0, 0), Gives::Bytes),
    row("hex", Filter::Hex, Takes::Bytes, (0, 0), Gives::Text),
    row("urlencode", Filter::UrlEncode, Takes::Bytes, (0, 0), Gives::Text),
];

const fn row(
    name: &'static str,
    filter: Filter,
    takes: Takes,
    arguments: (usize, usize),
    gives: Gives,
) -> FilterRow {
    FilterRow { name, filter, takes, arguments, gives }
}

/// The filter of that name.
pub(super) fn filter(name: &str) -> Option<&'static FilterRow> {
    FILTERS.iter().find(|row| row.name == name)
}

/// The type of what a filter gives.
pub(super) fn gives(gives: Gives, of: &Ty) -> Ty {
    match gives {
        Gives::Text => Ty::Text,
        Gives::Texts => Ty::List(Box::new(Ty::Text)),
        Gives::Int => Ty::Int,
        Gives::Number => Ty::Number,
        Gives::Bool => Ty::Bool,
        Gives::Bytes => Ty::Bytes,
        Gives::Same => of.clone(),
        Gives::Element => match of {
            Ty::List(element) => (**element).clone(),
            Ty::Text => Ty::Text,
            _ => Ty::Any,
        },
    }
}
