//! Passwords of a tenant that moves: only their hashes, and only when its operator says so.

use chrono::{DateTime, Utc};
use engine::Tenant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store;
use crate::Identity;
use crate::error::Result;

/// What proves who a user is, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredPassword {
    pub user_id: Uuid,
    /// PHC string: algorithm, parameters, salt and hash.
    pub password_hash: String,
    pub changed_at: DateTime<Utc>,
}

impl Identity {
    /// The hashes of all passwords of a tenant.
    pub async fn list_passwords(&self, tenant: &Tenant) -> Result<Vec<StoredPassword>> {
        let rows = store::load_passwords(&self.pool, tenant.id).await?;
        let stored =
            |(user_id, password_hash, changed_at)| StoredPassword { user_id, password_hash, changed_at };
        Ok(rows.into_iter().map(stored).collect())
    }

    /// Whether somebody has one.
    pub async fn has_password(&self, tenant: &Tenant, user: Uuid) -> Result<bool> {
        Ok(store::load_password(&self.pool, tenant.id, user).await?.is_some())
    }

    /// Puts them into a tenant that nobody can sign in to yet.
    pub async fn put_passwords(&self, tenant: &Tenant, passwords: &[StoredPassword]) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        for one in passwords {
            let place = (tenant.id, one.user_id);
            store::put_password(&mut *transaction, place, &one.password_hash, one.changed_at).await?;
        }
        Ok(transaction.commit().await?)
    }
}
