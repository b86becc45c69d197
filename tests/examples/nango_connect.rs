//! Connects every provider of a file of Nango's with the client that its import makes, over a transport in memory, and
//! prints what was sent: a line of JSON for each provider. `tests/peers/nango/run` compares that with what Nango sends.
//!
//! ```text
//! nango_connect FILE CASES > ACTUAL
//! ```

use std::collections::VecDeque;
use std::error::Error;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use couplet_compiler::{Arena, Diagnostics, SourceFile, Sources};
use couplet_import::{Import, nango};
use couplet_runtime::generated::v1::{Action, AuthMethod, Builder, Client, Connector, Field};
use couplet_runtime::transport::{InMemory, TransportError};
use couplet_runtime::{Context, Method};
use serde_json::{Map, Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, cases] = arguments.as_slice() else { return Err("usage: nango_connect FILE CASES".into()) };
    let source = SourceFile::new(file.as_str(), std::fs::read_to_string(file)?);
    let mut diagnostics = Diagnostics::default();
    let Ok(catalogue) = nango::import(&source, &mut diagnostics) else {
        return Err("the file is no YAML".into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cases = std::fs::read_to_string(cases)?;
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line)?;
        let provider = case["provider"].as_str().unwrap_or_default();
        let import = catalogue.imports.iter().find(|import| import.provider == provider);
        let told = match import {
            Some(import) => runtime.block_on(connect(import, &case)),
            None => json!({"error": "the importer does not know it"}),
        };
        print(provider, told)?;
    }
    Ok(())
}

fn print(provider: &str, mut told: Value) -> Outcome<()> {
    use std::io::Write as _;
    told["provider"] = provider.into();
    writeln!(std::io::stdout().lock(), "{told}")?;
    Ok(())
}

/// What was sent, and in answer to what.
#[derive(Default)]
struct Wire {
    sent: Vec<Value>,
    /// Answers by the paths that they are given at.
    routes: Map<String, Value>,
    answers: VecDeque<Value>,
}

type Shared = Arc<Mutex<Wire>>;

async fn connect(import: &Import, case: &Value) -> Value {
    let text = match &import.manifest {
        Ok(text) => text,
        Err(reasons) => return json!({"error": reasons.join("; "), "manifest": false}),
    };
    let wire = Shared::default();
    let mut told = json!({"manifest": true});
    if let Err(error) = run(text, import, case, &wire, &mut told).await {
        told["error"] = chain(&*error).into();
    }
    told
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

async fn run(text: &str, import: &Import, case: &Value, wire: &Shared, told: &mut Value) -> Outcome<()> {
    let sources = Sources::new(SourceFile::new("manifest.yaml", text));
    let mut diagnostics = Diagnostics::default();
    let arena = Arena::default();
    let connector = couplet_compiler::parse(&sources, &mut diagnostics)
        .and_then(|document| couplet_compiler::validate(&document, &mut diagnostics))
        .and_then(|manifest| couplet_compiler::lower(&manifest, &arena, &mut diagnostics))
        .map_err(|_| "the manifest does not compile")?;
    let plan = connector.plan.connector();
    let method = plan.auth().first().copied().ok_or("there is no auth method")?;
    let builder = supplied(&plan, &method, import, case).with_context(&context(case, wire));
    wire.lock().unwrap_or_else(std::sync::PoisonError::into_inner).routes =
        case["routes"].as_object().cloned().unwrap_or_default();
    answer_with(wire, &case["answers"]);
    let client = match case["mode"].as_str() {
        Some("OAUTH2" | "MCP_OAUTH2" | "MCP_OAUTH2_GENERIC" | "OAUTH1") => {
            let authorization = builder.clone().authorization().await?;
            told["authorize"] = authorization.url().into();
            let callback = callback(case, authorization.state());
            builder.complete(authorization.pending(), &callback).await?.client()?
        }
        _ => builder.connect().await?.client()?,
    };
    told["token"] = taken(wire);
    probe(connector.plan.test(), &client, case, wire, told).await?;
    if case["refreshes"] == true && case["mode"] != "OAUTH2_CC" {
        answer_with(wire, &case["refresh_answers"]);
        client.refresh().await?;
        told["refresh"] = taken(wire);
    }
    Ok(())
}

/// One request of the API that no manifest knows, and the connection test.
async fn probe<'p>(
    test: Option<Action<'p>>,
    client: &Client<'p>,
    case: &Value,
    wire: &Shared,
    told: &mut Value,
) -> Outcome<()> {
    let fine = json!([{"status": 200, "headers": {"content-type": "application/json"}, "body": "{}"}]);
    // Whoever writes a body by hand writes the credentials into it, too.
    if case["in_body"] != true {
        answer_with(wire, &fine);
        client.request(Method::Get, case["probe"].as_str().unwrap_or("/")).send().await?;
        told["api"] = taken(wire).get(0).cloned().unwrap_or(Value::Null);
    }
    if let Some(test) = test {
        answer_with(wire, &fine);
        client.call(&test).done().await?;
        told["verify"] = taken(wire).get(0).cloned().unwrap_or(Value::Null);
    }
    Ok(())
}

