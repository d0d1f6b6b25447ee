//! The rooms of one process on one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use engine::{Engine, Tenant};
use identity::Identity;
use postgres::{Database, PrivateOptions, Source};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, PgConnection};
use tenancy::Tenants;

use crate::args::Common;
use crate::master_key;

/// A connection that has rested so long is asked whether it still lives before it is used.
const RESTED: Duration = Duration::from_secs(30);
/// A connection that is so old is replaced: it knows the tables of all tenants that it has met.
const LIFE: Duration = Duration::from_secs(600);
/// Longest wait for a connection to a standby.
const REPLICA: Duration = Duration::from_secs(1);
/// Longest wait for connections at work when the process ends.
const PARTING: Duration = Duration::from_secs(20);

/// Everything that subcommands work with.
pub struct Node {
    pub database: Database,
    pub pool: PgPool,
    pub engine: Engine,
    pub identity: Identity,
    pub tenants: Tenants,
}

impl Node {
    /// Starts the database for this process alone, and brings the platform's tables to this version. It answers
    /// requests, so the database gives up a statement that takes longer than this.
    pub async fn start(common: &Common, statement_timeout: Duration) -> anyhow::Result<Self> {
        Self::on(Database::start(source(common)).await?, (common, Some(statement_timeout))).await
    }

    /// The same beside a Trellis that may run on the data directory already.
    pub async fn start_or_join(common: &Common) -> anyhow::Result<Self> {
        Self::on(Database::start_or_join(source(common)).await?, (common, None)).await
    }

    async fn on(database: Database, limits: (&Common, Option<Duration>)) -> anyhow::Result<Self> {
        let (common, _) = limits;
        let pool = pool(&database, limits).await.context("cannot connect to the database")?;
        let migrated = tenancy::migrate(&pool).await;
        let engine = Engine::new(pool.clone());
        let engine = if common.tenant_roles { engine } else { engine.without_walls() };
        let engine = if common.database_pooled { engine.behind_pooler() } else { engine };
        let node = Self {
            identity: Identity::new(engine.clone(), pool.clone()),
            tenants: Tenants::new(engine.clone(), pool.clone()),
            database,
            pool,
            engine,
        };
        let upgraded = match migrated {
            Ok(()) => node.tenants.upgrade().await,
            Err(error) => Err(error),
        };
        match upgraded {
            Ok(()) => match master_key::install(common, &node, limits.1.is_some()).await {
                Ok(()) => Ok(node),
                Err(error) => {
                    node.stop().await?;
                    Err(error)
                }
            },
            Err(error) => {
                node.stop().await?;
                Err(error.into())
            }
        }
    }

    /// The tenant called `slug`, or the only one there is.
    pub async fn tenant(&self, slug: Option<&str>) -> anyhow::Result<Tenant> {
        match slug {
            Some(slug) => match self.tenants.require(slug).await {
                Err(tenancy::Error::NotFound) => anyhow::bail!("there is no tenant `{slug}`"),
                found => Ok(found?),
            },
            None => self.tenants.only().await?.context("there is no tenant yet"),
        }
    }

    /// Closes all connections and stops the private database, if this process started it.
    pub async fn stop(self) -> anyhow::Result<()> {
        // Whatever still works on one is not waited for without end.
        if tokio::time::timeout(PARTING, self.pool.close()).await.is_err() {
            tracing::warn!("connections are cut off");
        }
        Ok(self.database.stop().await?)
    }
}

fn source(common: &Common) -> Source {
    match &common.database_url {
        Some(url) => Source::External(url.clone()),
        None => Source::Private(PrivateOptions { data_dir: common.data_dir.clone(), durable: true }),
    }
}

/// One connection of its own, for listening.
pub fn lone_connection(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new().max_connections(1).connect_lazy_with(options)
}

/// Connections to a standby, made when they are needed: where it is away its primary answers.
pub fn replica(url: &str, common: &Common, statement_timeout: Duration) -> anyhow::Result<PgPool> {
    // What is wrong is told without what was given: there is a password in it.
    let options = url.parse::<PgConnectOptions>();
    let options = options.map_err(|_| anyhow::anyhow!("--replica-url is no address of a PostgreSQL"))?;
    let options = match common.database_pooled {
        true => options,
        false => options.options([("statement_timeout", statement_timeout.as_millis())]),
    };
    // One that is dead would have it passed over for seconds.
    let pool = looked_after(common, Deaths::none()).test_before_acquire(true);
    Ok(pool.acquire_timeout(REPLICA).connect_lazy_with(options))
}

