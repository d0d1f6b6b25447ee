//! What was hidden for long enough is dropped: columns of a table that stays, and tables with those of their links. Those
//! that point to each other go in one statement.

use super::act::Doing;
use super::changes::suffixes;
use super::names::{gone, quote};
use super::plan::{Builder, Phase};
use super::{Lock, Risk};
use crate::catalog::{bare_field, link_table};
use crate::definitions::field::FieldDefinition;
use crate::definitions::{Component, Definitions, ObjectComponent};
use crate::field_kinds::FieldKind;

/// What goes for good in one statement or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purge {
    /// Stable id of the object that it is about, or of one of them.
    pub object: String,
    /// `deal.margin`; several objects or fields of one.
    names: Vec<String>,
    /// The table that stays, and the columns that it loses.
    table: String,
    columns: Vec<String>,
    tables: Vec<String>,
}

impl Purge {
    /// What goes when data of these definitions is purged in the next.
    pub fn between(old: &Definitions, new: &Definitions) -> Vec<Self> {
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        for was in &old.objects {
            let Some(is) = new.objects.iter().find(|one| one.object.id == was.object.id) else { continue };
            if was.object.is_kept() && is.object.is_purged() {
                whole.push(was);
            } else if !was.object.is_purged() {
                parts.extend(Self::of_fields(was, is));
            }
        }
        Self::of_objects(&whole).into_iter().chain(parts).collect()
    }

    fn of_objects(whole: &[&ObjectComponent]) -> Option<Self> {
        let own = whole.iter().map(|one| gone(&one.object.id));
        let links = whole.iter().flat_map(|one| one.fields.iter().filter(|field| !field.purged));
        let tables = own.chain(links.filter_map(links_of)).collect();
        Some(Self {
            object: whole.first()?.object.id.clone(),
            names: whole.iter().map(|one| one.object.definition.name.clone()).collect(),
            table: String::new(),
            columns: Vec::new(),
            tables,
        })
    }

    fn of_fields(was: &ObjectComponent, is: &ObjectComponent) -> Option<Self> {
        let is_gone = |id: &str| is.fields.iter().any(|field| field.id == id && field.is_purged());
        let going = was.fields.iter().filter(|field| field.is_kept() && is_gone(&field.id));
        let going: Vec<_> = going.filter(|field| field.holds_values()).collect();
        let (id, name) = (&was.object.id, &was.object.definition.name);
        (!going.is_empty()).then(|| Self {
            object: id.clone(),
            names: going.iter().map(|field| format!("{name}.{}", field.definition.common.name)).collect(),
            table: if was.object.retired { gone(id) } else { name.clone() },
            columns: going.iter().flat_map(|field| columns_of(field)).collect(),
            tables: going.iter().filter_map(|field| links_of(field)).collect(),
        })
    }
}

fn links_of(field: &Component<FieldDefinition>) -> Option<String> {
    matches!(field.definition.kind, FieldKind::ManyToMany(_)).then(|| link_table(&field.id))
}

/// The columns of a hidden field.
fn columns_of(field: &Component<FieldDefinition>) -> Vec<String> {
    let bare = bare_field(field);
    suffixes(&bare).map(|suffix| format!("{}{suffix}", gone(&field.id))).collect()
}

impl Builder<'_> {
    pub fn purge(&mut self, purge: &Purge) {
        let lock = (Lock::AccessExclusive, Risk::Safe);
        let act = Doing::Purge.of(purge.names.join(", "));
        if !purge.columns.is_empty() {
            let gone = purge.columns.iter().map(|name| format!("DROP COLUMN IF EXISTS {}", quote(name)));
            let gone: Vec<String> = gone.collect();
            let sql = format!("ALTER TABLE {} {}", self.table(&purge.table), gone.join(", "));
            self.push(Phase::Loosen, sql, lock, act.clone());
        }
        if !purge.tables.is_empty() {
            let tables: Vec<String> = purge.tables.iter().map(|name| self.table(name)).collect();
            self.push(Phase::Loosen, format!("DROP TABLE IF EXISTS {}", tables.join(", ")), lock, act);
        }
    }
}
