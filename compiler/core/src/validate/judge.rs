//! The JSON Schema's own verdict on a document.

use std::sync::OnceLock;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Reported};
use crate::document::Document;

/// Reports what the schema rejects. The decoder took the document: so this is never expected.
pub(super) fn judge(document: &Document, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    static VALIDATOR: OnceLock<Option<jsonschema::Validator>> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| {
        jsonschema::options()
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(&crate::schema())
            .ok()
    });
    let Some(validator) = validator else { return Ok(()) };
    let json = document.to_json();
    for error in validator.iter_errors(&json).take(5) {
        let pointer = error.instance_path().to_string();
        let span = document.locate(&pointer).map_or(document.root.span, |(_, node)| node.span);
        let message = format!("the manifest's JSON Schema rejects this, which the compiler takes: {error}");
        diagnostics.report(Diagnostic::new(Code::SCHEMA_DISAGREES, message, span));
    }
    diagnostics.barrier()
}
