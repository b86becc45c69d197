//! `--input k=v` and `--inputs FILE` → an action's inputs as JSON, checked against its schema before anything is sent.
//!
//! Invariant: a secret input is never taken from an argument, and no message shows its value.

mod check;
mod read;
mod schema;

use std::collections::BTreeMap;

use clap::Args;
use couplet_runtime::generated::v1::{Action, Call};

use crate::failure::Failure;
pub(crate) use schema::Schemas;

/// What an action is given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Inputs")]
pub(crate) struct InputArgs {
    /// An input: `k=v` by its declared type (again for a further element of a list), `k:=JSON`, `k=@FILE` for what a
    /// file holds (`@-` for stdin).
    #[arg(short, long = "input", value_name = "NAME=VALUE")]
    input: Vec<String>,
    /// A file of inputs: a YAML or JSON mapping by the inputs' names; `-` for stdin.
    #[arg(long, value_name = "FILE")]
    inputs: Option<String>,
}

/// Inputs by name.
#[derive(Default)]
pub(crate) struct Inputs {
    values: BTreeMap<String, Input>,
}

/// One input.
enum Input {
    /// JSON text.
    Json(String),
    /// Elements of a list, each as JSON text.
    Elements(Vec<String>),
    /// Bytes as they are sent.
    Bytes(Vec<u8>),
}

impl InputArgs {
    /// Reads and checks the inputs of an action.
    pub(crate) fn read(&self, action: &Action<'_>, schemas: &Schemas) -> Result<Inputs, Failure> {
        let mut inputs = Inputs::default();
        if let Some(file) = &self.inputs {
            read::file(file, action, &mut inputs)?;
        }
        let mut from_flags = Inputs::default();
        for text in &self.input {
            read::flag(text, action, schemas, &mut from_flags)?;
        }
        inputs.values.append(&mut from_flags.values);
        check::check(&inputs, action, schemas)?;
        Ok(inputs)
    }
}

impl Inputs {
    /// Hands the inputs to a call.
    pub(crate) fn apply(self, call: &mut Call<'_>) -> Result<(), couplet_runtime::Error> {
        for (name, input) in self.values {
            match input {
                Input::Bytes(bytes) => call.set_bytes(&name, bytes)?,
                json => call.set_json(&name, &json.text())?,
            }
        }
        Ok(())
    }
}

impl Input {
    /// JSON text; of bytes, an empty text that stands for them where only the type counts.
    fn text(&self) -> String {
        match self {
            Self::Json(text) => text.clone(),
            Self::Elements(elements) => format!("[{}]", elements.join(",")),
            Self::Bytes(_) => "\"\"".to_owned(),
        }
    }
}
