//! Indexes of fields: what each is on, and how it is made. On a table that is large they are made afterwards, without
//! keeping writers waiting; which ones there should be follows from the catalog alone, so that a build that was
//! interrupted is found and done again.

use super::names::quote;
use super::search::{Searched, search_name};
use crate::Field;
use crate::catalog::{Catalog, Object};
use crate::field_kinds::FieldKind;

/// The index of a field that filters and sorts use; unique ones are constraints and not among these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name, made of the field's stable id.
    pub name: String,
    pub table: String,
    pub(super) on: On,
    pub(super) unique: bool,
}

/// What stands behind the name of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    Columns(String),
    /// The words of its texts.
    Words(Searched),
}

impl Index {
    /// The index of a field; nothing when it has none.
    pub fn of(object: &Object, field: &Field) -> Option<Self> {
        let on = On::Columns(field.has_index().then(|| on(object, field))?);
        Some(Self { name: format!("{}_idx", field.id), table: object.name.clone(), on, unique: false })
    }

    /// Unique among the records that are not in the recycle bin.
    pub(super) fn unique(object: &Object, field: &Field) -> Self {
        let column = quote(field.columns.first().map_or("", |column| column.name.as_str()));
        let column = if field.blind_index { format!("({})", blind(&column)) } else { column };
        let on = On::Columns(format!("({column}) WHERE \"deleted_at\" IS NULL"));
        Self { name: format!("{}_key", field.id), table: object.name.clone(), on, unique: true }
    }

    /// The index that search uses.
    pub(super) fn search(object: &Object) -> Self {
        let on = On::Words(Searched::of(object));
        let name = search_name(object, object.language);
        Self { name, table: object.name.clone(), on, unique: false }
    }

    /// The index by which names are found that are much like a text, for a database that has `pg_trgm`. No change of
    /// metadata makes it: it is worth its while on large tables alone.
    pub fn alike(object: &Object) -> Self {
        let name = object.find_field("name").and_then(|field| field.columns.first());
        let column = quote(name.map_or("name", |column| column.name.as_str()));
        let on = On::Columns(format!("USING gin ({column} gin_trgm_ops) WHERE \"deleted_at\" IS NULL"));
        Self { name: format!("{}_alike_idx", object.id), table: object.name.clone(), on, unique: false }
    }

    /// The statement that makes it, while writers wait.
    pub fn create(&self, schema: &str) -> String {
        self.statement(schema, "INDEX")
    }

    /// The statement that makes it beside writers. It cannot run in a transaction.
    pub fn create_concurrently(&self, schema: &str) -> String {
        self.statement(schema, "INDEX CONCURRENTLY IF NOT EXISTS")
    }

    /// The statement that makes it while writers wait, unless it is there.
    pub(super) fn create_unless_there(&self, schema: &str) -> String {
        self.statement(schema, "INDEX IF NOT EXISTS")
    }

    fn statement(&self, schema: &str, what: &str) -> String {
        let unique = if self.unique { "UNIQUE " } else { "" };
        let (name, table) = (quote(&self.name), quote(&self.table));
        let on = match &self.on {
            On::Columns(on) => on.clone(),
            On::Words(searched) => {
                format!("USING gin (({})) WHERE \"deleted_at\" IS NULL", searched.vector(schema, None))
            }
        };
        format!("CREATE {unique}{what} {name} ON {}.{table} {on}", quote(schema))
    }
}

/// The statement that removes an index beside everybody: what an interrupted build has left, or what is of no use any more.
pub fn drop_concurrently(schema: &str, index: &str) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {}.{}", quote(schema), quote(index))
}

impl Catalog {
    /// Every index of a field that there should be, and of the words of each object.
    pub fn indexes(&self) -> Vec<Index> {
        let fields =
            self.objects.iter().flat_map(|object| object.fields.iter().map(move |field| (object, field)));
        let own = fields.filter(|(_, field)| !field.standard);
        let own = own.filter_map(|(object, field)| Index::of(object, field));
        own.chain(self.objects.iter().map(|object| Index::search(object))).collect()
    }
}

/// What an encrypted column is looked up by: the word that its ciphertext begins with.
pub fn blind(column: &str) -> String {
    format!("split_part({column}, '.', 1)")
}

fn on(object: &Object, field: &Field) -> String {
    if let Some(computed) = &field.computed {
        let column = |id: &str| object.find_field_by_id(id)?.columns.last().map(|column| column.name.clone());
        let text = formulas::sql::index_text(&computed.expression, &column);
        return format!("(({text}) NULLS FIRST, \"id\")");
    }
    let name = quote(field.columns.last().map_or("", |column| column.name.as_str()));
    if field.blind_index {
        return format!("(({}))", blind(&name));
    }
    match field.kind {
        FieldKind::MultiPicklist(_) | FieldKind::Tags(_) => format!("USING gin ({name})"),
        FieldKind::Json(_) => format!("USING gin ({name} jsonb_path_ops)"),
        // Blanks are never looked up by a foreign key, and most relations are blank at first.
        FieldKind::Lookup(_) | FieldKind::AnyLookup(_) => {
            format!("({name}, \"id\") WHERE {name} IS NOT NULL")
        }
        // Blank sorts as the smallest value and ids break ties, so one index serves both directions.
        _ => format!("({name} NULLS FIRST, \"id\")"),
    }
}
