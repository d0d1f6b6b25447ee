//! One tenant on one node: requests that are not added up yet, what its plan lets pass, and how many are worked on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::Tenant;

use super::gate::Gate;
use super::{Crowded, Over, Portion, Seat};
use crate::Limits;

/// In this time a minute's requests that were used up are there again.
pub(crate) const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// With nothing left, nobody asks before so long: what is missing may be less than a moment.
const SOONEST: TimeDelta = TimeDelta::milliseconds(10);
/// A node takes this part of a minute's requests at once.
const SHARE: u32 = 50;

pub(crate) struct Meter {
    pub tenant: Tenant,
    /// Since they were added up last.
    requests: AtomicU64,
    standing: Mutex<Standing>,
    /// Whose turn it is to ask the database for a share.
    pub sharing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Standing {
    limits: Limits,
    /// The day that `before` is about.
    day: NaiveDate,
    /// Requests of all nodes that are added up.
    before: u64,
    share: Share,
    /// When somebody asked last.
    at: DateTime<Utc>,
    gate: Option<Gate>,
    measured_at: Option<DateTime<Utc>>,
}

/// What this node may let pass of a minute's requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    /// The limit that it is of.
    pub limit: u32,
    /// Taken and not let pass yet.
    pub left: u32,
    /// Until then what is left holds; with nothing left, nobody has any before.
    pub until: DateTime<Utc>,
}

/// What becomes of a request.
pub(crate) enum Passed {
    To(Seat),
    /// The database is to be asked for a share of so many requests a minute.
    Unshared(u32),
}

impl Share {
    /// What of a limit a node asks for.
    pub fn wish(limit: u32) -> u32 {
        (limit / SHARE).max(1)
    }

    /// What the database gave, and how many a tenant has used by now.
    pub fn given(limit: u32, (granted, used): (u32, f64), now: DateTime<Utc>) -> Self {
        // So long until there is one more.
        let missing = (used + 1.0 - f64::from(limit)).max(0.0) / f64::from(limit.max(1));
        let wait = TimeDelta::from_std(Duration::from_secs_f64(missing * WINDOW.as_seconds_f64()));
        let holds = if granted > 0 { WINDOW } else { wait.unwrap_or(WINDOW).max(SOONEST) };
        Self { limit, left: granted, until: now + holds }
    }
}

impl Meter {
    pub fn new(tenant: Tenant) -> Self {
        Self {
            tenant,
            requests: AtomicU64::new(0),
            standing: Mutex::default(),
            sharing: tokio::sync::Mutex::default(),
        }
    }

    /// A poisoned standing is numbers like any other.
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request and gives it a place, or refuses it. A portion of a node's places is for one tenant; `None` is a
    /// request that takes none.
    pub fn take(&self, portion: Option<Portion>, now: DateTime<Utc>) -> Result<Passed, Over> {
        let waiting = self.requests.load(Ordering::Relaxed);
        let mut standing = self.standing();
        if let Some(limit) = standing.pass(waiting, now)? {
            return Ok(Passed::Unshared(limit));
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        Ok(Passed::To(portion.map_or(Seat::Apart, |portion| standing.seat(portion))))
    }

    /// Keeps what the database has given.
    pub fn share(&self, share: Share) {
        self.standing().share = share;
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
        let is_empty = standing.gate.as_ref().is_none_or(Gate::is_empty);
        is_empty && self.requests.load(Ordering::Relaxed) == 0 && Utc::now() - standing.at > WINDOW
    }
}

impl Standing {
    /// Lets a request pass, refuses it, or says of how many a minute this node has no share.
    fn pass(&mut self, waiting: u64, now: DateTime<Utc>) -> Result<Option<u32>, Over> {
        if let Some(limit) = self.limits.requests_per_day {
            let before = if self.day == now.date_naive() { self.before } else { 0 };
            if before + waiting >= limit {
                return Err(Over::Requests { limit, per: "day", retry_after: until_tomorrow(now) });
            }
        }
        self.at = now;
        let Some(limit) = self.limits.requests_per_minute else { return Ok(None) };
        let share = &mut self.share;
        if share.limit != limit || share.until <= now {
            return Ok(Some(limit));
        }
        if share.left == 0 {
            let wait = (share.until - now).to_std().unwrap_or_default();
            return Err(Over::Requests { limit: limit.into(), per: "minute", retry_after: wait });
        }
        share.left -= 1;
        if share.left == 0 {
            // It is given out, and there may be another.
            share.until = now;
        }
        Ok(None)
    }

