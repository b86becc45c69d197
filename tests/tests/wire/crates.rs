//! The second way: the generated crates, called as their users would.

use couplet_tests::{exchanges, golden};

use crate::compare::{self, Provider};
use crate::generated::CONNECTORS;

#[test]
fn the_generated_crates_send_and_take_what_the_provider_documents() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (mut checked, mut failures) = (0, Vec::new());
    for (name, _, calls) in CONNECTORS {
        let exchanges = exchanges::read(name);
        assert_eq!(
            exchanges.len(),
            calls.len(),
            "`tests/wire` is stale: BLESS=1 cargo test -p couplet-tests connectors"
        );
        for (number, (exchange, call)) in exchanges.iter().zip(*calls).enumerate() {
            checked += 1;
            let provider = Provider::of(exchange);
            let answer = runtime.block_on(call(&provider.context));
            let compared = provider
                .asked_once(exchange)
                .and_then(|asked| compare::request(&asked, exchange))
                .map_err(|why| format!("{why} ({:?})", answer.as_ref().err().map(ToString::to_string)))
                .and_then(|()| compare::outcome(answer, exchange));
            if let Err(why) = compared {
                failures.push(format!("{name}, exchange {number} ({}): {why}", exchange.action));
            }
        }
    }
    golden::counted(&format!("exchanges by the generated crates: {} of {checked}", checked - failures.len()));
    golden::report(checked, &failures);
}
