//! One tenant's catalog and policies at one revision: immutable, shared, evictable. A snapshot may be old;
//! each statement checks that it is not, so it never has to be fetched to be sure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use metadata::definitions::Former;
use metadata::field_kinds::rollup::Mode;
use metadata::{Catalog, Definitions, Language};
use moka::sync::Cache;
use permissions::{Actor, Policies};
use sqlx::PgConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::context::{Context, Tenant, Versions};
use crate::error::{Error, Result};
use crate::former::Names;
use crate::keys::{self, KeyRing, Vault};
use crate::room::Room;
use crate::work::Kind as Work;
use crate::{Engine, SYSTEM_USER, indexes, store};

/// Most tenants whose snapshots are kept.
const MAX_SNAPSHOTS: u64 = 1_000;
/// A snapshot that nobody asked for so long is forgotten: it takes nearly two megabytes, and some milliseconds to load.
const IDLE: Duration = Duration::from_secs(600);
/// Tenants whose counters are held still at once.
const MAX_HOLDING: usize = 4;

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// A tenant's metadata at one revision.
pub struct Snapshot {
    pub tenant: Tenant,
    pub revision: i64,
    pub definitions: Arc<Definitions>,
    pub catalog: Arc<Catalog>,
    pub policies: Arc<Policies>,
    /// Stable ids of roll-ups that are being built: they are read from their records meanwhile.
    pub building: Arc<BTreeSet<String>>,
    /// Objects by stable id that are searched in the language of before meanwhile, as long as their words are indexed in it
    /// and not yet in another.
    pub(crate) searched_before: BTreeMap<String, &'static Language>,
    /// What encrypted fields are read and written with; nothing where there are none.
    pub(crate) keys: Option<Arc<KeyRing>>,
    /// Where the keys come from.
    pub(crate) vault: Vault,
    /// No two snapshots of this process have the same.
    pub(crate) serial: u64,
    /// The tenant's `access` counter when this was loaded; it grows when something is built.
    pub(crate) access: i64,
    /// The names of an earlier revision that it goes by; `None` where all is called what it is called now.
    pub(crate) former: Option<Arc<Names>>,
    /// How many more records there may be; of a snapshot that is kept, so not within a change of metadata.
    pub(crate) room: OnceLock<Arc<Room>>,
}

impl Snapshot {
    /// Resolves stored definitions; they were checked when they were stored.
    pub(crate) fn new(
        tenant: Tenant,
        versions: Versions,
        definitions: Definitions,
        (building, vault): (BTreeSet<String>, Vault),
    ) -> Result<Self> {
        let catalog = Arc::new(Catalog::resolve(&definitions).map_err(Error::Damaged)?);
        let policies = Arc::new(Policies::new(&tenant.schema, &catalog)?);
        let meaning = (Arc::new(definitions), catalog, policies);
        Ok(Self::of(tenant, versions, meaning, (building, vault)))
    }

    fn of(
        tenant: Tenant,
        Versions { revision, access }: Versions,
        (definitions, catalog, policies): (Arc<Definitions>, Arc<Catalog>, Arc<Policies>),
        (building, vault): (BTreeSet<String>, Vault),
    ) -> Self {
        Self {
            tenant,
            revision,
            definitions,
            catalog,
            policies,
            building: Arc::new(building),
            searched_before: BTreeMap::new(),
            keys: None,
            vault,
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            access,
            former: None,
            room: OnceLock::new(),
        }
    }

    /// The same tenant under other names, which leads to the same tables.
    pub(crate) fn under(&self, former: &Former, names: Arc<Names>) -> Result<Self> {
        let definitions = self.definitions.under(former);
        let catalog = Catalog::resolve_over(&definitions, &self.catalog).map_err(Error::Unprocessable)?;
        Ok(Self {
            tenant: self.tenant.clone(),
            revision: self.revision,
            definitions: Arc::new(definitions),
            policies: Arc::new(Policies::new(&self.tenant.schema, &catalog)?),
            catalog: Arc::new(catalog),
            building: self.building.clone(),
            searched_before: self.searched_before.clone(),
            keys: self.keys.clone(),
            vault: self.vault.clone(),
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            access: self.access,
            former: Some(names),
            room: self.room.clone(),
        })
    }

    /// The names of an earlier revision that it goes by.
    pub fn former(&self) -> Option<&Arc<Names>> {
        self.former.as_ref()
    }

    /// Gets the keys of its encrypted fields; the first such field of a tenant makes them.
    pub(crate) async fn unlock(&mut self, connection: &mut PgConnection) -> Result<()> {
        if self.catalog.has_encrypted() {
            self.keys = Some(keys::ensure(connection, &self.tenant, &self.vault).await?);
        }
        Ok(())
    }

