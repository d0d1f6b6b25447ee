//! What a table, a column, an index and a foreign key look like.

use super::act::Doing;
use super::names::{literal, quote};
use super::plan::{Builder, Phase};
use super::{Index, Lock, Risk};
use crate::catalog::{Column, HERE, Object, THERE, link_table, standard};
use crate::field_kinds::lookup::OnDelete;
use crate::field_kinds::{ColumnType, FieldKind};
use crate::{Field, catalog};

impl Builder<'_> {
    /// A new table with all columns, its standard indexes, and what each field brings.
    pub fn create_object(&mut self, object: &Object) {
        let mut columns: Vec<String> = Vec::new();
        for field in &object.fields {
            for column in &field.columns {
                let line = format!("  {} {}", quote(&column.name), column_type(column, field, true));
                if !columns.contains(&line) && !is_other_column(object, field, column) {
                    columns.push(line);
                }
            }
        }
        columns.extend(super::rollups::hidden_lines(object));
        columns.extend(
            standard::hidden_columns().iter().map(|c| format!("  {} {}", quote(&c.name), c.ty.sql())),
        );
        columns.push(format!("  CONSTRAINT {} PRIMARY KEY (\"id\")", quote(&format!("{}_pkey", object.id))));
        let sql = format!("CREATE TABLE {} (\n{}\n)", self.table(&object.name), columns.join(",\n"));
        self.push(Phase::Create, sql, (Lock::None, Risk::Safe), Doing::CreateTable.of(&object.name));
        self.standard_indexes(object);
        object.fields.iter().filter(|field| !field.standard).for_each(|field| self.attach(object, field));
    }

    /// Indexes that every table has: by name and by owner. Newest first is the primary key: ids are in time's order.
    fn standard_indexes(&mut self, object: &Object) {
        let name = object.find_field("name").and_then(|field| field.columns.first());
        let name = quote(name.map_or("name", |column| column.name.as_str()));
        let indexes = [
            (
                "name",
                format!("({name} NULLS FIRST, \"id\") WHERE \"deleted_at\" IS NULL"),
                Doing::IndexByName,
            ),
            ("owner", "(\"owner_id\", \"id\")".to_owned(), Doing::IndexByOwner),
        ];
        for (word, on, doing) in indexes {
            let index = quote(&format!("{}_{word}_idx", object.id));
            let sql = format!("CREATE INDEX {index} ON {} {on}", self.table(&object.name));
            self.push(Phase::Index, sql, (Lock::None, Risk::Safe), doing.of(&object.name));
        }
        self.search_index(object);
        let sql = format!(
            "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY (\"owner_id\") REFERENCES {} (\"id\")",
            self.table(&object.name),
            quote(&format!("{}_owner_fk", object.id)),
            self.table(standard::USER)
        );
        let lock = self.foreign_lock(object, standard::USER);
        self.push(Phase::ForeignKey, sql, (lock, Risk::Safe), Doing::Owners.of(&object.name));
    }

    /// Constraints, indexes and link table of a field whose columns are there and hold nothing yet.
    pub fn attach(&mut self, object: &Object, field: &Field) {
        if let FieldKind::ManyToMany(many) = &field.kind {
            return self.create_links(object, field, &many.to);
        }
        if field.unique {
            self.unique_index(object, field);
        }
        if field.has_index() {
            self.index(object, field);
        }
        if let Some(on_delete) = field.on_delete() {
            let filled = field.required && field.default.is_some();
            self.foreign_key(object, field, (on_delete, filled));
        }
    }

    /// Unique among the records that are not in the recycle bin.
    pub fn unique_index(&mut self, object: &Object, field: &Field) {
        let sql = Index::unique(object, field).create(self.schema);
        let lock = (self.lock(object, Lock::Share), self.scan(object));
        self.push(Phase::Index, sql, lock, Doing::Unique.field(&object.name, &field.name));
    }

    pub fn index(&mut self, object: &Object, field: &Field) {
        let Some(index) = Index::of(object, field) else { return };
        let lock = (self.lock(object, Lock::Share), self.scan(object));
        let act = Doing::Index.field(&object.name, &field.name);
        let later = (!self.new.contains(object.id.as_str())).then(|| index.clone());
        self.push(Phase::Index, index.create(self.schema), lock, act);
        self.defer(later);
    }

    /// A foreign key. Where the column is known to hold nothing wrong, existing rows are not read for it.
    pub fn foreign_key(&mut self, object: &Object, field: &Field, (on_delete, check): (OnDelete, bool)) {
        let target = field.kind.target().unwrap_or_default().to_owned();
        let new = self.new.contains(object.id.as_str());
        let sql = format!(
            "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} (\"id\"){}{}",
            self.table(&object.name),
            quote(&format!("{}_fk", field.id)),
            quote(&field.columns[0].name),
            self.table(&target),
            action(on_delete),
            if new || check { "" } else { " NOT VALID" }
        );
        let risk = if check { self.scan(object) } else { Risk::Safe };
        let act = Doing::Point.field(&object.name, &field.name).with(&target);
        let lock = self.foreign_lock(object, &target);
        self.push(Phase::ForeignKey, sql, (lock, risk), act);
    }

    /// The table of a many-to-many field.
    fn create_links(&mut self, object: &Object, field: &Field, target: &str) {
        let (table, name) = (link_table(&field.id), format!("{}.{}", object.name, field.name));
        let table_sql = self.table(&table);
        let (here, there) = (quote(HERE), quote(THERE));
        let sql = format!(
            "CREATE TABLE {table_sql} (\n  {here} uuid NOT NULL,\n  {there} uuid NOT NULL,\n  CONSTRAINT {} PRIMARY KEY ({here}, {there})\n)",
            quote(&format!("{}_pkey", field.id))
        );
        self.push(Phase::Create, sql, (Lock::None, Risk::Safe), Doing::CreateLinks.of(&name));
        let sql =
            format!("CREATE INDEX {} ON {table_sql} ({there}, {here})", quote(&format!("{}_idx", field.id)));
        self.push(Phase::Index, sql, (Lock::None, Risk::Safe), Doing::IndexLinks.of(&name));
        for (word, column, to) in [("here", &here, object.name.as_str()), ("there", &there, target)] {
            let sql = format!(
                "ALTER TABLE {table_sql} ADD CONSTRAINT {} FOREIGN KEY ({column}) REFERENCES {} (\"id\") ON DELETE CASCADE",
                quote(&format!("{}_{word}_fk", field.id)),
                self.table(to)
            );
            let act = Doing::PointLinks.of(&name).with(to);
            let lock = self.foreign_lock(object, to);
            self.push(Phase::ForeignKey, sql, (lock, Risk::Safe), act);
        }
    }
}

