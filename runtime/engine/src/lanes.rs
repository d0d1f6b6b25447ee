//! Connections that requests pass from one to the next without giving them back to the pool, which asks each
//! returned connection whether it lives: a round trip and a task for every request.
//!
//! Reads are bounded by about what the machine can work on at once; more would only make PostgreSQL switch between them.
//! Writes wait for the disk more than for a processor, and those that wait together are written together, so more of them
//! go at a time. Both share their lanes, which are fewer than the pool has connections: what else there is to do always
//! gets one. Who waits too long for a lane takes a connection of the pool, so that slow requests never hold up quick ones.
//! What goes wrong on a lane gives its connection back to the pool, which looks after it.
//!
//! A connection stays behind the wall of the tenant that it read for last, so that the next request of the same tenant
//! asks at once. On its way to the pool it leaves. One that has met many tenants on its lane ends: PostgreSQL keeps in each
//! connection what it knows of every table that it has met. To learn that costs more than a request, so a tenant comes back
//! to a lane that has met it, and has one where it is at home: a thousand tenants in turn meet a few lanes each and not all
//! of them. Whom a connection of the pool has met nobody counts: there its age is the bound.
//!
//! Whether the database has ended a connection that rested shows when it is used. Nothing has happened then, so that the
//! request is begun again on one that has just answered.

use std::collections::HashSet;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Connection, PgConnection, PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::wall::{self, Walls};

/// How long a request waits for a lane before it takes a connection of the pool.
const WAIT: Duration = Duration::from_millis(25);
/// How long it waits for the lane where its tenant is at home before it takes one that has not met it, which costs as much.
const HOME: Duration = Duration::from_millis(3);
/// A connection that rests so long goes back to the pool.
const REST: Duration = Duration::from_secs(1);
/// A connection is given back after so long, whatever it does, so that the pool can renew it.
const TERM: Duration = Duration::from_secs(300);
/// Tenants after which a connection ends: some hundred kilobytes are kept there for each.
const MANY: usize = 200;

/// The lanes, for one kind of request. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Lanes {
    inner: Arc<Inner>,
    /// One for each lane that this kind may have at once, in the order of asking.
    turns: Arc<Semaphore>,
}

struct Inner {
    pool: PgPool,
    walls: Arc<Walls>,
    /// One for each lane.
    turns: Arc<Semaphore>,
    /// Of a very small pool, none.
    slots: Box<[Slot]>,
    /// Whether somebody looks after what rests.
    is_watched: AtomicBool,
}

/// A lane, taken or not, and what rests on it until it is.
struct Slot {
    free: Arc<Semaphore>,
    resting: Mutex<Option<Rested>>,
}

struct Rested {
    connection: Placed,
    taken: Instant,
    since: Instant,
}

/// A connection for one request.
pub(crate) struct Lane {
    // In this order: the connection goes before the turn.
    connection: Placed,
    taken: Instant,
    turn: Turn,
}

/// The turn that a request has, and to whom it goes back; none for a connection apart from all lanes.
type Turn = Option<Taken>;

pub(crate) struct Taken {
    lanes: Lanes,
    slot: usize,
    /// The lane, and the places among those who have one.
    _held: [OwnedSemaphorePermit; 3],
}

/// A connection and the tenant behind whose wall it is. It goes back to the pool in front of all walls.
struct Placed {
    /// Only a drop takes it.
    connection: Option<PoolConnection<Postgres>>,
    inside: Option<Uuid>,
    met: HashSet<Uuid>,
}

/// How many lanes there are, and how many of them each kind may have at once.
#[derive(Debug, PartialEq, Eq)]
struct Sizes {
    all: usize,
    reading: usize,
    writing: usize,
}

