//! HTTP Basic (RFC 7617), in UTF-8.

use zeroize::Zeroizing;

use super::{Prepared, sensitive};
use crate::{Error, Secret, expression::base64};

/// `Authorization: Basic …`. The user name has no colon, and neither part a control character.
pub(super) fn prepare(user: &Secret, password: &Secret) -> Result<(Prepared, Vec<Secret>), Error> {
    let (user, password) = (user.expose_secret(), password.expose_secret());
    if user.contains(':') {
        return Err(Error::config("the user name has a colon, which HTTP Basic does not allow"));
    }
    if user.chars().chain(password.chars()).any(char::is_control) {
        return Err(Error::config("the user name or the password has a control character"));
    }
    let pair = Zeroizing::new(format!("{user}:{password}"));
    let encoded = Secret::new(base64(pair.as_bytes()));
    let header = sensitive(&Zeroizing::new(format!("Basic {}", encoded.expose_secret())))?;
    Ok((Prepared::Header(http::header::AUTHORIZATION, header), vec![encoded]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(user: &str, password: &str) -> Option<String> {
        match prepare(&user.into(), &password.into()) {
            Ok((Prepared::Header(_, value), _)) => value.to_str().ok().map(str::to_owned),
            _ => None,
        }
    }

    #[test]
    fn the_rfc_examples() {
        let aladdin = header("Aladdin", "open sesame");
        assert_eq!(aladdin.as_deref(), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        assert_eq!(header("test", "123£").as_deref(), Some("Basic dGVzdDoxMjPCow=="));
        assert_eq!(header("key", "").as_deref(), Some("Basic a2V5Og=="));
    }

    #[test]
    fn what_rfc_7617_forbids_is_refused() {
        assert_eq!(header("a:b", "c"), None);
        assert_eq!(header("a\n", "c"), None);
        assert_eq!(header("a", "c\u{7f}"), None);
    }
}
