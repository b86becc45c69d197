//! The mock takes every request of the exchanges, and answers it with what the action can read.

use couplet_compiler::connector::plan::Plan;
use couplet_mock::Mock;
use couplet_runtime::generated::v1::Builder;
use couplet_tests::exchanges::{self, Exchange};
use couplet_tests::golden;

use crate::generated::CONNECTORS;
use crate::plan::{call, client, method, plain};

#[test]
fn the_mock_takes_every_request() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (mut checked, mut failures) = (0, Vec::new());
    for (name, plan, _) in CONNECTORS {
        for (number, exchange) in exchanges::read(name).iter().enumerate() {
            if !is_static(plan, exchange) {
                continue;
            }
            checked += 1;
            if let Err(why) = runtime.block_on(taken(plan, exchange)) {
                failures.push(format!("{name}, exchange {number} ({}): {why}", exchange.action));
            }
        }
    }
    golden::counted(&format!("exchanges that the mocks take: {} of {checked}", checked - failures.len()));
    golden::report(checked, &failures);
}

/// Whether the credentials are sent as they are: flows and signatures are another matter.
fn is_static(plan: &Plan<'static>, exchange: &Exchange) -> bool {
    use couplet_compiler::connector::plan::AuthKind;
    let connector = plan.connector();
    let kind = method(connector.auth(), exchange).map(|(_, method)| method.kind());
    matches!(
        kind,
        Ok(AuthKind::None | AuthKind::Basic(..) | AuthKind::Bearer(..) | AuthKind::ApiKey(..)) | Err(_)
    )
}

async fn taken(plan: &Plan<'static>, exchange: &Exchange) -> Result<(), String> {
    let mut mock = Mock::builder(*plan);
    for (name, value) in &exchange.credentials {
        mock = mock.with_credential(name, plain(value));
    }
    let mock = mock.start().map_err(|error| error.to_string())?;
    let connector = plan.connector();
    let (place, method) = method(connector.auth(), exchange)?;
    let client = client(Builder::new(&connector, place), &method, exchange, &connector)
        .with_base_url(mock.url())
        .build()
        .map_err(|error| error.to_string())?;
    let action = plan.action(&exchange.action).ok_or("there is no such action")?;
    let call = call(&client, &action, exchange).map_err(|error| error.to_string())?;
    call.json().await.map_err(|error| error.to_string())?;
    match mock.requests().len() {
        1 => Ok(()),
        count => Err(format!("the mock saw {count} requests")),
    }
}
