//! The wall behind the wall: each tenant has a PostgreSQL role that reaches its own schema and no other, and statements
//! for a tenant run under it. A statement with another tenant's schema fails in PostgreSQL itself.
//!
//! Trellis's own upkeep runs as the owner of the tables: changes of metadata, sealing, archives, the doctor. Behind the
//! wall metadata and the audit log can be read, the log's tail added to, and no more.
//!
//! A database user who may not make roles goes without; [`Engine::wall`] tells.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::{PgConnection, PgPool, PgTransaction};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::Engine;
use crate::context::Tenant;
use crate::doctor::Drift;
use crate::error::{Error, Result};
use crate::lanes::Lane;
use crate::store::lock_state;

pub(crate) mod store;

/// Whether statements for a tenant run under its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wall {
    Up,
    /// The operator wants none.
    Off,
    /// The user of the database may not make roles.
    NotAllowed,
}

impl Wall {
    /// That there is none, and why, in a sentence; nothing when there is one.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::Up => None,
            Self::Off => Some(
                "tenants have no roles of their own in PostgreSQL, by --tenant-roles=false or --database-pooled",
            ),
            Self::NotAllowed => Some(
                "tenants have no roles of their own in PostgreSQL, whose user may not make any: let it, with \
                 ALTER ROLE … CREATEROLE, or say --tenant-roles=false",
            ),
        }
    }
}

/// What an engine knows of walls: it asks once whether there may be any, and of each tenant whether it has its own.
#[derive(Default)]
pub(crate) struct Walls {
    wall: OnceCell<Wall>,
    /// Tenants whose role was there when they were first met.
    known: Mutex<HashSet<Uuid>>,
}

impl Walls {
    async fn wall(&self, connection: &mut PgConnection) -> Result<Wall> {
        let ask = async || {
            let may = store::may_make_roles(connection).await?;
            Ok(if may { Wall::Up } else { Wall::NotAllowed })
        };
        self.wall.get_or_try_init(ask).await.copied()
    }

    /// Whether a connection is to go behind the tenant's wall. One that an older version of Trellis, or a copy of the
    /// database, has left without its role gets it here.
    async fn stands(&self, connection: &mut PgConnection, tenant: &Tenant) -> Result<bool> {
        if self.wall(connection).await? != Wall::Up {
            return Ok(false);
        }
        if !self.known().contains(&tenant.id) {
            store::ensure(connection, tenant).await?;
            self.known().insert(tenant.id);
        }
        Ok(true)
    }

    /// Lets the connection reach the tenant's schema alone; answers whether it does now.
    pub(crate) async fn enter(&self, connection: &mut PgConnection, tenant: &Tenant) -> Result<bool> {
        let stands = self.stands(connection, tenant).await?;
        if stands {
            let entered = store::enter(connection, tenant).await;
            self.unless_gone(tenant, entered)?;
        }
        Ok(stands)
    }

