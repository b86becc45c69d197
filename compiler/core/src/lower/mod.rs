//! Manifest → Connector. Names are resolved, defaults filled, expressions checked: afterwards nothing is left to decide.

mod actions;
mod api;
mod auth;
mod config;
mod docs;
mod errors;
mod expression;
mod features;
mod headers;
mod names;
mod output;
mod package;
mod path;
mod schemas;
mod setup;
mod test;
mod types;
mod url;

use couplet_plan as plan;

use crate::arena::Arena;
use crate::connector::{Connector, Type};
use crate::diagnostic::{Diagnostic, Diagnostics, Reported};
use crate::manifest::Manifest;
use types::Types;

/// Makes a connector of a manifest. What its Plan borrows lives in the arena.
///
/// # Errors
///
/// Everything in the manifest that has no meaning is reported.
pub fn lower<'a>(
    manifest: &Manifest,
    arena: &'a Arena,
    diagnostics: &mut Diagnostics,
) -> Result<Connector<'a>, Reported> {
    let none = Types::default();
    let mut cx = Cx { arena, diagnostics, types: &none };
    let mut builder = types::Builder::new(manifest, &mut cx);
    let mut uses = Uses::default();
    let config = config::lower(manifest, &mut builder, &mut uses, &mut cx);
    let drafts = actions::draft(manifest, &mut builder, &mut uses, &mut cx);
    let mut members = names::Names::with(&["request", "clone", "fmt", "context", "connection", "stored"]);
    let auth = auth::lower(manifest, &config, &mut members, &mut cx);
    let api = auth.as_ref().and_then(|auth| api::lower(manifest, &config, auth, &mut cx));
    let errors = errors::lower(manifest, &config, &mut cx);
    cx.diagnostics.barrier()?;

    let Some((types, places)) = builder.finish(&uses, &mut cx) else { return Err(cx.lost()) };
    let mut cx = Cx { arena, diagnostics: cx.diagnostics, types: &types };
    let config = config.remapped(&places);
    let (Some(auth), Some(api), Some(errors)) = (auth, api, errors) else { return Err(cx.lost()) };
    let actions = actions::lower(manifest, drafts, &places, &config, &auth, &mut members, &mut cx);
    let test = test::lower(manifest, &config, &actions, &mut cx);
    config::warn_unused(manifest, &config, &mut cx);
    let guide = setup::lower(manifest, &auth, &mut cx);
    cx.diagnostics.barrier()?;

    let connector = plan::Connector::new(
        arena.text(&manifest.name.value),
        arena.text(&manifest.version.value),
        arena.slice(&api.servers),
        arena.slice(&auth.plan),
    );
    let connector = connector
        .with_config(arena.slice(&config.config))
        .with_app(arena.slice(&auth.app_of_all(&config)))
        .with_query(arena.slice(&api.query))
        .with_headers(arena.slice(&api.headers))
        .with_errors(arena.slice(&errors));
    let schemas = schemas::document(manifest, &actions.drafted);
    let plan = plan::Plan::new(connector, arena.slice(&actions.plan)).with_schemas(arena.text(&schemas));
    let plan = match test {
        Some(test) => plan.with_test(test),
        None => plan,
    };
    let package = package::lower(manifest, features::of(&plan));
    Ok(Connector {
        plan,
        package,
        guide,
        config: config.properties,
        connects: auth::connects(&auth.plan),
        auth: auth.rust,
        items: types.items,
        actions: actions.rust,
    })
}

/// What the helpers of this stage share.
struct Cx<'c, 'a> {
    arena: &'a Arena,
    diagnostics: &'c mut Diagnostics,
    types: &'c Types,
}

impl Cx<'_, '_> {
    fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        self.diagnostics.report(diagnostic)
    }

    /// Reports where there is more than is taken, and gives nothing.
    fn too_many<T>(&mut self, what: &str, count: usize, most: usize, span: crate::source::Span) -> Option<T> {
        use crate::diagnostic::Code;
        let message = format!("there are {count} {what}, and at most {most} are taken");
        self.report(Diagnostic::new(Code::TOO_LARGE, message, span));
        None
    }

    /// The error of a part that is missing: whoever did not make it has reported why.
    fn lost(&mut self) -> Reported {
        use crate::diagnostic::Code;
        match self.diagnostics.barrier() {
            Err(reported) => reported,
            Ok(()) => {
                let message = "the manifest cannot be lowered, and the reason was not reported";
                self.report(Diagnostic::new(Code::SCHEMA_DISAGREES, message, crate::source::Span::default()))
            }
        }
    }
}

/// The types that actions take and answer.
#[derive(Debug, Clone, Default)]
struct Uses {
    inputs: Vec<Type>,
    outputs: Vec<Type>,
}

impl Uses {
    fn remapped(&self, places: &[usize]) -> Self {
        let mut uses = self.clone();
        uses.inputs.iter_mut().chain(&mut uses.outputs).for_each(|ty| types::remap(ty, places));
        uses
    }
}
