//! One of the processes that share a connection in files: see `couplet_tests::refresh`.

use std::sync::Arc;

use couplet_runtime::store::{FileStore, StoreKey};

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let key = StoreKey::from_env("COUPLET_STORE_KEY").expect("there is a key");
    let store = FileStore::open(&arguments[0], key).expect("the store opens");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
    runtime.block_on(couplet_tests::refresh::worker::run(Arc::new(store), &arguments[1..]));
}
