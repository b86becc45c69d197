//! `couplet explain`: the page of a diagnostic's code, or of a part of the language.

use couplet_compiler::TOPICS;
use couplet_compiler::diagnostic::{codes, explain};

use crate::failure::Failure;
use crate::{nearest, output};

/// Explains a diagnostic by its code, or a part of the language; lists both without one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The code, as it stands in brackets behind `error` or `warning`: `unknown-key`; or a topic: `auth`.
    code: Option<String>,
    /// Lists all topics and codes.
    #[arg(long, conflicts_with = "code")]
    list: bool,
}

/// Prints the page or the list.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let Some(words) = &args.code else { return list() };
    let words = words.trim().trim_start_matches("error").trim_start_matches("warning");
    let words = words.trim_matches(['[', ']', ':']);
    if let Some(topic) = TOPICS.iter().find(|topic| topic.name == words) {
        return output::line(topic.page);
    }
    match explain(words) {
        Ok(code) => {
            output::line(&format!("{}[{}]\n\n{}", code.severity().as_str(), code.as_str(), code.page()))
        }
        Err(near) => {
            let failure = Failure::usage(format!("there is no code `{words}`"));
            let failure = failure.help_if(near.map(|code| format!("did you mean `{}`?", code.as_str())));
            let topics = nearest::list("topics", TOPICS.iter().map(|topic| topic.name));
            Err(failure.help(topics).help("`couplet explain --list` lists all codes"))
        }
    }
}

fn list() -> Result<(), Failure> {
    let width = codes().map(|code| code.as_str().len()).max().unwrap_or(0);
    let mut text = String::new();
    for topic in TOPICS {
        let title = topic.page.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
        text.push_str(&format!("{:width$}  {:7}  {title}\n", topic.name, "topic"));
    }
    for code in codes() {
        let title = code.page().lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
        text.push_str(&format!("{:width$}  {:7}  {title}\n", code.as_str(), code.severity().as_str()));
    }
    output::print(&text)
}
