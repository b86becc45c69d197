//! Where the values of a connection come from: flags that name an environment variable, a file, variables with
//! conventional names, a prompt.
//!
//! Invariant: a secret is never taken from an argument, and no message holds a value.

mod file;
mod prompt;

use std::env;
use std::path::Path;

use couplet_runtime::Secret;
use couplet_runtime::generated::v1::Field;

use crate::failure::Failure;
use crate::nearest;
pub(crate) use file::File;
pub(crate) use prompt::{can_ask, choose, confirm, line};

/// What a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// The chosen auth method.
    Credential,
    /// The connection.
    Config,
    /// The integrator's registration.
    App,
}

impl Group {
    /// What messages call one of its fields.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Config => "config value",
            Self::App => "app value",
        }
    }

    /// The flag that sets one of its fields.
    pub(crate) fn flag(self) -> &'static str {
        match self {
            Self::Credential => "--credential",
            Self::Config => "--config",
            Self::App => "--app",
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// The field's name.
    pub(crate) name: String,
    /// The value; held as a secret whether it is one or not.
    pub(crate) value: Secret,
    /// `the environment variable X`, `the file Y`, …
    pub(crate) origin: String,
}

/// `NAME=VALUE` of a flag, taken apart. The value may be a secret that someone should not have typed.
pub(crate) struct Flag<'f> {
    pub(crate) name: &'f str,
    value: &'f str,
}

impl<'f> Flag<'f> {
    /// Takes a flag's argument apart.
    pub(crate) fn parse(group: Group, text: &'f str) -> Result<Self, Failure> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self { name, value }),
            _ => Err(Failure::usage(format!("{} needs a name and a value", group.flag()))
                .help(format!("write `{} NAME=env:VARIABLE`", group.flag()))),
        }
    }

    fn read(&self, group: Group, field: &Field<'_>, connector: &str) -> Result<Given, Failure> {
        let flag = group.flag();
        if let Some(variable) = self.value.strip_prefix("env:") {
            let value = env::var(variable).map_err(|error| {
                let why = match error {
                    env::VarError::NotPresent => "is not set",
                    env::VarError::NotUnicode(_) => "is not UTF-8",
                };
                if variable.is_empty() || variable.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                {
                    return Failure::usage(format!("`{flag} {}=env:…` does not name a variable", self.name))
                        .help("write the variable's name behind `env:`, without `$`");
                }
                Failure::usage(format!("the environment variable `{variable}` {why}"))
                    .help(format!("`{flag} {}=env:{variable}` reads it from there", self.name))
            })?;
            return Ok(Given {
                name: self.name.to_owned(),
                value: value.into(),
                origin: format!("the environment variable {variable}"),
            });
        }
        if field.is_secret() {
            let variable = variable(connector, self.name);
            return Err(Failure::usage(format!(
                "`{}` is a secret, and is not taken from an argument",
                self.name
            ))
            .help("arguments are seen by other users of this machine, and kept in the shell's history")
            .help(format!(
                "put it into an environment variable: `{variable}` is found by itself, another one by \
                     `{flag} {}=env:VARIABLE`",
                self.name
            ))
            .help("or into a file that only you can read: `--credentials FILE`")
            .help("if it was a real one, treat it as known to others: have the provider issue a new one"));
        }
        Ok(Given { name: self.name.to_owned(), value: self.value.into(), origin: format!("the flag {flag}") })
    }
}

/// What is known of a group's fields before anybody is asked.
pub(crate) fn collect(
    group: Group,
    fields: &[Field<'_>],
    flags: &[Flag<'_>],
    file: Option<&File>,
    connector: &str,
) -> Result<Vec<Given>, Failure> {
    let mut given = by_flags(group, fields, flags, connector)?;
    for field in fields {
        if given.iter().any(|known| known.name == field.name()) {
            continue;
        }
        let name = variable(connector, field.name());
        if let Some(value) = file.and_then(|file| file.get(field.name())) {
            given.push(value);
        } else if let Ok(value) = env::var(&name)
            && !value.is_empty()
        {
            let origin = format!("the environment variable {name}");
            given.push(Given { name: field.name().to_owned(), value: value.into(), origin });
        }
    }
    Ok(given)
}

/// What flags say of a group's fields; of two for one field the last counts.
pub(crate) fn by_flags(
    group: Group,
    fields: &[Field<'_>],
    flags: &[Flag<'_>],
    connector: &str,
) -> Result<Vec<Given>, Failure> {
    let mut given: Vec<Given> = Vec::new();
    for flag in flags {
        let Some(field) = fields.iter().find(|field| field.name() == flag.name) else {
            let noun = group.noun();
            let message = format!("`{connector}` has no {noun} `{}`", flag.name);
            let names: Vec<_> = fields.iter().map(Field::name).collect();
            return Err(Failure::usage(message).help(nearest::offer(&format!("{noun}s"), flag.name, names)));
        };
        let value = flag.read(group, field, connector)?;
        given.retain(|known| known.name != value.name);
        given.push(value);
    }
    Ok(given)
}

/// Whether a field must be given.
pub(crate) fn is_required(field: &Field<'_>) -> bool {
    !field.is_optional() && field.default().is_none()
}

/// Asks for the fields that must be given and are not. Who cannot be asked is told.
pub(crate) fn complete(
    group: Group,
    fields: &[Field<'_>],
    given: &mut Vec<Given>,
    connector: &str,
    guide: &[String],
) -> Result<(), Failure> {
    let missing: Vec<_> = fields
        .iter()
        .filter(|field| is_required(field) && !given.iter().any(|known| known.name == field.name()))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !can_ask() {
        return Err(not_given(group, &missing, connector, guide));
    }
    for field in missing {
        let value = prompt::ask(group, field)?;
        given.push(Given { name: field.name().to_owned(), value, origin: "the prompt".to_owned() });
    }
    Ok(())
}

fn not_given(group: Group, missing: &[&Field<'_>], connector: &str, guide: &[String]) -> Failure {
    let names: Vec<_> = missing.iter().map(|field| format!("`{}`", field.name())).collect();
    let variables: Vec<_> = missing.iter().map(|field| variable(connector, field.name())).collect();
    let noun = group.noun();
    let plural = if names.len() == 1 { "" } else { "s" };
    let verb = if names.len() == 1 { "is" } else { "are" };
    let message = format!("the {noun}{plural} {} of `{connector}` {verb} not given", names.join(", "));
    let mut failure =
        Failure::usage(message).help(format!("set {} in the environment", variables.join(" and ")));
    if let Some(field) = missing.iter().find(|field| field.is_secret()).or(missing.first()) {
        let value = if field.is_secret() { "env:VARIABLE" } else { "VALUE" };
        failure = failure.help(format!("or say `{} {}={value}`", group.flag(), field.name()));
    }
    failure =
        failure.help("or keep them in a file that only you can read, as `name: value`: `--credentials FILE`");
    for (number, step) in guide.iter().enumerate() {
        let lead = if number == 0 { "how to get them: " } else { "" };
        failure = failure.help(format!("{lead}{}. {step}", number + 1));
    }
    failure
}

/// The conventional variable of a field: `COUPLET_ACUITY_SCHEDULING_PASSWORD`.
pub(crate) fn variable(connector: &str, field: &str) -> String {
    let upper = |text: &str| {
        text.chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
            .collect::<String>()
    };
    format!("COUPLET_{}_{}", upper(connector), upper(field))
}

/// Reads a file of credentials, where one is named.
pub(crate) fn file(path: Option<&Path>) -> Result<Option<File>, Failure> {
    path.map(File::read).transpose()
}
