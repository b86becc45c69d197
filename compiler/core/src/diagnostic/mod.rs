//! Diagnostics: what is wrong, where, why, and the edit that mends it.

mod codes;
mod render;

pub use codes::{Code, codes, explain};
pub use render::{to_github, to_json, to_text};

use crate::source::Span;

/// Something to be said about a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    code: Code,
    message: String,
    labels: Vec<Label>,
    help: Vec<String>,
    suggestion: Option<Suggestion>,
}

/// A place and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be said of it; may be empty.
    pub text: String,
}

/// An edit that a machine may apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What the edit does.
    pub text: String,
    /// The place that it replaces.
    pub span: Span,
    /// What it puts there.
    pub replacement: String,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The manifest does not compile.
    Error,
    /// The manifest compiles, and yet something is likely wrong.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Diagnostic {
    pub(crate) fn new(code: Code, message: impl Into<String>, span: Span) -> Self {
        let label = Label { span, text: String::new() };
        Self { code, message: message.into(), labels: vec![label], help: Vec::new(), suggestion: None }
    }

    /// Says something of the primary place.
    pub(crate) fn label(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// Shows a second place.
    pub(crate) fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Offers the edit that mends it.
    pub(crate) fn suggest(
        mut self,
        text: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        self.suggestion = Some(Suggestion { text: text.into(), span, replacement: replacement.into() });
        self
    }

    /// Offers the nearest of some names in place of the one that is underlined.
    pub(crate) fn suggest_nearest<'n>(self, wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        match nearest(wrong, names) {
            Some(name) => {
                let span = self.labels[0].span;
                let name = name.to_owned();
                self.suggest(format!("did you mean `{name}`?"), span, name)
            }
            None => self,
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// What is wrong, in a sentence without a full stop.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The places; the first is where the mend goes.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The first place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels[0].span
    }

    /// What to do.
    #[must_use]
    pub fn helps(&self) -> &[String] {
        &self.help
    }

    /// The edit that mends it, where a machine may apply one.
    #[must_use]
    pub fn suggestion(&self) -> Option<&Suggestion> {
        self.suggestion.as_ref()
    }
}

/// All that was found so far.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    errors: usize,
}

/// The proof that an error was reported. Only reporting makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported(());

impl Diagnostics {
    /// Takes a diagnostic down.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        if diagnostic.severity() == Severity::Error {
            self.errors += 1;
        }
        self.list.push(diagnostic);
        Reported(())
    }

    /// Stops where there was an error.
    pub(crate) fn barrier(&self) -> Result<(), Reported> {
        if self.errors == 0 { Ok(()) } else { Err(Reported(())) }
    }

    /// Everything, by file and place.
    #[must_use]
    pub fn sorted(&self) -> Vec<Diagnostic> {
        let mut list = self.list.clone();
        list.sort_by_key(|diagnostic| (diagnostic.span(), diagnostic.severity(), diagnostic.code()));
        list.dedup();
        list
    }

    /// The number of errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// The number of warnings.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.list.len() - self.errors
    }
}

/// The name that was likely meant.
pub(crate) fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = match wrong.chars().count() {
        0 => return None,
        1..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let folded = |text: &str| text.to_ascii_lowercase().replace(['-', ' '], "_");
    let key = folded(wrong);
    names
        .into_iter()
        .map(|name| (strsim::osa_distance(&key, &folded(name)), name))
        .filter(|(distance, name)| *distance <= most && *distance < name.chars().count().max(2))
        .min()
        .map(|(_, name)| name)
}
