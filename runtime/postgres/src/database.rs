//! The front door: where the database is, how to connect, how it ends.

use std::path::{Path, PathBuf};

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::lock::Lock;
use crate::place::{self, Place};
use crate::server::Server;
use crate::settings::{self, Tuning};
use crate::supervisor::{Supervisor, Watch};
use crate::{Error, cluster, external, store};

/// Prepared statements that each connection keeps: one per shape of a query, and a tenant has hundreds of shapes.
const STATEMENT_CACHE: usize = 500;

/// Where the database is and how the process came by it.
#[derive(Clone, Debug)]
pub enum Source {
    /// The URL of a running PostgreSQL, 15 or newer.
    External(String),
    /// A cluster of our own.
    Private(PrivateOptions),
}

/// What a private cluster needs to be told.
#[derive(Clone, Debug)]
pub struct PrivateOptions {
    /// The data directory of Trellis; created if missing.
    pub data_dir: PathBuf,
    /// False only for tests: the cluster does not survive a power failure.
    pub durable: bool,
}

/// A database that accepts connections. Owns the private cluster if there is one.
///
/// A private server that dies is restarted by itself; connections made before are broken then, new ones work after a
/// moment. Dropping the value stops the server without waiting; [`Database::stop`] waits.
#[derive(Debug)]
pub struct Database {
    options: PgConnectOptions,
    private: Option<Private>,
}

#[derive(Debug)]
struct Private {
    supervisor: Supervisor,
    place: Place,
}

impl Database {
    /// Returns when connections are accepted and the database `trellis` exists.
    pub async fn start(source: Source) -> Result<Database, Error> {
        match source {
            Source::External(url) => {
                Ok(Database { options: configured(external::connect(&url).await?), private: None })
            }
            Source::Private(options) => start_private(&options).await,
        }
    }

    /// The same for a command beside a running Trellis: when another process has the data directory, this one
    /// connects to its server, which [`Database::stop`] then leaves alone.
    pub async fn start_or_join(source: Source) -> Result<Database, Error> {
        match source {
            Source::External(_) => Database::start(source).await,
            Source::Private(options) => match start_private(&options).await {
                Err(Error::InUse { .. }) => join(&options),
                started => started,
            },
        }
    }

    /// For pools and single connections: the database, UTC, application name `trellis`.
    pub fn connect_options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// For logs and `psql`; without the password.
    pub fn url(&self) -> String {
        match &self.private {
            Some(private) => private_url(&private.place.run),
            None => url_without_password(&self.options),
        }
    }

    /// Resolves when the private server dies, from now on, without having been told to; it is being restarted by
    /// then. Never resolves for an external database.
    pub fn died(&self) -> impl Future<Output = ()> + Send + use<> {
        let deaths = self.private.as_ref().map(|private| private.supervisor.deaths());
        async move {
            if let Some(mut deaths) = deaths
                && deaths.changed().await.is_ok()
            {
                return;
            }
            std::future::pending().await
        }
    }

    /// How often the private server has died without having been told to; `None` for an external database.
    pub fn deaths(&self) -> Option<tokio::sync::watch::Receiver<u64>> {
        self.private.as_ref().map(|private| private.supervisor.deaths())
    }

    /// Stops the private server (fast: sessions are ended, nothing committed is lost) and waits for its end.
    pub async fn stop(self) -> Result<(), Error> {
        match self.private {
            Some(private) => private.supervisor.stop().await,
            None => Ok(()),
        }
    }

    /// Where the private cluster lies.
    pub(crate) fn place(&self) -> Option<&Place> {
        self.private.as_ref().map(|private| &private.place)
    }

    /// Connects as the superuser of the private cluster.
    pub(crate) fn admin_options(&self) -> Option<PgConnectOptions> {
        self.place().map(|place| socket_options(&place.run).username("postgres").database("postgres"))
    }
}

async fn start_private(options: &PrivateOptions) -> Result<Database, Error> {
    let data_dir = place::open_data_dir(&options.data_dir)?;
    let mut locks = vec![Lock::take(&data_dir, "trellis.lock", &data_dir)?];
    let place = Place::settle(&data_dir)?;
    if !place.root.starts_with(&data_dir) {
        // A copy of the data directory would lead here as well.
        locks.push(Lock::take(&place.root, "trellis.lock", &place.root)?);
    }
    let binaries = cluster::prepare(&place, options.durable).await?;
    settings::write(&place, Tuning::of_this_machine(options.durable))?;
    let server = Server::launch(&place, &binaries).await?;
    store::create_database(&socket_options(&place.run).username("postgres").database("postgres")).await?;
    let options = configured(socket_options(&place.run).username(store::TRELLIS).database(store::TRELLIS));
    let supervisor = Supervisor::start(Watch { server, place: place.clone(), binaries, locks });
    Ok(Database { options, private: Some(Private { supervisor, place }) })
}

fn join(options: &PrivateOptions) -> Result<Database, Error> {
    let place = Place::settle(&place::open_data_dir(&options.data_dir)?)?;
    let options = socket_options(&place.run).username(store::TRELLIS).database(store::TRELLIS);
    Ok(Database { options: configured(options), private: None })
}

/// The session's time zone needs no word: sqlx always asks for UTC.
fn configured(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name("trellis").statement_cache_capacity(STATEMENT_CACHE)
}

/// Everything that the environment (`PGHOST`, `PGSSLMODE`, …) could otherwise change is said.
fn socket_options(run: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host("localhost")
        .port(5432)
        .socket(run)
        .ssl_mode(PgSslMode::Disable)
        .application_name("trellis")
}

fn private_url(run: &Path) -> String {
    let mut host = String::new();
    for byte in run.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => host.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => host.push(char::from(*byte)),
            byte => host.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("postgres:///trellis?host={host}&user=trellis")
}

fn url_without_password(options: &PgConnectOptions) -> String {
    let mut url = options.to_url_lossy();
    // Only a URL without a host can refuse, and that has no place for a password either.
    let _ = url.set_password(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn urls_show_no_password() {
        let options = PgConnectOptions::from_str("postgres://me:secret@db.example:6000/crm").expect("valid");
        let url = url_without_password(&options);
        assert!(url.starts_with("postgres://me@db.example:6000/crm") && !url.contains("secret"), "{url}");
    }

    #[test]
    fn socket_paths_are_escaped() {
        assert_eq!(
            private_url(Path::new("/tmp/a b/run")),
            "postgres:///trellis?host=/tmp/a%20b/run&user=trellis"
        );
    }
}
