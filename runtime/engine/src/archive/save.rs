//! From a tenant to a folder.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::{self, Lines};
use super::{FORMAT, Manifest, store};
use crate::Engine;
use crate::context::Tenant;
use crate::error::Result;

pub(super) async fn run(engine: &Engine, tenant: &Tenant, folder: &Path) -> Result<Manifest> {
    let mut transaction = engine.pool().begin().await?;
    store::begin_snapshot(&mut transaction).await?;
    let state = store::load_state(&mut transaction, tenant).await?;
    let components = store::load_components(&mut transaction, tenant).await?;
    let mut rows = BTreeMap::from([("metadata".to_owned(), components.len() as u64)]);
    for (kind, name, row) in components {
        files::write_json(&folder.join(format!("metadata/{kind}/{name}.json")), &row)?;
    }
    for name in store::list_tables(&mut transaction, tenant).await? {
        let columns = store::list_columns(&mut transaction, tenant, &name).await?;
        let path = path_of(&name);
        let mut lines = Lines::create(&folder.join(format!("{path}.ndjson")))?;
        let count = store::copy_out(&mut transaction, (tenant, &name), &columns, &mut lines).await?;
        lines.finish()?;
        rows.insert(path, count);
    }
    transaction.rollback().await?;
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

/// Where a table stands in the folder, without the ending.
pub(super) fn path_of(table: &str) -> String {
    let folder = if table.starts_with('_') { "tables" } else { "records" };
    format!("{folder}/{table}")
}
