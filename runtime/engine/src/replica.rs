//! A standby of the database that answers what may be long or much: lists, questions about many records, searches, exports.
//!
//! It answers only what it answers as the primary would. Where the primary's log ends is asked first, and the standby must have
//! come as far before its statement begins: so who has just written finds it, on whichever node, and no right that was taken
//! before the request is still there. Where it does not come so far within a moment, is away, or refuses, the primary answers.
//! What leaves a trace (sensitive fields) is the primary's anyway, and so is a record that is asked for by its id.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{PgPool, PgTransaction};

use crate::Engine;
use crate::context::Tenant;
use crate::error::Result;
use crate::lanes::{Lane, Lanes};

pub(crate) mod store;

/// Pauses in milliseconds between the looks whether the standby has come far enough; after the last one it has not.
const PAUSES: [u64; 4] = [1, 3, 6, 12];
/// How long one that is behind, or away, is not asked again.
const BEHIND: Duration = Duration::from_millis(500);
const AWAY: Duration = Duration::from_secs(5);
/// Longest wait for its answer whether it has.
const PATIENCE: Duration = Duration::from_secs(1);

/// The standby, and until when nothing is asked of it.
pub(crate) struct Replica {
    pool: PgPool,
    lanes: Lanes,
    rests: Mutex<Option<Instant>>,
    /// Whether it is a copy of this database at all; asked once.
    is_ours: OnceLock<bool>,
}

impl Replica {
    fn rests(&self) -> bool {
        let until = *self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self, pause: Duration) {
        *self.rests.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + pause);
    }
}

impl Engine {
    /// Lets a standby of the database answer what it can.
    pub fn read_from(&self, pool: PgPool) {
        let lanes = Lanes::new(&pool, 1, &self.inner.walls);
        let replica = Replica { pool, lanes, rests: Mutex::default(), is_ours: OnceLock::new() };
        // Whoever named one first has done so already.
        let _ = self.inner.replica.set(replica);
    }

    /// Whether one was named; mostly none is.
    pub(crate) fn has_replica(&self) -> bool {
        self.inner.replica.get().is_some()
    }

    /// A transaction there, where what takes long may come to its end.
    pub(crate) async fn begin_on_replica(&self, tenant: &Tenant) -> Option<PgTransaction<'static>> {
        let mut lane = self.elsewhere(tenant).await?;
        let is_patient = store::may_take_long(&mut lane).await.ok()?;
        lane.rest();
        let replica = self.inner.replica.get().filter(|_| is_patient)?;
        self.inner.walls.begin(&replica.pool, tenant).await.ok()
    }

    /// A connection to the standby, which has all that was committed until now; `None` where there is none that has.
    pub(crate) async fn elsewhere(&self, tenant: &Tenant) -> Option<Lane> {
        let replica = self.inner.replica.get().filter(|replica| !replica.rests())?;
        let error = match tokio::time::timeout(PATIENCE, self.reach(replica, tenant)).await {
            Ok(Ok(Some(lane))) => return Some(lane),
            Ok(Ok(None)) => {
                replica.rest(BEHIND);
                return None;
            }
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        tracing::warn!(?error, "the standby does not answer; the primary does");
        replica.lanes.clear();
        replica.rest(AWAY);
        None
    }

    async fn reach(&self, replica: &Replica, tenant: &Tenant) -> Result<Option<Lane>> {
        // Behind the tenant's wall here first: there no wall can be made.
        let mut here = self.inner.reading.take(tenant).await?;
        let goal = store::end_of_log(&mut here).await?;
        let ours = match replica.is_ours.get() {
            Some(_) => None,
            None => Some(store::identity(&mut here).await?),
        };
        here.rest();
        let mut lane = replica.lanes.take(tenant).await?;
        if let Some(ours) = ours {
            let is_ours = store::identity(&mut lane).await? == ours;
            if replica.is_ours.set(is_ours).is_ok() && !is_ours {
                tracing::error!(
                    "what was named as a standby is none of this database: nothing is read there"
                );
            }
        }
        if replica.is_ours.get() != Some(&true) {
            return Ok(None);
        }
        for pause in PAUSES {
            if store::has_reached(&mut lane, &goal).await? {
                return Ok(Some(lane));
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Ok(store::has_reached(&mut lane, &goal).await?.then_some(lane))
    }
}
