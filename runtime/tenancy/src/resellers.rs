//! Who sells tenants to others, and what they may do with their own. Which key a reseller shows is `identity`'s
//! business; that a reseller sees no other's tenants is held here, in one place.

use chrono::{DateTime, Utc};
use engine::Tenant;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::tenants::{Listed, Status, check_name};
use crate::{Tenants, store};

/// One reseller as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reseller {
    pub id: Uuid,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub tenants: u64,
}

/// What to change about a tenant; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub plan: Option<String>,
}

impl Tenants {
    /// Makes a reseller; a name is had once.
    pub async fn create_reseller(&self, name: &str) -> Result<Uuid> {
        let (id, name) = (Uuid::now_v7(), name.trim());
        check_name(name).map_err(|_| Error::Reseller)?;
        let made = store::resellers::insert(self.pool(), id, name, Utc::now()).await?;
        if made { Ok(id) } else { Err(Error::Reseller) }
    }

    /// All resellers by name.
    pub async fn list_resellers(&self) -> Result<Vec<Reseller>> {
        let rows = store::resellers::load_all(self.pool()).await?;
        let reseller = |(id, name, created_at, tenants): (_, _, _, i64)| Reseller {
            id,
            name,
            created_at,
            tenants: tenants.cast_unsigned(),
        };
        Ok(rows.into_iter().map(reseller).collect())
    }

    /// A page of a reseller's tenants by slug, after `after`.
    pub async fn list_of(&self, reseller: Uuid, (after, limit): (&str, u32)) -> Result<Vec<Listed>> {
        let rows = store::load_of(self.pool(), reseller, (after, i64::from(limit))).await?;
        Ok(rows.into_iter().map(Listed::from).collect())
    }

    /// A reseller's tenant by its id or slug; another's is not there.
    pub async fn find_of(&self, reseller: Uuid, word: &str) -> Result<Listed> {
        let by_id = match Uuid::parse_str(word) {
            Ok(id) => store::load_by_id(self.pool(), id).await?,
            Err(_) => None,
        };
        let row = match by_id {
            Some(row) => Some(row),
            None => store::load_by_slug(self.pool(), word).await?,
        };
        row.map(Listed::from).filter(|listed| listed.reseller == Some(reseller)).ok_or(Error::NotFound)
    }

    /// Changes a tenant. Another plan holds for its next request on this node, within seconds on others.
    pub async fn patch(&self, tenant: &Tenant, patch: &Patch) -> Result<()> {
        if let Some(name) = &patch.name {
            check_name(name)?;
        }
        if let Some(plan) = &patch.plan {
            self.find_plan(plan).await?;
        }
        let name = patch.name.as_deref().map(str::trim);
        store::update(self.pool(), tenant.id, (name, patch.plan.as_deref())).await?;
        self.meters.renew(self, tenant).await
    }

    /// Shuts a tenant: all is kept, nobody gets in, from the next request on and on every node.
    pub async fn suspend(&self, tenant: &Tenant) -> Result<()> {
        self.put_suspended(tenant, Some(Utc::now())).await
    }

    /// Opens it again.
    pub async fn resume(&self, tenant: &Tenant) -> Result<()> {
        self.put_suspended(tenant, None).await
    }

    /// The counter is bumped after the commit, so that nobody keeps what was true before under the new counter. In a
    /// task of its own: who hangs up must not part the two.
    async fn put_suspended(&self, tenant: &Tenant, at: Option<DateTime<Utc>>) -> Result<()> {
        let (tenants, tenant) = (self.clone(), tenant.clone());
        let task = tokio::spawn(async move {
            store::update_suspended(tenants.pool(), tenant.id, at).await?;
            tenants.engine().touch_access(&tenant).await.map_err(Error::from)
        });
        task.await.map_err(|_| Error::NotFound)?
    }
}

impl Listed {
    /// Whether its schema is whole.
    pub fn is_whole(&self) -> bool {
        matches!(self.status, Status::Active | Status::Suspended)
    }
}
