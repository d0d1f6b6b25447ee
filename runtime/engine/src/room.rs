//! How many more records a tenant may have, and how many it has. What the limit is, is not known here: whoever knows
//! the tenant's plan counts from time to time and says how much room is left; in between it only gets smaller.

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

/// Records that may still come; as many as one likes until somebody says otherwise.
pub(crate) struct Room(AtomicI64);

/// The rooms of all tenants that were met.
#[derive(Default)]
pub(crate) struct Rooms(Mutex<HashMap<Uuid, Arc<Room>>>);

/// Room that was taken for records; given back when it is dropped before they are written.
#[must_use]
pub(crate) struct Taken<'r> {
    room: &'r Room,
    count: i64,
}

impl Room {
    /// Takes the room of `count` records. A command that fails after they were written has taken it too, until the
    /// next count.
    pub(crate) fn take(&self, count: usize) -> Result<Taken<'_>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let left = self.change(|left| left.checked_sub(count).filter(|left| *left >= 0));
        if left { Ok(Taken { room: self, count }) } else { Err(Error::Full) }
    }

    /// Changes how much is left, where there is a limit; whether that could be done.
    fn change(&self, change: impl Fn(i64) -> Option<i64>) -> bool {
        let changed = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| match left {
            i64::MAX => Some(left),
            _ => change(left),
        });
        changed.is_ok()
    }
}

impl Taken<'_> {
    /// The records are written.
    pub(crate) fn keep(mut self) {
        self.count = 0;
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.room.change(|left| Some(left.saturating_add(self.count).min(i64::MAX - 1)));
    }
}

impl Rooms {
    pub(crate) fn of(&self, tenant: Uuid) -> Arc<Room> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(tenant).or_insert_with(|| Arc::new(Room(AtomicI64::new(i64::MAX)))).clone()
    }

    pub(crate) fn forget(&self, tenant: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }
}

impl Engine {
    /// Says how many records the tenant may still get on this node; `None` is no limit.
    pub fn put_room(&self, tenant: &Tenant, left: Option<u64>) {
        let left = left.map_or(i64::MAX, |left| i64::try_from(left).unwrap_or(i64::MAX - 1));
        self.rooms().of(tenant.id).0.store(left, Ordering::Relaxed);
    }

    /// Counts what a tenant has: one statement, as long as its tables are.
    pub async fn usage(&self, tenant: &Tenant) -> Result<Usage> {
        let snapshot = self.snapshot(tenant).await?;
        let own = snapshot.catalog.objects.iter().filter(|object| !object.system);
        let counts: Vec<String> = own
            .map(|object| format!("(SELECT count(*) FROM {})", table(&tenant.schema, &object.name)))
            .collect();
        let records = if counts.is_empty() { "0::bigint".into() } else { counts.join(" + ") };
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

    #[test]
    fn room_gets_smaller_and_is_never_below_nothing() {
        let room = Room(AtomicI64::new(3));
        room.take(2).expect("room").keep();
        assert!(matches!(room.take(2), Err(Error::Full)));
        room.take(1).expect("room").keep();
        assert!(matches!(room.take(1), Err(Error::Full)));
        assert!(room.take(0).is_ok());
        let open = Room(AtomicI64::new(i64::MAX));
        assert!(open.take(usize::MAX).is_ok() && open.take(1).is_ok());
    }

    #[test]
    fn what_was_not_written_gives_its_room_back() {
        let room = Room(AtomicI64::new(400));
        drop(room.take(300).expect("room"));
        room.take(400).expect("all of it again").keep();
        assert!(matches!(room.take(1), Err(Error::Full)));
    }
}
