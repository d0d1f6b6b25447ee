//! From a folder to a tenant: system tables, metadata, tables without what binds them together, rows, and then the
//! keys between tables and the indexes, which find all rows there.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Datelike, Utc};
use metadata::{Catalog, Definitions};
use serde_json::Value as Json;
use sqlx::PgConnection;

use super::files::{self, Batches};
use super::save::path_of;
use super::store::{self, State};
use super::{Manifest, damaged};
use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::store::{load_metadata, lock_state};
use crate::{Engine, apply, audit, keys, schema};

pub(super) async fn run(
    engine: &Engine,
    tenant: &Tenant,
    (folder, manifest): (&Path, &Manifest),
) -> Result<()> {
    if manifest.level > schema::LEVEL {
        return Err(damaged("manifest.json", "it is of a newer version of Trellis"));
    }
    let mut transaction = engine.pool().begin().await?;
    store::be_patient(&mut transaction).await?;
    lock_state(&mut transaction, tenant).await?;
    schema::create_system_tables(&mut transaction, tenant).await?;
    let definitions = load_definitions(&mut transaction, tenant, (folder, manifest)).await?;
    let catalog = Catalog::resolve(&definitions).map_err(Error::Unprocessable)?;
    let (tables, bindings): (Vec<String>, Vec<String>) =
        apply::initial_steps(tenant, &definitions)?.into_iter().partition(|step| !binds(step));
    for step in tables {
        store::run(&mut transaction, step).await?;
    }
    let mut known = vec!["metadata".to_owned()];
    for name in store::list_tables(&mut transaction, (tenant, &catalog)).await? {
        let path = path_of(&name);
        load_table(&mut transaction, (tenant, &name), (folder, manifest)).await?;
        known.push(path);
    }
    if let Some(path) = manifest.rows.keys().find(|path| !known.contains(path)) {
        return Err(damaged(path, "there is no such table in the metadata of the archive"));
    }
    let encrypted = definitions.objects.iter().flat_map(|object| &object.fields);
    let is_needed = encrypted.into_iter().any(|field| field.definition.common.encrypted);
    keys::adopt(&mut transaction, (manifest.tenant_id, tenant), (engine.vault(), is_needed)).await?;
    for step in bindings {
        store::run(&mut transaction, step).await?;
    }
    engine.raise_wall(&mut transaction, tenant).await?;
    Ok(transaction.commit().await?)
}

/// Whether a step is better done when all rows are there: rows may point to rows of a table that comes later.
fn binds(step: &str) -> bool {
    step.contains(" FOREIGN KEY ")
        || step.starts_with("CREATE INDEX")
        || step.starts_with("CREATE UNIQUE INDEX")
}

/// Puts the components into `_metadata` and reads them as every start does.
async fn load_definitions(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (folder, manifest): (&Path, &Manifest),
) -> Result<Definitions> {
    let mut rows: Vec<Json> = Vec::new();
    for path in files::list_json(&folder.join("metadata"))? {
        rows.push(files::read_json(&path)?);
    }
    check_count("metadata", rows.len() as u64, manifest)?;
    let columns = store::list_columns(connection, tenant, "_metadata").await?;
    store::copy_in(connection, (tenant, "_metadata"), &columns, &Json::Array(rows).to_string()).await?;
    let state = State { revision: manifest.revision, next_id: manifest.next_id, level: manifest.level };
    store::put_state(connection, tenant, state).await?;
    let stored = load_metadata(connection, tenant).await?;
    Definitions::from_rows(stored.rows, stored.next_id).map_err(Error::Unprocessable)
}

async fn load_table(
    connection: &mut PgConnection,
    (tenant, name): (&Tenant, &str),
    (folder, manifest): (&Path, &Manifest),
) -> Result<()> {
    let path = path_of(name);
    // A system table that came with a later version.
    if !manifest.rows.contains_key(&path) && name.starts_with('_') {
        return Ok(());
    }
    let into = match name {
        // The proofs are of another tenant: its rows wait to be sealed as this one's.
        audit::BLOCKS if manifest.tenant_id != tenant.id => return Ok(()),
        audit::SEALED if manifest.tenant_id != tenant.id => audit::TAIL,
        _ => name,
    };
    let mut here = store::list_columns(connection, tenant, name).await?;
    let given = here.clone();
    if into != name {
        here = store::list_columns(connection, tenant, into).await?;
    }
    let mut batches = Batches::open(&folder.join(format!("{path}.ndjson")))?;
    let mut count = 0;
    while let Some((rows, lines)) = batches.next()? {
        let columns = columns_of(&path, &rows, &given)?.into_iter().filter(|column| here.contains(column));
        if into == audit::SEALED {
            ensure_months(connection, tenant, &rows).await?;
        }
        let loaded = store::copy_in(connection, (tenant, into), &columns.collect::<Vec<_>>(), &rows).await;
        loaded.map_err(|error| explain(&path, error))?;
        count += lines;
    }
    check_count(&path, count, manifest)
}

/// Sealed rows stand in a part of their table for each month.
async fn ensure_months(connection: &mut PgConnection, tenant: &Tenant, rows: &str) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Sealed {
        sealed_at: DateTime<Utc>,
    }
    let rows: Vec<Sealed> =
        serde_json::from_str(rows).map_err(|error| damaged("tables/_audit", error.to_string()))?;
    let months: BTreeMap<(i32, u32), DateTime<Utc>> =
        rows.iter().map(|row| ((row.sealed_at.year(), row.sealed_at.month()), row.sealed_at)).collect();
    for at in months.into_values() {
        audit::ensure_month(connection, tenant, at).await?;
    }
    Ok(())
}

/// The columns that the rows name; all rows of a table name the same.
fn columns_of(path: &str, rows: &str, here: &[String]) -> Result<Vec<String>> {
    let wrong = |message: String| damaged(path, message);
    let rows: Vec<&serde_json::value::RawValue> =
        serde_json::from_str(rows).map_err(|error| wrong(error.to_string()))?;
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let first: serde_json::Map<String, Json> =
        serde_json::from_str(first.get()).map_err(|error| wrong(error.to_string()))?;
    match first.keys().find(|key| !here.contains(key)) {
        Some(key) => Err(wrong(format!("there is no column `{key}`"))),
        None => Ok(first.keys().cloned().collect()),
    }
}

fn check_count(path: &str, found: u64, manifest: &Manifest) -> Result<()> {
    let expected = manifest.rows.get(path).copied().unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    Err(damaged(path, format!("it has {found} rows where the manifest says {expected}")))
}

/// What the database does not take is a fault of the file.
fn explain(path: &str, error: Error) -> Error {
    match &error {
        Error::Database(database) => match database.as_database_error() {
            Some(told) => damaged(path, told.message().to_owned()),
            None => error,
        },
        _ => error,
    }
}
