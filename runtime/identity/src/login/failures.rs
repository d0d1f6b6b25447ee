//! Failed sign-ins by account and by address: counted in the database, so that a lock holds on every node, and each
//! failure past the limit doubles the wait. An account counts whether it exists or not.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use sqlx::PgPool;

use super::store;
use crate::addresses::household;
use crate::secret::{SecretHash, hash};
use crate::security::Lockout;

/// Whose failures are counted.
pub(crate) struct Attempt {
    account: Option<SecretHash>,
    address: Option<SecretHash>,
}

/// A lock that turns an attempt away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lock {
    /// Until the next attempt may be made.
    pub wait: Duration,
    /// Failures that are allowed before a wait.
    pub limit: u32,
}

/// What is known of one subject.
pub(crate) struct Counted {
    pub subject: Vec<u8>,
    pub locked_until: Option<DateTime<Utc>>,
}

/// How one subject's failures are counted.
pub(crate) struct Counting {
    pub subject: SecretHash,
    pub most: i32,
}

impl Attempt {
    /// Loopback is not counted as an address: that is a proxy on this machine, and stands for everybody.
    pub fn new(tenant: &Tenant, email: &str, ip: Option<IpAddr>) -> Self {
        let address = ip.map(household).filter(|ip| !ip.is_loopback());
        // Hashed, so that a long text takes no more room than a short one, and the table names nobody.
        Self {
            account: Some(hash(&format!("account {} {email}", tenant.id))),
            address: address.map(|ip| hash(&format!("address {ip}"))),
        }
    }

    /// The same without the account: whoever may not come in at all must not lock others out.
    pub fn of_address(&self) -> Self {
        Self { account: None, address: self.address }
    }

    fn subjects(&self) -> Vec<Vec<u8>> {
        self.account.into_iter().chain(self.address).map(|subject| subject.0.to_vec()).collect()
    }

    /// The longest wait that holds now; `None` when an attempt may be made.
    pub async fn find_lock(
        &self,
        pool: &PgPool,
        lockout: &Lockout,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Option<Lock>> {
        let counted = store::load_failures(pool, &self.subjects()).await?;
        let lock = |counted: Counted| {
            let wait = (counted.locked_until? - now).to_std().ok().filter(|wait| !wait.is_zero())?;
            let is_account = self.account.is_some_and(|account| counted.subject == account.0);
            Some(Lock { wait, limit: if is_account { lockout.attempts } else { lockout.address_attempts } })
        };
        Ok(counted.into_iter().filter_map(lock).max_by_key(|lock| lock.wait))
    }

    /// Counts a failure; whether the account is locked by it.
    pub async fn note_failure(
        &self,
        pool: &PgPool,
        lockout: &Lockout,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let counting = |subject: SecretHash, most: u32| Counting {
            subject,
            most: i32::try_from(most).unwrap_or(i32::MAX),
        };
        if let Some(address) = self.address {
            store::count_failure(pool, &counting(address, lockout.address_attempts), (lockout, now)).await?;
        }
        let Some(account) = self.account else { return Ok(false) };
        let account = counting(account, lockout.attempts);
        Ok(store::count_failure(pool, &account, (lockout, now)).await?.locked_until.is_some())
    }

    /// Whether this is the first attempt that the present lock turns away.
    pub async fn note_refusal(&self, pool: &PgPool) -> sqlx::Result<bool> {
        let subjects = self.subjects();
        Ok(store::count_refusal(pool, &subjects).await?.contains(&1))
    }

    /// The account's holder is there: its failures no longer count. The address's do.
    pub async fn forget(&self, pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<()> {
        // Whoever gets in tidies up what nobody will ask for again.
        let Some(account) = self.account else { return Ok(()) };
        store::forget_failures(pool, account, now - TimeDelta::days(2)).await
    }
}
