//! The store in PostgreSQL, against a real one: what every store promises, leases by the database's clock, and processes
//! that share one connection.

use std::{process::Command, sync::Arc, time::Duration};

use couplet_peers::refresh::{fleet::Fleet, rounds};
use couplet_runtime::store::{PostgresStore, Revision, Store, StoreKey};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

const TTL: Duration = Duration::from_secs(60);

/// A database of its own.
struct Database {
    config: String,
    runtime: Runtime,
}

impl Database {
    fn new(name: &str) -> Self {
        let server = std::env::var("COUPLET_POSTGRES")
            .expect("PostgreSQL runs: use `tests/peers/run`, or `tests/peers/postgres cargo test`");
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
        let client = runtime.block_on(connect(&format!("{server} dbname=postgres")));
        runtime.block_on(client.batch_execute(&format!("CREATE DATABASE {name}"))).expect("it can be made");
        Self { config: format!("{server} dbname={name}"), runtime }
    }

    fn store(&self) -> PostgresStore {
        self.store_with([7; 32])
    }

    fn store_with(&self, key: [u8; 32]) -> PostgresStore {
        self.runtime
            .block_on(PostgresStore::connect(&self.config, StoreKey::new(key)))
            .expect("the store opens")
    }

    fn run(&self, statements: &str) {
        self.runtime.block_on(async {
            connect(&self.config).await.batch_execute(statements).await.expect("the statements run");
        });
    }
}

async fn connect(config: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(config, NoTls).await.expect("PostgreSQL runs");
    tokio::spawn(connection);
    client
}

#[test]
fn records_change_only_at_the_revision_that_was_seen() {
    let database = Database::new("records");
    let store = database.store();
    database.runtime.block_on(async {
        assert!(store.load("a").await.expect("it loads").is_none());
        assert_eq!(store.save("a", Some(Revision::new(1)), b"x").await.expect("it works"), None);
        let first = store.save("a", None, b"one").await.expect("it works").expect("it is new");
        assert_eq!(store.save("a", None, b"x").await.expect("it works"), None);
        let second = store.save("a", Some(first), b"two").await.expect("it works").expect("it is right");
        assert_eq!(store.save("a", Some(first), b"x").await.expect("it works"), None);
        let record = store.load("a").await.expect("it loads").expect("it is there");
        assert_eq!((record.revision(), record.bytes()), (second, b"two".as_slice()));
        assert!(!store.delete("a", first).await.expect("it works"));
        assert!(store.delete("a", second).await.expect("it works"));
        let again = store.save("a", None, b"again").await.expect("it works").expect("it is new");
        assert!(again != first && again != second);
        assert_eq!(store.list().await.expect("it works"), ["a"]);
    });
}

#[test]
fn programs_that_start_at_once_make_the_tables_once() {
    let database = Database::new("tables");
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let config = database.config.clone();
            std::thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(PostgresStore::connect(&config, StoreKey::new([7; 32]))).map(drop)
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("it ends").expect("the store opens");
    }
}

#[test]
fn the_database_cannot_read_what_it_keeps() {
    let database = Database::new("sealed");
    let store = database.store();
    let other = database.store_with([8; 32]);
    database.runtime.block_on(async {
        store.save("a", None, b"hunter2").await.expect("it saves");
        store.save("b", None, b"b").await.expect("it saves");
        let client = connect(&database.config).await;
        let row = client.query_one("SELECT record FROM couplet_connections WHERE id = 'a'", &[]).await;
        let bytes: Vec<u8> = row.expect("it is there").get(0);
        assert!(!bytes.windows(7).any(|part| part == b"hunter2"));
        let error = other.load("a").await.expect_err("the key is wrong").to_string();
        assert!(error.contains("sealed with another key"), "{error}");
        let swap = "UPDATE couplet_connections AS b SET record = a.record, revision = a.revision
            FROM couplet_connections AS a WHERE a.id = 'a' AND b.id = 'b'";
        client.batch_execute(swap).await.expect("it runs");
        let error = store.load("b").await.expect_err("it is another's").to_string();
        assert!(error.contains("was put in the place of another one"), "{error}");
        client
            .batch_execute("UPDATE couplet_connections SET revision = revision + 1")
            .await
            .expect("it runs");
        assert!(store.load("a").await.is_err(), "the revision is not the one that was sealed");
    });
}

