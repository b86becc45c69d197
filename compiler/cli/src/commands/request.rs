//! `couplet request`: a request that no action describes, with the connector's auth, base URL and errors.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use couplet_compiler::{Arena, Connector};
use couplet_runtime::Method;
use couplet_runtime::generated::v1::{AuthKind, Node, RawRequest};

use super::block_on;
use crate::connection::{ConnectionArgs, Use};
use crate::failure::Failure;
use crate::{json_text, load, locate, nearest, output};

/// The methods.
const METHODS: &[(&str, Method)] = &[
    ("GET", Method::Get),
    ("HEAD", Method::Head),
    ("POST", Method::Post),
    ("PUT", Method::Put),
    ("PATCH", Method::Patch),
    ("DELETE", Method::Delete),
];

/// Sends a request with the connector's auth, before any action is written, and prints the answer.
#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub(crate) struct Args {
    /// The path of a manifest or of its folder, or a name under ./connectors.
    connector: String,
    /// The HTTP method; GET by default.
    method: Option<String>,
    /// The path behind the base URL: `/me`.
    path: String,
    /// A query parameter.
    #[arg(short, long, value_name = "NAME=VALUE")]
    query: Vec<String>,
    /// A header; those that carry credentials are the connector's business.
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// A JSON body; `@FILE` for what a file holds (`@-` for stdin).
    #[arg(long, value_name = "JSON", conflicts_with = "data")]
    json: Option<String>,
    /// A body as it is; `@FILE` for what a file holds (`@-` for stdin). Its type is `--content-type`.
    #[arg(short, long, value_name = "DATA")]
    data: Option<String>,
    /// The media type of `--data`.
    #[arg(long, value_name = "TYPE", default_value = "application/x-www-form-urlencoded", requires = "data")]
    content_type: String,
    /// Prints the request and sends nothing; secrets are masked.
    #[arg(long)]
    dry_run: bool,
    /// Shows the exchange on stderr; secrets are masked.
    #[arg(short, long)]
    verbose: bool,
    /// Writes the answer's body to a file as it came; `-` for stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What is sent.
enum Body {
    None,
    Json(String),
    Data(Vec<u8>),
}

/// Sends the request.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let (method, path, inline) = target(args.method.as_deref(), &args.path)?;
    let manifest = locate::manifest(&args.connector)?;
    let body = body(args)?;
    let arena = Arena::default();
    let connector = load::connector(&manifest, &arena)?;
    let how = Use { dry: args.dry_run, verbose: args.verbose };
    let mut query = inline;
    for text in &args.query {
        let (name, value) = pair(text, '=', "--query", "name=value")?;
        query.push((name.to_owned(), value.to_owned()));
    }
    let headers = headers(args, &connector)?;
    let connection = args.connection.connect(&connector, None, how)?;
    let build = || {
        let request =
            query.iter().fold(connection.client.request(method, &path), |request, (name, value)| {
                request.query(name, value)
            });
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        with_body(request, &body, args)
    };
    let built = build().build_request().map_err(|error| connection.failure(&error))?;
    if args.dry_run {
        return output::line(&output::safe(&built.masked()));
    }
    connection.show_request(&built);
    let answer = block_on(build().send())?;
    connection.show_answers();
    let answer = answer.map_err(|error| connection.failure(&error))?;
    output::dim(&format!("status {}", answer.status()));
    print(args, answer.bytes())
}

fn with_body<'p>(request: RawRequest<'p>, body: &Body, args: &Args) -> RawRequest<'p> {
    match body {
        Body::None => request,
        Body::Json(text) => request.json_text(text),
        Body::Data(bytes) => request.body(&args.content_type, bytes.clone()),
    }
}

/// `[METHOD] PATH`; the path may hold a query.
#[expect(clippy::type_complexity, reason = "a method, a path and pairs, used once")]
fn target(method: Option<&str>, path: &str) -> Result<(Method, String, Vec<(String, String)>), Failure> {
    let known = |word: &str| METHODS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
    let method = match method {
        None if known(path).is_some() => {
            return Err(Failure::usage(format!(
                "`{path}` is a method, and a path must follow: `{path} /me`"
            )));
        }
        None => Method::Get,
        Some(word) => {
            let unknown = || {
                let names: Vec<_> = METHODS.iter().map(|(name, _)| *name).collect();
                Failure::usage(format!("`{word}` is no HTTP method"))
                    .help(nearest::offer("methods", word, names))
            };
            known(word).ok_or_else(unknown)?.1
        }
    };
    if path.contains("://") {
        return Err(Failure::usage(format!(
            "`{path}` is a whole URL, and credentials go to the connector's hosts alone"
        ))
        .help("give the path behind the base URL, such as `/me`"));
    }
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let pairs = query.split('&').filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name), decoded(value))
    });
    Ok((method, path.to_owned(), pairs.collect()))
}