    /// A transaction on a connection of a pool that reaches the tenant's schema alone.
    pub(crate) async fn begin(&self, pool: &PgPool, tenant: &Tenant) -> Result<PgTransaction<'static>> {
        let stands = match self.wall.get() {
            Some(Wall::Up) if self.known().contains(&tenant.id) => true,
            Some(Wall::Off | Wall::NotAllowed) => false,
            _ => self.stands(&mut *pool.acquire().await?, tenant).await?,
        };
        let begun = store::begin(pool, stands.then_some(tenant)).await;
        self.unless_gone(tenant, begun)
    }

    /// A role may have been dropped by somebody else: the next one makes it again.
    fn unless_gone<T>(&self, tenant: &Tenant, outcome: sqlx::Result<T>) -> Result<T> {
        if outcome.is_err() {
            self.forget(tenant);
        }
        Ok(outcome?)
    }

    fn forget(&self, tenant: &Tenant) {
        self.known().remove(&tenant.id);
    }

    fn known(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// The same engine without walls, as where connections come through something that does not keep their role.
    pub fn without_walls(self) -> Self {
        // Whoever asked first has said so already.
        let _ = self.inner.walls.wall.set(Wall::Off);
        self
    }

    /// The same engine where a pooler hands each session to many: what is set for one would be another's.
    pub fn behind_pooler(self) -> Self {
        self.inner.is_pooled.store(true, Ordering::Relaxed);
        self.without_walls()
    }

    /// Whether a session is not one's own.
    pub(crate) fn is_pooled(&self) -> bool {
        self.inner.is_pooled.load(Ordering::Relaxed)
    }

    /// Whether tenants have walls here.
    pub async fn wall(&self) -> Result<Wall> {
        let mut connection = self.pool().acquire().await?;
        self.inner.walls.wall(&mut connection).await
    }

    /// A connection of the pool that reaches the tenant's schema alone.
    pub(crate) async fn connection(&self, tenant: &Tenant) -> Result<Lane> {
        self.inner.reading.fresh(tenant).await
    }

    /// A transaction that reaches the tenant's schema alone, in the round trip that it takes to begin one anyway.
    pub(crate) async fn begin_within(&self, tenant: &Tenant) -> Result<PgTransaction<'static>> {
        self.inner.walls.begin(self.pool(), tenant).await
    }

    /// Gives the tenant its role within the caller's transaction, where there are walls.
    pub(crate) async fn raise_wall(&self, connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
        match self.inner.walls.wall(connection).await? {
            Wall::Up => store::raise(connection, tenant).await,
            Wall::Off | Wall::NotAllowed => Ok(()),
        }
    }

    /// Whether the tenant lacks what [`raise_wall`](Self::raise_wall) gives.
    pub(crate) async fn lacks_wall(&self, connection: &mut PgConnection, tenant: &Tenant) -> Result<bool> {
        let wall = self.inner.walls.wall(connection).await?;
        Ok(wall == Wall::Up && !store::has_role(connection, tenant).await?)
    }

    /// Where the tenant's role may less than it should, or more.
    pub(crate) async fn doctor_wall(
        &self,
        connection: &mut PgConnection,
        tenant: &Tenant,
    ) -> Result<Vec<Drift>> {
        if self.inner.walls.wall(connection).await? != Wall::Up {
            return Ok(Vec::new());
        }
        let role = store::role_of(tenant);
        if !store::has_role(connection, tenant).await? {
            return Ok(vec![Drift::MissingRole { role }]);
        }
        let mut drifts = Vec::new();
        let rights = store::list_powers(connection, tenant).await?;
        if !rights.is_empty() {
            drifts.push(Drift::OpenRole { role, rights });
        }
        for store::Held { table, missing, excess } in store::list_held(connection, tenant).await? {
            if !missing.is_empty() {
                drifts.push(Drift::ClosedTable { table: table.clone(), rights: missing });
            }
            if !excess.is_empty() {
                drifts.push(Drift::OpenTable { table, rights: excess });
            }
        }
        Ok(drifts)
    }

    /// Gives the tenant's role what it lacks on tables, and takes what it should not have there; answers whether anything
    /// was wrong. What the role is by itself, as a superuser, is for whoever made it so.
    pub async fn mend_wall(&self, tenant: &Tenant) -> Result<bool> {
        let mut transaction = self.pool().begin().await?;
        lock_state(&mut transaction, tenant).await?;
        let is_wrong = !self.doctor_wall(&mut transaction, tenant).await?.is_empty();
        if is_wrong {
            store::raise(&mut transaction, tenant).await?;
            for held in store::list_held(&mut transaction, tenant).await? {
                if !held.excess.is_empty() {
                    store::take(&mut transaction, tenant, &held).await?;
                }
            }
        }
        transaction.commit().await?;
        Ok(is_wrong)
    }

    /// Takes the role of a tenant away whose schema is gone; answers whether none is left. A copy of the database in the
    /// same cluster may still use it.
    pub(crate) async fn raze_wall(&self, tenant: &Tenant) -> Result<bool> {
        self.inner.walls.forget(tenant);
        match store::drop_role(self.pool(), tenant).await {
            Err(Error::Database(error)) if store::is_needed(&error) => {
                tracing::warn!(tenant = tenant.slug, %error, "the role of the tenant stays");
                Ok(false)
            }
            outcome => outcome.map(|()| true),
        }
    }
}
