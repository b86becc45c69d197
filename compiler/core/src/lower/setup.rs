//! The set-up guide.

use super::{Cx, auth, docs};
use crate::connector::{Docs, Guide, Offer};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{Line, Manifest, PageUrl};
use crate::source::Spanned;

/// Lowers `setup`, and checks that its steps are of auth methods.
pub(super) fn lower(manifest: &Manifest, auth: &auth::Lowered<'_>, cx: &mut Cx<'_, '_>) -> Guide {
    let mut guide = Guide { caveats: auth.caveats.clone(), ..Guide::default() };
    if let Some(reason) = &manifest.api.because {
        guide.caveats.push(("Requests go over plain http.".to_owned(), docs::line(&reason.value)));
    }
    let Some(setup) = &manifest.setup else { return guide };
    guide.trial =
        setup.trial.as_ref().map(|trial| offer(trial.offered, trial.note.as_ref(), trial.url.as_ref()));
    guide.sandbox = setup
        .sandbox
        .as_ref()
        .map(|sandbox| offer(sandbox.required, sandbox.note.as_ref(), sandbox.url.as_ref()));
    guide.partnership =
        setup.partnership.as_ref().map(|one| offer(one.required, one.note.as_ref(), one.url.as_ref()));
    for (method, steps) in setup.steps.iter() {
        if manifest.auth.value.get(&method.value).is_none() {
            let message = format!("there is no auth method `{}`", method.value);
            let diagnostic = Diagnostic::new(Code::UNKNOWN_AUTH_METHOD, message, method.span);
            cx.report(diagnostic.suggest_nearest(&method.value, manifest.auth.value.names()));
            continue;
        }
        let steps = steps.iter().map(|step| docs::of(None, Some(&step.value))).collect();
        guide.steps.push((method.value.clone(), steps));
    }
    guide
}

fn offer(yes: bool, note: Option<&Spanned<Line>>, url: Option<&Spanned<PageUrl>>) -> Offer {
    Offer {
        yes,
        note: note.map_or_else(Docs::default, |note| docs::of(None, Some(&note.value))),
        url: url.map(|url| url.value.0.clone()),
    }
}
