//! Their links and sections → our set-up guide.

use super::cx::Cx;
use super::fields::Place;
use crate::yaml::{Map, Yaml};

/// The pages that an entry names.
pub(super) fn links(cx: &mut Cx<'_>) -> Map {
    let mut links = Map::new();
    let docs =
        ["docs", "docs_connect", "setup_guide_url"].into_iter().find_map(|key| page(cx.entry.text(key)));
    match docs {
        Some(docs) => links.set("docs", docs),
        None => {
            cx.defect("docs", "the entry names no page with documentation");
            links.set("docs", "https://nango.dev/docs");
        }
    }
    links
}

fn page(text: Option<&str>) -> Option<String> {
    let text = text?;
    (text.starts_with("https://") && text.bytes().all(|byte| byte.is_ascii_graphic()))
        .then(|| text.to_owned())
}

/// The steps to credentials.
pub(super) fn steps(method: &str, cx: &Cx<'_>) -> Map {
    let mut steps: Vec<Yaml> = Vec::new();
    if let Some(url) = page(cx.entry.text("setup_guide_url")) {
        steps.push(format!("Register an app with the provider: <{url}>").into());
    }
    if let Some(url) = page(cx.entry.text("docs_connect")) {
        let mut sections: Vec<(String, Vec<String>)> = Vec::new();
        for field in cx.fields.iter().filter(|field| field.place != Place::Captured) {
            let Some(section) = field.section.clone().filter(|section| is_anchor(section)) else { continue };
            let title = field.title.clone().unwrap_or_else(|| field.name.clone());
            let title = format!("*{}*", title.replace('*', ""));
            match sections.iter_mut().find(|(known, _)| *known == section) {
                Some((_, titles)) if titles.contains(&title) => {}
                Some((_, titles)) => titles.push(title),
                None => sections.push((section, vec![title])),
            }
        }
        // `#step-2-…` comes before `#step-10-…`.
        sections.sort_by_key(|(section, _)| number(section));
        if sections.is_empty() {
            steps.push(format!("Follow <{url}>").into());
        }
        for (section, titles) in sections {
            steps.push(format!("Find {}: <{url}{section}>", joined(&titles)).into());
        }
    }
    let mut map = Map::spread();
    if !steps.is_empty() {
        let mut of = Map::spread();
        of.set(method, steps);
        map.set("steps", of);
    }
    map
}

/// The number of a section's step.
fn number(section: &str) -> u32 {
    let rest = section.strip_prefix("#step-").unwrap_or_default();
    let digits = rest.split('-').next().unwrap_or_default();
    digits.parse().unwrap_or(u32::MAX)
}

fn is_anchor(section: &str) -> bool {
    section.len() > 1
        && section.starts_with('#')
        && section.bytes().all(|b| b.is_ascii_alphanumeric() || b"#-_.".contains(&b))
}

fn joined(titles: &[String]) -> String {
    match titles {
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
        [] => String::new(),
    }
}
