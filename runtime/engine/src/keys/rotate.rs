//! A new key for a tenant: what is written from now on is sealed under it, and jobs write what is stored anew, in batches
//! beside the writers. The old keys stay for what nothing is taken out of: the audit stream, and fields that are hidden.

use metadata::catalog::{Field, Object};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::{KeyRing, Place, ring, store};
use crate::Engine;
use crate::audit::{self, Deed, Event};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::work::{Kind, Progress};
use crate::write::sql::{quoted, table};

/// Records of one transaction: short enough for writers to wait for.
const BATCH: usize = 500;

/// How much of what is stored is sealed under the newest key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// The number of the newest key.
    pub newest: i32,
    /// Values in tables of records, those in the recycle bin among them.
    pub values: i64,
    /// Those of them that are sealed under an older key.
    pub older: i64,
}

impl Engine {
    /// Makes a new key the newest one and leaves the rest to jobs; answers its number. From the next statement on every
    /// node writes with it.
    pub async fn rotate_keys(&self, context: &Context) -> Result<i32> {
        let tenant = context.tenant();
        let mut transaction = self.begin(context).await?;
        crate::store::lock_state(&mut transaction, tenant).await?;
        super::ensure(&mut transaction, tenant, self.vault()).await?.require()?;
        let master = self.vault().master().ok_or_else(|| Error::Locked("there is no master key".into()))?;
        let rows = store::load(&mut transaction, tenant).await?;
        let key = ring::next(tenant, &rows, master)?;
        let number = key.number;
        store::put(&mut transaction, tenant, &[key]).await?;
        let objects = context.snapshot.catalog.objects.iter();
        let subjects: Vec<String> =
            objects.filter(|object| !sealed(object).is_empty()).map(|object| object.id.clone()).collect();
        let kind = Kind::Reseal.word();
        jobs::enqueue(&mut transaction, &tenant.schema, (kind, &subjects), context.now).await?;
        let event =
            Event::of(context, Deed::KeysRotated, "keys").with(json!({ "number": [number - 1, number] }));
        audit::record(&mut transaction, tenant, &[event]).await?;
        crate::store::bump_access_in(&mut transaction, tenant).await?;
        transaction.commit().await?;
        self.fresh_snapshot(tenant).await?;
        Ok(number)
    }

    /// How far the values of a tenant are sealed under its newest key.
    pub async fn sealed(&self, context: &Context) -> Result<Sealed> {
        let mut connection = self.pool().acquire().await?;
        let ring = super::ensure(&mut connection, context.tenant(), self.vault()).await?;
        ring.require()?;
        let mut sealed = Sealed { newest: ring.newest().unwrap_or_default(), ..Sealed::default() };
        for object in &context.snapshot.catalog.objects {
            for field in self::sealed(object) {
                let text = format!(
                    "SELECT count(*), count(*) FILTER (WHERE split_part({0}, '.', 2) <> $1::text) FROM {1} WHERE {0} IS NOT NULL",
                    quoted(&field.columns[0].name),
                    table(&context.tenant().schema, &object.name),
                );
                let newest = sealed.newest.to_string();
                let row = sqlx::query(AssertSqlSafe(text)).bind(newest).fetch_one(&mut *connection).await?;
                sealed.values += row.try_get::<i64, _>(0)?;
                sealed.older += row.try_get::<i64, _>(1)?;
            }
        }
        Ok(sealed)
    }
}

/// The encrypted fields of an object.
fn sealed(object: &Object) -> Vec<&Field> {
    object.fields.iter().filter(|field| field.encrypted && !field.columns.is_empty()).collect()
}

/// One batch of an object's records, after the one that `progress` names.
pub(crate) async fn step(
    connection: &mut PgConnection,
    context: &Context,
    (id, progress): (&str, &Json),
) -> Result<Progress> {
    let object = context.snapshot.catalog.objects.iter().find(|object| object.id == id);
    let Some(object) = object.filter(|object| !sealed(object).is_empty()) else { return Ok(Progress::Done) };
    let keys = context.keys()?;
    keys.require()?;
    let after = progress["after"].as_str().and_then(|text| Uuid::parse_str(text).ok()).unwrap_or(Uuid::nil());
    let name = table(&context.tenant().schema, &object.name);
    let fields = sealed(object);
    let columns: String =
        fields.iter().map(|field| format!(", {}", quoted(&field.columns[0].name))).collect();
    let text =
        format!("SELECT id{columns} FROM {name} WHERE id > $1 ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE");
    let rows = sqlx::query(AssertSqlSafe(text)).bind(after).fetch_all(&mut *connection).await?;
    for (at, field) in fields.iter().enumerate() {
        let (mut ids, mut values) = (Vec::new(), Vec::new());
        for row in &rows {
            let record: Uuid = row.try_get(0)?;
            let Some(stored) = row.try_get::<Option<String>, _>(at + 1)? else { continue };
            if let Some(again) = again(keys, (Place::of(object, field, record), field), &stored)? {
                ids.push(record);
                values.push(again);
            }
        }
        let column = quoted(&field.columns[0].name);
        let text = format!(
            "UPDATE {name} t SET {column} = s.value FROM unnest($1::uuid[], $2::text[]) AS s(id, value) WHERE t.id = s.id"
        );
        sqlx::query(AssertSqlSafe(text)).bind(ids).bind(values).execute(&mut *connection).await?;
    }
    match rows.last() {
        Some(last) if rows.len() == BATCH => {
            Ok(Progress::More(json!({ "after": last.try_get::<Uuid, _>(0)? })))
        }
        _ => Ok(Progress::Done),
    }
}

/// The value sealed under the newest key; nothing where it is already, or cannot be opened.
fn again(keys: &KeyRing, (place, field): (Place<'_>, &Field), stored: &str) -> Result<Option<String>> {
    let number = stored.split('.').nth(1).and_then(|number| number.parse().ok());
    if number == keys.newest() {
        return Ok(None);
    }
    keys.open(place, stored).map(|plain| keys.seal(place, field.blind_index, &plain)).transpose()
}
