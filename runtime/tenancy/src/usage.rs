//! What tenants use: requests are counted by each node and added up in the database every few seconds; records, people
//! and bytes are measured. What is over a tenant's plan is refused here.
//!
//! A node takes a small share of a tenant's requests of a minute from the database and gives it out by itself, as keys get
//! theirs; those of a day are of all nodes, as of the last time that they were added up. How many are worked on at once
//! each node says for itself.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use engine::{Left, Tenant, Usage};
use uuid::Uuid;

use self::meter::{Meter, Passed, Share};
use crate::error::{Error, Result};
use crate::{Limits, Tenants, store};

pub use self::gate::{Gate, Place};

mod gate;
mod meter;

/// Longest span of days in one answer.
const MOST_DAYS: i64 = 400;
/// Tenants with at most so many records allowed are counted each time that they were used.
const SMALL: u64 = 100_000;
/// How old a count of a larger tenant may be.
const STALE: TimeDelta = TimeDelta::seconds(60);

/// What a plan allows no more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Requests: how many, in what time, and when there are some again.
    Requests { limit: u64, per: &'static str, retry_after: Duration },
    /// Active people.
    Users(u64),
    /// Copies to try things in.
    Sandboxes(u64),
    /// Requests at once.
    Connections(u32),
    /// Imports and copies at a time.
    Jobs(u64),
}

/// How many of a node's places are for one tenant, how many of its requests may wait for them, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    pub places: usize,
    pub waiting: usize,
    pub patience: Duration,
}

/// Where a request that is let pass is worked on.
#[derive(Debug)]
pub enum Seat {
    /// Apart from the others: it takes no place.
    Apart,
    /// In one of the tenant's places.
    Taken(Place),
    /// Nowhere yet: the tenant has all its places.
    Crowded(Crowded),
}

/// A request that waits until others of its tenant are done.
#[derive(Debug)]
pub struct Crowded {
    gate: Gate,
    /// What the plan says, where that is less than what the node has for one tenant.
    allowed: Option<u32>,
}

impl Crowded {
    /// Waits for a place for a short while; `None` where none came free or too many wait.
    pub async fn wait(&self) -> Option<Place> {
        self.gate.enter().await
    }

    /// What of the plan is reached, if it is the plan.
    pub fn over(&self) -> Option<Over> {
        self.allowed.map(Over::Connections)
    }
}

/// What a tenant has used on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub day: NaiveDate,
    pub requests: u64,
    /// As last measured; `None` when nobody asked anything that day.
    pub records: Option<u64>,
    pub users: Option<u64>,
    pub bytes: Option<u64>,
}

/// What a tenant has used in a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub tenant: Uuid,
    pub slug: String,
    pub name: String,
    pub plan: Option<String>,
    pub status: String,
    /// Days on which somebody asked for something.
    pub days: u64,
    pub requests: u64,
    /// The most that were measured.
    pub records: Option<u64>,
    pub users: Option<u64>,
    pub bytes: Option<u64>,
}

/// The meters of the tenants that this node has met.
#[derive(Clone, Default)]
pub(crate) struct Meters(Arc<RwLock<HashMap<Uuid, Arc<Meter>>>>);

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests { limit, per, .. } => {
                write!(f, "the plan's limit of {limit} requests a {per} is reached")
            }
            Self::Users(limit) => write!(f, "the plan allows {limit} active people"),
            Self::Sandboxes(limit) => write!(f, "the plan allows no more than {limit} sandboxes at a time"),
            Self::Connections(limit) => write!(f, "the plan allows {limit} requests at once"),
            Self::Jobs(limit) => write!(f, "the plan allows {limit} imports and copies at a time"),
        }
    }
}

impl Tenants {
    /// Counts one request of a tenant and says where it is worked on, or refuses it. A portion of the node's places is for
    /// one tenant; `None` is a request that takes none.
    pub async fn admit(&self, tenant: &Tenant, portion: Option<Portion>, now: DateTime<Utc>) -> Result<Seat> {
        let known = self.meters.0.read().unwrap_or_else(PoisonError::into_inner).get(&tenant.id).cloned();
        let meter = match known {
            Some(meter) => meter,
            None => Box::pin(self.begin(tenant, now)).await?,
        };
        match meter.take(portion, now).map_err(Error::Over)? {
            Passed::To(seat) => Ok(seat),
            Passed::Unshared(_) => Box::pin(self.admit_sharing(&meter, portion, now)).await,
        }
    }