    /// Stable ids of the roll-ups that are read from their records instead of from what is stored: those of which
    /// nothing is, or not yet; with `fresh` also those that writers do not keep themselves.
    pub(crate) fn unstored(&self, fresh: bool) -> Arc<BTreeSet<String>> {
        let is_unstored = |mode| mode == Mode::OnRead || (fresh && mode == Mode::Deferred);
        let found = self.catalog.rollups().filter(|rollup| is_unstored(rollup.mode));
        let mut found = found.map(|rollup| rollup.id.clone()).peekable();
        match found.peek() {
            None => self.building.clone(),
            Some(_) => Arc::new(found.chain(self.building.iter().cloned()).collect()),
        }
    }

    /// Whether it is what these counters tell. What is built, and a new key, says so by the counter of access.
    fn is_of(&self, versions: Versions) -> bool {
        let is_lasting = self.building.is_empty() && self.searched_before.is_empty() && self.keys.is_none();
        self.revision == versions.revision && (is_lasting || self.access == versions.access)
    }
}

pub(crate) struct Snapshots {
    kept: Cache<Uuid, Arc<Snapshot>>,
}

impl Snapshots {
    pub(crate) fn new() -> Self {
        Self { kept: Cache::builder().max_capacity(MAX_SNAPSHOTS).time_to_idle(IDLE).build() }
    }

    /// Keeps a snapshot, unless a newer one is there already.
    pub(crate) fn keep(&self, snapshot: &Arc<Snapshot>) {
        let id = snapshot.tenant.id;
        // New keys come without a new revision.
        let age = |snapshot: &Snapshot| (snapshot.revision, snapshot.access);
        if self.kept.get(&id).is_none_or(|known| age(&known) <= age(snapshot)) {
            self.kept.insert(id, snapshot.clone());
        }
    }

    pub(crate) fn forget(&self, tenant: &Tenant) {
        self.kept.invalidate(&tenant.id);
    }
}

impl Engine {
    /// The tenant's snapshot as last seen by this process.
    pub async fn snapshot(&self, tenant: &Tenant) -> Result<Arc<Snapshot>> {
        match self.inner.snapshots.kept.get(&tenant.id) {
            Some(snapshot) => Ok(snapshot),
            None => Ok(Box::pin(self.fresh_snapshot(tenant)).await?.0),
        }
    }

    /// The tenant's snapshot as it is now, and the counters that it was read under.
    pub async fn fresh_snapshot(&self, tenant: &Tenant) -> Result<(Arc<Snapshot>, Versions)> {
        let mut connection = self.inner.pool.acquire().await?;
        let versions = store::load_versions(&mut connection, tenant).await?;
        let kept = self.inner.snapshots.kept.get(&tenant.id);
        let (snapshot, versions) = match kept {
            Some(kept) if kept.is_of(versions) => return Ok((kept, versions)),
            Some(kept) => load_after(&mut connection, &kept).await?,
            None => load(&mut connection, tenant, self.vault()).await?,
        };
        self.keep(&snapshot);
        Ok((snapshot, versions))
    }

    /// A context in which Trellis itself acts, for `reason`.
    pub async fn system_context(&self, tenant: &Tenant, reason: &str) -> Result<Context> {
        let (snapshot, _) = self.fresh_snapshot(tenant).await?;
        Ok(Context {
            actor: Arc::new(Actor::system(SYSTEM_USER, reason)),
            snapshot,
            access: None,
            consent: crate::Consent { warnings: true, process_override: true },
            now: chrono::Utc::now(),
            request_id: Uuid::now_v7().to_string().into(),
            origin: crate::Origin::default(),
        })
    }

    /// Whether the context's caches are still true, for what was answered or refused from them alone.
    pub async fn compare(&self, context: &Context) -> Result<()> {
        let mut connection = self.inner.pool.acquire().await?;
        context.check(store::load_versions(&mut connection, context.tenant()).await?)
    }

    /// Makes every node look up its cached callers of the tenant again, from the next request on.
    pub async fn touch_access(&self, tenant: &Tenant) -> Result<()> {
        store::bump_access(&self.inner.pool, tenant).await
    }

    /// The same within the transaction that makes them others: it happens with what it tells of, or not at all.
    pub async fn touch_access_in(&self, connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
        store::bump_access_in(connection, tenant).await
    }

    /// Keeps the snapshot that a committed change left.
    pub(crate) fn keep(&self, snapshot: &Arc<Snapshot>) {
        // Whoever was first has put in the same.
        let _ = snapshot.room.set(self.rooms().of(snapshot.tenant.id));
        self.inner.snapshots.keep(snapshot);
    }

