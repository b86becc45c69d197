//! Connections through the Plan in memory: how they come about, are renewed and end is, request by request, what was
//! written by hand from the provider's documentation.

use std::collections::BTreeSet;
use std::sync::Arc;

use couplet_compiler::connector::plan::{AuthKind, AuthMethod, Plan};
use couplet_runtime::generated::v1::{Builder, Client};
use couplet_runtime::store::{MemoryStore, Store};
use couplet_runtime::tokens;
use couplet_tests::connections::{self, Connection};
use couplet_tests::{exchanges, golden};
use serde_json::{Map, Value};

use crate::compare::{self, Provider};
use crate::{Connectors, plan};

/// The name under which the store keeps the connection.
const ID: &str = "one";

#[test]
fn connections_come_about_are_renewed_and_end_as_the_provider_documents() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let connectors = Connectors::load();
    let (mut checked, mut failures) = (0, Vec::new());
    for name in &connectors.names {
        let connector = connectors.lower(name);
        for connection in connections::read(name) {
            checked += 1;
            if let Err(why) = runtime.block_on(played(&connector.plan, &connection)) {
                failures.push(format!("{name}, connection `{}`: {why}", connection.name));
            }
        }
    }
    golden::counted(&format!(
        "connections that come about, are renewed and end as documented: {} of {checked}",
        checked - failures.len()
    ));
    golden::report(checked, &failures);
}

#[test]
fn every_method_with_a_token_has_a_connection() {
    let connectors = Connectors::load();
    for name in &connectors.names {
        let connector = connectors.lower(name);
        let exchanges = exchanges::read(name);
        let used: BTreeSet<_> = exchanges.iter().map(|exchange| exchange.auth.clone()).collect();
        let played: BTreeSet<_> = connections::read(name).into_iter().map(|one| one.auth).collect();
        for method in connector.plan.connector().auth() {
            let label = method.name();
            let begins = obtains(method);
            assert!(!begins || played.contains(label), "{name} has no connection of `{label}`");
            let first = connector.plan.connector().auth()[0].name() == label && used.contains(&None);
            assert!(first || used.contains(&Some(label.to_owned())), "{name} has no exchange of `{label}`");
        }
    }
}

/// Whether requests come before the API's own.
fn obtains(method: &AuthMethod<'_>) -> bool {
    match method.kind() {
        AuthKind::Token(token) => !token.obtain().is_empty(),
        AuthKind::OAuth1(method) => method.dance().is_some(),
        _ => false,
    }
}

/// A client of a connection that comes about first.
pub(crate) async fn connected<'p>(
    builder: impl Fn() -> Builder<'p>,
    connection: &Connection,
) -> Result<Client<'p>, String> {
    let told = |error: couplet_runtime::Error| error.to_string();
    let completed = match &connection.authorize {
        Some((url, callback)) => {
            let authorization = builder().authorization().await.map_err(told)?;
            authorized(authorization.url(), url)?;
            builder().complete(authorization.pending(), callback).await.map_err(told)?
        }
        None => builder().connect().await.map_err(told)?,
    };
    completed.client().map_err(told)
}

async fn played(plan: &Plan<'_>, connection: &Connection) -> Result<(), String> {
    let provider = Provider::of_connection(connection);
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let connector = plan.connector();
    let place = connector.auth().iter().position(|method| method.name() == connection.auth);
    let place = place.ok_or_else(|| format!("there is no auth method `{}`", connection.auth))?;
    let values = [&connection.credentials, &connection.config, &connection.app];
    let builder = || {
        plan::supplied(Builder::new(&connector, place), &connector.auth()[place], &connector, values)
            .with_context(&provider.context)
            .with_store(Arc::clone(&store), ID)
    };
    let secrets = compare::secrets(&connection.app, &connection.credentials);
    let client = connected(builder, connection).await;
    let obtained = compare::rounds(&provider.asked(), &connection.obtain, &secrets);
    let client = client.map_err(|why| format!("{why} ({obtained:?})"))?;
    obtained.map_err(|why| format!("it comes about otherwise: {why}"))?;
    known(&*store, &connection.token, &connection.captured).await?;
    if !connection.refresh.is_empty() {
        let refreshed = client.refresh().await;
        compare::rounds(&provider.asked(), &connection.refresh, &secrets)
            .map_err(|why| format!("it is renewed otherwise: {why} ({refreshed:?})"))?;
        refreshed.map_err(|error| format!("it is not renewed: {error}"))?;
        known(&*store, &connection.refreshed, &Map::new()).await?;
    }
    if !connection.revoke.is_empty() {
        let ended = client.disconnect().await;
        compare::rounds(&provider.asked(), &connection.revoke, &secrets)
            .map_err(|why| format!("it ends otherwise: {why} ({ended:?})"))?;
        ended.map_err(|error| format!("it does not end: {error}"))?;
        let left = store.load(ID).await.map_err(|error| error.to_string())?;
        if left.is_some() {
            return Err("it is still stored when it has ended".to_owned());
        }
    }
    Ok(())
}

/// Compares what is stored with what should be known.
async fn known(
    store: &dyn Store,
    token: &Map<String, Value>,
    captured: &Map<String, Value>,
) -> Result<(), String> {
    let record = store.load(ID).await.map_err(|error| error.to_string())?.ok_or("it is not stored")?;
    let stored = tokens::Connection::from_bytes(record.bytes()).map_err(|error| error.to_string())?;
    for (name, should) in token {
        let is = match name.as_str() {
            "expires_at" => stored.expires_at().map(|at| at.to_string()),
            name => stored.token_text(name).map(str::to_owned),
        };
        let should = should.as_str().unwrap_or_default();
        let should =
            if name == "expires_at" { compare::millis(should).to_string() } else { should.to_owned() };
        if is.as_deref() != Some(&*should) {
            return Err(format!("the token's `{name}` is {is:?} and should be {should:?}"));
        }
    }
    for absent in ["refresh_token", "expires_at"].into_iter().filter(|name| !token.contains_key(*name)) {
        let there = match absent {
            "expires_at" => stored.expires_at().is_some(),
            name => stored.token_text(name).is_some(),
        };
        if there && !token.is_empty() {
            return Err(format!("the token has a `{absent}` that nobody gave it"));
        }
    }
    let status =
        couplet_runtime::connect::Status::load(store, ID).await.map_err(|error| error.to_string())?;
    let shown = status.map(|status| status.captured).unwrap_or_default();
    for (name, should) in captured {
        let is = shown.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        if is != should.as_str() {
            return Err(format!("`captured.{name}` is {is:?} and should be {should}"));
        }
    }
    Ok(())
}

/// Compares the URL to which a person's browser is sent. The order of its parameters has no meaning.
fn authorized(is: &str, should: &str) -> Result<(), String> {
    let parts = |url: &str| {
        let (endpoint, query) = url.split_once('?').unwrap_or((url, ""));
        let pairs: BTreeSet<String> = query.split('&').map(str::to_owned).collect();
        (endpoint.to_owned(), pairs)
    };
    if parts(is) == parts(should) {
        return Ok(());
    }
    Err(format!("the browser is sent to\n  {is}\nand not to\n  {should}"))
}
