//! A person with a browser: follows redirects, keeps cookies, logs in, and allows what is asked.

use std::collections::BTreeMap;

use crate::http::{Answer, form, send};

/// How many pages lead to the end.
const PAGES: usize = 20;

/// A browser with its cookies, and the name of the person in front of it.
#[derive(Debug)]
pub struct Browser {
    person: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser without cookies.
    #[must_use]
    pub fn of(person: &str) -> Self {
        Self { person: person.to_owned(), cookies: BTreeMap::new() }
    }

    /// Opens a page, logs in and allows all that is asked; gives the URL of the redirect to `callback`.
    ///
    /// # Panics
    ///
    /// The way does not lead there.
    pub fn allow(&mut self, url: &str, callback: &str) -> String {
        self.follow(url, callback, &["login", "consent"])
    }

    /// Opens a page, logs in, and goes back in the place of allowing anything.
    ///
    /// # Panics
    ///
    /// The way does not lead there.
    pub fn refuse(&mut self, url: &str, callback: &str) -> String {
        self.follow(url, callback, &["login"])
    }

    /// Enters a code that a device shows, and allows what it asks.
    ///
    /// # Panics
    ///
    /// The provider does not say that it worked.
    pub fn enter(&mut self, page: &str, code: &str) {
        let question = self.get(page);
        let xsrf = between(&question.body, "name=\"xsrf\" value=\"", "\"").to_owned();
        self.post(page, &[("xsrf", &xsrf), ("user_code", code)]);
        let mut answer = self.post(page, &[("xsrf", &xsrf), ("user_code", code), ("confirm", "yes")]);
        for _ in 0..PAGES {
            answer = match target(&answer, page) {
                Some(next) => self.get(&next),
                None if answer.body.contains("Sign-in Success") => return,
                None => self.submit(&answer, page, &["login", "consent"]),
            };
        }
        panic!("the code was not accepted: {answer:?}");
    }

    /// Enters a code that a device shows, and refuses what it asks.
    pub fn refuse_code(&mut self, page: &str, code: &str) {
        let question = self.get(page);
        let xsrf = between(&question.body, "name=\"xsrf\" value=\"", "\"").to_owned();
        self.post(page, &[("xsrf", &xsrf), ("user_code", code), ("abort", "yes")]);
    }

    fn follow(&mut self, url: &str, callback: &str, allowed: &[&str]) -> String {
        let mut answer = self.get(url);
        for _ in 0..PAGES {
            answer = match target(&answer, url) {
                Some(next) if next.starts_with(callback) => return next,
                Some(next) => self.get(&next),
                None => self.submit(&answer, url, allowed),
            };
        }
        panic!("{url} does not lead to {callback}: {answer:?}");
    }

    /// Fills in the form of a page.
    fn submit(&mut self, page: &Answer, of: &str, allowed: &[&str]) -> Answer {
        let prompt = between(&page.body, "name=\"prompt\" value=\"", "\"").to_owned();
        let action = absolute(between(&page.body, "action=\"", "\""), of);
        if !allowed.contains(&prompt.as_str()) {
            return self.get(&format!("{action}/abort"));
        }
        let person = self.person.clone();
        self.post(&action, &[("prompt", &prompt), ("login", &person), ("password", "any")])
    }

    fn get(&mut self, url: &str) -> Answer {
        self.send("GET", url, "")
    }

    fn post(&mut self, url: &str, pairs: &[(&str, &str)]) -> Answer {
        self.send("POST", url, &form(pairs))
    }

    fn send(&mut self, method: &str, url: &str, body: &str) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let headers = [("cookie", cookies.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let answer = send(method, url, &headers, body);
        for cookie in answer.header("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                // A cookie of the past is no cookie.
                if value.is_empty() {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        answer
    }
}

/// Where a page leads by itself.
fn target(answer: &Answer, of: &str) -> Option<String> {
    if !(300..400).contains(&answer.status) {
        return None;
    }
    answer.header("location").next().map(|location| absolute(location, of))
}

fn absolute(url: &str, of: &str) -> String {
    if !url.starts_with('/') {
        return url.to_owned();
    }
    let end = of.match_indices('/').nth(2).map_or(of.len(), |(place, _)| place);
    format!("{}{url}", &of[..end])
}

/// What stands between two texts.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let found = text.split_once(start).and_then(|(_, rest)| rest.split_once(end));
    found.map(|(found, _)| found).unwrap_or_else(|| panic!("the page has no {start}: {text}"))
}
