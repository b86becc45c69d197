//! Flags and files → inputs, each read by its declared type.

use std::io::Read as _;
use std::path::Path;
use std::{env, fs, io};

use couplet_compiler::{Diagnostics, SourceFile, Sources};
use couplet_runtime::generated::v1::{self, Action};
use serde_json::Value;

use super::schema::{Kinds, Schemas};
use super::{Input, Inputs};
use crate::failure::Failure;
use crate::{load, nearest};

/// Reads `k=v`, `k:=JSON` or `k=@FILE`.
pub(super) fn flag(
    text: &str,
    action: &Action<'_>,
    schemas: &Schemas,
    inputs: &mut Inputs,
) -> Result<(), Failure> {
    let Some((name, value)) = text.split_once('=').filter(|(name, _)| !matches!(*name, "" | ":")) else {
        return Err(Failure::usage("`--input` needs a name and a value")
            .help("write `--input name=value`, `--input 'name:=JSON'` or `--input name=@file`"));
    };
    let (name, is_json) = name.strip_suffix(':').map_or((name, false), |name| (name, true));
    let input = known(name, action)?;
    let file = value.strip_prefix('@').filter(|_| !is_json);
    if input.is_secret() && file.is_none() {
        return secret(name, value, is_json, inputs);
    }
    let bytes = match file {
        Some(path) => bytes_of(path, name)?,
        None => value.as_bytes().to_vec(),
    };
    let given = if is_json {
        Input::Json(json(name, value)?)
    } else if input.is_bytes() {
        Input::Bytes(bytes)
    } else {
        let text = String::from_utf8(bytes).map_err(|_| {
            Failure::error(format!("the file for `{name}` is not text in UTF-8"))
                .help(format!("`{name}` takes {}", schemas.describe(schemas.input(action.name(), name))))
        })?;
        let schema = schemas.input(action.name(), name);
        if file.is_some() {
            from_file(name, text, schema, schemas)?
        } else {
            typed(name, &text, schema, schemas)?
        }
    };
    match (inputs.values.get_mut(name), given) {
        (Some(Input::Elements(known)), Input::Elements(more)) => known.extend(more),
        (Some(_), _) => {
            return Err(Failure::usage(format!("the input `{name}` is given twice")).help("give it once"));
        }
        (None, given) => {
            inputs.values.insert(name.to_owned(), given);
        }
    }
    Ok(())
}

/// Reads a mapping of inputs.
pub(super) fn file(path: &str, action: &Action<'_>, inputs: &mut Inputs) -> Result<(), Failure> {
    let source = SourceFile::from_bytes(path, bytes_of(path, "--inputs")?)
        .map_err(|why| Failure::error(format!("cannot read the inputs in `{path}`: {why}")))?;
    if let Ok(Value::Object(members)) = serde_json::from_str(source.text()) {
        for (name, value) in members {
            known(&name, action)?;
            inputs.values.insert(name, Input::Json(value.to_string()));
        }
        return Ok(());
    }
    let sources = Sources::new(source);
    let mut diagnostics = Diagnostics::default();
    let Ok(document) = couplet_compiler::parse(&sources, &mut diagnostics) else {
        let secret = action.inputs().iter().any(v1::Input::is_secret);
        if !secret {
            load::show(&sources, &diagnostics);
        }
        return Err(Failure::error(format!("the inputs in `{path}` cannot be read"))
            .help("write a mapping from the inputs' names to their values, in YAML or JSON"));
    };
    let Value::Object(members) = document.to_json() else { return Ok(()) };
    for (name, value) in members {
        known(&name, action)?;
        inputs.values.insert(name, Input::Json(value.to_string()));
    }
    Ok(())
}

