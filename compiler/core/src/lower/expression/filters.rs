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
    /// Whether an argument is a key: bytes, or a text.
    pub(super) keyed: bool,
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
    /// An instant.
    Instant,
}

#[derive(Clone, Copy)]
pub(super) enum Gives {
    Text,
    Texts,
    Int,
    Number,
    Bool,
    Bytes,
    Instant,
    Duration,
    Object,
    Element,
    List,
    Same,
}

pub(super) const FILTERS: [FilterRow; 39] = [
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
    row("hex_decode", Filter::HexDecode, Takes::Text, (0, 0), Gives::Bytes),
    row("list", Filter::List, Takes::Any, (0, 0), Gives::List),
    row("urlencode", Filter::UrlEncode, Takes::Bytes, (0, 0), Gives::Text),
    row("form_encode", Filter::FormEncode, Takes::Bytes, (0, 0), Gives::Text),
    row("sha1", Filter::Sha1, Takes::Bytes, (0, 0), Gives::Bytes),
    row("sha256", Filter::Sha256, Takes::Bytes, (0, 0), Gives::Bytes),
    row("sha512", Filter::Sha512, Takes::Bytes, (0, 0), Gives::Bytes),
    row("md5", Filter::Md5, Takes::Bytes, (0, 0), Gives::Bytes),
    keyed("hmac_sha1", Filter::HmacSha1),
    keyed("hmac_sha256", Filter::HmacSha256),
    keyed("hmac_sha512", Filter::HmacSha512),
    row("ed25519", Filter::Ed25519, Takes::Bytes, (1, 1), Gives::Bytes),
    row("fingerprint", Filter::Fingerprint, Takes::Exact, (0, 0), Gives::Text),
    row("claims", Filter::Claims, Takes::Exact, (0, 0), Gives::Object),
    row("rfc3339", Filter::Rfc3339, Takes::Instant, (0, 0), Gives::Text),
    row("unix", Filter::Unix, Takes::Instant, (0, 0), Gives::Int),
    row("unix_ms", Filter::UnixMs, Takes::Instant, (0, 0), Gives::Int),
    row("date", Filter::Date, Takes::Instant, (1, 1), Gives::Text),
    row("parse_date", Filter::ParseDate, Takes::Text, (0, 1), Gives::Instant),
    row("duration", Filter::Duration, Takes::Exact, (0, 0), Gives::Duration),
];

const fn row(
    name: &'static str,
    filter: Filter,
    takes: Takes,
    arguments: (usize, usize),
    gives: Gives,
) -> FilterRow {
    FilterRow { name, filter, takes, arguments, keyed: false, gives }
}

/// A filter whose argument is a key.
const fn keyed(name: &'static str, filter: Filter) -> FilterRow {
    FilterRow { keyed: true, ..row(name, filter, Takes::Bytes, (1, 1), Gives::Bytes) }
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
        Gives::Instant => Ty::Instant,
        Gives::Duration => Ty::Duration,
        Gives::Object => Ty::Object,
        Gives::Same => of.clone(),
        Gives::List => match of {
            Ty::List(_) => of.clone(),
            of => Ty::List(Box::new(of.clone())),
        },
        Gives::Element => match of {
            Ty::List(element) => (**element).clone(),
            Ty::Text => Ty::Text,
            _ => Ty::Any,
        },
    }
}