fn context(case: &Value, wire: &Shared) -> Context {
    let wire = Arc::clone(wire);
    let transport = InMemory::new(move |request| answer(&request, &wire));
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    Context::new().with_transport(Arc::new(transport)).with_moment(
        case["now"].as_i64().unwrap_or_default(),
        text("uuid"),
        text("nonce"),
    )
}

fn answer(request: &http::Request<Bytes>, wire: &Shared) -> Result<http::Response<Bytes>, TransportError> {
    let mut wire = wire.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut headers = Map::new();
    for (name, value) in request.headers() {
        headers.insert(name.to_string(), String::from_utf8_lossy(value.as_bytes()).into());
    }
    wire.sent.push(json!({
        "method": request.method().as_str(),
        "url": request.uri().to_string(),
        "headers": headers,
        "body": String::from_utf8_lossy(request.body()),
    }));
    if let Some((_, body)) =
        wire.routes.iter().find(|(path, _)| request.uri().path().starts_with(path.as_str()))
    {
        let body = Bytes::from(body.as_str().unwrap_or_default().to_owned());
        let response = http::Response::builder().header("content-type", "application/json");
        return Ok(response.body(body).unwrap_or_default());
    }
    let answer =
        wire.answers.pop_front().unwrap_or_else(|| json!({"status": 500, "body": "no answer is left"}));
    let mut response = http::Response::builder()
        .status(answer["status"].as_u64().map_or(200, |status| u16::try_from(status).unwrap_or(500)));
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        response = response.header(name, value.as_str().unwrap_or_default());
    }
    let body = Bytes::from(answer["body"].as_str().unwrap_or_default().to_owned());
    Ok(response.body(body).unwrap_or_default())
}

fn answer_with(wire: &Shared, answers: &Value) {
    let mut wire = wire.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    wire.answers = answers.as_array().cloned().unwrap_or_default().into();
}

fn taken(wire: &Shared) -> Value {
    let mut wire = wire.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    std::mem::take(&mut wire.sent).into()
}

/// The redirect by which the provider sends a person back.
fn callback(case: &Value, state: &str) -> String {
    let mut pairs = vec![("state".to_owned(), state.to_owned())];
    if case["mode"] == "OAUTH1" {
        pairs = vec![
            ("oauth_token".to_owned(), "request-1".to_owned()),
            ("oauth_verifier".to_owned(), "verifier-1".to_owned()),
        ];
    } else {
        pairs.push((case["code_param"].as_str().unwrap_or("code").to_owned(), "code-1".to_owned()));
    }
    for (name, value) in case["callback"].as_object().into_iter().flatten() {
        pairs.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
    }
    let encoded = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let redirect = case["app"]["redirect_uri"].as_str().unwrap_or_default();
    format!("{redirect}?{}", pairs.join("&"))
}

/// A builder with the values of a connection of Nango's, each where the import says that it belongs now.
fn supplied<'p>(plan: &Connector<'p>, method: &AuthMethod<'p>, import: &Import, case: &Value) -> Builder<'p> {
    let mut builder = Builder::new(plan, 0);
    let mut given: Vec<(String, String)> = Vec::new();
    for moved in &import.moved {
        let Some((scope, name)) = moved.from.split_once('.') else { continue };
        let name = name.split('#').next().unwrap_or(name);
        let section = match scope {
            "connectionConfig" => &case["config"],
            "credentials" | "assertionOption" => &case["credentials"],
            _ => &case["integration"],
        };
        let Some(value) = section[name].as_str() else { continue };
        let value = if moved.lowercase { value.to_ascii_lowercase() } else { value.to_owned() };
        given.push((moved.to.clone(), format!("{}{value}{}", moved.before, moved.after)));
    }
    for moved in import.moved.iter().filter(|moved| moved.from == "proxy.base_url") {
        given.push((moved.to.clone(), case["own"].as_str().unwrap_or_default().to_owned()));
    }
    for (name, value) in case["app"].as_object().into_iter().flatten() {
        given.push((format!("app.{name}"), value.as_str().unwrap_or_default().to_owned()));
    }
    for (name, value) in case["extra"].as_object().into_iter().flatten() {
        given.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
    }
    for name in ["client_id", "client_secret", "username", "password"] {
        if let Some(value) = case["credentials"][name].as_str() {
            given.push((format!("credentials.{name}"), value.to_owned()));
        }
    }
    let groups: [(&str, Vec<&Field<'p>>); 3] = [
        ("config", plan.config().iter().collect()),
        ("app", plan.app().iter().chain(method.app()).collect()),
        ("credentials", method.fields().iter().collect()),
    ];
    for (scope, fields) in groups {
        for field in fields {
            let full = format!("{scope}.{}", field.name());
            let Some((_, value)) = given.iter().find(|(name, _)| *name == full) else { continue };
            builder = match (scope, field.is_secret()) {
                ("config", true) => builder.secret_config(field.name(), value.as_str()),
                ("config", false) => builder.config(field.name(), value),
                ("app", true) => builder.secret_app(field.name(), value.as_str()),
                ("app", false) => builder.app(field.name(), value),
                (_, true) => builder.secret(field.name(), value.as_str()),
                (_, false) => builder.credential(field.name(), value),
            };
        }
    }
    builder
}
