//! Keys that values are stored encrypted under. Each tenant has keys of its own in its schema (`_keys`), wrapped by the
//! installation's one master key, which is a file or a setting and never in the database: who has the database, or a
//! copy of it, has no value.
//!
//! Reading order: [`envelope`] (one value as ciphertext), [`ring`] (the keys of one tenant), [`store`] (`_keys`),
//! [`rotate`] (a new key, and what is stored written anew with it), [`json`] (values within JSON of PostgreSQL's).

use std::sync::{Arc, OnceLock};

use sqlx::PgConnection;
use uuid::Uuid;

use crate::Engine;
use crate::context::Tenant;
use crate::error::{Error, Result};

mod derived;
mod envelope;
pub(crate) mod json;
mod ring;
mod seal;
pub(crate) mod rotate;
pub(crate) mod store;

pub use derived::signature;
pub use envelope::MasterKey;
pub use ring::{KeyRing, Place};
pub use rotate::Sealed;
pub(crate) use seal::{MASKED, PLAIN, Seal, UNREADABLE, UNREADABLE_CODE, shown_change};

/// Where the engine has its master key, if it has one; shared by all who need it.
#[derive(Clone, Default)]
pub(crate) struct Vault(Arc<OnceLock<MasterKey>>);

impl Vault {
    pub(crate) fn master(&self) -> Option<&MasterKey> {
        self.0.get()
    }
}

impl Engine {
    /// Says which key wraps the keys of tenants. The first one said counts.
    pub fn protect_with(&self, key: MasterKey) {
        // Whoever was first has put in the same.
        let _ = self.vault().0.set(key);
    }

    /// The tenant's keys, made when it has none yet. Without the master key that wraps them they are locked, and
    /// whoever uses them is told so.
    pub async fn keys(&self, tenant: &Tenant) -> Result<Arc<KeyRing>> {
        let mut connection = self.pool().acquire().await?;
        self.keys_in(&mut connection, tenant).await
    }

    /// The same within a transaction of the caller's.
    pub async fn keys_in(&self, connection: &mut PgConnection, tenant: &Tenant) -> Result<Arc<KeyRing>> {
        ensure(connection, tenant, self.vault()).await
    }
}

/// After a tenant was loaded from the archive of another: its keys are wrapped for it, or forgotten where nothing of the
/// archive is encrypted.
pub(crate) async fn adopt(
    connection: &mut PgConnection,
    (from, to): (Uuid, &Tenant),
    (vault, is_needed): (&Vault, bool),
) -> Result<()> {
    let rows = store::load(connection, to).await?;
    if from == to.id || rows.is_empty() {
        return Ok(());
    }
    store::clear(connection, to).await?;
    if !is_needed {
        return Ok(());
    }
    let missing =
        || Error::Locked("the archive has encrypted values, and there is no master key here".into());
    let master = vault.master().ok_or_else(missing)?;
    store::put(connection, to, &ring::moved((from, to), rows, master)?).await
}

/// The keys of a tenant, the first of them made where there are none.
pub(crate) async fn ensure(
    connection: &mut PgConnection,
    tenant: &Tenant,
    vault: &Vault,
) -> Result<Arc<KeyRing>> {
    let rows = store::load(connection, tenant).await?;
    if !rows.is_empty() {
        return Ok(Arc::new(KeyRing::unwrap(tenant, rows, vault.master())));
    }
    let Some(master) = vault.master() else { return Ok(Arc::new(KeyRing::locked(tenant))) };
    store::put(connection, tenant, &ring::first(tenant, master)?).await?;
    // Another node may have been faster: what is stored counts.
    let rows = store::load(connection, tenant).await?;
    Ok(Arc::new(KeyRing::unwrap(tenant, rows, Some(master))))
}
