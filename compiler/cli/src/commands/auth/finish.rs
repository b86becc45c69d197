//! What follows upon a login: the choice among several things, and the connection test.

use couplet_compiler::Connector as Compiled;
use couplet_runtime::connect::{Choose, Completed};
use couplet_runtime::generated::v1::{AuthKind, AuthMethod, Builder, Client};

use crate::connection::Told;
use crate::credentials;
use crate::failure::Failure;
use crate::{nearest, output};

/// `NAME=VALUE` of flags, taken apart.
pub(super) fn choices(flags: &[String]) -> Result<Vec<(&str, &str)>, Failure> {
    let parts = flags.iter().map(|flag| {
        flag.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
            Failure::usage("`--choose` needs a name and a value").help("write `--choose NAME=VALUE`")
        })
    });
    parts.collect()
}

/// Makes the choices that are left, by flags or by asking, and gives the client.
pub(super) async fn chosen<'p>(
    mut completed: Completed<'p>,
    flags: &[(&str, &str)],
    told: &Told,
) -> Result<Client<'p>, Failure> {
    loop {
        let choose = match completed {
            Completed::Connected(client) => return Ok(client),
            Completed::Choose(choose) => choose,
        };
        let value = value(&choose, flags)?;
        completed = choose.choose(&value).await.map_err(|error| told.failure(&error))?;
    }
}

fn value(choose: &Choose<'_>, flags: &[(&str, &str)]) -> Result<String, Failure> {
    let (name, options) = (choose.name(), choose.options());
    let values = || options.iter().map(|option| option.value.as_str());
    if let Some((_, value)) = flags.iter().find(|(known, _)| *known == name) {
        return match values().find(|known| known == value) {
            Some(value) => Ok(value.to_owned()),
            None => Err(Failure::usage(format!("`{name}` has no option `{value}`")).help(nearest::offer(
                "options",
                value,
                values().collect::<Vec<_>>(),
            ))),
        };
    }
    if !credentials::can_ask() {
        let listed = nearest::list("options", values());
        return Err(Failure::usage(format!("`{name}` has to be chosen before the account is connected"))
            .help(listed)
            .help(format!("say which with `--choose {name}=VALUE`")));
    }
    let labels: Vec<_> =
        options.iter().map(|option| format!("{} ({})", option.label, option.value)).collect();
    let place = credentials::choose(&format!("choose the {name}"), &labels)?;
    options
        .get(place)
        .map(|option| option.value.clone())
        .ok_or_else(|| Failure::error("there is no such option"))
}

/// Credentials that nothing proves until they are used are tried before they take the place of others.
pub(super) async fn try_first<'p>(
    compiled: &Compiled<'p>,
    method: &AuthMethod<'_>,
    builder: &Builder<'p>,
    told: &Told,
) -> Result<(), Failure> {
    let Some(test) = compiled.plan.test().filter(|_| is_unproven(method)) else { return Ok(()) };
    let client = builder.clone().build().map_err(|error| told.failure(&error))?;
    let answer = client.call(&test).answer().await;
    answer.map(|_| tell_works()).map_err(|error| {
        told.failure(&error).help("nothing was stored: the connection test of the connector did not pass")
    })
}

/// What a token says of itself is not all: the connection test has the last word.
pub(super) async fn try_after<'p>(
    compiled: &Compiled<'p>,
    method: &AuthMethod<'_>,
    client: &Client<'p>,
    told: &Told,
) -> Result<(), Failure> {
    let Some(test) = compiled.plan.test().filter(|_| !is_unproven(method)) else { return Ok(()) };
    let answer = client.call(&test).answer().await;
    answer.map(|_| tell_works()).map_err(|error| {
        told.failure(&error).help("the connection is stored, and its connection test did not pass")
    })
}

fn tell_works() {
    output::dim("the connection test of the connector passed");
}

/// Whether no request of the login itself carries the credentials.
fn is_unproven(method: &AuthMethod<'_>) -> bool {
    let is_fixed = match method.kind() {
        AuthKind::Token(token) => token.obtain().is_empty(),
        AuthKind::OAuth1(method) => method.dance().is_none(),
        _ => true,
    };
    is_fixed && method.connect().is_empty()
}
