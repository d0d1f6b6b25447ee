//! Connections that requests pass from one to the next without giving them back to the pool, which asks each
//! returned connection whether it lives: a round trip and a task for every request.
//!
//! There are about as many lanes as the machine can work on at once; more would only make PostgreSQL switch between
//! them. Who waits too long for one takes a connection of the pool, so that slow requests never hold up quick ones.
//! What goes wrong on a lane gives its connection back to the pool, which looks after it.
//!
//! A connection stays behind the wall of the tenant that it read for last, so that the next request of the same tenant
//! asks at once. On its way to the pool it leaves. One that has met many tenants ends: PostgreSQL keeps in each connection
//! what it knows of every table that it has met.

use std::collections::HashSet;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::wall::{self, Walls};

/// How long a request waits for a lane before it takes a connection of the pool.
const WAIT: Duration = Duration::from_millis(25);
/// A connection that rests so long goes back to the pool.
const REST: Duration = Duration::from_secs(1);
/// A connection is given back after so long, whatever it does, so that the pool can renew it.
const TERM: Duration = Duration::from_secs(300);
/// Tenants after which a connection ends: some hundred kilobytes are kept there for each.
const MANY: usize = 200;

/// The lanes of one kind of request. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Lanes {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    walls: Arc<Walls>,
    /// Of a very small pool, none.
    most: usize,
    turns: Arc<Semaphore>,
    resting: Mutex<Resting>,
}

#[derive(Default)]
struct Resting {
    connections: Vec<Rested>,
    /// Whether somebody looks after them.
    is_watched: bool,
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
    /// Whether it was used before on its lane, without being asked whether it lives.
    pub is_trusted: bool,
    turn: Turn,
}

/// The turn that a lane has, and to whom it goes back; none for a connection apart from all lanes.
type Turn = Option<(Lanes, OwnedSemaphorePermit)>;

/// A connection and the tenant behind whose wall it is. It goes back to the pool in front of all walls.
struct Placed {
    /// Only a drop takes it.
    connection: Option<PoolConnection<Postgres>>,
    inside: Option<Uuid>,
    met: HashSet<Uuid>,
}

impl Lanes {
    /// Lanes over a pool that take at most one of so many of its connections.
    pub(crate) fn new(pool: &PgPool, one_of: usize, walls: &Arc<Walls>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let most = pool.options().get_max_connections() as usize / one_of;
        let most = most.min(cores * 4);
        let turns = Arc::new(Semaphore::new(most));
        let (pool, walls) = (pool.clone(), walls.clone());
        Self { inner: Arc::new(Inner { pool, walls, most, turns, resting: Mutex::default() }) }
    }

    /// A connection for one request, behind the tenant's wall. Give it back with [`Lane::rest`] when all went well.
    pub(crate) async fn take(&self, tenant: &Tenant) -> Result<Lane> {
        let mut lane = self.take_any(tenant).await?;
        match self.enter(&mut lane, tenant).await {
            // The database was started anew while the connection rested.
            Err(Error::Database(error)) if lane.is_trusted && is_gone(&error) => {
                self.clear();
                self.fresh(None, tenant).await
            }
            outcome => outcome.map(|()| lane),
        }
    }

    /// The one that rested last behind the tenant's wall, or any.
    async fn take_any(&self, tenant: &Tenant) -> Result<Lane> {
        let Some(turn) = self.turn().await else { return self.plain(None).await };
        let turn = Some((self.clone(), turn));
        match self.rested(Some(tenant.id)) {
            Some(Rested { connection, taken, .. }) => Ok(Lane { connection, taken, is_trusted: true, turn }),
            None => self.plain(turn).await,
        }
    }

    /// A connection that the pool has looked at, behind the tenant's wall.
    pub(crate) async fn fresh(&self, turn: Turn, tenant: &Tenant) -> Result<Lane> {
        let mut lane = self.plain(turn).await?;
        self.enter(&mut lane, tenant).await?;
        Ok(lane)
    }

    /// A connection that the pool has looked at.
    async fn plain(&self, turn: Turn) -> Result<Lane> {
        let connection = Some(Box::pin(self.inner.pool.acquire()).await?);
        let connection = Placed { connection, inside: None, met: HashSet::new() };
        Ok(Lane { connection, taken: Instant::now(), is_trusted: false, turn })
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

    /// Gives every resting connection back to the pool: the database may have gone.
    pub(crate) fn clear(&self) {
        let rested = self.inner.resting.lock().map(|mut resting| std::mem::take(&mut resting.connections));
        drop(rested);
    }

    async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        if self.inner.most == 0 {
            return None;
        }
        let turns = &self.inner.turns;
        match turns.clone().try_acquire_owned() {
            Ok(turn) => Some(turn),
            // Boxed, as are the other rare turns here: what is awaited in place is carried by every request.
            Err(_) => Box::pin(tokio::time::timeout(WAIT, turns.clone().acquire_owned())).await.ok()?.ok(),
        }
    }

    /// The connection that rested last, behind this wall if there is one: the others may come to rest long enough.
    fn rested(&self, inside: Option<Uuid>) -> Option<Rested> {
        let mut resting = self.inner.resting.lock().ok()?;
        let last = resting.connections.len().checked_sub(1)?;
        let at = resting.connections.iter().rposition(|rested| rested.connection.inside == inside);
        let rested = resting.connections.remove(at.unwrap_or(last));
        (rested.since.elapsed() < REST).then_some(rested)
    }

    fn keep(&self, rested: Rested) {
        let Ok(mut resting) = self.inner.resting.lock() else { return };
        // A pool that is being closed waits for all its connections.
        if self.inner.pool.is_closed() {
            return;
        }
        resting.connections.push(rested);
        if !resting.is_watched {
            resting.is_watched = true;
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
        let Ok(mut resting) = inner.resting.lock() else { return };
        resting.connections.retain(|rested| is_open && rested.since.elapsed() < REST);
        if resting.connections.is_empty() {
            resting.is_watched = false;
            return;
        }
    }
}

/// Whether the database has ended the connection, as when it is started anew.
pub(crate) fn is_gone(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // Ended by the administrator, or by a crash.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("57P01" | "57P02")),
        _ => false,
    }
}

impl Lane {
    /// Leaves the connection to the next request. A lane that is dropped otherwise gives it back to the pool.
    pub(crate) fn rest(self) {
        let Self { connection, taken, turn, .. } = self;
        let Some((lanes, turn)) = turn.filter(|_| taken.elapsed() < TERM && !connection.is_full()) else {
            return;
        };
        lanes.keep(Rested { connection, taken, since: Instant::now() });
        drop(turn);
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
