//! Who sells tenants to others, and what they may do with their own. Which key a reseller shows is `identity`'s
//! business; that a reseller sees no other's tenants is held here, in one place.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event};
use crate::tenants::{Listed, Status, check_name};
use crate::{Feature, Tenants, store};

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
    /// Whether it sends nothing and does nothing by time.
    pub quiet: Option<bool>,
    /// Otherwise than its plan says; `None` is as that says again.
    pub features: BTreeMap<Feature, Option<bool>>,
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

    /// Changes a tenant: all that is named, or nothing. Another plan holds for its next request on this node, within seconds on others.
    pub async fn patch(&self, listed: &Listed, patch: &Patch, by: By) -> Result<()> {
        if let Some(name) = &patch.name {
            check_name(name)?;
        }
        if let Some(plan) = &patch.plan {
            self.find_plan(plan).await?;
        }
        let (tenant, name) = (&listed.tenant, patch.name.as_deref().map(str::trim));
        let mut held = self.pool().begin().await?;
        let before = store::lock_row(&mut held, tenant.id).await?.map(Listed::from);
        // Of one that goes there may be no schema any more.
        let before = before.filter(|listed| listed.status != Status::Deleting).ok_or(Error::NotFound)?;
        store::update(&mut *held, tenant.id, (name, patch.plan.as_deref())).await?;
        let mut changed = serde_json::Map::new();
        for (key, old, new) in [
            ("name", Some(before.name.as_str()), name),
            ("plan", before.plan.as_deref(), patch.plan.as_deref()),
        ] {
            if new.is_some() && new != old {
                changed.insert(key.into(), json!([old, new]));
            }
        }
        if !changed.is_empty() {
            Event::new(tenant.id, by, "changed").with(changed.into()).put(&mut held).await?;
        }
        if !patch.features.is_empty() {
            self.say_features(&mut held, &before, (&patch.features, by)).await?;
        }
        if let Some(quiet) = patch.quiet {
            self.turn_quiet(&mut held, &before, (quiet, by)).await?;
        }
        held.commit().await?;
        self.meters.renew(self, tenant).await
    }
}

impl Listed {
    /// Whether its schema is whole.
    pub fn is_whole(&self) -> bool {
        matches!(self.status, Status::Active | Status::Suspended | Status::Waiting)
    }
}
