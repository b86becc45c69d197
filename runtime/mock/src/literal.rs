//! What stands literally in an action's query and body: it tells actions apart that have one path.

use couplet_plan::{Action, Expression, Node};

use crate::Shared;
use crate::received::Request;
use crate::slots;

/// Whether a request has all that an action says literally.
pub(crate) fn fits(shared: &Shared, action: &Action<'static>, request: &Request) -> bool {
    let mut all = slots::query(action.query(), &request.query);
    if let (Some(body), Some(played)) = (action.body(), shared.played.first())
        && let Some(tree) = body.value()
    {
        all.extend(slots::body(body.kind(), &tree, request, &played.rebuilder));
    }
    all.iter().all(|slot| says(&slot.template.value(), slot.got.as_deref()))
}

fn says(template: &Expression<'static>, got: Option<&str>) -> bool {
    match template.node() {
        Node::Text(text) => got == Some(text),
        Node::Concat(parts) => match parts.first().map(Expression::node) {
            Some(Node::Text(text)) => got.is_some_and(|got| got.starts_with(text)),
            _ => true,
        },
        _ => true,
    }
}
