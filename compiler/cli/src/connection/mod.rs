//! A connector and what its user supplies → a client: the auth method, the credentials, the config, the way there.

mod choose;
mod exchange;
mod origins;
mod verdict;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use couplet_compiler::Connector as Compiled;
use couplet_runtime::Context;
use couplet_runtime::generated::v1::{self, AuthMethod, Field, Format};

use crate::credentials::{self, Flag, Given, Group};
use crate::failure::Failure;
use crate::output;

/// What stands in the place of a credential that is not there.
const PLACEHOLDER: &str = "placeholder";

/// What a connection takes; the same for `call`, `request` and `test`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// The auth method, where the connector has several.
    #[arg(long, value_name = "METHOD")]
    auth: Option<String>,
    /// A credential, from an environment variable of your own; a secret itself is never taken from an argument.
    #[arg(long, value_name = "NAME=env:VARIABLE")]
    credential: Vec<String>,
    /// A file of credentials: a YAML or JSON mapping from names to values.
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// A config value.
    #[arg(long, value_name = "NAME=VALUE")]
    config: Vec<String>,
    /// An app value, likewise from a variable where it is secret.
    #[arg(long, value_name = "NAME=VALUE")]
    app: Vec<String>,
    /// Sends requests to another base URL, as to a mock.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Confirms that credentials may go to this origin, for a self-hosted provider or another base URL.
    #[arg(long, value_name = "URL")]
    allow_origin: Vec<String>,
    /// Lets a host that comes from your values be on a private network.
    #[arg(long)]
    allow_private: bool,
    /// How long an answer may take in all.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    timeout: f64,
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
    /// Where each credential came from, for messages.
    origins: Vec<(String, String)>,
    /// The answers that came, where they are to be shown.
    answers: Option<exchange::Answers>,
}

impl ConnectionArgs {
    /// Builds a client for an action, or for requests that no action describes.
    pub(crate) fn connect<'p>(
        &self,
        compiled: &Compiled<'p>,
        action: Option<&v1::Action<'p>>,
        how: Use,
    ) -> Result<Connection<'p>, Failure> {
        let connector = compiled.plan.connector();
        let name = connector.name();
        let file = credentials::file(self.credentials.as_deref())?;
        let given_flags = flags(Group::Credential, &self.credential)?;
        let methods = choose::allowed(&connector, action);
        let place = choose::method(&connector, &methods, self.auth.as_deref(), &given_flags, file.as_ref())?;
        let known = |fields: &[Field<'p>]| fields.iter().map(Field::name).collect::<Vec<_>>();
        if let Some(file) = &file {
            let mut names: Vec<_> =
                connector.auth().iter().flat_map(|method| known(method.fields())).collect();
            names.extend(known(connector.config()));
            names.extend(known(connector.app()));
            file.check_names(name, &names)?;
        }
        let (connector, place) = match place {
            Some(place) => (connector, place),
            None => (choose::without_auth(&connector), 0),
        };
        let method = connector.auth().get(place).copied().unwrap_or(choose::NO_AUTH);
        let guide = steps(compiled, &method);
        let groups = [
            (Group::Config, connector.config(), flags(Group::Config, &self.config)?),
            (Group::App, connector.app(), flags(Group::App, &self.app)?),
            (Group::Credential, method.fields(), given_flags),
        ];
        let mut builder = v1::Builder::new(&connector, place);
        let mut origins = Vec::new();
        for (group, fields, flags) in groups {
            let guide = if group == Group::Credential { guide.as_slice() } else { &[] };
            let mut given = credentials::collect(group, fields, &flags, file.as_ref(), name)?;
            if how.dry {
                placeholders(fields, &mut given);
            }
            credentials::complete(group, fields, &mut given, name, guide)?;
            if !how.dry {
                self.confirm_origins(fields, &given)?;
            }
            for value in &given {
                builder = set(builder, group, fields, value);
            }
            origins.extend(given.into_iter().map(|value| (value.name, value.origin)));
        }
        if let Some(url) = &self.base_url {
            if !how.dry {
                origins::confirm_base_url(url, &self.allow_origin)?;
            }
            builder = builder.with_base_url(url);
        }
        self.build(builder, how, origins)
    }

    fn build<'p>(
        &self,
        builder: v1::Builder<'p>,
        how: Use,
        origins: Vec<(String, String)>,
    ) -> Result<Connection<'p>, Failure> {
        let answers = how.verbose.then(exchange::Answers::default);
        let mut context = self.context()?;
        if let Some(answers) = &answers {
            context = context.with_watcher(answers.watcher());
        }
        let client = builder.clone().with_context(&context).build().map_err(|error| {
            let private = Context::new().allow_private_addresses();
            let is_private = !self.allow_private && builder.with_context(&private).build().is_ok();
            let failure = Failure::usage(error.to_string());
            if is_private {
                return failure.help("if you trust the host, let it be private: `--allow-private`");
            }
            failure.help_if(
                origin_of(&origins, &error.to_string()).map(|from| format!("the value came from {from}")),
            )
        })?;
        Ok(Connection { client, origins, answers })
    }

    fn context(&self) -> Result<Context, Failure> {
        let timeout = Duration::try_from_secs_f64(self.timeout).ok().filter(|timeout| !timeout.is_zero());
        let Some(timeout) = timeout else {
            return Err(Failure::usage(format!("`--timeout {}` is no time to wait", self.timeout))
                .help("give a number of seconds above 0, such as 2.5"));
        };
        let context = Context::new().with_timeout(timeout);
        Ok(if self.allow_private { context.allow_private_addresses() } else { context })
    }

    /// Has a person confirm the origins that no pattern confines.
    fn confirm_origins(&self, fields: &[Field<'_>], given: &[Given]) -> Result<(), Failure> {
        for field in
            fields.iter().filter(|field| matches!(field.format(), Format::Origin(&[]) | Format::Url(&[])))
        {
            let Some(value) = given.iter().find(|value| value.name == field.name()) else { continue };
            origins::confirm(
                value.value.expose_secret(),
                &format!("`{}`", field.name()),
                &self.allow_origin,
            )?;
        }
        Ok(())
    }
}