/// What holds for the connections of every pool.
fn looked_after(common: &Common, deaths: Deaths) -> PgPoolOptions {
    let noting = deaths.clone();
    PgPoolOptions::new()
        .max_connections(common.database_connections)
        .max_lifetime(LIFE)
        // A round trip before each use would double the cost of small requests.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let dead = deaths.since(meta.age);
            Box::pin(async move { if dead { Ok(false) } else { lives(connection, meta.idle_for).await } })
        })
        // A begin that was given up half way has left a transaction that nobody knows of: what is written next would be
        // answered and never committed. Nobody waits for this.
        .after_release(move |connection, _| {
            let noting = noting.clone();
            Box::pin(async move {
                let left = sqlx::raw_sql("BEGIN; ROLLBACK").execute(connection).await;
                if left.as_ref().is_err_and(engine::is_gone) {
                    noting.note();
                }
                left.map(|_| true)
            })
        })
}

async fn pool(
    database: &Database,
    (common, statement_timeout): (&Common, Option<Duration>),
) -> sqlx::Result<PgPool> {
    let mut options = database.connect_options();
    // A session's own settings would be another's too.
    if let Some(limit) = statement_timeout.filter(|_| !common.database_pooled) {
        options = options.options([("statement_timeout", limit.as_millis())]);
    }
    let pool = looked_after(common, Deaths::watch(database));
    pool.acquire_timeout(Duration::from_secs(10)).connect_with(options).await
}

async fn lives(connection: &mut PgConnection, idle: Duration) -> sqlx::Result<bool> {
    Ok(idle < RESTED || connection.ping().await.is_ok())
}

/// When the server died last, so that connections from before are thrown away instead of tried. Of a private one its keeper
/// tells, of any other the first connection that was found ended: the others are no better, for the server was started anew, or
/// another one has taken its place.
#[derive(Clone)]
struct Deaths {
    began: Instant,
    /// Milliseconds after `began`; 0 for never.
    last: Arc<AtomicU64>,
}

impl Deaths {
    /// Before the first one.
    fn none() -> Self {
        Self { began: Instant::now(), last: Arc::default() }
    }

    fn watch(database: &Database) -> Self {
        let deaths = Self::none();
        let Some(mut count) = database.deaths() else { return deaths };
        let noting = deaths.clone();
        tokio::spawn(async move {
            while count.changed().await.is_ok() {
                noting.note();
            }
        });
        deaths
    }

    fn note(&self) {
        self.last.store(self.now().max(1), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether the server has died within the last `age`.
    fn since(&self, age: Duration) -> bool {
        let last = self.last.load(Ordering::Relaxed);
        let born = self.now().saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        last > 0 && born <= last
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use postgres::testing::test_database;
    use sqlx::ConnectOptions;

    use super::*;
    use crate::args::Args;

    fn common() -> Common {
        Args::try_parse_from(["trellis", "doctor"]).unwrap().common
    }

    /// Returns when the pool has so many that rest, and no other.
    async fn until_rest(pool: &PgPool, count: usize) {
        while (pool.num_idle(), pool.size() as usize) != (count, count) {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn what_is_older_than_a_death_is_thrown_away() {
        let deaths = Deaths { began: Instant::now() - Duration::from_secs(10), last: Arc::default() };
        assert!(!deaths.since(Duration::from_secs(9)), "nobody has died");
        deaths.last.store(5_000, Ordering::Relaxed);
        assert!(deaths.since(Duration::from_secs(6)) && !deaths.since(Duration::from_secs(4)));
    }

    #[tokio::test]
    async fn a_transaction_that_nobody_knows_of_ends_when_its_connection_comes_back() {
        let database = test_database("come_back").await;
        let standby = replica(&database.url(), &common(), Duration::from_secs(10)).unwrap();
        for pool in
            [looked_after(&common(), Deaths::none()).connect_lazy_with(database.connect_options()), standby]
        {
            let mut connection = pool.acquire().await.unwrap();
            sqlx::raw_sql("BEGIN").execute(&mut *connection).await.unwrap();
            drop(connection);
            until_rest(&pool, 1).await;
            let text = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'";
            let mut other = database.connect_options().connect().await.unwrap();
            let left: i64 = sqlx::query_scalar(text).fetch_one(&mut other).await.unwrap();
            assert_eq!(left, 0);
        }
    }

    #[tokio::test]
    async fn one_connection_that_was_found_ended_takes_the_others_along() {
        let database = test_database("found_ended").await;
        let pool = looked_after(&common(), Deaths::none()).connect_lazy_with(database.connect_options());
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(pool.acquire().await.unwrap());
        }
        drop(all);
        until_rest(&pool, 3).await;
        let mut other = database.connect_options().connect().await.unwrap();
        let text = "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000)) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let ended: i64 = sqlx::query_scalar(text).fetch_one(&mut other).await.unwrap();
        assert_eq!(ended, 3);
        assert!(sqlx::query("SELECT 1").execute(&pool).await.is_err(), "the first one finds out");
        until_rest(&pool, 2).await;
        for _ in 0..3 {
            sqlx::query("SELECT 1").execute(&pool).await.unwrap();
        }
    }
}
