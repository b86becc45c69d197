//! The user's connections: sealed files in a folder of their own. Beside each connection lies what its app values are,
//! which the runtime takes from the integrator each time.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use couplet_compiler::Connector as Compiled;
use couplet_runtime::connect::Status;
use couplet_runtime::generated::v1::{self, AuthMethod};
use couplet_runtime::store::{FileStore, Record, Store, StoreError, StoreKey};
use couplet_runtime::{Error, Secret};

use super::values::{self, ValueArgs};
use super::verdict::Told;
use crate::commands::block_on;
use crate::credentials::Given;
use crate::failure::Failure;
use crate::{nearest, output};

/// The variable that names another folder.
const VARIABLE: &str = "COUPLET_STORE";
/// What stands before the ids of records that hold app values. No connection's name has a colon.
const APP: &str = "app:";
/// How long a connection's name may be.
const LONGEST: usize = 64;

/// The user's connections.
pub(crate) struct Shelf {
    /// Absent where nothing was ever stored.
    store: Option<Arc<FileStore>>,
}

/// A connection that is about to be opened.
pub(crate) struct Stored<'p> {
    pub(crate) builder: v1::Builder<'p>,
    pub(crate) place: usize,
    pub(crate) told: Told,
}

impl Shelf {
    /// What is stored. Nothing is made where there is nothing.
    pub(crate) fn open() -> Result<Self, Failure> {
        if folder()?.exists() { Self::make() } else { Ok(Self { store: None }) }
    }

    /// The same, made where it is missing.
    pub(crate) fn make() -> Result<Self, Failure> {
        let folder = folder()?;
        let store = StoreKey::find().and_then(|key| FileStore::open(folder, key));
        let store = store.map_err(|error| store_failure(&error.into()))?;
        Ok(Self { store: Some(Arc::new(store)) })
    }

    /// The store, for a connection that is to be kept in it.
    pub(crate) fn store(&self) -> Option<Arc<dyn Store>> {
        self.store.clone().map(|store| store as Arc<dyn Store>)
    }

    /// The names of all connections.
    pub(crate) fn names(&self) -> Result<Vec<String>, Failure> {
        let Some(store) = &self.store else { return Ok(Vec::new()) };
        let mut ids = store.list().map_err(|error| store_failure(&error.into()))?;
        ids.retain(|id| !id.starts_with(APP));
        Ok(ids)
    }

    /// What is known of a connection, where it is there.
    pub(crate) fn status(&self, name: &str) -> Result<Option<Status>, Failure> {
        let Some(store) = &self.store else { return Ok(None) };
        block_on(Status::load(&**store, name))?.map_err(|error| store_failure(&error))
    }

    /// The connections of a connector. One that cannot be read is told of, and left out.
    pub(crate) fn of_connector(&self, connector: &str) -> Result<Vec<(String, Status)>, Failure> {
        let mut all = Vec::new();
        for name in self.names()? {
            match self.status(&name) {
                Ok(Some(status)) if status.connector == connector => all.push((name, status)),
                Ok(_) => {}
                Err(failure) => output::warning(failure.message()),
            }
        }
        Ok(all)
    }

    /// Finds a connection of a connector, or says what there is instead.
    pub(crate) fn find(&self, connector: &str, name: &str) -> Result<Status, Failure> {
        check_name(name)?;
        if let Some(status) = self.status(name)? {
            if status.connector == connector {
                return Ok(status);
            }
            let other = &status.connector;
            let message = format!("the connection `{name}` is one of `{other}`, and not of `{connector}`");
            return Err(Failure::usage(message)
                .help(format!("`couplet auth status {connector}` lists those that are")));
        }
        let failure = Failure::usage(format!("there is no connection `{name}`"));
        let known = self.of_connector(connector)?;
        let names: Vec<_> = known.iter().map(|(name, _)| name.as_str()).collect();
        let failure = match names.is_empty() {
            true => failure.help(format!("no account of `{connector}` is connected yet")),
            false => failure.help(nearest::offer(&format!("connections of `{connector}`"), name, names)),
        };
        Err(failure.help(format!("`{}` connects one", login(connector, name))))
    }

