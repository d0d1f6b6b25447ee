//! Failed sign-ins by account and address, by account alone and by address alone: counted in the database, so that a
//! lock holds on every node, and each failure past the limit doubles the wait. An account counts whether it exists or
//! not. From one address it is locked soon, from all together late: a stranger's guesses lock nobody else out at once.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::store;
use crate::addresses::household;
use crate::secret::hash;
use crate::security::Lockout;

/// How many times as many failures lock an account for everybody as lock it for one address.
const EVERYBODY: u32 = 10;

/// Whose failures are counted.
pub(crate) struct Attempt {
    account: Option<Account>,
    address: Option<Vec<u8>>,
}

/// What is tried.
#[derive(Clone)]
struct Account {
    /// From this address; begins with the account, so that all of them are found together.
    here: Vec<u8>,
    /// From anywhere; `None` where only whoever is signed in already can try.
    anywhere: Option<Vec<u8>>,
}

/// Hashed, so that a long text takes no more room than a short one, and the table names nobody.
fn account(tenant: &Tenant, email: &str) -> Vec<u8> {
    hash(&format!("account {} {email}", tenant.id)).0.to_vec()
}

/// Forgets all failures of an account whose password was set anew, wherever they came from.
pub(crate) async fn unlock(transaction: &mut PgConnection, tenant: &Tenant, email: &str) -> sqlx::Result<()> {
    store::forget_account(transaction, account(tenant, email)).await
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
    pub subject: Vec<u8>,
    pub most: i32,
}

impl Attempt {
    /// Loopback is not counted as an address: that is a proxy on this machine, and stands for everybody.
    pub fn new(tenant: &Tenant, email: &str, ip: Option<IpAddr>) -> Self {
        let ip = ip.map(household).filter(|ip| !ip.is_loopback());
        let place = ip.map_or_else(|| "nowhere".to_owned(), |ip| ip.to_string());
        let anywhere = account(tenant, email);
        let here = [anywhere.as_slice(), &hash(&format!("from {place}")).0].concat();
        let address = ip.map(|ip| hash(&format!("address {} {ip}", tenant.id)).0.to_vec());
        Self { account: Some(Account { here, anywhere: Some(anywhere) }), address }
    }

    /// Of somebody who is signed in and shows the password or a code again: strangers at the door do not lock them.
    pub fn of_user(tenant: &Tenant, user: Uuid) -> Self {
        let here = hash(&format!("user {} {user}", tenant.id)).0.to_vec();
        Self { account: Some(Account { here, anywhere: None }), address: None }
    }

    /// Of an address that asks for links to new passwords, apart from its sign-ins.
    pub fn of_asking(tenant: &Tenant, ip: Option<IpAddr>) -> Self {
        let ip = ip.map(household).filter(|ip| !ip.is_loopback());
        let address = ip.map(|ip| hash(&format!("asking {} {ip}", tenant.id)).0.to_vec());
        Self { account: None, address }
    }

    /// Of an address that asks to be let in by a tenant that there is not.
    pub fn of_stranger(ip: Option<IpAddr>) -> Self {
        let ip = ip.map(household).filter(|ip| !ip.is_loopback());
        Self { account: None, address: ip.map(|ip| hash(&format!("stranger {ip}")).0.to_vec()) }
    }

    /// The same without the account: whoever may not come in at all must not lock others out.
    pub fn of_address(&self) -> Self {
        Self { account: None, address: self.address.clone() }
    }

    fn subjects(&self) -> Vec<Vec<u8>> {
        self.account_subjects().into_iter().chain(self.address.clone()).collect()
    }

    fn account_subjects(&self) -> Vec<Vec<u8>> {
        let Some(Account { here, anywhere }) = self.account.clone() else { return Vec::new() };
        std::iter::once(here).chain(anywhere).collect()
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
            let is_address = self.address.as_ref() == Some(&counted.subject);
            Some(Lock { wait, limit: if is_address { lockout.address_attempts } else { lockout.attempts } })
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
        let count = async |subject: &Vec<u8>, most: u32| {
            let most = i32::try_from(most).unwrap_or(i32::MAX);
            let counting = Counting { subject: subject.clone(), most };
            store::count_failure(pool, &counting, (lockout, now)).await
        };
        if let Some(address) = &self.address {
            count(address, lockout.address_attempts).await?;
        }
        let Some(account) = &self.account else { return Ok(false) };
        let mut locked = count(&account.here, lockout.attempts).await?.locked_until.is_some();
        if let Some(anywhere) = &account.anywhere {
            let most = lockout.attempts.saturating_mul(EVERYBODY);
            locked |= count(anywhere, most).await?.locked_until.is_some();
        }
        Ok(locked)
    }

    /// Whether this is the first attempt that the present lock turns away.
    pub async fn note_refusal(&self, pool: &PgPool) -> sqlx::Result<bool> {
        let subjects = self.subjects();
        Ok(store::count_refusal(pool, &subjects).await?.contains(&1))
    }

    /// The account's holder is there: its failures no longer count. The address's do, and those from elsewhere.
    pub async fn forget(&self, pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<()> {
        // Whoever gets in tidies up what nobody will ask for again.
        store::forget_failures(pool, &self.account_subjects(), now - TimeDelta::days(2)).await
    }
}
