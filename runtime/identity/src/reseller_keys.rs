//! Keys of resellers: what a shop shows that makes tenants. Such a key is no caller in any tenant, and no tenant's key
//! is one of these; which tenants are a reseller's is `tenancy`'s business.

use uuid::Uuid;

use crate::Identity;
use crate::error::{AuthError, Result};
use crate::secret::{RESELLER_MARK, Secret, hash};

mod store;

impl Identity {
    /// Makes a reseller's key, the only one there is from now on. This is the only moment at which it can be read.
    pub async fn create_reseller_key(&self, reseller: Uuid) -> Result<Secret> {
        let (key, now) = (Secret::new_reseller_key(), self.clock.now());
        let mut transaction = self.pool.begin().await?;
        store::revoke_all(&mut transaction, reseller, now).await?;
        store::insert(&mut transaction, reseller, (key.hash(), &key.prefix()), now).await?;
        transaction.commit().await?;
        Ok(key)
    }

    /// The reseller who shows this key; asked of the database each time, so that a revoked one never works again.
    pub async fn authenticate_reseller(&self, key: &str) -> Result<Uuid, AuthError> {
        if !key.starts_with(RESELLER_MARK) {
            return Err(AuthError::Unknown);
        }
        store::load_reseller(&self.pool, hash(key)).await?.ok_or(AuthError::Unknown)
    }
}
