//! The set-up guide of an auth method, for the person who connects an account.

use couplet_compiler::Connector as Compiled;
use couplet_compiler::connector::Offer;
use couplet_runtime::generated::v1::AuthMethod;

use crate::connection::steps;
use crate::output;

/// Shows what a person needs to know before they connect: what is offered, the steps, what is weak and why.
pub(super) fn show(compiled: &Compiled<'_>, method: &AuthMethod<'_>) {
    let guide = &compiled.guide;
    let title = output::safe(&compiled.package.title);
    output::note(&format!("Connect an account of {title} with the auth method `{}`.", method.name()));
    let offers = [
        ("A free trial", "is offered", "is not offered", &guide.trial),
        ("A sandbox account", "is needed", "is not needed", &guide.sandbox),
        ("A partnership", "is needed", "is not needed", &guide.partnership),
    ];
    for (what, yes, no, offer) in offers {
        if let Some(offer) = offer.as_ref().filter(|offer| offer.yes || !offer.note.is_empty()) {
            output::note(&format!("{what} {}.{}", if offer.yes { yes } else { no }, remark(offer)));
        }
    }
    for (number, step) in steps(compiled, method).iter().enumerate() {
        output::note(&format!("  {}. {step}", number + 1));
    }
    // What is said of one method begins with its name.
    let own = format!("`{}`", method.name());
    for (what, why) in
        guide.caveats.iter().filter(|(what, _)| !what.starts_with('`') || what.starts_with(&own))
    {
        output::dim(&format!("{what} {}", one_line(why.as_str())));
    }
}

fn remark(offer: &Offer) -> String {
    let note = one_line(offer.note.as_str());
    let note = if note.is_empty() { note } else { format!(" {}.", note.trim_end_matches('.')) };
    match &offer.url {
        Some(url) => format!("{note} See {url}"),
        None => note,
    }
}

fn one_line(text: &str) -> String {
    text.trim().replace('\n', " ")
}
