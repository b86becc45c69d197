//! Names of the manifest → names of Rust.

use std::collections::BTreeMap;

use super::Cx;
use crate::connector::Ident;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::validate::names::{capitalized, words_of};
use crate::validate::text::is_keyword;

/// Words that cannot be written raw.
const NEVER_RAW: [&str; 5] = ["self", "Self", "super", "crate", "_"];

/// `snake_case`: fields, methods, modules. None where no letter or digit is left.
pub(super) fn snake(name: &str) -> Option<Ident> {
    let words = spelled(name);
    let joined = words.join("_");
    (!joined.is_empty()).then(|| {
        valid(if joined.starts_with(|c: char| c.is_ascii_digit()) { format!("n{joined}") } else { joined })
    })
}

/// `PascalCase`: types and variants.
pub(super) fn pascal(name: &str) -> Option<Ident> {
    let text = pascal_text(name);
    (!text.is_empty()).then(|| valid(text))
}

/// `PascalCase` as a text, to be a part of a longer name.
pub(super) fn pascal_text(name: &str) -> String {
    let joined: String = spelled(name).iter().map(|word| capitalized(word)).collect();
    if joined.starts_with(|c: char| c.is_ascii_digit()) { format!("N{joined}") } else { joined }
}

/// `SCREAMING_SNAKE_CASE`: statics.
pub(super) fn screaming(name: &str) -> Option<Ident> {
    snake(name).map(|ident| Ident::proven(ident.as_str().trim_start_matches("r#").to_ascii_uppercase()))
}

/// The words of a name; signs that alone tell two names apart are spelled.
fn spelled(name: &str) -> Vec<String> {
    let mut words = words_of(name);
    let sign = match name.as_bytes() {
        [b'+', ..] => Some("plus"),
        [b'-', b'0'..=b'9', ..] => Some("minus"),
        _ => None,
    };
    if let Some(sign) = sign {
        words.insert(0, sign.to_owned());
    }
    if words.is_empty() {
        let spelling = match name {
            "*" => "any",
            "" => "empty",
            "." => "dot",
            "%" => "percent",
            "=" => "equal",
            "!=" | "<>" => "not_equal",
            "<" => "less",
            "<=" => "less_or_equal",
            ">" => "greater",
            ">=" => "greater_or_equal",
            _ => return words,
        };
        words = spelling.split('_').map(str::to_owned).collect();
    }
    words
}

/// Makes a word of letters, digits and `_` an identifier.
fn valid(word: String) -> Ident {
    if NEVER_RAW.contains(&word.as_str()) {
        Ident::proven(format!("{word}_"))
    } else if is_keyword(&word) {
        Ident::proven(format!("r#{word}"))
    } else {
        Ident::proven(word)
    }
}

/// The names of one scope of Rust, with the places that they come from.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeMap<String, Option<(String, Span)>>,
}

impl Names {
    /// A scope in which these names are ours.
    pub(super) fn with(ours: &[&str]) -> Self {
        Self { taken: ours.iter().map(|name| ((*name).to_owned(), None)).collect() }
    }

    /// Takes a name that the manifest gives, or reports why it cannot be had. A name of ours is stepped aside from.
    pub(super) fn take(
        &mut self,
        ident: Option<Ident>,
        name: &str,
        span: Span,
        cx: &mut Cx<'_, '_>,
    ) -> Option<Ident> {
        let Some(mut ident) = ident else {
            let message =
                format!("`{}` has no letter or digit to make a Rust name of", name.escape_default());
            let help = "give it a name of letters, and say the provider's with `name`";
            cx.report(Diagnostic::new(Code::UNNAMEABLE, message, span).help(help));
            return None;
        };
        while let Some(None) = self.taken.get(bare(&ident)) {
            ident = valid(format!("{}_", bare(&ident)));
        }
        if let Some(Some((other, place))) = self.taken.get(bare(&ident)) {
            let message = format!("`{name}` and `{other}` are both `{}` in Rust", bare(&ident));
            let diagnostic = Diagnostic::new(Code::NAME_COLLISION, message, span)
                .label("this name")
                .also(*place, "and this one")
                .help("give one of the two another name, and say the provider's with `name`");
            cx.report(diagnostic);
            return None;
        }
        self.taken.insert(bare(&ident).to_owned(), Some((name.to_owned(), span)));
        Some(ident)
    }

    /// Takes a name that we make: numbered where it is not free.
    pub(super) fn free(&mut self, wanted: &str) -> Ident {
        let mut name = if wanted.is_empty() { "Value".to_owned() } else { wanted.to_owned() };
        let mut number = 2;
        while self.taken.contains_key(&name) {
            name = format!("{}{number}", wanted.trim_end_matches('_'));
            number += 1;
        }
        self.taken.insert(name.clone(), None);
        valid(name)
    }
}

fn bare(ident: &Ident) -> &str {
    ident.as_str().trim_start_matches("r#")
}

#[cfg(test)]
mod tests {
    use super::{pascal, snake};

    #[test]
    fn every_name_becomes_a_rust_name() {
        for (name, rust) in [
            ("firstName", "first_name"),
            ("type", "r#type"),
            ("self", "self_"),
            ("1st", "n1st"),
            ("+1", "plus_1"),
            ("-1", "minus_1"),
            ("@odata.type", "odata_type"),
            ("gen", "r#gen"),
            ("*", "any"),
        ] {
            assert_eq!(snake(name).expect("a name").as_str(), rust);
        }
        assert_eq!(snake("---"), None);
        assert_eq!(pascal("self").expect("a name").as_str(), "Self_");
        assert_eq!(pascal("in-progress").expect("a name").as_str(), "InProgress");
        assert_eq!(pascal("1").expect("a name").as_str(), "N1");
    }
}