impl Sizes {
    fn of(connections: usize, cores: usize) -> Self {
        let reading = (connections / 2).min(cores * 4);
        let writing = (connections * 5 / 8).min(cores * 6);
        Self { all: (connections * 3 / 4).min(reading + writing), reading, writing }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

impl Inner {
    fn new(pool: &PgPool, most: usize, walls: &Arc<Walls>) -> Arc<Self> {
        let slot = |_| Slot { free: Arc::new(Semaphore::new(1)), resting: Mutex::default() };
        Arc::new(Self {
            pool: pool.clone(),
            walls: walls.clone(),
            turns: Arc::new(Semaphore::new(most)),
            slots: (0..most).map(slot).collect(),
            is_watched: AtomicBool::new(false),
        })
    }
}

impl Lanes {
    /// Lanes over a pool, for reads and for writes.
    pub(crate) fn new(pool: &PgPool, walls: &Arc<Walls>) -> (Self, Self) {
        let Sizes { all, reading, writing } =
            Sizes::of(pool.options().get_max_connections() as usize, cores());
        let inner = Inner::new(pool, all, walls);
        (Self::over(&inner, reading), Self::over(&inner, writing))
    }

    /// Lanes over a pool that is there for reads alone.
    pub(crate) fn for_reads(pool: &PgPool, walls: &Arc<Walls>) -> Self {
        let most = (pool.options().get_max_connections() as usize).min(cores() * 4);
        Self::over(&Inner::new(pool, most, walls), most)
    }

    fn over(inner: &Arc<Inner>, most: usize) -> Self {
        Self { inner: inner.clone(), turns: Arc::new(Semaphore::new(most)) }
    }

    /// A connection for one request, behind the tenant's wall. Give it back with [`Lane::rest`] when all went well.
    pub(crate) async fn take(&self, tenant: &Tenant) -> Result<Lane> {
        let lane = self.take_any(tenant).await?;
        self.within(lane, tenant).await
    }

    /// The one that rests where the tenant's turn is, or a new one.
    async fn take_any(&self, tenant: &Tenant) -> Result<Lane> {
        let Some(turn) = self.turn(tenant.id).await else { return self.plain(None).await };
        match self.rested(turn.slot) {
            Some(Rested { connection, taken, .. }) => Ok(Lane { connection, taken, turn: Some(turn) }),
            None => self.plain(Some(turn)).await,
        }
    }

    /// A connection of the pool apart from all lanes, behind the tenant's wall.
    pub(crate) async fn fresh(&self, tenant: &Tenant) -> Result<Lane> {
        let lane = self.plain(None).await?;
        self.within(lane, tenant).await
    }

    /// The same after one was found ended: one that has just answered. The others may be no better, those that rest here
    /// and those in the pool, which asks only what has rested for long.
    pub(crate) async fn living(&self, tenant: &Tenant) -> Result<Lane> {
        self.clear();
        for _ in 0..self.inner.pool.options().get_max_connections() {
            let mut lane = self.plain(None).await?;
            match lane.ping().await {
                Ok(()) => {
                    self.enter(&mut lane, tenant).await?;
                    return Ok(lane);
                }
                Err(error) if is_gone(&error) => lane.end(),
                Err(error) => return Err(error.into()),
            }
        }
        let mut lane = self.plain(None).await?;
        self.enter(&mut lane, tenant).await?;
        Ok(lane)
    }

    /// A connection of the pool.
    async fn plain(&self, turn: Turn) -> Result<Lane> {
        let connection = Some(Box::pin(self.inner.pool.acquire()).await?);
        let connection = Placed { connection, inside: None, met: HashSet::new() };
        Ok(Lane { connection, taken: Instant::now(), turn })
    }

    /// The connection behind the tenant's wall, or another one when it has ended.
    async fn within(&self, mut lane: Lane, tenant: &Tenant) -> Result<Lane> {
        match self.enter(&mut lane, tenant).await {
            Err(Error::Database(error)) if is_gone(&error) => {
                lane.end();
                Box::pin(self.living(tenant)).await
            }
            outcome => outcome.map(|()| lane),
        }
    }

    async fn enter(&self, lane: &mut Lane, tenant: &Tenant) -> Result<()> {
        if lane.connection.inside == Some(tenant.id) {
            return Ok(());
        }
        // From here on it is somewhere, even if this is given up half way.
        lane.connection.inside = Some(Uuid::nil());
        lane.connection.met.insert(tenant.id);
        let entered = Box::pin(self.inner.walls.enter(lane, tenant)).await?;
        lane.connection.inside = entered.then_some(tenant.id);
        Ok(())
    }

    /// How many are taken right now, of whichever kind.
    pub(crate) fn count_taken(&self) -> usize {
        self.inner.slots.len() - self.inner.turns.available_permits()
    }

    /// Gives every resting connection back to the pool: the database may have gone.
    pub(crate) fn clear(&self) {
        for slot in &self.inner.slots {
            drop(slot.resting.lock().ok().and_then(|mut resting| resting.take()));
        }
    }

    /// A lane for a tenant's request: one that has met it, or the one where it is at home, or any.
    async fn turn(&self, tenant: Uuid) -> Turn {
        let slots = &self.inner.slots;
        let home = usize::try_from(tenant.as_u128() % slots.len().max(1) as u128).unwrap_or_default();
        let [own, any] = match self.place() {
            Some(places) => places,
            _ if slots.is_empty() => return None,
            // Boxed, as are the other rare turns here: what is awaited in place is carried by every request.
            None => Box::pin(tokio::time::timeout(WAIT, self.next_place())).await.ok()??,
        };
        let taken = |(slot, lane)| Taken { lanes: self.clone(), slot, _held: [lane, any, own] };
        if let Some(found) = self.known(tenant, home).or_else(|| self.free(home)) {
            return Some(taken(found));
        }
        let waiting = tokio::time::timeout(HOME, slots[home].free.clone().acquire_owned());
        let at_home = Box::pin(waiting).await.ok().and_then(|lane| Some((home, lane.ok()?)));
        // There is one for each turn.
        at_home.or_else(|| (0..slots.len()).find_map(|slot| self.free(slot))).map(taken)
    }

    /// Places among those of this kind and among all who have a lane, if both are free.
    fn place(&self) -> Option<[OwnedSemaphorePermit; 2]> {
        let own = self.turns.clone().try_acquire_owned().ok()?;
        Some([own, self.inner.turns.clone().try_acquire_owned().ok()?])
    }

    /// The same as soon as they are. In this order: who waits for others of this kind keeps none of the other kind waiting.
    async fn next_place(&self) -> Option<[OwnedSemaphorePermit; 2]> {
        let own = self.turns.clone().acquire_owned().await.ok()?;
        Some([own, self.inner.turns.clone().acquire_owned().await.ok()?])
    }

    /// A lane whose connection has met the tenant, behind its wall if there is one, else the nearest to its home.
    fn known(&self, tenant: Uuid, home: usize) -> Option<(usize, OwnedSemaphorePermit)> {
        let slots = &self.inner.slots;
        let is_behind = |slot: &usize| {
            let resting = slots[*slot].resting.lock().ok()?;
            let connection = &resting.as_ref()?.connection;
            connection.met.contains(&tenant).then_some(connection.inside == Some(tenant))
        };
        let met = || (home..slots.len()).chain(0..home);
        met()
            .filter(|slot| is_behind(slot) == Some(true))
            .find_map(|slot| self.free(slot))
            .or_else(|| met().filter(|slot| is_behind(slot).is_some()).find_map(|slot| self.free(slot)))
    }

    fn free(&self, slot: usize) -> Option<(usize, OwnedSemaphorePermit)> {
        Some((slot, self.inner.slots[slot].free.clone().try_acquire_owned().ok()?))
    }

    fn rested(&self, slot: usize) -> Option<Rested> {
        let rested = self.inner.slots[slot].resting.lock().ok()?.take()?;
        (rested.since.elapsed() < REST).then_some(rested)
    }

    fn keep(&self, slot: usize, rested: Rested) {
        // A pool that is being closed waits for all its connections.
        if self.inner.pool.is_closed() {
            return;
        }
        let Ok(mut resting) = self.inner.slots[slot].resting.lock() else { return };
        *resting = Some(rested);
        if !self.inner.is_watched.swap(true, Ordering::SeqCst) {
            tokio::spawn(watch(self.inner.pool.clone(), Arc::downgrade(&self.inner)));
        }
    }
}

/// Gives back what rests too long, and everything when the pool is closed.
async fn watch(pool: PgPool, lanes: Weak<Inner>) {
    let closed = pool.close_event();
    let mut closed = std::pin::pin!(closed);
    let mut is_open = true;
    while is_open {
        is_open = tokio::time::timeout(REST, &mut closed).await.is_err();
        let Some(inner) = lanes.upgrade() else { return };
        inner.is_watched.store(false, Ordering::SeqCst);
        let mut is_any = false;
        for slot in &inner.slots {
            let Ok(mut resting) = slot.resting.lock() else { return };
            let over = resting.take_if(|rested| !is_open || rested.since.elapsed() >= REST);
            is_any |= resting.is_some();
            drop((resting, over));
        }
        // Who has kept one meanwhile has somebody else look after it.
        if !is_any || inner.is_watched.swap(true, Ordering::SeqCst) {
            return;
        }
    }
}

/// Whether the connection has ended, as when the database is started anew or another one takes its place.
pub fn is_gone(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // Ended by the administrator, by a crash, for being idle, or by a pooler between.
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            ["57P01", "57P02", "57P05"].contains(&code.as_ref()) || code.starts_with("08")
        }
        _ => false,
    }
}

