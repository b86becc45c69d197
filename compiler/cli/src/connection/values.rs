//! What a person supplies: the method, its credentials, config and app values.

use std::path::PathBuf;

use clap::Args;
use couplet_compiler::Connector as Compiled;
use couplet_runtime::generated::v1::{self, AuthMethod, Field, Format};

use super::{Consent, Told, Use, WayArgs, choose};
use crate::credentials::{self, File, Flag, Given, Group};
use crate::failure::Failure;
use crate::output;

/// What stands in the place of a credential that is not there.
const PLACEHOLDER: &str = "placeholder";
/// The redirect URI of whoever does not say one: this machine, and a port that is free (RFC 8252, 7.3).
const REDIRECT_URI: &str = "http://127.0.0.1/callback";

/// What a person supplies.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ValueArgs {
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
}

/// The method that is used.
pub(crate) struct Chosen<'p> {
    connector: v1::Connector<'p>,
    place: usize,
    file: Option<File>,
}

/// A group's fields, and what is given of them.
type Values<'p> = (Group, Vec<Field<'p>>, Vec<Given>);

/// Everything that was supplied, by its group.
pub(crate) struct Supplied<'p> {
    connector: v1::Connector<'p>,
    place: usize,
    groups: Vec<Values<'p>>,
    pub(crate) told: Told,
}

impl ValueArgs {
    /// Chooses the method, by what is asked for and what is there.
    pub(crate) fn choose<'p>(
        &self,
        compiled: &Compiled<'p>,
        action: Option<&v1::Action<'p>>,
    ) -> Result<Chosen<'p>, Failure> {
        let connector = compiled.plan.connector();
        let file = credentials::file(self.credentials.as_deref())?;
        let flags = flags(Group::Credential, &self.credential)?;
        let methods = choose::allowed(&connector, action);
        let place = choose::method(&connector, &methods, self.auth.as_deref(), &flags, file.as_ref())?;
        if let Some(file) = &file {
            let fields =
                connector.auth().iter().flat_map(|method| method.fields().iter().chain(method.app()));
            let names = fields.chain(connector.config()).chain(connector.app()).map(Field::name);
            file.check_names(connector.name(), &names.collect::<Vec<_>>())?;
        }
        Ok(match place {
            Some(place) => Chosen { connector, place, file },
            None => Chosen { connector: choose::without_auth(&connector), place: 0, file },
        })
    }

    /// The app values and the config of a connection that is stored: what flags say, what lies beside the
    /// connection, and for what is missing then the environment.
    pub(super) fn beside_stored<'p>(
        &self,
        connector: &v1::Connector<'p>,
        method: &AuthMethod<'p>,
        stored_app: Vec<Given>,
    ) -> Result<[Values<'p>; 2], Failure> {
        let name = connector.name();
        let app = app_fields(connector, method);
        let mut given = credentials::by_flags(Group::App, &app, &flags(Group::App, &self.app)?, name)?;
        let around = credentials::collect(Group::App, &app, &[], None, name)?;
        for value in stored_app.into_iter().chain(around) {
            let is_known = app.iter().any(|field| field.name() == value.name);
            if is_known && !given.iter().any(|known| known.name == value.name) {
                given.push(value);
            }
        }
        let config = connector.config().to_vec();
        let by_flags =
            credentials::by_flags(Group::Config, &config, &flags(Group::Config, &self.config)?, name)?;
        Ok([(Group::App, app, given), (Group::Config, config, by_flags)])
    }
}

