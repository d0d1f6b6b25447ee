//! Whether a tenant's tables are what its metadata says: the only place that asks the database for its
//! schema, and never on the way of a request.

use std::collections::{BTreeMap, BTreeSet};

use metadata::FieldKind;
use metadata::catalog::{Catalog, Link, Object};
use serde::Serialize;
use sqlx::{PgConnection, Row};

use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::retypes::store::{self as retypes, State};
use crate::rollups::check::WrongRollup;
use crate::{Engine, snapshot, store, uniques};

mod mend;

/// One difference between the metadata and the tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "drift", rename_all = "kebab-case")]
pub enum Drift {
    /// The definitions themselves cannot be read.
    Unreadable {
        problem: String,
    },
    /// The newest revision is not the one that the state names.
    Revision {
        state: i64,
        newest: i64,
    },
    MissingTable {
        table: String,
    },
    UnknownTable {
        table: String,
    },
    MissingColumn {
        table: String,
        column: String,
    },
    UnknownColumn {
        table: String,
        column: String,
    },
    ColumnType {
        table: String,
        column: String,
        expected: String,
        found: String,
    },
    MissingIndex {
        table: String,
        index: String,
    },
    /// A unique index of a field that is not unique and is not about to be.
    UnknownIndex {
        table: String,
        index: String,
    },
    MissingConstraint {
        table: String,
        constraint: String,
    },
    /// An index that an interrupted build left behind.
    InvalidIndex {
        index: String,
    },
    /// The tenant has no role of its own in PostgreSQL.
    MissingRole {
        role: String,
    },
    /// A table of the tenant's on which its role may less than it should.
    ClosedTable {
        table: String,
        rights: Vec<&'static str>,
    },
    /// A table on which the tenant's role may more than it should, be it another tenant's.
    OpenTable {
        table: String,
        rights: Vec<&'static str>,
    },
    /// What the tenant's role can do that no role of a tenant should.
    OpenRole {
        role: String,
        rights: Vec<String>,
    },
    /// A roll-up that is not what its records give.
    WrongRollup {
        field: String,
        records: usize,
        example: uuid::Uuid,
    },
}

/// What the database has: tables with their columns and types, indexes, constraints.
#[derive(Default)]
struct Found {
    tables: BTreeMap<String, BTreeMap<String, String>>,
    relations: BTreeSet<String>,
    constraints: BTreeSet<String>,
    invalid: Vec<String>,
    /// Unique indexes that jobs are making.
    pending: BTreeSet<String>,
}

impl Engine {
    /// Every difference, none when all is well. Reads only.
    pub async fn doctor(&self, tenant: &Tenant) -> Result<Vec<Drift>> {
        let mut connection = self.pool().acquire().await?;
        let snapshot = match snapshot::load(&mut connection, tenant, self.vault()).await {
            Ok((snapshot, _)) => snapshot,
            Err(Error::Damaged(problems)) => {
                let text = |p: metadata::Problem| format!("{}: {}", p.path, p.message);
                return Ok(problems.into_iter().map(|p| Drift::Unreadable { problem: text(p) }).collect());
            }
            Err(error) => return Err(error),
        };
        let found = load_found(&mut connection, tenant).await?;
        let mut drifts = compare(&snapshot.catalog, &found);
        let newest = store::load_newest_revision(&mut connection, tenant).await?;
        drifts.extend(self.doctor_wall(&mut connection, tenant).await?);
        drop(connection);
        if drifts.is_empty() {
            let wrong = self.check_rollups(tenant, false).await?;
            drifts.extend(wrong.into_iter().map(|WrongRollup { field, records, example }| {
                Drift::WrongRollup { field, records, example }
            }));
        }
        if newest != snapshot.revision {
            drifts.push(Drift::Revision { state: snapshot.revision, newest });
        }
        Ok(drifts)
    }
}

