//! How many more records a tenant may have, how many more bytes, and what it has. What the limits are, is not known here:
//! whoever knows the tenant's plan measures from time to time and says how much room is left; in between it only gets
//! smaller, by what is written.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::Engine;
use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::write::sql::table;

/// What a tenant has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of all objects, people apart, those in the recycle bin among them.
    pub records: u64,
    /// Active people.
    pub users: u64,
    /// On disk, with indexes.
    pub bytes: u64,
}

/// What a tenant may still get on this node; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    pub records: Option<u64>,
    pub bytes: Option<u64>,
}

/// That, as it gets smaller; as much as one likes until somebody says otherwise.
pub(crate) struct Room {
    records: AtomicI64,
    bytes: AtomicI64,
}

/// The rooms of all tenants that were met.
#[derive(Default)]
pub(crate) struct Rooms(Mutex<HashMap<Uuid, Arc<Room>>>);

/// Room that was taken for records; given back when it is dropped before they are written.
#[must_use]
pub(crate) struct Taken<'r> {
    room: &'r Room,
    records: i64,
    bytes: i64,
}

/// No limit.
const OPEN: i64 = i64::MAX;

impl Room {
    fn open() -> Self {
        Self { records: AtomicI64::new(OPEN), bytes: AtomicI64::new(OPEN) }
    }

    /// Whether bytes are limited, so that it is worth counting them.
    pub(crate) fn counts_bytes(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) != OPEN
    }

    /// Takes the room of so many new records, and of the bytes of all that are written. A command that fails after they
    /// were written has taken it too, until it is measured next.
    pub(crate) fn take(&self, records: usize, bytes: usize) -> Result<Taken<'_>> {
        let mut taken = Taken { room: self, records: 0, bytes: 0 };
        let number = |count: usize| i64::try_from(count).unwrap_or(OPEN);
        if !take(&self.records, number(records)) {
            return Err(Error::Full);
        }
        taken.records = number(records);
        if !take(&self.bytes, number(bytes)) {
            return Err(Error::NoStorage);
        }
        taken.bytes = number(bytes);
        Ok(taken)
    }
}

fn take(left: &AtomicI64, count: i64) -> bool {
    change(left, |left| left.checked_sub(count).filter(|left| *left >= 0))
}

/// Changes how much is left, where there is a limit; whether that could be done.
fn change(left: &AtomicI64, change: impl Fn(i64) -> Option<i64>) -> bool {
    let changed = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| match left {
        OPEN => Some(left),
        _ => change(left),
    });
    changed.is_ok()
}

impl Taken<'_> {
    /// The records are written.
    pub(crate) fn keep(mut self) {
        (self.records, self.bytes) = (0, 0);
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        for (left, count) in [(&self.room.records, self.records), (&self.room.bytes, self.bytes)] {
            change(left, |left| Some(left.saturating_add(count).min(OPEN - 1)));
        }
    }
}

impl Rooms {
    pub(crate) fn of(&self, tenant: Uuid) -> Arc<Room> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(tenant).or_insert_with(|| Arc::new(Room::open())).clone()
    }

    pub(crate) fn forget(&self, tenant: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }
}

impl Engine {
    /// Says what the tenant may still get on this node.
    pub fn put_room(&self, tenant: &Tenant, left: Left) {
        let number = |left: Option<u64>| left.map_or(OPEN, |left| i64::try_from(left).unwrap_or(OPEN - 1));
        let room = self.rooms().of(tenant.id);
        room.records.store(number(left.records), Ordering::Relaxed);
        room.bytes.store(number(left.bytes), Ordering::Relaxed);
    }

    /// Refuses what would bring so many bytes, as far as that is known before they come.
    pub fn require_room(&self, tenant: &Tenant, bytes: usize) -> Result<()> {
        // Dropped at once: each row takes its own when it is written.
        self.rooms().of(tenant.id).take(0, bytes.max(1)).map(drop)
    }

    /// Counts what a tenant has: one statement, as long as its tables are.
    pub async fn usage(&self, tenant: &Tenant) -> Result<Usage> {
        let snapshot = self.snapshot(tenant).await?;
        let own = snapshot.catalog.objects.iter().filter(|object| !object.system);
        let counts: Vec<String> = own
            .map(|object| format!("(SELECT count(*) FROM {})", table(&tenant.schema, &object.name)))
            .collect();
        let records = if counts.is_empty() { "0::bigint".into() } else { counts.join(" + ") };
        // From the schema to its tables: of other tenants nothing is read.
        let text = format!(
            "SELECT {records} AS records, (SELECT count(*) FROM {} WHERE kind = 'person' AND active AND deleted_at IS NULL) AS users, \
             (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_namespace n \
             JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid AND d.classid = 'pg_class'::regclass \
             JOIN pg_class c ON c.oid = d.objid WHERE n.nspname = $1 AND c.relkind IN ('r', 'm')) AS bytes",
            table(&tenant.schema, "user"),
        );
        let mut connection = self.connection(tenant).await?;
        let row = sqlx::query(AssertSqlSafe(text)).bind(&tenant.schema).fetch_one(&mut *connection).await?;
        let count = |name: &str| row.try_get::<i64, _>(name).map(i64::cast_unsigned);
        Ok(Usage { records: count("records")?, users: count("users")?, bytes: count("bytes")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(records: i64, bytes: i64) -> Room {
        Room { records: AtomicI64::new(records), bytes: AtomicI64::new(bytes) }
    }

    #[test]
    fn room_gets_smaller_and_is_never_below_nothing() {
        let room = room(3, OPEN);
        room.take(2, 5).expect("room").keep();
        assert!(matches!(room.take(2, 5), Err(Error::Full)));
        room.take(1, 5).expect("room").keep();
        assert!(matches!(room.take(1, 5), Err(Error::Full)));
        assert!(room.take(0, usize::MAX).is_ok() && !room.counts_bytes());
        let open = Room::open();
        assert!(open.take(usize::MAX, usize::MAX).is_ok() && open.take(1, 1).is_ok());
    }

    #[test]
    fn what_was_not_written_gives_its_room_back() {
        let room = room(400, 1000);
        drop(room.take(300, 900).expect("room"));
        // What is refused for its bytes takes no records.
        assert!(matches!(room.take(400, 1001), Err(Error::NoStorage)));
        room.take(400, 1000).expect("all of it again").keep();
        assert!(matches!(room.take(1, 0), Err(Error::Full)));
        assert!(matches!(room.take(0, 1), Err(Error::NoStorage)));
        assert!(room.take(0, 0).is_ok());
    }
}
