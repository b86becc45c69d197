//! What an import makes of a description: manifests, and what is to be said of them.

use couplet_compiler::source::Span;

/// All providers of a description, in its order.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// One for each provider.
    pub imports: Vec<Import>,
}

/// What became of one provider.
#[derive(Debug, Clone)]
pub struct Import {
    /// What the description calls it.
    pub provider: String,
    /// The connector's name, which is its folder's name, too.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// The manifest's text, or why there is none, in sentences for whoever reads the report.
    pub manifest: Result<String, Vec<String>>,
    /// The text that was made and would not compile, for whoever goes on by hand.
    pub draft: Option<String>,
    /// What is to be said of it, by place.
    pub findings: Vec<Finding>,
    /// Where the values of an existing connection belong now.
    pub moved: Vec<Moved>,
}

/// Something to be said of a provider's description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// A sentence.
    pub message: String,
    /// Where it stands in the description.
    pub span: Span,
}

/// What a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The description contradicts itself, or says what cannot be so.
    Defect,
    /// The description says it, and the manifest does not.
    Left,
    /// The manifest says it, and the description does not quite.
    Assumed,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Defect => "defect",
            Self::Left => "left out",
            Self::Assumed => "assumed",
        }
    }
}

/// Where a value of the description belongs in a connection of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The place in the description: `connectionConfig.domain`.
    pub from: String,
    /// The place in the connection: `config.domain`.
    pub to: String,
    /// What stands before the value now: `https://` of an origin.
    pub before: String,
    /// What stands behind it.
    pub after: String,
    /// Whether it is written in small letters now.
    pub lowercase: bool,
}
