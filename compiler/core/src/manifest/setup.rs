//! How a person gets credentials, and pages of the provider.

use super::object::object;
use super::{Line, Members, PageUrl, Prose, Snake};
use crate::source::Spanned;

object! {
    /// Pages of the provider, by https URLs.
    "`links`"
    pub struct Links {
        /// The API's documentation.
        docs: "docs" required Spanned<PageUrl>,
        /// The provider's home page.
        website: "website" optional Spanned<PageUrl>,
        /// Where the provider says whether it is up.
        status: "status" optional Spanned<PageUrl>,
        /// Where the provider helps.
        support: "support" optional Spanned<PageUrl>,
        /// The terms under which the API may be used.
        terms: "terms" optional Spanned<PageUrl>,
        /// Where changes of the API are announced.
        changelog: "changelog" optional Spanned<PageUrl>,
    }
}

object! {
    /// The set-up guide, in the order in which a person needs it.
    "`setup`"
    pub struct Setup {
        /// Whether the provider offers a free trial.
        trial: "trial" optional Trial,
        /// Whether a sandbox account is needed.
        sandbox: "sandbox" optional Sandbox,
        /// Whether a partnership with the provider is needed.
        partnership: "partnership" optional Partnership,
        /// The steps to credentials, in Markdown: one list for each auth method, by its name.
        steps: "steps" default Members<Snake, Vec<Spanned<Prose>>>,
    }
}

object! {
    /// A free trial.
    "`trial`"
    pub struct Trial {
        /// Whether there is one.
        offered: "offered" required bool,
        /// How long it lasts, and what it lacks.
        note: "note" optional Spanned<Line>,
        /// Where to get it.
        url: "url" optional Spanned<PageUrl>,
    }
}

object! {
    /// A sandbox account.
    "`sandbox`"
    pub struct Sandbox {
        /// Whether one is needed.
        required: "required" required bool,
        /// What to know of it.
        note: "note" optional Spanned<Line>,
        /// Where to get it.
        url: "url" optional Spanned<PageUrl>,
    }
}

object! {
    /// A partnership with the provider.
    "`partnership`"
    pub struct Partnership {
        /// Whether one is needed.
        required: "required" required bool,
        /// What to know of it.
        note: "note" optional Spanned<Line>,
        /// Where to apply.
        url: "url" optional Spanned<PageUrl>,
    }
}