fn compare(catalog: &Catalog, found: &Found) -> Vec<Drift> {
    let mut drifts: Vec<Drift> =
        found.invalid.iter().map(|index| Drift::InvalidIndex { index: index.clone() }).collect();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for object in &catalog.objects {
        known.insert(&object.name);
        match found.tables.get(&object.name) {
            None => drifts.push(Drift::MissingTable { table: object.name.clone() }),
            Some(columns) => object_drifts(&mut drifts, object, columns, found),
        }
        for relation in &object.relations {
            if let Link::Table { table, .. } = &relation.link
                && known.insert(table)
                && !found.tables.contains_key(table)
            {
                drifts.push(Drift::MissingTable { table: table.clone() });
            }
        }
    }
    for index in catalog.indexes().into_iter().filter(|index| !found.relations.contains(&index.name)) {
        drifts.push(Drift::MissingIndex { table: index.table, index: index.name });
    }
    let system = |table: &str| table.starts_with('_');
    let unknown = found.tables.keys().filter(|table| !known.contains(table.as_str()) && !system(table));
    drifts.extend(unknown.map(|table| Drift::UnknownTable { table: table.clone() }));
    drifts
}

fn object_drifts(
    drifts: &mut Vec<Drift>,
    object: &Object,
    columns: &BTreeMap<String, String>,
    found: &Found,
) {
    let table = object.name.clone();
    let mut expected: BTreeSet<String> =
        ["deleted_at", "deleted_by_id", "record_type"].map(String::from).into();
    for field in &object.fields {
        let visible = field.columns.iter().map(|column| (column.name.clone(), column.ty));
        let rollup = field.rollup.iter().flat_map(|rollup| rollup.hidden_columns());
        for (column, ty) in visible.chain(rollup.map(|hidden| (hidden.name, hidden.ty))) {
            let wanted = long_name(&ty.sql());
            match columns.get(&column) {
                None => drifts.push(Drift::MissingColumn { table: table.clone(), column: column.clone() }),
                Some(ty) if *ty != wanted => drifts.push(Drift::ColumnType {
                    table: table.clone(),
                    column: column.clone(),
                    expected: wanted,
                    found: ty.clone(),
                }),
                Some(_) => {}
            }
            expected.insert(column);
        }
        let key = uniques::key(&field.id);
        match (field.unique, found.relations.contains(&key)) {
            (true, false) if !field.standard => {
                drifts.push(Drift::MissingIndex { table: table.clone(), index: key });
            }
            (false, true) if !found.pending.contains(&key) => {
                drifts.push(Drift::UnknownIndex { table: table.clone(), index: key });
            }
            _ => {}
        }
        let is_reference =
            matches!(field.kind, FieldKind::Lookup(_) | FieldKind::MasterDetail(_)) && !field.standard;
        if is_reference && !found.constraints.contains(&format!("{}_fk", field.id)) {
            drifts.push(Drift::MissingConstraint {
                table: table.clone(),
                constraint: format!("{}_fk", field.id),
            });
        }
    }
    let kept = |name: &str| ["_gone_", "_other_"].iter().any(|prefix| name.starts_with(prefix));
    let unknown = columns.keys().filter(|name| !expected.contains(*name) && !kept(name));
    drifts
        .extend(unknown.map(|column| Drift::UnknownColumn { table: table.clone(), column: column.clone() }));
}

/// The name by which PostgreSQL's catalog prints a type.
fn long_name(ty: &str) -> String {
    match ty {
        "timestamptz" => "timestamp with time zone".into(),
        "time" => "time without time zone".into(),
        other => other.to_owned(),
    }
}

async fn load_found(connection: &mut PgConnection, tenant: &Tenant) -> Result<Found> {
    let mut found = Found::default();
    let columns = sqlx::query(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS ty FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE n.nspname = $1 AND c.relkind = 'r'",
    )
    .bind(&tenant.schema)
    .fetch_all(&mut *connection)
    .await?;
    for row in &columns {
        let columns = found.tables.entry(row.try_get("relname")?).or_default();
        columns.insert(row.try_get("attname")?, row.try_get("ty")?);
    }
    let indexes = sqlx::query(
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1",
    )
    .bind(&tenant.schema)
    .fetch_all(&mut *connection)
    .await?;
    for row in &indexes {
        let name: String = row.try_get("relname")?;
        if !row.try_get::<bool, _>("indisvalid")? {
            found.invalid.push(name.clone());
        }
        found.relations.insert(name);
    }
    let constraints: Vec<String> =
        sqlx::query_scalar("SELECT conname::text FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = $1")
            .bind(&tenant.schema)
            .fetch_all(&mut *connection)
            .await?;
    found.constraints.extend(constraints);
    let stored = retypes::list(connection, tenant).await?;
    let pending = stored.into_iter().filter(|one| one.state == State::Indexing);
    found.pending.extend(pending.map(|one| one.field));
    Ok(found)
}
