//! `couplet test`: the connection test, with a verdict that names the cause and the mend.

use couplet_compiler::Arena;

use super::block_on;
use crate::connection::{ConnectionArgs, Use};
use crate::failure::Failure;
use crate::output::{self, FINE};
use crate::{load, locate};

/// Tries a connection with the connector's own test.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// Shows the exchange on stderr; secrets are masked.
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Sends the test and gives the verdict.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifest = locate::manifest(&args.connector)?;
    let arena = Arena::default();
    let connector = load::connector(&manifest, &arena)?;
    let name = connector.plan.connector().name();
    let Some(test) = connector.plan.test() else {
        return Err(Failure::error(format!("`{name}` has no connection test"))
            .help("name an action that reads and needs no input: `test: get_me`")
            .help("or write a request: `test: {get: /me}`"));
    };
    let how = Use { verbose: args.verbose, ..Use::default() };
    let connection = args.connection.connect(&connector, Some(&test), how)?;
    let call = connection.client.call(&test);
    let request = call.build_request().map_err(|error| connection.failure(&error))?;
    connection.show_request(&request);
    let answer = block_on(call.answer())?;
    connection.show_answers();
    match answer {
        Ok(answer) => {
            let what = format!("{name}: the connection works");
            let how = format!(
                "{} {}, status {}",
                test.method().as_str(),
                connection.client.redact(&path(&request)),
                answer.status()
            );
            output::line(&format!("{} ({})", output::styled(FINE, &what), output::safe(&how)))
        }
        Err(error) => {
            let kind = error.kind();
            output::line(&format!("{name}: the connection does not work ({kind})"))?;
            Err(connection.failure(&error))
        }
    }
}

/// The path of a request, without its query.
fn path(request: &couplet_runtime::generated::v1::BuiltRequest) -> String {
    let url = request.url();
    let behind = url.split_once("://").map_or("", |(_, rest)| rest);
    let path = behind.find('/').map_or("/", |at| &behind[at..]);
    path.split('?').next().unwrap_or_default().to_owned()
}
