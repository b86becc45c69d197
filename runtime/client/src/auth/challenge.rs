//! Challenges of the header `WWW-Authenticate` (RFC 9110, 11.6.1), and credentials, which are written alike.
//!
//! A server says what it likes here, so reading takes one pass, copies nothing twice and never fails: what is not
//! of the form is left out.

/// A scheme and its parameters.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge<'h> {
    pub(crate) scheme: &'h str,
    parameters: Vec<(&'h str, String)>,
}

impl Challenge<'_> {
    /// The value of a parameter, without its quotes. Of equal names the first counts.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Names and values in their order.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Whether it is of a scheme.
    pub(crate) fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

/// The challenges of one header, of which there may be several.
pub(crate) fn parse(header: &str) -> Vec<Challenge<'_>> {
    let mut challenges: Vec<Challenge<'_>> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (word, after) = token(rest);
        if word.is_empty() {
            // Something stands here that no challenge has; what follows it may be one.
            match rest.chars().next() {
                Some(wrong) => rest = rest.get(wrong.len_utf8()..).unwrap_or_default(),
                None => return challenges,
            }
            continue;
        }
        match after.trim_start_matches([' ', '\t']).strip_prefix('=') {
            Some(after) => {
                let Some((value, after)) = value(after.trim_start_matches([' ', '\t'])) else {
                    // A quote that does not end: what it holds is not known.
                    challenges.pop();
                    return challenges;
                };
                if let Some(challenge) = challenges.last_mut() {
                    challenge.parameters.push((word, value));
                }
                rest = after;
            }
            None => {
                challenges.push(Challenge { scheme: word, parameters: Vec::new() });
                rest = after;
            }
        }
    }
}

fn token(text: &str) -> (&str, &str) {
    let end = text.find([' ', '\t', ',', '=', '"']).unwrap_or(text.len());
    text.split_at(end)
}

/// A quoted text without its quotes and escapes, or a token. None where the quote does not end.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        // What is no parameter but base64 may end in further equals signs.
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        return Some((word.to_owned(), rest));
    };
    let mut out = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((out, quoted.get(at + 1..)?)),
            '\\' => out.push(characters.next()?.1),
            other => out.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(header: &str) -> Vec<String> {
        let one = |challenge: Challenge<'_>| {
            let pairs = challenge.parameters.iter().map(|(name, value)| format!(" {name}={value}"));
            format!("{}:{}", challenge.scheme, pairs.collect::<String>())
        };
        parse(header).into_iter().map(one).collect()
    }

    #[test]
    fn several_challenges_of_one_header_are_told_apart() {
        // RFC 9110, 11.6.1.
        assert_eq!(
            shown("Basic realm=\"simple\", Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\""),
            ["Basic: realm=simple", "Newauth: realm=apps type=1 title=Login to \"apps\""]
        );
        assert_eq!(shown("Negotiate, NTLM"), ["Negotiate:", "NTLM:"]);
        assert_eq!(
            shown("Negotiate abc/de== , Digest\trealm = \"a, b\" ,nonce=x"),
            ["Negotiate: abc/de==", "Digest: realm=a, b nonce=x"]
        );
        assert_eq!(shown(" ,, Bearer"), ["Bearer:"]);
        assert_eq!(shown(""), [""; 0]);
    }

    #[test]
    fn names_have_no_case_and_the_first_counts() {
        let challenges = parse("dIGEST Realm=a, REALM=b");
        assert!(challenges[0].is("Digest"));
        assert_eq!(challenges[0].get("realm"), Some("a"));
        assert_eq!(challenges[0].get("nonce"), None);
    }

    #[test]
    fn what_is_broken_is_left_out() {
        assert_eq!(shown("Basic realm=\"a\", Digest realm=\"open"), ["Basic: realm=a"]);
        assert_eq!(shown("Digest realm=\"open\\"), [""; 0]);
        assert_eq!(shown("realm=\"nobody's\", Basic"), ["Basic:"]);
        assert_eq!(shown("\"x\" = Basic é=\"ü\""), ["x:", "Basic: é=ü"]);
    }

    #[test]
    fn hostile_headers_are_read_in_one_pass() {
        let long = 100_000;
        for (part, challenges) in [
            ("\"", 0),
            ("\\", 1),
            ("=", 0),
            (",", 0),
            ("a=\"", 0),
            ("a ", long / 2),
            ("a=\"\\\"\",", 0),
            ("é", 1),
        ] {
            let header = part.repeat(long / part.len());
            assert_eq!(parse(&header).len(), challenges, "{part}");
            let header = format!("Digest realm=\"{header}");
            parse(&header);
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_read_panics(header in "([a-zé]{0,3}|[ ,=\"\\\\\t])*") {
            for challenge in parse(&header) {
                proptest::prop_assert!(!challenge.scheme.is_empty());
            }
        }
    }
}