/// The parts of some flags.
fn flags(group: Group, texts: &[String]) -> Result<Vec<Flag<'_>>, Failure> {
    texts.iter().map(|text| Flag::parse(group, text)).collect()
}

/// What a missing credential is shown as where nothing is sent.
fn placeholders(fields: &[Field<'_>], given: &mut Vec<Given>) {
    let missing = |field: &&Field<'_>| {
        let known = given.iter().any(|value| value.name == field.name());
        let is_free =
            field.format() == Format::Text && field.pattern().is_none() && field.choices().is_empty();
        credentials::is_required(field) && !known && is_free
    };
    let names: Vec<_> = fields.iter().filter(missing).map(|field| field.name().to_owned()).collect();
    for name in names {
        output::dim(&format!("`{name}` is not given: a placeholder stands in its place"));
        given.push(Given { name, value: PLACEHOLDER.into(), origin: "no one".to_owned() });
    }
}

fn set<'p>(builder: v1::Builder<'p>, group: Group, fields: &[Field<'_>], given: &Given) -> v1::Builder<'p> {
    let is_secret = fields.iter().any(|field| field.name() == given.name && field.is_secret());
    let (name, text) = (given.name.as_str(), given.value.expose_secret());
    match (group, is_secret) {
        (Group::Credential, true) => builder.secret(name, given.value.clone()),
        (Group::Credential, false) => builder.credential(name, text),
        (Group::Config, true) => builder.secret_config(name, given.value.clone()),
        (Group::Config, false) => builder.config(name, text),
        (Group::App, true) => builder.secret_app(name, given.value.clone()),
        (Group::App, false) => builder.app(name, text),
    }
}

/// How a person gets the credentials of a method.
fn steps(compiled: &Compiled<'_>, method: &AuthMethod<'_>) -> Vec<String> {
    let steps = compiled.guide.steps.iter().find(|(name, _)| name == method.name());
    steps
        .map(|(_, steps)| steps.iter().map(|step| step.as_str().trim().replace('\n', " ")).collect())
        .unwrap_or_default()
}

/// Where a value came from that a message names.
fn origin_of<'o>(origins: &'o [(String, String)], message: &str) -> Option<&'o str> {
    let named = |name: &str| message.contains(&format!("`{name}`"));
    origins.iter().find(|(name, _)| named(name)).map(|(_, origin)| origin.as_str())
}