/// A query's text without its escapes.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escape = match (first, tail) {
            (b'%', [high, low, ..]) => {
                let digit =
                    |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit(*high).zip(digit(*low)).map(|(high, low)| high * 16 + low)
            }
            _ => None,
        };
        bytes.push(escape.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if escape.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `NAME: VALUE`; a header that carries credentials is not taken from an argument.
fn headers<'a>(args: &'a Args, connector: &Connector<'_>) -> Result<Vec<(&'a str, &'a str)>, Failure> {
    let mut headers = Vec::new();
    for text in &args.header {
        let (name, value) = pair(text, ':', "--header", "'Name: value'")?;
        let (name, value) = (name.trim(), value.trim());
        let is_auth = ["authorization", "proxy-authorization", "cookie"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        let keyed = connector.plan.connector().auth().iter().any(|method| match method.kind() {
            AuthKind::ApiKey(_, key, _) => match key.node() {
                Node::Text(key) => key.eq_ignore_ascii_case(name),
                _ => false,
            },
            _ => false,
        });
        if is_auth || keyed {
            return Err(Failure::usage(format!("the header `{name}` carries credentials, which are not taken from an argument"))
                .help("the connector's auth method sets it: give the credentials by the environment or `--credentials FILE`"));
        }
        headers.push((name, value));
    }
    Ok(headers)
}

fn pair<'t>(text: &'t str, separator: char, flag: &str, form: &str) -> Result<(&'t str, &'t str), Failure> {
    text.split_once(separator).filter(|(name, _)| !name.trim().is_empty()).ok_or_else(|| {
        Failure::usage(format!("`{flag}` needs a name and a value")).help(format!("write `{flag} {form}`"))
    })
}

fn body(args: &Args) -> Result<Body, Failure> {
    if let Some(text) = &args.json {
        let bytes = content(text)?;
        let text = String::from_utf8(bytes).map_err(|_| Failure::usage("the JSON body is not UTF-8"))?;
        serde_json::from_str::<serde_json::Value>(&text)
            .map_err(|error| Failure::usage(format!("the body of `--json` is not JSON: {error}")))?;
        return Ok(Body::Json(text));
    }
    args.data.as_deref().map_or(Ok(Body::None), |text| content(text).map(Body::Data))
}

/// What an argument says, or the file that it names with `@`.
fn content(text: &str) -> Result<Vec<u8>, Failure> {
    match text.strip_prefix('@') {
        None => Ok(text.as_bytes().to_vec()),
        Some("-") => {
            let mut bytes = Vec::new();
            let read = io::stdin().read_to_end(&mut bytes);
            read.map(|_| bytes).map_err(|error| Failure::error(format!("cannot read stdin: {error}")))
        }
        Some(path) => fs::read(path).map_err(|error| Failure::file("read", Path::new(path), &error)),
    }
}

fn print(args: &Args, body: &[u8]) -> Result<(), Failure> {
    if let Some(path) = args.output.as_deref().filter(|path| path.as_os_str() != "-") {
        fs::write(path, body).map_err(|error| Failure::file("write", path, &error))?;
        output::note(&format!("wrote {} to {}", output::count(body.len(), "byte"), output::path(path)));
        return Ok(());
    }
    let text = std::str::from_utf8(body).ok().filter(|_| args.output.is_none());
    match text {
        Some("") => Ok(()),
        Some(text) if serde_json::from_str::<serde_json::Value>(text).is_ok() => {
            output::line(&json_text::pretty(text))
        }
        Some(text) if output::is_terminal() => output::line(&output::safe(text)),
        None if output::is_terminal() && args.output.is_none() => {
            Err(Failure::error("the answer is bytes, which a terminal cannot show")
                .help("`--output FILE` writes them to a file"))
        }
        _ => output::bytes(body),
    }
}
