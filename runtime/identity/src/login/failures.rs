//! Failed sign-ins of the last quarter of an hour, by account and by address. In memory: each node counts by itself.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use moka::sync::Cache;

use crate::addresses::household;
use crate::secret::{SecretHash, hash};

/// Failures of one account after which it must wait.
const PER_ACCOUNT: usize = 5;
/// Failures from one address after which it must wait.
const PER_ADDRESS: usize = 20;
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Most accounts, and most addresses, that are remembered.
const MOST: u64 = 100_000;

/// Whose failures are counted. An account counts whether it exists or not.
pub(crate) struct Attempt {
    account: SecretHash,
    address: Option<IpAddr>,
}

impl Attempt {
    /// Loopback is not counted as an address: that is a proxy on this machine, and stands for everybody.
    pub fn new(tenant: &Tenant, email: &str, ip: Option<IpAddr>) -> Self {
        let address = ip.map(household).filter(|ip| !ip.is_loopback());
        // Hashed, so that a long text takes no more memory than a short one.
        Self { account: hash(&format!("{} {email}", tenant.id)), address }
    }
}

type Times = Arc<Mutex<Vec<DateTime<Utc>>>>;

/// When what failed.
pub(crate) struct Failures {
    accounts: Cache<SecretHash, Times>,
    addresses: Cache<IpAddr, Times>,
}

impl Default for Failures {
    fn default() -> Self {
        Self {
            accounts: Cache::builder().max_capacity(MOST).time_to_idle(WINDOW).build(),
            addresses: Cache::builder().max_capacity(MOST).time_to_idle(WINDOW).build(),
        }
    }
}

impl Failures {
    /// How long to wait before the next attempt; `None` when it may be made now.
    pub fn wait(&self, attempt: &Attempt, now: DateTime<Utc>) -> Option<Duration> {
        let account = self.accounts.get(&attempt.account).and_then(|times| wait(&times, PER_ACCOUNT, now));
        let address = attempt.address.and_then(|address| self.addresses.get(&address));
        account.max(address.and_then(|times| wait(&times, PER_ADDRESS, now)))
    }

    /// Counts a failure.
    pub fn note(&self, attempt: &Attempt, now: DateTime<Utc>) {
        note(&self.accounts.get_with(attempt.account, Times::default), now);
        if let Some(address) = attempt.address {
            note(&self.addresses.get_with(address, Times::default), now);
        }
    }

    /// The account's holder is there: its failures no longer count. The address's do.
    pub fn forget(&self, attempt: &Attempt) {
        self.accounts.invalidate(&attempt.account);
    }
}

fn note(times: &Times, now: DateTime<Utc>) {
    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
    times.retain(|&time| now - time < window());
    times.push(now);
}

fn wait(times: &Times, most: usize, now: DateTime<Utc>) -> Option<Duration> {
    let times = times.lock().unwrap_or_else(PoisonError::into_inner);
    let first_that_counts = *times.iter().rev().nth(most - 1)?;
    (first_that_counts + window() - now).to_std().ok().filter(|wait| !wait.is_zero())
}

fn window() -> TimeDelta {
    TimeDelta::seconds(WINDOW.as_secs().cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn attempt(email: &str, ip: &str) -> Attempt {
        let tenant = Tenant { id: Uuid::nil(), slug: "demo".into(), schema: "t_demo".into() };
        Attempt::new(&tenant, email, Some(ip.parse().unwrap()))
    }

    fn after(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn an_account_waits_after_five() {
        let (failures, ada) = (Failures::default(), attempt("ada@example.com", "192.0.2.1"));
        for second in 0..5 {
            assert_eq!(failures.wait(&ada, after(second)), None);
            failures.note(&ada, after(second));
        }
        assert_eq!(failures.wait(&ada, after(10)), Some(Duration::from_secs(890)));
        assert_eq!(failures.wait(&attempt("bob@example.com", "192.0.2.1"), after(10)), None);
        assert_eq!(failures.wait(&ada, after(900)), None);
        failures.note(&ada, after(900));
        assert_eq!(failures.wait(&ada, after(900)), Some(Duration::from_secs(1)));
        failures.forget(&ada);
        assert_eq!(failures.wait(&ada, after(900)), None);
    }

    #[test]
    fn an_address_waits_after_twenty() {
        let failures = Failures::default();
        for number in 0..20 {
            failures.note(&attempt(&format!("a{number}@example.com"), "192.0.2.1"), after(0));
            failures.note(&attempt(&format!("b{number}@example.com"), "127.0.0.1"), after(0));
        }
        assert!(failures.wait(&attempt("c@example.com", "192.0.2.1"), after(1)).is_some());
        assert!(failures.wait(&attempt("c@example.com", "192.0.2.2"), after(1)).is_none());
        assert!(failures.wait(&attempt("c@example.com", "127.0.0.1"), after(1)).is_none());
    }
}