    /// A connection with its app values, ready to be opened.
    pub(crate) fn take<'p>(
        &self,
        compiled: &Compiled<'p>,
        name: &str,
        args: &ValueArgs,
    ) -> Result<Stored<'p>, Failure> {
        let connector = compiled.plan.connector();
        let status = self.find(connector.name(), name)?;
        let place = connector.auth().iter().position(|method| method.name() == status.method);
        let place = place.ok_or_else(|| {
            let methods = connector.auth().iter().map(AuthMethod::name);
            let message = format!(
                "the connection `{name}` uses the auth method `{}`, which the connector no longer has",
                status.method
            );
            Failure::error(message)
                .help(nearest::list("auth methods", methods))
                .help(format!("`{}` connects anew", login(connector.name(), name)))
        })?;
        let method = connector.auth().get(place).copied().unwrap_or(super::choose::NO_AUTH);
        let mut told = Told::new(connector.name());
        told.connection = Some(name.to_owned());
        let mut builder = v1::Builder::new(&connector, place);
        for (group, fields, given) in args.beside_stored(&connector, &method, self.app(name)?)? {
            builder =
                given.iter().fold(builder, |builder, value| values::set(builder, group, &fields, value));
            told.origins.extend(given.into_iter().map(|value| (value.name, value.origin)));
        }
        if let Some(store) = self.store() {
            builder = builder.with_store(store, name);
        }
        Ok(Stored { builder, place, told })
    }

    /// The app values with which a connection was made.
    pub(crate) fn app(&self, name: &str) -> Result<Vec<Given>, Failure> {
        let Some(record) = self.record(&format!("{APP}{name}"))? else { return Ok(Vec::new()) };
        let values: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(record.bytes())
            .map_err(|_| {
                Failure::error(format!("the app values of the connection `{name}` cannot be read"))
            })?;
        let given = values.into_iter().filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => {
                Some(Given { name, value: Secret::from(text), origin: "the stored connection".to_owned() })
            }
            _ => None,
        });
        Ok(given.collect())
    }

    /// Keeps the app values of a connection.
    pub(crate) fn keep_app(&self, name: &str, app: &[Given]) -> Result<(), Failure> {
        let Some(store) = &self.store else { return Ok(()) };
        let id = format!("{APP}{name}");
        let values = app.iter().map(|value| (value.name.clone(), value.value.expose_secret().into()));
        let bytes = Secret::from(serde_json::Value::Object(values.collect()).to_string());
        let bytes = bytes.expose_secret().as_bytes();
        let written = block_on(async {
            loop {
                let before = store.load(&id).await?;
                if store.save(&id, before.as_ref().map(Record::revision), bytes).await?.is_some() {
                    return Ok::<_, StoreError>(());
                }
            }
        })?;
        written.map_err(|error| store_failure(&error.into()))
    }

    /// Removes a connection and its app values, as they are.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Failure> {
        let Some(store) = &self.store else { return Ok(()) };
        for id in [name.to_owned(), format!("{APP}{name}")] {
            let removed = block_on(async {
                while let Some(record) = store.load(&id).await? {
                    if store.delete(&id, record.revision()).await? {
                        break;
                    }
                }
                Ok::<_, StoreError>(())
            })?;
            removed.map_err(|error| store_failure(&error.into()))?;
        }
        Ok(())
    }

    fn record(&self, id: &str) -> Result<Option<Record>, Failure> {
        let Some(store) = &self.store else { return Ok(None) };
        block_on(store.load(id))?.map_err(|error| store_failure(&error.into()))
    }
}

/// A name that a connection can have.
pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '+');
    if !name.is_empty() && name.len() <= LONGEST && name.chars().all(fits) {
        return Ok(());
    }
    Err(Failure::usage(format!("`{name}` cannot be the name of a connection"))
        .help(format!("a name has letters, digits, `-`, `_`, `.`, `@` and `+`, {LONGEST} at the most")))
}

/// The command that connects an account.
pub(crate) fn login(connector: &str, name: &str) -> String {
    match name == connector {
        true => format!("couplet auth login {connector}"),
        false => format!("couplet auth login {connector} --connection {name}"),
    }
}

/// What the store could not do, and where its key comes from.
pub(crate) fn store_failure(error: &Error) -> Failure {
    let failure = Failure::error(error.to_string());
    let about_key = error.to_string().contains("another key");
    failure.help_if(about_key.then_some(
        "the key comes from COUPLET_STORE_KEY, COUPLET_STORE_KEY_COMMAND, systemd's credential `couplet-store-key`, or \
         the file `store.key` in your folder for configuration, whichever is there first",
    ))
}

/// The folder of the user's connections.
fn folder() -> Result<PathBuf, Failure> {
    if let Some(folder) = env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || variable("HOME");
    let data = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| home().map(|home| home.join(".local/share")))
    };
    data.map(|data| data.join("couplet").join("connections")).ok_or_else(|| {
        Failure::error("there is no folder for the user's data")
            .help(format!("set HOME, or name one with {VARIABLE}"))
    })
}
