//! What the crate's manifest and README say.

use super::Docs;

/// The generated package.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The connector's name: `acuity-scheduling`.
    pub name: String,
    /// The package's name: `couplet-acuity-scheduling`.
    pub crate_name: String,
    /// The module's name in a single file: `acuity_scheduling`.
    pub module: String,
    /// SemVer.
    pub version: String,
    /// The provider's name, as people write it; plain text.
    pub title: String,
    /// What the connector reaches, in a sentence; plain text on one line.
    pub summary: String,
    /// The same with everything that the manifest says.
    pub description: Docs,
    /// An SPDX expression.
    pub license: String,
    /// At most five keywords, as the crate registry takes them.
    pub keywords: Vec<String>,
    /// Pages of the provider.
    pub links: Vec<Link>,
    /// The runtime's features that the Plan needs, sorted.
    pub runtime_features: Vec<String>,
    /// The SHA-256 of the manifest's files, in hexadecimal.
    pub manifest_hash: String,
}

/// A page of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `docs`, `website`, ….
    pub name: String,
    /// An https URL.
    pub url: String,
}
