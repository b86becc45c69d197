//! One of the processes that share a connection in PostgreSQL: see `couplet_peers::refresh`.

use std::sync::Arc;

use couplet_runtime::store::{PostgresStore, StoreKey};

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
    runtime.block_on(async {
        let key = StoreKey::from_env("COUPLET_STORE_KEY").expect("there is a key");
        // By this name the database's side of a process that was killed is found.
        let config = format!("{} application_name=worker-{}", arguments[0], std::process::id());
        let store = PostgresStore::connect(&config, key).await.expect("the store opens");
        couplet_peers::refresh::worker::run(Arc::new(store), &arguments[1..]).await;
    });
}
