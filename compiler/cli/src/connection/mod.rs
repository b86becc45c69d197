//! A connector and what its user supplies → a client: the auth method, the credentials, the config, the way there; or
//! a connection that `couplet auth login` stored.

mod choose;
mod exchange;
mod origins;
mod stored;
mod values;
mod verdict;
mod way;

use clap::Args;
use couplet_compiler::Connector as Compiled;
use couplet_runtime::Context;
use couplet_runtime::generated::v1::{self, AuthKind, AuthMethod, Flow};

use crate::commands::block_on;
use crate::failure::Failure;

pub(crate) use stored::{Shelf, check_name};
pub(crate) use values::{Supplied, ValueArgs, steps};
pub(crate) use verdict::Told;
pub(crate) use way::WayArgs;

/// What a connection takes; the same for `call`, `request` and `test`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// A connection that `couplet auth login` stored, by its name.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["auth", "credential", "credentials"])]
    connection: Option<String>,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    way: WayArgs,
}

/// How the connection is to be used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Use {
    /// Nothing is sent: where a secret is missing, a placeholder does.
    pub(crate) dry: bool,
    /// Shows answers on stderr, without secrets.
    pub(crate) verbose: bool,
}

/// A client and what messages say of it.
pub(crate) struct Connection<'p> {
    pub(crate) client: v1::Client<'p>,
    /// What messages name.
    told: Told,
    /// The answers that came, where they are to be shown.
    answers: Option<exchange::Answers>,
}

/// What must happen before a method's requests can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Nothing: what is supplied suffices.
    None,
    /// A person allows it in a browser.
    Browser,
    /// A person allows it on another device.
    Device,
}

impl Consent {
    /// What a method asks for.
    pub(crate) fn of(method: &AuthMethod<'_>) -> Self {
        match method.kind() {
            AuthKind::Token(token) => match token.flow() {
                Flow::AuthorizationCode(_) => Self::Browser,
                Flow::DeviceCode(_) => Self::Device,
                _ => Self::None,
            },
            AuthKind::OAuth1(method) if method.dance().is_some() => Self::Browser,
            _ => Self::None,
        }
    }
}

impl ConnectionArgs {
    /// Builds a client for an action, or for requests that no action describes.
    pub(crate) fn connect<'p>(
        &self,
        compiled: &Compiled<'p>,
        action: Option<&v1::Action<'p>>,
        how: Use,
    ) -> Result<Connection<'p>, Failure> {
        if let Some(name) = &self.connection {
            return self.stored(compiled, action, name, how);
        }
        let chosen = self.values.choose(compiled, action)?;
        if Consent::of(&chosen.method()) != Consent::None && !how.dry {
            return Err(not_connected(compiled, &chosen.method()));
        }
        let supplied = chosen.supply(&self.values, compiled, &self.way, how)?;
        let builder = self.way.apply(supplied.builder(), how.dry)?;
        let (context, answers) = self.context(how)?;
        let client = builder.clone().with_context(&context).build();
        let client = client.map_err(|error| {
            let private = Context::new().allow_private_addresses();
            let is_private = !self.way.allows_private() && builder.with_context(&private).build().is_ok();
            let failure = Failure::usage(error.to_string());
            if is_private {
                return failure.help("if you trust the host, let it be private: `--allow-private`");
            }
            failure.help_if(supplied.told.origin_of(&error.to_string()))
        })?;
        Ok(Connection { client, told: supplied.told, answers })
    }

    /// A client of a connection that is stored.
    fn stored<'p>(
        &self,
        compiled: &Compiled<'p>,
        action: Option<&v1::Action<'p>>,
        name: &str,
        how: Use,
    ) -> Result<Connection<'p>, Failure> {
        let (context, answers) = self.context(how)?;
        let shelf = Shelf::open()?;
        let mut stored = shelf.take(compiled, name, &self.values)?;
        choose::check_stored(&compiled.plan.connector(), action, stored.place, name)?;
        let builder = self.way.apply(stored.builder.with_context(&context), how.dry)?;
        let client = block_on(builder.open())?.map_err(|error| stored.told.failure(&error))?;
        stored.told.connection = Some(name.to_owned());
        Ok(Connection { client, told: stored.told, answers })
    }

    fn context(&self, how: Use) -> Result<(Context, Option<exchange::Answers>), Failure> {
        let context = self.way.context()?;
        let answers = how.verbose.then(exchange::Answers::default);
        Ok(match answers {
            Some(answers) => (context.with_watcher(answers.watcher()), Some(answers)),
            None => (context, None),
        })
    }
}

/// A person must allow the method first.
fn not_connected(compiled: &Compiled<'_>, method: &AuthMethod<'_>) -> Failure {
    let (connector, method) = (compiled.plan.connector().name(), method.name());
    let failure = Failure::usage(format!(
        "the auth method `{method}` of `{connector}` needs a person who allows it first"
    ))
    .help(format!("`couplet auth login {connector} --auth {method}` connects an account"))
    .help("and `--connection NAME` uses it");
    let known = Shelf::open().and_then(|shelf| shelf.of_connector(connector)).unwrap_or_default();
    let names: Vec<_> = known.iter().map(|(name, _)| name.as_str()).collect();
    failure.help_if((!names.is_empty()).then(|| crate::nearest::list("connections that are stored", names)))
}
