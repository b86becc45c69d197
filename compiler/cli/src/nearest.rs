//! The name that was likely meant.

/// The nearest of some names, where one is near.
pub(crate) fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let folded = |text: &str| text.to_ascii_lowercase().replace(['-', ' ', '.'], "_");
    let key = folded(wrong);
    let most = match key.chars().count() {
        0 => return None,
        1..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let distance = |name: &str| {
        let name = folded(name);
        let within = key.len() >= 4 && (name.contains(&key) || key.contains(&name) && name.len() >= 4);
        if within { 1 } else { strsim::osa_distance(&key, &name) }
    };
    names
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, name)| *distance <= most && *distance < name.chars().count().max(2))
        .min()
        .map(|(_, name)| name)
}

/// A sentence that offers the nearest name, or lists the names where none is near.
pub(crate) fn offer<'n>(what: &str, wrong: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> String {
    match nearest(wrong, names.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => list(what, names),
    }
}

/// A sentence that lists names, a dozen at the most.
pub(crate) fn list<'n>(what: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => format!("there are no {what}"),
        1..=12 => format!("the {what} are: {}", names.join(", ")),
        more => format!("the {what} are: {}, … and {} more", names[..12].join(", "), more - 12),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["get_me", "list_appointments", "acuity-scheduling"];
        assert_eq!(nearest("get-me", names), Some("get_me"));
        assert_eq!(nearest("list_apointments", names), Some("list_appointments"));
        assert_eq!(nearest("acuity", names), Some("acuity-scheduling"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(nearest("", names), None);
    }
}
