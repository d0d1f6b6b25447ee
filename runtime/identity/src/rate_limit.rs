//! How often a key may ask: a bucket of tokens per key, full at the start and refilled evenly over a minute.
//! Each node counts by itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::sync::Cache;
use uuid::Uuid;

/// Requests per minute of a key made through the API that does not say.
pub const DEFAULT_PER_MINUTE: u32 = 1000;
/// In this time an empty bucket is full again.
const WINDOW: Duration = Duration::from_secs(60);
/// Most keys whose buckets are remembered.
const MOST_BUCKETS: u64 = 100_000;

/// What is left of a key's requests, for the `RateLimit-*` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests per minute.
    pub limit: u32,
    /// Requests that are possible at once.
    pub remaining: u32,
    /// Until everything is possible again.
    pub reset: Duration,
    /// Until one request is possible; zero when one is.
    pub retry_after: Duration,
}

/// The buckets of all keys seen lately. A bucket that is forgotten after twice the window was full anyway.
#[derive(Clone)]
pub(crate) struct Buckets(Cache<Uuid, Arc<Mutex<Bucket>>>);

struct Bucket {
    /// Tokens taken and not yet given back.
    used: f64,
    at: DateTime<Utc>,
}

impl Default for Buckets {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST_BUCKETS).time_to_idle(WINDOW * 2).build())
    }
}

impl Buckets {
    /// Takes one token; `Err` when there is none.
    pub fn take(&self, key: Uuid, limit: u32, now: DateTime<Utc>) -> Result<Rate, Rate> {
        let bucket = self.0.get_with(key, || Arc::new(Mutex::new(Bucket { used: 0.0, at: now })));
        // A poisoned bucket is a pair of numbers like any other.
        bucket.lock().unwrap_or_else(PoisonError::into_inner).take(limit, now)
    }
}

impl Bucket {
    fn take(&mut self, limit: u32, now: DateTime<Utc>) -> Result<Rate, Rate> {
        let per_second = f64::from(limit) / WINDOW.as_secs_f64();
        let elapsed = (now - self.at).to_std().unwrap_or_default();
        self.used = (self.used - elapsed.as_secs_f64() * per_second).max(0.0);
        self.at = now;
        let free = self.used + 1.0 <= f64::from(limit);
        if free {
            self.used += 1.0;
        }
        let rate = self.rate(limit, per_second);
        if free { Ok(rate) } else { Err(rate) }
    }

    fn rate(&self, limit: u32, per_second: f64) -> Rate {
        let left = f64::from(limit) - self.used;
        Rate {
            limit,
            // Between 0 and `limit`, cut to whole requests.
            remaining: left.max(0.0) as u32,
            reset: Duration::from_secs_f64(self.used / per_second),
            retry_after: Duration::from_secs_f64((1.0 - left).max(0.0) / per_second),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let (buckets, key, start) = (Buckets::default(), Uuid::from_u128(7), DateTime::UNIX_EPOCH);
        for left in (0..6).rev() {
            assert_eq!(buckets.take(key, 6, start).unwrap().remaining, left);
        }
        let refused = buckets.take(key, 6, start).unwrap_err();
        assert_eq!((refused.limit, refused.remaining), (6, 0));
        assert_eq!(refused.retry_after, Duration::from_secs(10));
        assert_eq!(refused.reset, Duration::from_secs(60));
        assert!(buckets.take(key, 6, start + TimeDelta::seconds(9)).is_err());
        assert!(buckets.take(key, 6, start + TimeDelta::seconds(11)).is_ok());
        assert!(buckets.take(key, 6, start + TimeDelta::seconds(11)).is_err());
        assert_eq!(buckets.take(key, 6, start + TimeDelta::seconds(200)).unwrap().remaining, 5);
        assert!(buckets.take(Uuid::from_u128(8), 1, start).is_ok(), "another key has its own");
    }
}
