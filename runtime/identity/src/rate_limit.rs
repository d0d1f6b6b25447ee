//! How often somebody may ask in an hour, on all nodes together. A node takes a small share of what is left from the
//! database and gives it out by itself, so that most requests cost no round trip and the limit is never passed. What a
//! node took and did not give out is lost until the hour is over.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::secret::SecretHash;

pub(crate) mod store;

/// Requests an hour of a key made through the API that does not say.
pub const DEFAULT_PER_HOUR: u32 = 1000;
/// An hour begins with the first request.
pub(crate) const WINDOW: TimeDelta = TimeDelta::hours(1);
/// A node takes this part of the limit at once.
const SHARE: u32 = 50;
/// Most subjects whose shares are remembered.
const MOST: u64 = 100_000;

/// What is left of somebody's requests, for the `RateLimit-*` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests an hour.
    pub limit: u32,
    /// Requests that are possible at once.
    pub remaining: u32,
    /// Until everything is possible again.
    pub reset: Duration,
    /// Until one request is possible; zero when one is.
    pub retry_after: Duration,
}

/// What this node may give out.
#[derive(Clone)]
pub(crate) struct Meters(Cache<SecretHash, Arc<Mutex<Share>>>);

#[derive(Default)]
struct Share {
    limit: u32,
    /// Taken and not given out yet.
    left: u32,
    /// What nobody had taken when we looked last.
    untaken: u32,
    until: DateTime<Utc>,
}

/// What the database answered.
pub(crate) struct Granted {
    pub granted: u32,
    pub untaken: u32,
    pub until: DateTime<Utc>,
}

impl Default for Meters {
    fn default() -> Self {
        let idle = WINDOW.to_std().unwrap_or_default() * 2;
        Self(Cache::builder().max_capacity(MOST).time_to_idle(idle).build())
    }
}

impl Meters {
    /// Gives out one request; the inner `Err` when there is none.
    pub async fn take(
        &self,
        pool: &PgPool,
        (subject, limit): (SecretHash, u32),
        now: DateTime<Utc>,
    ) -> sqlx::Result<Result<Rate, Rate>> {
        let share = self.0.get_with(subject, Arc::default);
        let mut share = share.lock().await;
        let known = share.limit == limit && share.until > now;
        // With nothing left and nothing untaken there is nothing to ask for before the hour is over.
        if !known || (share.left == 0 && share.untaken > 0) {
            let wish = (limit / SHARE).max(1);
            let answer = Box::pin(store::take(pool, subject, (limit, wish), now)).await?;
            *share = Share { limit, left: answer.granted, untaken: answer.untaken, until: answer.until };
        }
        let given = share.left > 0;
        share.left = share.left.saturating_sub(1);
        let reset = (share.until - now).to_std().unwrap_or_default();
        let remaining = share.left + share.untaken;
        let retry_after = if given { Duration::ZERO } else { reset };
        let rate = Rate { limit, remaining, reset, retry_after };
        Ok(if given { Ok(rate) } else { Err(rate) })
    }
}
