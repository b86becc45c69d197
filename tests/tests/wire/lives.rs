//! Connections at the mock, from their first token to their end: tokens expire and are renewed by the calls that need
//! them, and what was given back opens nothing any longer. The mock keeps what it issued, and takes nothing else.

use std::sync::Arc;

use couplet_compiler::connector::plan::{AuthKind, Flow, Plan};
use couplet_mock::Mock;
use couplet_runtime::ErrorKind;
use couplet_runtime::store::{MemoryStore, Store};
use couplet_tests::connections::{self, Connection};
use couplet_tests::exchanges::{self, Exchange};
use couplet_tests::golden;

use crate::generated::CONNECTORS;
use crate::mock::told;
use crate::plan::{call, plain};

/// The name under which the store keeps the connection.
const ID: &str = "one";

#[test]
fn connections_live_and_end_at_the_mock() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (mut checked, mut failures) = (0, Vec::new());
    for (name, plan, _) in CONNECTORS {
        let exchanges = exchanges::read(name);
        for connection in connections::read(name) {
            checked += 1;
            let of_it = |exchange: &&Exchange| {
                exchange.connection.as_ref().is_some_and(|one| one.name == connection.name)
            };
            let exchange = exchanges.iter().find(of_it).expect("an exchange of the connection");
            if let Err(why) = runtime.block_on(lived(plan, &connection, exchange)) {
                failures.push(format!("{name}, connection `{}`: {why}", connection.name));
            }
        }
    }
    golden::counted(&format!(
        "connections that live and end at the mocks: {} of {checked}",
        checked - failures.len()
    ));
    golden::report(checked, &failures);
}

async fn lived(plan: &Plan<'static>, connection: &Connection, exchange: &Exchange) -> Result<(), String> {
    let mut mock = Mock::builder(*plan);
    for (name, value) in &connection.config {
        mock = mock.with_config(name, plain(value));
    }
    let mock = mock.start().map_err(|error| error.to_string())?;
    let seen = |error: couplet_runtime::Error| format!("{error}\n{}", told(&mock));
    let methods = plan.connector().auth();
    let place = methods.iter().position(|method| method.name() == connection.auth).ok_or("no such method")?;
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let builder = || mock.client(place).with_store(Arc::clone(&store), ID);
    let completed = match &connection.authorize {
        Some(_) => {
            let authorization = builder().authorization().await.map_err(seen)?;
            let callback = mock.consent(authorization.url())?;
            builder().complete(authorization.pending(), &callback).await.map_err(seen)?
        }
        None => builder().connect().await.map_err(seen)?,
    };
    let client = completed.client().map_err(seen)?;
    let action = plan.action(&exchange.action).ok_or("there is no such action")?;
    let called = || call(&client, &action, exchange).map_err(|error| error.to_string());
    called()?.json().await.map_err(seen)?;
    if let AuthKind::Token(token) = methods[place].kind() {
        mock.expire_tokens();
        let again = called()?.json().await;
        // Where nothing renews the token, the API's own word is the error: only a person can allow it again.
        let renews = !connection.refresh.is_empty() || matches!(token.flow(), Flow::Direct);
        match again {
            Ok(_) if renews => {}
            Err(error) if !renews && error.kind() == ErrorKind::Unauthorized => return Ok(()),
            Ok(_) => return Err(format!("nothing renews the token, and it works\n{}", told(&mock))),
            Err(error) => return Err(seen(error)),
        }
    }
    client.disconnect().await.map_err(seen)?;
    match store.load(ID).await {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err("it is still stored when it has ended".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
