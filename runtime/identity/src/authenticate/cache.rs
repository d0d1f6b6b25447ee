//! Callers in memory, by the hash of what they showed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use super::Caller;
use crate::addresses::AddressRange;
use crate::secret::SecretHash;
use crate::security::{RateLimits, SessionTimes};
use crate::sessions;

/// Most credentials that are remembered.
const MOST: u64 = 20_000;
/// Nothing is remembered longer than this, whatever the counters say.
const LIFE: Duration = Duration::from_secs(60);
/// How exact the time of the last use is.
const DUE: TimeDelta = TimeDelta::seconds(60);

/// All credentials that are remembered on this node.
#[derive(Clone)]
pub(crate) struct Callers(Cache<SecretHash, Arc<Known>>);

/// One remembered credential.
pub(crate) struct Known {
    pub caller: Caller,
    pub proof: Proof,
    /// Where the tenant may be used from; `None` is anywhere.
    pub tenant_addresses: Option<Vec<AddressRange>>,
    /// The tenant's limits beside those of keys.
    pub limits: RateLimits,
    /// Last use that was written down, in milliseconds since 1970; 0 is never.
    pub noted_at: AtomicI64,
}

/// What the credential is.
pub(crate) enum Proof {
    Session {
        id: Uuid,
        created_at: DateTime<Utc>,
        times: SessionTimes,
        /// Its end, whatever the times say.
        until: Option<DateTime<Utc>>,
    },
    Key {
        id: Uuid,
        expires_at: Option<DateTime<Utc>>,
        rate_limit: Option<u32>,
        addresses: Option<Vec<AddressRange>>,
    },
}

impl Default for Callers {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST).time_to_live(LIFE).build())
    }
}

impl Callers {
    pub fn find(&self, hash: SecretHash) -> Option<Arc<Known>> {
        self.0.get(&hash)
    }

    pub fn keep(&self, hash: SecretHash, known: Arc<Known>) {
        self.0.insert(hash, known);
    }

    pub fn forget(&self, hash: SecretHash) {
        self.0.invalidate(&hash);
    }
}

impl Known {
    /// Whether its time is over.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        match &self.proof {
            Proof::Session { created_at, times, until, .. } => {
                sessions::expires_at((times, *until), *created_at, self.noted_at()) <= now
            }
            Proof::Key { expires_at, .. } => expires_at.is_some_and(|at| at <= now),
        }
    }

    /// Whether this use must be written down; says so to one of several requests at once.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        let noted = self.noted_at.load(Ordering::Relaxed);
        let due = now.timestamp_millis() - noted >= DUE.num_milliseconds();
        due && self
            .noted_at
            .compare_exchange(noted, now.timestamp_millis(), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    fn noted_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.noted_at.load(Ordering::Relaxed)).unwrap_or_default()
    }
}