    /// A place among those of the tenant: its portion of the node's, fewer where its plan says so.
    fn seat(&mut self, portion: Portion) -> Seat {
        let allowed = self.limits.connections.filter(|limit| (*limit as usize) < portion.places);
        let size = allowed.map_or(portion.places, |limit| limit as usize).max(1);
        // Who is in by the one before stays in.
        let gate = match &mut self.gate {
            Some(gate) if gate.size() == size => gate,
            gate => gate.insert(match allowed {
                Some(_) => Gate::new(size),
                None => Gate::with_waiting(size, (portion.waiting, portion.patience)),
            }),
        };
        gate.try_enter().map_or_else(|| Seat::Crowded(Crowded { gate: gate.clone(), allowed }), Seat::Taken)
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

    fn passes(meter: &Meter, now: DateTime<Utc>) -> bool {
        matches!(meter.take(None, now), Ok(Passed::To(Seat::Apart)))
    }

    fn is_unshared(meter: &Meter, now: DateTime<Utc>) -> bool {
        matches!(meter.take(None, now), Ok(Passed::Unshared(6)))
    }

    #[test]
    fn a_share_of_the_minute_is_let_pass_and_another_is_asked_for() {
        let (meter, now) = meter(Limits { requests_per_minute: Some(6), ..Limits::default() });
        assert!(is_unshared(&meter, now));
        meter.share(Share::given(6, (2, 2.0), now));
        assert!(passes(&meter, now) && passes(&meter, now) && is_unshared(&meter, now));
        // Nothing was left: one more comes back each ten seconds, and nobody asks before.
        meter.share(Share::given(6, (0, 6.0), now));
        let Err(Over::Requests { retry_after, per: "minute", limit: 6 }) = meter.take(None, now) else {
            panic!()
        };
        assert_eq!(retry_after, Duration::from_secs(10));
        assert!(meter.take(None, now + TimeDelta::seconds(9)).is_err());
        assert!(is_unshared(&meter, now + TimeDelta::seconds(10)));
        // What is old holds no more, and neither does what was of another limit.
        meter.share(Share::given(6, (2, 2.0), now));
        assert!(is_unshared(&meter, now + WINDOW));
        meter.learn(Limits { requests_per_minute: Some(9), ..Limits::default() }, (now.date_naive(), 0));
        assert!(matches!(meter.take(None, now), Ok(Passed::Unshared(9))));
        assert_eq!(meter.drain(), 2);
    }

    #[test]
    fn a_day_counts_what_others_have_let_pass_and_ends() {
        let (meter, now) = meter(Limits { requests_per_day: Some(4), ..Limits::default() });
        assert!(passes(&meter, now) && passes(&meter, now));
        let Err(Over::Requests { retry_after, per: "day", limit: 4 }) = meter.take(None, now) else {
            panic!()
        };
        assert_eq!(retry_after, Duration::from_secs(60));
        meter.learn(meter.limits(), (now.date_naive(), 2 + meter.drain()));
        assert!(passes(&meter, now + TimeDelta::seconds(61)));
    }

    #[test]
    fn a_tenant_has_some_of_the_places_and_fewer_where_its_plan_says_so() {
        let (meter, now) = meter(Limits::default());
        let portion = Portion { places: 3, waiting: 5, patience: Duration::from_secs(1) };
        let take = || match meter.take(Some(portion), now) {
            Ok(Passed::To(seat)) => seat,
            _ => panic!(),
        };
        let mut seats = vec![take(), take(), take()];
        assert!(seats.iter().all(|seat| matches!(seat, Seat::Taken(_))));
        let Seat::Crowded(crowded) = take() else { panic!() };
        assert_eq!(crowded.allowed, None);
        assert!(matches!(meter.take(None, now), Ok(Passed::To(Seat::Apart))));
        seats.pop();
        seats.push(take());
        assert!(matches!(seats[2], Seat::Taken(_)) && !meter.is_idle());
        meter.learn(Limits { connections: Some(1), ..Limits::default() }, (now.date_naive(), 0));
        let first = take();
        let Seat::Crowded(crowded) = take() else { panic!() };
        assert!(matches!(first, Seat::Taken(_)) && crowded.allowed == Some(1));
        // A plan that allows more than the node has allows what it has.
        meter.learn(Limits { connections: Some(9), ..Limits::default() }, (now.date_naive(), 0));
        let all: Vec<Seat> = (0..4).map(|_| take()).collect();
        assert!(matches!(&all[3], Seat::Crowded(crowded) if crowded.allowed.is_none()));
    }
}
