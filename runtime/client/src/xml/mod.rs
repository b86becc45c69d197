//! XML as expressions see it: objects of elements, both ways.
//!
//! An element without attributes and children is its text. Any other is an object: `@name` is an attribute, `name` a
//! child, `$` the text beside them, and children of one name are a list. Names keep their prefixes as they are written.

#[cfg(feature = "xml")]
mod read;
mod write;

pub(crate) use self::write::write;
use crate::{Error, ErrorKind, json};

#[cfg(feature = "xml")]
pub(crate) use self::read::read;

#[cfg(not(feature = "xml"))]
pub(crate) fn read(_: &str) -> Result<crate::expression::Value<'static>, crate::expression::Failure> {
    Err(crate::expression::Failure::new("reading XML needs the feature `xml` of couplet-runtime"))
}

/// A JSON object of one member, its root, as an XML document: for mocks, which answer what a Plan reads.
///
/// # Errors
///
/// The text is not JSON, or no XML can be made of it.
pub fn xml_from_json(json: &str) -> Result<String, Error> {
    let tree = json::parse(json).map_err(|invalid| Error::input(format!("not valid JSON: {invalid}")))?;
    write(&tree).map_err(|failure| failure.into_error(ErrorKind::Input))
}

/// The name under which the text beside attributes and children stands.
const TEXT: &str = "$";

/// How deep elements may lie in one another.
const DEPTH: usize = 64;
