//! A static token in the header `Authorization` (RFC 6750, with any scheme word).

use zeroize::Zeroizing;

use super::{Prepared, sensitive};
use crate::{Error, Secret};

/// `Authorization: SCHEME TOKEN`.
pub(super) fn prepare(scheme: &str, token: &Secret) -> Result<(Prepared, Vec<Secret>), Error> {
    let text = token.expose_secret();
    if text.trim().is_empty() {
        return Err(Error::config("the token is empty"));
    }
    let header = sensitive(&Zeroizing::new(format!("{scheme} {text}")))?;
    Ok((Prepared::Header(http::header::AUTHORIZATION, header), vec![token.clone()]))
}
