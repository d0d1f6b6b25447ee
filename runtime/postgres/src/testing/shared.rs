//! The cluster of a test process. It lives on a thread with a runtime of its own, because the runtime of the test that
//! came first ends with that test.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::mpsc as blocking;
use std::thread;
use std::time::UNIX_EPOCH;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::watchdog::Watchdog;
use crate::{Database, Error, PrivateOptions, Source, store};

/// Name of the empty database.
pub const EMPTY: &str = "empty";

/// The handle that all tests of the process share.
#[derive(Debug)]
pub struct Cluster {
    admin: PgConnectOptions,
    owner: PgConnectOptions,
    url: String,
    leftovers: UnboundedSender<String>,
    /// Ends the server once this process, and with it the pipe to the watchdog, is gone.
    _watchdog: Watchdog,
}

impl Cluster {
    /// Started by the first caller; the others wait.
    pub fn of_this_process() -> &'static Cluster {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| or_panic("start a cluster for tests", start()))
    }

    /// Copying files is three times as fast here as the default, because nothing waits for the disk.
    pub async fn create(&self, name: &str, template: &str) -> Result<(), sqlx::Error> {
        let (name, template) = (quote(name), quote(template));
        let statement =
            format!("create database {name} owner trellis template {template} strategy file_copy");
        self.admin.connect().await?.execute(AssertSqlSafe(statement)).await.map(|_| ())
    }

    pub fn options_of(&self, name: &str) -> PgConnectOptions {
        self.owner.clone().database(name)
    }

    pub fn superuser_of(&self, name: &str) -> PgConnectOptions {
        self.admin.clone().database(name)
    }

    pub fn url_of(&self, name: &str) -> String {
        self.url.replacen("/trellis?", &format!("/{name}?"), 1)
    }

    /// Frees the disk while other tests go on; at the end of the process everything goes anyway.
    pub fn drop_later(&self, name: &str) {
        let _ = self.leftovers.send(name.to_owned());
    }
}

/// The value, or a panic that says what could not be done.
pub fn or_panic<T>(doing: &str, result: Result<T, impl Display>) -> T {
    result.unwrap_or_else(|error| panic!("cannot {doing}: {error}"))
}

fn start() -> Result<Cluster, Error> {
    let moment = UNIX_EPOCH.elapsed().map(|since| since.subsec_micros()).unwrap_or_default();
    let data_dir = std::env::temp_dir().join(format!("trellis-test-{}-{moment}", std::process::id()));
    let watchdog = Watchdog::start(&data_dir)?;
    let (leftovers, to_drop) = unbounded_channel();
    let (send, started) = blocking::channel();
    thread::spawn(move || live(data_dir, send, to_drop));
    let never =
        || Error::io("start", "the thread of the test cluster")(std::io::ErrorKind::BrokenPipe.into());
    let (admin, owner, url) = started.recv().map_err(|_| never())??;
    Ok(Cluster { admin, owner, url, leftovers, _watchdog: watchdog })
}

type Started = Result<(PgConnectOptions, PgConnectOptions, String), Error>;

fn live(data_dir: PathBuf, started: blocking::Sender<Started>, to_drop: UnboundedReceiver<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = or_panic("make a runtime", runtime);
    runtime.block_on(async {
        let source = Source::Private(PrivateOptions { data_dir, durable: false });
        let database = match Database::start(source).await {
            Ok(database) => database,
            Err(error) => return drop(started.send(Err(error))),
        };
        let Some(admin) = database.admin_options() else { return };
        if let Err(error) = prepare(&admin).await {
            return drop(started.send(Err(error)));
        }
        let _ = started.send(Ok((admin.clone(), database.connect_options(), database.url())));
        drop_databases(&admin, to_drop).await;
    });
}

/// Makes the empty database that the others are copies of: as that of a private cluster.
async fn prepare(admin: &PgConnectOptions) -> Result<(), Error> {
    let statement = format!("create database {EMPTY} owner trellis template template0 strategy file_copy");
    let mut connection = admin.connect().await.map_err(Error::sql("connect to PostgreSQL"))?;
    connection.execute(AssertSqlSafe(statement)).await.map_err(Error::sql("create the empty database"))?;
    store::allow_tenant_roles(&admin.clone().database(EMPTY)).await
}

/// Ends with the process: the other end of the channel is in a static.
async fn drop_databases(admin: &PgConnectOptions, mut to_drop: UnboundedReceiver<String>) {
    while let Some(name) = to_drop.recv().await {
        let statement = format!("drop database if exists {} with (force)", quote(&name));
        if let Ok(mut connection) = admin.connect().await {
            let _ = connection.execute(AssertSqlSafe(statement)).await;
        }
    }
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
