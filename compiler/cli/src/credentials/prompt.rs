//! Asks a person, on a terminal only. What is typed for a secret does not show.

use std::io::{self, IsTerminal as _, Write as _};

use couplet_runtime::Secret;
use couplet_runtime::generated::v1::Field;

use super::Group;
use crate::failure::Failure;
use crate::output;

/// Whether there is a person to ask.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for the value of a field.
pub(crate) fn ask(group: Group, field: &Field<'_>) -> Result<Secret, Failure> {
    let title = match field.title() {
        title if title == field.name() => format!("{} `{}`", group.noun(), field.name()),
        title => format!("{title} ({} `{}`)", group.noun(), field.name()),
    };
    let title = output::safe(&title.replace('\n', " "));
    let no_value =
        |error: &io::Error| Failure::error(format!("`{}` could not be read: {error}", field.name()));
    if field.is_secret() {
        let text =
            rpassword::prompt_password(format!("{title}, not shown: ")).map_err(|error| no_value(&error))?;
        return Ok(Secret::from(text));
    }
    let choices = match field.choices() {
        [] => String::new(),
        choices => format!(" [{}]", choices.join("|")),
    };
    line(&format!("{title}{}: ", output::safe(&choices))).map(Secret::from).map_err(|error| no_value(&error))
}

/// Asks whether to go on.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    let answer = line(&format!("{} [y/N] ", output::safe(question)))
        .map_err(|error| Failure::error(format!("the answer could not be read: {error}")))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Has a person choose one of several things, by its number. Gives its place.
pub(crate) fn choose(what: &str, labels: &[String]) -> Result<usize, Failure> {
    let mut text = String::new();
    for (place, label) in labels.iter().enumerate() {
        text.push_str(&format!("  {}. {}\n", place + 1, label.replace('\n', " ")));
    }
    output::note(&format!("{what}:\n{}", text.trim_end()));
    loop {
        let answer = line(&format!("1 to {}: ", labels.len()))
            .map_err(|error| Failure::error(format!("the choice could not be read: {error}")))?;
        let number = answer.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        if let Some(place) = number.filter(|place| *place < labels.len()) {
            return Ok(place);
        }
    }
}

/// Asks, and reads a line.
pub(crate) fn line(question: &str) -> io::Result<String> {
    let mut err = io::stderr().lock();
    err.write_all(question.as_bytes())?;
    err.flush()?;
    let mut text = String::new();
    if io::stdin().read_line(&mut text)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}
