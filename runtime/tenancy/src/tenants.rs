//! Making, finding and deleting tenants. Whatever is cut off half way is finished by doing it again.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::{Engine, Tenant};
use sqlx::{PgPool, PgTransaction};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::founding::Sandbox;
use crate::usage::Meters;
use crate::webhooks::Carried;
use crate::{Slug, store};

/// Tenants that a node makes or deletes at the same time.
const TURNS: usize = 2;

/// All tenants of the installation. What is remembered of them are counts, so it is never out of date.
#[derive(Clone)]
pub struct Tenants {
    engine: Engine,
    pool: PgPool,
    turns: Arc<Semaphore>,
    pub(crate) meters: Meters,
    pub(crate) carried: Carried,
}

/// One tenant as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub tenant: Tenant,
    /// Name for people.
    pub name: String,
    pub status: Status,
    pub created_at: DateTime<Utc>,
    /// Who has sold it.
    pub reseller: Option<Uuid>,
    /// Without one nothing is limited.
    pub plan: Option<String>,
    pub suspended_at: Option<DateTime<Utc>>,
    /// When one that waits is deleted for good.
    pub delete_at: Option<DateTime<Utc>>,
    /// What it is a copy of, to try things in.
    pub sandbox: Option<Sandbox>,
    /// It sends no mails, and nothing happens in it by time alone.
    pub quiet: bool,
}

/// Where a tenant is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its schema may be half made; creating it again finishes that.
    Creating,
    /// Served.
    Active,
    /// All is there, nobody gets in.
    Suspended,
    /// Shut, and whole until a moment; then it is deleted.
    Waiting,
    /// Its schema may be half gone; deleting it again finishes that.
    Deleting,
}

impl Tenants {
    /// The tenants of the platform tables in `pool`; `engine` makes and drops their schemas.
    pub fn new(engine: Engine, pool: PgPool) -> Self {
        Self {
            engine,
            pool,
            turns: Arc::new(Semaphore::new(TURNS)),
            meters: Meters::default(),
            carried: Carried::default(),
        }
    }

    /// The name of the master key that wraps the keys of tenants, if there ever was one.
    pub async fn master_key(&self) -> Result<Option<String>> {
        Ok(store::load_master_key(&self.pool).await?)
    }

    /// Says that the master key of this name wraps keys from now on, unless another one does; answers which one does.
    pub async fn claim_master_key(&self, name: &str) -> Result<String> {
        store::put_master_key(&self.pool, name, Utc::now()).await?;
        Ok(store::load_master_key(&self.pool).await?.unwrap_or_else(|| name.to_owned()))
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) fn turns(&self) -> &Semaphore {
        &self.turns
    }

    /// A transaction that keeps others from something while other connections do what takes long.
    pub(crate) async fn hold(&self) -> Result<PgTransaction<'static>> {
        let mut held = self.pool.begin().await?;
        store::allow_idle(&mut held).await?;
        Ok(held)
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

    /// The same, where it is told why there is none.
    pub async fn require(&self, slug: &str) -> Result<Tenant> {
        match self.require_any(slug).await? {
            (tenant, false) => Ok(tenant),
            (tenant, true) => Err(Error::Suspended(tenant.slug)),
        }
    }

    /// The tenant called `slug`, and whether it is suspended.
    pub(crate) async fn require_any(&self, slug: &str) -> Result<(Tenant, bool)> {
        open(store::load_by_slug(&self.pool, slug).await?.map(Listed::from).ok_or(Error::NotFound)?)
    }

    /// The active tenant with this id.
    pub async fn find_by_id(&self, id: Uuid) -> Result<Option<Tenant>> {
        Ok(active(store::load_by_id(&self.pool, id).await?))
    }

    /// The tenant with this id, whatever it is at.
    pub async fn find_listed(&self, id: Uuid) -> Result<Option<Listed>> {
        Ok(store::load_by_id(&self.pool, id).await?.map(Listed::from))
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

    /// Brings the schemas of all tenants that are whole to this version; at every start. Those that are known to be there
    /// are not looked at.
    pub async fn upgrade(&self) -> Result<()> {
        for row in store::load_below(&self.pool, engine::schema::LEVEL).await? {
            let tenant = Listed::from(row).tenant;
            self.engine.upgrade_schema(&tenant).await?;
            store::update_level(&self.pool, tenant.id, engine::schema::LEVEL).await?;
        }
        Ok(())
    }

    async fn make(&self, slug: &str, name: &str) -> Result<(Tenant, Made)> {
        let slug = Slug::parse(slug)?;
        check_name(name)?;
        let mut lock = self.hold().await?;
        store::lock(&mut lock, slug.as_str()).await?;
        let listed = self.load_or_insert(&slug, name).await?;
        match listed.status {
            Status::Active | Status::Suspended | Status::Waiting => return Ok((listed.tenant, Made::Before)),
            Status::Deleting => return Err(Error::Deleting(slug)),
            // A reseller's, or a copy: it is theirs to finish.
            Status::Creating if listed.reseller.is_some() || listed.sandbox.is_some() => {
                return Err(Error::Taken(slug));
            }
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
        let row = store::Insert {
            id: Uuid::now_v7(),
            slug: slug.as_str(),
            name: name.trim(),
            schema: &schema,
            reseller: None,
            plan: None,
            sandbox: None,
        };
        store::insert(&self.pool, row).await?;
        store::load_by_slug(&self.pool, slug.as_str()).await?.map(Listed::from).ok_or(Error::NotFound)
    }
}

/// A tenant that is whole, and whether it is shut.
pub(crate) fn open(listed: Listed) -> Result<(Tenant, bool)> {
    match listed.status {
        Status::Active => Ok((listed.tenant, false)),
        Status::Suspended | Status::Waiting => Ok((listed.tenant, true)),
        Status::Creating | Status::Deleting => Err(Error::NotFound),
    }
}

/// A name for people.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let wrong = name.trim().is_empty() || name.chars().count() > 200;
    if wrong { Err(Error::Name) } else { Ok(()) }
}

/// Whether a tenant was there before it was asked for.
enum Made {
    Now,
    Before,
}

fn active(row: Option<store::Row>) -> Option<Tenant> {
    row.map(Listed::from).filter(|listed| listed.status == Status::Active).map(|listed| listed.tenant)
}

impl Status {
    /// What the word of the table means for a tenant that waits to be deleted or does not.
    pub(crate) fn of(word: &str, waits: bool) -> Self {
        match word {
            "active" => Self::Active,
            "suspended" if waits => Self::Waiting,
            "suspended" => Self::Suspended,
            "creating" => Self::Creating,
            // The table's check allows no other word; an unknown one is not served.
            _ => Self::Deleting,
        }
    }

    /// The word that people and programs read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Waiting => "pending_delete",
            Self::Deleting => "deleting",
        }
    }
}

impl From<store::Row> for Listed {
    fn from(row: store::Row) -> Self {
        let status = Status::of(&row.status, row.delete_at.is_some());
        Self {
            tenant: Tenant { id: row.id, slug: row.slug, schema: row.schema_name },
            name: row.name,
            status,
            created_at: row.created_at,
            reseller: row.reseller_id,
            plan: row.plan,
            suspended_at: row.suspended_at,
            delete_at: row.delete_at,
            sandbox: row.sandbox_of.zip(row.sandbox).map(|(of, scope)| Sandbox { of, scope }),
            quiet: row.quiet,
        }
    }
}
