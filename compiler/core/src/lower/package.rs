//! The generated package.

use super::docs;
use crate::connector::{Link, Package};
use crate::manifest::{Links, Manifest};

/// What the crate's manifest and README say.
pub(super) fn lower(manifest: &Manifest, features: Vec<String>) -> Package {
    let name = manifest.name.value.0.clone();
    let keywords: Vec<String> =
        manifest.categories.value.0.iter().map(|category| category.value.0.clone()).collect();
    let description = docs::of(None, Some(&manifest.description.value));
    let summary = docs::clean(&manifest.description.value);
    let summary = summary.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    Package {
        crate_name: format!("couplet-{name}"),
        module: name.replace('-', "_"),
        name,
        version: manifest.version.value.0.clone(),
        title: docs::clean(&manifest.title.value),
        summary: summary.to_owned(),
        description,
        license: manifest.license.as_ref().map_or("MIT OR Apache-2.0", |license| &license.value.0).to_owned(),
        keywords,
        links: links(&manifest.links),
        runtime_features: features,
        manifest_hash: manifest.hash.clone(),
    }
}

fn links(links: &Links) -> Vec<Link> {
    [
        ("docs", Some(&links.docs)),
        ("website", links.website.as_ref()),
        ("status", links.status.as_ref()),
        ("support", links.support.as_ref()),
        ("terms", links.terms.as_ref()),
        ("changelog", links.changelog.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, url)| url.map(|url| Link { name: name.to_owned(), url: url.value.0.clone() }))
    .collect()
}
