//! Document → Manifest: the decoder reports all that it finds, with places; then the JSON Schema judges the same
//! document, so that the contract which editors use has the last word.

pub(crate) mod decode;
pub(crate) mod hints;
#[cfg(feature = "schema")]
mod judge;
pub(crate) mod names;
pub(crate) mod text;

use crate::diagnostic::{Diagnostics, Reported};
use crate::document::Document;
use crate::manifest::Manifest;
use decode::{Cx, Decode as _};

/// Reads a manifest out of a document.
///
/// # Errors
///
/// Everything in the document that is no manifest is reported.
pub fn validate(document: &Document, diagnostics: &mut Diagnostics) -> Result<Manifest, Reported> {
    let manifest = Manifest::decode(&document.root, &mut Cx::new(diagnostics));
    diagnostics.barrier()?;
    #[cfg(feature = "schema")]
    judge::judge(document, diagnostics)?;
    match manifest {
        Some(manifest) => Ok(Manifest { hash: document.hash.clone(), ..manifest }),
        None => Err(judge_nothing(diagnostics)),
    }
}

/// A decoder that gives nothing has reported why; this holds that to be so.
fn judge_nothing(diagnostics: &mut Diagnostics) -> Reported {
    use crate::diagnostic::{Code, Diagnostic};
    let message = "the manifest cannot be read, and the reason was not reported";
    diagnostics.report(Diagnostic::new(Code::SCHEMA_DISAGREES, message, crate::source::Span::default()))
}
