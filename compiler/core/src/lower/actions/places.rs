//! The places of a request that an action's inputs do not have for themselves: what the connector, the action's own
//! templates and the auth methods put there.

use std::collections::BTreeMap;

use couplet_plan::{Location, Method};

use super::Draft;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::{Cx, auth};
use crate::manifest::{Auth, AuthKind, BodyTree, KeyPlace, Manifest, MethodAuth};
use crate::source::{Span, Spanned};

/// A place of a request: where, and the name there.
pub(super) type Place = (u8, String);

/// The place that a name has; header names do not tell capitals from small letters.
pub(super) fn place(location: Location, name: &str) -> Option<Place> {
    match location {
        Location::Query => Some((1, name.to_owned())),
        Location::Header => Some((2, name.to_ascii_lowercase())),
        Location::Body => Some((3, name.to_owned())),
        _ => None,
    }
}

/// The places that are taken before an input is looked at.
pub(super) fn taken(draft: &Draft<'_>, manifest: &Manifest) -> BTreeMap<Place, Span> {
    let mut taken = BTreeMap::new();
    for query in [&manifest.api.query, &draft.action.query] {
        taken.extend(
            query.iter().filter_map(|(name, _)| Some((place(Location::Query, &name.value)?, name.span))),
        );
    }
    for headers in [&manifest.api.headers, &draft.action.headers] {
        taken.extend(
            headers.iter().filter_map(|(name, _)| Some((place(Location::Header, &name.value)?, name.span))),
        );
    }
    taken.extend(methods(draft, manifest).flat_map(|(_, auth)| of_auth(auth)));
    taken
}

/// The places that an auth method's credentials have.
fn of_auth(auth: &Auth) -> Vec<(Place, Span)> {
    if let AuthKind::ApiKey(key) = &auth.kind {
        let location = match key.place.value {
            KeyPlace::Header => Location::Header,
            KeyPlace::Query => Location::Query,
            KeyPlace::Body => Location::Body,
            KeyPlace::Path | KeyPlace::Cookie => return Vec::new(),
        };
        return place(location, &key.name.value.text)
            .map(|place| (place, key.name.span))
            .into_iter()
            .collect();
    }
    let headers = auth::headers(auth).into_iter().filter_map(|name| place(Location::Header, name));
    let query = auth::query(auth).into_iter().filter_map(|name| place(Location::Query, name));
    headers.chain(query).map(|place| (place, auth.span)).collect()
}

/// The auth methods that an action works with.
fn methods<'m>(
    draft: &Draft<'m>,
    manifest: &'m Manifest,
) -> impl Iterator<Item = (&'m Spanned<String>, &'m Auth)> {
    let auth = &draft.action.auth;
    manifest.auth.value.iter().filter(move |(name, _)| match auth {
        None => true,
        Some(MethodAuth::None) => false,
        Some(MethodAuth::Methods(listed)) => listed.value.iter().any(|method| method.value == name.value),
    })
}

/// A query parameter stands once, and a key that stands in the body has a body to stand in.
pub(super) fn check(draft: &Draft<'_>, method: Method, manifest: &Manifest, cx: &mut Cx<'_, '_>) -> bool {
    let mut whole = true;
    for (name, _) in draft.action.query.iter() {
        let shared = manifest.api.query.iter().find(|(other, _)| other.value == name.value);
        let key = methods(draft, manifest)
            .flat_map(|(_, auth)| of_auth(auth))
            .find(|(taken, _)| place(Location::Query, &name.value).as_ref() == Some(taken));
        if let Some(first) = shared.map(|(other, _)| other.span).or(key.map(|(_, span)| span)) {
            let message = format!("the parameter `{}` stands twice in the request", name.value);
            let diagnostic = Diagnostic::new(Code::DUPLICATE_PARAMETER, message, name.span);
            cx.report(diagnostic.also(first, "first here").help("remove one of the two"));
            whole = false;
        }
    }
    let plain = matches!(
        draft.action.body.as_ref().map(|body| &body.tree),
        Some(BodyTree::Xml(_) | BodyTree::Text(_) | BodyTree::Binary(_))
    );
    let carries = match &draft.action.body {
        Some(_) => !plain,
        None => !matches!(method, Method::Get | Method::Head | Method::Delete),
    };
    if carries {
        return whole;
    }
    for (name, auth) in methods(draft, manifest) {
        let AuthKind::ApiKey(key) = &auth.kind else { continue };
        if key.place.value == KeyPlace::Body {
            let what = if plain { "this body has no members" } else { "this request carries none" };
            let message = format!("the key of `{}` stands in the body, and {what}", name.value);
            let diagnostic = Diagnostic::new(Code::BODY_NOT_ALLOWED, message, draft.name.span);
            let help = "name the auth methods that the action works with: `auth: [other]`, or `auth: none`";
            cx.report(diagnostic.also(key.place.span, "the key's place").help(help));
            whole = false;
        }
    }
    whole
}
