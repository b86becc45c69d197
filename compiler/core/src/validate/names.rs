//! Names that an author chooses: their shapes, and the name that was likely meant.

use super::decode::KeyRule;
use crate::limits;

/// A name in `snake_case`: a field, an action, an auth method, a server.
#[derive(Debug, Clone, Copy)]
pub struct Snake;

/// A name in `PascalCase`: a type.
#[derive(Debug, Clone, Copy)]
pub struct Pascal;

/// An action's name, in `snake_case`.
#[derive(Debug, Clone, Copy)]
pub struct ActionName;

/// A name as the provider has it: a member of an object, an input.
#[derive(Debug, Clone, Copy)]
pub struct Wire;

/// The name of a header or of a query parameter, or a value of an enum.
#[derive(Debug, Clone, Copy)]
pub struct Token;

impl KeyRule for Snake {
    const WHAT: &'static str = "name in snake_case";
    const MOST: usize = limits::MEMBERS;
    const PATTERN: &'static str = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$";

    fn wrong(key: &str) -> Option<(String, Option<String>)> {
        snake(key)
    }
}

impl KeyRule for ActionName {
    const WHAT: &'static str = "name in snake_case";
    const MOST: usize = limits::ACTIONS;
    const PATTERN: &'static str = Snake::PATTERN;

    fn wrong(key: &str) -> Option<(String, Option<String>)> {
        snake(key)
    }
}

impl KeyRule for Pascal {
    const WHAT: &'static str = "name in PascalCase";
    const MOST: usize = limits::TYPES;
    const PATTERN: &'static str = "^[A-Z][A-Za-z0-9]*$";

    fn wrong(key: &str) -> Option<(String, Option<String>)> {
        let fits = key.starts_with(|c: char| c.is_ascii_uppercase())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits {
            return None;
        }
        let mended: String = words_of(key).iter().map(|word| capitalized(word)).collect();
        Some(("it is made of letters and digits, and begins with a capital".to_owned(), mend(key, mended)))
    }
}

impl KeyRule for Wire {
    const WHAT: &'static str = "name";
    const MOST: usize = limits::MEMBERS;
    const PATTERN: &'static str = r"^[ -~]+$";

    fn wrong(key: &str) -> Option<(String, Option<String>)> {
        let fits =
            !key.is_empty() && key.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && key.trim() == key;
        (!fits)
            .then(|| ("it is made of printable ASCII characters, with no space at its ends".to_owned(), None))
    }
}

impl KeyRule for Token {
    const WHAT: &'static str = "name";
    const MOST: usize = limits::ENUM_VALUES;
    const PATTERN: &'static str = Wire::PATTERN;

    fn wrong(key: &str) -> Option<(String, Option<String>)> {
        Wire::wrong(key)
    }
}

fn snake(key: &str) -> Option<(String, Option<String>)> {
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if key.split('_').all(word) && key.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    Some((
        "it is made of lower-case words joined by `_`, and begins with a letter".to_owned(),
        mend(key, words_of(key).join("_")),
    ))
}

fn mend(key: &str, mended: String) -> Option<String> {
    let fits = key.is_ascii()
        && mended.starts_with(|c: char| c.is_ascii_alphabetic())
        && mended.len() <= limits::NAME_BYTES;
    fits.then_some(mended)
}

/// The words of a name, in lower case: split at what is no letter or digit, before a capital behind a small letter
/// or a digit, and before the last capital of a run that a small letter follows.
pub(crate) fn words_of(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let small_before = before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let ends_run = before.is_some_and(char::is_ascii_uppercase)
            && chars.get(at + 1).is_some_and(char::is_ascii_lowercase)
            && (chars.get(at + 1) != Some(&'s') || chars.get(at + 2).is_some_and(char::is_ascii_lowercase));
        if c.is_ascii_uppercase() && (small_before || ends_run) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A word with a capital.
pub(crate) fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn names_are_split_where_a_reader_splits_them() {
        for (name, words) in [
            ("firstName", "first name"),
            ("HTTPServer", "http server"),
            ("userIDs", "user ids"),
            ("appointmentTypeID", "appointment type id"),
            ("user1", "user1"),
            ("user_1", "user 1"),
            ("X-Rate-Limit", "x rate limit"),
            ("utf8Text", "utf8 text"),
            ("@odata.type", "odata type"),
            ("---", ""),
        ] {
            assert_eq!(words_of(name).join(" "), words, "{name}");
        }
    }
}
