//! What the method brings to fill in, and what is weak in it.

use crate::lower::Cx;
use crate::lower::auth::draft::Draft;
use crate::manifest::{ClientAuth, ClientOwner, Grant, OAuth2};

/// Choices that are weak: each needs a reason.
pub(super) fn weaknesses<'a>(auth: &OAuth2, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) -> Option<()> {
    let method = draft.name.value.clone();
    if let Some(pkce) = auth.pkce.as_ref().filter(|pkce| !pkce.value.0) {
        let caveat = format!("`{method}` does not use PKCE.");
        draft.weak("a grant without PKCE", "leave `pkce` out: it is used then", caveat, pkce.span, cx)?;
    }
    if auth.grant.value == Grant::Password {
        let caveat = format!("`{method}` takes a person's user name and password.");
        draft.weak(
            "the grant `password`",
            "use another grant, where the provider has one",
            caveat,
            auth.grant.span,
            cx,
        )?;
    }
    Some(())
}

/// The fields that the method brings.
pub(super) fn bring<'a>(auth: &OAuth2, person: bool, draft: &mut Draft<'_, 'a>, cx: &mut Cx<'_, 'a>) {
    let secret = matches!(client_auth(auth), ClientAuth::Body | ClientAuth::Basic);
    let dynamic = auth.registration.is_some();
    let described = Some(&auth.credentials);
    let owner = owner(auth, person);
    // The requests of a `custom` grant are its own, and so are its credentials, unless it says whose the client is.
    let own = auth.grant.value == Grant::Custom && auth.client.is_none() && auth.client_auth.is_none();
    if !dynamic && !own {
        match owner {
            ClientOwner::App => {
                draft.app_field("client_id", "Client ID", false, cx);
                if secret {
                    draft.app_field("client_secret", "Client secret", true, cx);
                }
            }
            ClientOwner::Credentials => {
                draft.fields.brought("client_id", "Client ID", false, described, cx);
                if secret {
                    draft.fields.brought("client_secret", "Client secret", true, described, cx);
                }
            }
        }
    }
    match auth.grant.value {
        Grant::AuthorizationCode => draft.app_field("redirect_uri", "Redirect URI", false, cx),
        Grant::Password => {
            draft.fields.brought("username", "User name", false, described, cx);
            draft.fields.brought("password", "Password", true, described, cx);
        }
        Grant::RefreshToken => draft.fields.brought("refresh_token", "Refresh token", true, described, cx),
        _ => {}
    }
    draft.certificate_fields(cx);
    draft.fields.more(&auth.credentials, cx);
}

pub(super) fn client_auth(auth: &OAuth2) -> ClientAuth {
    let default = if auth.registration.is_some() { ClientAuth::None } else { ClientAuth::Body };
    auth.client_auth.as_ref().map_or(default, |client_auth| client_auth.value)
}

pub(super) fn owner(auth: &OAuth2, person: bool) -> ClientOwner {
    let default = if person { ClientOwner::App } else { ClientOwner::Credentials };
    auth.client.as_ref().map_or(default, |client| client.value)
}
