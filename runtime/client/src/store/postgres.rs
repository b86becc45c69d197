//! Records in PostgreSQL, for programs that run on more than one machine.
//!
//! Two tables are made where they are missing: `couplet_connections` (id, revision, record) and `couplet_leases` (id,
//! owner, until). A record is sealed before it leaves this process, so the database, its backups and whoever reads
//! along hold nothing that opens without the store key. Comparing and writing is one statement. A lease ends by the
//! clock of the database, whatever the machines' clocks say.

use std::{fmt, sync::Arc, time::Duration};

use tokio::sync::Mutex;
use tokio_postgres::{Client, Config, NoTls, Row, types::ToSql};

use super::{
    Answer, Lease, Record, Revision, Store, StoreError, StoreKey, key,
    sealed::{self, Unopened},
};

/// Makes the tables. Of several programs that start at once one does, and the others wait.
const TABLES: &str = "
    BEGIN;
    SELECT pg_advisory_xact_lock(4858353012463);
    CREATE TABLE IF NOT EXISTS couplet_connections (
        id text PRIMARY KEY, revision bigint NOT NULL, record bytea NOT NULL);
    CREATE TABLE IF NOT EXISTS couplet_leases (
        id text PRIMARY KEY, owner text NOT NULL, until timestamptz NOT NULL);
    COMMIT";
const FOUND: &str = "
    SELECT to_regclass('couplet_connections') IS NOT NULL AND to_regclass('couplet_leases') IS NOT NULL";
const LIST: &str = "SELECT id FROM couplet_connections ORDER BY id";
const LOAD: &str = "SELECT revision, record FROM couplet_connections WHERE id = $1";
const INSERT: &str = "
    INSERT INTO couplet_connections (id, revision, record) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
const UPDATE: &str = "
    UPDATE couplet_connections SET revision = $2, record = $3 WHERE id = $1 AND revision = $4";
const DELETE: &str = "DELETE FROM couplet_connections WHERE id = $1 AND revision = $2";
const LEASE: &str = "
    INSERT INTO couplet_leases AS held (id, owner, until)
    VALUES ($1, $2, clock_timestamp() + $3 * interval '1 second')
    ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, until = clock_timestamp() + $3 * interval '1 second'
    WHERE held.until <= clock_timestamp()";
const RELEASE: &str = "DELETE FROM couplet_leases WHERE id = $1 AND owner = $2";

/// Keeps records in PostgreSQL.
#[derive(Clone)]
pub struct PostgresStore(Arc<Inner>);

struct Inner {
    key: StoreKey,
    /// Where to connect anew; nowhere where the connection was given.
    config: Option<Config>,
    client: Mutex<Arc<Client>>,
}

impl PostgresStore {
    /// A store over a connection that is there, for whoever needs TLS: the program runs the connection's own
    /// future. Once that connection is closed, so is the store.
    ///
    /// # Errors
    ///
    /// The tables are missing and cannot be made.
    pub async fn new(client: Client, key: StoreKey) -> Result<Self, StoreError> {
        Self::over(client, None, key).await
    }

    /// A store over a connection of its own without TLS, which is made anew when it breaks: for a database on this
    /// machine, or on a network that nobody else reaches. The configuration is a URL (`postgresql://…`) or pairs
    /// (`host=/run/postgresql user=couplet`).
    ///
    /// # Errors
    ///
    /// The configuration cannot be read, the database cannot be reached, or the tables are missing and cannot be
    /// made.
    pub async fn connect(config: &str, key: StoreKey) -> Result<Self, StoreError> {
        // What is wrong with it is told without it, for it may hold a password.
        let config: Config = config.parse().map_err(|_| {
            StoreError::new("the configuration for PostgreSQL is neither a URL nor pairs of `name=value`")
        })?;
        let client = open(&config).await?;
        Self::over(client, Some(config), key).await
    }

    async fn over(client: Client, config: Option<Config>, key: StoreKey) -> Result<Self, StoreError> {
        // Looked for first: a program that may not make tables can use those that are there.
        let found: bool = client.query_one(FOUND, &[]).await.map_err(failed)?.get(0);
        if !found {
            client.batch_execute(TABLES).await.map_err(|error| {
                let detail = "the tables of the store are missing from the database and cannot be made";
                StoreError::new(detail).with_source(error)
            })?;
        }
        Ok(Self(Arc::new(Inner { key, config, client: Mutex::new(Arc::new(client)) })))
    }