    /// The same for who has nothing left of the minute on this node: it takes some of what all nodes have.
    async fn admit_sharing(
        &self,
        meter: &Meter,
        portion: Option<Portion>,
        now: DateTime<Utc>,
    ) -> Result<Seat> {
        let _turn = meter.sharing.lock().await;
        loop {
            // Somebody before may have taken enough, and others may have used it up.
            let limit = match meter.take(portion, now).map_err(Error::Over)? {
                Passed::To(seat) => return Ok(seat),
                Passed::Unshared(limit) => limit,
            };
            let wish = Share::wish(limit);
            let given = store::usage::take_share(self.pool(), meter.tenant.id, (limit, wish), now).await?;
            // Of a tenant that is gone nothing is left to limit.
            meter.share(Share::given(limit, given.unwrap_or((wish, 0.0)), now));
        }
    }

    /// Refuses one more active person where the plan allows none.
    pub async fn require_seat(&self, tenant: &Tenant) -> Result<()> {
        let Some(limit) = self.limits(tenant).await?.users else { return Ok(()) };
        let users = self.engine().usage(tenant).await?.users;
        if users < limit { Ok(()) } else { Err(Error::Over(Over::Users(limit))) }
    }

    /// Refuses one more import or copy of the tenant where the plan allows none until another is done.
    pub async fn require_job(&self, tenant: &Tenant) -> Result<()> {
        let Some(limit) = self.limits(tenant).await?.jobs else { return Ok(()) };
        let copies = store::clones::count_open(self.pool(), tenant.id).await?.cast_unsigned();
        let open = copies + self.engine().open_imports(tenant).await?;
        if open < limit { Ok(()) } else { Err(Error::Over(Over::Jobs(limit))) }
    }

    /// What the tenant's plan allows by now.
    async fn limits(&self, tenant: &Tenant) -> Result<Limits> {
        let row = store::load_by_id(self.pool(), tenant.id).await?.ok_or(Error::NotFound)?;
        match row.plan {
            Some(plan) => Ok(self.find_plan(&plan).await?.limits),
            None => Ok(Limits::default()),
        }
    }

    /// Adds what this node has counted to what the others have, learns what plans allow by now, and measures the
    /// tenants whose measures are old. Every few seconds, and once at the end.
    pub async fn settle(&self, now: DateTime<Utc>) -> Result<()> {
        let meters: Vec<Arc<Meter>> =
            self.meters.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        let counted: Vec<(&Arc<Meter>, u64)> = meters.iter().map(|meter| (meter, meter.drain())).collect();
        if let Err(error) = self.add_up(now, &counted).await {
            counted.iter().for_each(|(meter, count)| meter.give_back(*count));
            return Err(error);
        }
        for (meter, _) in counted.iter().filter(|(meter, count)| *count > 0 || !meter.is_measured()) {
            // One that is deleted this moment must not keep the others from being measured.
            if let Err(error) = self.measure(meter, now).await {
                tracing::debug!(%error, tenant = meter.tenant.slug, "a tenant could not be measured");
            }
        }
        self.forget_idle(&counted);
        Ok(())
    }

