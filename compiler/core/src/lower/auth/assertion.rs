//! Signed assertions.

use couplet_plan::{self as plan, BinaryOperator, Entry, Expression, Filter, Scope as PlanScope};

use super::draft::{Draft, reference};
use crate::lower::expression::{Known, Ty, Want};
use crate::lower::{Cx, actions};
use crate::manifest::{Algorithm, Assertion, Members, Tree, Wire};

/// How long an assertion lives unless the manifest says otherwise, in seconds.
const LIFETIME: u32 = 300;

/// Lowers an assertion. `standard` are claims that are added where the manifest does not say them.
pub(super) fn lower<'a>(
    assertion: &Assertion,
    standard: &[(&'a str, Expression<'a>)],
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<plan::Assertion<'a>> {
    let key = draft.template(&assertion.key, Want::Text, cx);
    let header = tree(&assertion.header, draft, cx);
    let claims = tree(&assertion.claims, draft, cx);
    let lifetime = assertion.lifetime.as_ref().map_or(LIFETIME, |lifetime| lifetime.value.0);
    let (header, mut claims) = (header?, claims?);
    let now =
        Expression::filter(Filter::Unix, cx.arena.value(Expression::reference(PlanScope::Now, &[])), &[]);
    let end = Expression::binary(
        BinaryOperator::Add,
        cx.arena.value(now),
        cx.arena.value(Expression::int(i64::from(lifetime))),
    );
    let times = [("iat", now), ("exp", end)];
    for (name, value) in standard.iter().copied().chain(times) {
        if !claims.iter().any(|claim| claim.name() == name) {
            claims.push(Entry::new(name, value));
        }
    }
    let computed = ("assertion".to_owned(), Known { secret: true, ..Known::present(Ty::Text) });
    draft.computed.push(computed);
    let claims = Expression::map(cx.arena.slice(&claims));
    let lowered =
        plan::Assertion::new(algorithm(assertion.algorithm.value), key?.expression, claims, lifetime);
    if header.is_empty() {
        return Some(lowered);
    }
    Some(lowered.with_header(Expression::map(cx.arena.slice(&header))))
}

/// `credentials.assertion`.
pub(super) fn own<'a>(cx: &Cx<'_, 'a>) -> Expression<'a> {
    reference(PlanScope::Credentials, &["assertion"], cx)
}

fn tree<'a>(
    members: &Members<Wire, Tree>,
    draft: &mut Draft<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<Vec<Entry<'a>>> {
    let scope = draft.scope();
    let entries: Vec<_> = members
        .iter()
        .map(|(name, value)| {
            let (value, absent) = actions::tree(value, &scope, cx)?;
            let entry = Entry::new(cx.arena.text(&name.value), value);
            Some(if absent { entry.optional() } else { entry })
        })
        .collect();
    draft.note(&scope);
    entries.into_iter().collect()
}

fn algorithm(word: Algorithm) -> plan::Algorithm {
    match word {
        Algorithm::Rs256 => plan::Algorithm::Rs256,
        Algorithm::Rs384 => plan::Algorithm::Rs384,
        Algorithm::Rs512 => plan::Algorithm::Rs512,
        Algorithm::Ps256 => plan::Algorithm::Ps256,
        Algorithm::Ps384 => plan::Algorithm::Ps384,
        Algorithm::Ps512 => plan::Algorithm::Ps512,
        Algorithm::Es256 => plan::Algorithm::Es256,
        Algorithm::Es384 => plan::Algorithm::Es384,
        Algorithm::EdDsa => plan::Algorithm::EdDsa,
        Algorithm::Hs256 => plan::Algorithm::Hs256,
        Algorithm::Hs384 => plan::Algorithm::Hs384,
        Algorithm::Hs512 => plan::Algorithm::Hs512,
    }
}