    /// The ids of all connections, in order.
    ///
    /// # Errors
    ///
    /// The database cannot be asked.
    pub async fn list(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.client().await?.query(LIST, &[]).await.map_err(failed)?;
        rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
    }

    async fn client(&self) -> Result<Arc<Client>, StoreError> {
        let mut client = self.0.client.lock().await;
        if client.is_closed() {
            let Some(config) = &self.0.config else {
                return Err(StoreError::new(
                    "the connection to PostgreSQL is closed; make the store anew with another one",
                ));
            };
            *client = Arc::new(open(config).await?);
        }
        Ok(Arc::clone(&client))
    }

    /// Gives whether a statement changed a row.
    async fn change(&self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> Result<bool, StoreError> {
        Ok(self.client().await?.execute(statement, values).await.map_err(failed)? > 0)
    }

    fn open(&self, id: &str, row: &Row) -> Result<Record, StoreError> {
        let stated = Revision::new(row.try_get::<_, i64>(0).map_err(failed)?.cast_unsigned());
        let bytes: &[u8] = row.try_get(1).map_err(failed)?;
        sealed::open(&self.0.key, id, bytes)
            .and_then(|record| if record.revision() == stated { Ok(record) } else { Err(Unopened::Damaged) })
            .map_err(|unopened| unopened.into_error(&format!("the record of `{id}` in PostgreSQL")))
    }
}

impl Store for PostgresStore {
    fn load<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Record>> {
        Box::pin(async move {
            let row = self.client().await?.query_opt(LOAD, &[&id]).await.map_err(failed)?;
            row.map(|row| self.open(id, &row)).transpose()
        })
    }

    fn save<'a>(
        &'a self,
        id: &'a str,
        expected: Option<Revision>,
        bytes: &'a [u8],
    ) -> Answer<'a, Option<Revision>> {
        Box::pin(async move {
            let revision = Revision::new(match expected {
                Some(revision) => revision.number().wrapping_add(1),
                // From anywhere, so that a record that is made anew has no revision of the one before.
                None => key::random_number()?,
            });
            let record = sealed::seal(&self.0.key, id, revision, bytes)?;
            let number = revision.number().cast_signed();
            let saved = match expected {
                None => self.change(INSERT, &[&id, &number, &record]).await?,
                Some(expected) => {
                    let expected = expected.number().cast_signed();
                    self.change(UPDATE, &[&id, &number, &record, &expected]).await?
                }
            };
            Ok(saved.then_some(revision))
        })
    }

    fn delete<'a>(&'a self, id: &'a str, expected: Revision) -> Answer<'a, bool> {
        Box::pin(async move { self.change(DELETE, &[&id, &expected.number().cast_signed()]).await })
    }

    fn lease<'a>(&'a self, id: &'a str, ttl: Duration) -> Answer<'a, Option<Lease>> {
        Box::pin(async move {
            let owner = format!("{}-{:016x}", std::process::id(), key::random_number()?);
            let given = self.change(LEASE, &[&id, &owner, &ttl.as_secs_f64()]).await?;
            Ok(given.then(|| Lease::new(id, owner)))
        })
    }

    fn release(&self, lease: Lease) -> Answer<'_, ()> {
        Box::pin(async move { self.change(RELEASE, &[&lease.id(), &lease.owner()]).await.map(drop) })
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

async fn open(config: &Config) -> Result<Client, StoreError> {
    let (client, connection) = config.connect(NoTls).await.map_err(|error| {
        StoreError::new("PostgreSQL cannot be reached; is it running, and is the configuration right?")
            .with_source(error)
    })?;
    // It ends with the client; what went wrong is told to whoever asks next.
    tokio::spawn(connection);
    Ok(client)
}

fn failed(error: tokio_postgres::Error) -> StoreError {
    StoreError::new(format!("PostgreSQL did not do what the store asked for: {error}")).with_source(error)
}