    /// What a tenant has now, and what it has used from `from` to `to`.
    pub async fn usage(
        &self,
        tenant: &Tenant,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<(Usage, Vec<Day>)> {
        self.settle(Utc::now()).await?;
        let now = self.engine().usage(tenant).await?;
        let from = from.max(to - TimeDelta::days(MOST_DAYS));
        let days = store::usage::load_days(self.pool(), tenant.id, (from, to)).await?;
        let number = |value: Option<i64>| value.map(i64::cast_unsigned);
        let day = |(day, requests, records, users, bytes): store::usage::Day| Day {
            day,
            requests: requests.cast_unsigned(),
            records: number(records),
            users: number(users),
            bytes: number(bytes),
        };
        Ok((now, days.into_iter().map(day).collect()))
    }

    /// What each of a reseller's tenants has used from `from` to `to`, by slug.
    pub async fn report(&self, reseller: Uuid, (from, to): (NaiveDate, NaiveDate)) -> Result<Vec<Line>> {
        self.settle(Utc::now()).await?;
        let number = |value: Option<i64>| value.map(i64::cast_unsigned);
        let rows = store::usage::load_report(self.pool(), reseller, (from, to)).await?;
        let line = |row: store::usage::Line| {
            let (tenant, slug, name, plan, status, days, requests, records, users, bytes) = row;
            Line {
                tenant,
                slug,
                name,
                plan,
                status,
                days: days.cast_unsigned(),
                requests: requests.cast_unsigned(),
                records: number(records),
                users: number(users),
                bytes: number(bytes),
            }
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// A meter for a tenant that this node has not met: what is allowed must be known before the first request.
    async fn begin(&self, tenant: &Tenant, now: DateTime<Utc>) -> Result<Arc<Meter>> {
        let meter = Arc::new(Meter::new(tenant.clone()));
        self.add_up(now, &[(&meter, 0)]).await?;
        self.measure(&meter, now).await?;
        let mut meters = self.meters.0.write().unwrap_or_else(PoisonError::into_inner);
        Ok(meters.entry(tenant.id).or_insert(meter).clone())
    }

    async fn add_up(&self, now: DateTime<Utc>, counted: &[(&Arc<Meter>, u64)]) -> Result<()> {
        if counted.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = counted.iter().map(|(meter, _)| meter.tenant.id).collect();
        let counts: Vec<i64> = counted.iter().map(|(_, count)| count.cast_signed()).collect();
        let standings = store::usage::add(self.pool(), now.date_naive(), (&ids, &counts)).await?;
        let meters: HashMap<Uuid, &Arc<Meter>> =
            counted.iter().map(|(meter, _)| (meter.tenant.id, *meter)).collect();
        for standing in standings {
            if let Some(meter) = meters.get(&standing.tenant) {
                meter.learn(standing.limits, (now.date_naive(), standing.requests));
                let limit = standing.limits.requests_per_day.filter(|limit| standing.requests >= *limit);
                if let Some(limit) = limit {
                    self.note_limit(&meter.tenant, ("requests_per_day", limit), now).await?;
                }
            }
        }
        Ok(())
    }

    /// Small tenants are counted often, so that their limit is exact; large ones now and then.
    async fn measure(&self, meter: &Meter, now: DateTime<Utc>) -> Result<()> {
        let limits = meter.limits();
        let is_small = limits.records.is_some_and(|limit| limit <= SMALL);
        if !is_small && meter.measured_within(now, STALE) {
            return Ok(());
        }
        let usage = self.engine().usage(&meter.tenant).await?;
        let left = Left {
            records: limits.records.map(|limit| limit.saturating_sub(usage.records)),
            bytes: limits.storage_bytes.map(|limit| limit.saturating_sub(usage.bytes)),
        };
        self.engine().put_room(&meter.tenant, left);
        let place = (meter.tenant.id, now.date_naive());
        let counts = (usage.records.cast_signed(), usage.users.cast_signed(), usage.bytes.cast_signed());
        store::usage::put_measure(self.pool(), place, counts).await?;
        self.note_limits(&meter.tenant, (limits, usage), now).await?;
        meter.note_measured(now);
        Ok(())
    }

    /// A tenant that nobody asked for is met anew when somebody does.
    fn forget_idle(&self, counted: &[(&Arc<Meter>, u64)]) {
        let mut meters = self.meters.0.write().unwrap_or_else(PoisonError::into_inner);
        for (meter, count) in counted {
            if *count == 0 && meter.is_idle() {
                meters.remove(&meter.tenant.id);
            }
        }
    }
}

impl Meters {
    /// What is remembered of a tenant's plan is looked up again with its next request.
    pub(crate) async fn renew(&self, tenants: &Tenants, tenant: &Tenant) -> Result<()> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&tenant.id).cloned();
        let Some(meter) = known else { return Ok(()) };
        meter.forget_measure();
        let now = Utc::now();
        let count = meter.drain();
        tenants.add_up(now, &[(&meter, count)]).await?;
        tenants.measure(&meter, now).await
    }

    pub(crate) fn forget(&self, tenant: Uuid) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }
}
