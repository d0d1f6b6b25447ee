//! Which tenants have left something for later: rows of the audit log to seal, jobs, totals to refresh. The statistics of
//! the database tell in one short query, so that a tenant in which nothing happens costs nothing, however many there
//! are. They are told some seconds late and are lost when the database crashes: whoever relies on this looks at all
//! tenants too, now and then.

use std::collections::HashSet;

use crate::context::Tenant;
use crate::error::Result;
use crate::{Engine, store};

/// Schemas of the tenants that have left something.
#[derive(Clone, Debug, Default)]
pub struct Leftovers {
    /// Rows of the audit log that are not sealed.
    pub rows: HashSet<String>,
    /// Jobs, and totals to refresh.
    pub work: HashSet<String>,
}

impl Engine {
    /// What tenants have left, as the database's statistics know it.
    pub async fn leftovers(&self) -> Result<Leftovers> {
        let mut found = Leftovers::default();
        for (schema, table) in store::list_leftovers(self.pool()).await? {
            let of = if table == "_audit_tail" { &mut found.rows } else { &mut found.work };
            of.insert(schema);
        }
        Ok(found)
    }

    /// Whether a tenant has left work; as it is, and without loading its metadata.
    pub async fn has_work(&self, tenant: &Tenant) -> Result<bool> {
        store::has_work(self.pool(), tenant).await
    }
}
