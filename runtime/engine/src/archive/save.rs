//! From a tenant to a folder.

use std::collections::BTreeMap;
use std::path::Path;

use metadata::ddl::table_columns;
use metadata::{Catalog, Definitions};

use super::cut::{Kept, Selection};
use super::files::{self, Lines};
use super::{FORMAT, Manifest, store};
use crate::Engine;
use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::store::{load_metadata, lock_state};

pub(super) async fn run(
    engine: &Engine,
    tenant: &Tenant,
    (folder, selection): (&Path, &Selection),
) -> Result<Manifest> {
    // A change of a column's type writes its table anew, and a reader of an earlier moment finds that empty: no change
    // of metadata begins meanwhile. The lock is another transaction's, so that the moment comes after it.
    let mut held = engine.pool().begin().await?;
    store::be_patient(&mut held).await?;
    lock_state(&mut held, tenant).await?;
    let mut transaction = engine.pool().begin().await?;
    store::begin_snapshot(&mut transaction).await?;
    let state = store::load_state(&mut transaction, tenant).await?;
    let stored = load_metadata(&mut transaction, tenant).await?;
    let definitions = Definitions::from_rows(stored.rows, stored.next_id).map_err(Error::Damaged)?;
    let catalog = Catalog::resolve(&definitions).map_err(Error::Damaged)?;
    let components = store::load_components(&mut transaction, tenant).await?;
    let mut rows = BTreeMap::from([("metadata".to_owned(), components.len() as u64)]);
    for (kind, name, row) in components {
        files::write_json(&folder.join(format!("metadata/{kind}/{name}.json")), &row)?;
    }
    let kept = Kept::choose(&mut transaction, (tenant, &catalog), selection).await?;
    for name in store::list_tables(&mut transaction, (tenant, &catalog)).await? {
        let Some(pick) = kept.pick(&name) else {
            leave_out(folder, &name, &mut rows)?;
            continue;
        };
        let mut columns = store::list_columns(&mut transaction, tenant, &name).await?;
        if let Some(object) = catalog.find_object(&name) {
            let known = table_columns(object);
            columns.retain(|column| known.contains(column));
        }
        let path = path_of(&name);
        let mut lines = Lines::create(&folder.join(format!("{path}.ndjson")))?;
        let edited = |line: String| lines.write(&kept.edit(&name, line)?);
        let count = store::copy_out(&mut transaction, (tenant, &name), (&columns, &pick), edited).await?;
        lines.finish()?;
        rows.insert(path, count);
    }
    transaction.rollback().await?;
    held.rollback().await?;
    Ok(Manifest {
        format: FORMAT,
        tenant_id: tenant.id,
        slug: tenant.slug.clone(),
        name: None,
        exported_at: chrono::Utc::now(),
        revision: state.revision,
        next_id: state.next_id,
        level: state.level,
        rows,
    })
}

/// An object whose records stay behind has none; of other tables that are left out nothing is said.
fn leave_out(folder: &Path, table: &str, rows: &mut BTreeMap<String, u64>) -> Result<()> {
    if !table.starts_with('_') {
        let path = path_of(table);
        Lines::create(&folder.join(format!("{path}.ndjson")))?.finish()?;
        rows.insert(path, 0);
    }
    Ok(())
}

/// Where a table stands in the folder, without the ending.
pub(super) fn path_of(table: &str) -> String {
    let folder = if table.starts_with('_') { "tables" } else { "records" };
    format!("{folder}/{table}")
}
