//! Whether a change would hide data: what holds none goes without asking. That it is hidden rather than dropped is
//! the plan's business.

use metadata::catalog::{Catalog, Link, Object};
use metadata::ddl::{DdlPlan, quote};
use metadata::{Field, FieldKind};
use sqlx::PgConnection;

use super::AllowLoss;
use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::store;
use crate::write::sql::table;

/// The components of a plan whose data it hides.
pub(super) async fn find(
    connection: &mut PgConnection,
    (tenant, catalog): (&Tenant, &Catalog),
    plan: &DdlPlan,
) -> Result<Vec<String>> {
    let mut lost = Vec::new();
    for name in &plan.data_loss {
        let holds = match place(tenant, catalog, name) {
            Some((table, condition)) => store::holds_any(connection, &table, &condition).await?,
            None => true,
        };
        if holds {
            lost.push(name.clone());
        }
    }
    Ok(lost)
}

/// Refuses to hide what nobody allowed to be hidden.
pub(super) fn check(lost: &[String], allowed: &AllowLoss) -> Result<()> {
    let lost: Vec<String> = lost.iter().filter(|name| !allowed.covers(name)).cloned().collect();
    if lost.is_empty() { Ok(()) } else { Err(Error::DataLoss(lost)) }
}

/// The table that holds a component's data, and which of its rows hold any.
fn place(tenant: &Tenant, catalog: &Catalog, name: &str) -> Option<(String, String)> {
    let (object, field) = name.split_once('.').map_or((name, None), |(object, field)| (object, Some(field)));
    let object = catalog.find_object(object)?;
    let own = table(&tenant.schema, &object.name);
    let Some(field) = field else { return Some((own, "true".to_owned())) };
    let field = object.find_field(field)?;
    if let FieldKind::ManyToMany(_) = &field.kind {
        return Some((table(&tenant.schema, link(object, field)?), "true".to_owned()));
    }
    let filled: Vec<String> =
        field.columns.iter().map(|column| format!("{} IS NOT NULL", quote(&column.name))).collect();
    (!filled.is_empty()).then(|| (own, filled.join(" OR ")))
}

fn link<'c>(object: &'c Object, field: &Field) -> Option<&'c str> {
    object.relations.iter().find_map(|relation| match &relation.link {
        Link::Table { field: id, table, .. } if *id == field.id && relation.is_own() => Some(table.as_str()),
        _ => None,
    })
}
