//! Which tenants have left something for later: rows of the audit log to seal, jobs, totals to refresh. The statistics of
//! the database tell in one short query, so that a tenant in which nothing happens costs nothing, however many there
//! are. They are told some seconds late and are lost when the database crashes: whoever relies on this looks at all
//! tenants too, now and then.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::context::Tenant;
use crate::error::Result;
use crate::{Engine, store};

/// Schemas of the tenants that have left something.
#[derive(Clone, Debug, Default)]
pub struct Leftovers {
    /// Rows of the audit log that are not sealed.
    pub rows: HashSet<String>,
    /// Jobs, and totals to refresh; each with a number that is another one when any has come, gone or changed.
    pub work: HashMap<String, i64>,
}

impl Engine {
    /// What tenants have left, as the database's statistics know it.
    pub async fn leftovers(&self) -> Result<Leftovers> {
        let mut found = Leftovers::default();
        for (schema, table, changes) in store::list_leftovers(self.pool()).await? {
            match table.as_str() {
                "_audit_tail" => drop(found.rows.insert(schema)),
                _ => *found.work.entry(schema).or_default() += changes,
            }
        }
        Ok(found)
    }

    /// From when on there is something to do for a tenant, if anything waits; as it is, and without loading its metadata.
    pub async fn next_work(&self, tenant: &Tenant) -> Result<Option<DateTime<Utc>>> {
        store::next_work(self.pool(), tenant).await
    }
}
