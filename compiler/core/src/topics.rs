//! Topics: pages on parts of the language, beside those of the diagnostics.

/// A page on a part of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// Its name: `auth`.
    pub name: &'static str,
    /// Its text, in Markdown. The blocks marked `yaml accepted` are manifests, or parts of them.
    pub page: &'static str,
}

/// All topics, in alphabetical order.
pub const TOPICS: [Topic; 2] = [
    Topic { name: "auth", page: include_str!("../topics/auth.md") },
    Topic { name: "connections", page: include_str!("../topics/connections.md") },
];
