//! Why a command stops: a sentence, what to do about it, and the exit code.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::output;

/// The end of a command that did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
    help: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Something went wrong on the way.
    Error,
    /// The command was not understood.
    Usage,
    /// What was found has been reported already.
    Reported,
    /// Nobody reads any more.
    Closed,
}

impl Failure {
    /// Something went wrong on the way: exit code 1.
    pub(crate) fn error(message: impl Into<String>) -> Self {
        Self { kind: Kind::Error, message: message.into(), help: Vec::new() }
    }

    /// The command was not understood: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, ..Self::error(message) }
    }

    /// What was found has been reported already: exit code 1, without a word.
    pub(crate) fn reported() -> Self {
        Self { kind: Kind::Reported, ..Self::error("") }
    }

    /// A file that could not be read or written.
    pub(crate) fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            io::ErrorKind::PermissionDenied => "the system does not permit it".to_owned(),
            io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
            _ => error.to_string(),
        };
        Self::error(format!("cannot {what} `{}`: {why}", output::path(path)))
    }

    /// Says what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Says what to do, where there is something to be said.
    pub(crate) fn help_if(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// What went wrong, in a sentence.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Tells people, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self.kind {
            Kind::Closed => return ExitCode::SUCCESS,
            Kind::Reported => return ExitCode::from(1),
            Kind::Error | Kind::Usage => {}
        }
        output::error(&self.message);
        for help in &self.help {
            output::help(help);
        }
        ExitCode::from(if self.kind == Kind::Usage { 2 } else { 1 })
    }
}

/// Of writing to stdout. A reader that has gone (`| head`) is no error.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let message = format!("cannot write to stdout: {error}");
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { kind: Kind::Closed, ..Self::error(message) },
            _ => Self::error(message),
        }
    }
}
