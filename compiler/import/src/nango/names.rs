//! Names and categories of ours from theirs.

/// The words of a name: at capitals, and at whatever is no letter and no digit.
fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (at, c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).map(|at| chars[at]);
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || before.is_ascii_uppercase() && chars.get(at + 1).is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A name in `snake_case`.
pub(super) fn snake(text: &str) -> String {
    let name = words(text).join("_");
    match name.chars().next() {
        Some(c) if c.is_ascii_lowercase() => name,
        Some(_) => format!("n{name}"),
        None => "value".to_owned(),
    }
}

/// A connector's name. One that begins with digits has them spelt out.
pub(super) fn connector(text: &str) -> String {
    const DIGITS: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let mut parts: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if let Some(first) = parts.first().cloned() {
        let digits = first.chars().take_while(char::is_ascii_digit).count();
        let spelt = first[..digits].bytes().map(|digit| DIGITS[usize::from(digit - b'0')].to_owned());
        let rest = Some(first[digits..].to_owned()).filter(|rest| !rest.is_empty());
        parts.splice(..1, spelt.chain(rest));
    }
    let mut name = parts.join("-");
    while name.len() > 50 {
        name.truncate(name.rfind('-').unwrap_or(50).min(50));
    }
    name
}

/// A title out of a name: `apiIntegrationCode` is `Api integration code`.
pub(super) fn title(text: &str) -> String {
    let text = words(text).join(" ");
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// Categories: lower-case words, five at the most. Those that say nothing of the provider are left out.
pub(super) fn categories<'t>(theirs: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for theirs in theirs.filter(|word| !matches!(*word, "popular" | "other")) {
        let ours = match theirs {
            "ats" => "recruiting".to_owned(),
            "dev-tools" => "developer-tools".to_owned(),
            "iam" => "identity".to_owned(),
            "kms" => "knowledge".to_owned(),
            "hr" => "human-resources".to_owned(),
            other => {
                let mut word = words(other).join("-");
                word.truncate(20);
                word.trim_end_matches('-').to_owned()
            }
        };
        if ours.len() >= 2 && ours.starts_with(|c: char| c.is_ascii_lowercase()) && !list.contains(&ours) {
            list.push(ours);
        }
    }
    list.truncate(5);
    if list.is_empty() {
        list.push("general".to_owned());
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_capitals_and_signs() {
        assert_eq!(snake("apiIntegrationCode"), "api_integration_code");
        assert_eq!(snake("APP_ID"), "app_id");
        assert_eq!(snake("companyUUID"), "company_uuid");
        assert_eq!(snake("accounts-server"), "accounts_server");
        assert_eq!(snake("2fa"), "n2fa");
        assert_eq!(title("shopDomain"), "Shop domain");
    }

    #[test]
    fn connectors_begin_with_a_letter() {
        assert_eq!(connector("3cx"), "three-cx");
        assert_eq!(connector("8x8"), "eight-x8");
        assert_eq!(connector("some_provider.v2"), "some-provider-v2");
    }

    #[test]
    fn categories_are_words_of_ours() {
        assert_eq!(
            categories(["ats", "popular", "dev-tools"].into_iter()),
            ["recruiting", "developer-tools"]
        );
        assert_eq!(categories(["other"].into_iter()), ["general"]);
    }
}
