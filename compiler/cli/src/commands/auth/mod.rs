//! `couplet auth`: connects accounts, and looks after what is stored of them.

mod browser;
mod callback;
mod finish;
mod guide;
mod login;
mod logout;
mod refresh;
mod status;

use clap::Subcommand;
use couplet_runtime::connect::Status;

use crate::failure::Failure;

/// Connects accounts, and looks after what is stored of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

/// What is done with a connection.
#[derive(Debug, Subcommand)]
enum Command {
    Login(Box<login::Args>),
    Status(status::Args),
    Refresh(refresh::Args),
    Logout(logout::Args),
}

/// Does what is asked.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Login(args) => login::run(args),
        Command::Status(args) => status::run(args),
        Command::Refresh(args) => refresh::run(args),
        Command::Logout(args) => logout::run(args),
    }
}

/// How long a token lasts yet, in words.
fn lasts(status: &Status) -> String {
    match seconds_left(status) {
        None if status.has_token => "its token does not say when it ends".to_owned(),
        None => "it has no token that ends".to_owned(),
        Some(left) if left <= 0 => "its token has ended".to_owned(),
        Some(left) => format!("its token ends in {}", words(left)),
    }
}

/// How many seconds a token lasts yet.
fn seconds_left(status: &Status) -> Option<i64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    let now = i64::try_from(now.as_secs()).ok()?;
    Some(status.expires_at.as_ref()?.unix_seconds()?.saturating_sub(now))
}

/// A number of seconds, as people say it.
fn words(seconds: i64) -> String {
    let (number, unit) = match seconds {
        ..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_said_as_people_say_them() {
        for (seconds, words) in [
            (1, "1 second"),
            (119, "119 seconds"),
            (3600, "60 minutes"),
            (7200, "2 hours"),
            (259_200, "3 days"),
        ] {
            assert_eq!(super::words(seconds), words);
        }
    }
}