impl<'p> Chosen<'p> {
    /// The method.
    pub(crate) fn method(&self) -> AuthMethod<'p> {
        self.connector.auth().get(self.place).copied().unwrap_or(choose::NO_AUTH)
    }

    /// Collects what the method needs, and asks for what is missing.
    pub(crate) fn supply(
        self,
        args: &ValueArgs,
        compiled: &Compiled<'p>,
        way: &WayArgs,
        how: Use,
    ) -> Result<Supplied<'p>, Failure> {
        let guide = steps(compiled, &self.method());
        self.supply_with(args, way, how, &[], &guide)
    }

    /// The same, with what a connection of this name had before, and the steps of the guide that are told where
    /// something is missing.
    pub(crate) fn supply_with(
        self,
        args: &ValueArgs,
        way: &WayArgs,
        how: Use,
        before: &[(Group, Given)],
        guide: &[String],
    ) -> Result<Supplied<'p>, Failure> {
        let (connector, method) = (self.connector, self.method());
        let name = connector.name();
        let groups = [
            (Group::Config, connector.config().to_vec(), flags(Group::Config, &args.config)?),
            (Group::App, app_fields(&connector, &method), flags(Group::App, &args.app)?),
            (Group::Credential, method.fields().to_vec(), flags(Group::Credential, &args.credential)?),
        ];
        let mut supplied =
            Supplied { connector, place: self.place, groups: Vec::new(), told: Told::new(name) };
        for (group, fields, flags) in groups {
            let guide = if group == Group::Config { &[] } else { guide };
            let mut given = credentials::collect(group, &fields, &flags, self.file.as_ref(), name)?;
            let is_new = |field: &str| !given.iter().any(|known| known.name == field);
            let known = before.iter().filter(|(of, value)| *of == group && is_new(&value.name));
            let known: Vec<_> =
                known.filter(|(_, value)| fields.iter().any(|field| field.name() == value.name)).collect();
            given.extend(known.into_iter().map(|(_, value)| value.clone()));
            if how.dry {
                placeholders(&fields, &mut given);
            }
            if group == Group::App && Consent::of(&method) == Consent::Browser {
                redirect_to_this_machine(&fields, &mut given);
            }
            credentials::complete(group, &fields, &mut given, name, guide)?;
            if !how.dry {
                way.confirm_origins(&fields, &given)?;
            }
            supplied
                .told
                .origins
                .extend(given.iter().map(|value| (value.name.clone(), value.origin.clone())));
            supplied.groups.push((group, fields, given));
        }
        Ok(supplied)
    }
}

impl<'p> Supplied<'p> {
    /// The builder with all of it.
    pub(crate) fn builder(&self) -> v1::Builder<'p> {
        let mut builder = v1::Builder::new(&self.connector, self.place);
        for (group, fields, given) in &self.groups {
            builder = given.iter().fold(builder, |builder, value| set(builder, *group, fields, value));
        }
        builder
    }

    /// The app values.
    pub(crate) fn app(&self) -> &[Given] {
        let app = self.groups.iter().find(|(group, ..)| *group == Group::App);
        app.map(|(_, _, given)| given.as_slice()).unwrap_or_default()
    }
}

/// What the integrator registered: for the connector, and for the method alone.
pub(super) fn app_fields<'p>(connector: &v1::Connector<'p>, method: &AuthMethod<'p>) -> Vec<Field<'p>> {
    let own = method.app();
    let shared = connector.app().iter().filter(|field| !own.iter().any(|known| known.name() == field.name()));
    own.iter().chain(shared).copied().collect()
}

/// The parts of some flags.
fn flags(group: Group, texts: &[String]) -> Result<Vec<Flag<'_>>, Failure> {
    texts.iter().map(|text| Flag::parse(group, text)).collect()
}

/// Nobody is asked for a redirect URI: where none is said, the person comes back to this machine.
fn redirect_to_this_machine(fields: &[Field<'_>], given: &mut Vec<Given>) {
    let name = "redirect_uri";
    if fields.iter().any(|field| field.name() == name) && !given.iter().any(|known| known.name == name) {
        let origin = "this command, which answers on this machine".to_owned();
        given.push(Given { name: name.to_owned(), value: REDIRECT_URI.into(), origin });
    }
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

/// Gives a builder a value.
pub(super) fn set<'p>(
    builder: v1::Builder<'p>,
    group: Group,
    fields: &[Field<'_>],
    given: &Given,
) -> v1::Builder<'p> {
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
pub(crate) fn steps(compiled: &Compiled<'_>, method: &AuthMethod<'_>) -> Vec<String> {
    let steps = compiled.guide.steps.iter().find(|(name, _)| name == method.name());
    steps
        .map(|(_, steps)| steps.iter().map(|step| step.as_str().trim().replace('\n', " ")).collect())
        .unwrap_or_default()
}
