//! Making, finding and deleting tenants. Whatever is cut off half way is finished by doing it again.

use chrono::{DateTime, Utc};
use engine::{Engine, Tenant};
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::{Slug, store};

/// All tenants of the installation. Keeps nothing in memory, so it is never out of date.
#[derive(Clone)]
pub struct Tenants {
    engine: Engine,
    pool: PgPool,
}

/// One tenant as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub tenant: Tenant,
    /// Name for people.
    pub name: String,
    pub status: Status,
    pub created_at: DateTime<Utc>,
}

/// Where a tenant is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its schema may be half made; creating it again finishes that.
    Creating,
    /// Served.
    Active,
    /// Its schema may be half gone; deleting it again finishes that.
    Deleting,
}

impl Tenants {
    /// The tenants of the platform tables in `pool`; `engine` makes and drops their schemas.
    pub fn new(engine: Engine, pool: PgPool) -> Self {
        Self { engine, pool }
    }

    /// Makes a tenant, or finishes one that was left half made. `Taken` when it is there already.
    pub async fn create(&self, slug: &str, name: &str) -> Result<Tenant> {
        match self.make(slug, name).await? {
            (tenant, Made::Now) => Ok(tenant),
            (_, Made::Before) => Err(Error::Taken(Slug::parse(slug)?)),
        }
    }

    /// The tenant called `slug`, made when it is not there; for the first tenant at every start.
    pub async fn ensure(&self, slug: &str, name: &str) -> Result<Tenant> {
        Ok(self.make(slug, name).await?.0)
    }

    /// The active tenant called `slug`.
    pub async fn find(&self, slug: &str) -> Result<Option<Tenant>> {
        Ok(active(store::load_by_slug(&self.pool, slug).await?))
    }

    /// The active tenant with this id.
    pub async fn find_by_id(&self, id: Uuid) -> Result<Option<Tenant>> {
        Ok(active(store::load_by_id(&self.pool, id).await?))
    }

    /// The name for people of the tenant with this id.
    pub async fn find_name(&self, id: Uuid) -> Result<Option<String>> {
        Ok(store::load_by_id(&self.pool, id).await?.map(|row| Listed::from(row).name))
    }

    /// The only active tenant; `None` when there is none, `Ambiguous` when there are several.
    pub async fn only(&self) -> Result<Option<Tenant>> {
        let mut rows = store::load_two_active(&self.pool).await?;
        if rows.len() > 1 {
            return Err(Error::Ambiguous);
        }
        Ok(active(rows.pop()))
    }

    /// All tenants by slug, those half made or half gone among them.
    pub async fn list(&self) -> Result<Vec<Listed>> {
        Ok(store::load_all(&self.pool).await?.into_iter().map(Listed::from).collect())
    }

    /// Brings the schemas of all active tenants to this version; at every start.
    pub async fn upgrade(&self) -> Result<()> {
        for listed in self.list().await? {
            if listed.status == Status::Active {
                self.engine.upgrade_schema(&listed.tenant).await?;
            }
        }
        Ok(())
    }

    /// Deletes a tenant with all its records, users, sessions and keys, for good.
    pub async fn delete(&self, slug: &str) -> Result<()> {
        let mut lock = self.pool.begin().await?;
        store::lock(&mut lock, slug).await?;
        let row = store::load_by_slug(&self.pool, slug).await?.ok_or(Error::NotFound)?;
        let tenant = Listed::from(row).tenant;
        // Committed by itself, before the schema goes: from here on nobody signs in.
        store::update_status(&self.pool, tenant.id, "deleting").await?;
        self.engine.drop_schema(&tenant).await?;
        store::delete(&mut *lock, tenant.id).await?;
        Ok(lock.commit().await?)
    }

    async fn make(&self, slug: &str, name: &str) -> Result<(Tenant, Made)> {
        let slug = Slug::parse(slug)?;
        if name.trim().is_empty() || name.chars().count() > 200 {
            return Err(Error::Name);
        }
        let mut lock = self.pool.begin().await?;
        store::lock(&mut lock, slug.as_str()).await?;
        let listed = self.load_or_insert(&slug, name).await?;
        match listed.status {
            Status::Active => return Ok((listed.tenant, Made::Before)),
            Status::Deleting => return Err(Error::Deleting(slug)),
            Status::Creating => {}
        }
        self.engine.create_schema(&listed.tenant).await?;
        store::update_status(&mut *lock, listed.tenant.id, "active").await?;
        lock.commit().await?;
        Ok((listed.tenant, Made::Now))
    }

    /// The row is committed before the schema is made, so that a half-made tenant shows in the list.
    async fn load_or_insert(&self, slug: &Slug, name: &str) -> Result<Listed> {
        if let Some(row) = store::load_by_slug(&self.pool, slug.as_str()).await? {
            return Ok(row.into());
        }
        let schema = Tenant::schema_of(slug.as_str());
        store::insert(&self.pool, Uuid::now_v7(), slug.as_str(), name.trim(), &schema).await?;
        store::load_by_slug(&self.pool, slug.as_str()).await?.map(Listed::from).ok_or(Error::NotFound)
    }
}

/// Whether a tenant was there before it was asked for.
enum Made {
    Now,
    Before,
}

fn active(row: Option<store::Row>) -> Option<Tenant> {
    row.map(Listed::from).filter(|listed| listed.status == Status::Active).map(|listed| listed.tenant)
}

impl From<store::Row> for Listed {
    fn from((id, slug, name, schema, status, created_at): store::Row) -> Self {
        let status = match status.as_str() {
            "active" => Status::Active,
            "creating" => Status::Creating,
            // The table's check allows no other word; an unknown one is not served.
            _ => Status::Deleting,
        };
        Self { tenant: Tenant { id, slug, schema }, name, status, created_at }
    }
}
