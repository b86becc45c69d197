//! The mock takes every request of the exchanges, after what comes before it, and answers it with what the action can read.

use couplet_compiler::connector::plan::{AuthKind, Flow, Plan};
use couplet_mock::Mock;
use couplet_runtime::generated::v1::Client;
use couplet_tests::exchanges::{self, Exchange};
use couplet_tests::golden;

use crate::generated::CONNECTORS;
use crate::plan::{call, method, plain};

#[test]
fn the_mock_takes_every_request() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (mut checked, mut failures) = (0, Vec::new());
    for (name, plan, _) in CONNECTORS {
        for (number, exchange) in exchanges::read(name).iter().enumerate() {
            checked += 1;
            if let Err(why) = runtime.block_on(taken(plan, exchange)) {
                failures.push(format!("{name}, exchange {number} ({}): {why}", exchange.action));
            }
        }
    }
    golden::counted(&format!("exchanges that the mocks take: {} of {checked}", checked - failures.len()));
    golden::report(checked, &failures);
}

async fn taken(plan: &Plan<'static>, exchange: &Exchange) -> Result<(), String> {
    let mut mock = Mock::builder(*plan);
    let of_connection = exchange.connection.iter().flat_map(|connection| &connection.config);
    for (name, value) in exchange.config.iter().chain(of_connection) {
        mock = mock.with_config(name, plain(value));
    }
    let mock = mock.start().map_err(|error| error.to_string())?;
    let connector = plan.connector();
    let (place, _) = method(connector.auth(), exchange)?;
    let client = connected(&mock, plan, place).await.map_err(|why| format!("{why}\n{}", told(&mock)))?;
    let action = plan.action(&exchange.action).ok_or("there is no such action")?;
    let call = call(&client, &action, exchange).map_err(|error| error.to_string())?;
    call.json().await.map_err(|error| format!("{error}\n{}", told(&mock)))?;
    match mock.requests().last() {
        Some(last) if last.action() == Some(exchange.action.as_str()) => Ok(()),
        _ => Err(format!("the mock saw another request\n{}", told(&mock))),
    }
}

/// A client of a connection that comes about as the method says.
async fn connected(mock: &Mock, plan: &Plan<'static>, place: usize) -> Result<Client<'static>, String> {
    let shown = |error: couplet_runtime::Error| error.to_string();
    let builder = || mock.client(place);
    let kind = plan.connector().auth()[place].kind();
    let by_person = match kind {
        AuthKind::Token(token) => matches!(token.flow(), Flow::AuthorizationCode(_)),
        AuthKind::OAuth1(method) => method.dance().is_some(),
        _ => false,
    };
    let completed = if by_person {
        let authorization = builder().authorization().await.map_err(shown)?;
        let callback = mock.consent(authorization.url())?;
        builder().complete(authorization.pending(), &callback).await.map_err(shown)?
    } else if matches!(kind, AuthKind::Token(token) if matches!(token.flow(), Flow::DeviceCode(_))) {
        let mut device = builder().device().await.map_err(shown)?;
        if device.poll().await.map_err(shown)?.is_some() {
            return Err("the person decided at once".to_owned());
        }
        device.poll().await.map_err(shown)?.ok_or("the person does not decide")?
    } else {
        builder().connect().await.map_err(shown)?
    };
    completed.client().map_err(shown)
}

/// What the mock thought of each request.
pub(crate) fn told(mock: &Mock) -> String {
    let line = |request: &couplet_mock::Request| {
        format!("  {} {} {} {}", request.status(), request.method(), request.path(), request.verdict())
    };
    mock.requests().iter().map(line).collect::<Vec<_>>().join("\n")
}
