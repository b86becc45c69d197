//! The connection test.

use couplet_plan::{self as plan, Effect, Method, PathPart, StatusSet};

use super::config::Config;
use super::expression::Scope;
use super::{Cx, actions, api, path};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{Manifest, Test};

/// The request that proves a connection.
pub(super) fn lower<'a>(
    manifest: &Manifest,
    config: &Config<'a>,
    actions: &actions::Lowered<'_, 'a>,
    cx: &mut Cx<'_, 'a>,
) -> Option<plan::Action<'a>> {
    let request = match manifest.test.as_ref()? {
        Test::Action(name) => {
            let Some(action) = manifest.actions.value.get(&name.value) else {
                let message = format!("there is no action `{}` to test with", name.value);
                let diagnostic = Diagnostic::new(Code::UNKNOWN_ACTION, message, name.span);
                cx.report(diagnostic.suggest_nearest(&name.value, manifest.actions.value.names()));
                return None;
            };
            let lowered = actions.plan.iter().find(|action| action.name() == name.value)?;
            if lowered.effect() != Effect::Read {
                let message = format!("the action `{}` changes something, and a test only reads", name.value);
                cx.report(
                    Diagnostic::new(Code::TEST_NOT_READ, message, name.span)
                        .help("name an action that reads, or say its `effect: read` where it does"),
                );
                return None;
            }
            if let Some(input) = lowered.inputs().iter().find(|input| !input.is_optional()) {
                let message = format!(
                    "the action `{}` needs the input `{}`, and a test has none",
                    name.value,
                    input.name()
                );
                let place = action
                    .input
                    .iter()
                    .find(|(key, _)| key.value == input.name())
                    .map_or(name.span, |(key, _)| key.span);
                let diagnostic = Diagnostic::new(Code::TEST_NEEDS_INPUT, message, name.span)
                    .also(place, "it is required here");
                cx.report(diagnostic.help("name another action, or write a request: `test: {get: /path}`"));
                return None;
            }
            return Some(*lowered);
        }
        Test::Request(request) => request,
    };
    let parts = path::parse(&request.get, cx)?;
    let mut literal = String::new();
    for part in &parts {
        match part {
            path::Part::Literal(text) => literal.push_str(text),
            path::Part::Input(name, span) => {
                let message = format!("a test takes no inputs, and its path names `{name}`");
                cx.report(
                    Diagnostic::new(Code::TEST_NEEDS_INPUT, message, *span)
                        .help("write a path that needs none"),
                );
                return None;
            }
        }
    }
    let scope = Scope::new(vec![config.root()]);
    let query = api::templates(&request.query, &scope, false, cx);
    let headers = api::templates(&request.headers, &scope, true, cx);
    api::auth_headers(&request.headers, manifest, cx);
    api::auth_query(&request.query, manifest, cx);
    config.note(&scope);
    let ranges = request.expect.as_ref().map_or(&[(200, 299)][..], |expect| expect.status.value.0.as_slice());
    let answer = plan::Answer::new(StatusSet::new(cx.arena.slice(ranges)), plan::Media::None);
    let path = cx.arena.slice(&[PathPart::Literal(cx.arena.text(&literal))]);
    Some(
        plan::Action::new("test", Method::Get, path, Effect::Read)
            .with_query(cx.arena.slice(&query?))
            .with_headers(cx.arena.slice(&headers?))
            .with_answers(cx.arena.slice(&[answer])),
    )
}
