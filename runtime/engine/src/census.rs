//! How much there is of a tenant, counted whole: for whoever deletes it.

use std::collections::BTreeMap;

use crate::Engine;
use crate::audit::chain::{Block, Hex};
use crate::context::Tenant;
use crate::error::Result;
use crate::store;

/// Rows of each table, and how far the audit log is.
#[derive(Clone, Debug, Default)]
pub struct Census {
    pub rows: BTreeMap<String, i64>,
    pub head: Option<Block>,
}

impl Engine {
    /// Counts all of it; of a tenant whose schema is gone nothing.
    pub async fn census(&self, tenant: &Tenant) -> Result<Census> {
        let mut transaction = self.pool().begin().await?;
        let rows = store::count_rows(&mut transaction, tenant).await?;
        transaction.commit().await?;
        let head = if rows.contains_key("_audit_blocks") { self.audit_head(tenant).await? } else { None };
        Ok(Census { rows, head })
    }

    /// Signs a statement with the key that this node seals with: public key and signature; nothing without one.
    pub fn attest(&self, statement: &str) -> Option<(Hex, Hex)> {
        self.inner.sealing.get().map(|key| (key.public(), key.attest(statement)))
    }
}
