//! Tables that somebody changed past Trellis: what they lack, brought back as the metadata says it. First as a plan, which
//! changes nothing.

use metadata::catalog::{Catalog, Object};
use metadata::ddl::{Lack, Step, mending};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{Drift, compare, load_found};
use crate::Engine;
use crate::apply::{explain, lock, patiently};
use crate::context::Tenant;
use crate::error::Result;
use crate::snapshot;

impl Engine {
    /// The statements that would bring back what tables lack.
    pub async fn mending(&self, tenant: &Tenant) -> Result<Vec<Step>> {
        plan(self, &mut *self.pool().acquire().await?, tenant).await
    }

    /// Runs them, all or nothing; answers what was done. What is there too much stays, but for an index that refuses values
    /// which the metadata allows.
    pub async fn mend_tables(&self, tenant: &Tenant) -> Result<Vec<Step>> {
        patiently(|| self.try_to_mend(tenant)).await
    }

    async fn try_to_mend(&self, tenant: &Tenant) -> Result<Vec<Step>> {
        let mut transaction = self.pool().begin().await?;
        lock(&mut transaction, tenant).await?;
        let steps = plan(self, &mut transaction, tenant).await?;
        for step in &steps {
            let run = sqlx::query(AssertSqlSafe(step.sql.as_str())).execute(&mut *transaction).await;
            run.map_err(|error| explain(error, step))?;
        }
        transaction.commit().await?;
        Ok(steps)
    }
}

async fn plan(engine: &Engine, connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<Step>> {
    let (snapshot, _) = snapshot::load(connection, tenant, engine.vault()).await?;
    let found = load_found(connection, tenant).await?;
    let drifts = compare(&snapshot.catalog, &found);
    let lacks: Vec<Lack<'_>> = drifts.iter().filter_map(|drift| lack(&snapshot.catalog, drift)).collect();
    Ok(mending(&tenant.schema, &lacks))
}

/// What is missing where something is. An index that no value is held to is made beside everybody, by
/// [`Engine::build_indexes`].
fn lack<'c>(catalog: &'c Catalog, drift: &Drift) -> Option<Lack<'c>> {
    let object = |table: &String| catalog.find_object(table).map(AsRef::as_ref);
    let of = |object: &'c Object, name: &str, suffix: &str| {
        let id = name.strip_suffix(suffix)?;
        object.find_field_by_id(id).map(|field| (object, field))
    };
    match drift {
        Drift::MissingTable { table } => object(table).map(Lack::Table),
        Drift::MissingColumn { table, column } => {
            let object = object(table)?;
            let mut columns =
                object.fields.iter().flat_map(|field| field.columns.iter().map(move |c| (field, c)));
            let (field, column) = columns.find(|(_, known)| known.name == *column)?;
            Some(Lack::Column(object, field, column))
        }
        Drift::MissingIndex { table, index } => {
            of(object(table)?, index, "_key").map(|(object, field)| Lack::Unique(object, field))
        }
        Drift::UnknownIndex { table, index } => {
            of(object(table)?, index, "_key").map(|(object, field)| Lack::Freedom(object, field))
        }
        Drift::MissingConstraint { table, constraint } => {
            of(object(table)?, constraint, "_fk").map(|(object, field)| Lack::Reference(object, field))
        }
        _ => None,
    }
}