impl Lane {
    /// Leaves the connection to the next request. A lane that is dropped otherwise gives it back to the pool.
    pub(crate) fn rest(self) {
        let Self { connection, taken, turn, .. } = self;
        let Some(turn) = turn.filter(|_| taken.elapsed() < TERM && !connection.is_full()) else {
            return;
        };
        turn.lanes.keep(turn.slot, Rested { connection, taken, since: Instant::now() });
    }

    /// Ends the connection instead of giving it back.
    pub(crate) fn end(mut self) {
        self.connection.inside = None;
        if let Some(connection) = &mut self.connection.connection {
            connection.close_on_drop();
        }
    }
}

impl Deref for Lane {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection.connection.as_deref().expect("only a drop takes it")
    }
}

impl DerefMut for Lane {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.connection.as_deref_mut().expect("only a drop takes it")
    }
}

impl Placed {
    /// Whether it has met as many tenants as it should.
    fn is_full(&self) -> bool {
        self.met.len() >= MANY
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        if self.is_full()
            && let Some(connection) = &mut self.connection
        {
            connection.close_on_drop();
        }
        let Some(mut connection) = self.connection.take().filter(|_| self.inside.is_some()) else { return };
        let Ok(runtime) = Handle::try_current() else { return connection.close_on_drop() };
        runtime.spawn(async move {
            if wall::store::leave(&mut connection).await.is_err() {
                connection.close_on_drop();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const FIRST: Uuid = Uuid::from_u128(4);
    const SECOND: Uuid = Uuid::from_u128(8);

    fn lanes(most: usize) -> Lanes {
        let pool = PgPool::connect_lazy("postgres://nobody@127.0.0.1:1/none").unwrap();
        Lanes::over(&Inner::new(&pool, most, &Arc::new(Walls::default())), most)
    }

    /// Leaves a connection on the lane that has met these.
    fn leave(lanes: &Lanes, turn: Turn, met: &[Uuid]) -> usize {
        let turn = turn.unwrap();
        let connection = Placed { connection: None, inside: None, met: met.iter().copied().collect() };
        let (taken, since) = (Instant::now(), Instant::now());
        lanes.keep(turn.slot, Rested { connection, taken, since });
        turn.slot
    }

    #[tokio::test]
    async fn a_tenant_comes_back_to_the_lane_that_has_met_it() {
        let lanes = lanes(4);
        let home = lanes.turn(FIRST).await;
        // Somebody else is at home there too: they wait a moment, and go elsewhere.
        assert!(Box::pin(lanes.turn(SECOND)).now_or_never().is_none());
        let elsewhere = lanes.turn(SECOND).await;
        assert_ne!(elsewhere.as_ref().unwrap().slot, home.as_ref().unwrap().slot);
        let (home, elsewhere) = (leave(&lanes, home, &[FIRST]), leave(&lanes, elsewhere, &[SECOND]));
        for _ in 0..3 {
            let turns = (lanes.turn(SECOND).await, lanes.turn(FIRST).await);
            assert_eq!(leave(&lanes, turns.0, &[SECOND]), elsewhere);
            assert_eq!(leave(&lanes, turns.1, &[FIRST]), home);
        }
    }

    #[tokio::test]
    async fn one_tenant_has_all_lanes_and_no_more() {
        let lanes = lanes(4);
        let mut turns = Vec::new();
        for _ in 0..4 {
            turns.push(lanes.turn(FIRST).await.unwrap());
        }
        let slots: HashSet<usize> = turns.iter().map(|turn| turn.slot).collect();
        assert_eq!(slots.len(), 4);
        assert!(lanes.turn(FIRST).await.is_none(), "a connection of the pool, then");
        drop(turns.pop());
        assert!(lanes.turn(SECOND).await.is_some());
        assert!(self::lanes(0).turn(FIRST).await.is_none());
    }

    #[tokio::test]
    async fn reads_and_writes_share_lanes_and_neither_has_all() {
        let reading = lanes(3);
        let (reading, writing) = (Lanes::over(&reading.inner, 2), Lanes::over(&reading.inner, 2));
        let mut turns = vec![writing.turn(FIRST).await.unwrap(), writing.turn(FIRST).await.unwrap()];
        assert!(writing.turn(FIRST).await.is_none(), "these are all that writes have at once");
        turns.push(reading.turn(FIRST).await.unwrap());
        assert_eq!(reading.count_taken(), 3);
        assert!(reading.turn(FIRST).await.is_none(), "there is none left");
        assert_eq!(turns.iter().map(|turn| turn.slot).collect::<HashSet<_>>().len(), 3);
        // What was wished and not given is taken by nobody.
        turns.clear();
        assert_eq!((reading.count_taken(), reading.turns.available_permits()), (0, 2));
    }

    #[test]
    fn some_connections_are_left_for_what_goes_without_lanes() {
        for (connections, sizes) in
            [(1, (0, 0, 0)), (2, (1, 1, 1)), (4, (3, 2, 2)), (16, (12, 8, 10)), (200, (20, 8, 12))]
        {
            let (all, reading, writing) = sizes;
            assert_eq!(Sizes::of(connections, 2), Sizes { all, reading, writing }, "{connections}");
        }
    }
}
