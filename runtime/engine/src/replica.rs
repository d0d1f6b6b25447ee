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
use crate::error::{Error, Result};
use crate::lanes::{Lane, Lanes, is_gone};

pub(crate) mod store;

/// Pauses in milliseconds between the looks whether the standby has come far enough; after the last one it has not.
const PAUSES: [u64; 4] = [1, 3, 6, 12];
/// How long one that is behind, or away, is not asked again.
const BEHIND: Duration = Duration::from_millis(500);
const AWAY: Duration = Duration::from_secs(5);
/// Codes of a server that lets nobody in under this name and password, or has no such database.
const REFUSED: [&str; 2] = ["28", "3D"];
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
        let lanes = Lanes::for_reads(&pool, &self.inner.walls);
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
        // What goes wrong here tells nothing of the standby.
        let goal = tokio::time::timeout(PATIENCE, self.goal(replica, tenant)).await.ok()?.ok()?;
        let error = match tokio::time::timeout(PATIENCE, reach(replica, tenant, goal)).await {
            Ok(Ok(Some(lane))) => return Some(lane),
            Ok(Err(error)) if is_away(&error) => Some(error),
            // It does not know the tenant yet, or has no place for one more.
            Ok(Err(error)) => {
                tracing::debug!(%error, "the standby cannot answer; the primary does");
                replica.rest(BEHIND);
                return None;
            }
            Ok(Ok(None)) => {
                replica.rest(BEHIND);
                return None;
            }
            Err(_) => None,
        };
        tracing::warn!(?error, "the standby does not answer; the primary does");
        replica.lanes.clear();
        replica.rest(AWAY);
        None
    }

    /// How far it must have come.
    async fn goal(&self, replica: &Replica, tenant: &Tenant) -> Result<Goal> {
        // Behind the tenant's wall here first: there no wall can be made.
        let mut here = self.inner.reading.take(tenant).await?;
        let end = store::end_of_log(&mut here).await?;
        let ours = match replica.is_ours.get() {
            Some(_) => None,
            None => Some(store::identity(&mut here).await?),
        };
        here.rest();
        Ok(Goal { end, ours })
    }
}

/// The end of the primary's log, and what the primary is while nobody has compared it.
struct Goal {
    end: String,
    ours: Option<(i64, String)>,
}

async fn reach(replica: &Replica, tenant: &Tenant, goal: Goal) -> Result<Option<Lane>> {
    let mut lane = replica.lanes.take(tenant).await?;
    if let Some(ours) = goal.ours {
        let is_ours = store::identity(&mut lane).await? == ours;
        if replica.is_ours.set(is_ours).is_ok() && !is_ours {
            tracing::error!("what was named as a standby is none of this database: nothing is read there");
        }
    }
    if replica.is_ours.get() != Some(&true) {
        return Ok(None);
    }
    for pause in PAUSES {
        if store::has_reached(&mut lane, &goal.end).await? {
            return Ok(Some(lane));
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    Ok(store::has_reached(&mut lane, &goal.end).await?.then_some(lane))
}

/// Whether an error tells that nobody is there, or nobody who lets us in. What else it refuses may be there in a moment:
/// the role of a tenant that was made just now.
fn is_away(error: &Error) -> bool {
    let Error::Database(error) = error else { return false };
    match error.as_database_error().and_then(|error| error.code()) {
        Some(code) => is_gone(error) || REFUSED.iter().any(|class| code.starts_with(class)),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_to_be_had_is_away() {
        let broken = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        for error in [sqlx::Error::Io(broken), sqlx::Error::PoolTimedOut] {
            assert!(is_away(&error.into()));
        }
        assert!(!is_away(&Error::Busy));
    }
}