#[test]
fn a_lease_has_one_holder_until_it_ends_by_the_databases_clock() {
    let database = Database::new("leases");
    let (one, two) = (database.store(), database.store());
    database.runtime.block_on(async {
        let lease = one.lease("a", TTL).await.expect("it works").expect("it is free");
        assert!(two.lease("a", TTL).await.expect("it works").is_none());
        assert!(two.lease("b", TTL).await.expect("it works").is_some());
        one.release(lease).await.expect("it works");
        let lost = two.lease("a", TTL).await.expect("it works").expect("it was released");
        let client = connect(&database.config).await;
        let pass = "UPDATE couplet_leases SET until = until - interval '1 minute 1 second' WHERE id = 'a'";
        client.batch_execute(pass).await.expect("it runs");
        let lease = one.lease("a", TTL).await.expect("it works").expect("it has ended");
        // Whoever had it before gives nothing back that is another's.
        two.release(lost).await.expect("it works");
        assert!(two.lease("a", TTL).await.expect("it works").is_none());
        one.release(lease).await.expect("it works");
        let short = one.lease("a", Duration::ZERO).await.expect("it works");
        assert!(short.is_some() && two.lease("a", TTL).await.expect("it works").is_some());
    });
}

#[test]
fn a_broken_connection_to_the_database_is_made_anew() {
    let database = Database::new("broken");
    let store = database.store();
    database.runtime.block_on(async {
        store.save("a", None, b"a").await.expect("it saves");
    });
    database.run(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE datname = 'broken' AND pid <> pg_backend_pid()",
    );
    database.runtime.block_on(async {
        // The first one may find out.
        let _ = store.load("a").await;
        let record = store.load("a").await.expect("it is connected again").expect("it is there");
        assert_eq!(record.bytes(), b"a");
    });
}

#[test]
fn what_is_wrong_is_said_without_the_configuration() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for config in ["hunter2", "host=/nowhere user=a password=hunter2"] {
        let error = runtime.block_on(PostgresStore::connect(config, StoreKey::new([7; 32])));
        let error = error.expect_err("there is no database");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

fn fleet(database: &Database, workers: usize, tasks: usize, says: bool) -> Fleet {
    let config = database.config.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let key = StoreKey::new([0x5a; 32]);
    let store = runtime.block_on(PostgresStore::connect(&config, key)).expect("the store opens");
    Fleet::new(runtime, Arc::new(store), workers, tasks, says, move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refresh-worker"));
        command.arg(&config).env("COUPLET_STORE_KEY", "5a".repeat(32));
        command
    })
}

#[test]
fn eight_processes_of_64_tasks_refresh_once_for_each_expiry() {
    let database = Database::new("refresh");
    rounds::once_for_each_expiry(&mut fleet(&database, 8, 64, false));
    println!(
        "PostgreSQL: 8 processes of 64 tasks, 20 expiries: 20 refreshes, never two at once, 0 invalid_grant"
    );
}

#[test]
fn killed_processes_lose_nothing_but_what_was_answered_and_not_stored() {
    let database = Database::new("killed");
    let config = database.config.clone();
    // Time passes: what the dead began has ended, and so has their lease.
    let buried = move |process: u32| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let statements = format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE application_name = 'worker-{process}';
             UPDATE couplet_leases SET until = clock_timestamp() WHERE owner LIKE '{process}-%'"
        );
        runtime.block_on(async { connect(&config).await.batch_execute(&statements).await }).expect("it runs");
    };
    let (killed, lost) = rounds::killed(&mut fleet(&database, 4, 4, true).with_burial(buried), 60);
    println!(
        "PostgreSQL: 60 expiries, {killed} processes killed: {lost} connections lost, each with its cause named"
    );
}