/// A secret input, which only a variable or a file holds.
fn secret(name: &str, value: &str, is_json: bool, inputs: &mut Inputs) -> Result<(), Failure> {
    match value.strip_prefix("env:").filter(|_| !is_json) {
        Some(variable) => {
            let text = env::var(variable).map_err(|_| {
                Failure::usage(format!("the environment variable for the secret input `{name}` is not set"))
                    .help(format!("`--input {name}=env:VARIABLE` reads it from VARIABLE"))
            })?;
            inputs.values.insert(name.to_owned(), Input::Json(Value::from(text).to_string()));
            Ok(())
        }
        None => {
            Err(Failure::usage(format!("the input `{name}` is a secret, and is not taken from an argument"))
                .help("arguments are seen by other users of this machine, and kept in the shell's history")
                .help(format!(
                    "write `--input {name}=env:VARIABLE`, `--input {name}=@FILE` or `--inputs FILE`"
                )))
        }
    }
}

fn known<'a>(name: &str, action: &Action<'a>) -> Result<&'a v1::Input<'a>, Failure> {
    action.inputs().iter().find(|input| input.name() == name).ok_or_else(|| {
        let names: Vec<_> = action.inputs().iter().map(v1::Input::name).collect();
        Failure::usage(format!("the action `{}` has no input `{name}`", action.name()))
            .help(nearest::offer("inputs", name, names))
    })
}

fn bytes_of(path: &str, what: &str) -> Result<Vec<u8>, Failure> {
    if path != "-" {
        return fs::read(path).map_err(|error| Failure::file("read", Path::new(path), &error));
    }
    let mut bytes = Vec::new();
    io::stdin()
        .read_to_end(&mut bytes)
        .map(|_| bytes)
        .map_err(|error| Failure::error(format!("cannot read stdin for `{what}`: {error}")))
}

fn json(name: &str, text: &str) -> Result<String, Failure> {
    serde_json::from_str::<Value>(text).map(|_| text.trim().to_owned()).map_err(|error| {
        Failure::usage(format!("the input `{name}` is not JSON: {error}"))
            .help(format!("`{name}:=…` takes JSON, with quotes around texts; `{name}=…` takes a plain value"))
    })
}

/// The whole content of a file: a text where a text is taken, else JSON.
fn from_file(name: &str, text: String, schema: &Value, schemas: &Schemas) -> Result<Input, Failure> {
    if schemas.kinds(schema).string {
        return Ok(Input::Json(Value::from(text).to_string()));
    }
    json(name, &text).map(Input::Json)
}

/// A value from the terminal, by its declared type.
fn typed(name: &str, text: &str, schema: &Value, schemas: &Schemas) -> Result<Input, Failure> {
    let kinds = schemas.kinds(schema);
    if kinds.array && !kinds.string {
        if text.trim_start().starts_with('[') {
            return json(name, text).map(Input::Json);
        }
        let element = scalar(name, text, schemas.elements(schema), schemas)?;
        return Ok(Input::Elements(vec![element]));
    }
    scalar(name, text, schema, schemas).map(Input::Json)
}

fn scalar(name: &str, text: &str, schema: &Value, schemas: &Schemas) -> Result<String, Failure> {
    let kinds = schemas.kinds(schema);
    let is_number = || serde_json::from_str::<serde_json::Number>(text).is_ok();
    let is_integer =
        || text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit()) && is_number();
    let wrong = || {
        Failure::usage(format!(
            "the input `{name}` takes {}, and `{text}` is not that",
            schemas.describe(schema)
        ))
    };
    match kinds {
        Kinds { string: true, .. } => Ok(Value::from(text).to_string()),
        Kinds { boolean: true, .. } if matches!(text, "true" | "false") => Ok(text.to_owned()),
        Kinds { integer: true, .. } if is_integer() => Ok(text.to_owned()),
        Kinds { number: true, .. } if is_number() => Ok(text.to_owned()),
        Kinds { null: true, .. } if text == "null" => Ok(text.to_owned()),
        Kinds { object: true, .. } | Kinds { array: true, .. } => match json(name, text) {
            Ok(json) => Ok(json),
            Err(_) => Err(wrong().help(format!(
                "write it as JSON: `--input '{name}:=…'`, or as a file: `--input {name}=@FILE`"
            ))),
        },
        _ if kinds == Kinds::default() => {
            Ok(json(name, text).unwrap_or_else(|_| Value::from(text).to_string()))
        }
        _ => Err(wrong()),
    }
}
