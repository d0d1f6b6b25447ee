//! One tenant on one node: requests that are not added up yet, and what its plan lets pass.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::Tenant;

use super::Over;
use crate::Limits;

/// In this time a minute's requests that were used up are there again.
const WINDOW: f64 = 60.0;

pub(crate) struct Meter {
    pub tenant: Tenant,
    /// Since they were added up last.
    requests: AtomicU64,
    standing: Mutex<Standing>,
}

#[derive(Default)]
struct Standing {
    limits: Limits,
    /// The day that `before` is about.
    day: NaiveDate,
    /// Requests of all nodes that are added up.
    before: u64,
    /// Requests of the last minute that were not given back yet.
    used: f64,
    at: DateTime<Utc>,
    measured_at: Option<DateTime<Utc>>,
}

impl Meter {
    pub fn new(tenant: Tenant) -> Self {
        Self { tenant, requests: AtomicU64::new(0), standing: Mutex::default() }
    }

    /// A poisoned standing is numbers like any other.
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request, or refuses it.
    pub fn take(&self, now: DateTime<Utc>) -> Result<(), Over> {
        let waiting = self.requests.load(Ordering::Relaxed);
        self.standing().take(waiting, now)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// What is not added up yet; the caller adds it up.
    pub fn drain(&self) -> u64 {
        self.requests.swap(0, Ordering::Relaxed)
    }

    /// What could not be added up.
    pub fn give_back(&self, count: u64) {
        self.requests.fetch_add(count, Ordering::Relaxed);
    }

    pub fn learn(&self, limits: Limits, (day, before): (NaiveDate, u64)) {
        let mut standing = self.standing();
        (standing.limits, standing.day, standing.before) = (limits, day, before);
    }

    pub fn limits(&self) -> Limits {
        self.standing().limits
    }

    pub fn is_measured(&self) -> bool {
        self.standing().measured_at.is_some()
    }

    pub fn measured_within(&self, now: DateTime<Utc>, span: TimeDelta) -> bool {
        self.standing().measured_at.is_some_and(|at| now - at < span)
    }

    pub fn note_measured(&self, now: DateTime<Utc>) {
        self.standing().measured_at = Some(now);
    }

    pub fn forget_measure(&self) {
        self.standing().measured_at = None;
    }

    /// Whether nothing would be lost with it.
    pub fn is_idle(&self) -> bool {
        let standing = self.standing();
        let since = (Utc::now() - standing.at).as_seconds_f64();
        self.requests.load(Ordering::Relaxed) == 0 && since > WINDOW
    }
}

impl Standing {
    fn take(&mut self, waiting: u64, now: DateTime<Utc>) -> Result<(), Over> {
        if let Some(limit) = self.limits.requests_per_day {
            let before = if self.day == now.date_naive() { self.before } else { 0 };
            if before + waiting >= limit {
                return Err(Over::Requests { limit, per: "day", retry_after: until_tomorrow(now) });
            }
        }
        let elapsed = (now - self.at).as_seconds_f64().max(0.0);
        self.at = now;
        let Some(limit) = self.limits.requests_per_minute else { return Ok(()) };
        let per_second = f64::from(limit) / WINDOW;
        self.used = (self.used - elapsed * per_second).max(0.0);
        if self.used + 1.0 > f64::from(limit) {
            let missing = self.used + 1.0 - f64::from(limit);
            let retry_after = Duration::from_secs_f64(missing / per_second);
            return Err(Over::Requests { limit: limit.into(), per: "minute", retry_after });
        }
        self.used += 1.0;
        Ok(())
    }
}

fn until_tomorrow(now: DateTime<Utc>) -> Duration {
    let passed = now.time().signed_duration_since(chrono::NaiveTime::MIN);
    (TimeDelta::days(1) - passed).to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn meter(limits: Limits) -> (Meter, DateTime<Utc>) {
        let now: DateTime<Utc> = "2026-03-01T23:59:00Z".parse().unwrap();
        let meter = Meter::new(Tenant { id: Uuid::nil(), slug: "a".into(), schema: "t_a".into() });
        meter.learn(limits, (now.date_naive(), 2));
        (meter, now)
    }

    #[test]
    fn a_minute_has_its_requests_and_gives_them_back() {
        let (meter, now) = meter(Limits { requests_per_minute: Some(6), ..Limits::default() });
        (0..6).for_each(|_| meter.take(now).unwrap());
        let Err(Over::Requests { retry_after, per: "minute", .. }) = meter.take(now) else { panic!() };
        assert_eq!(retry_after, Duration::from_secs(10));
        meter.take(now + TimeDelta::seconds(11)).unwrap();
        assert!(meter.take(now + TimeDelta::seconds(11)).is_err());
        assert_eq!(meter.drain(), 7);
    }

    #[test]
    fn a_day_counts_what_others_have_let_pass_and_ends() {
        let (meter, now) = meter(Limits { requests_per_day: Some(4), ..Limits::default() });
        meter.take(now).unwrap();
        meter.take(now).unwrap();
        let Err(Over::Requests { retry_after, per: "day", limit: 4 }) = meter.take(now) else { panic!() };
        assert_eq!(retry_after, Duration::from_secs(60));
        meter.learn(meter.limits(), (now.date_naive(), 2 + meter.drain()));
        meter.take(now + TimeDelta::seconds(61)).unwrap();
    }
}
