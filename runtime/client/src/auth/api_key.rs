//! A key of the provider's own making, in a header, the query, a cookie, the path or the body.

use couplet_plan::KeyLocation;
use http::HeaderName;
use zeroize::Zeroizing;

use super::{Prepared, sensitive};
use crate::{Error, Secret};

/// The key in its place, by its name there.
pub(super) fn prepare(
    location: KeyLocation,
    name: &Secret,
    value: &Secret,
) -> Result<(Prepared, Vec<Secret>), Error> {
    let (name, text) = (name.expose_secret(), value.expose_secret());
    if text.is_empty() {
        return Err(Error::config("the key is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::config("the key has a control character"));
    }
    let prepared = match location {
        KeyLocation::Header => Prepared::Header(header_name(name)?, sensitive(text)?),
        KeyLocation::Query => Prepared::Query(name.to_owned(), value.clone()),
        KeyLocation::Path if matches!(text, "." | "..") => {
            return Err(Error::config("the key cannot stand in a path"));
        }
        KeyLocation::Path => Prepared::Path(name.to_owned(), value.clone()),
        KeyLocation::Body => Prepared::Body(name.to_owned(), value.clone()),
        KeyLocation::Cookie => {
            if !text.bytes().all(is_cookie_octet) {
                return Err(Error::config("the key has a character that a cookie cannot hold"));
            }
            Prepared::Cookie(sensitive(&Zeroizing::new(format!("{name}={text}")))?)
        }
        _ => return Err(Error::config("this place of a key needs a later version of the runtime")),
    };
    Ok((prepared, vec![value.clone()]))
}

fn header_name(name: &str) -> Result<HeaderName, Error> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::config("the name of the key's header is not the name of a header"))
}

/// RFC 6265, 4.1.1.
fn is_cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}