    /// Drops what is cached of a tenant: a hint from another node, or its deletion.
    pub fn forget(&self, tenant: &Tenant) {
        self.inner.snapshots.forget(tenant);
    }
}

/// A tenant's counters held still: changes of metadata and access in flight have ended, others wait.
pub struct Held {
    // In this order: the lock goes before the next may ask for one.
    _transaction: sqlx::PgTransaction<'static>,
    _turns: [OwnedSemaphorePermit; 2],
}

/// Whose turn it is to hold counters still: one at a time of a tenant, and some of all tenants, since each holds a
/// connection while its request needs another.
pub(crate) struct Holding {
    tenants: Cache<Uuid, Arc<Semaphore>>,
    all: Arc<Semaphore>,
}

impl Holding {
    /// For a pool of so many connections.
    pub(crate) fn new(connections: u32) -> Self {
        let most = (connections as usize / 4).clamp(1, MAX_HOLDING);
        let tenants = Cache::builder().max_capacity(MAX_SNAPSHOTS).time_to_idle(IDLE).build();
        Self { tenants, all: Arc::new(Semaphore::new(most)) }
    }

    async fn turn(&self, tenant: Uuid) -> Result<[OwnedSemaphorePermit; 2]> {
        let own = self.tenants.get_with(tenant, || Arc::new(Semaphore::new(1)));
        // In this order: who waits for their own tenant's turn keeps no other tenant waiting. None is ever closed.
        let own = own.acquire_owned().await.map_err(|_| Error::Busy)?;
        let one = self.all.clone().acquire_owned().await.map_err(|_| Error::Busy)?;
        Ok([one, own])
    }
}

impl Engine {
    /// Waits for the change in flight and keeps the next ones waiting until the answer is dropped: for a request
    /// that was overtaken again and again.
    /// Not for what changes metadata or access itself.
    pub async fn hold(&self, tenant: &Tenant) -> Result<Held> {
        let turns = self.inner.holding.turn(tenant.id).await?;
        let mut transaction = self.inner.pool.begin().await?;
        store::hold_versions(&mut transaction, tenant).await?;
        Ok(Held { _transaction: transaction, _turns: turns })
    }
}

/// Reads counters and definitions in one statement, so that they belong together.
pub(crate) async fn load(
    connection: &mut PgConnection,
    tenant: &Tenant,
    vault: &Vault,
) -> Result<(Arc<Snapshot>, Versions)> {
    let stored = store::load_metadata(connection, tenant).await?;
    let definitions = Definitions::from_rows(stored.rows, stored.next_id).map_err(Error::Damaged)?;
    // After the definitions: a roll-up that is known is either built or among these.
    let building = load_building(connection, tenant).await?;
    let snapshot = Snapshot::new(tenant.clone(), stored.versions, definitions, (building, vault.clone()))?;
    complete(connection, (snapshot, stored.versions)).await
}

/// The same where a snapshot of before is kept: of what has changed since. All of it where that cannot be told.
pub(crate) async fn load_after(
    connection: &mut PgConnection,
    kept: &Snapshot,
) -> Result<(Arc<Snapshot>, Versions)> {
    let tenant = &kept.tenant;
    let changes = store::load_changes(connection, tenant, kept.revision).await?;
    let Some(changes) = changes.filter(|_| kept.former.is_none()) else {
        return load(connection, tenant, &kept.vault).await;
    };
    let store::Changes { versions, next_id, changed, gone } = changes;
    let building = load_building(connection, tenant).await?;
    let aside = (building, kept.vault.clone());
    let snapshot = if versions.revision == kept.revision {
        let meaning = (kept.definitions.clone(), kept.catalog.clone(), kept.policies.clone());
        Snapshot::of(tenant.clone(), versions, meaning, aside)
    } else {
        let definitions = kept.definitions.with_rows(changed, &gone, next_id).map_err(Error::Damaged)?;
        Snapshot::new(tenant.clone(), versions, definitions, aside)?
    };
    complete(connection, (snapshot, versions)).await
}

async fn complete(
    connection: &mut PgConnection,
    (mut snapshot, versions): (Snapshot, Versions),
) -> Result<(Arc<Snapshot>, Versions)> {
    snapshot.unlock(connection).await?;
    snapshot.searched_before = indexes::load_searched_before(connection, &snapshot).await?;
    Ok((Arc::new(snapshot), versions))
}

/// Roll-ups that wait for being built.
pub(crate) async fn load_building(
    connection: &mut PgConnection,
    tenant: &Tenant,
) -> Result<BTreeSet<String>> {
    let subjects = jobs::list(connection, &tenant.schema, Work::BuildRollup.word()).await?;
    Ok(subjects.into_iter().collect())
}
