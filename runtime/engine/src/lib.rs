//! The only way to records. Reads go `Query → Plan → Statement`, writes `Command → Plan → Statement`, and
//! a change of metadata `Definitions → Catalog → Difference → DDL → apply`.
//!
//! Reading order: [`context`] (who asks, when, about which tenant), [`snapshot`] (the tenant's metadata at
//! one revision), [`query`] and [`filter`] (a question in names), [`plan`] (the question bound and decided),
//! [`read`] (SQL and bytes), `replica` (a standby that answers some of it), [`command`] and [`write`] (changes), [`change`], [`audit`] and [`history`] (what is
//! left behind), [`apply`] (metadata), [`retypes`] (fields that change their kind), [`rollups`] and [`work`] (what follows
//! from changes), [`Leftovers`] (where there is some), [`Shifts`] (whose turn it is), [`packages`] (metadata with
//! records), [`import`] (files into records), [`export`] (records into files), [`search`] (words across objects),
//! [`room`] (how many there are and may be), [`forms`] (what browsers evaluate themselves), [`former`] (names of before for
//! programs that say those), [`teams`] and [`shares`] (who is with whom, what is shared by hand), [`views`] (what people keep of
//! lists), [`keys`] (what values are encrypted under), [`explain`] (why somebody may),
//! [`schema`] (a tenant's own schema), [`wall`] (what keeps others out of it), [`archive`] (all of it as files).

pub mod apply;
pub mod archive;
pub mod audit;
mod berths;
mod census;
pub mod change;
pub mod command;
pub mod context;
mod purges;
mod retypes;
mod uniques;
pub mod doctor;
pub mod error;
pub mod explain;
pub mod export;
pub mod files;
pub mod filter;
pub mod former;
pub mod forms;
pub mod history;
pub mod import;
pub mod packages;
pub mod plan;
pub mod query;
pub mod read;
pub mod recurrence;
mod replica;
pub mod revisions;
pub mod rollups;
pub mod room;
pub mod schema;
mod scratch;
pub mod search;
pub mod shares;
pub mod snapshot;
pub mod states;
mod indexes;
pub mod keys;
mod lanes;
mod leftovers;
mod store;
pub mod teams;
pub mod views;
pub mod wall;
pub mod work;
pub mod write;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::Semaphore;

use sqlx::PgPool;
use uuid::{Uuid, uuid};

pub use apply::{AllowLoss, Applied, Apply, Foreseen, Offending, PartMoved, Tried};
pub use audit::Origin;
pub use census::Census;
pub use command::{
    Become, Command, Conversion, Converted, Fields, Mass, Once, Op, Operation, Person, Update, What, Written,
};
pub use context::{Consent, Context, Tenant, Versions};
pub use error::{Error, Refusal, Result};
pub use filter::{Filter, How, Operator};
pub use import::{Import, ImportJob};
pub use keys::{KeyRing, MasterKey};
pub use lanes::is_gone;
pub use leftovers::Leftovers;
pub use query::aggregate::Aggregate;
pub use query::{Bin, Nested, Page, Paged, Query, Selection, SortKey};
pub use read::together::{Question, Told};
pub use read::{Answer, One};
pub use room::{Left, Usage};
pub use search::Search;
pub use shares::ShareWish;
pub use snapshot::Snapshot;
pub use teams::TeamWish;
pub use views::{OwnViews, ViewWish};
pub use wall::Wall;
pub use work::shifts::Shifts;
pub use write::{Possible, PossibleTarget};

/// The record of `user` that stands for Trellis itself; the same in every tenant.
pub const SYSTEM_USER: Uuid = uuid!("00000000-0000-7000-8000-000000000001");
/// The record of `user` that stands for whoever of the tenant's reseller is let in; made when the first of them is.
pub const SUPPORT_USER: Uuid = uuid!("00000000-0000-7000-8000-000000000002");

/// The engine: a pool and the snapshots made from it. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    walls: Arc<wall::Walls>,
    /// Connections that small reads, and writes, pass on among themselves.
    reading: lanes::Lanes,
    writing: lanes::Lanes,
    replica: std::sync::OnceLock<replica::Replica>,
    snapshots: snapshot::Snapshots,
    imports: import::Gate,
    /// Whose turn it is to hold a tenant's counters still.
    holding: snapshot::Holding,
    /// Places of those who make indexes for jobs.
    builders: Semaphore,
    exports: export::Gate,
    sealing: std::sync::OnceLock<audit::chain::SealKey>,
    rooms: room::Rooms,
    feeds: audit::feed::Feeds,
    vault: keys::Vault,
    /// Whether connections come through what hands a session to many.
    is_pooled: AtomicBool,
}

impl Engine {
    /// An engine on a pool of connections to a migrated database.
    pub fn new(pool: PgPool) -> Self {
        let walls = Arc::default();
        let turns = work::shifts::Bounds::of(pool.options().get_max_connections());
        let (reading, writing) = lanes::Lanes::new(&pool, &walls);
        Self {
            inner: Arc::new(Inner {
                reading,
                writing,
                walls,
                replica: std::sync::OnceLock::new(),
                snapshots: snapshot::Snapshots::new(),
                imports: import::Gate::default(),
                holding: snapshot::Holding::new(pool.options().get_max_connections()),
                builders: Semaphore::new(turns.builders()),
                exports: export::Gate::default(),
                sealing: std::sync::OnceLock::new(),
                rooms: room::Rooms::default(),
                feeds: audit::feed::Feeds::default(),
                vault: keys::Vault::default(),
                is_pooled: AtomicBool::new(false),
                pool,
            }),
        }
    }

    pub(crate) fn feeds(&self) -> &audit::feed::Feeds {
        &self.inner.feeds
    }

    pub(crate) fn vault(&self) -> &keys::Vault {
        &self.inner.vault
    }

    pub(crate) fn rooms(&self) -> &room::Rooms {
        &self.inner.rooms
    }

    pub(crate) fn exports(&self) -> &export::Gate {
        &self.inner.exports
    }

    /// The database has ended a connection: what rests is given back, for it may have gone too.
    pub(crate) fn clear_lanes(&self) {
        // Writes have the same.
        self.inner.reading.clear();
    }

    /// How many requests are in the database right now, by the way that most of them take. For who can also work later.
    pub fn requests_at_work(&self) -> usize {
        self.inner.reading.count_taken()
    }

    /// The pool, for rooms that keep platform tables of their own.
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }
}
