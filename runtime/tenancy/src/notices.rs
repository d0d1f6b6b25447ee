//! What a reseller is told of its tenants that nobody does to them as such: a limit is reached, a package came or went.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::{Tenant, Usage};
use serde_json::json;
use sqlx::PgConnection;

use crate::error::Result;
use crate::events::{By, Event};
use crate::{Limits, Tenants, store};

impl Tenants {
    /// Notes which limits a tenant has reached, each once a day.
    pub(crate) async fn note_limits(
        &self,
        tenant: &Tenant,
        (limits, usage): (Limits, Usage),
        now: DateTime<Utc>,
    ) -> Result<()> {
        let all = [
            ("records", limits.records, usage.records),
            ("users", limits.users, usage.users),
            ("storage_bytes", limits.storage_bytes, usage.bytes),
        ];
        for (what, limit, used) in all {
            if let Some(limit) = limit.filter(|limit| used >= *limit) {
                self.note_limit(tenant, (what, limit), now).await?;
            }
        }
        Ok(())
    }

    /// Notes one, once a day.
    pub(crate) async fn note_limit(
        &self,
        tenant: &Tenant,
        (what, limit): (&str, u64),
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut held = self.pool().begin().await?;
        if store::notices::put_limit(&mut held, (tenant.id, what), now.date_naive()).await? {
            let details = json!({ "limit": what, "allowed": limit });
            Event::new(tenant.id, By::Trellis, "limit_reached").with(details).put(&mut held).await?;
        }
        Ok(held.commit().await?)
    }

    /// Compares a tenant's packages with those of which it was told, and notes what came, changed and went; after each
    /// change of packages, and by the workers when somebody died before it.
    pub async fn note_packages(&self, tenant: &Tenant) -> Result<()> {
        let row = store::load_by_id(self.pool(), tenant.id).await?;
        if row.is_none_or(|row| row.reseller_id.is_none()) {
            return Ok(());
        }
        // Nothing is held while they are loaded, which takes connections of its own: so whoever has noted others meanwhile
        // has them loaded anew.
        loop {
            let known = store::notices::list_packages(self.pool(), tenant.id).await?;
            let context = self.engine().system_context(tenant, "packages").await?;
            let installed = self.engine().installed_packages(&context).await?;
            let now: BTreeMap<String, String> =
                installed.into_iter().map(|(name, one)| (name, one.manifest.version.to_string())).collect();
            if now == known {
                return Ok(());
            }
            let mut held = self.pool().begin().await?;
            if !store::notices::lock_sold(&mut held, tenant.id).await? {
                return Ok(());
            }
            if store::notices::list_packages(&mut *held, tenant.id).await? == known {
                note(&mut held, tenant, (&known, &now)).await?;
                return Ok(held.commit().await?);
            }
        }
    }
}

/// What came, changed and went, and what is known from here on.
async fn note(
    held: &mut PgConnection,
    tenant: &Tenant,
    (known, now): (&BTreeMap<String, String>, &BTreeMap<String, String>),
) -> Result<()> {
    for (name, version) in now {
        let (action, from) = match known.get(name) {
            Some(from) if from == version => continue,
            Some(from) => ("package_upgraded", Some(from)),
            None => ("package_installed", None),
        };
        let details = json!({ "package": name, "version": version, "from": from });
        Event::new(tenant.id, By::Trellis, action).with(details).put(held).await?;
    }
    for (name, version) in known.iter().filter(|(name, _)| !now.contains_key(*name)) {
        let details = json!({ "package": name, "version": version });
        Event::new(tenant.id, By::Trellis, "package_removed").with(details).put(held).await?;
    }
    Ok(store::notices::put_packages(held, tenant.id, now).await?)
}
