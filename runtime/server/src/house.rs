//! The rooms wired together on one database: what every subcommand begins with.

use std::time::Duration;

use anyhow::Context as _;
use engine::{Context, Engine, Tenant};
use identity::Identity;
use postgres::{Database, PrivateOptions, Source};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tenancy::Tenants;

use crate::cli::Place;

/// A migrated database and the rooms on it.
pub struct House {
    database: Database,
    pub pool: PgPool,
    pub engine: Engine,
    pub tenants: Tenants,
    pub identity: Identity,
}

impl House {
    /// Starts or finds the database and brings the platform's tables up to date.
    pub async fn open(place: &Place) -> anyhow::Result<Self> {
        Self::on(start(place).await?, place).await
    }

    /// As [`open`](Self::open); when a server runs in the data directory already, works beside it.
    pub async fn enter(place: &Place) -> anyhow::Result<Self> {
        let database = match start(place).await {
            Err(error) if is_in_use(&error) => Database::join(&place.data_dir).await?,
            other => other?,
        };
        Self::on(database, place).await
    }

    async fn on(database: Database, place: &Place) -> anyhow::Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(place.max_connections)
            .min_connections(2)
            // The engine finds a broken connection by using it; a test would cost each request a round trip.
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(database.connect_options())
            .await
            .context("the database does not take connections")?;
        tenancy::migrate(&pool).await.context("the platform's tables cannot be brought up to date")?;
        let engine = Engine::new(pool.clone());
        let tenants = Tenants::new(engine.clone(), pool.clone());
        let identity = Identity::new(engine.clone(), pool.clone());
        Ok(Self { database, pool, engine, tenants, identity })
    }

    /// The tenant called `slug`.
    pub async fn tenant(&self, slug: &str) -> anyhow::Result<Tenant> {
        self.tenants.find(slug).await?.with_context(|| format!("there is no tenant `{slug}`"))
    }

    /// Trellis itself acting in a tenant, for a command of the shell.
    pub async fn shell(&self, tenant: &Tenant) -> anyhow::Result<Context> {
        Ok(self.engine.system_context(tenant, "shell").await?)
    }

    /// Closes connections and stops the database if it is ours.
    pub async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        self.database.stop().await?;
        Ok(())
    }
}

async fn start(place: &Place) -> Result<Database, postgres::Error> {
    let source = match &place.database_url {
        Some(url) => Source::External(url.clone()),
        None => Source::Private(PrivateOptions { data_dir: place.data_dir.clone(), durable: true }),
    };
    Database::start(source).await
}

fn is_in_use(error: &postgres::Error) -> bool {
    matches!(error, postgres::Error::InUse { .. })
}