/// Names of the columns of an object's table, those of what is retired apart.
pub fn table_columns(object: &Object) -> Vec<String> {
    let own = object.fields.iter().flat_map(|field| &field.columns).map(|column| column.name.clone());
    let rollups = object.fields.iter().filter_map(|field| field.rollup.as_ref());
    let rollups = rollups.flat_map(|rollup| rollup.hidden_columns().collect::<Vec<_>>());
    let hidden = standard::hidden_columns().into_iter().map(|column| column.name);
    own.chain(rollups.map(|column| column.name.clone())).chain(hidden).collect()
}

/// Type of a column with what stands behind it. `blank` says that no record needs a value yet.
pub(super) fn column_type(column: &Column, field: &Field, blank: bool) -> String {
    let ty = column.ty.sql();
    if column.ty == ColumnType::Boolean {
        return format!("{ty} NOT NULL DEFAULT {}", field.default == Some(formulas::Value::Bool(true)));
    }
    if let Some(rollup) = &field.rollup {
        return super::rollups::typed(&ty, rollup.zero());
    }
    let always = ["id", "created_at", "updated_at", "version"].contains(&field.name.as_str());
    match &field.default {
        _ if field.standard && always => format!("{ty} NOT NULL"),
        Some(default) if !blank => format!("{ty} DEFAULT {}", literal(default)),
        _ => ty,
    }
}

/// Whether a standard field only borrows the column of another field.
fn is_other_column(object: &Object, field: &Field, column: &catalog::Column) -> bool {
    let owner = |other: &&Field| !other.standard && other.columns.iter().any(|c| c.name == column.name);
    field.standard && object.fields.iter().any(|other| owner(&other))
}

pub(super) fn action(on_delete: OnDelete) -> &'static str {
    match on_delete {
        OnDelete::SetNull => " ON DELETE SET NULL",
        OnDelete::Restrict => " ON DELETE RESTRICT",
        OnDelete::Cascade => " ON DELETE CASCADE",
    }
}
