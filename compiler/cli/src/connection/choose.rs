//! Which of a connector's auth methods is used.

use couplet_runtime::generated::v1::{Action, AuthKind, AuthMethod, Connector};

use crate::credentials::{self, File, Flag, is_required, variable};
use crate::failure::Failure;
use crate::nearest;

/// The method of a request without credentials.
pub(super) const NO_AUTH: AuthMethod<'static> = AuthMethod::none("none");

/// The places of the methods that an action works with.
pub(super) fn allowed(connector: &Connector<'_>, action: Option<&Action<'_>>) -> Vec<usize> {
    match action.and_then(Action::auth) {
        Some(methods) => methods.iter().map(|method| usize::from(*method)).collect(),
        None => (0..connector.auth().len()).collect(),
    }
}

/// Whether an action works with the method of a stored connection.
pub(super) fn check_stored(
    connector: &Connector<'_>,
    action: Option<&Action<'_>>,
    place: usize,
    name: &str,
) -> Result<(), Failure> {
    let methods = allowed(connector, action);
    if methods.is_empty() || methods.contains(&place) {
        return Ok(());
    }
    let used = connector.auth().get(place).map_or("none", AuthMethod::name);
    let names = methods.iter().filter_map(|place| connector.auth().get(*place)).map(AuthMethod::name);
    let message =
        format!("this action does not work with the auth method `{used}` of the connection `{name}`");
    Err(Failure::usage(message).help(nearest::list("methods that it works with", names)))
}

/// The connector with a method that needs nothing, for actions that are sent without credentials.
pub(super) fn without_auth<'p>(connector: &Connector<'p>) -> Connector<'p> {
    Connector::new(connector.name(), connector.version(), connector.servers(), &[NO_AUTH])
        .with_config(connector.config())
        .with_app(connector.app())
        .with_query(connector.query())
        .with_headers(connector.headers())
        .with_errors(connector.errors())
}

/// The place of the method: the one that was asked for, the only one, the one that what is there suffices for, or the
/// one that a person at a terminal chooses. `None` where the action is sent without credentials.
pub(super) fn method(
    connector: &Connector<'_>,
    allowed: &[usize],
    asked: Option<&str>,
    flags: &[Flag<'_>],
    file: Option<&File>,
) -> Result<Option<usize>, Failure> {
    let methods = connector.auth();
    let name = connector.name();
    if let Some(asked) = asked {
        let Some(place) = methods.iter().position(|method| method.name() == asked) else {
            let names: Vec<_> = methods.iter().map(AuthMethod::name).collect();
            return Err(Failure::usage(format!("`{name}` has no auth method `{asked}`"))
                .help(nearest::offer("auth methods", asked, names)));
        };
        if !allowed.contains(&place) && !allowed.is_empty() {
            let names = allowed.iter().filter_map(|place| methods.get(*place)).map(AuthMethod::name);
            return Err(Failure::usage(format!("this action does not work with the auth method `{asked}`"))
                .help(nearest::list("methods that it works with", names)));
        }
        return Ok((!allowed.is_empty()).then_some(place));
    }
    let Some(first) = allowed.first() else { return Ok(None) };
    if allowed.len() == 1 {
        return Ok(Some(*first));
    }
    let is_there = |field: &str| {
        flags.iter().any(|flag| flag.name == field)
            || file.is_some_and(|file| file.names().any(|known| known == field))
            || std::env::var_os(variable(name, field)).is_some_and(|value| !value.is_empty())
    };
    let has_all = |place: &&usize| {
        methods.get(**place).is_some_and(|method| {
            !matches!(method.kind(), AuthKind::None)
                && method
                    .fields()
                    .iter()
                    .filter(|field| is_required(field))
                    .all(|field| is_there(field.name()))
        })
    };
    let mut ready = allowed.iter().filter(has_all);
    match (ready.next(), ready.next()) {
        (Some(place), None) => return Ok(Some(*place)),
        (None, None) => {
            let open = allowed.iter().find(|place| {
                methods.get(**place).is_some_and(|method| matches!(method.kind(), AuthKind::None))
            });
            let anything = methods.iter().flat_map(AuthMethod::fields).any(|field| is_there(field.name()));
            if let Some(place) = open
                && !anything
            {
                return Ok(Some(*place));
            }
        }
        _ => {}
    }
    let names: Vec<_> =
        allowed.iter().filter_map(|place| methods.get(*place)).map(AuthMethod::name).collect();
    if credentials::can_ask() {
        let labels: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let chosen = credentials::choose("choose the auth method", &labels)?;
        return Ok(allowed.get(chosen).copied());
    }
    Err(Failure::usage(format!("`{name}` has several auth methods: say which one with `--auth METHOD`"))
        .help(nearest::list("auth methods", names)))
}
