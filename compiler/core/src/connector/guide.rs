//! How a person gets credentials.

use super::Docs;

/// The set-up guide.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guide {
    /// A free trial.
    pub trial: Option<Offer>,
    /// A sandbox account.
    pub sandbox: Option<Offer>,
    /// A partnership with the provider.
    pub partnership: Option<Offer>,
    /// The steps for each auth method that has any, by the method's name.
    pub steps: Vec<(String, Vec<Docs>)>,
    /// Weak choices that the provider forces, each with its reason: what is weak, and why.
    pub caveats: Vec<(String, Docs)>,
}

/// Whether something is offered or required, and what is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Offered (a trial) or required (a sandbox, a partnership).
    pub yes: bool,
    /// A remark.
    pub note: Docs,
    /// An https URL.
    pub url: Option<String>,
}
